/* SPDX-License-Identifier: MIT */
#ifndef S3A_URL_H
#define S3A_URL_H

#include <s3atomic/status.h>

#define S3A_URL_BUCKET_MAX 63

/* s3://bucket/key: everything behind the slash is the key, as it stands there. */
struct s3a_url {
    char bucket[S3A_URL_BUCKET_MAX + 1];
    const char *key; /* within the text that was parsed; "" where there is none */
};

/* What has to stand, or may not stand, behind the bucket. */
enum s3a_url_form {
    S3A_URL_BUCKET, /* no key */
    S3A_URL_PREFIX, /* a key, part of one, or nothing */
    S3A_URL_KEY,    /* a key */
};

/* S3A_INVALID: the error quotes the text and shows a good one. Whether the bucket's name is a good
 * one is left to the library. */
enum s3a_status s3a_url_parse(const char *text, enum s3a_url_form form, struct s3a_url *ret_url,
                              struct s3a_error *error);

#endif

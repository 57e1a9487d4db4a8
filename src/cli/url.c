/* SPDX-License-Identifier: MIT */
#include "url.h"

#include <string.h>

#include "fault.h"

#define SCHEME "s3://"

static const char *example(enum s3a_url_form form)
{
    switch (form) {
    case S3A_URL_BUCKET:
        return "s3://my-bucket";
    case S3A_URL_PREFIX:
        return "s3://my-bucket/some/";
    case S3A_URL_KEY:
        break;
    }
    return "s3://my-bucket/some/name";
}

static enum s3a_status refuse(const char *text, enum s3a_url_form form, const char *why,
                              struct s3a_error *error)
{
    return s3a_fault(error, S3A_INVALID, "\"%s\" %s; it should look like %s", text, why,
                     example(form));
}

enum s3a_status s3a_url_parse(const char *text, enum s3a_url_form form, struct s3a_url *ret_url,
                              struct s3a_error *error)
{
    *ret_url = (struct s3a_url){.key = ""};
    if (strncmp(text, SCHEME, strlen(SCHEME)) != 0) {
        return refuse(text, form, "is no address of S3", error);
    }
    const char *bucket = text + strlen(SCHEME);
    size_t size = strcspn(bucket, "/");
    const char *key = bucket[size] == '/' ? bucket + size + 1 : "";

    if (size == 0) {
        return refuse(text, form, "names no bucket", error);
    }
    if (size > S3A_URL_BUCKET_MAX) {
        return refuse(text, form, "has a bucket of more than 63 characters", error);
    }
    if (form == S3A_URL_KEY && *key == '\0') {
        return refuse(text, form, "names a bucket, but nothing in it", error);
    }
    if (form == S3A_URL_BUCKET && *key != '\0') {
        return refuse(text, form, "names more than a bucket", error);
    }
    memcpy(ret_url->bucket, bucket, size);
    ret_url->key = key;
    return S3A_OK;
}

/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include "exit_code.h"
#include "say.h"

int s3a_verdict(const struct s3a_url *url, const char *unmet, const struct s3a_error *error)
{
    const char *slash = *url->key ? "/" : "";

    switch (error->status) {
    case S3A_NOT_FOUND:
        s3a_say_error("s3://%s%s%s: there is no such object", url->bucket, slash, url->key);
        break;
    case S3A_CONFLICT:
        if (!unmet) {
            return s3a_say_failure(error);
        }
        s3a_say_error("s3://%s%s%s %s; nothing was changed", url->bucket, slash, url->key, unmet);
        break;
    case S3A_NO_BUCKET:
        s3a_say_error("s3://%s: there is no such bucket; s3atomic mb s3://%s makes it", url->bucket,
                      url->bucket);
        break;
    case S3A_BUCKET_EXISTS:
        s3a_say_error("s3://%s: there is such a bucket already", url->bucket);
        break;
    case S3A_NOT_EMPTY:
        s3a_say_error("s3://%s is not empty; s3atomic ls -r s3://%s shows what is in it",
                      url->bucket, url->bucket);
        break;
    default:
        return s3a_say_failure(error);
    }
    s3a_say_detail("%s", error->message);
    return s3a_exit_of(error->status);
}

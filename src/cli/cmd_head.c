/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "connect.h"
#include "exit_code.h"
#include "show.h"
#include "url.h"
#include "verdict.h"

static int head(char **operands, size_t count)
{
    struct s3a_bytes_store store = {0};
    struct s3a_object object = {0};
    struct s3a_error error;
    struct s3a_url url = {.key = ""};

    (void)count;
    enum s3a_status status = s3a_url_parse(operands[0], S3A_URL_KEY, &url, &error);
    if (status == S3A_OK) {
        status = s3a_bytes_store_open(&store, NULL, &error);
    }
    if (status == S3A_OK) {
        status = s3a_store_head(store.store, url.bucket, url.key, &object, &error);
    }
    if (status == S3A_OK) {
        s3a_show_object(stdout, &object);
    }
    s3a_object_clear(&object);
    s3a_bytes_store_close(&store);
    return status == S3A_OK ? S3A_EXIT_DONE : s3a_verdict(&url, NULL, &error);
}

const struct s3a_command s3a_cmd_head = {
    .name = "head",
    .operands = "s3://BUCKET/KEY",
    .summary = "shows an object's ETag, size, time and content type",
    .more = "Exit status: 1 where there is no such object.",
    .operands_min = 1,
    .operands_max = 1,
    .run = head,
};

/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "connect.h"
#include "exit_code.h"
#include "url.h"
#include "verdict.h"

static int mb(char **operands, size_t count)
{
    struct s3a_client *client = NULL;
    struct s3a_error error;
    struct s3a_url url = {.key = ""};

    (void)count;
    enum s3a_status status = s3a_url_parse(operands[0], S3A_URL_BUCKET, &url, &error);
    if (status == S3A_OK) {
        status = s3a_connect(&client, &error);
    }
    if (status == S3A_OK) {
        status = s3a_bucket_create(client, url.bucket, &error);
    }
    s3a_client_free(client);
    return status == S3A_OK ? S3A_EXIT_DONE : s3a_verdict(&url, NULL, &error);
}

const struct s3a_command s3a_cmd_mb = {
    .name = "mb",
    .operands = "s3://BUCKET",
    .summary = "makes a bucket",
    .more = "Exit status: 1 where there is such a bucket already.",
    .operands_min = 1,
    .operands_max = 1,
    .run = mb,
};

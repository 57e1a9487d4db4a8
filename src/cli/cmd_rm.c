/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "connect.h"
#include "exit_code.h"
#include "fault.h"
#include "url.h"
#include "verdict.h"

static struct {
    const char *if_match;
    bool bucket;
} given;

static const struct s3a_option options[] = {
    {0, "if-match", "ETAG", "only the very state that ETAG names", .text = &given.if_match},
    {0, "bucket", NULL, "remove the bucket itself, which must be empty", .flag = &given.bucket},
};

static enum s3a_status remove_bucket(const char *text, struct s3a_url *ret_url,
                                     struct s3a_error *error)
{
    struct s3a_client *client = NULL;

    if (given.if_match) {
        return s3a_fault(error, S3A_INVALID, "--bucket and --if-match contradict each other");
    }
    enum s3a_status status = s3a_url_parse(text, S3A_URL_BUCKET, ret_url, error);
    if (status == S3A_OK) {
        status = s3a_connect(&client, error);
    }
    if (status == S3A_OK) {
        status = s3a_bucket_delete(client, ret_url->bucket, error);
    }
    s3a_client_free(client);
    return status;
}

static enum s3a_status remove_object(const char *text, struct s3a_url *ret_url,
                                     struct s3a_error *error)
{
    struct s3a_bytes_store store = {0};
    struct s3a_object object = {0};

    enum s3a_status status = s3a_url_parse(text, S3A_URL_KEY, ret_url, error);
    if (status == S3A_OK && given.if_match) {
        status = s3a_etag_parse(given.if_match, object.etag, error);
    }
    if (status == S3A_OK) {
        status = s3a_bytes_store_open(&store, NULL, error);
    }
    if (status == S3A_OK) {
        status = s3a_store_delete(store.store, ret_url->bucket, ret_url->key, object.etag, error);
    }
    s3a_bytes_store_close(&store);
    return status;
}

static int rm(char **operands, size_t count)
{
    struct s3a_url url = {.key = ""};
    struct s3a_error error;

    (void)count;
    enum s3a_status status = given.bucket ? remove_bucket(operands[0], &url, &error)
                                          : remove_object(operands[0], &url, &error);
    return status == S3A_OK ? S3A_EXIT_DONE
                            : s3a_verdict(&url, "is not what --if-match names", &error);
}

const struct s3a_command s3a_cmd_rm = {
    .name = "rm",
    .operands = "s3://BUCKET/KEY",
    .summary = "removes an object, or an empty bucket",
    .more = "Removing an object that is not there is no failure, unless --if-match is given.\n\n"
            "Exit status: 1 where --if-match did not hold, or the bucket is not empty.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 1,
    .run = rm,
};

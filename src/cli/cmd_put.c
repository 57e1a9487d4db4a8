/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <string.h>

#include "connect.h"
#include "exit_code.h"
#include "fault.h"
#include "out.h"
#include "slurp.h"
#include "url.h"
#include "verdict.h"

static struct {
    bool if_absent;
    const char *if_match;
    const char *content_type;
    int64_t fence;
} given;

static const struct s3a_option options[] = {
    {0, "if-absent", NULL, "only where there is no such object", .flag = &given.if_absent},
    {0, "if-match", "ETAG", "only over the very state that ETAG names", .text = &given.if_match},
    {0, "fence", "TOKEN", "not where a higher fencing token has written it", .number = &given.fence,
     .min = 1, .max = INT64_MAX},
    {0, "content-type", "TYPE", "default: application/octet-stream", .text = &given.content_type},
};

static enum s3a_status check(char **operands, size_t count, struct s3a_url *ret_url,
                             struct s3a_object *ret_object, struct s3a_error *error)
{
    if (count == 2 && strncmp(operands[0], "s3://", 5) != 0 &&
        strncmp(operands[1], "s3://", 5) == 0) {
        return s3a_fault(error, S3A_INVALID, "the object comes first: s3atomic put %s %s",
                         operands[1], operands[0]);
    }
    if (given.if_absent && given.if_match) {
        return s3a_fault(error, S3A_INVALID, "--if-absent and --if-match contradict each other");
    }
    enum s3a_status status = s3a_url_parse(operands[0], S3A_URL_KEY, ret_url, error);
    if (status == S3A_OK && given.if_match) {
        status = s3a_etag_parse(given.if_match, ret_object->etag, error);
    }
    return status;
}

static enum s3a_status set_bytes(struct s3a_object *object, void *arg)
{
    object->value = arg;
    return S3A_OK;
}

/* Whatever lies there, unless a later holder of the lock has written it. */
static enum s3a_status replace_fenced(struct s3a_store *store, struct s3a_object *object,
                                      struct s3a_error *error)
{
    const struct s3a_update_options bounds = {.fence = (uint64_t)given.fence};
    struct s3a_object written;
    enum s3a_status status = s3a_store_update_with(store, object->bucket, object->key, &bounds,
                                                   set_bytes, object->value, &written, error);

    memcpy(object->etag, written.etag, sizeof(object->etag));
    s3a_object_clear(&written);
    return status;
}

/* Over the state that --if-match names, which has to be looked at for its token. */
static enum s3a_status put_fenced(struct s3a_store *store, struct s3a_object *object,
                                  struct s3a_error *error)
{
    struct s3a_object seen = {0};
    enum s3a_status status = S3A_OK;

    if (given.if_match) {
        status = s3a_store_head(store, object->bucket, object->key, &seen, error);
        object->fence = seen.fence;
    }
    if (status == S3A_OK && strcmp(seen.etag, object->etag) != 0) {
        status = s3a_fault(error, S3A_CONFLICT, "it is %s", seen.etag);
    }
    s3a_object_clear(&seen);
    return status == S3A_OK ? s3a_store_put_fenced(store, object, (uint64_t)given.fence, error)
                            : status;
}

static enum s3a_status write_object(struct s3a_bytes_store *store, struct s3a_object *object,
                                    struct s3a_error *error)
{
    bool is_conditional = given.if_absent || given.if_match;

    if (given.fence > 0) {
        return is_conditional ? put_fenced(store->store, object, error)
                              : replace_fenced(store->store, object, error);
    }
    if (is_conditional) {
        return s3a_store_put(store->store, object, error);
    }
    return s3a_store_overwrite(store->store, object, error);
}

static int put(char **operands, size_t count)
{
    const char *unmet = given.if_absent ? "exists already" : "is not what --if-match names";
    struct s3a_bytes_store store = {0};
    struct s3a_object object = {0};
    struct s3a_heap heap = {0};
    struct s3a_error error;
    struct s3a_url url = {.key = ""};

    enum s3a_status status = check(operands, count, &url, &object, &error);
    if (status == S3A_OK) {
        status = s3a_slurp(count == 2 ? operands[1] : "-", S3A_OBJECT_BYTES_MAX, &heap, &error);
    }
    if (status == S3A_OK) {
        status = s3a_bytes_store_open(&store, given.content_type, &error);
    }
    if (status == S3A_OK) {
        struct s3a_bytes bytes = {heap.data, heap.size};
        object.bucket = url.bucket;
        object.key = url.key;
        object.value = &bytes;
        status = write_object(&store, &object, &error);
    }
    if (status == S3A_OK) {
        s3a_out_written(url.bucket, url.key, object.etag, heap.size);
    }
    s3a_bytes_store_close(&store);
    s3a_heap_clear(&heap);
    return status == S3A_OK ? S3A_EXIT_DONE : s3a_verdict(&url, unmet, &error);
}

const struct s3a_command s3a_cmd_put = {
    .name = "put",
    .operands = "s3://BUCKET/KEY [FILE]",
    .summary = "writes an object, from a file or from standard input",
    .more = "Prints the ETag of what was written.\n\n"
            "Exit status: 1 where --if-absent, --if-match or --fence did not hold; nothing was "
            "changed.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 2,
    .run = put,
};

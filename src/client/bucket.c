/* SPDX-License-Identifier: MIT */
#include "error.h"
#include "store_list.h"

static enum s3a_status do_now(struct s3a_client *client, enum s3a_op_kind kind, const char *bucket,
                              struct s3a_error *error)
{
    struct s3a_request *request;
    enum s3a_status status = s3a_client_check_blocking(client, error);

    if (status == S3A_OK) {
        status = s3a_request_new(client, kind, bucket, NULL, &request, error);
    }
    return status == S3A_OK ? s3a_future_join(s3a_request_start(request), error) : status;
}

enum s3a_status s3a_bucket_create(struct s3a_client *client, const char *bucket,
                                  struct s3a_error *error)
{
    return do_now(client, S3A_OP_CREATE_BUCKET, bucket, error);
}

enum s3a_status s3a_bucket_delete(struct s3a_client *client, const char *bucket,
                                  struct s3a_error *error)
{
    return do_now(client, S3A_OP_DELETE_BUCKET, bucket, error);
}

struct bucket_listing {
    struct s3a_lister lister;
    s3a_bucket_fn each;
    void *user;
};

static enum s3a_status show_bucket(struct s3a_lister *lister, const char *name,
                                   const struct s3a_entry *entry)
{
    const struct bucket_listing *buckets = s3a_list_entry(lister, struct bucket_listing, lister);
    int64_t created_ms = entry->modified_ms == S3A_TIME_NONE ? 0 : entry->modified_ms;

    return buckets->each(name, created_ms, buckets->user);
}

enum s3a_status s3a_bucket_list(struct s3a_client *client, s3a_bucket_fn each, void *user,
                                struct s3a_error *error)
{
    struct bucket_listing buckets = {.each = each, .user = user};
    enum s3a_status status = s3a_client_check_blocking(client, error);

    if (status == S3A_OK && !each) {
        status = s3a_error_set(error, S3A_INVALID, "each: it is NULL");
    }
    if (status != S3A_OK) {
        return status;
    }
    buckets.lister =
        (struct s3a_lister){.client = client, .kind = S3A_OP_LIST_BUCKETS, .each = show_bucket};
    return s3a_lister_run(&buckets.lister, error);
}

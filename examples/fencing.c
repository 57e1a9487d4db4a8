/* SPDX-License-Identifier: MIT */

/*
 * What a lock cannot do, and the fencing token can.
 *
 * A process that is stopped for longer than its lease (SIGSTOP, a paused virtual machine) wakes up
 * and goes on with what it was about to do, not knowing that somebody else holds the lock by now.
 * No lock can keep it from that. So the resource itself refuses it: it remembers the highest token
 * that has written to it, and takes no lower one.
 *
 * Here the resource is an object in the bucket. The token is checked and written in one atomic
 * update, so it needs no server of its own. This program plays both processes: the late one is
 * played by a token from before.
 */

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <s3atomic/s3atomic.h>

#define BUCKET "my-bucket"
#define LOCK "report-lock"
#define REPORT "report.json"

/* The guarded object: what it is about, and the token of the last one who wrote it. */
struct report {
    int64_t fence;
    char *text;
};

static const struct s3a_field report_fields[] = {
    S3A_FIELD(struct report, fence),
    S3A_FIELD(struct report, text),
};
static const struct s3a_type report_type = S3A_TYPE(struct report, report_fields);

/* A higher token has been here: this one comes too late. */
static bool is_late(const struct report *present, int64_t token)
{
    return present && present->fence > token;
}

/* Called with the report as it is, and again where somebody else was faster. arg: as it is to be.
 */
static enum s3a_status write_unless_late(struct s3a_object *object, void *arg)
{
    struct report *wanted = arg;
    const struct report *present = object->value;

    if (is_late(present, wanted->fence)) {
        printf("token %" PRId64 " is refused: %" PRId64 " has been here\n", wanted->fence,
               present->fence);
        return S3A_LOST;
    }
    object->value = wanted;
    return S3A_OK;
}

static enum s3a_status write_report(struct s3a_store *store, uint64_t token, const char *text,
                                    struct s3a_error *error)
{
    struct report report = {.fence = (int64_t)token, .text = strdup(text)};
    enum s3a_status status =
        s3a_store_update(store, BUCKET, REPORT, write_unless_late, &report, NULL, error);

    if (status == S3A_OK) {
        printf("token %" PRIu64 " wrote: %s\n", token, text);
    }
    free(report.text);
    return status;
}

/* Takes the lock, writes, gives it back; *ret_token is what it was granted under. */
static enum s3a_status work(struct s3a_client *client, struct s3a_store *store, const char *text,
                            uint64_t *ret_token, struct s3a_error *error)
{
    struct s3a_lock *lock;
    enum s3a_status status = s3a_lock_acquire(client, BUCKET, LOCK, NULL, &lock, error);

    if (status != S3A_OK) {
        return status;
    }
    *ret_token = s3a_lock_token(lock);
    status = write_report(store, *ret_token, text, error);
    if (status == S3A_OK) {
        status = s3a_lock_release(lock, error);
    }
    s3a_lock_free(lock);
    return status;
}

int main(void)
{
    struct s3a_client *client = NULL;
    struct s3a_store *store = NULL;
    struct s3a_error error;
    uint64_t early, late;
    enum s3a_status status;

    status = s3a_client_new(NULL, &client, &error);
    if (status != S3A_OK) {
        goto out;
    }
    status = s3a_bucket_create(client, BUCKET, &error);
    if (status != S3A_OK && status != S3A_BUCKET_EXISTS) {
        goto out;
    }
    store = s3a_store_new(client, s3a_json_codec(&report_type));
    status = work(client, store, "by the first holder", &early, &error);
    if (status != S3A_OK) {
        goto out;
    }
    status = work(client, store, "by its successor", &late, &error);
    if (status != S3A_OK) {
        goto out;
    }
    /* The first holder wakes up, and means to go on where it was. */
    status = write_report(store, early, "by one who comes too late", &error);
    if (status == S3A_LOST) {
        status = S3A_OK;
    } else if (status == S3A_OK) {
        status = S3A_FAILED;
        snprintf(error.message, sizeof(error.message), "the latecomer was not refused");
    }

out:
    if (status != S3A_OK) {
        fprintf(stderr, "fencing: %s (%s)\n", error.message, s3a_status_name(status));
    }
    s3a_store_free(store);
    s3a_client_free(client);
    return status == S3A_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

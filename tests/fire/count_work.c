/* SPDX-License-Identifier: MIT */
#include "count.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <s3atomic/s3atomic.h>

#include "fire.h"

#define COUNTER "counter"

/* A store that is away is not asked all the time: others need the processor to bring it back. */
#define RETRY_PAUSE_US 10000

struct number {
    char text[24];
    struct s3a_bytes bytes;
};

static uint64_t read_number(const struct s3a_bytes *bytes)
{
    char text[24] = "";

    if (!bytes || bytes->size >= sizeof(text)) {
        return UINT64_MAX;
    }
    memcpy(text, bytes->data, bytes->size);
    return strtoull(text, NULL, 10);
}

static void write_number(struct number *number, uint64_t value)
{
    int size = snprintf(number->text, sizeof(number->text), "%" PRIu64, value);

    number->bytes = (struct s3a_bytes){number->text, (size_t)size};
}

static const char *bucket_of(const struct count_run *run)
{
    return run->given.count > 0 ? run->given.bucket : FIRE_BUCKET;
}

/* Or what was given. */
static struct s3a_client *open_directory(const struct count_run *run)
{
    char endpoint[COUNT_PATH_SIZE + 32];
    struct s3a_client *client = NULL;
    struct s3a_error error;

    snprintf(endpoint, sizeof(endpoint), "file://%s/store", run->directory);
    const struct s3a_client_options options = {
        .endpoint = run->given.count > 0 ? run->given.endpoints[0] : endpoint};
    if (s3a_client_new(&options, &client, &error) != S3A_OK) {
        fprintf(stderr, "count: %s\n", error.message);
    }
    return client;
}

bool count_begin(const struct count_run *run)
{
    struct s3a_client *client = open_directory(run);
    struct s3a_store *store = client ? s3a_store_new(client, s3a_bytes_codec()) : NULL;
    struct number zero;
    struct s3a_object object = {.bucket = bucket_of(run), .key = COUNTER, .value = &zero.bytes};
    struct s3a_error error;
    bool done;

    write_number(&zero, 0);
    done = store && s3a_store_put(store, &object, &error) == S3A_OK;
    s3a_store_free(store);
    s3a_client_free(client);
    return done;
}

uint64_t count_read(const struct count_run *run)
{
    struct s3a_client *client = open_directory(run);
    struct s3a_store *store = client ? s3a_store_new(client, s3a_bytes_codec()) : NULL;
    struct s3a_object object;
    uint64_t value = UINT64_MAX;

    if (store && s3a_store_get(store, bucket_of(run), COUNTER, &object, NULL) == S3A_OK) {
        value = read_number(object.value);
        s3a_object_clear(&object);
    }
    s3a_store_free(store);
    s3a_client_free(client);
    return value;
}

static enum s3a_status add_one(struct s3a_object *object, void *arg)
{
    struct number *number = arg;
    uint64_t value = read_number(object->value);

    if (value == UINT64_MAX) {
        return S3A_FAILED; /* it was there from the start */
    }
    write_number(number, value + 1);
    object->value = &number->bytes;
    return S3A_OK;
}

/* Nothing was changed, and the next time it may be: the store was away for long. */
static bool may_go_better(enum s3a_status status)
{
    return s3a_status_action(status) == S3A_ACTION_RETRY || status == S3A_CONFLICT ||
           status == S3A_RACE;
}

static enum count_outcome increment(struct s3a_store *store, const char *bucket)
{
    struct number number;
    struct s3a_error error;
    enum s3a_status status = S3A_OK;

    do {
        fire_pause_us(status == S3A_OK ? 0 : RETRY_PAUSE_US);
        status = s3a_store_update(store, bucket, COUNTER, add_one, &number, NULL, &error);
    } while (may_go_better(status));
    if (status == S3A_OK) {
        return COUNT_DONE;
    }
    fprintf(stderr, "count: %s\n", error.message);
    return status == S3A_IN_DOUBT ? COUNT_IN_DOUBT : COUNT_FAILED;
}

static enum s3a_status connect_worker(const struct count_run *run, unsigned number,
                                      struct s3a_client **ret_client, struct s3a_error *error)
{
    char endpoint[32];
    struct s3a_client_options options = {0};

    snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u", run->port);
    if (run->given.count > 0) {
        options.endpoint = run->given.endpoints[number % run->given.count];
    } else {
        options.endpoint = endpoint;
        options.access_key = FIRE_KEY;
        options.secret_key = FIRE_SECRET;
    }
    return s3a_client_new(&options, ret_client, error);
}

void count_work(const struct count_run *run, unsigned number, struct count_worker *worker)
{
    struct s3a_client *client;
    struct s3a_error error;

    if (connect_worker(run, number, &client, &error) != S3A_OK) {
        fprintf(stderr, "count: %s\n", error.message);
        return;
    }
    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());
    for (unsigned i = 0; store && i < run->rounds; i++) {
        atomic_fetch_add(&worker->ended[increment(store, bucket_of(run))], 1);
    }
    s3a_store_free(store);
    s3a_client_free(client);
}

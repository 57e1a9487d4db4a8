/* SPDX-License-Identifier: MIT */
#include "faulty.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

struct s3a_client *faulty_client(struct faulty *faulty, uint32_t timeout_ms)
{
    const struct s3a_client_options options = {
        .endpoint = s3a_server_endpoint(faulty->server),
        .access_key = s3a_server_access_key(faulty->server),
        .secret_key = s3a_server_secret_key(faulty->server),
        .request_timeout_ms = timeout_ms,
    };
    struct s3a_client *client;
    struct s3a_error error;

    if (s3a_client_new(&options, &client, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    return client;
}

void faulty_warm(struct s3a_client *client)
{
    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());
    struct s3a_bytes bytes = {"", 0};
    struct s3a_object object = {.bucket = FAULTY_BUCKET, .key = "warm", .value = &bytes};
    struct s3a_error error;

    assert_non_null(store);
    if (s3a_store_put(store, &object, &error) != S3A_OK ||
        s3a_store_delete(store, FAULTY_BUCKET, "warm", object.etag, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    s3a_store_free(store);
}

int faulty_open(void **state)
{
    static const char *const buckets[] = {FAULTY_BUCKET};
    const struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct faulty *faulty = calloc(1, sizeof(*faulty));
    struct s3a_error error;

    assert_non_null(faulty);
    if (s3a_server_start(&options, &faulty->server, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    faulty->client = faulty_client(faulty, 0);
    faulty->other = faulty_client(faulty, 0);
    faulty_warm(faulty->client);
    faulty_warm(faulty->other);
    faulty->store = s3a_store_new(faulty->client, s3a_bytes_codec());
    assert_non_null(faulty->store);
    *state = faulty;
    return 0;
}

int faulty_close(void **state)
{
    struct faulty *faulty = *state;

    s3a_server_faults_clear(faulty->server);
    s3a_store_free(faulty->store);
    s3a_client_free(faulty->other);
    s3a_client_free(faulty->client);
    s3a_server_stop(faulty->server);
    free(faulty);
    return 0;
}

void faulty_add(struct faulty *faulty, const char *fault)
{
    struct s3a_error error;

    if (fault && s3a_server_fault_add(faulty->server, fault, &error) != S3A_OK) {
        fail_msg("%s: %s", fault, error.message);
    }
}

void faulty_only(struct faulty *faulty, const char *fault)
{
    s3a_server_faults_clear(faulty->server);
    faulty_add(faulty, fault);
}

static struct s3a_server_fault_count count_of(struct faulty *faulty)
{
    struct s3a_server_fault_count count;

    assert_true(s3a_server_fault_count(faulty->server, 0, &count));
    return count;
}

uint64_t faulty_matched(struct faulty *faulty)
{
    return count_of(faulty).matched;
}

uint64_t faulty_injected(struct faulty *faulty)
{
    return count_of(faulty).injected;
}

enum s3a_status faulty_put(struct s3a_store *store, const char *key, const char *text)
{
    struct s3a_bytes bytes = {text, strlen(text)};
    struct s3a_object object = {.bucket = FAULTY_BUCKET, .key = key, .value = &bytes};

    return s3a_store_put(store, &object, NULL);
}

void faulty_expect(struct faulty *faulty, const char *key, const char *text)
{
    struct s3a_object object;
    struct s3a_error error;

    s3a_server_faults_clear(faulty->server);
    if (s3a_store_get(faulty->store, FAULTY_BUCKET, key, &object, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    const struct s3a_bytes *bytes = object.value;
    assert_int_equal(bytes->size, strlen(text));
    assert_memory_equal(bytes->data, text, bytes->size);
    s3a_object_clear(&object);
}

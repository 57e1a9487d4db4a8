/* SPDX-License-Identifier: MIT */

/* Objects over a store that goes wrong on request: what the client makes of it. */

#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faulty.h"

#define COUNTERS 4
#define ROUNDS 25

/* It is known by its id: there is no second try. */
static void a_put_whose_answer_is_lost_was_applied(void **state)
{
    static const char *const faults[] = {
        "reset-after op=PutObject first=1", "truncate op=PutObject first=1",
        "error-after=500 op=PutObject first=1", "error-after=502 op=PutObject first=1"};
    struct faulty *faulty = *state;
    char key[16];

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        snprintf(key, sizeof(key), "k%zu", i);
        faulty_only(faulty, faults[i]);
        assert_int_equal(faulty_put(faulty->store, key, "hello"), S3A_OK);
        assert_int_equal(faulty_matched(faulty), 1);
        assert_int_equal(faulty_injected(faulty), 1);
        faulty_expect(faulty, key, "hello");
    }
}

static void a_put_that_was_lost_is_made_again(void **state)
{
    static const char *const faults[] = {
        "reset op=PutObject first=2", "error=500 op=PutObject first=2",
        "error=409 op=PutObject first=2", "error=OperationAborted op=PutObject first=2"};
    struct faulty *faulty = *state;
    char key[16];

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        snprintf(key, sizeof(key), "k%zu", i);
        faulty_only(faulty, faults[i]);
        assert_int_equal(faulty_put(faulty->store, key, "hello"), S3A_OK);
        assert_int_equal(faulty_matched(faulty), 3);
        assert_int_equal(faulty_injected(faulty), 2);
        faulty_expect(faulty, key, "hello");
    }
}

/* Nothing was changed, and that is told at once. */
static void a_store_that_is_busy_is_told_of(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_object object;

    faulty_only(faulty, "error=503");
    assert_int_equal(faulty_put(faulty->store, "k", "hello"), S3A_LATER);
    faulty_only(faulty, "error=429");
    assert_int_equal(faulty_put(faulty->store, "k", "hello"), S3A_LATER);
    faulty_only(faulty, "error=ExpiredToken");
    assert_int_equal(faulty_put(faulty->store, "k", "hello"), S3A_CREDENTIALS);
    faulty_only(faulty, NULL);
    assert_int_equal(s3a_store_head(faulty->store, FAULTY_BUCKET, "k", &object, NULL),
                     S3A_NOT_FOUND);
    s3a_object_clear(&object);
}

static void half_an_object_is_not_taken_for_one(void **state)
{
    static const char *const faults[] = {"truncate op=GetObject", "truncate=0 op=GetObject",
                                         "truncate=99 op=GetObject"};
    struct faulty *faulty = *state;
    struct s3a_object object;

    assert_int_equal(faulty_put(faulty->store, "k", "hello, world"), S3A_OK);
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        faulty_only(faulty, faults[i]);
        assert_int_equal(s3a_store_get(faulty->store, FAULTY_BUCKET, "k", &object, NULL),
                         S3A_UNREACHABLE);
        assert_null(object.value);
    }
    faulty_expect(faulty, "k", "hello, world");
}

/* The request that was frozen arrives when it is of no use any more, and does no harm. */
static void a_frozen_server_is_waited_for_until_the_deadline(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_client *hasty = faulty_client(faulty, 200);
    struct s3a_store *store = s3a_store_new(hasty, s3a_bytes_codec());
    struct s3a_object object;

    assert_non_null(store);
    faulty_warm(hasty);
    faulty_only(faulty, "freeze op=GetObject");
    assert_int_equal(s3a_store_get(store, FAULTY_BUCKET, "k", &object, NULL), S3A_TIMEOUT);
    faulty_only(faulty, "freeze op=PutObject first=1");
    assert_int_equal(faulty_put(store, "k", "hello"), S3A_OK);
    assert_int_equal(faulty_matched(faulty), 2);
    faulty_only(faulty, "freeze-after op=PutObject first=1");
    assert_int_equal(faulty_put(store, "l", "hello"), S3A_OK);
    assert_int_equal(faulty_matched(faulty), 1);
    faulty_expect(faulty, "k", "hello");
    faulty_expect(faulty, "l", "hello");
    s3a_store_free(store);
    s3a_client_free(hasty);
}

static void etags_without_quotes_do_not_matter(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_object object;
    struct s3a_bytes bytes = {"world", 5};

    faulty_only(faulty, "etag=bare");
    assert_int_equal(faulty_put(faulty->store, "k", "hello"), S3A_OK);
    assert_int_equal(s3a_store_head(faulty->store, FAULTY_BUCKET, "k", &object, NULL), S3A_OK);
    object.value = &bytes;
    assert_int_equal(s3a_store_put(faulty->store, &object, NULL), S3A_OK);
    s3a_object_clear(&object);
    faulty_expect(faulty, "k", "world");
}

/* What the conditions are for: without them the second writer wins, and both think they did. */
static void a_store_that_ignores_conditions_loses_writes(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_object object;

    faulty_only(faulty, "ignore-if-none-match");
    assert_int_equal(faulty_put(faulty->store, "k", "first"), S3A_OK);
    assert_int_equal(faulty_put(faulty->store, "k", "second"), S3A_OK);
    faulty_expect(faulty, "k", "second");
    assert_int_equal(s3a_store_head(faulty->store, FAULTY_BUCKET, "k", &object, NULL), S3A_OK);
    struct s3a_object stale = {.bucket = FAULTY_BUCKET, .key = "k", .etag = "\"stale\""};
    stale.value = &(struct s3a_bytes){"third", 5};
    assert_int_equal(s3a_store_put(faulty->store, &stale, NULL), S3A_CONFLICT);
    faulty_only(faulty, "ignore-if-match op=DeleteObject");
    assert_int_equal(s3a_store_put(faulty->store, &stale, NULL), S3A_CONFLICT);
    assert_int_equal(s3a_store_delete(faulty->store, FAULTY_BUCKET, "k", "\"stale\"", NULL),
                     S3A_OK);
    faulty_only(faulty, NULL);
    assert_int_equal(faulty_put(faulty->store, "k", "first"), S3A_OK);
    faulty_only(faulty, "ignore-if-match op=PutObject");
    assert_int_equal(s3a_store_put(faulty->store, &stale, NULL), S3A_OK);
    faulty_expect(faulty, "k", "third");
    s3a_object_clear(&object);
}

/* Puts text over what lies there. */
static enum s3a_status replace(struct s3a_client *client, const char *text)
{
    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());
    struct s3a_bytes bytes = {text, strlen(text)};
    struct s3a_object object;

    assert_non_null(store);
    assert_int_equal(s3a_store_get(store, FAULTY_BUCKET, "k", &object, NULL), S3A_OK);
    object.value = &bytes;
    enum s3a_status status = s3a_store_put(store, &object, NULL);
    s3a_object_clear(&object);
    s3a_store_free(store);
    return status;
}

struct overtaken {
    struct s3a_client *client;
    struct s3a_store *store;
    struct s3a_object object;
    struct s3a_bytes bytes;
    struct s3a_future *future;
};

/* Over "first", with a fault that strikes this one; and waits until it has. */
static void begin_put(struct faulty *faulty, struct overtaken *put, const char *fault)
{
    *put = (struct overtaken){.client = faulty_client(faulty, 2000), .bytes = {"mine", 4}};
    assert_int_equal(faulty_put(faulty->store, "k", "first"), S3A_OK);
    put->store = s3a_store_new(put->client, s3a_bytes_codec());
    assert_non_null(put->store);
    faulty_warm(put->client);
    assert_int_equal(s3a_store_get(put->store, FAULTY_BUCKET, "k", &put->object, NULL), S3A_OK);
    put->object.value = &put->bytes;
    faulty_only(faulty, fault);
    put->future = s3a_store_put_async(put->store, &put->object);
    while (faulty_injected(faulty) == 0) {
    }
}

static enum s3a_status end_put(struct overtaken *put)
{
    enum s3a_status status = s3a_future_wait(put->future, S3A_WAIT_FOREVER, NULL);

    s3a_future_free(put->future);
    return status;
}

static void free_put(struct overtaken *put)
{
    s3a_object_clear(&put->object);
    s3a_store_free(put->store);
    s3a_client_free(put->client);
}

static void a_put_that_others_have_written_over_was_applied(void **state)
{
    struct faulty *faulty = *state;
    struct overtaken put;
    struct s3a_object object;
    bool is_there;

    begin_put(faulty, &put, "freeze-after op=PutObject first=1");
    do {
        assert_int_equal(s3a_store_get(faulty->store, FAULTY_BUCKET, "k", &object, NULL), S3A_OK);
        is_there = ((struct s3a_bytes *)object.value)->size == 4;
        s3a_object_clear(&object);
    } while (!is_there);
    assert_int_equal(replace(faulty->other, "theirs"), S3A_OK);
    assert_int_equal(replace(faulty->client, "theirs, too"), S3A_OK);
    assert_int_equal(end_put(&put), S3A_OK);
    /* What it is now called matches nothing. */
    assert_int_equal(s3a_store_put(put.store, &put.object, NULL), S3A_CONFLICT);
    assert_int_equal(s3a_store_delete(put.store, FAULTY_BUCKET, "k", put.object.etag, NULL),
                     S3A_CONFLICT);
    free_put(&put);
    faulty_expect(faulty, "k", "theirs, too");
}

static void a_put_that_others_were_faster_than_was_not(void **state)
{
    struct faulty *faulty = *state;
    struct overtaken put;

    begin_put(faulty, &put, "freeze op=PutObject first=1");
    assert_int_equal(replace(faulty->other, "theirs"), S3A_OK);
    assert_int_equal(end_put(&put), S3A_CONFLICT);
    s3a_server_faults_clear(faulty->server);
    free_put(&put);
    faulty_expect(faulty, "k", "theirs");
}

struct counting {
    struct faulty *faulty;
    pthread_t thread;
    unsigned done;
    unsigned in_doubt;
};

struct number {
    char text[16];
    struct s3a_bytes bytes;
};

static enum s3a_status add_one(struct s3a_object *object, void *arg)
{
    struct number *number = arg;
    const struct s3a_bytes *before = object->value;
    char text[16] = "0";

    if (before) {
        assert_true(before->size < sizeof(text));
        memcpy(text, before->data, before->size);
    }
    snprintf(number->text, sizeof(number->text), "%ld", strtol(text, NULL, 10) + 1);
    number->bytes = (struct s3a_bytes){number->text, strlen(number->text)};
    object->value = &number->bytes;
    return S3A_OK;
}

static void *count(void *arg)
{
    struct counting *counting = arg;
    struct s3a_client *client = faulty_client(counting->faulty, 1000);
    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());
    struct number number;

    assert_non_null(store);
    for (int i = 0; i < ROUNDS; i++) {
        enum s3a_status status =
            s3a_store_update(store, FAULTY_BUCKET, "n", add_one, &number, NULL, NULL);
        assert_true(status == S3A_OK || status == S3A_IN_DOUBT);
        counting->done += status == S3A_OK;
        counting->in_doubt += status == S3A_IN_DOUBT;
    }
    s3a_store_free(store);
    s3a_client_free(client);
    return NULL;
}

static unsigned counter_of(struct faulty *faulty)
{
    struct s3a_object object;
    char text[16] = "";

    assert_int_equal(s3a_store_get(faulty->store, FAULTY_BUCKET, "n", &object, NULL), S3A_OK);
    const struct s3a_bytes *bytes = object.value;
    assert_true(bytes->size < sizeof(text));
    memcpy(text, bytes->data, bytes->size);
    s3a_object_clear(&object);
    return (unsigned)strtoul(text, NULL, 10);
}

static void every_increment_is_made_once(void **state)
{
    struct faulty *faulty = *state;
    struct counting counters[COUNTERS];
    unsigned done = 0;
    unsigned in_doubt = 0;

    assert_int_equal(faulty_put(faulty->store, "n", "0"), S3A_OK);
    faulty_add(faulty, "reset rate=5%");
    faulty_add(faulty, "reset-after rate=5%");
    faulty_add(faulty, "error-after=500 op=PutObject rate=5%");
    faulty_add(faulty, "error=500 rate=3%");
    faulty_add(faulty, "error=503 rate=3%");
    faulty_add(faulty, "error=409 op=PutObject rate=3%");
    faulty_add(faulty, "truncate op=GetObject rate=3%");
    faulty_add(faulty, "latency=exponential:2ms rate=50%");
    for (int i = 0; i < COUNTERS; i++) {
        counters[i] = (struct counting){.faulty = faulty};
        assert_int_equal(pthread_create(&counters[i].thread, NULL, count, &counters[i]), 0);
    }
    for (int i = 0; i < COUNTERS; i++) {
        assert_int_equal(pthread_join(counters[i].thread, NULL), 0);
        done += counters[i].done;
        in_doubt += counters[i].in_doubt;
    }
    print_message("# %u done, %u in doubt\n", done, in_doubt);
    assert_true(faulty_injected(faulty) > 0);
    s3a_server_faults_clear(faulty->server);
    assert_int_equal(in_doubt, 0);
    assert_int_equal(counter_of(faulty), COUNTERS * ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULTY_TEST(a_put_whose_answer_is_lost_was_applied),
        FAULTY_TEST(a_put_that_was_lost_is_made_again),
        FAULTY_TEST(a_store_that_is_busy_is_told_of),
        FAULTY_TEST(half_an_object_is_not_taken_for_one),
        FAULTY_TEST(a_frozen_server_is_waited_for_until_the_deadline),
        FAULTY_TEST(etags_without_quotes_do_not_matter),
        FAULTY_TEST(a_store_that_ignores_conditions_loses_writes),
        FAULTY_TEST(a_put_that_others_have_written_over_was_applied),
        FAULTY_TEST(a_put_that_others_were_faster_than_was_not),
        FAULTY_TEST(every_increment_is_made_once),
    };
    return cmocka_run_group_tests_name("faults_store", tests, NULL, NULL);
}

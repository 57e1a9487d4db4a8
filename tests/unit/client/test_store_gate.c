/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include <s3atomic/s3atomic.h>

#include "fail_malloc.h"
#include "liar.h"

#define BUCKET LIAR_BUCKET
#define NAME LIAR_LOCK_NAME
#define KEY LIAR_LOCK_KEY

/* Of a probe that meets with no trouble. */
#define PROBE_REQUESTS 6

static void a_store_is_asked_once_for_all_locks_of_a_bucket(void **state)
{
    struct liar *liar = *state;

    assert_false(liar_give_back(liar_take(liar, NULL)));
    assert_false(liar_give_back(liar_take(liar, NULL)));
    liar_end(liar);
    assert_int_equal(liar->probe_count, PROBE_REQUESTS);
    /* Looked at, taken, freed; taken, freed. */
    assert_int_equal(liar->request_count, PROBE_REQUESTS + 5);
    liar_begin(liar, NULL);
}

static void amazons_own_is_not_asked_nor_is_a_directory(void **state)
{
    static const char *const endpoints[] = {"https://s3.eu-central-1.amazonaws.com",
                                            "https://s3.cn-north-1.amazonaws.com.cn",
                                            "file:///nowhere"};
    struct liar *liar = *state;

    for (int i = 0; i < 3; i++) {
        liar_end(liar);
        liar_begin(liar, endpoints[i]);
        assert_false(liar_give_back(liar_take(liar, NULL)));
        assert_int_equal(liar->probe_count, 0);
    }
}

static void a_name_that_only_looks_like_amazons_is_asked(void **state)
{
    struct liar *liar = *state;

    liar_end(liar);
    liar_begin(liar, "https://amazonaws.com.example");
    assert_false(liar_give_back(liar_take(liar, NULL)));
    assert_true(liar->probe_count > 0);
}

static void who_waits_for_a_lock_that_is_held_asks_nothing(void **state)
{
    struct liar *liar = *state;
    struct s3a_lock *lock;

    liar_put(liar, KEY,
             "{\"s3atomic\":\"lock/1\",\"state\":\"held\",\"token\":41,"
             "\"owner\":\"0123456789abcdef0123456789abcdef\",\"beat\":3,\"lease_ms\":30000,"
             "\"heartbeat_ms\":10000,\"recent\":[]}");
    assert_int_equal(s3a_lock_acquire(liar->client, BUCKET, NAME, NULL, &lock, NULL), S3A_HELD);
    assert_int_equal(liar->request_count, 1);
}

static void a_store_that_ignores_conditions_gives_no_lock(void **state)
{
    struct liar *liar = *state;
    struct s3a_error error;
    struct s3a_lock *lock;

    liar->ignores_if_match = true;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(s3a_lock_acquire(liar->client, BUCKET, NAME, NULL, &lock, &error),
                         S3A_UNSUPPORTED);
        assert_non_null(strstr(error.message, "ignores If-Match"));
    }
    liar_end(liar);
    assert_int_equal(liar->probe_count, 5); /* the same with its clean-up, once */
    assert_string_equal(liar_body(liar, KEY), "");
    liar_begin(liar, NULL);
}

static void who_takes_the_risk_by_name_goes_on(void **state)
{
    const struct s3a_client_options options = {.unsafe_store = true};
    struct liar *liar = *state;

    liar_end(liar);
    liar_open(liar, &options);
    liar->ignores_if_none_match = true;
    liar->wants_bare_etag = true;
    assert_false(liar_give_back(liar_take(liar, NULL)));
    assert_true(liar_lock_is_free(liar));
    liar_end(liar);
    liar_open(liar, &options);
    liar->answers[1] = S3A_CODE_ACCESS_DENIED; /* the look is the first request */
    assert_false(liar_give_back(liar_take(liar, NULL)));
    assert_true(liar_lock_is_free(liar));
    liar_end(liar);
    liar_begin(liar, NULL);
}

#define MANY 6

static void many_at_once_wait_for_one_answer(void **state)
{
    struct liar *liar = *state;
    struct s3a_store *store = s3a_store_new(liar->client, s3a_bytes_codec());
    struct s3a_bytes bytes = {"value", 5};
    struct s3a_future *futures[MANY];
    struct s3a_object objects[MANY];
    char keys[MANY][8];

    for (int i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof(keys[i]), "key-%d", i);
        objects[i] = (struct s3a_object){.bucket = BUCKET, .key = keys[i], .value = &bytes};
        futures[i] = s3a_store_put_async(store, &objects[i]);
    }
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(s3a_future_wait(futures[i], S3A_WAIT_FOREVER, NULL), S3A_OK);
        s3a_future_free(futures[i]);
    }
    s3a_store_free(store);
    liar_end(liar);
    assert_int_equal(liar->probe_count, PROBE_REQUESTS);
    assert_int_equal(liar->request_count, PROBE_REQUESTS + MANY);
    liar_begin(liar, NULL);
}

static void who_gives_up_while_it_is_asked_gets_away(void **state)
{
    struct liar *liar = *state;
    struct s3a_lock *lock;
    struct s3a_future *future;

    liar->is_silent = true;
    future = s3a_lock_acquire_async(liar->client, BUCKET, NAME, NULL, &lock);
    s3a_future_cancel(future);
    liar_speak(liar);
    enum s3a_status status = s3a_future_wait(future, S3A_WAIT_FOREVER, NULL);
    s3a_future_free(future);
    if (status == S3A_OK) { /* it was granted before */
        assert_false(liar_give_back(lock));
    } else {
        assert_int_equal(status, S3A_CANCELLED);
    }
    liar_end(liar);
    liar_begin(liar, NULL);
}

static void a_client_that_ends_while_it_asks_cleans_up(void **state)
{
    struct liar *liar = *state;
    struct s3a_lock *lock;

    for (int i = 0; i < 20; i++) {
        struct s3a_future *future = s3a_lock_acquire_async(liar->client, BUCKET, NAME, NULL, &lock);
        liar_wait(liar, 1 + (unsigned)i % PROBE_REQUESTS);
        liar_end(liar);
        if (s3a_future_wait(future, 0, NULL) == S3A_OK) {
            s3a_lock_free(lock);
        }
        s3a_future_free(future);
        liar_begin(liar, NULL);
    }
}

/* A call that is sent in the loop's thread, while memory is short there. */
struct errand {
    struct s3a_client *client;
    struct s3a_call call;
    struct s3a_task task;
    unsigned failing_allocation;
    bool has_failed;
    sem_t is_done;
};

static void errand_done(struct s3a_call *call)
{
    sem_post(&s3a_list_entry(call, struct errand, call)->is_done);
}

static void errand_run(struct s3a_task *task)
{
    struct errand *errand = s3a_list_entry(task, struct errand, task);
    struct s3a_transport *transport = errand->client->transport;

    fail_malloc_at(errand->failing_allocation);
    transport->send(transport, &errand->call);
    errand->has_failed = fail_malloc_happened();
}

/* Allocations: what is known of the bucket; the probe; none. */
static void without_memory_nothing_is_sent_and_the_next_one_asks(void **state)
{
    struct liar *liar = *state;

    for (unsigned nth = 1; nth <= 3; nth++) {
        struct errand errand = {.client = liar->client, .failing_allocation = nth};
        unsigned requests = liar->request_count;
        s3a_call_init(&errand.call, 0, errand_done);
        errand.call.op = (struct s3a_op){.kind = S3A_OP_PUT_OBJECT,
                                         .bucket = S3A_STR(BUCKET),
                                         .key = S3A_STR("key"),
                                         .if_none_match = S3A_STR("*")};
        errand.task.run = errand_run;
        assert_int_equal(sem_init(&errand.is_done, 0, 0), 0);
        s3a_loop_post(liar->client->loop, &errand.task);
        while (sem_wait(&errand.is_done) != 0) {
        }
        assert_int_equal(errand.has_failed, nth < 3);
        assert_int_equal(errand.call.answer.status, nth < 3 ? S3A_NO_MEMORY : S3A_OK);
        assert_true(nth == 3 || liar->request_count == requests);
        s3a_call_fini(&errand.call);
        sem_destroy(&errand.is_done);
    }
    liar_end(liar);
    liar_begin(liar, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIAR_TEST(a_store_is_asked_once_for_all_locks_of_a_bucket),
        LIAR_TEST(amazons_own_is_not_asked_nor_is_a_directory),
        LIAR_TEST(a_name_that_only_looks_like_amazons_is_asked),
        LIAR_TEST(who_waits_for_a_lock_that_is_held_asks_nothing),
        LIAR_TEST(a_store_that_ignores_conditions_gives_no_lock),
        LIAR_TEST(who_takes_the_risk_by_name_goes_on),
        LIAR_TEST(many_at_once_wait_for_one_answer),
        LIAR_TEST(who_gives_up_while_it_is_asked_gets_away),
        LIAR_TEST(a_client_that_ends_while_it_asks_cleans_up),
        LIAR_TEST(without_memory_nothing_is_sent_and_the_next_one_asks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

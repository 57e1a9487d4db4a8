/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "desk.h"
#include "store_state.h"

#define CROWD 8

/* One thread that adds 1, and what befalls it. */
struct adder {
    struct desk *desk;
    pthread_t thread;
    unsigned await;     /* in its first turn: until so many stand in the queue */
    atomic_bool *until; /* the same: until it is so */
    bool calls_off;
    bool writes_between; /* somebody else does, in its first turn */
    bool nests;
    bool wants_result;
    unsigned attempts_max;

    unsigned calls;
    int made;
    char text[16];
    struct s3a_bytes value;
    enum s3a_status status;
    struct s3a_object result;
    struct s3a_error error;
};

static unsigned members(struct s3a_store *store)
{
    unsigned count = 0;

    pthread_mutex_lock(&store->updates.mutex);
    if (!s3a_list_is_empty(&store->updates.queues)) {
        count = s3a_list_entry(store->updates.queues.next, struct s3a_update_queue, link)->members;
    }
    pthread_mutex_unlock(&store->updates.mutex);
    return count;
}

static void await_members(struct s3a_store *store, unsigned count)
{
    while (members(store) < count) {
        sched_yield();
    }
}

static int number_in(const struct s3a_object *object)
{
    const struct s3a_bytes *bytes = object->value;
    char text[16] = "";

    if (bytes) {
        snprintf(text, sizeof(text), "%.*s", (int)bytes->size, (const char *)bytes->data);
    }
    return atoi(text);
}

static enum s3a_status add_one(struct s3a_object *object, void *arg);

static void add_within(struct adder *adder)
{
    struct adder inner = {.desk = adder->desk};

    assert_int_equal(
        s3a_store_update(adder->desk->store, DESK_BUCKET, DESK_KEY, add_one, &inner, NULL, NULL),
        S3A_OK);
}

static enum s3a_status add_one(struct s3a_object *object, void *arg)
{
    struct adder *adder = arg;

    if (adder->calls++ == 0) {
        await_members(adder->desk->store, adder->await);
        while (adder->until && !*adder->until) {
            sched_yield();
        }
        if (adder->writes_between) {
            fake_store_put(&adder->desk->fake, "100", NULL);
        }
        if (adder->nests) {
            add_within(adder);
        }
    }
    adder->made = number_in(object) + 1;
    snprintf(adder->text, sizeof(adder->text), "%d", adder->made);
    adder->value = bytes_of(adder->text);
    object->value = &adder->value;
    return adder->calls_off ? S3A_FAILED : S3A_OK;
}

static void *add(void *arg)
{
    struct adder *adder = arg;
    struct s3a_update_options options = {.attempts_max = adder->attempts_max};

    adder->status =
        s3a_store_update_with(adder->desk->store, DESK_BUCKET, DESK_KEY, &options, add_one, adder,
                              adder->wants_result ? &adder->result : NULL, &adder->error);
    return NULL;
}

/* The first one leads, and waits in its turn until all the others stand behind it, in order. */
static void add_together(struct desk *desk, struct adder *adders, unsigned count)
{
    adders[0].await = count;
    for (unsigned i = 0; i < count; i++) {
        adders[i].desk = desk;
        await_members(desk->store, i);
        assert_int_equal(pthread_create(&adders[i].thread, NULL, add, &adders[i]), 0);
    }
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(pthread_join(adders[i].thread, NULL), 0);
    }
    assert_true(s3a_list_is_empty(&desk->store->updates.queues));
}

static void one_reads_and_writes_for_all(void **state)
{
    struct desk *desk = *state;
    struct adder adders[CROWD] = {0};

    add_together(desk, adders, CROWD);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(adders[i].status, S3A_OK);
        assert_int_equal(adders[i].calls, 1);
        assert_int_equal(adders[i].made, i + 1);
    }
    assert_stored(desk, "8");
    assert_requests(desk, "GP");
}

static void each_is_told_what_was_written_in_the_end(void **state)
{
    struct desk *desk = *state;
    struct adder adders[3] = {{.wants_result = true}, {0}, {.wants_result = true}};

    add_together(desk, adders, 3);
    for (int i = 0; i < 3; i += 2) {
        assert_int_equal(number_in(&adders[i].result), 3);
        assert_string_equal(adders[i].result.etag, "\"1\"");
        assert_int_equal(s3a_store_put(desk->store, &adders[i].result, NULL),
                         i == 0 ? S3A_OK : S3A_CONFLICT);
        s3a_object_clear(&adders[i].result);
    }
}

static void who_calls_it_off_leaves_no_trace(void **state)
{
    struct desk *desk = *state;
    struct adder adders[4] = {{0}, {.calls_off = true}, {0}, {.calls_off = true}};

    add_together(desk, adders, 4);
    assert_int_equal(adders[1].status, S3A_FAILED);
    assert_int_equal(adders[3].error.status, S3A_FAILED);
    assert_int_equal(adders[2].status, S3A_OK);
    assert_int_equal(adders[2].made, 2);
    assert_stored(desk, "2");
    assert_requests(desk, "GP");
}

static void a_leader_who_calls_it_off_makes_way(void **state)
{
    struct desk *desk = *state;
    struct adder adders[3] = {{.calls_off = true}, {0}, {0}};

    add_together(desk, adders, 3);
    assert_int_equal(adders[0].status, S3A_FAILED);
    assert_int_equal(adders[1].status, S3A_OK);
    assert_int_equal(adders[2].status, S3A_OK);
    assert_stored(desk, "2");
}

static void all_change_it_again_where_somebody_else_was_faster(void **state)
{
    struct desk *desk = *state;
    struct adder adders[3] = {{0}, {0}, {.writes_between = true}};

    add_together(desk, adders, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(adders[i].status, S3A_OK);
        assert_int_equal(adders[i].calls, 2);
    }
    assert_stored(desk, "103");
    assert_requests(desk, "GPHGP");
}

static void who_may_not_try_again_leaves(void **state)
{
    struct desk *desk = *state;
    struct adder adders[3] = {{.attempts_max = 1}, {.attempts_max = 1}, {.writes_between = true}};

    add_together(desk, adders, 3);
    assert_int_equal(adders[0].status, S3A_CONFLICT);
    assert_int_equal(adders[1].status, S3A_CONFLICT);
    assert_non_null(strstr(adders[1].error.message, "1 times in a row"));
    assert_int_equal(adders[2].status, S3A_OK);
    assert_stored(desk, "101");
}

static void a_failure_of_the_write_is_told_to_all(void **state)
{
    struct desk *desk = *state;
    struct adder adders[3] = {{.wants_result = true}, {0}, {.wants_result = true}};

    desk_script(desk, FAKE_NONE, FAKE_DENIED);
    add_together(desk, adders, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(adders[i].status, S3A_DENIED);
        assert_int_equal(adders[i].error.status, S3A_DENIED);
        assert_null(adders[i].result.owned);
    }
    assert_stored(desk, "");
}

static void an_update_within_an_update_goes_its_own_way(void **state)
{
    struct desk *desk = *state;
    struct adder adder[1] = {{.nests = true}};

    add_together(desk, adder, 1);
    assert_int_equal(adder->status, S3A_OK);
    assert_int_equal(adder->calls, 2);
    assert_stored(desk, "2");
}

static void what_is_known_is_not_read(void **state)
{
    struct desk *desk = *state;
    struct adder first = {.desk = desk, .wants_result = true};
    struct adder second = {.desk = desk};

    add(&first);
    assert_requests(desk, "GP");
    struct s3a_update_options options = {.known = &first.result};
    assert_int_equal(s3a_store_update_with(desk->store, DESK_BUCKET, DESK_KEY, &options, add_one,
                                           &second, NULL, NULL),
                     S3A_OK);
    assert_requests(desk, "P");
    assert_stored(desk, "2");
    s3a_object_clear(&first.result);
}

static void what_is_known_no_more_is_read(void **state)
{
    struct desk *desk = *state;
    struct adder first = {.desk = desk, .wants_result = true};
    struct adder second = {.desk = desk};

    add(&first);
    fake_store_put(&desk->fake, "41", NULL);
    struct s3a_update_options options = {.known = &first.result};
    assert_int_equal(s3a_store_update_with(desk->store, DESK_BUCKET, DESK_KEY, &options, add_one,
                                           &second, NULL, NULL),
                     S3A_OK);
    assert_requests(desk, "GPPHGP");
    assert_stored(desk, "42");
    s3a_object_clear(&first.result);
}

static void what_is_known_of_another_object_is_refused(void **state)
{
    struct desk *desk = *state;
    struct adder adder = {.desk = desk};
    struct s3a_object other = {.bucket = DESK_BUCKET, .key = "other"};
    struct s3a_object headed = {.bucket = DESK_BUCKET, .key = DESK_KEY, .etag = "\"1\""};
    struct s3a_error error;

    struct s3a_update_options options = {.known = &other};
    assert_int_equal(s3a_store_update_with(desk->store, DESK_BUCKET, DESK_KEY, &options, add_one,
                                           &adder, NULL, &error),
                     S3A_INVALID);
    assert_non_null(strstr(error.message, "another object"));
    options.known = &headed;
    assert_int_equal(s3a_store_update_with(desk->store, DESK_BUCKET, DESK_KEY, &options, add_one,
                                           &adder, NULL, &error),
                     S3A_INVALID);
    assert_int_equal(adder.calls, 0);
}

static void who_waits_too_long_gives_up(void **state)
{
    struct desk *desk = *state;
    atomic_bool has_left = false;
    struct adder slow = {.desk = desk, .until = &has_left};
    struct adder hasty = {.desk = desk};
    struct s3a_update_options options = {.timeout_ms = 1};
    struct s3a_error error;

    assert_int_equal(pthread_create(&slow.thread, NULL, add, &slow), 0);
    await_members(desk->store, 1);
    assert_int_equal(s3a_store_update_with(desk->store, DESK_BUCKET, DESK_KEY, &options, add_one,
                                           &hasty, NULL, &error),
                     S3A_CONFLICT);
    assert_non_null(strstr(error.message, "took too long"));
    assert_int_equal(hasty.calls, 0);
    has_left = true;
    assert_int_equal(pthread_join(slow.thread, NULL), 0);
    assert_int_equal(slow.status, S3A_OK);
    assert_requests(desk, "GP");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(one_reads_and_writes_for_all),
        DESK_TEST(each_is_told_what_was_written_in_the_end),
        DESK_TEST(who_calls_it_off_leaves_no_trace),
        DESK_TEST(a_leader_who_calls_it_off_makes_way),
        DESK_TEST(all_change_it_again_where_somebody_else_was_faster),
        DESK_TEST(who_may_not_try_again_leaves),
        DESK_TEST(a_failure_of_the_write_is_told_to_all),
        DESK_TEST(an_update_within_an_update_goes_its_own_way),
        DESK_TEST(what_is_known_is_not_read),
        DESK_TEST(what_is_known_no_more_is_read),
        DESK_TEST(what_is_known_of_another_object_is_refused),
        DESK_TEST(who_waits_too_long_gives_up),
    };
    return cmocka_run_group_tests_name("update_queue", tests, NULL, NULL);
}

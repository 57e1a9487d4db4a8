/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "desk.h"
#include "error.h"
#include "fail_malloc.h"

/* What a put does on a network that is not to be trusted. */

static void a_write_bears_an_id_of_its_own(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";
    char first[64];

    assert_int_equal(desk_put(desk, "one", etag, NULL), S3A_OK);
    assert_true(strlen(desk->fake.write_id) >= 32);
    assert_int_equal(strspn(desk->fake.write_id, "0123456789abcdef"), 32);
    memcpy(first, desk->fake.write_id, sizeof(first));
    assert_int_equal(desk_put(desk, "two", etag, NULL), S3A_OK);
    assert_memory_not_equal(first, desk->fake.write_id, 32);
    assert_string_equal(desk->fake.content_type, "application/octet-stream");
    assert_requests(desk, "PP");
}

static void a_lost_answer_is_found_by_reading_back(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";

    desk_script(desk, FAKE_ANSWER_LOST);
    assert_int_equal(desk_put(desk, "one", etag, NULL), S3A_OK);
    assert_string_equal(etag, desk->fake.etag);
    assert_requests(desk, "PH");
}

static void a_lost_request_is_made_again_and_is_the_same_write(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";

    desk_script(desk, FAKE_REQUEST_LOST, FAKE_LATER, FAKE_NONE, FAKE_ANSWER_LOST);
    assert_int_equal(desk_put(desk, "one", etag, NULL), S3A_OK);
    assert_requests(desk, "PHHPH");
    assert_string_equal(etag, "\"1\"");
    assert_stored(desk, "one");
}

static void what_was_overwritten_in_doubt_stays_in_doubt(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";
    struct s3a_error error;

    desk_script(desk, FAKE_OVERWRITTEN);
    assert_int_equal(desk_put(desk, "one", etag, &error), S3A_IN_DOUBT);
    assert_int_equal(error.status, S3A_IN_DOUBT);
    assert_non_null(strstr(error.message, "s3://bucket/key: "));
    assert_non_null(strstr(error.message, "read it first"));
    assert_non_null(strstr(error.message, "no answer"));
    assert_string_equal(etag, "");
    assert_requests(desk, "PH");
    assert_stored(desk, "another's");
}

static void a_conflict_changes_nothing_and_says_so(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";
    struct s3a_error error;

    fake_store_put(&desk->fake, "another's", NULL);
    assert_int_equal(desk_put(desk, "one", etag, &error), S3A_CONFLICT);
    assert_int_equal(error.http_status, 412);
    assert_string_equal(error.code, "PreconditionFailed");
    assert_requests(desk, "PH");
    strcpy(etag, "\"77\"");
    assert_int_equal(desk_put(desk, "one", etag, &error), S3A_CONFLICT);
    fake_store_delete(&desk->fake);
    assert_int_equal(desk_put(desk, "one", etag, &error), S3A_CONFLICT);
    assert_int_equal(error.status, S3A_CONFLICT);
    assert_int_equal(error.http_status, 404);
    assert_stored(desk, "");
}

static void two_writes_at_once_are_tried_again(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";

    desk_script(desk, FAKE_RACE, FAKE_RACE);
    assert_int_equal(desk_put(desk, "one", etag, NULL), S3A_OK);
    assert_requests(desk, "PPP");
}

static void what_is_clearly_not_done_is_told_at_once(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";
    struct s3a_error error;

    desk_script(desk, FAKE_LATER, FAKE_DENIED);
    assert_int_equal(desk_put(desk, "one", etag, &error), S3A_LATER);
    assert_int_equal(desk_put(desk, "one", etag, &error), S3A_DENIED);
    assert_non_null(strstr(error.message, "PUT s3://bucket/key: "));
    assert_requests(desk, "PP");
}

/* One that was not asked. */
static void a_store_that_wants_bare_etags_gets_them(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";

    desk->fake.wants_bare_etag = true;
    assert_int_equal(desk_put(desk, "one", etag, NULL), S3A_OK);
    assert_int_equal(desk_put(desk, "two", etag, NULL), S3A_OK);
    assert_requests(desk, "PPHP");
}

static void an_overwrite_in_doubt_is_not_repeated(void **state)
{
    struct desk *desk = *state;
    struct s3a_bytes bytes = bytes_of("one");
    struct s3a_object object = {.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes};

    desk_script(desk, FAKE_REQUEST_LOST, FAKE_NONE, FAKE_ANSWER_LOST);
    assert_int_equal(s3a_store_overwrite(desk->store, &object, NULL), S3A_IN_DOUBT);
    assert_int_equal(s3a_store_overwrite(desk->store, &object, NULL), S3A_OK);
    assert_requests(desk, "PHPH");
    assert_string_equal(object.etag, desk->fake.etag);
}

static void the_same_bytes_from_another_hand_are_noticed(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";
    struct s3a_object object;
    struct s3a_bytes bytes = bytes_of("two");

    assert_int_equal(desk_put(desk, "one", etag, NULL), S3A_OK);
    assert_int_equal(s3a_store_get(desk->store, DESK_BUCKET, DESK_KEY, &object, NULL), S3A_OK);
    /* Another write that comes to the same ETag. */
    memset(desk->fake.write_id, 'f', 32);
    object.value = &bytes;
    desk_script(desk, FAKE_REQUEST_LOST);
    assert_int_equal(s3a_store_put(desk->store, &object, NULL), S3A_IN_DOUBT);
    assert_requests(desk, "PGPH");
    s3a_object_clear(&object);
}

static void a_cancelled_put_that_was_not_made_says_so(void **state)
{
    struct desk *desk = *state;
    struct s3a_bytes bytes = bytes_of("one");
    struct s3a_object object = {.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes};
    enum fake_fault races[FAKE_REQUESTS_MAX];

    for (size_t i = 0; i < FAKE_REQUESTS_MAX; i++) {
        races[i] = FAKE_RACE;
    }
    fake_store_script(&desk->fake, races, FAKE_REQUESTS_MAX);
    struct s3a_future *future = s3a_store_put_async(desk->store, &object);
    fake_store_wait(&desk->fake, 1);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_CANCELLED);
    s3a_future_free(future);
    assert_string_equal(object.etag, "");
    assert_stored(desk, "");
}

static void a_cancelled_put_without_an_answer_is_looked_at(void **state)
{
    struct desk *desk = *state;
    struct s3a_bytes bytes = bytes_of("one");
    struct s3a_object object = {.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes};

    desk_script(desk, FAKE_SILENCE);
    struct s3a_future *future = s3a_store_put_async(desk->store, &object);
    fake_store_wait(&desk->fake, 1);
    s3a_future_cancel(future);
    assert_int_equal(s3a_future_wait(future, S3A_WAIT_FOREVER, NULL), S3A_IN_DOUBT);
    s3a_future_free(future);
    assert_requests(desk, "PH");
    assert_int_equal(desk->fake.abandoned_count, 1);
}

static void note_status(struct s3a_future *future, void *user)
{
    *(enum s3a_status *)user = s3a_future_wait(future, 0, NULL);
    s3a_future_free(future);
}

static void a_client_is_freed_with_a_put_under_way(void **state)
{
    struct desk *desk = *state;
    struct s3a_bytes bytes = bytes_of("one");
    struct s3a_object object = {.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes};
    enum s3a_status status = S3A_OK;

    desk_script(desk, FAKE_SILENCE);
    struct s3a_future *future = s3a_store_put_async(desk->store, &object);
    fake_store_wait(&desk->fake, 1);
    s3a_future_on_done(future, note_status, &status);
    fake_store_close(&desk->fake);
    desk->fake.client = NULL;
    assert_int_equal(status, S3A_IN_DOUBT);
}

static void an_etag_is_taken_with_quotes_or_without(void **state)
{
    struct desk *desk = *state;
    char etag[129] = "";
    struct s3a_error error;

    assert_int_equal(desk_put(desk, "one", etag, NULL), S3A_OK);
    strcpy(etag, "1");
    assert_int_equal(desk_put(desk, "two", etag, NULL), S3A_OK);
    assert_string_equal(etag, "\"2\"");
    for (const char *const *bad =
             (const char *const[]){"*", "\"", "a b", "\"a\",\"b\"", "\"\"", "a\n", NULL};
         *bad; bad++) {
        strcpy(etag, *bad);
        assert_int_equal(desk_put(desk, "three", etag, &error), S3A_INVALID);
        assert_non_null(strstr(error.message, "etag"));
    }
    memset(etag, 'x', 127);
    etag[127] = '\0';
    assert_int_equal(desk_put(desk, "three", etag, &error), S3A_INVALID);
    assert_stored(desk, "two");
}

static void put_without_memory(void *arg)
{
    struct desk *desk = arg;
    struct s3a_bytes bytes = bytes_of("one");
    struct s3a_object object = {.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes};
    struct s3a_error error;

    fake_store_delete(&desk->fake);
    struct s3a_future *future = s3a_store_put_async(desk->store, &object);
    enum s3a_status status =
        future ? s3a_future_wait(future, S3A_WAIT_FOREVER, &error) : S3A_NO_MEMORY;
    s3a_future_free(future);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_stored(desk, status == S3A_OK ? "one" : "");
}

static void without_memory_nothing_is_written(void **state)
{
    fail_malloc_sweep(put_without_memory, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_write_bears_an_id_of_its_own),
        DESK_TEST(a_lost_answer_is_found_by_reading_back),
        DESK_TEST(a_lost_request_is_made_again_and_is_the_same_write),
        DESK_TEST(what_was_overwritten_in_doubt_stays_in_doubt),
        DESK_TEST(a_conflict_changes_nothing_and_says_so),
        DESK_TEST(two_writes_at_once_are_tried_again),
        DESK_TEST(what_is_clearly_not_done_is_told_at_once),
        DESK_TEST(a_store_that_wants_bare_etags_gets_them),
        DESK_TEST(an_overwrite_in_doubt_is_not_repeated),
        DESK_TEST(the_same_bytes_from_another_hand_are_noticed),
        DESK_TEST(a_cancelled_put_that_was_not_made_says_so),
        DESK_TEST(a_cancelled_put_without_an_answer_is_looked_at),
        DESK_TEST(a_client_is_freed_with_a_put_under_way),
        DESK_TEST(an_etag_is_taken_with_quotes_or_without),
        DESK_TEST(without_memory_nothing_is_written),
    };
    return cmocka_run_group_tests_name("store_write", tests, NULL, NULL);
}

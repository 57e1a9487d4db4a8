/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include <s3atomic/s3atomic.h>

#include "liar.h"

#define BUCKET "bucket"

static enum s3a_status create(struct liar *liar, const char *key, struct s3a_error *error)
{
    struct s3a_store *store = s3a_store_new(liar->client, s3a_bytes_codec());
    struct s3a_bytes bytes = {"value", 5};
    struct s3a_object object = {.bucket = BUCKET, .key = key, .value = &bytes};

    assert_non_null(store);
    enum s3a_status status = s3a_store_put(store, &object, error);
    s3a_store_free(store);
    return status;
}

static void create_well(struct liar *liar, const char *key)
{
    struct s3a_error error;

    if (create(liar, key, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
}

/* Nothing of ours was written, and what was written to find that out is gone. */
static void expect_refusal(struct liar *liar, const char *why)
{
    struct s3a_error error;

    assert_int_equal(create(liar, "key", &error), S3A_UNSUPPORTED);
    if (!strstr(error.message, why)) {
        fail_msg("%s", error.message);
    }
    assert_int_equal(liar->request_count, liar->probe_count);
    liar_close(liar); /* what is still being cleaned up is waited for */
    assert_string_equal(liar_body(liar, "key"), "");
    assert_false(liar_has_scratch(liar));
    liar_open(liar, NULL);
}

static void a_store_that_honours_conditions_is_asked_six_times(void **state)
{
    static const struct {
        enum s3a_op_kind kind;
        bool has_if_match;
        bool has_if_none_match;
    } expected[] = {
        {S3A_OP_PUT_OBJECT, false, true},     {S3A_OP_PUT_OBJECT, false, true},
        {S3A_OP_PUT_OBJECT, true, false},     {S3A_OP_PUT_OBJECT, true, false},
        {S3A_OP_DELETE_OBJECT, true, false},  {S3A_OP_PUT_OBJECT, false, true},
        {S3A_OP_DELETE_OBJECT, false, false},
    };
    struct liar *liar = *state;

    create_well(liar, "key");
    liar_wait(liar, 7);
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(liar->requests[i].kind, expected[i].kind);
        assert_int_equal(liar->requests[i].if_match[0] != '\0', expected[i].has_if_match);
        assert_int_equal(liar->requests[i].if_none_match[0] != '\0', expected[i].has_if_none_match);
        assert_int_equal(liar->requests[i].is_probe, i != 5);
    }
    assert_false(liar_has_scratch(liar));
}

static void who_ignores_if_none_match_is_refused(void **state)
{
    struct liar *liar = *state;

    liar->ignores_if_none_match = true;
    expect_refusal(liar, "it ignores If-None-Match on PUT");
}

static void who_ignores_if_match_is_refused(void **state)
{
    struct liar *liar = *state;

    liar->ignores_if_match = true;
    expect_refusal(liar, "it ignores If-Match on PUT");
}

static void who_never_finds_a_match_is_refused(void **state)
{
    struct liar *liar = *state;

    liar->never_matches = true;
    expect_refusal(liar, "refused although the ETag is the right one");
}

static void who_does_not_know_the_condition_is_refused(void **state)
{
    struct liar *liar = *state;

    liar->answers[0] = S3A_CODE_NOT_IMPLEMENTED;
    expect_refusal(liar, "it does not know If-None-Match on PUT");
    liar->answers[2] = S3A_CODE_NOT_IMPLEMENTED;
    expect_refusal(liar, "it does not know If-Match on PUT");
}

static void who_creates_nothing_where_nothing_is_is_refused(void **state)
{
    struct liar *liar = *state;

    /* Each with a look and a DELETE behind it: it could have been sent twice on the way. */
    for (unsigned i = 0; i < 7; i += 3) {
        liar->answers[i] = S3A_CODE_PRECONDITION_FAILED;
    }
    expect_refusal(liar, "refused although there is no such object");
}

static void a_literal_comparer_gets_bare_etags(void **state)
{
    struct liar *liar = *state;
    struct s3a_store *store = s3a_store_new(liar->client, s3a_bytes_codec());
    struct s3a_bytes bytes = {"value", 5};
    struct s3a_object object = {.bucket = BUCKET, .key = "key", .value = &bytes};

    liar->wants_bare_etag = true;
    assert_int_equal(s3a_store_put(store, &object, NULL), S3A_OK);
    liar_wait(liar, 10); /* with a look, and a second pair of replacements */
    assert_int_equal(s3a_store_put(store, &object, NULL), S3A_OK);
    assert_int_equal(liar->request_count, 11);
    assert_true(liar->requests[10].if_match[0] >= '0');
    assert_true(liar->requests[10].if_match[0] <= '9');
    assert_false(liar_has_scratch(liar));
    s3a_store_free(store);
}

static void a_replacement_that_was_sent_twice_on_the_way_was_made(void **state)
{
    struct liar *liar = *state;

    liar->doubles[3] = true; /* REPLACE: applied, and then refused */
    create_well(liar, "key");
    assert_int_equal(liar->requests[4].kind, S3A_OP_HEAD_OBJECT);
    assert_int_equal(liar->requests[5].kind, S3A_OP_DELETE_OBJECT);
}

static void a_creation_that_was_sent_twice_on_the_way_was_made(void **state)
{
    struct liar *liar = *state;

    liar->doubles[0] = true;
    create_well(liar, "key");
    assert_int_equal(liar->requests[1].kind, S3A_OP_HEAD_OBJECT);
    assert_true(liar->requests[2].if_none_match[0] != '\0');
}

static void an_answer_that_was_lost_begins_it_again(void **state)
{
    struct liar *liar = *state;

    for (unsigned lost = 0; lost < 4; lost++) {
        liar->loses[lost] = true;
        create_well(liar, "key");
        liar_close(liar);
        assert_false(liar_has_scratch(liar));
        assert_int_equal(liar->probe_count, lost + 2 + 6);
        liar_open(liar, NULL);
    }
}

static void without_a_clear_answer_nothing_is_sent_and_the_next_one_asks_again(void **state)
{
    struct liar *liar = *state;
    struct s3a_error error;

    for (unsigned i = 0; i < 6; i += 2) {
        liar->loses[i] = true;
    }
    assert_int_equal(create(liar, "key", &error), S3A_LATER);
    assert_non_null(strstr(error.message, "could not be found out"));
    assert_int_equal(liar->request_count, liar->probe_count);
    create_well(liar, "key");
}

static void who_may_not_write_there_is_told_so(void **state)
{
    struct liar *liar = *state;
    struct s3a_error error;

    liar->answers[0] = S3A_CODE_ACCESS_DENIED;
    assert_int_equal(create(liar, "below/this/key", &error), S3A_DENIED);
    assert_non_null(strstr(error.message, "s3://bucket/below/this/.s3atomic/probe/"));
    assert_int_equal(liar->request_count, 1);
}

static void who_is_asked_to_come_back_later_does(void **state)
{
    struct liar *liar = *state;

    liar->answers[3] = S3A_CODE_SLOW_DOWN;
    create_well(liar, "key");
    assert_int_equal(liar->requests[3].if_match[0], '"');
    assert_string_equal(liar->requests[4].if_match, liar->requests[3].if_match);
}

static void a_scratch_object_that_somebody_deletes_is_made_again(void **state)
{
    struct liar *liar = *state;

    liar->forgets[2] = true;
    create_well(liar, "key");
    liar_close(liar);
    assert_int_equal(liar->probe_count, 3 + 1 + 6);
    liar_open(liar, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LIAR_TEST(a_store_that_honours_conditions_is_asked_six_times),
        LIAR_TEST(who_ignores_if_none_match_is_refused),
        LIAR_TEST(who_ignores_if_match_is_refused),
        LIAR_TEST(who_never_finds_a_match_is_refused),
        LIAR_TEST(who_does_not_know_the_condition_is_refused),
        LIAR_TEST(who_creates_nothing_where_nothing_is_is_refused),
        LIAR_TEST(a_literal_comparer_gets_bare_etags),
        LIAR_TEST(a_replacement_that_was_sent_twice_on_the_way_was_made),
        LIAR_TEST(a_creation_that_was_sent_twice_on_the_way_was_made),
        LIAR_TEST(an_answer_that_was_lost_begins_it_again),
        LIAR_TEST(without_a_clear_answer_nothing_is_sent_and_the_next_one_asks_again),
        LIAR_TEST(who_may_not_write_there_is_told_so),
        LIAR_TEST(who_is_asked_to_come_back_later_does),
        LIAR_TEST(a_scratch_object_that_somebody_deletes_is_made_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

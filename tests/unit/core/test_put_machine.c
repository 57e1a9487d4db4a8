/* SPDX-License-Identifier: MIT */
#include "put_story.h"

static void a_clear_yes_is_the_end(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_OK);
    assert_ended(&story, S3A_OK);
    assert_string_equal(story.machine.etag, ETAG_AFTER);
}

static void a_clear_no_is_looked_at_and_is_a_conflict(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_CONFLICT);
    assert_looks(&story);
    look_sees(&story, "\"other\"", OTHERS);
    assert_ended(&story, S3A_CONFLICT);

    story = begin(S3A_PUT_IF_ABSENT);
    put_ends(&story, S3A_CONFLICT);
    look_ends(&story, S3A_NOT_FOUND);
    assert_ended(&story, S3A_CONFLICT);
}

static void an_object_that_is_gone_is_a_conflict(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_NOT_FOUND);
    look_ends(&story, S3A_NOT_FOUND);
    assert_ended(&story, S3A_CONFLICT);
}

/* A proxy on the way sent it twice, and passed on the second answer. */
static void a_refusal_may_be_on_account_of_oneself(void **state)
{
    struct story story = begin(S3A_PUT_IF_ABSENT);

    (void)state;
    put_ends(&story, S3A_CONFLICT);
    look_sees(&story, ETAG_AFTER, OURS);
    assert_ended(&story, S3A_OK);
    assert_string_equal(story.machine.etag, ETAG_AFTER);
}

static void a_write_in_doubt_that_arrived_is_found(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    assert_true(s3a_put_may_be_applied(&story.machine));
    assert_looks(&story);
    look_sees(&story, ETAG_AFTER, OURS);
    assert_ended(&story, S3A_OK);
}

static void a_write_in_doubt_that_did_not_arrive_is_made_again(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, ETAG_BEFORE, "");
    rest_is_over(&story);
    assert_puts(&story);
    put_ends(&story, S3A_OK);
    assert_ended(&story, S3A_OK);
}

static void the_second_try_may_lose_to_the_first(void **state)
{
    struct story story = begin(S3A_PUT_IF_ABSENT);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_ends(&story, S3A_NOT_FOUND);
    rest_is_over(&story);
    put_ends(&story, S3A_CONFLICT);
    look_sees(&story, ETAG_AFTER, OURS);
    assert_ended(&story, S3A_OK);
}

static void what_somebody_wrote_over_a_write_in_doubt_leaves_it_so(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, "\"other\"", OTHERS);
    assert_ended(&story, S3A_IN_DOUBT);

    story = begin(S3A_PUT_IF_MATCH);
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, ETAG_BEFORE, "");
    rest_is_over(&story);
    put_ends(&story, S3A_CONFLICT);
    look_sees(&story, "\"other\"", OTHERS);
    assert_ended(&story, S3A_IN_DOUBT);
}

static void the_same_bytes_by_another_hand_are_another_state(void **state)
{
    struct s3a_put_terms terms = {.condition = S3A_PUT_IF_MATCH,
                                  .etag = ETAG_BEFORE,
                                  .id = OURS,
                                  .before = {BEFORE},
                                  .knows_before = true};
    struct story story = begin_with(&terms);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, ETAG_BEFORE, OTHERS);
    assert_ended(&story, S3A_IN_DOUBT);

    story = begin_with(&terms);
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, ETAG_BEFORE, BEFORE);
    rest_is_over(&story);
    assert_puts(&story);
}

static void a_write_without_condition_is_never_repeated_in_doubt(void **state)
{
    struct story story = begin(S3A_PUT_ALWAYS);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_ends(&story, S3A_NOT_FOUND);
    assert_ended(&story, S3A_IN_DOUBT);

    story = begin(S3A_PUT_ALWAYS);
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, ETAG_AFTER, OURS);
    assert_ended(&story, S3A_OK);
}

static void two_writes_at_once_are_neither_won_nor_lost(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_RACE);
    rest_is_over(&story);
    assert_puts(&story);
    put_ends(&story, S3A_CONFLICT);
    look_sees(&story, "\"other\"", OTHERS);
    assert_ended(&story, S3A_CONFLICT);
}

static void what_was_not_sent_is_sent_again_only_by_the_patient(void **state)
{
    struct s3a_put_terms terms = {.condition = S3A_PUT_IF_ABSENT, .id = OURS, .is_patient = true};
    struct story story = begin(S3A_PUT_IF_ABSENT);

    (void)state;
    put_ends(&story, S3A_UNREACHABLE);
    assert_ended(&story, S3A_UNREACHABLE);

    story = begin_with(&terms);
    put_ends(&story, S3A_UNREACHABLE);
    rest_is_over(&story);
    put_ends(&story, S3A_LATER);
    rest_is_over(&story);
    put_ends(&story, S3A_OK);
    assert_ended(&story, S3A_OK);
}

static void patience_has_an_end(void **state)
{
    struct s3a_put_terms terms = {.condition = S3A_PUT_IF_ABSENT, .id = OURS, .is_patient = true};
    struct story story = begin_with(&terms);

    (void)state;
    put_ends(&story, S3A_LATER);
    while (!story.action.ended) {
        rest_is_over(&story);
        put_ends(&story, S3A_LATER);
    }
    assert_ended(&story, S3A_LATER);
    assert_in_range(story.now_ms, START_MS + S3A_PUT_PATIENCE_MS,
                    START_MS + S3A_PUT_PATIENCE_MS + 2000);
}

static void doubt_that_cannot_be_cleared_up_is_told(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_ends(&story, S3A_TIMEOUT);
    while (!story.action.ended) {
        rest_is_over(&story);
        assert_looks(&story);
        look_ends(&story, S3A_UNREACHABLE);
    }
    assert_ended(&story, S3A_IN_DOUBT);
}

static void slow_failures_do_not_cost_the_tries(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    story.now_ms += S3A_PUT_PATIENCE_MS;
    look_ends(&story, S3A_TIMEOUT);
    for (int i = 0; i < S3A_PUT_TRIES_MIN - 1; i++) {
        rest_is_over(&story);
        story.now_ms += S3A_PUT_PATIENCE_MS;
        look_ends(&story, S3A_TIMEOUT);
    }
    rest_is_over(&story);
    look_sees(&story, ETAG_AFTER, OURS);
    assert_ended(&story, S3A_OK);
}

static void a_refusal_that_cannot_be_looked_at_is_a_conflict(void **state)
{
    struct story story = begin(S3A_PUT_IF_ABSENT);

    (void)state;
    put_ends(&story, S3A_CONFLICT);
    look_ends(&story, S3A_DENIED);
    assert_ended(&story, S3A_CONFLICT);
}

static void a_failure_for_good_is_told_as_it_is(void **state)
{
    static const enum s3a_status failures[] = {S3A_DENIED,    S3A_NO_BUCKET, S3A_TOO_LARGE,
                                               S3A_NOT_FOUND, S3A_REFUSED,   S3A_UNSUPPORTED};

    (void)state;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        struct story story = begin(S3A_PUT_ALWAYS);
        put_ends(&story, failures[i]);
        assert_ended(&story, failures[i]);
    }
}

static void a_failure_for_good_after_doubt_is_still_in_doubt(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, ETAG_BEFORE, "");
    rest_is_over(&story);
    put_ends(&story, S3A_DENIED);
    assert_looks(&story);
    look_sees(&story, ETAG_BEFORE, "");
    assert_ended(&story, S3A_IN_DOUBT);
}

static void a_store_that_wants_its_etag_bare_gets_it_so(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_CONFLICT);
    look_sees(&story, "before", "");
    assert_puts(&story);
    assert_true(story.machine.bare_etag);
    put_ends(&story, S3A_OK);
    assert_ended(&story, S3A_OK);
    assert_true(story.machine.bare_etag);
}

static void a_refusal_in_both_forms_is_a_conflict(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_CONFLICT);
    look_sees(&story, ETAG_BEFORE, "");
    put_ends(&story, S3A_CONFLICT);
    look_sees(&story, ETAG_BEFORE, "");
    assert_ended(&story, S3A_CONFLICT);
    assert_false(story.machine.bare_etag);
}

static void a_cancelled_write_that_is_under_way_is_waited_for(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    cancel(&story);
    assert_false(story.action.ended);
    assert_false(story.action.abandon);
    put_ends(&story, S3A_OK);
    assert_ended(&story, S3A_OK);

    story = begin(S3A_PUT_IF_MATCH);
    cancel(&story);
    put_ends(&story, S3A_LATER);
    assert_ended(&story, S3A_CANCELLED);
}

static void a_cancelled_write_without_an_answer_is_left_and_looked_at(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    cancel(&story);
    assert_int_equal(story.action.wake_ms, START_MS + S3A_PUT_CANCEL_MS);
    step(&story, &(struct s3a_put_event){.kind = S3A_PUT_WAKE});
    assert_int_equal(story.action.wake_ms, START_MS + S3A_PUT_CANCEL_MS); /* too early */
    story.now_ms += S3A_PUT_CANCEL_MS;
    step(&story, &(struct s3a_put_event){.kind = S3A_PUT_WAKE});
    assert_true(story.action.abandon);
    assert_looks(&story);
    look_sees(&story, ETAG_BEFORE, "");
    assert_ended(&story, S3A_IN_DOUBT);
}

static void a_cancelled_write_in_doubt_is_looked_at_but_not_repeated(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, ETAG_BEFORE, "");
    cancel(&story);
    assert_looks(&story);
    look_sees(&story, ETAG_BEFORE, "");
    assert_ended(&story, S3A_IN_DOUBT);

    story = begin(S3A_PUT_IF_MATCH);
    cancel(&story);
    put_ends(&story, S3A_IN_DOUBT);
    for (int i = 0; i < S3A_PUT_TRIES_MIN; i++) {
        look_ends(&story, S3A_TIMEOUT);
        rest_is_over(&story);
    }
    look_ends(&story, S3A_TIMEOUT);
    assert_ended(&story, S3A_IN_DOUBT);
}

static void a_cancelled_rest_ends_at_once(void **state)
{
    struct story story = begin(S3A_PUT_IF_MATCH);

    (void)state;
    put_ends(&story, S3A_RACE);
    cancel(&story);
    assert_ended(&story, S3A_CANCELLED);
    assert_false(s3a_put_may_be_applied(&story.machine));
}

static void etags_are_equal_with_and_without_quotes(void **state)
{
    (void)state;
    assert_true(s3a_etag_equal("\"a\"", "a"));
    assert_true(s3a_etag_equal("a", "a"));
    assert_false(s3a_etag_equal("\"a\"", "\"b\""));
    assert_false(s3a_etag_equal("\"", "\"\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_yes_is_the_end),
        cmocka_unit_test(a_clear_no_is_looked_at_and_is_a_conflict),
        cmocka_unit_test(an_object_that_is_gone_is_a_conflict),
        cmocka_unit_test(a_refusal_may_be_on_account_of_oneself),
        cmocka_unit_test(a_write_in_doubt_that_arrived_is_found),
        cmocka_unit_test(a_write_in_doubt_that_did_not_arrive_is_made_again),
        cmocka_unit_test(the_second_try_may_lose_to_the_first),
        cmocka_unit_test(what_somebody_wrote_over_a_write_in_doubt_leaves_it_so),
        cmocka_unit_test(the_same_bytes_by_another_hand_are_another_state),
        cmocka_unit_test(a_write_without_condition_is_never_repeated_in_doubt),
        cmocka_unit_test(two_writes_at_once_are_neither_won_nor_lost),
        cmocka_unit_test(what_was_not_sent_is_sent_again_only_by_the_patient),
        cmocka_unit_test(patience_has_an_end),
        cmocka_unit_test(doubt_that_cannot_be_cleared_up_is_told),
        cmocka_unit_test(slow_failures_do_not_cost_the_tries),
        cmocka_unit_test(a_refusal_that_cannot_be_looked_at_is_a_conflict),
        cmocka_unit_test(a_failure_for_good_is_told_as_it_is),
        cmocka_unit_test(a_failure_for_good_after_doubt_is_still_in_doubt),
        cmocka_unit_test(a_store_that_wants_its_etag_bare_gets_it_so),
        cmocka_unit_test(a_refusal_in_both_forms_is_a_conflict),
        cmocka_unit_test(a_cancelled_write_that_is_under_way_is_waited_for),
        cmocka_unit_test(a_cancelled_write_without_an_answer_is_left_and_looked_at),
        cmocka_unit_test(a_cancelled_write_in_doubt_is_looked_at_but_not_repeated),
        cmocka_unit_test(a_cancelled_rest_ends_at_once),
        cmocka_unit_test(etags_are_equal_with_and_without_quotes),
    };
    return cmocka_run_group_tests_name("put_machine", tests, NULL, NULL);
}

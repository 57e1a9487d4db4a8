/* SPDX-License-Identifier: MIT */

/* What the history of an object says of a write that others have written over. */

#include "put_story.h"

#define PARENT_OURS "0011223344556677.8899aabbccddeeff"
#define PARENT_BEFORE "000000000000beef.5"
#define ID_BEFORE "000000000000beef0000000000000005"
#define PARENT_OTHERS "ffffffffffffffff.1"

static struct story begin_over(const char *before)
{
    struct s3a_put_terms terms = {
        .condition = S3A_PUT_IF_MATCH, .etag = ETAG_BEFORE, .id = OURS, .knows_before = true};

    strcpy(terms.before.text, before);
    return begin_with(&terms);
}

static void a_write_in_doubt_that_was_superseded_was_made(void **state)
{
    static const char *const histories[] = {
        OTHERS "," PARENT_OURS,
        OTHERS "," PARENT_OURS "," PARENT_BEFORE,
        OTHERS ",aaaaaaaaaaaaaaaa.1," PARENT_OURS "," PARENT_BEFORE,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(histories) / sizeof(histories[0]); i++) {
        struct story story = begin_over(ID_BEFORE);
        put_ends(&story, S3A_IN_DOUBT);
        look_sees(&story, "\"other\"", histories[i]);
        assert_ended(&story, S3A_OK);
        assert_true(story.machine.superseded);
        assert_string_equal(story.machine.etag, S3A_PUT_ETAG_SUPERSEDED);
    }
}

static void so_was_one_that_made_the_object(void **state)
{
    struct story story = begin(S3A_PUT_IF_ABSENT);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, "\"other\"", OTHERS "," PARENT_OURS);
    assert_ended(&story, S3A_OK);
    assert_true(story.machine.superseded);
}

static void so_was_one_without_a_condition(void **state)
{
    struct story story = begin(S3A_PUT_ALWAYS);

    (void)state;
    put_ends(&story, S3A_SERVER);
    look_sees(&story, "\"other\"", OTHERS "," PARENT_OURS);
    assert_ended(&story, S3A_OK);
}

/* Somebody on the way sent it twice; the first was applied, and another's write over it. */
static void a_refusal_may_be_on_account_of_oneself_and_of_others(void **state)
{
    struct story story = begin_over(ID_BEFORE);

    (void)state;
    put_ends(&story, S3A_CONFLICT);
    look_sees(&story, "\"other\"", OTHERS "," PARENT_OURS "," PARENT_BEFORE);
    assert_ended(&story, S3A_OK);
}

static void a_write_that_was_overtaken_is_in_doubt_no_more(void **state)
{
    struct story story = begin_over(ID_BEFORE);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, "\"other\"", OTHERS "," PARENT_BEFORE);
    assert_ended(&story, S3A_CONFLICT);
    assert_false(s3a_put_may_be_applied(&story.machine));
    assert_false(story.machine.superseded);
}

/* The one who wrote the state before has written again: what both have in common is older. */
static void what_is_older_than_the_state_before_will_do(void **state)
{
    struct story story = begin_over(ID_BEFORE ",bbbbbbbbbbbbbbbb.2,cccccccccccccccc.3");

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, "\"other\"", OTHERS ",000000000000beef.6,cccccccccccccccc.3");
    assert_ended(&story, S3A_CONFLICT);

    story = begin_over(ID_BEFORE ",bbbbbbbbbbbbbbbb.2,cccccccccccccccc.3");
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, "\"other\"", OTHERS ",000000000000beef.6,bbbbbbbbbbbbbbbb.3");
    assert_ended(&story, S3A_IN_DOUBT);
}

/* It may still be applied: the condition holds, whoever's bytes they are. */
static void the_same_bytes_by_another_hand_leave_it_in_doubt(void **state)
{
    struct story story = begin_over(ID_BEFORE);

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, ETAG_BEFORE, OTHERS "," PARENT_BEFORE);
    assert_ended(&story, S3A_IN_DOUBT);
}

static void a_history_that_does_not_go_back_so_far_says_nothing(void **state)
{
    static const char *const histories[] = {"", OTHERS, OTHERS ",aaaaaaaaaaaaaaaa.1"};

    (void)state;
    for (size_t i = 0; i < sizeof(histories) / sizeof(histories[0]); i++) {
        struct story story = begin_over(ID_BEFORE);
        put_ends(&story, S3A_IN_DOUBT);
        look_sees(&story, "\"other\"", histories[i]);
        assert_ended(&story, S3A_IN_DOUBT);
    }
}

/* Where the state before is not known by its write, or there was none: it might have been deleted
 * in between, with what was made of it. */
static void without_a_state_before_there_is_nothing_to_go_back_to(void **state)
{
    struct story story = begin_over("");

    (void)state;
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, "\"other\"", OTHERS "," PARENT_OTHERS);
    assert_ended(&story, S3A_IN_DOUBT);

    story = begin(S3A_PUT_IF_MATCH);
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, "\"other\"", OTHERS "," PARENT_BEFORE);
    assert_ended(&story, S3A_IN_DOUBT);

    story = begin(S3A_PUT_IF_ABSENT);
    put_ends(&story, S3A_IN_DOUBT);
    look_sees(&story, "\"other\"", OTHERS);
    assert_ended(&story, S3A_IN_DOUBT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_in_doubt_that_was_superseded_was_made),
        cmocka_unit_test(so_was_one_that_made_the_object),
        cmocka_unit_test(so_was_one_without_a_condition),
        cmocka_unit_test(a_refusal_may_be_on_account_of_oneself_and_of_others),
        cmocka_unit_test(a_write_that_was_overtaken_is_in_doubt_no_more),
        cmocka_unit_test(what_is_older_than_the_state_before_will_do),
        cmocka_unit_test(the_same_bytes_by_another_hand_leave_it_in_doubt),
        cmocka_unit_test(a_history_that_does_not_go_back_so_far_says_nothing),
        cmocka_unit_test(without_a_state_before_there_is_nothing_to_go_back_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

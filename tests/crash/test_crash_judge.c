/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "crash_judge.h"

/* Values: names of what was written. */
enum {
    NONE,
    A,
    B,
    C,
    D
};

/* In units of time that nobody cares for. */
static struct crash_op done(enum crash_kind kind, uint64_t expected, uint64_t value,
                            uint64_t invoke, uint64_t ret)
{
    return (struct crash_op){invoke, ret, value, expected, 0, (uint8_t)kind, CRASH_DONE};
}

static struct crash_op told(enum crash_outcome outcome, enum crash_kind kind, uint64_t expected,
                            uint64_t value, uint64_t invoke, uint64_t ret)
{
    return (struct crash_op){invoke, ret, value, expected, 0, (uint8_t)kind, (uint8_t)outcome};
}

static struct crash_op unknown(enum crash_kind kind, uint64_t expected, uint64_t value,
                               uint64_t invoke)
{
    return (struct crash_op){invoke, 0, value, expected, 0, (uint8_t)kind, CRASH_UNKNOWN};
}

static struct crash_judgement judge(const struct crash_op *ops, size_t count)
{
    struct crash_op copy[64];
    struct crash_judgement judgement;
    char *evidence = NULL;
    size_t size;
    FILE *out = open_memstream(&evidence, &size);

    assert_non_null(out);
    assert_true(count <= 64);
    memcpy(copy, ops, count * sizeof(*ops));
    assert_true(crash_judge(copy, count, out, &judgement));
    fclose(out);
    assert_int_equal(size > 0, judgement.violations + judgement.undecided > 0);
    free(evidence);
    return judgement;
}

#define JUDGE(...)                                                                                 \
    judge((const struct crash_op[]){__VA_ARGS__},                                                  \
          sizeof((const struct crash_op[]){__VA_ARGS__}) / sizeof(struct crash_op))
#define ACCEPT(...) assert_int_equal(JUDGE(__VA_ARGS__).violations, 0)
#define REJECT(...) assert_int_equal(JUDGE(__VA_ARGS__).violations, 1)

static void one_after_another_is_in_order(void **state)
{
    (void)state;
    ACCEPT(told(CRASH_ABSENT, CRASH_READ, 0, 0, 0, 1), done(CRASH_CREATE, 0, A, 2, 3),
           done(CRASH_READ, 0, A, 4, 5), told(CRASH_REFUSED, CRASH_CREATE, 0, B, 6, 7),
           done(CRASH_UPDATE, A, C, 8, 9), told(CRASH_REFUSED, CRASH_UPDATE, A, D, 10, 11),
           done(CRASH_REMOVE, C, 0, 12, 13), told(CRASH_ABSENT, CRASH_REMOVE, C, 0, 14, 15),
           told(CRASH_ABSENT, CRASH_UPDATE, C, D, 16, 17), done(CRASH_CREATE, 0, B, 18, 19));
}

static void what_overlaps_may_have_happened_either_way(void **state)
{
    (void)state;
    ACCEPT(done(CRASH_CREATE, 0, A, 0, 10), told(CRASH_ABSENT, CRASH_READ, 0, 0, 5, 6));
    ACCEPT(done(CRASH_CREATE, 0, A, 0, 10), done(CRASH_READ, 0, A, 5, 6));
    /* three at once, explained only by update, read, removal, read, creation */
    ACCEPT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_UPDATE, A, B, 2, 20),
           done(CRASH_REMOVE, B, 0, 3, 20), done(CRASH_CREATE, 0, C, 4, 20),
           done(CRASH_READ, 0, B, 5, 6), told(CRASH_ABSENT, CRASH_READ, 0, 0, 7, 8),
           done(CRASH_READ, 0, C, 9, 10));
    /* two that begin when the other ends */
    ACCEPT(done(CRASH_CREATE, 0, A, 0, 5), told(CRASH_ABSENT, CRASH_READ, 0, 0, 5, 9));
}

static void a_stale_read_is_found(void **state)
{
    (void)state;
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_UPDATE, A, B, 2, 3),
           done(CRASH_READ, 0, A, 4, 5));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), told(CRASH_ABSENT, CRASH_READ, 0, 0, 2, 3));
    /* new to the first, old to the second, while the update is under way */
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_UPDATE, A, B, 2, 9),
           done(CRASH_READ, 0, B, 3, 4), done(CRASH_READ, 0, A, 5, 6));
}

static void a_lost_update_is_found(void **state)
{
    (void)state;
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_UPDATE, A, B, 2, 3),
           done(CRASH_UPDATE, A, C, 4, 5));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_UPDATE, A, B, 2, 3),
           done(CRASH_REMOVE, A, 0, 4, 5));
}

static void an_acknowledged_write_that_is_gone_is_found(void **state)
{
    (void)state;
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_CREATE, 0, B, 2, 3));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), unknown(CRASH_UPDATE, A, B, 2),
           done(CRASH_CREATE, 0, C, 4, 5));
}

static void two_winners_are_found(void **state)
{
    (void)state;
    REJECT(done(CRASH_CREATE, 0, A, 0, 10), done(CRASH_CREATE, 0, B, 0, 10));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_UPDATE, A, B, 2, 9),
           done(CRASH_UPDATE, A, C, 2, 9));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_REMOVE, A, 0, 2, 9),
           done(CRASH_REMOVE, A, 0, 2, 9));
    ACCEPT(done(CRASH_CREATE, 0, A, 0, 10), done(CRASH_CREATE, 0, B, 0, 10),
           done(CRASH_REMOVE, A, 0, 0, 10));
}

static void a_value_that_comes_back_is_found(void **state)
{
    (void)state;
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_REMOVE, A, 0, 2, 3),
           done(CRASH_READ, 0, A, 4, 5));
    REJECT(unknown(CRASH_CREATE, 0, A, 0), done(CRASH_READ, 0, A, 1, 2),
           done(CRASH_REMOVE, A, 0, 3, 4), told(CRASH_ABSENT, CRASH_READ, 0, 0, 5, 6),
           done(CRASH_READ, 0, A, 7, 8));
}

static void a_value_that_nobody_wrote_is_found(void **state)
{
    (void)state;
    REJECT(done(CRASH_READ, 0, D, 0, 1));
    REJECT(told(CRASH_REFUSED, CRASH_CREATE, 0, A, 0, 1), done(CRASH_READ, 0, A, 2, 3));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_UPDATE, D, B, 2, 3));
    REJECT(done(CRASH_READ, 0, A, 0, 1), done(CRASH_CREATE, 0, A, 2, 3));
    REJECT(done(CRASH_READ, 0, A, 0, 1), unknown(CRASH_CREATE, 0, A, 2));
}

static void a_false_refusal_is_found(void **state)
{
    (void)state;
    REJECT(told(CRASH_REFUSED, CRASH_CREATE, 0, A, 0, 1));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), told(CRASH_REFUSED, CRASH_UPDATE, A, B, 2, 3));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), told(CRASH_ABSENT, CRASH_UPDATE, A, B, 2, 3));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_REMOVE, A, 0, 2, 3),
           told(CRASH_REFUSED, CRASH_REMOVE, A, 0, 4, 5));
    REJECT(told(CRASH_ABSENT, CRASH_CREATE, 0, A, 0, 1));
}

static void what_has_no_answer_may_have_happened_or_not(void **state)
{
    (void)state;
    ACCEPT(unknown(CRASH_CREATE, 0, A, 0), told(CRASH_ABSENT, CRASH_READ, 0, 0, 5, 6));
    ACCEPT(unknown(CRASH_CREATE, 0, A, 0), done(CRASH_READ, 0, A, 5, 6));
    /* late, but once only */
    ACCEPT(unknown(CRASH_CREATE, 0, A, 0), told(CRASH_ABSENT, CRASH_READ, 0, 0, 5, 6),
           done(CRASH_READ, 0, A, 7, 8));
    REJECT(unknown(CRASH_CREATE, 0, A, 0), done(CRASH_READ, 0, A, 5, 6),
           told(CRASH_ABSENT, CRASH_READ, 0, 0, 7, 8));
    ACCEPT(done(CRASH_CREATE, 0, A, 0, 1), unknown(CRASH_REMOVE, A, 0, 2),
           done(CRASH_READ, 0, A, 3, 4), told(CRASH_ABSENT, CRASH_READ, 0, 0, 5, 6));
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), unknown(CRASH_REMOVE, A, 0, 2),
           told(CRASH_ABSENT, CRASH_READ, 0, 0, 3, 4), done(CRASH_READ, 0, A, 5, 6));
    /* and not before it was asked for */
    REJECT(done(CRASH_CREATE, 0, A, 0, 1), told(CRASH_ABSENT, CRASH_READ, 0, 0, 2, 3),
           unknown(CRASH_REMOVE, A, 0, 4));
}

static void a_chain_of_unknown_writes_is_known_by_its_end(void **state)
{
    (void)state;
    ACCEPT(unknown(CRASH_CREATE, 0, A, 0), unknown(CRASH_UPDATE, A, B, 1),
           unknown(CRASH_UPDATE, B, C, 2), done(CRASH_READ, 0, C, 3, 4));
    REJECT(unknown(CRASH_CREATE, 0, A, 0), unknown(CRASH_UPDATE, A, B, 1),
           unknown(CRASH_UPDATE, B, C, 2), done(CRASH_READ, 0, C, 3, 4),
           done(CRASH_READ, 0, A, 5, 6));
    struct crash_judgement judgement =
        JUDGE(unknown(CRASH_CREATE, 0, A, 0), unknown(CRASH_UPDATE, A, B, 1),
              unknown(CRASH_UPDATE, B, C, 2), done(CRASH_READ, 0, B, 3, 4));
    assert_int_equal(judgement.violations, 0);
    assert_int_equal(judgement.unknown, 3);
    assert_int_equal(judgement.took_effect, 2);
    /* removed by somebody who was never told */
    ACCEPT(unknown(CRASH_CREATE, 0, A, 0), unknown(CRASH_REMOVE, A, 0, 1),
           told(CRASH_REFUSED, CRASH_CREATE, 0, B, 2, 3), done(CRASH_CREATE, 0, C, 4, 5));
}

static void what_only_refusals_tell_of_may_be_there(void **state)
{
    (void)state;
    ACCEPT(unknown(CRASH_CREATE, 0, A, 0), told(CRASH_REFUSED, CRASH_CREATE, 0, B, 1, 2));
    ACCEPT(unknown(CRASH_CREATE, 0, A, 0), told(CRASH_ABSENT, CRASH_READ, 0, 0, 1, 5),
           told(CRASH_REFUSED, CRASH_CREATE, 0, B, 2, 3));
    REJECT(unknown(CRASH_CREATE, 0, A, 0), told(CRASH_REFUSED, CRASH_CREATE, 0, B, 1, 2),
           told(CRASH_ABSENT, CRASH_READ, 0, 0, 3, 4));
    ACCEPT(done(CRASH_CREATE, 0, A, 0, 1), unknown(CRASH_UPDATE, A, B, 2),
           told(CRASH_REFUSED, CRASH_UPDATE, A, C, 3, 4));
}

static void keys_have_nothing_to_do_with_each_other(void **state)
{
    (void)state;
    struct crash_op ops[] = {done(CRASH_CREATE, 0, A, 0, 1), done(CRASH_CREATE, 0, B, 2, 3),
                             done(CRASH_READ, 0, B, 4, 5)};

    ops[1].key = ops[2].key = 7;
    assert_int_equal(judge(ops, 3).violations, 0);
    assert_int_equal(judge(ops, 3).keys, 2);
    ops[2].value = A; /* of the other key */
    assert_int_equal(judge(ops, 3).violations, 1);
}

static void more_possibilities_than_are_followed_prove_nothing(void **state)
{
    (void)state;
    struct crash_op ops[60];
    struct crash_judgement judgement;

    /* Any of these may have come first, and any in between. */
    for (uint64_t i = 0; i < 58; i += 2) {
        ops[i] = done(CRASH_CREATE, 0, A + i, i, 1000);
        ops[i + 1] = done(CRASH_REMOVE, A + i, 0, i, 1000);
    }
    ops[58] = told(CRASH_REFUSED, CRASH_CREATE, 0, 1000, 100, 200);
    ops[59] = told(CRASH_ABSENT, CRASH_READ, 0, 0, 300, 400);
    judgement = judge(ops, 60);
    assert_int_equal(judgement.violations, 0);
    assert_int_equal(judgement.undecided, 1);
}

/* A register that is asked by turns, with every answer in its place, or one of them wrong. */
static struct crash_op *play(size_t count, uint64_t seed)
{
    struct crash_op *ops = calloc(count, sizeof(*ops));
    uint64_t holds[16] = {0};

    assert_non_null(ops);
    for (size_t i = 0; i < count; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        uint32_t key = (uint32_t)(seed >> 33) % 16;
        uint64_t now = 10 * i;
        uint64_t *held = &holds[key];
        /* Each is under way for as long as the next thirty. */
        uint64_t call = now > 150 ? now - (seed >> 40) % 150 : 0;
        uint64_t ret = now + (seed >> 50) % 150;
        switch ((seed >> 20) % 4) {
        case 0:
            ops[i] = *held ? told(CRASH_REFUSED, CRASH_CREATE, 0, i + 1, call, ret)
                           : done(CRASH_CREATE, 0, i + 1, call, ret);
            *held = *held ? *held : i + 1;
            break;
        case 1:
            ops[i] = *held ? done(CRASH_UPDATE, *held, i + 1, call, ret)
                           : told(CRASH_ABSENT, CRASH_UPDATE, 1, i + 1, call, ret);
            *held = *held ? i + 1 : 0;
            break;
        case 2:
            ops[i] = *held ? done(CRASH_READ, 0, *held, call, ret)
                           : told(CRASH_ABSENT, CRASH_READ, 0, 0, call, ret);
            break;
        default:
            ops[i] = *held ? done(CRASH_REMOVE, *held, 0, call, ret)
                           : told(CRASH_ABSENT, CRASH_REMOVE, 1, 0, call, ret);
            *held = 0;
            break;
        }
        if (ops[i].outcome == CRASH_DONE && ops[i].kind != CRASH_READ && (seed >> 10) % 100 == 0) {
            ops[i].outcome = CRASH_UNKNOWN; /* though it was done */
        }
        ops[i].key = key;
    }
    return ops;
}

static void a_hundred_thousand_operations_are_judged(void **state)
{
    (void)state;
    const size_t count = 100000;
    struct crash_op *ops = play(count, 1);
    struct crash_judgement judgement;

    assert_true(crash_judge(ops, count, stderr, &judgement));
    assert_int_equal(judgement.keys, 16);
    assert_int_equal(judgement.violations, 0);
    assert_int_equal(judgement.undecided, 0);
    assert_true(judgement.unknown > 100);
    free(ops);
}

/* Each read with what an earlier read of the same key has seen, long before. */
static void one_wrong_answer_in_twenty_thousand_is_found(void **state)
{
    (void)state;
    const size_t count = 20000;

    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct crash_op *ops = play(count, seed);
        struct crash_judgement judgement;
        const struct crash_op *early = NULL;
        char *evidence = NULL;
        size_t size;
        FILE *out = open_memstream(&evidence, &size);
        for (size_t i = 0; i < count; i++) {
            bool is_read = ops[i].kind == CRASH_READ && ops[i].outcome == CRASH_DONE;
            if (is_read && !early) {
                early = &ops[i];
            } else if (is_read && i > count / 2 && ops[i].key == early->key) {
                ops[i].value = early->value;
                break;
            }
        }
        assert_true(crash_judge(ops, count, out, &judgement));
        assert_int_equal(judgement.violations, 1);
        fclose(out);
        free(evidence);
        free(ops);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_after_another_is_in_order),
        cmocka_unit_test(what_overlaps_may_have_happened_either_way),
        cmocka_unit_test(a_stale_read_is_found),
        cmocka_unit_test(a_lost_update_is_found),
        cmocka_unit_test(an_acknowledged_write_that_is_gone_is_found),
        cmocka_unit_test(two_winners_are_found),
        cmocka_unit_test(a_value_that_comes_back_is_found),
        cmocka_unit_test(a_value_that_nobody_wrote_is_found),
        cmocka_unit_test(a_false_refusal_is_found),
        cmocka_unit_test(what_has_no_answer_may_have_happened_or_not),
        cmocka_unit_test(a_chain_of_unknown_writes_is_known_by_its_end),
        cmocka_unit_test(what_only_refusals_tell_of_may_be_there),
        cmocka_unit_test(keys_have_nothing_to_do_with_each_other),
        cmocka_unit_test(more_possibilities_than_are_followed_prove_nothing),
        cmocka_unit_test(a_hundred_thousand_operations_are_judged),
        cmocka_unit_test(one_wrong_answer_in_twenty_thousand_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

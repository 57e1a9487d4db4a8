/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "timers.h"

#define TIMERS 200
#define STEPS 200000
#define TIME_RANGE 500 /* small, so that many are due at the same time */

/* The same timers as a plain table: is it set, and when is it due? */
struct model {
    bool is_set[TIMERS];
    uint64_t at_ms[TIMERS];
};

static struct s3a_timer all[TIMERS];

static uint64_t model_next_ms(const struct model *model)
{
    uint64_t next_ms = UINT64_MAX;

    for (size_t i = 0; i < TIMERS; i++) {
        if (model->is_set[i] && model->at_ms[i] < next_ms) {
            next_ms = model->at_ms[i];
        }
    }
    return next_ms;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Takes out all that are due; they come in their order. */
static void pop_due(struct s3a_timers *timers, struct model *model, uint64_t now_ms)
{
    struct s3a_timer *timer;
    uint64_t before_ms = 0;

    while ((timer = s3a_timers_pop(timers, now_ms)) != NULL) {
        size_t i = (size_t)(timer - all);
        assert_true(model->is_set[i]);
        assert_int_equal(timer->at_ms, model->at_ms[i]);
        assert_true(timer->at_ms <= now_ms && timer->at_ms >= before_ms);
        assert_int_equal(timer->at_ms, model_next_ms(model));
        before_ms = timer->at_ms;
        model->is_set[i] = false;
    }
    assert_true(model_next_ms(model) > now_ms);
}

static void it_is_a_sorted_table_whatever_is_done_to_it(void **state)
{
    struct s3a_timers timers = {NULL};
    struct model model;
    uint32_t random = 1;
    uint64_t now_ms = 0;

    (void)state;
    memset(&model, 0, sizeof(model));
    memset(all, 0, sizeof(all));
    for (int step = 0; step < STEPS; step++) {
        size_t i = next_random(&random) % TIMERS;
        switch (next_random(&random) % 8) {
        case 0:
        case 1:
        case 2:
        case 3:
            model.is_set[i] = true;
            model.at_ms[i] = now_ms + next_random(&random) % TIME_RANGE;
            s3a_timers_set(&timers, &all[i], model.at_ms[i]);
            break;
        case 4:
        case 5:
            model.is_set[i] = false;
            s3a_timers_clear(&timers, &all[i]);
            break;
        default:
            now_ms += next_random(&random) % 8;
            pop_due(&timers, &model, now_ms);
        }
        assert_int_equal(s3a_timers_next_ms(&timers), model_next_ms(&model));
    }
    pop_due(&timers, &model, UINT64_MAX - 1);
    assert_null(timers.root);
}

static void one_that_is_due_is_no_longer_set(void **state)
{
    struct s3a_timers timers = {NULL};
    struct s3a_timer timer = {.at_ms = 0};

    (void)state;
    assert_int_equal(s3a_timers_next_ms(&timers), UINT64_MAX);
    assert_null(s3a_timers_pop(&timers, UINT64_MAX));
    s3a_timers_set(&timers, &timer, 7);
    assert_null(s3a_timers_pop(&timers, 6));
    assert_ptr_equal(s3a_timers_pop(&timers, 7), &timer);
    assert_null(s3a_timers_pop(&timers, UINT64_MAX));
    s3a_timers_clear(&timers, &timer); /* harmless */
    s3a_timers_set(&timers, &timer, 8);
    assert_int_equal(s3a_timers_next_ms(&timers), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_sorted_table_whatever_is_done_to_it),
        cmocka_unit_test(one_that_is_due_is_no_longer_set),
    };
    return cmocka_run_group_tests_name("timers", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "lock_machine.h"

/*
 * Whatever the world says, and in whatever order: answers that make no sense, records with absurd
 * values, time that jumps. The machine keeps its manners, and (in a build with sanitizers) its
 * arithmetic.
 */

#define RUNS 20000
#define STEPS 200
#define AFTERLIFE 5

/* What an HTTP date can say. */
#define DATE_MAX INT64_C(253402300799999)

static uint64_t random_state;

static uint64_t up_to(uint64_t max)
{
    return s3a_jitter_between(&random_state, 0, max);
}

static uint64_t any_number(void)
{
    static const uint64_t edges[] = {0,          1,          S3A_LOCK_TOKEN_MAX - 1,
                                     UINT32_MAX, UINT64_MAX, S3A_LOCK_TOKEN_MAX};

    return up_to(1) ? edges[up_to(5)] : s3a_jitter_next(&random_state) >> up_to(63);
}

static int64_t any_date(void)
{
    switch (up_to(3)) {
    case 0:
        return S3A_STORE_TIME_NONE;
    case 1:
        return up_to(1) ? DATE_MAX : -DATE_MAX;
    default:
        return (int64_t)up_to(100000);
    }
}

static void any_etag(char *ret_etag)
{
    size_t size = up_to(3) ? 1 : up_to(S3A_LOCK_ETAG_SIZE_MAX);

    memset(ret_etag, (int)('a' + up_to(3)), size);
    ret_etag[size] = '\0';
}

/* Often our own record: that is where it could be led astray. */
static void any_view(const struct s3a_lock_machine *machine, struct s3a_lock_view *ret_view)
{
    memset(ret_view, 0, sizeof(*ret_view));
    ret_view->kind = up_to(1) ? S3A_LOCK_OBJECT_RECORD : (enum s3a_lock_object)up_to(4);
    ret_view->store_now_ms = any_date();
    ret_view->store_modified_ms = any_date();
    ret_view->java_expires_ms = up_to(1) ? DATE_MAX : (int64_t)up_to(100000);
    if (ret_view->kind == S3A_LOCK_OBJECT_ABSENT) {
        return;
    }
    any_etag(ret_view->etag);
    ret_view->record.held = up_to(1);
    ret_view->record.beat = any_number();
    ret_view->record.lease_ms = (uint32_t)any_number();
    ret_view->record.grant.token = any_number();
    ret_view->record.recent_count = up_to(3) ? (uint32_t)up_to(8) : (uint32_t)any_number();
    if (up_to(1) == 0) {
        ret_view->record.grant = machine->write.record.grant;
        ret_view->record.held = up_to(3);
    }
    if (up_to(1) == 0) {
        ret_view->record.beat = machine->write.record.beat;
        strcpy(ret_view->etag, up_to(1) ? machine->etag : machine->write.etag);
    }
}

static struct s3a_lock_terms any_terms(void)
{
    struct s3a_lock_terms terms = {
        .lease_ms = up_to(3) ? 3000 : UINT32_MAX,
        .heartbeat_ms = up_to(3) ? 1000 : UINT32_MAX / 2,
        .max_hold_ms = up_to(1)   ? 0
                       : up_to(1) ? 5000
                                  : UINT32_MAX,
        .warn_ms = 1000,
        .grace_ms = up_to(3) ? 2000 : UINT32_MAX,
        .poll_min_ms = up_to(3) ? 100 : UINT32_MAX,
        .poll_max_ms = up_to(3) ? 2000 : UINT32_MAX,
        .wait_ms = up_to(1)   ? -1
                   : up_to(1) ? 0
                              : INT64_MAX,
    };

    return terms;
}

struct life {
    struct s3a_lock_machine machine;
    uint64_t now_ms;
    uint64_t wake_ms;
    bool in_flight;
    unsigned told;
    unsigned afterlife; /* steps after the end */
};

static void any_event(struct life *life, struct s3a_lock_event *event, struct s3a_lock_view *view,
                      char *etag)
{
#define STATUS(name, number, action, text) S3A_##name,
    static const enum s3a_status statuses[] = {S3A_STATUS_MAP(STATUS)};
#undef STATUS
    uint64_t dice = up_to(99);
    uint64_t jump_ms = dice == 0 ? UINT64_C(1) << up_to(45) : up_to(200);

    if (dice > 20 && !life->in_flight && life->wake_ms != S3A_LOCAL_TIME_NEVER &&
        life->wake_ms > life->now_ms) {
        jump_ms = life->wake_ms - life->now_ms;
    }
    life->now_ms += jump_ms;
    *event = (struct s3a_lock_event){.now_ms = life->now_ms, .wall_ms = any_date()};
    event->kind = life->in_flight && up_to(3) ? S3A_LOCK_ANSWER : S3A_LOCK_WAKE;
    if (dice < 4) {
        event->kind = dice == 1 ? S3A_LOCK_RELEASE : S3A_LOCK_CANCEL;
    }
    if (event->wall_ms == S3A_STORE_TIME_NONE) {
        event->wall_ms = 0;
    }
    any_view(&life->machine, view);
    any_etag(etag);
    event->view = view;
    event->etag = up_to(9) ? etag : NULL;
    event->status = up_to(3) ? S3A_OK : statuses[up_to(sizeof(statuses) / sizeof(*statuses) - 1)];
}

static void check_manners(struct life *life, const struct s3a_lock_action *action)
{
    const unsigned once =
        S3A_LOCK_TELL_GRANTED | S3A_LOCK_TELL_FAILED | S3A_LOCK_TELL_LOST | S3A_LOCK_TELL_ENDED;
    const unsigned ends = S3A_LOCK_TELL_FAILED | S3A_LOCK_TELL_ENDED;
    bool over = life->told & ends;

    assert_int_equal(life->told & action->tell & once, 0);
    assert_true(!over || (action->tell == 0 && action->request == S3A_LOCK_REQUEST_NONE));
    life->told |= action->tell;
    bool granted = life->told & S3A_LOCK_TELL_GRANTED;
    assert_true(granted || !(life->told & (S3A_LOCK_TELL_LOST | S3A_LOCK_TELL_DANGER)));
    assert_true(!granted || !(life->told & S3A_LOCK_TELL_FAILED));
    assert_true(granted || !(life->told & S3A_LOCK_TELL_ENDED));
    assert_true(granted || s3a_lock_good_until_ms(&life->machine) == 0);
    /* Who holds it is awake at its end; who has nothing under way is awake at some time. */
    uint64_t good_ms = s3a_lock_good_until_ms(&life->machine);
    assert_true(good_ms == 0 || (good_ms > life->now_ms && action->wake_ms <= good_ms));
    bool idle = !life->in_flight && action->request == S3A_LOCK_REQUEST_NONE;
    bool may_sleep = (life->told & ends) || life->machine.at == S3A_AT_OVER;
    assert_true(!idle || may_sleep || action->wake_ms != S3A_LOCAL_TIME_NEVER);
    if (action->tell & S3A_LOCK_TELL_FAILED) {
        assert_int_not_equal(action->status, S3A_OK);
    }
    if (action->request == S3A_LOCK_REQUEST_REPLACE) {
        assert_true(action->etag[0]);
    }
    if (action->record) {
        assert_true(action->record->grant.token <= S3A_LOCK_TOKEN_MAX || !action->record->held);
        assert_in_range(action->record->recent_count, 0, S3A_RECENT_MAX);
    }
}

static void live_once(void)
{
    struct life life = {.now_ms = 1 + up_to(UINT64_C(1) << 40)};
    struct s3a_lock_terms terms = any_terms();
    struct s3a_lock_event event = {.kind = S3A_LOCK_START, .now_ms = life.now_ms};
    struct s3a_lock_action action;
    struct s3a_lock_view view;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1];

    any_view(&life.machine, &view);
    view.kind = S3A_LOCK_OBJECT_RECORD;
    view.record.held = false;
    s3a_lock_machine_init(&life.machine, &terms, (const uint8_t *)"0123456789abcdef",
                          up_to(1) ? &view : NULL);
    for (int i = 0; i < STEPS && life.afterlife < AFTERLIFE; i++) {
        if (event.kind == S3A_LOCK_ANSWER) {
            life.in_flight = false;
        }
        s3a_lock_step(&life.machine, &event, &action);
        if (action.abandon) {
            life.in_flight = false;
        }
        assert_true(action.request == S3A_LOCK_REQUEST_NONE || !life.in_flight);
        check_manners(&life, &action);
        life.wake_ms = action.wake_ms;
        life.afterlife += life.machine.at == S3A_AT_ENDED ? 1 : 0;
        life.in_flight = life.in_flight || action.request != S3A_LOCK_REQUEST_NONE;
        any_event(&life, &event, &view, etag);
    }
}

static void no_answer_makes_it_forget_its_manners(void **state)
{
    (void)state;
    for (uint64_t run = 1; run <= RUNS; run++) {
        random_state = run;
        live_once();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_answer_makes_it_forget_its_manners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "machine_fixture.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

void stage_init(struct stage *stage)
{
    memset(stage, 0, sizeof(*stage));
    stage->now_ms = STAGE_BEGIN_MS;
    stage->terms = (struct s3a_lock_terms){
        .lease_ms = 30000,
        .heartbeat_ms = 10000,
        .warn_ms = 10000,
        .grace_ms = 2000,
        .poll_min_ms = 100,
        .poll_max_ms = 2000,
        .wait_ms = -1,
    };
}

static int64_t store_now_ms(const struct stage *stage)
{
    return STAGE_EPOCH_MS + (int64_t)(stage->now_ms - STAGE_BEGIN_MS);
}

static void step(struct stage *stage, struct s3a_lock_event *event)
{
    event->now_ms = stage->now_ms;
    event->wall_ms = store_now_ms(stage);
    event->session_good_until_ms = stage->session_good_until_ms;
    s3a_lock_step(&stage->machine, event, &stage->action);
    stage->told |= stage->action.tell;
}

void stage_say(struct stage *stage, enum s3a_lock_event_kind kind)
{
    step(stage, &(struct s3a_lock_event){.kind = kind});
}

void stage_start(struct stage *stage, const struct s3a_lock_view *remembered)
{
    s3a_lock_machine_init(&stage->machine, &stage->terms, (const uint8_t *)"0123456789abcdef",
                          remembered);
    stage_say(stage, S3A_LOCK_START);
}

static const struct s3a_grant resumed = {.owner = "our own record.", .token = 7};

void stage_resume(struct stage *stage)
{
    s3a_lock_machine_resume(&stage->machine, &stage->terms, (const uint8_t *)"0123456789abcdef",
                            &resumed);
    stage_say(stage, S3A_LOCK_START);
}

struct s3a_lock_view stage_our_record(const struct stage *stage, const char *etag, uint64_t beat,
                                      int64_t age_ms)
{
    struct s3a_lock_view view = stage_record(stage, etag, true, 7, age_ms);

    view.record.grant = resumed;
    view.record.beat = beat;
    return view;
}

void stage_pass(struct stage *stage, uint64_t ms)
{
    stage->now_ms += ms;
}

void stage_wake(struct stage *stage)
{
    assert_true(stage->action.wake_ms != S3A_LOCAL_TIME_NEVER);
    stage->now_ms = stage->action.wake_ms > stage->now_ms ? stage->action.wake_ms : stage->now_ms;
    stage_say(stage, S3A_LOCK_WAKE);
}

void stage_answer(struct stage *stage, enum s3a_status status)
{
    struct s3a_lock_view times = {.store_now_ms = store_now_ms(stage),
                                  .store_modified_ms = S3A_STORE_TIME_NONE};

    step(stage,
         &(struct s3a_lock_event){.kind = S3A_LOCK_ANSWER, .status = status, .view = &times});
}

void stage_written(struct stage *stage, const char *etag)
{
    step(stage, &(struct s3a_lock_event){.kind = S3A_LOCK_ANSWER, .etag = etag});
}

void stage_sees(struct stage *stage, const struct s3a_lock_view *view)
{
    step(stage, &(struct s3a_lock_event){.kind = S3A_LOCK_ANSWER, .view = view});
}

void stage_sees_nothing(struct stage *stage)
{
    struct s3a_lock_view view = {.store_now_ms = store_now_ms(stage),
                                 .store_modified_ms = S3A_STORE_TIME_NONE};

    stage_sees(stage, &view);
}

struct s3a_lock_view stage_record(const struct stage *stage, const char *etag, bool held,
                                  uint64_t token, int64_t age_ms)
{
    struct s3a_lock_view view = {
        .kind = S3A_LOCK_OBJECT_RECORD,
        .store_now_ms = store_now_ms(stage),
        .store_modified_ms = store_now_ms(stage) - age_ms,
        .record = {.held = held,
                   .grant = {.owner = "somebody else", .token = token},
                   .lease_ms = 30000,
                   .heartbeat_ms = 10000,
                   .recent = {{.owner = "who was before", .token = token - 1}},
                   .recent_count = 1},
    };

    snprintf(view.etag, sizeof(view.etag), "%s", etag);
    return view;
}

struct s3a_lock_view stage_applied(const struct stage *stage, const char *etag)
{
    struct s3a_lock_view view = stage_record(stage, etag, true, 0, 0);

    view.record = stage->machine.write.record;
    return view;
}

void stage_hold(struct stage *stage)
{
    stage_start(stage, NULL);
    stage_sees_nothing(stage);
    assert_int_equal(stage->action.request, S3A_LOCK_REQUEST_CREATE);
    stage_written(stage, "held");
    assert_int_equal(stage->action.tell, S3A_LOCK_TELL_GRANTED);
    assert_int_equal(stage->machine.at, S3A_AT_HOLD);
}

void stage_take(struct stage *stage, uint64_t token)
{
    stage_start(stage, NULL);
    struct s3a_lock_view view = stage_record(stage, "free", false, token, 5000);
    stage_sees(stage, &view);
}

void stage_look(struct stage *stage)
{
    if (stage->machine.at == S3A_AT_WAIT) {
        stage_wake(stage);
    }
    assert_int_equal(stage->machine.at, S3A_AT_LOOK);
}

void stage_unchanged(struct stage *stage)
{
    stage_look(stage);
    assert_int_equal(stage->action.request, S3A_LOCK_REQUEST_GET_IF_CHANGED);
    stage_answer(stage, S3A_NOT_MODIFIED);
}

void stage_failed(const struct stage *stage, enum s3a_status status)
{
    assert_int_equal(stage->machine.at, S3A_AT_ENDED);
    assert_int_equal(stage->told, S3A_LOCK_TELL_FAILED);
    assert_int_equal(stage->action.status, status);
    assert_true(stage->action.wake_ms == S3A_LOCAL_TIME_NEVER);
}

/* SPDX-License-Identifier: MIT */
#ifndef S3A_PUT_STORY_H
#define S3A_PUT_STORY_H

/* One write and what the store says to it, in virtual time. */

#include "test.h"

#include <string.h>

#include "put_machine.h"

#define START_MS 1000
#define OURS "00112233445566778899aabbccddeeff"
#define BEFORE "0000000000000000000000000000beef"
#define OTHERS "ffffffffffffffffffffffffffffffff"
#define ETAG_BEFORE "\"before\""
#define ETAG_AFTER "\"after\""

/* A machine, what it wants now, and the time. */
struct story {
    struct s3a_put_machine machine;
    struct s3a_put_action action;
    uint64_t now_ms;
};

static inline void step(struct story *story, const struct s3a_put_event *event)
{
    struct s3a_put_event timed = *event;

    timed.now_ms = story->now_ms;
    s3a_put_step(&story->machine, &timed, &story->action);
}

static inline struct story begin_with(const struct s3a_put_terms *terms)
{
    struct story story = {.now_ms = START_MS};

    s3a_put_machine_init(&story.machine, terms, 42, false);
    step(&story, &(struct s3a_put_event){.kind = S3A_PUT_START});
    assert_int_equal(story.action.request, S3A_PUT_REQUEST_PUT);
    return story;
}

static inline struct story begin(enum s3a_put_condition condition)
{
    struct s3a_put_terms terms = {.condition = condition, .etag = ETAG_BEFORE, .id = OURS};

    return begin_with(&terms);
}

static inline void put_ends(struct story *story, enum s3a_status status)
{
    assert_int_equal(story->machine.at, S3A_PUT_AT_PUT);
    step(story, &(struct s3a_put_event){
                    .kind = S3A_PUT_ANSWER, .status = status, .etag = ETAG_AFTER, .history = ""});
}

static inline void look_sees(struct story *story, const char *etag, const char *history)
{
    assert_int_equal(story->machine.at, S3A_PUT_AT_LOOK);
    step(story, &(struct s3a_put_event){.kind = S3A_PUT_ANSWER, .etag = etag, .history = history});
}

static inline void look_ends(struct story *story, enum s3a_status status)
{
    assert_int_equal(story->machine.at, S3A_PUT_AT_LOOK);
    step(story, &(struct s3a_put_event){.kind = S3A_PUT_ANSWER, .status = status});
}

static inline void rest_is_over(struct story *story)
{
    assert_int_equal(story->machine.at, S3A_PUT_AT_REST);
    assert_true(story->action.wake_ms > story->now_ms);
    story->now_ms = story->action.wake_ms;
    step(story, &(struct s3a_put_event){.kind = S3A_PUT_WAKE});
}

static inline void cancel(struct story *story)
{
    step(story, &(struct s3a_put_event){.kind = S3A_PUT_CANCEL});
}

#define assert_looks(story) assert_int_equal((story)->action.request, S3A_PUT_REQUEST_LOOK)
#define assert_puts(story) assert_int_equal((story)->action.request, S3A_PUT_REQUEST_PUT)
#define assert_ended(story, how)                                                                   \
    do {                                                                                           \
        assert_true((story)->action.ended);                                                        \
        assert_int_equal((story)->action.status, (how));                                           \
        assert_int_equal((story)->action.request, S3A_PUT_REQUEST_NONE);                           \
    } while (0)

#endif

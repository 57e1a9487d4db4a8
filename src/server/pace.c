/* SPDX-License-Identifier: MIT */
#include "pace.h"

void s3a_pace_begin(struct s3a_pace *pace, bool has_tls, uint64_t now_ms)
{
    *pace = (struct s3a_pace){.phase = S3A_PACE_WAITING, .has_begun = has_tls, .since_ms = now_ms};
}

static uint64_t bytes_of(const struct s3a_pace_sight *sight)
{
    return sight->phase == S3A_PACE_ANSWER ? sight->bytes_out : sight->bytes_in;
}

/* Is it the head whose first byte was seen at an earlier look? */
static bool goes_on_with_head(const struct s3a_pace *pace, const struct s3a_pace_sight *sight)
{
    return sight->phase == S3A_PACE_HEAD && pace->phase == S3A_PACE_WAITING && pace->has_begun &&
           sight->requests == pace->requests + 1;
}

static void begin_phase(struct s3a_pace *pace, const struct s3a_pace_sight *sight, uint64_t now_ms)
{
    bool keeps_time = goes_on_with_head(pace, sight);

    *pace = (struct s3a_pace){
        .phase = sight->phase,
        .requests = sight->requests,
        .since_ms = keeps_time ? pace->since_ms : now_ms,
        .bytes = bytes_of(sight),
    };
}

static enum s3a_pace_verdict judge_waiting(struct s3a_pace *pace,
                                           const struct s3a_pace_limits *limits,
                                           const struct s3a_pace_sight *sight, uint64_t now_ms)
{
    if (!pace->has_begun && sight->bytes_in != pace->bytes) {
        pace->has_begun = true;
        pace->since_ms = now_ms;
        pace->bytes = sight->bytes_in;
    }
    if (pace->has_begun) {
        return now_ms - pace->since_ms >= limits->head_ms ? S3A_PACE_LATE_HEAD : S3A_PACE_GOOD;
    }
    return now_ms - pace->since_ms >= limits->idle_ms ? S3A_PACE_IDLE : S3A_PACE_GOOD;
}

/* Windows follow each other without a gap. (Rounded down: what is due within a window of less than
 * a second may be nothing, and then one byte is.) */
static enum s3a_pace_verdict judge_rate(struct s3a_pace *pace, const struct s3a_pace_limits *limits,
                                        const struct s3a_pace_sight *sight, uint64_t now_ms)
{
    uint64_t elapsed_ms = now_ms - pace->since_ms;
    uint64_t moved = bytes_of(sight) - pace->bytes;

    if (elapsed_ms < limits->idle_ms) {
        return S3A_PACE_GOOD;
    }
    if (moved == 0 || moved < limits->bytes_per_s * elapsed_ms / 1000) {
        return S3A_PACE_SLOW;
    }
    pace->since_ms = now_ms;
    pace->bytes = bytes_of(sight);
    return S3A_PACE_GOOD;
}

enum s3a_pace_verdict s3a_pace_look(struct s3a_pace *pace, const struct s3a_pace_limits *limits,
                                    const struct s3a_pace_sight *sight, uint64_t now_ms)
{
    if (sight->phase != pace->phase || sight->requests != pace->requests) {
        begin_phase(pace, sight, now_ms);
    }
    switch (pace->phase) {
    case S3A_PACE_WAITING:
        return judge_waiting(pace, limits, sight, now_ms);
    case S3A_PACE_HEAD:
        return now_ms - pace->since_ms >= limits->head_ms ? S3A_PACE_LATE_HEAD : S3A_PACE_GOOD;
    case S3A_PACE_BODY:
    case S3A_PACE_ANSWER:
        return judge_rate(pace, limits, sight, now_ms);
    case S3A_PACE_OURS:
        break;
    }
    return S3A_PACE_GOOD;
}

void s3a_pace_excuse(struct s3a_pace *pace, const struct s3a_pace_sight *sight, uint64_t now_ms)
{
    pace->since_ms = now_ms;
    pace->bytes = bytes_of(sight);
}

uint64_t s3a_pace_vacant_ms(const struct s3a_pace *pace, uint64_t now_ms)
{
    return pace->phase == S3A_PACE_WAITING || pace->phase == S3A_PACE_HEAD ? now_ms - pace->since_ms
                                                                           : 0;
}

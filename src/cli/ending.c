/* SPDX-License-Identifier: MIT */
#include "ending.h"

#include <signal.h>

#include "now.h"

/* From KILL to the end of the lease: time for the kernel to end the group. */
#define KILL_MARGIN_MS 500

/* From KILL to --max-hold, which the library counts from a little earlier than we can. */
#define HOLD_MARGIN_MS 1000

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* What is left for kill_after and margin of the time before an end: a quarter at the most. */
static uint64_t margin_within(uint64_t margin_ms, uint64_t warn_ms)
{
    return least(margin_ms, warn_ms / 4);
}

/*
 * TERM comes so early that CMD has its kill_after before KILL, but leaves the holder at least two
 * heartbeats to get one through; a lease of less than three gives a third.
 */
static uint64_t warn_before_lease_end(const struct s3a_ending_terms *terms)
{
    uint64_t beats_ms = 2 * terms->heartbeat_ms;
    uint64_t room_ms = terms->lease_ms > beats_ms ? terms->lease_ms - beats_ms : 0;

    room_ms = room_ms > terms->lease_ms / 3 ? room_ms : terms->lease_ms / 3;
    return least(terms->kill_after_ms + KILL_MARGIN_MS, room_ms);
}

void s3a_ending_init(struct s3a_ending *ending, const struct s3a_ending_terms *terms,
                     uint64_t now_ms)
{
    *ending = (struct s3a_ending){.terms = *terms, .hold_end_ms = S3A_NEVER, .kill_ms = S3A_NEVER};
    if (terms->on_lost == S3A_ON_LOST_KILL) {
        ending->terms.kill_after_ms = 0;
    }
    ending->warn_ms = warn_before_lease_end(&ending->terms);
    if (terms->max_hold_ms > 0 && terms->on_lost != S3A_ON_LOST_IGNORE) {
        ending->hold_end_ms = now_ms + terms->max_hold_ms;
        ending->hold_warn_ms =
            least(ending->terms.kill_after_ms + HOLD_MARGIN_MS, terms->max_hold_ms / 3);
    }
}

static enum s3a_ending_cause find_cause(const struct s3a_ending *ending,
                                        const struct s3a_ending_sight *sight)
{
    if (sight->lost) {
        return S3A_ENDING_LOST;
    }
    if (ending->hold_end_ms != S3A_NEVER &&
        sight->now_ms + ending->hold_warn_ms >= ending->hold_end_ms) {
        return S3A_ENDING_HELD_TOO_LONG;
    }
    return sight->remaining_ms <= ending->warn_ms ? S3A_ENDING_DANGER : S3A_ENDING_NONE;
}

/* Not after end_ms, less its margin, and not before now. */
static uint64_t kill_time(const struct s3a_ending *ending, uint64_t now_ms, uint64_t end_ms,
                          uint64_t margin_ms)
{
    uint64_t at_ms = now_ms + ending->terms.kill_after_ms;
    uint64_t last_ms = end_ms > now_ms + margin_ms ? end_ms - margin_ms : now_ms;

    return least(at_ms, last_ms);
}

static uint64_t plan_kill(const struct s3a_ending *ending, const struct s3a_ending_sight *sight)
{
    uint64_t now_ms = sight->now_ms;

    switch (ending->cause) {
    case S3A_ENDING_DANGER:
        return kill_time(ending, now_ms, now_ms + sight->remaining_ms,
                         margin_within(KILL_MARGIN_MS, ending->warn_ms));
    case S3A_ENDING_HELD_TOO_LONG:
        return kill_time(ending, now_ms, ending->hold_end_ms,
                         margin_within(HOLD_MARGIN_MS, ending->hold_warn_ms));
    case S3A_ENDING_LOST:
    case S3A_ENDING_NONE:
        break;
    }
    return now_ms + ending->terms.kill_after_ms;
}

/* When the next cause may be there, as far as it can be foreseen. */
static uint64_t next_look(const struct s3a_ending *ending, const struct s3a_ending_sight *sight)
{
    uint64_t danger_ms = S3A_NEVER;
    uint64_t hold_ms = S3A_NEVER;

    if (sight->remaining_ms > ending->warn_ms) {
        danger_ms = sight->now_ms + sight->remaining_ms - ending->warn_ms;
    }
    if (ending->hold_end_ms != S3A_NEVER) {
        hold_ms = ending->hold_end_ms - ending->hold_warn_ms;
    }
    return least(danger_ms, hold_ms);
}

/* Nothing is ended; only told. */
static struct s3a_order ignore(struct s3a_ending *ending, enum s3a_ending_cause cause,
                               const struct s3a_ending_sight *sight,
                               enum s3a_ending_cause *ret_news)
{
    if (cause == S3A_ENDING_LOST && ending->cause == S3A_ENDING_NONE) {
        ending->cause = cause;
        *ret_news = cause;
    }
    if (cause == S3A_ENDING_DANGER && !ending->warned) {
        ending->warned = true;
        *ret_news = cause;
    }
    return (struct s3a_order){.wake_ms = next_look(ending, sight)};
}

struct s3a_order s3a_ending_step(struct s3a_ending *ending, const struct s3a_ending_sight *sight,
                                 enum s3a_ending_cause *ret_news)
{
    enum s3a_ending_cause cause = find_cause(ending, sight);

    *ret_news = S3A_ENDING_NONE;
    if (ending->terms.on_lost == S3A_ON_LOST_IGNORE) {
        return ignore(ending, cause, sight, ret_news);
    }
    if (ending->cause == S3A_ENDING_NONE && cause == S3A_ENDING_NONE) {
        return (struct s3a_order){.wake_ms = next_look(ending, sight)};
    }
    if (ending->cause == S3A_ENDING_NONE) {
        ending->cause = cause;
        *ret_news = cause;
        ending->kill_ms = plan_kill(ending, sight);
        if (ending->kill_ms > sight->now_ms) {
            return (struct s3a_order){SIGTERM, ending->kill_ms};
        }
    }
    if (cause == S3A_ENDING_LOST && ending->cause != S3A_ENDING_LOST) {
        ending->cause = cause;
        *ret_news = cause;
    }
    if (sight->now_ms < ending->kill_ms) {
        return (struct s3a_order){.wake_ms = ending->kill_ms};
    }
    return (struct s3a_order){SIGKILL, S3A_NEVER};
}

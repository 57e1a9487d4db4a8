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
 * heartbeats to get one through; a lease that is not good for so long gives a quarter.
 */
static uint64_t warn_before_lease_end(const struct s3a_ending *ending)
{
    uint64_t beats_ms = 2 * ending->terms.heartbeat_ms;
    uint64_t room_ms = ending->good_ms > beats_ms ? ending->good_ms - beats_ms : 0;

    room_ms = room_ms > ending->good_ms / 4 ? room_ms : ending->good_ms / 4;
    return least(ending->terms.kill_after_ms + KILL_MARGIN_MS, room_ms);
}

void s3a_ending_init(struct s3a_ending *ending, const struct s3a_ending_terms *terms,
                     uint64_t now_ms)
{
    *ending = (struct s3a_ending){.terms = *terms, .hold_end_ms = S3A_NEVER, .kill_ms = S3A_NEVER};
    if (terms->on_lost == S3A_ON_LOST_KILL) {
        ending->terms.kill_after_ms = 0;
    }
    if (terms->max_hold_ms > 0 && terms->on_lost != S3A_ON_LOST_IGNORE) {
        ending->hold_end_ms = now_ms + terms->max_hold_ms;
        ending->hold_warn_ms =
            least(ending->terms.kill_after_ms + HOLD_MARGIN_MS, terms->max_hold_ms / 3);
    }
}

/*
 * Is it --max-hold, not a want of heartbeats, that ends the lease? The library counts it from when
 * the lock was asked for, a little earlier than we do.
 */
static bool hold_ends_lease(const struct s3a_ending *ending, const struct s3a_ending_sight *sight)
{
    uint64_t earlier_ms = least(HOLD_MARGIN_MS, ending->hold_warn_ms / 2);

    return ending->hold_end_ms != S3A_NEVER &&
           sight->now_ms + sight->remaining_ms + earlier_ms >= ending->hold_end_ms;
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
    return sight->remaining_ms <= ending->warn_ms && !hold_ends_lease(ending, sight)
               ? S3A_ENDING_DANGER
               : S3A_ENDING_NONE;
}

/* Not after end_ms, less its margin, and not before now. */
static uint64_t kill_time(const struct s3a_ending *ending, uint64_t now_ms, uint64_t end_ms,
                          uint64_t margin_ms)
{
    uint64_t at_ms = now_ms + ending->terms.kill_after_ms;
    uint64_t last_ms = end_ms > now_ms + margin_ms ? end_ms - margin_ms : now_ms;

    return least(at_ms, last_ms);
}

static uint64_t kill_before_lease_end(const struct s3a_ending *ending,
                                      const struct s3a_ending_sight *sight)
{
    return kill_time(ending, sight->now_ms, sight->now_ms + sight->remaining_ms,
                     margin_within(KILL_MARGIN_MS, ending->warn_ms));
}

static uint64_t plan_kill(const struct s3a_ending *ending, const struct s3a_ending_sight *sight)
{
    if (ending->cause == S3A_ENDING_DANGER) {
        return kill_before_lease_end(ending, sight);
    }
    if (ending->cause == S3A_ENDING_HELD_TOO_LONG) {
        uint64_t held_ms = kill_time(ending, sight->now_ms, ending->hold_end_ms,
                                     margin_within(HOLD_MARGIN_MS, ending->hold_warn_ms));
        return sight->remaining_ms > ending->warn_ms
                   ? held_ms
                   : least(held_ms, kill_before_lease_end(ending, sight));
    }
    return sight->now_ms + ending->terms.kill_after_ms;
}

/* When the next cause may be there, as far as it can be foreseen. */
static uint64_t next_look(const struct s3a_ending *ending, const struct s3a_ending_sight *sight)
{
    uint64_t danger_ms = S3A_NEVER;
    uint64_t hold_ms = S3A_NEVER;

    if (sight->remaining_ms > ending->warn_ms) {
        danger_ms = sight->now_ms + sight->remaining_ms - ending->warn_ms;
    }
    if (ending->hold_end_ms != S3A_NEVER && ending->cause == S3A_ENDING_NONE) {
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

/* The order has been given. What has become worse since may hasten KILL, never put it off. */
static struct s3a_order follow_up(struct s3a_ending *ending, enum s3a_ending_cause cause,
                                  const struct s3a_ending_sight *sight,
                                  enum s3a_ending_cause *ret_news)
{
    if (cause == S3A_ENDING_LOST && ending->cause != S3A_ENDING_LOST) {
        ending->cause = cause;
        *ret_news = cause;
    }
    if (!sight->lost && sight->remaining_ms <= ending->warn_ms) {
        ending->kill_ms = least(ending->kill_ms, kill_before_lease_end(ending, sight));
    }
    if (sight->now_ms < ending->kill_ms) {
        return (struct s3a_order){.wake_ms = least(ending->kill_ms, next_look(ending, sight))};
    }
    return (struct s3a_order){SIGKILL, S3A_NEVER};
}

struct s3a_order s3a_ending_step(struct s3a_ending *ending, const struct s3a_ending_sight *sight,
                                 enum s3a_ending_cause *ret_news)
{
    *ret_news = S3A_ENDING_NONE;
    if (sight->remaining_ms > ending->good_ms) {
        ending->good_ms = sight->remaining_ms;
        ending->warn_ms = warn_before_lease_end(ending);
    }
    enum s3a_ending_cause cause = find_cause(ending, sight);

    if (ending->terms.on_lost == S3A_ON_LOST_IGNORE) {
        return ignore(ending, cause, sight, ret_news);
    }
    if (ending->cause != S3A_ENDING_NONE) {
        return follow_up(ending, cause, sight, ret_news);
    }
    if (cause == S3A_ENDING_NONE) {
        return (struct s3a_order){.wake_ms = next_look(ending, sight)};
    }
    ending->cause = cause;
    *ret_news = cause;
    ending->kill_ms = plan_kill(ending, sight);
    if (ending->kill_ms > sight->now_ms) {
        return (struct s3a_order){SIGTERM, least(ending->kill_ms, next_look(ending, sight))};
    }
    return (struct s3a_order){SIGKILL, S3A_NEVER};
}

/* SPDX-License-Identifier: MIT */
#include "lock_rest.h"

#include <string.h>

#include "check.h"

#define NEVER UINT32_MAX

/* Where the fixed part ends: what the compiler adds behind it is used, too. */
#define TAIL_AT (offsetof(struct s3a_lock_rest, etag_size) + 1)

#define FLAG_OVER 1u
#define FLAG_DANGER_TOLD 2u
#define FLAG_BARE_ETAG 4u

/* No write of it may be or come to be applied but the one that was acknowledged. */
static bool is_settled(const struct s3a_lock_machine *machine)
{
    return !machine->write.doubt && machine->write.record.beat <= machine->record.beat;
}

bool s3a_lock_machine_may_rest(const struct s3a_lock_machine *machine)
{
    if (machine->at == S3A_AT_OVER) {
        /* Only what was held for too long is still to be freed. */
        return machine->lost_reason != S3A_LOST_HELD_TOO_LONG || is_settled(machine);
    }
    return machine->at == S3A_AT_HOLD && is_settled(machine) && !machine->check_next &&
           !machine->refusal_seen && machine->tries == 0 && !machine->release_wanted;
}

static size_t recent_size(uint32_t count)
{
    return count * sizeof(struct s3a_grant);
}

static size_t whole_size(uint32_t recent_count, size_t etag_size)
{
    size_t size = TAIL_AT + recent_size(recent_count) + etag_size;

    return size > sizeof(struct s3a_lock_rest) ? size : sizeof(struct s3a_lock_rest);
}

size_t s3a_lock_rest_size(const struct s3a_lock_machine *machine)
{
    return whole_size(machine->record.recent_count, strlen(machine->etag));
}

size_t s3a_lock_rest_bytes(const struct s3a_lock_rest *rest)
{
    return whole_size(rest->recent_count, rest->etag_size);
}

struct s3a_str s3a_lock_rest_etag(const struct s3a_lock_rest *rest)
{
    const char *tail = (const char *)rest + TAIL_AT;

    return s3a_str_make(tail + recent_size(rest->recent_count), rest->etag_size);
}

static uint32_t next_after_ms(const struct s3a_lock_machine *machine)
{
    if (machine->at == S3A_AT_OVER || machine->next_ms == S3A_LOCAL_TIME_NEVER) {
        return NEVER;
    }
    uint64_t after_ms = machine->next_ms - machine->sent_ms;
    s3a_check(after_ms < NEVER); /* not after the lease's end, which is less far away */
    return (uint32_t)after_ms;
}

static uint32_t delete_after_ms(const struct s3a_lock_machine *machine)
{
    if (machine->delete_from_ms == 0) {
        return NEVER;
    }
    uint64_t after_ms = machine->delete_from_ms > machine->granted_ms
                            ? machine->delete_from_ms - machine->granted_ms
                            : 0;
    return after_ms < NEVER ? (uint32_t)after_ms : NEVER;
}

void s3a_lock_machine_rest(const struct s3a_lock_machine *machine, struct s3a_lock_rest *ret_rest)
{
    const struct s3a_lock_terms *terms = &machine->terms;
    size_t recent = recent_size(machine->record.recent_count);
    size_t etag = strlen(machine->etag);
    char *tail = (char *)ret_rest + TAIL_AT;

    s3a_check(s3a_lock_machine_may_rest(machine));
    *ret_rest = (struct s3a_lock_rest){
        .beat = machine->record.beat,
        .granted_ms = machine->granted_ms,
        .sent_ms = machine->sent_ms,
        .next_after_ms = next_after_ms(machine),
        .delete_after_ms = delete_after_ms(machine),
        .lease_ms = terms->lease_ms,
        .heartbeat_ms = terms->heartbeat_ms,
        .max_hold_ms = terms->max_hold_ms,
        .min_hold_ms = terms->min_hold_ms,
        .warn_ms = terms->warn_ms,
        .grace_ms = terms->grace_ms,
        .flags = (uint8_t)((machine->at == S3A_AT_OVER ? FLAG_OVER : 0) |
                           (machine->danger_told ? FLAG_DANGER_TOLD : 0) |
                           (machine->bare_etag ? FLAG_BARE_ETAG : 0)),
        .lost_reason = (uint8_t)machine->lost_reason,
        .recent_count = (uint8_t)machine->record.recent_count,
        .etag_size = (uint8_t)etag,
    };
    memcpy(tail, machine->record.recent, recent);
    memcpy(tail + recent, machine->etag, etag);
}

/* Chance for the jitter of what comes next: no two grants have the same owner, and no two
 * heartbeats of one the same beat. */
static uint64_t random_of(const struct s3a_grant *grant, uint64_t beat)
{
    uint64_t half;

    memcpy(&half, grant->owner, sizeof(half));
    return half ^ beat << 32;
}

void s3a_lock_machine_wake(struct s3a_lock_machine *ret_machine, const struct s3a_lock_rest *rest,
                           const struct s3a_grant *grant, const uint8_t *session)
{
    struct s3a_lock_machine *machine = ret_machine;
    struct s3a_lock_record *record = &machine->record;
    struct s3a_str etag = s3a_lock_rest_etag(rest);

    memset(machine, 0, sizeof(*machine));
    machine->terms = (struct s3a_lock_terms){
        .lease_ms = rest->lease_ms,
        .heartbeat_ms = rest->heartbeat_ms,
        .max_hold_ms = rest->max_hold_ms,
        .min_hold_ms = rest->min_hold_ms,
        .warn_ms = rest->warn_ms,
        .grace_ms = rest->grace_ms,
    };
    machine->at = rest->flags & FLAG_OVER ? S3A_AT_OVER : S3A_AT_HOLD;
    machine->random = random_of(grant, rest->beat);
    machine->bare_etag = (rest->flags & FLAG_BARE_ETAG) != 0;
    machine->danger_told = (rest->flags & FLAG_DANGER_TOLD) != 0;
    machine->lost_reason = (enum s3a_lost_reason)rest->lost_reason;
    machine->granted_ms = rest->granted_ms;
    machine->sent_ms = rest->sent_ms;
    machine->next_ms =
        rest->next_after_ms == NEVER ? S3A_LOCAL_TIME_NEVER : rest->sent_ms + rest->next_after_ms;
    machine->delete_from_ms =
        rest->delete_after_ms == NEVER ? 0 : rest->granted_ms + rest->delete_after_ms;
    record->held = true;
    record->grant = *grant;
    record->beat = rest->beat;
    record->lease_ms = rest->lease_ms;
    record->heartbeat_ms = rest->heartbeat_ms;
    record->recent_count = rest->recent_count;
    memcpy(record->recent, (const char *)rest + TAIL_AT, recent_size(rest->recent_count));
    memcpy(machine->etag, etag.data, etag.size);
    machine->write.record = *record;
    if (session) {
        s3a_lock_machine_use_session(machine, session);
    }
}

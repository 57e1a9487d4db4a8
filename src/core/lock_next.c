/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "lock_moves.h"

#define TOKENS_PER_SECOND_BITS 20

/* An identity that no other attempt has: the seed, with a counter mixed into its second half. */
static void new_owner(struct s3a_lock_machine *machine, uint8_t ret_owner[S3A_OWNER_SIZE])
{
    uint64_t half;

    memcpy(&half, machine->seed + 8, sizeof(half));
    half++;
    memcpy(machine->seed + 8, &half, sizeof(half));
    memcpy(ret_owner, machine->seed, S3A_OWNER_SIZE);
}

uint64_t s3a_lock_token_at(int64_t store_ms)
{
    return store_ms < 0 ? 0
                        : ((uint64_t)(store_ms / 1000) << TOKENS_PER_SECOND_BITS) +
                              ((uint64_t)(store_ms % 1000) << TOKENS_PER_SECOND_BITS) / 1000;
}

int64_t s3a_lock_token_end_ms(uint64_t token)
{
    uint64_t part = token & ((UINT64_C(1) << TOKENS_PER_SECOND_BITS) - 1);

    return (int64_t)((token >> TOKENS_PER_SECOND_BITS) * 1000 +
                     (part * 1000 >> TOKENS_PER_SECOND_BITS) + 1);
}

/* §1: one more than the highest that was seen here. What has nothing before it, and a record that
 * names nothing (which may have been sent long ago, and come to where everything was deleted),
 * begins with the store's time, as finely as it is told, or ours where the store tells none. Above
 * S3A_LOCK_TOKEN_MAX: there is none left. */
static uint64_t next_token(const struct s3a_lock_turn *turn)
{
    const struct s3a_lock_machine *machine = turn->machine;
    const struct s3a_lock_view *view = &machine->view;
    uint64_t token = 0;

    if (machine->token_seen >= S3A_LOCK_TOKEN_MAX) {
        return S3A_LOCK_TOKEN_MAX + 1;
    }
    bool is_known = view->kind == S3A_LOCK_OBJECT_RECORD &&
                    (view->record.recent_count > 0 || view->store_now_ms == S3A_STORE_TIME_NONE);
    if (!is_known) {
        token = s3a_lock_token_at(view->store_now_ms == S3A_STORE_TIME_NONE ? turn->event->wall_ms
                                                                            : view->store_now_ms);
    }
    return token > machine->token_seen ? token : machine->token_seen + 1;
}

void s3a_lock_make_record(const struct s3a_lock_turn *turn, struct s3a_lock_record *ret_record)
{
    struct s3a_lock_machine *machine = turn->machine;
    const struct s3a_lock_view *view = &machine->view;
    const struct s3a_lock_record *old = &view->record;

    memset(ret_record, 0, sizeof(*ret_record));
    ret_record->held = true;
    ret_record->lease_ms = machine->terms.lease_ms;
    ret_record->heartbeat_ms = machine->terms.heartbeat_ms;
    new_owner(machine, ret_record->grant.owner);
    ret_record->grant.token = next_token(turn);
    ret_record->has_session = machine->has_session;
    memcpy(ret_record->session, machine->session, S3A_SESSION_ID_SIZE);
    if (view->kind == S3A_LOCK_OBJECT_RECORD) {
        uint32_t keep =
            old->recent_count < S3A_RECENT_MAX - 1 ? old->recent_count : S3A_RECENT_MAX - 1;
        ret_record->recent[0] = old->grant;
        memcpy(&ret_record->recent[1], old->recent, keep * sizeof(old->recent[0]));
        ret_record->recent_count = keep + 1;
    }
}

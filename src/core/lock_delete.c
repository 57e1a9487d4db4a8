/* SPDX-License-Identifier: MIT */
#include "lock_moves.h"

/*
 * Giving it back by DELETE (§5), so that no object is left. Deleting makes "no object" true once
 * more, for writes too that were sent long ago. Three rules keep that harmless: what is deleted is
 * our own record, under our own last ETag; its token is older than whatever the next one can begin
 * with; and it is not deleted where another try of ours to create it may still be on its way.
 */

/* Clocks run right to 1 %, ours and the store's. */
#define CLOCK_SHARE 50

/* What a new object's token would begin with is certainly higher than ours from then on: local
 * time. 0: never, for the store tells no time, or another try of what created the object may come
 * late. */
uint64_t s3a_lock_delete_from_ms(const struct s3a_lock_machine *machine)
{
    bool created_twice = machine->write.repeated && !machine->write.etag[0];
    int64_t wanted_ms = s3a_lock_token_end_ms(machine->record.grant.token) + S3A_LOCK_DELETE_AGE_MS;

    if (!machine->terms.delete_on_release || machine->store_seen_ms == 0 || created_twice ||
        machine->store_ms < 0) {
        return 0;
    }
    if (wanted_ms <= machine->store_ms) {
        return machine->store_seen_ms;
    }
    uint64_t left_ms = (uint64_t)wanted_ms - (uint64_t)machine->store_ms;
    return machine->store_seen_ms + left_ms + left_ms / (CLOCK_SHARE - 1) + 1;
}

/* An attempt, which is undone and not given back, has no such time either. */
bool s3a_lock_is_to_be_deleted(const struct s3a_lock_turn *turn)
{
    const struct s3a_lock_machine *machine = turn->machine;
    uint64_t now_ms = turn->event->now_ms;

    return machine->may_delete && machine->delete_from_ms != 0 &&
           now_ms >= machine->delete_from_ms && !machine->delete_refused &&
           machine->lost_reason == S3A_LOST_NOT;
}

void s3a_lock_send_delete(const struct s3a_lock_turn *turn)
{
    turn->machine->is_delete = true;
    s3a_lock_send_write(turn, S3A_AT_FREE);
    turn->action->request = S3A_LOCK_REQUEST_DELETE;
    turn->action->record = NULL;
}

bool s3a_lock_delete_falls_back(struct s3a_lock_machine *machine)
{
    machine->delete_refused = machine->delete_refused || machine->is_delete;
    return machine->is_delete;
}

bool s3a_lock_delete_was_applied(const struct s3a_lock_machine *machine,
                                 const struct s3a_lock_view *view)
{
    return machine->delete_doubt && view->kind != S3A_LOCK_OBJECT_FOREIGN &&
           view->kind != S3A_LOCK_OBJECT_NEWER;
}

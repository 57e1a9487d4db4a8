/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <string.h>

/* Tokens of new objects count whole seconds by front ends that differ by up to one. */
#define YOUNG_MS 2100

/* What is checked, and noted for the checks, when an object is deleted or overwritten. */

/* S3: whoever deletes it deletes what is his own. Whatever tells of tokens is gone then, and still
 * they grow. */
void sim_check_delete(struct sim *sim, const struct sim_request *request)
{
    const struct s3a_lock_view *old = &sim->store.object;

    if (old->kind != S3A_LOCK_OBJECT_RECORD ||
        !sim_same_grant(&old->record.grant, &request->record.grant)) {
        sim_breach(sim, "S3: c%u deleted what is not its own", request->contender);
    }
    sim->store.deleted_ms = sim->now_ms;
    sim->tally.deletions++;
}

/* What lies there is about to be removed by something that does not keep the protocol. */
void sim_check_removal(struct sim *sim)
{
    struct sim_store *store = &sim->store;

    if (store->object.kind == S3A_LOCK_OBJECT_RECORD) {
        store->removed_ms = sim->now_ms;
        store->removed_young = store->removed_young || sim->now_ms - store->created_ms < YOUNG_MS;
    }
}

/* ... and that although somebody may hold it. */
void sim_check_robbery(struct sim *sim)
{
    const struct s3a_lock_view *object = &sim->store.object;
    const uint8_t *owner = object->record.grant.owner;

    if (object->kind == S3A_LOCK_OBJECT_JAVA) {
        sim->java.held_until_ms = 0;
    }
    if (object->kind != S3A_LOCK_OBJECT_RECORD || !object->record.held) {
        return;
    }
    sim->tally.robberies++;
    for (unsigned i = 0; i < sim->contender_count; i++) {
        struct sim_contender *contender = &sim->contenders[i];
        if (memcmp(contender->owner, owner, S3A_OWNER_SIZE) == 0) {
            const struct s3a_lock_machine *machine = &contender->machine;
            uint64_t sent_end_ms =
                s3a_lease_end_ms(machine->write.sent_ms, machine->terms.lease_ms);
            uint64_t end_ms = s3a_lock_good_until_ms(machine);
            memcpy(contender->robbed_owner, owner, S3A_OWNER_SIZE);
            contender->robbed_until_ms = end_ms > sent_end_ms ? end_ms : sent_end_ms;
        }
    }
}

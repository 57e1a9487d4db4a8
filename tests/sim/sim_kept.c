/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <inttypes.h>
#include <string.h>

bool sim_same_grant(const struct s3a_grant *a, const struct s3a_grant *b)
{
    return a->token == b->token && memcmp(a->owner, b->owner, S3A_OWNER_SIZE) == 0;
}

/* Given back, it is held until its shortest hold is over. */
void sim_note_kept(struct sim *sim, unsigned number)
{
    const struct sim_contender *contender = &sim->contenders[number];
    const struct s3a_lock_machine *machine = &contender->machine;

    memcpy(sim->store.kept_owner, machine->record.grant.owner, S3A_OWNER_SIZE);
    sim->store.kept_until_ms =
        sim_true_time(contender, machine->granted_ms + machine->terms.min_hold_ms);
    sim->tally.kept++;
}

/* Taken sooner than that, but for dates that are cut and clocks that are fast: who waits for the
 * lease and the grace on top of it goes by his clock for both. */
void sim_check_kept(struct sim *sim, const struct sim_request *request)
{
    const struct s3a_lock_record *old = &sim->store.object.record;
    uint64_t slack_ms = sim->faults.dates_in_seconds ? 2000 : 0;

    slack_ms += (old->lease_ms + sim->grace_ms) / 50 + 1;
    if (sim->store.object.kind == S3A_LOCK_OBJECT_RECORD && old->held &&
        memcmp(old->grant.owner, sim->store.kept_owner, S3A_OWNER_SIZE) == 0 &&
        !sim_same_grant(&old->grant, &request->record.grant) &&
        sim->now_ms + slack_ms < sim->store.kept_until_ms) {
        sim_breach(sim, "taken %" PRIu64 " ms before its shortest hold was over",
                   sim->store.kept_until_ms - sim->now_ms);
    }
}

/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <string.h>

/*
 * A process with java-s3-atomic-utils: it looks at the Expires header alone, by its own wall clock
 * (which here is right), renews its object before that date, and keeps the body, hence the ETag,
 * while it does. A reckless one creates and deletes without a condition, as that library does.
 */

#define LEASE_MS 5000
#define RENEW_EARLY_MS 1500
#define PUT_AFTER_MS 60 /* its PUT lands so long after its look */
#define PAUSE_MAX_MS 4000
#define WORK_MAX_MS 12000

enum {
    JAVA_LOOK,
    JAVA_PUT,
    JAVA_HOLD
};

static void next(struct sim *sim, int state, uint64_t in_ms)
{
    sim->java.state = state;
    sim->java.next_ms = sim->now_ms + in_ms;
    sim_event_post(sim, sim_event_new(sim, SIM_EVENT_JAVA, 0), sim->java.next_ms);
}

void sim_java_begin(struct sim *sim, bool reckless)
{
    sim->java.present = true;
    sim->java.reckless = reckless;
    next(sim, JAVA_LOOK, 1 + sim_random(sim, PAUSE_MAX_MS));
}

/* The Expires header has whole seconds, cut. */
static int64_t new_expiry_ms(const struct sim *sim)
{
    return (sim_store_clock(sim) + LEASE_MS) / 1000 * 1000;
}

static bool is_mine(const struct sim *sim)
{
    return sim->store.object.kind == S3A_LOCK_OBJECT_JAVA &&
           strcmp(sim->store.object.etag, sim->java.etag) == 0;
}

static void look(struct sim *sim)
{
    const struct s3a_lock_view *object = &sim->store.object;
    bool ours = object->kind == S3A_LOCK_OBJECT_RECORD || object->kind == S3A_LOCK_OBJECT_JAVA;

    if (object->kind == S3A_LOCK_OBJECT_ABSENT ||
        (ours && sim_store_clock(sim) >= sim->store.expires_ms)) {
        strcpy(sim->java.etag, object->etag);
        next(sim, JAVA_PUT, PUT_AFTER_MS);
    } else {
        next(sim, JAVA_LOOK, 1 + sim_random(sim, PAUSE_MAX_MS));
    }
}

static void put(struct sim *sim)
{
    struct sim_java *java = &sim->java;
    int64_t expires_ms = new_expiry_ms(sim);
    bool blind = java->reckless && !java->etag[0];

    if (strcmp(java->etag, sim->store.object.etag) != 0 && !blind) {
        next(sim, JAVA_LOOK, 1 + sim_random(sim, PAUSE_MAX_MS));
        return;
    }
    sim_check_removal(sim);
    if (blind) {
        sim->store.touched = true;
        sim_check_robbery(sim);
    }
    sim_store_write(sim, S3A_LOCK_OBJECT_JAVA, NULL, expires_ms);
    strcpy(java->etag, sim->store.object.etag);
    java->held_until_ms = (uint64_t)(expires_ms - SIM_EPOCH_MS);
    java->done_ms = sim->now_ms + sim_random(sim, WORK_MAX_MS);
    sim->tally.java_grants++;
    sim_say(sim, "java HAS IT: %s", sim_text_of_object(sim, &sim->store.object));
    sim_check_leases(sim);
    next(sim, JAVA_HOLD, (uint64_t)(expires_ms - sim_store_clock(sim)) - RENEW_EARLY_MS);
}

static void hold(struct sim *sim)
{
    struct sim_java *java = &sim->java;
    int64_t expires_ms = new_expiry_ms(sim);
    bool done = sim->now_ms >= java->done_ms;

    if (is_mine(sim) && !done) {
        sim->store.object.java_expires_ms = expires_ms;
        sim->store.object.store_modified_ms = sim_store_clock(sim);
        sim->store.expires_ms = expires_ms;
        java->held_until_ms = (uint64_t)(expires_ms - SIM_EPOCH_MS);
        sim_say(sim, "java renews: %s", sim_text_of_object(sim, &sim->store.object));
        next(sim, JAVA_HOLD, (uint64_t)(expires_ms - sim_store_clock(sim)) - RENEW_EARLY_MS);
        return;
    }
    java->held_until_ms = 0;
    if (is_mine(sim)) {
        memset(&sim->store.object, 0, sizeof(sim->store.object));
        sim_say(sim, "java is done, and deletes its object");
    } else if (java->reckless && done) {
        sim_store_delete(sim);
    }
    next(sim, JAVA_LOOK, 1 + sim_random(sim, PAUSE_MAX_MS));
}

void sim_java_act(struct sim *sim)
{
    if (sim->store.down || sim->store.bucket_gone) {
        sim->java.held_until_ms = 0; /* it gives up at the first error */
        next(sim, JAVA_LOOK, 1 + sim_random(sim, PAUSE_MAX_MS));
    } else if (sim->java.state == JAVA_LOOK) {
        look(sim);
    } else if (sim->java.state == JAVA_PUT) {
        put(sim);
    } else {
        hold(sim);
    }
}

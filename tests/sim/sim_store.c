/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Front ends of a store may differ by this much (§3). */
#define FRONT_END_SKEW_MS 1000
#define ABSURD_MS INT64_C(3600000)

/* How far an operator's record is from the beats of its holder. */
#define FORCED_BEATS 1000

int64_t sim_store_clock(const struct sim *sim)
{
    return SIM_EPOCH_MS + (int64_t)sim->now_ms;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t mix_grant(uint64_t hash, const struct s3a_grant *grant)
{
    uint64_t halves[2];

    memcpy(halves, grant->owner, sizeof(halves));
    return mix(mix(mix(hash, halves[0]), halves[1]), grant->token);
}

/* As a store does: the ETag is a digest of what was written, so that the same bytes give the same
 * one. */
void sim_make_etag(const struct s3a_lock_record *record, char *ret_etag)
{
    uint64_t hash = mix(record->held ? 2 : 1, 0);

    hash = mix(hash, record->beat);
    hash = mix(hash, (uint64_t)record->lease_ms << 32 | record->heartbeat_ms);
    hash = mix_grant(hash, &record->grant);
    for (uint32_t i = 0; i < record->recent_count; i++) {
        hash = mix_grant(hash, &record->recent[i]);
    }
    if (record->has_session) {
        uint64_t half;
        memcpy(&half, record->session, sizeof(half));
        hash = mix(hash, half);
    }
    for (int i = 0; i < 16; i++) {
        ret_etag[i] = "0123456789abcdef"[hash >> (60 - 4 * i) & 15];
    }
    ret_etag[16] = '\0';
}

void sim_store_write(struct sim *sim, enum s3a_lock_object kind,
                     const struct s3a_lock_record *record, int64_t expires_ms)
{
    struct s3a_lock_view *object = &sim->store.object;

    sim->store.writes++;
    memset(object, 0, sizeof(*object));
    object->kind = kind;
    object->store_modified_ms = sim_store_clock(sim);
    sim->store.expires_ms = expires_ms;
    if (record) {
        object->record = *record;
        sim_make_etag(record, object->etag);
    } else {
        snprintf(object->etag, sizeof(object->etag), "outside-%" PRIu64, sim->store.writes);
    }
    if (kind == S3A_LOCK_OBJECT_JAVA) {
        object->java_expires_ms = expires_ms;
    }
    sim_hash_in(sim, sim->store.writes * 8 + (uint64_t)kind);
}

void sim_store_put(struct sim *sim, enum s3a_lock_object kind, const struct s3a_lock_record *record)
{
    sim->store.touched = true;
    sim_check_removal(sim);
    sim_check_robbery(sim);
    sim_store_write(sim, kind, record,
                    kind == S3A_LOCK_OBJECT_JAVA ? sim_store_clock(sim) + 10000 : 0);
    sim_say(sim, "      from outside: %s", sim_text_of_object(sim, &sim->store.object));
}

void sim_store_delete(struct sim *sim)
{
    sim->store.touched = true;
    sim_check_removal(sim);
    sim_check_robbery(sim);
    sim->store.writes++;
    memset(&sim->store.object, 0, sizeof(sim->store.object));
    sim_say(sim, "      from outside: the object is deleted");
}

void sim_store_free_by_force(struct sim *sim)
{
    struct s3a_lock_record record = sim->store.object.record;

    if (sim->store.object.kind != S3A_LOCK_OBJECT_RECORD || !record.held) {
        return;
    }
    record.held = false;
    record.beat += FORCED_BEATS;
    sim_check_robbery(sim);
    sim_store_write(sim, S3A_LOCK_OBJECT_RECORD, &record, 0);
    sim_say(sim, "      from outside: %s", sim_text_of_object(sim, &sim->store.object));
}

static int64_t cut_to_seconds(int64_t time_ms)
{
    return time_ms / 1000 * 1000;
}

/* The times that a front end's headers carry. */
static void describe(struct sim *sim, const struct s3a_lock_view *object,
                     struct s3a_lock_view *ret_view)
{
    ret_view->store_now_ms = sim_store_clock(sim);
    ret_view->store_modified_ms = object->store_modified_ms;
    if (sim->faults.dates_in_seconds) {
        int64_t skew_ms = (int64_t)sim_random(sim, FRONT_END_SKEW_MS);
        ret_view->store_now_ms = cut_to_seconds(ret_view->store_now_ms + skew_ms);
        ret_view->store_modified_ms = cut_to_seconds(ret_view->store_modified_ms);
    }
    if (sim_happens(sim, sim->faults.absurd_modified)) {
        ret_view->store_modified_ms += ABSURD_MS;
    }
    if (sim_happens(sim, sim->faults.no_modified)) {
        ret_view->store_modified_ms = S3A_STORE_TIME_NONE;
    }
    if (sim_happens(sim, sim->faults.no_date)) {
        ret_view->store_now_ms = S3A_STORE_TIME_NONE;
    }
}

static bool holds(const struct sim *sim, const struct s3a_lock_view *object,
                  const struct sim_request *request)
{
    if (request->kind == S3A_LOCK_REQUEST_CREATE) {
        return object->kind == S3A_LOCK_OBJECT_ABSENT;
    }
    if (sim->faults.quoted_literally && !request->bare_etag) {
        return false;
    }
    return object->kind != S3A_LOCK_OBJECT_ABSENT && strcmp(object->etag, request->etag) == 0;
}

/* Many stores say of what is not there that it is deleted now. */
static void delete_object(struct sim *sim, const struct sim_request *request,
                          struct sim_reply *ret_reply)
{
    struct s3a_lock_view *object = &sim->store.object;
    bool absent = object->kind == S3A_LOCK_OBJECT_ABSENT;

    if (absent && sim->faults.absent_deletes) {
        ret_reply->status = S3A_OK;
    } else if (absent) {
        ret_reply->status = sim_random(sim, 1) ? S3A_NOT_FOUND : S3A_CONFLICT;
    } else if (!sim->faults.deletes_blindly && !holds(sim, object, request)) {
        ret_reply->status = S3A_CONFLICT;
    } else {
        sim_check_delete(sim, request);
        memset(object, 0, sizeof(*object));
        sim_say(sim, "      the object is deleted");
        sim_hash_in(sim, ++sim->store.writes);
        ret_reply->status = S3A_OK;
    }
}

void sim_store_apply(struct sim *sim, const struct sim_request *request,
                     struct sim_reply *ret_reply)
{
    const struct s3a_lock_view *object =
        request->session ? &sim->sessions[request->session - 1].object : &sim->store.object;

    switch (request->kind) {
    case S3A_LOCK_REQUEST_DELETE:
        delete_object(sim, request, ret_reply);
        return;
    case S3A_LOCK_REQUEST_GET_IF_CHANGED:
        if (strcmp(object->etag, request->etag) == 0) {
            describe(sim, object, &ret_reply->view);
            ret_reply->status = S3A_NOT_MODIFIED;
            return;
        }
        ret_reply->view = *object;
        describe(sim, object, &ret_reply->view);
        break;
    case S3A_LOCK_REQUEST_CREATE:
    case S3A_LOCK_REQUEST_REPLACE:
    case S3A_LOCK_REQUEST_KILL_SESSION:
        if (!holds(sim, object, request)) {
            bool absent = object->kind == S3A_LOCK_OBJECT_ABSENT;
            ret_reply->status = absent && sim_random(sim, 1) ? S3A_NOT_FOUND : S3A_CONFLICT;
            return;
        }
        if (request->session) {
            sim_session_write(sim, request);
        } else {
            sim_check_write(sim, request);
            sim_store_write(sim, S3A_LOCK_OBJECT_RECORD, &request->record, request->expires_ms);
        }
        sim_say(sim, "      now there lies: %s", sim_text_of_object(sim, object));
        strcpy(ret_reply->etag, object->etag);
        break;
    default:
        ret_reply->view = *object;
        describe(sim, object, &ret_reply->view);
        break;
    }
    ret_reply->status = S3A_OK;
}

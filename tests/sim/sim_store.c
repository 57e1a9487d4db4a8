/* SPDX-License-Identifier: MIT */
#include "sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Front ends of a store may differ by this much (§3). */
#define FRONT_END_SKEW_MS 1000

static int64_t store_clock(const struct sim *sim)
{
    return SIM_EPOCH_MS + (int64_t)sim->now_ms;
}

/* As a store does: the ETag is a digest of what was written, so the same bytes give the same one.
 */
static void make_etag(const struct s3a_lock_record *record, char *ret_etag)
{
    const uint8_t *bytes = (const uint8_t *)record;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < sizeof(*record); i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    snprintf(ret_etag, S3A_LOCK_ETAG_SIZE_MAX, "\"%016" PRIx64 "\"", hash);
}

void sim_store_put(struct sim *sim, enum s3a_lock_object kind, const struct s3a_lock_record *record)
{
    struct s3a_lock_view *object = &sim->store.object;

    sim->store.writes++;
    memset(object, 0, sizeof(*object));
    object->kind = kind;
    object->store_modified_ms = store_clock(sim);
    if (record) {
        object->record = *record;
        make_etag(record, object->etag);
    } else {
        snprintf(object->etag, sizeof(object->etag), "\"outside-%" PRIu64 "\"", sim->store.writes);
    }
    if (kind == S3A_LOCK_OBJECT_JAVA) {
        object->java_expires_ms = store_clock(sim) + 10000;
    }
}

void sim_store_delete(struct sim *sim)
{
    sim->store.writes++;
    memset(&sim->store.object, 0, sizeof(sim->store.object));
}

static int64_t cut_to_seconds(int64_t time_ms)
{
    return time_ms / 1000 * 1000;
}

/* What a front end says of the object, with the times that its headers can carry. */
static void describe(struct sim *sim, struct s3a_lock_view *ret_view)
{
    *ret_view = sim->store.object;
    ret_view->store_now_ms = store_clock(sim);
    if (sim->faults.dates_in_seconds) {
        int64_t skew_ms = (int64_t)sim_random(sim, FRONT_END_SKEW_MS);
        ret_view->store_now_ms = cut_to_seconds(ret_view->store_now_ms + skew_ms);
        ret_view->store_modified_ms = cut_to_seconds(ret_view->store_modified_ms);
    }
    if (sim_random(sim, 999) < sim->faults.no_modified) {
        ret_view->store_modified_ms = S3A_STORE_TIME_NONE;
    }
}

static bool holds(const struct sim *sim, const struct sim_request *request)
{
    const struct s3a_lock_view *object = &sim->store.object;

    if (request->kind == S3A_LOCK_REQUEST_CREATE) {
        return object->kind == S3A_LOCK_OBJECT_ABSENT;
    }
    if (sim->faults.quoted_literally && !request->bare_etag) {
        return false;
    }
    return object->kind != S3A_LOCK_OBJECT_ABSENT && strcmp(object->etag, request->etag) == 0;
}

static bool same_grant(const struct s3a_grant *a, const struct s3a_grant *b)
{
    return a->token == b->token && memcmp(a->owner, b->owner, S3A_OWNER_SIZE) == 0;
}

/* S3: what may be overwritten by whom (§8). */
static void check_entitled(struct sim *sim, const struct s3a_lock_record *record)
{
    const struct s3a_lock_view *old = &sim->store.object;
    int64_t age_ms = store_clock(sim) - old->store_modified_ms;

    if (old->kind == S3A_LOCK_OBJECT_FOREIGN || old->kind == S3A_LOCK_OBJECT_NEWER) {
        sim_breach(sim, "a foreign object was overwritten");
    }
    if (old->kind == S3A_LOCK_OBJECT_JAVA && store_clock(sim) < old->java_expires_ms) {
        sim_breach(sim, "a lock of the Java library was overwritten before its end");
    }
    if (old->kind != S3A_LOCK_OBJECT_RECORD || !old->record.held ||
        same_grant(&old->record.grant, &record->grant)) {
        return;
    }
    if (age_ms < old->record.lease_ms) {
        sim_breach(sim, "a lock was overwritten by another %" PRId64 " ms after its heartbeat",
                   age_ms);
    }
}

void sim_store_apply(struct sim *sim, const struct sim_request *request,
                     struct sim_reply *ret_reply)
{
    const struct s3a_lock_view *object = &sim->store.object;

    memset(ret_reply, 0, sizeof(*ret_reply));
    describe(sim, &ret_reply->view);
    switch (request->kind) {
    case S3A_LOCK_REQUEST_GET_IF_CHANGED:
        if (strcmp(object->etag, request->etag) == 0) {
            ret_reply->status = S3A_NOT_MODIFIED;
            return;
        }
        break;
    case S3A_LOCK_REQUEST_CREATE:
    case S3A_LOCK_REQUEST_REPLACE:
        if (!holds(sim, request)) {
            ret_reply->status = S3A_CONFLICT;
            return;
        }
        check_entitled(sim, &request->record);
        sim_store_put(sim, S3A_LOCK_OBJECT_RECORD, &request->record);
        memcpy(ret_reply->etag, sim->store.object.etag, sizeof(ret_reply->etag));
        break;
    default:
        break;
    }
    ret_reply->status = S3A_OK;
}

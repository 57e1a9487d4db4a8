/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_ward.h"

/* So many writes, each read by another client than the one that wrote. */
#define WRITES 50

/* Where the store asks to wait, so few will do. */
#define WRITES_MIN 8

/* As much as the protocol allows for: s3atomic-protocol(7), section 3. */
#define GRACE_MS 2000

#define NAME "reading"
#define LISTED "listed"

struct reading {
    struct s3a_ward *ward;
    uint64_t write_us[WRITES];
    uint64_t read_us[WRITES];
    unsigned writes;
    unsigned reads;
    unsigned stale;
    unsigned same_etag;
    unsigned undated;
    int64_t age_min_ms; /* Date - Last-Modified of what was just written */
    int64_t age_max_ms;
};

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static void summarise(uint64_t *samples, unsigned count, struct s3a_doctor_latency *ret_latency)
{
    *ret_latency = (struct s3a_doctor_latency){.count = count};
    if (count == 0) {
        return;
    }
    qsort(samples, count, sizeof(*samples), compare);
    ret_latency->p50_us = samples[(count - 1) * 50 / 100];
    ret_latency->p90_us = samples[(count - 1) * 90 / 100];
    ret_latency->p99_us = samples[(count - 1) * 99 / 100];
    ret_latency->max_us = samples[count - 1];
}

static void note_age(struct reading *reading, const struct s3a_ward_ask *look)
{
    if (look->date_ms == S3A_TIME_NONE || look->modified_ms == S3A_TIME_NONE) {
        reading->undated++;
        return;
    }
    int64_t age_ms = look->date_ms - look->modified_ms;
    bool is_first = reading->reads == reading->undated;
    reading->age_min_ms = is_first || age_ms < reading->age_min_ms ? age_ms : reading->age_min_ms;
    reading->age_max_ms = is_first || age_ms > reading->age_max_ms ? age_ms : reading->age_max_ms;
}

/* A heartbeat, and a look at it. False: it is over. */
static bool write_and_read(struct reading *reading, unsigned at, char *etag)
{
    struct s3a_ward *ward = reading->ward;
    char body[S3A_WARD_BODY_SIZE];
    char bare[S3A_ETAG_SIZE_MAX + 1];
    size_t size = strlen(etag);
    bool is_bare = ward->report->wants_bare_etag && size >= 2 && etag[0] == '"';

    snprintf(body, sizeof(body), "reading %u", at);
    snprintf(bare, sizeof(bare), "%.*s", (int)(is_bare ? size - 2 : size), etag + is_bare);
    struct s3a_ward_ask write = {.kind = S3A_OP_PUT_OBJECT, .name = NAME, .body = body};
    if (at > 0 && ward->report->marks[S3A_DOCTOR_REPLACE_RIGHT] != S3A_DOCTOR_BAD) {
        write.if_match = bare;
    }
    struct s3a_ward_ask look = {
        .kind = S3A_OP_GET_OBJECT, .name = NAME, .client = 1 + at % (S3A_WARD_CLIENTS - 1)};
    if (!s3a_ward_ask(ward, &write) || !s3a_ward_ask(ward, &look)) {
        return false;
    }
    if (write.status == S3A_OK) {
        reading->same_etag += strcmp(write.etag, etag) == 0;
        reading->write_us[reading->writes++] = write.took_us;
        reading->stale += look.status != S3A_OK || strcmp(look.seen, body) != 0;
    }
    if (look.status == S3A_OK) {
        reading->read_us[reading->reads] = look.took_us;
        note_age(reading, &look);
        reading->reads++;
    }
    memcpy(etag, look.etag, sizeof(look.etag));
    return true;
}

static void tell_reading(struct reading *reading)
{
    struct s3a_ward *ward = reading->ward;
    struct s3a_ward_ask removal = {.kind = S3A_OP_DELETE_OBJECT, .name = NAME};
    struct s3a_ward_ask look = {.kind = S3A_OP_GET_OBJECT, .name = NAME, .client = 2};

    if (!s3a_ward_ask(ward, &removal) || !s3a_ward_ask(ward, &look)) {
        return;
    }
    bool is_gone = removal.status != S3A_OK || look.status == S3A_NOT_FOUND;
    if (reading->stale > 0 || !is_gone) {
        s3a_ward_tell(ward, S3A_DOCTOR_READ_AFTER_WRITE, S3A_DOCTOR_BAD,
                      "%u of %u writes were not to be seen%s", reading->stale, reading->writes,
                      is_gone ? "" : ", and what was deleted still was");
    } else {
        s3a_ward_tell(ward, S3A_DOCTOR_READ_AFTER_WRITE,
                      reading->writes > 0 ? S3A_DOCTOR_GOOD : S3A_DOCTOR_UNKNOWN,
                      "%u of %u writes, and a deletion", reading->writes, reading->writes);
    }
    if (reading->same_etag > 0) {
        s3a_ward_tell(ward, S3A_DOCTOR_ETAGS, S3A_DOCTOR_BAD,
                      "%u of %u writes had the one before's", reading->same_etag, reading->writes);
    } else {
        s3a_ward_tell(ward, S3A_DOCTOR_ETAGS,
                      reading->writes > 1 ? S3A_DOCTOR_GOOD : S3A_DOCTOR_UNKNOWN, "%u of %u",
                      reading->writes, reading->writes);
    }
}

/* How the store's dates agree: with each other in an answer, and from answer to answer. */
static void tell_clock(struct reading *reading)
{
    struct s3a_ward *ward = reading->ward;
    struct s3a_doctor_report *report = ward->report;
    int64_t resolution_ms = ward->has_fine_dates ? 1 : 1000;
    int64_t spread_ms = ward->ahead_max_ms - ward->ahead_min_ms;
    bool has_dates = ward->has_dates && reading->undated == 0 && reading->reads > 0;

    /* What is cut to seconds is behind by up to one: half of that, on the average. */
    report->clock_ahead_ms =
        ward->has_dates ? (ward->ahead_min_ms + ward->ahead_max_ms + resolution_ms) / 2 : 0;
    report->clock_spread_ms = spread_ms > resolution_ms ? spread_ms - resolution_ms : 0;
    report->clock_resolution_ms = ward->has_dates ? resolution_ms : 0;
    if (!has_dates) {
        s3a_ward_tell(ward, S3A_DOCTOR_CLOCK, S3A_DOCTOR_ODD,
                      "some answers have no dates: leases are judged by watching them");
    } else if (reading->age_min_ms < -GRACE_MS || report->clock_spread_ms > GRACE_MS) {
        s3a_ward_tell(ward, S3A_DOCTOR_CLOCK, S3A_DOCTOR_BAD,
                      "Date - Last-Modified of what was just written: %.1f to %.1f s; answers "
                      "disagree by %.1f s",
                      (double)reading->age_min_ms / 1000, (double)reading->age_max_ms / 1000,
                      (double)report->clock_spread_ms / 1000);
    } else {
        s3a_ward_tell(ward, S3A_DOCTOR_CLOCK,
                      reading->age_max_ms > GRACE_MS + 1000 ? S3A_DOCTOR_ODD : S3A_DOCTOR_GOOD,
                      "Date - Last-Modified of what was just written: %.1f to %.1f s",
                      (double)reading->age_min_ms / 1000, (double)reading->age_max_ms / 1000);
    }
}

static void read_writes(struct s3a_ward *ward)
{
    struct reading *reading = calloc(1, sizeof(*reading));
    char etag[S3A_ETAG_SIZE_MAX + 1] = "";
    uint64_t requests = ward->report->requests;

    if (!reading) {
        ward->status = S3A_NO_MEMORY;
        ward->error->status = S3A_NO_MEMORY;
        return;
    }
    reading->ward = ward;
    for (unsigned i = 0; i < WRITES && s3a_ward_goes_on(ward, "reading", i, WRITES); i++) {
        /* More requests than these: it was asked to wait. */
        bool was_put_off = ward->report->requests > requests + UINT64_C(2) * i;
        if ((was_put_off && i >= WRITES_MIN) || !write_and_read(reading, i, etag)) {
            break;
        }
    }
    if (ward->status == S3A_OK) {
        tell_reading(reading);
        tell_clock(reading);
        summarise(reading->write_us, reading->writes, &ward->report->write);
        summarise(reading->read_us, reading->reads, &ward->report->read);
    }
    free(reading);
}

struct sighting {
    const char *key;
    bool is_seen;
};

static enum s3a_status see(const struct s3a_listing *listing, void *user)
{
    struct sighting *sighting = user;

    sighting->is_seen = sighting->is_seen || strcmp(listing->key, sighting->key) == 0;
    return S3A_OK;
}

static enum s3a_status list(struct s3a_ward *ward, bool *ret_is_seen)
{
    char key[sizeof(ward->directory) + S3A_WARD_NAME_SIZE];
    struct sighting sighting = {.key = key};
    const struct s3a_list_options options = {.prefix = key};
    struct s3a_error error;

    snprintf(key, sizeof(key), "%s%s", ward->directory, LISTED);
    ward->report->requests++;
    enum s3a_status status =
        s3a_store_list(ward->store, ward->bucket, &options, see, &sighting, &error);
    *ret_is_seen = sighting.is_seen;
    return status;
}

/* An object with headers: is it listed at once, and are they kept? */
static void read_headers(struct s3a_ward *ward)
{
    struct s3a_ward_ask put = {
        .kind = S3A_OP_PUT_OBJECT, .name = LISTED, .body = "listed", .has_headers = true};
    struct s3a_ward_ask look = {.kind = S3A_OP_HEAD_OBJECT, .name = LISTED};
    struct s3a_ward_ask removal = {.kind = S3A_OP_DELETE_OBJECT, .name = LISTED};
    bool is_listed = false;
    bool is_listed_still = false;

    if (!s3a_ward_goes_on(ward, "headers", 0, 0) || !s3a_ward_ask(ward, &put)) {
        return;
    }
    enum s3a_status status = list(ward, &is_listed);
    if (!s3a_ward_ask(ward, &look) || !s3a_ward_ask(ward, &removal)) {
        return;
    }
    if (status == S3A_OK) {
        status = list(ward, &is_listed_still);
    }
    if (status != S3A_OK) {
        s3a_ward_tell(ward, S3A_DOCTOR_LIST_AFTER_WRITE, S3A_DOCTOR_UNKNOWN, "%s",
                      s3a_status_text(status));
    } else if (is_listed && !is_listed_still) {
        s3a_ward_tell(ward, S3A_DOCTOR_LIST_AFTER_WRITE, S3A_DOCTOR_GOOD, "a PUT, and a DELETE");
    } else {
        s3a_ward_tell(ward, S3A_DOCTOR_LIST_AFTER_WRITE, S3A_DOCTOR_ODD,
                      "not at once: status and ls may be late");
    }
    if (look.keeps_expires && look.keeps_metadata) {
        s3a_ward_tell(ward, S3A_DOCTOR_HEADERS, S3A_DOCTOR_GOOD, "%s", "");
    } else {
        s3a_ward_tell(ward, S3A_DOCTOR_HEADERS, S3A_DOCTOR_ODD, "%s%s%s is not",
                      look.keeps_expires ? "" : "Expires",
                      look.keeps_expires || look.keeps_metadata ? "" : " nor ",
                      look.keeps_metadata ? "" : "x-amz-meta-*");
    }
}

void s3a_ward_reading(struct s3a_ward *ward)
{
    read_writes(ward);
    read_headers(ward);
    if (ward->status != S3A_OK) {
        return;
    }
    if (ward->report->keeps_versions) {
        s3a_ward_tell(ward, S3A_DOCTOR_VERSIONS, S3A_DOCTOR_ODD,
                      "versioning is on: each heartbeat leaves a version, which is paid for");
    } else {
        s3a_ward_tell(ward, S3A_DOCTOR_VERSIONS, S3A_DOCTOR_GOOD, "%s", "");
    }
}

/* SPDX-License-Identifier: MIT */
#include <s3atomic/doctor.h>

#include <stdio.h>
#include <string.h>

#include "doctor_ward.h"
#include "error.h"
#include "name.h"

#define CLIENTS 32
#define ROUNDS 20
#define ROUNDS_MAX 1000

/* What a verdict rests on, and how it is said that it does not hold. */
struct ground {
    enum s3a_doctor_id id;
    const char *reason;
};

static const struct ground lock_grounds[] = {
    {S3A_DOCTOR_CREATE_PRESENT, "If-None-Match on PUT is not kept to"},
    {S3A_DOCTOR_CREATE_ABSENT, "PUT with If-None-Match creates nothing"},
    {S3A_DOCTOR_REPLACE_WRONG, "If-Match on PUT is not kept to"},
    {S3A_DOCTOR_REPLACE_RIGHT, "PUT with If-Match replaces nothing"},
    {S3A_DOCTOR_CREATE_RACE, "of many who create an object at once, more than one may win"},
    {S3A_DOCTOR_REPLACE_RACE, "of many who replace an object at once, more than one may win"},
    {S3A_DOCTOR_READ_AFTER_WRITE, "a GET may show what was written over"},
    {S3A_DOCTOR_ETAGS, "an ETag does not tell what lies there"},
    {S3A_DOCTOR_CLOCK, "its clocks disagree by more than the protocol allows for"},
};

static const struct ground removal_grounds[] = {
    {S3A_DOCTOR_REMOVE_WRONG, "If-Match on DELETE is not kept to"},
    {S3A_DOCTOR_REMOVE_RIGHT, "DELETE with If-Match deletes nothing"},
    {S3A_DOCTOR_REPLACE_MISSING, "PUT with If-Match creates what is missing"},
};

static const struct ground object_grounds[] = {
    {S3A_DOCTOR_REPLACE_MISSING, "PUT with If-Match creates what was deleted in the meantime"},
};

static void settle(const struct s3a_doctor_report *report, const struct ground *grounds,
                   size_t count, struct s3a_doctor_finding *finding)
{
    for (size_t i = 0; i < count; i++) {
        enum s3a_doctor_mark mark = report->marks[grounds[i].id];
        if (mark == S3A_DOCTOR_BAD && finding->verdict != S3A_DOCTOR_UNSAFE) {
            finding->verdict = S3A_DOCTOR_UNSAFE;
            snprintf(finding->reason, sizeof(finding->reason), "%s%s", grounds[i].reason,
                     report->keeps_versions ? " (versioning is on in this bucket)" : "");
        } else if (mark == S3A_DOCTOR_UNKNOWN && finding->verdict == S3A_DOCTOR_SAFE) {
            finding->verdict = S3A_DOCTOR_NOT_KNOWN;
            snprintf(finding->reason, sizeof(finding->reason),
                     "some of what it rests on had no clear answer");
        }
    }
}

static void give_verdicts(struct s3a_doctor_report *report)
{
    report->locks = (struct s3a_doctor_finding){.verdict = S3A_DOCTOR_SAFE};
    settle(report, lock_grounds, sizeof(lock_grounds) / sizeof(lock_grounds[0]), &report->locks);
    report->sessions = report->locks;
    report->delete_on_release = report->locks;
    settle(report, removal_grounds, sizeof(removal_grounds) / sizeof(removal_grounds[0]),
           &report->delete_on_release);
    report->objects = report->locks;
    settle(report, object_grounds, sizeof(object_grounds) / sizeof(object_grounds[0]),
           &report->objects);
    s3a_ward_price(report);
}

static enum s3a_status check_options(struct s3a_doctor_options *options, struct s3a_error *error)
{
    options->clients = options->clients ? options->clients : CLIENTS;
    options->rounds = options->rounds ? options->rounds : ROUNDS;
    if (options->clients < 2 || options->clients > S3A_WARD_RACERS_MAX) {
        return s3a_error_set(error, S3A_INVALID, "clients: %u, must be 2 to %d", options->clients,
                             S3A_WARD_RACERS_MAX);
    }
    if (options->rounds > ROUNDS_MAX) {
        return s3a_error_set(error, S3A_INVALID, "rounds: %u, must be 1 to %d", options->rounds,
                             ROUNDS_MAX);
    }
    return S3A_OK;
}

/* In the order in which it is told. What was begun is cleaned up in every case. */
static enum s3a_status examine(struct s3a_ward *ward, const struct s3a_client_options *options)
{
    ward->status = s3a_ward_open(ward, options);
    if (ward->status == S3A_OK) {
        s3a_ward_conditions(ward);
    }
    if (ward->status == S3A_OK) {
        s3a_ward_races(ward);
    }
    if (ward->status == S3A_OK) {
        s3a_ward_reading(ward);
    }
    if (ward->name_count > 0) {
        s3a_ward_clean(ward);
    }
    s3a_ward_close(ward);
    return ward->status;
}

enum s3a_status s3a_doctor(const struct s3a_client_options *client_options, const char *bucket,
                           const struct s3a_doctor_options *options,
                           struct s3a_doctor_report *ret_report, struct s3a_error *error)
{
    struct s3a_error story;
    struct s3a_ward ward = {.bucket = bucket, .report = ret_report, .error = &story};
    enum s3a_status status;

    s3a_error_clear(&story);
    status = ret_report ? s3a_bucket_check(s3a_str_of(bucket), &story)
                        : s3a_error_set(&story, S3A_INVALID, "ret_report: it is NULL");
    if (options) {
        ward.options = *options;
    }
    if (status == S3A_OK) {
        *ret_report = (struct s3a_doctor_report){.usd_per_month = -1};
        status = check_options(&ward.options, &story);
    } else if (ret_report) {
        *ret_report = (struct s3a_doctor_report){.usd_per_month = -1};
    }
    if (status == S3A_OK) {
        status = examine(&ward, client_options);
    }
    if (status == S3A_OK) {
        give_verdicts(ret_report);
    }
    if (status == S3A_OK && ret_report->locks.verdict != S3A_DOCTOR_SAFE) {
        status = s3a_error_set(&story, S3A_UNSUPPORTED, "locks are not safe on this store: %s",
                               ret_report->locks.reason);
    }
    if (error) {
        *error = story;
    }
    return status;
}

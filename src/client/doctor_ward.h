/* SPDX-License-Identifier: MIT */
#ifndef S3A_DOCTOR_WARD_H
#define S3A_DOCTOR_WARD_H

/*
 * An examination of a store under way, in the thread that asks for it:
 *
 *      doctor.c             from the first request to the verdicts
 *      doctor_ward.c        its clients, its requests, what is told, the clean-up
 *      doctor_conditions.c  each condition by itself
 *      doctor_race.c        many who write at once
 *      doctor_reading.c     what is read after a write; dates, headers, latencies
 *      doctor_store.c       which store it is, and what it takes for a request
 */

#include <s3atomic/doctor.h>
#include <s3atomic/store.h>

#include "request.h"

/* Clients, each with its own connections and its own look at the DNS; the racers are spread over
 * them. */
#define S3A_WARD_CLIENTS 4
#define S3A_WARD_RACERS_MAX 64

#define S3A_WARD_DIRECTORY ".s3atomic/doctor/"
#define S3A_WARD_NAME_SIZE 24
#define S3A_WARD_NAMES_MAX 1100
#define S3A_WARD_BODY_SIZE 96

struct s3a_ward {
    struct s3a_client *clients[S3A_WARD_CLIENTS];
    struct s3a_store *store; /* of the first, for lists */
    const char *bucket;
    char directory[64]; /* its own, below S3A_WARD_DIRECTORY */
    struct s3a_doctor_options options;
    struct s3a_doctor_report *report;
    struct s3a_error *error; /* never NULL */
    enum s3a_status status;  /* other than S3A_OK: it is over, and error says why */
    bool may_hold_objects;
    bool is_cleaning;

    char (*names)[S3A_WARD_NAME_SIZE]; /* all that may have been written */
    size_t name_count;

    /* Dates, from all answers that have one. */
    bool has_dates;
    bool has_fine_dates; /* not whole seconds */
    int64_t ahead_min_ms;
    int64_t ahead_max_ms;
};

/* One request. */
struct s3a_ward_ask {
    enum s3a_op_kind kind; /* PUT, GET, HEAD and DELETE_OBJECT */
    unsigned client;
    const char *name;          /* below the directory */
    const char *if_match;      /* NULL: none */
    const char *if_none_match; /* NULL: none */
    const char *body;
    bool has_headers;  /* Expires and metadata */
    uint32_t pause_ms; /* before it is sent */
    bool is_single;    /* what fails is not tried again */

    /* What came of it. */
    enum s3a_status status;
    int http_status;
    char etag[S3A_ETAG_SIZE_MAX + 1];
    char seen[S3A_WARD_BODY_SIZE];
    char server[64];
    char request_id[32];
    bool has_version;
    bool keeps_expires;
    bool keeps_metadata;
    int64_t date_ms;
    int64_t modified_ms;
    uint64_t sent_us;
    uint64_t took_us;
    struct s3a_error story;
    int64_t sent_wall_ms;
};

#define S3A_WARD_EXPIRES "Thu, 01 Dec 1994 16:00:00 GMT"
#define S3A_WARD_METADATA "Some text, with = and more"

/* Is it to go on? False once it is over, and where on_progress says so. */
bool s3a_ward_goes_on(struct s3a_ward *ward, const char *what, unsigned done, unsigned of);

/* Begins; NULL where there is no memory. It must stay where it is until s3a_ward_end(). */
struct s3a_future *s3a_ward_begin(struct s3a_ward *ward, struct s3a_ward_ask *ask);
void s3a_ward_end(struct s3a_ward *ward, struct s3a_ward_ask *ask, struct s3a_future *future);

/* Both, and again where the store asks for that. False: it is over, for the store cannot be asked,
 * or somebody has ended it. */
bool s3a_ward_ask(struct s3a_ward *ward, struct s3a_ward_ask *ask);

/* An answer that says that a condition did not hold, or that nothing was done. */
bool s3a_ward_is_refusal(const struct s3a_ward_ask *ask);

/* "412", or "HELD" for what no HTTP answer came to. */
const char *s3a_ward_answer_text(const struct s3a_ward_ask *ask, char ret_text[32]);

void s3a_ward_tell(struct s3a_ward *ward, enum s3a_doctor_id id, enum s3a_doctor_mark mark,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The directory is emptied, and what others have left there more than an hour ago. */
void s3a_ward_clean(struct s3a_ward *ward);

S3A_MUST_CHECK enum s3a_status s3a_ward_open(struct s3a_ward *ward,
                                             const struct s3a_client_options *options);
void s3a_ward_close(struct s3a_ward *ward);

/* The chapters. */
void s3a_ward_conditions(struct s3a_ward *ward);
void s3a_ward_races(struct s3a_ward *ward);
void s3a_ward_reading(struct s3a_ward *ward);

/* Which store it is, by what it answered. */
void s3a_ward_recognise(struct s3a_ward *ward, const struct s3a_ward_ask *ask);

/* What a lock costs there for a month. */
void s3a_ward_price(struct s3a_doctor_report *report);

#endif

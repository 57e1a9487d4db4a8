/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_DOCTOR_H
#define S3ATOMIC_DOCTOR_H

/*
 * An examination of a store: does it do what locks and compare-and-swap rely on, also when many
 * write at once? It asks everything that s3atomic-protocol(7) relies on, in a directory of its own,
 * ".s3atomic/doctor/<32 hexadecimal digits>/", which it removes in the end.
 */

#include <stdbool.h>
#include <stdint.h>

#include <s3atomic/client.h>
#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is looked at: X(name, its text in programs, title). */
/* clang-format off */
#define S3A_DOCTOR_MAP(X)                                                                          \
    X(CREATE_ABSENT, "create-absent", "PUT If-None-Match: *, no object: created")                  \
    X(CREATE_PRESENT, "create-present", "PUT If-None-Match: *, an object: refused")                \
    X(REPLACE_RIGHT, "replace-right", "PUT If-Match, its ETag: replaced")                          \
    X(REPLACE_WRONG, "replace-wrong", "PUT If-Match, another ETag: refused")                       \
    X(REPLACE_MISSING, "replace-missing", "PUT If-Match, no object: refused")                      \
    X(REMOVE_WRONG, "remove-wrong", "DELETE If-Match, another ETag: refused")                      \
    X(REMOVE_RIGHT, "remove-right", "DELETE If-Match, its ETag: deleted")                          \
    X(REMOVE_MISSING, "remove-missing", "DELETE If-Match, no object: refused")                     \
    X(GET_UNCHANGED, "get-unchanged", "GET If-None-Match, its ETag: 304")                          \
    X(HEAD_UNCHANGED, "head-unchanged", "HEAD If-None-Match, its ETag: 304")                       \
    X(CREATE_RACE, "create-race", "many create at once: one does")                                 \
    X(REPLACE_RACE, "replace-race", "many replace at once: one does")                              \
    X(READ_AFTER_WRITE, "read-after-write", "a GET shows the last write")                          \
    X(LIST_AFTER_WRITE, "list-after-write", "a listing shows the last write")                      \
    X(ETAGS, "etags", "other bytes, another ETag")                                                 \
    X(HEADERS, "headers", "Expires and x-amz-meta-* are kept")                                     \
    X(CLOCK, "clock", "Date and Last-Modified agree")                                              \
    X(VERSIONS, "versions", "no versions are kept")                                                \
    X(CLEAN, "clean", "nothing is left behind")
/* clang-format on */

enum s3a_doctor_id {
#define S3A_DOCTOR_ENUM(name, text, title) S3A_DOCTOR_##name,
    S3A_DOCTOR_MAP(S3A_DOCTOR_ENUM)
#undef S3A_DOCTOR_ENUM
    S3A_DOCTOR_COUNT,
};

enum s3a_doctor_mark {
    S3A_DOCTOR_UNKNOWN, /* no clear answer, or not looked at */
    S3A_DOCTOR_GOOD,
    S3A_DOCTOR_ODD, /* not as Amazon S3 does it, but it does no harm */
    S3A_DOCTOR_BAD,
};

struct s3a_doctor_check {
    enum s3a_doctor_id id;
    const char *name; /* "create-absent": does not change */
    const char *title;
    enum s3a_doctor_mark mark;
    const char *story; /* what was seen; "" where the title says it all */
};

/* Called in the caller's thread, for each check when it is through. */
typedef void (*s3a_doctor_check_fn)(const struct s3a_doctor_check *check, void *user);

/* Called in the caller's thread, often; false ends the examination early, and cleans up. */
typedef bool (*s3a_doctor_progress_fn)(const char *what, unsigned done, unsigned of, void *user);

/* All zero means the defaults. */
struct s3a_doctor_options {
    uint32_t clients;                   /* that write at once; 2 to 64. 0: 32 */
    uint32_t rounds;                    /* of that; 1 to 1 000. 0: 20 */
    s3a_doctor_check_fn on_check;       /* may be NULL */
    s3a_doctor_progress_fn on_progress; /* may be NULL */
    void *user;
};

/* Is it safe there? UNKNOWN: something had no clear answer. */
enum s3a_doctor_verdict {
    S3A_DOCTOR_NOT_KNOWN,
    S3A_DOCTOR_SAFE,
    S3A_DOCTOR_UNSAFE,
};

struct s3a_doctor_finding {
    enum s3a_doctor_verdict verdict;
    char reason[160]; /* "" where it is SAFE */
};

/* In microseconds; of requests that follow one another. */
struct s3a_doctor_latency {
    unsigned count;
    uint64_t p50_us;
    uint64_t p90_us;
    uint64_t p99_us;
    uint64_t max_us;
};

struct s3a_doctor_report {
    char endpoint[256];
    char store[64]; /* what it is, as far as it tells: "Amazon S3", "MinIO"; "" where it does not */
    enum s3a_doctor_mark marks[S3A_DOCTOR_COUNT];

    struct s3a_doctor_finding locks;
    struct s3a_doctor_finding delete_on_release;
    struct s3a_doctor_finding sessions;
    struct s3a_doctor_finding objects; /* s3a_store_put(), s3a_store_update() */

    bool wants_bare_etag; /* If-Match is compared without quotes; the client sees to that */
    bool keeps_versions;

    int64_t clock_ahead_ms;      /* of this machine's, as its Date shows */
    int64_t clock_spread_ms;     /* how far its answers disagree about that */
    int64_t clock_resolution_ms; /* of its dates */

    struct s3a_doctor_latency write; /* conditional PUT: a heartbeat */
    struct s3a_doctor_latency read;  /* GET: a look */
    uint64_t requests;               /* that the examination took */

    /* A lock that is held all month (30 days) with the default heartbeat of 10 s. */
    uint64_t writes_per_month;
    double usd_per_month; /* below 0: the prices are not known */
};

/*
 * Examines the bucket. Both options may be NULL. Makes clients of its own; what client_options says
 * of unsafe_store does not matter. Blocks for 1 500 requests or so.
 *
 * S3A_OK: locks are safe there. S3A_UNSUPPORTED: they are not, or it could not be found out; the
 * error says why. In both cases *ret_report is complete. S3A_CANCELLED: on_progress said so.
 * Others: the store could not be examined, and the error says why. *ret_report is always written.
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_doctor(const struct s3a_client_options *client_options,
                                                  const char *bucket,
                                                  const struct s3a_doctor_options *options,
                                                  struct s3a_doctor_report *ret_report,
                                                  struct s3a_error *error);

#ifdef __cplusplus
}
#endif

#endif

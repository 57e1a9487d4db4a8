/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_OBSERVE_H
#define S3ATOMIC_OBSERVE_H

/* What a client does, for those who look after it: a log, and numbers. */

#include <stdbool.h>
#include <stdint.h>

#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct s3a_client;

enum s3a_log_level {
    S3A_LOG_WARNING, /* what somebody should look into: doubt that stays, a lock that is lost */
    S3A_LOG_INFO,  /* what went wrong and was made up for: tries, redirects, clocks, credentials */
    S3A_LOG_DEBUG, /* each request, with its status, its time and its ids */
};

/*
 * One line, without its end. Called from the client's I/O thread, which waits for it: be quick, and
 * make no call that blocks on the client. The message is valid during the call. No secret is ever
 * in it: no keys, no tokens, no signatures and no URL that bears one. It does hold the names of
 * buckets and objects, and what the store said, whose control characters are made '?'.
 */
typedef void (*s3a_log_fn)(enum s3a_log_level level, const char *message, void *user);

/* "warning", "info", "debug"; never NULL. */
S3A_API const char *s3a_log_level_name(enum s3a_log_level level);

enum s3a_operation {
    S3A_OPERATION_GET,
    S3A_OPERATION_HEAD,
    S3A_OPERATION_PUT,
    S3A_OPERATION_DELETE,
    S3A_OPERATION_LIST,
    S3A_OPERATION_OTHER, /* on buckets */
    S3A_OPERATION_COUNT
};

/* "get", "head", ...; never NULL. */
S3A_API const char *s3a_operation_name(enum s3a_operation operation);

/* Requests, each try for itself, by their outcome; see enum s3a_action. */
struct s3a_operation_statistics {
    uint64_t done;
    uint64_t conflicts; /* a condition that did not hold, nothing there, a race: no failure */
    uint64_t failed;    /* without a clear answer, or told to come later; nothing was changed */
    uint64_t in_doubt;  /* writes without a clear answer */
    uint64_t refused;   /* whatever else the store or this library said no to */
    uint64_t abandoned; /* nobody waited for the answer any more */

    /* From when it was to be sent to the last byte of its answer, in microseconds; not of those
     * that were abandoned. Percentiles are exact to an eighth; 0 where there are none. */
    uint64_t latency_p50_us;
    uint64_t latency_p90_us;
    uint64_t latency_p99_us;
    uint64_t latency_max_us;
};

struct s3a_client_statistics {
    struct s3a_operation_statistics operations[S3A_OPERATION_COUNT];

    uint64_t retries;        /* tries after the first (s3a_client_options.attempts_max) */
    uint64_t retries_denied; /* that failures of others have used up */

    /* Sent again at once, because the store had not looked at it. */
    uint64_t clock_corrections;
    uint64_t redirects;
    uint64_t credentials_refused;

    uint64_t damaged_bodies; /* that did not fit their checksum or ETag */

    /* Writes that were in doubt, and what was found out about them. */
    uint64_t doubts_applied;
    uint64_t doubts_not_applied;
    uint64_t doubts_open; /* never: their caller was told S3A_IN_DOUBT */

    uint64_t locks_granted;
    uint64_t locks_lost;
};

/* Since the client was made; any thread. *ret_statistics is all zero where client is NULL, or in a
 * forked child. */
S3A_API void s3a_client_statistics(struct s3a_client *client,
                                   struct s3a_client_statistics *ret_statistics);

#ifdef __cplusplus
}
#endif

#endif

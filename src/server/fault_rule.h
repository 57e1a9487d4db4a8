/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAULT_RULE_H
#define S3A_FAULT_RULE_H

/*
 * One fault that a server shows on request, and the text that asks for it:
 *
 *      reset-after op=PutObject key=jobs/ rate=5% seed=7
 *      └── what ─┘ └──── where ─────────┘ └ how often ─┘
 *
 * The grammar is told in s3atomic-faults(7). Nothing here has a socket, a clock or a thread.
 */

#include <s3atomic/server.h>

#include "code.h"
#include "op.h"

#define S3A_FAULT_TEXT_MAX S3A_SERVER_FAULT_TEXT_MAX

/* No latency is longer, no date further off. */
#define S3A_FAULT_LATENCY_MAX_MS (3600 * 1000)
#define S3A_FAULT_DATE_MAX_MS (INT64_C(366) * 24 * 3600 * 1000)

/* A rate is kept in millionths. */
#define S3A_FAULT_ALWAYS 1000000

enum s3a_fault_kind {
    S3A_FAULT_NONE,
    S3A_FAULT_LATENCY,
    S3A_FAULT_ERROR,
    S3A_FAULT_RESET,
    S3A_FAULT_FREEZE,
    S3A_FAULT_TRUNCATE,
    S3A_FAULT_DATE,
    S3A_FAULT_ETAG,
    S3A_FAULT_IGNORE_IF_MATCH,
    S3A_FAULT_IGNORE_IF_NONE_MATCH,
};

enum s3a_fault_distribution {
    S3A_FAULT_UNIFORM,     /* from min_ms to max_ms */
    S3A_FAULT_EXPONENTIAL, /* min_ms in the mean */
};

enum s3a_fault_etag {
    S3A_FAULT_ETAG_GOOD,
    S3A_FAULT_ETAG_BARE, /* without its quotes */
    S3A_FAULT_ETAG_WEAK, /* W/"..." */
    S3A_FAULT_ETAG_MISSING,
};

struct s3a_fault_rule {
    struct s3a_str text; /* as it was given */

    enum s3a_fault_kind kind;
    bool is_after;       /* after the operation was applied, and committed */
    struct s3a_str what; /* "reset-after", "error=503" */

    enum s3a_fault_distribution distribution; /* LATENCY */
    uint64_t min_ms;
    uint64_t max_ms;
    enum s3a_code code; /* ERROR */
    int http_status;
    bool keeps_some; /* TRUNCATE: bytes_kept of the body; otherwise half */
    uint64_t bytes_kept;
    int64_t offset_ms;        /* DATE */
    enum s3a_fault_etag etag; /* ETAG */

    uint64_t ops;          /* a bit for each s3a_op_kind; 0: all */
    struct s3a_str method; /* data NULL: all */
    struct s3a_str bucket; /* the same */
    struct s3a_str key;    /* what the key begins with; "": all */

    uint32_t rate;  /* in S3A_FAULT_ALWAYS */
    uint64_t every; /* the last of so many */
    uint64_t after; /* so many are spared */
    uint64_t first; /* so many of the rest are not; 0: no limit */
    uint64_t seed;
    struct s3a_pool pool;
};

/*
 * Reads a rule. S3A_INVALID: the error's message names the word that is wrong, by its number and
 * as it stands there, and what could stand instead. S3A_NO_MEMORY. There is nothing to free after
 * either.
 */
S3A_MUST_CHECK enum s3a_status s3a_fault_rule_init(struct s3a_fault_rule *rule, struct s3a_str text,
                                                   struct s3a_error *error);

/* All zero is accepted. */
void s3a_fault_rule_fini(struct s3a_fault_rule *rule);

/* Is this where it strikes? method is the request's. */
bool s3a_fault_rule_is_about(const struct s3a_fault_rule *rule, struct s3a_str method,
                             const struct s3a_op *op);

#endif

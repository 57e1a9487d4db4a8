/* SPDX-License-Identifier: MIT */
#ifndef S3A_METRICS_H
#define S3A_METRICS_H

/*
 * What a server has done so far, in numbers. Each front counts for itself and without waiting for
 * anybody; whoever wants to know adds them up.
 */

#include "buf.h"
#include "code.h"
#include "counts.h"
#include "op_kind.h"

/* Kinds of operations (there are fewer), then what was none, then pages of the server's own. */
#define S3A_METRICS_KINDS 48
#define S3A_METRICS_OTHER (S3A_METRICS_KINDS - 2)
#define S3A_METRICS_PAGE (S3A_METRICS_KINDS - 1)

#define S3A_METRICS_STATUS_MIN 100
#define S3A_METRICS_STATUSES 500
/* Upper bounds of the histogram's buckets, and one for all that took longer. */
#define S3A_METRICS_BOUNDS 14

struct s3a_metrics {
    _Atomic uint64_t requests[S3A_METRICS_KINDS][S3A_METRICS_STATUSES];
    _Atomic uint64_t durations[S3A_METRICS_KINDS][S3A_METRICS_BOUNDS + 1];
    _Atomic uint64_t duration_us[S3A_METRICS_KINDS];
    _Atomic uint64_t bytes_in;  /* of bodies */
    _Atomic uint64_t bytes_out; /* likewise */
    _Atomic uint64_t conditions_failed;
    _Atomic uint64_t aborted; /* not answered to the end: the connection broke */
    _Atomic uint64_t connections_opened;
    _Atomic uint64_t connections_closed;
    _Atomic uint64_t connections_refused; /* beyond what an address may have */
    _Atomic uint64_t cut_idle;            /* see pace.h */
    _Atomic uint64_t cut_head;            /* likewise */
    _Atomic uint64_t cut_slow;            /* likewise */
    _Atomic uint64_t cut_room;            /* see patrol.h */
};

struct s3a_request_outcome {
    unsigned kind; /* of operation, or one of the two above */
    int http_status;
    uint64_t duration_us;
    uint64_t bytes_in;
    uint64_t bytes_out;
    bool is_complete; /* the answer was sent to its end */
};

void s3a_metrics_count(struct s3a_metrics *metrics, const struct s3a_request_outcome *outcome);

struct s3a_front;
struct s3a_exchange;

/* A page, in the format that Prometheus reads (text, version 0.0.4). */
enum s3a_code s3a_metrics_answer(struct s3a_exchange *exchange, struct s3a_buf *text,
                                 const char **ret_message);

/* All requests with a status from first to last. */
uint64_t s3a_metrics_requests(const struct s3a_metrics *metrics, int first, int last);

#endif

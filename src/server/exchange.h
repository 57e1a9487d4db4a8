/* SPDX-License-Identifier: MIT */
#ifndef S3A_EXCHANGE_H
#define S3A_EXCHANGE_H

/* One request, from the line that names its target to the last byte of its answer. */

#include <microhttpd.h>

#include "body.h"
#include "head.h"
#include "front.h"

/* A body up to this size is read to its end although the request was refused, so that the
 * connection can be kept; behind a larger one it is closed. */
#define S3A_DROPPED_SIZE_MAX (64 * 1024)

enum s3a_exchange_state {
    S3A_EXCHANGE_HEAD,
    S3A_EXCHANGE_BODY,
    S3A_EXCHANGE_DROPPING,
    S3A_EXCHANGE_COMMITTING,
    S3A_EXCHANGE_COMMITTED,
    S3A_EXCHANGE_HELD,
    S3A_EXCHANGE_RELEASED,
    S3A_EXCHANGE_ANSWERED,
};

struct s3a_page; /* see admin.h */

struct s3a_exchange {
    struct s3a_front *front;
    struct MHD_Connection *connection;
    enum s3a_exchange_state state;
    struct s3a_pool pool;
    struct s3a_str target;
    struct s3a_head head;
    const struct s3a_page *page; /* one of the server's own is asked for; NULL: the store is */
    struct s3a_op op;
    struct s3a_body body;
    struct s3a_answer answer;
    bool is_surplus;     /* it comes by a connection that is one too many */
    bool is_decoded;     /* op is there */
    bool is_answered;    /* there is an answer to speak of */
    struct s3a_str user; /* the access key that signed it; empty: none that is known */
    uint64_t start_us;
    uint64_t bytes_in;  /* of the body */
    uint64_t bytes_out; /* likewise */
    bool is_explained;  /* answer holds the error that it was refused with */
    struct s3a_buf xml;
    struct s3a_write write;
    struct s3a_list under_way;
    struct s3a_list completed;

    struct s3a_fault_decision faults; /* what is to go wrong with it */
    struct s3a_list held;
    uint64_t held_until_ms;
    bool is_applied; /* HELD, RELEASED: the operation is behind it */
};

/* The target has arrived. NULL where there is no memory. */
struct s3a_exchange *s3a_exchange_new(struct s3a_front *front, struct MHD_Connection *connection,
                                      const char *target);

/* What libmicrohttpd has to say of it: see MHD_AccessHandlerCallback. MHD_NO closes the
 * connection. */
enum MHD_Result s3a_exchange_handle(struct s3a_exchange *exchange, const char *method,
                                    const char *bytes, size_t *size);

/* The writer is done with it: goes on. */
void s3a_exchange_resume(struct s3a_exchange *exchange);

/* It was held long enough: goes on. */
void s3a_exchange_release(struct s3a_exchange *exchange);

/*
 * True where the rest of the body will never come: the client has closed its side. libmicrohttpd
 * (0.9.75) overlooks that where the end comes together with the last bytes, until the connection
 * times out.
 */
bool s3a_exchange_is_abandoned(const struct s3a_exchange *exchange);

/* Takes it back from the writer, if it has not begun, and answers that the server stops. */
void s3a_exchange_withdraw(struct s3a_exchange *exchange);

/* What is known of it at its end. False: it never got as far as to be answered. */
bool s3a_exchange_outcome(const struct s3a_exchange *exchange, bool is_complete,
                          struct s3a_request_outcome *ret_outcome);

/* The answer was sent, or the connection is gone. Never while the writer has it. NULL is accepted.
 * The memory may stay with the front, for the next one. */
void s3a_exchange_free(struct s3a_exchange *exchange);

/* Frees what the front has kept of those that have ended. */
void s3a_exchange_free_spares(struct s3a_front *front);

#endif

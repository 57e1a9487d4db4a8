/* SPDX-License-Identifier: MIT */
#ifndef S3A_CALL_H
#define S3A_CALL_H

/*
 * One operation on its way to the store and back. The transport below carries it; what it means is
 * for the one who made it. Everything here belongs to the loop's thread.
 *
 * How it ends, in answer.status, whatever carried it:
 *
 * - the store's own word: as S3's error says (see code.h), or S3A_OK
 * - S3A_UNREACHABLE: nothing was sent: no address, no connection, no TLS
 * - S3A_TIMEOUT: a read: no whole answer in time. A write: not even sent in time
 * - S3A_IN_DOUBT: a write that was sent, or may have been, without a clear answer: the connection
 *   broke, time ran out, a 5xx but 503, a mangled answer
 * - S3A_SERVER, S3A_PROTOCOL: a read, for the last two
 * - S3A_TOO_LARGE: the answer's body is longer than body_bytes_max
 * - S3A_NO_MEMORY, S3A_INVALID: it could not be put into words; nothing was sent
 */

#include "list.h"
#include "observer.h"
#include "op.h"

/* What a request may take where nothing else is said, and by how much longer for a large body. */
#define S3A_REQUEST_TIMEOUT_MS 10000
#define S3A_REQUEST_TIMEOUT_STEP_MS 1000
#define S3A_REQUEST_TIMEOUT_STEP_BYTES (64 * 1024)

struct s3a_call {
    struct s3a_op op;    /* its views must stay valid until done, or until it is abandoned */
    struct s3a_str body; /* PUT_OBJECT; as long as the op's views */
    uint32_t timeout_ms; /* from send to the last byte; 0: the transport's own */
    bool is_ungated;     /* whatever the store makes of conditions (store_gate.h) */
    bool urgent;         /* does not wait for its turn behind others: heartbeats */

    struct s3a_answer answer;
    void (*done)(struct s3a_call *call); /* never from within send; the transport is through with
                                            the call, which may be freed or sent again */
    struct s3a_observer *observer;       /* who is told of its end; NULL: nobody */
    uint64_t sent_us;
    void *flight; /* the transport's, while it is under way, as is: */
    struct s3a_list link;
    uint64_t held_until_ms; /* the gate's (store_gate.h), as is: */
    bool is_held;
};

/* An empty call, whose answer may have so many bytes. */
void s3a_call_init(struct s3a_call *call, uint64_t body_bytes_max,
                   void (*done)(struct s3a_call *call));

/* Not while it is under way. */
void s3a_call_fini(struct s3a_call *call);

/* Makes room for the next answer, for a call that is sent again. */
void s3a_call_clear_answer(struct s3a_call *call);

/*
 * For transports: how long it may take. Its own timeout_ms; else given_ms, the client's option;
 * else, where that is 0, as the client's options say: longer by a step for each 64 KiB of a body
 * (body_bytes, either way).
 */
uint32_t s3a_call_timeout_ms(const struct s3a_call *call, uint32_t given_ms, uint64_t body_bytes);

/* For transports: a failure that no store answered. The message follows "PUT s3://bucket/key: ".
 * was_sent: at least a byte of the request may have left. The status may become S3A_IN_DOUBT on
 * account of it. */
void s3a_call_fail(struct s3a_call *call, enum s3a_status status, bool was_sent, const char *format,
                   ...) __attribute__((format(printf, 4, 5)));

/* For transports: the answer is complete. A write that the store says to have failed in the middle
 * becomes S3A_IN_DOUBT; then done is called. */
void s3a_call_finish(struct s3a_call *call);

#endif

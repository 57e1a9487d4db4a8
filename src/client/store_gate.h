/* SPDX-License-Identifier: MIT */
#ifndef S3A_STORE_GATE_H
#define S3A_STORE_GATE_H

/*
 * What all requests of a client go through on their way to the transport. Writes under a condition
 * are held up there until it is known what the store makes of conditions in that bucket; the first
 * of them has it probed (store_probe.h). Then they go on, with the ETag in the form that this store
 * compares; or they are refused, for on a store that ignores conditions a lock would be none.
 *
 *      call ──► no condition, or nothing to be found out ──────────────► transport
 *        └────► held ── the bucket's probe ──► honoured: in its form ──► transport
 *                                         └──► not: S3A_UNSUPPORTED
 *
 * Everything belongs to the loop's thread.
 */

#include "gate_buckets.h"

enum s3a_gate_policy {
    S3A_GATE_OPEN,    /* a directory of this machine: it is this library's own */
    S3A_GATE_TRUSTED, /* Amazon's own: PUT is what is documented */
    S3A_GATE_ASK,
    S3A_GATE_UNSAFE, /* asks, but only for the form of the ETag: the caller takes the risk */
};

struct s3a_store_gate {
    struct s3a_transport outer;
    struct s3a_transport *inner;
    struct s3a_loop *loop;
    enum s3a_gate_policy policy;

    /* A probe has found something out, or has ended. */
    void (*changed)(void *user);
    void *user;

    struct s3a_gate_buckets buckets;
    struct s3a_list probes; /* struct s3a_gate_probe: under way */
    unsigned asking;        /* those of them that have not found out all they ask */
    struct s3a_list held;   /* struct s3a_call */
    struct s3a_list failed; /* struct s3a_call: their end is yet to be told */
    struct s3a_timer timer; /* until the first of those that are held has waited too long */
    struct s3a_task tell_failed;
    bool is_ending;
};

/* Goes before inner, whose owner it becomes: outer is what to send through. */
void s3a_store_gate_init(struct s3a_store_gate *gate, struct s3a_loop *loop,
                         struct s3a_transport *inner, enum s3a_gate_policy policy,
                         void (*changed)(void *user), void *user);

/* Does the store honour If-Match on DELETE? UNKNOWN also while that is being asked. */
enum s3a_conduct s3a_store_gate_removal(const struct s3a_store_gate *gate, const char *bucket);
bool s3a_store_gate_is_asking(const struct s3a_store_gate *gate, const char *bucket);

/* Has it found out where it is not known, beside that key. Without memory for it, it stays
 * unknown. */
void s3a_store_gate_ask_removal(struct s3a_store_gate *gate, const char *bucket,
                                struct s3a_str key);

/* Nothing new begins. Probes clean up; changed is called when the last one has: is it through? */
void s3a_store_gate_end(struct s3a_store_gate *gate);
bool s3a_store_gate_has_ended(const struct s3a_store_gate *gate);

#endif

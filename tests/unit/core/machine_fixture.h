/* SPDX-License-Identifier: MIT */
#ifndef S3A_MACHINE_FIXTURE_H
#define S3A_MACHINE_FIXTURE_H

/*
 * One lock machine on a stage: the test plays the store, the clock and the caller, event by event,
 * and looks at what the machine does. Lease 30 s, heartbeat 10 s, grace 2 s, waits for ever.
 */

#include "lock_machine.h"

/* 2026-01-01: what the store's Date says when the local clock shows STAGE_BEGIN_MS. */
#define STAGE_EPOCH_MS INT64_C(1767225600000)
#define STAGE_BEGIN_MS UINT64_C(1000000)

struct stage {
    struct s3a_lock_terms terms;
    struct s3a_lock_machine machine;
    struct s3a_lock_action action; /* the latest */
    uint64_t now_ms;
    uint64_t session_good_until_ms; /* what events tell */
    unsigned told;                  /* all that was told so far */
};

/* remembered may be NULL. Sends START as well. */
void stage_start(struct stage *stage, const struct s3a_lock_view *remembered);
/* Sends START to one who goes on with the grant of token 7, of owner "our own record.". */
void stage_resume(struct stage *stage);

/* The record of that grant. */
struct s3a_lock_view stage_our_record(const struct stage *stage, const char *etag, uint64_t beat,
                                      int64_t age_ms);
void stage_init(struct stage *stage);

/* Lets the time pass, without an event. */
void stage_pass(struct stage *stage, uint64_t ms);

/* To the moment that the machine asked for. */
void stage_wake(struct stage *stage);
void stage_say(struct stage *stage, enum s3a_lock_event_kind kind);

/* Answers to the request in flight; written: a PUT that was applied. */
void stage_answer(struct stage *stage, enum s3a_status status);
void stage_written(struct stage *stage, const char *etag);
void stage_sees(struct stage *stage, const struct s3a_lock_view *view);
void stage_sees_nothing(struct stage *stage);

/* A record of somebody else with that token, last written age_ms ago. */
struct s3a_lock_view stage_record(const struct stage *stage, const char *etag, bool held,
                                  uint64_t token, int64_t age_ms);

/* What the machine has last asked to write, as it lies there once it was applied. */
struct s3a_lock_view stage_applied(const struct stage *stage, const char *etag);

/* All the way to being held: the object was absent, the etag is now "held". */
void stage_hold(struct stage *stage);

/* Begins, and finds it free under the etag "free": the TAKE is in flight. */
void stage_take(struct stage *stage, uint64_t token);

/* On to the next look, whatever pause comes before it; unchanged: which finds what was there. */
void stage_look(struct stage *stage);
void stage_unchanged(struct stage *stage);

/* It is over, and that is what was told of it. */
void stage_failed(const struct stage *stage, enum s3a_status status);

#endif

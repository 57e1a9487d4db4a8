/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAULTS_H
#define S3A_FAULTS_H

/*
 * What a server does wrong on request: rules and a request go in, a decision comes out. Whoever
 * has a socket carries it out (misbehave.h).
 *
 * Whether a rule strikes depends on its text and on how many requests it was about before, and on
 * nothing else: the same rules and the same requests in the same order are the same faults. Of two
 * rules that differ in their rate alone, the higher strikes wherever the lower does.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "buf.h"
#include "fault_rule.h"
#include "list.h"

#define S3A_FAULTS_MAX 64

struct s3a_fault_decision {
    uint64_t delay_ms;       /* before the operation */
    uint64_t delay_after_ms; /* between the operation and its answer */

    /* How the exchange ends instead of well: of the first rule that strikes and has an end to give.
     * ERROR, RESET, FREEZE or TRUNCATE. */
    enum s3a_fault_kind ending;
    bool is_after;
    enum s3a_code code;
    int http_status;
    bool keeps_some;
    uint64_t bytes_kept;
    uint64_t lifts; /* FREEZE: of the faults when it struck */

    int64_t date_offset_ms;
    enum s3a_fault_etag etag;
    bool ignores_if_match;
    bool ignores_if_none_match;
};

/* Somebody who has requests that are frozen. */
struct s3a_fault_watcher {
    struct s3a_list link;
    void (*lifted)(void *user); /* see s3a_faults_watch() */
    void *user;
};

struct s3a_faults {
    pthread_mutex_t mutex;
    bool is_open;             /* mutex is there */
    bool may_be_set_remotely; /* set before anybody can ask */
    struct s3a_counted_fault *rules;
    size_t count;
    struct s3a_list watchers;

    /* Read without the mutex. */
    atomic_bool any;
    _Atomic uint64_t lifts; /* how often rules were taken away: what was frozen then, thaws */
};

void s3a_faults_init(struct s3a_faults *faults);

/* All zero is accepted. */
void s3a_faults_fini(struct s3a_faults *faults);

/* All else is from any thread. */

/* From now on, and until it is unwatched, watcher->lifted is called after rules were taken away; in
 * whatever thread does that, with the mutex held: it only wakes somebody. */
void s3a_faults_watch(struct s3a_faults *faults, struct s3a_fault_watcher *watcher);
void s3a_faults_unwatch(struct s3a_faults *faults, struct s3a_fault_watcher *watcher);

/* S3A_INVALID: the error's message says which word is wrong, or that there are too many rules.
 * S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_faults_add(struct s3a_faults *faults, struct s3a_str text,
                                              struct s3a_error *error);

/* The same for a text with a rule in each line; empty lines are passed over, as is what stands
 * behind a '#'. All of them or, after a failure, none. replace: instead of those that are there. */
S3A_MUST_CHECK enum s3a_status s3a_faults_add_lines(struct s3a_faults *faults, struct s3a_str text,
                                                    bool replace, struct s3a_error *error);

void s3a_faults_clear(struct s3a_faults *faults);

/* What is to go wrong with this request; all zero: nothing. */
void s3a_faults_decide(struct s3a_faults *faults, struct s3a_str method, const struct s3a_op *op,
                       struct s3a_fault_decision *ret_decision);

/* False where there are not so many. */
bool s3a_faults_count(struct s3a_faults *faults, size_t index,
                      struct s3a_server_fault_count *ret_count);

/* {"faults":[{"fault":"reset rate=5%","matched":40,"injected":2}]} */
void s3a_faults_write_json(struct s3a_faults *faults, struct s3a_buf *buf);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIM_H
#define S3A_SIM_H

/*
 * A simulated world: one lock on one store, and contenders that are the real lock machine. Time is
 * virtual, all chance comes from one seed, so the same seed gives the same run. After every step
 * the world checks what must always hold, and keeps the first breach in sim.breach.
 */

#include "lock_machine.h"

#define SIM_CONTENDERS_MAX 128
#define SIM_BREACH_SIZE 256
/* 2026-01-01: the store's clock, and everybody's wall clock, when the simulation begins. */
#define SIM_EPOCH_MS INT64_C(1767225600000)

/* Chances in 1 000 for each request. */
struct sim_faults {
    unsigned request_lost; /* never arrives; the sender's timeout ends it */
    unsigned answer_lost;  /* applied, but no answer */
    unsigned late;         /* arrives after its sender gave up */
    unsigned twice;        /* arrives a second time, later */
    unsigned conflict_409; /* not applied */
    unsigned later_503;    /* not applied */
    unsigned failed_500;   /* not applied */
    unsigned applied_500;
    unsigned refused_403;
    unsigned no_modified; /* Last-Modified is missing */
    unsigned slow;        /* takes up to slow_ms, each way */
    unsigned slow_ms;
    bool dates_in_seconds; /* and front ends that differ by up to 1 s */
    bool quoted_literally; /* If-Match holds only without quotes */
};

struct sim_store {
    struct s3a_lock_view object; /* times of the store's own clock, in milliseconds */
    uint64_t writes;
    bool down;
};

struct sim_request {
    uint64_t number;
    enum s3a_lock_request kind;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1];
    struct s3a_lock_record record;
    bool bare_etag;
};

struct sim_contender {
    struct s3a_lock_machine machine;
    uint64_t in_flight; /* number of the request; 0: none */
    uint64_t wake_ms;   /* true time */
    uint64_t clock_offset_ms;
    int64_t clock_rate_ppm;
    bool started;
    bool ended; /* failed, released or crashed */
    bool frozen;
    bool cut_off;
    bool granted;
    bool lost_told;
    unsigned dangers;
    enum s3a_status status;
    uint64_t token;
    uint64_t release_ms; /* chaos: when it will give the lock back */
};

struct sim_event;

struct sim {
    uint64_t now_ms; /* true time */
    uint64_t random;
    struct sim_faults faults;
    struct sim_store store;
    struct sim_contender contenders[SIM_CONTENDERS_MAX];
    unsigned contender_count;
    struct sim_event *events; /* a heap by time, then number */
    unsigned event_count;
    unsigned event_capacity;
    uint64_t numbers;
    uint64_t last_token;
    unsigned grants;
    uint64_t steps;
    uint64_t hash; /* of everything that happened */
    char breach[SIM_BREACH_SIZE];
};

void sim_init(struct sim *sim, uint64_t seed);
void sim_fini(struct sim *sim);

/* lease 3 s, heartbeat 1 s, grace 2 s, waits for ever, nothing else. */
struct s3a_lock_terms sim_terms(void);

/* Adds a contender, which does nothing before it is started; its number. */
unsigned sim_add(struct sim *sim, const struct s3a_lock_terms *terms);
void sim_start(struct sim *sim, unsigned number);
void sim_release(struct sim *sim, unsigned number);
void sim_cancel(struct sim *sim, unsigned number);
void sim_crash(struct sim *sim, unsigned number);
void sim_freeze(struct sim *sim, unsigned number);
void sim_thaw(struct sim *sim, unsigned number);

/* Lets the time pass. */
void sim_run(struct sim *sim, uint64_t duration_ms);

/* Lets time pass until the condition holds, limit_ms at the most; false where it never did. */
typedef bool (*sim_condition)(struct sim *sim, unsigned number);
bool sim_run_until(struct sim *sim, sim_condition condition, unsigned number, uint64_t limit_ms);

bool sim_is_held(struct sim *sim, unsigned number);
unsigned sim_holders(struct sim *sim);

uint64_t sim_random(struct sim *sim, uint64_t max);

/* sim_store.c */
struct sim_reply {
    enum s3a_status status;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1];
    struct s3a_lock_view view;
};

/* The store's part: judges the condition and applies, at this very moment. */
void sim_store_apply(struct sim *sim, const struct sim_request *request,
                     struct sim_reply *ret_reply);

/* From outside: puts an object there as somebody else would. */
void sim_store_put(struct sim *sim, enum s3a_lock_object kind,
                   const struct s3a_lock_record *record);
void sim_store_delete(struct sim *sim);

void sim_breach(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif

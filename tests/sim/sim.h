/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIM_H
#define S3A_SIM_H

/*
 * A simulated world: one lock on one linearizable store, and contenders that are the real lock
 * machine. Time is virtual and all chance comes from one seed, so the same seed gives the same run,
 * bit for bit. After every step the world checks what must always hold (s3atomic-protocol(7), S1 to
 * S4), and keeps the first breach in sim.breach. With sim.trace set it tells its story there.
 */

#include <stdio.h>

#include "lock_machine.h"

#define SIM_CONTENDERS_MAX 128
#define SIM_SESSIONS_MAX 256
#define SIM_BREACH_SIZE 256
#define SIM_REASONS (S3A_LOST_SESSION + 1)
#define SIM_PLACES (S3A_AT_ENDED + 1)

/* 2026-01-01: the store's clock, and everybody's wall clock, when the simulation begins. */
#define SIM_EPOCH_MS INT64_C(1767225600000)

/* How much later than sent something may arrive: after that the world has no ghosts left. */
#define SIM_LATE_MAX_MS 20000

/* Chances in 1 000 for each request. */
struct sim_faults {
    unsigned request_lost; /* never arrives; the sender's timeout ends it */
    unsigned answer_lost;  /* applied, but no answer */
    unsigned late;         /* arrives after its sender gave up */
    unsigned twice;        /* arrives a second time, later */
    unsigned conflict_409; /* not applied */
    unsigned later_503;    /* not applied; 429 means the same */
    unsigned applied_503;  /* as a proxy says it that lost the store's answer */
    unsigned failed_500;   /* not applied */
    unsigned applied_500;
    unsigned refused_403;
    unsigned replayed;        /* a proxy sends it twice, and tells the second answer */
    unsigned no_modified;     /* Last-Modified is missing */
    unsigned absurd_modified; /* Last-Modified is an hour ahead */
    unsigned no_date;         /* Date is missing */
    unsigned slow;            /* takes up to slow_ms, each way */
    unsigned slow_ms;
    bool writes_in_doubt;  /* every write is applied, and none is answered clearly */
    bool dates_in_seconds; /* and front ends that differ by up to 1 s */
    bool quoted_literally; /* If-Match holds only without quotes */
    bool deletes_blindly;  /* DELETE is done whatever its If-Match says; so nobody uses it */
    bool absent_deletes;   /* DELETE of what is not there is answered with success */
};

struct sim_store {
    struct s3a_lock_view object; /* times of the store's own clock, in milliseconds */
    int64_t expires_ms;          /* its Expires header, which only the Java library goes by */
    uint64_t writes;
    bool down;
    bool bucket_gone;
    bool touched;        /* from outside, ever */
    uint64_t created_ms; /* when its token last came from the time, true time */
    uint64_t removed_ms; /* when one was last removed from outside */
    bool removed_young;  /* sooner than tokens made of whole seconds can tell apart */
    uint8_t kept_owner[S3A_OWNER_SIZE]; /* who gave it back for later, and true time of that */
    uint64_t kept_until_ms;
    bool ghost; /* what lies there was decided on before the removal, and landed after it */
    uint64_t deleted_ms; /* when a lock was last given back by DELETE */
    bool late_create;    /* what lies there was decided on before that, and landed after it */
};

struct sim_request {
    uint64_t number;
    unsigned contender;
    enum s3a_lock_request kind;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1];
    struct s3a_lock_record record;
    bool bare_etag;
    unsigned session; /* 0: of the lock's object; else of that of sessions[session - 1] */
    unsigned under;   /* whose sender takes the lock under sessions[under - 1]; 0: under none */
    int64_t expires_ms;
    uint64_t looked_ms; /* true time of the look that it was decided on */
};

struct sim_reply {
    enum s3a_status status;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1];
    struct s3a_lock_view view;
    uint64_t looked_ms;
};

struct sim_event;

struct sim_contender {
    struct s3a_lock_machine machine;

    /* what its driver knows */
    uint64_t in_flight; /* number of the request; 0: none */
    bool in_flight_writes;
    uint64_t timeout_ms; /* true times from here on */
    uint64_t wake_ms;
    uint64_t alarm_ms;      /* the earlier of the two */
    uint64_t pending_ms;    /* the alarm event that is under way */
    struct sim_event *kept; /* an answer that came while it was frozen */

    unsigned keeps; /* it is the machine of sessions[keeps - 1]; 0: of none */
    unsigned under; /* it takes the lock under the session of contenders[under - 1]; 0: of none */
    bool closing;   /* of a session: once its lock is given back it is to end */

    uint64_t clock_offset_ms;
    int64_t clock_rate_ppm;
    bool started;
    bool ended; /* failed, released or crashed */
    bool frozen;
    bool cut_off;
    bool granted;
    bool lost_told;
    bool release_asked;
    bool cancel_asked;
    bool detached;
    unsigned dangers;
    enum s3a_status status;
    uint64_t token;
    uint64_t release_ms; /* chaos: when it will give the lock back */

    /* for the checks */
    uint64_t looked_ms;  /* when the view that it goes by was true */
    uint64_t decided_ms; /* the same for the record that it writes */
    uint8_t owner[S3A_OWNER_SIZE];
    uint8_t robbed_owner[S3A_OWNER_SIZE]; /* its grant that was taken from it from outside */
    uint64_t robbed_until_ms;             /* by when it must know, local time like the next two */
    uint64_t release_good_ms;             /* until when the lease was good when it was released */
    uint64_t started_ms;                  /* true times, like the next */
    uint64_t release_asked_ms;
    bool warned;       /* and has not been out of danger since */
    bool failed_clean; /* and says that nothing of it is left */
    uint64_t thawed_ms;
    uint64_t busy_ms;
    unsigned busy_steps;
};

/* A session's object. Who keeps it is a contender as well. */
struct sim_session {
    uint8_t id[S3A_SESSION_ID_SIZE];
    struct s3a_lock_view object;
    bool killed; /* from outside */
};

/* A process with java-s3-atomic-utils; see sim_java.c. */
struct sim_java {
    bool present;
    bool reckless; /* as that library is: creates and deletes without a condition */
    int state;
    uint64_t next_ms;
    uint64_t held_until_ms;
    uint64_t done_ms;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1];
    unsigned grants;
};

/* What happened, to see that everything does happen. */
struct sim_tally {
    uint64_t steps;
    uint64_t grants;
    uint64_t adoptions; /* grants that no answer told of */
    uint64_t releases;
    uint64_t rests;
    uint64_t poor; /* events that found no memory to send anything with */
    uint64_t resumed;
    uint64_t kept; /* of these, those that leave it held for a while */
    uint64_t dangers;
    uint64_t deletions; /* releases by DELETE that were applied */
    uint64_t late_creates;
    uint64_t java_grants;
    uint64_t robberies;
    uint64_t places[SIM_PLACES];
    uint64_t lost[SIM_REASONS];
};

struct sim_queue {
    struct sim_node *nodes; /* a heap by time, then number */
    unsigned count;
    unsigned capacity;
    struct sim_event *spare; /* a list */
    uint64_t numbers;
};

struct sim {
    uint64_t now_ms; /* true time */
    uint64_t random;
    struct sim_faults faults;
    struct sim_store store;
    struct sim_contender contenders[SIM_CONTENDERS_MAX];
    unsigned contender_count;
    unsigned pairs_begin; /* of a session and who takes the lock under it */
    unsigned pairs_end;
    struct sim_session sessions[SIM_SESSIONS_MAX];
    unsigned session_count;
    bool sessions_touched; /* from outside */
    struct sim_java java;
    struct sim_queue queue;
    bool deleters;     /* some give it back by DELETE */
    uint32_t scale;    /* of leases, and of what people do: a slow world has long leases */
    uint32_t grace_ms; /* little, where the store's dates are exact */
    bool haunted;      /* a write landed, or may still land, that its sender cannot know of */
    bool replayed;     /* an applied write was answered with a clear 412 */
    uint64_t requests;
    uint64_t last_token;
    uint64_t last_grant_ms;
    unsigned grants;
    struct sim_tally tally;
    uint64_t hash; /* of everything that happened */
    FILE *trace;   /* NULL: tells nothing */
    char breach[SIM_BREACH_SIZE];
};

void sim_init(struct sim *sim, uint64_t seed);
void sim_fini(struct sim *sim);

/* lease 3 s, heartbeat 1 s, grace 2 s, waits for ever, nothing else. */
struct s3a_lock_terms sim_terms(void);

/* Adds a contender, which does nothing before it is started; its number. */
unsigned sim_add(struct sim *sim, const struct s3a_lock_terms *terms);

/* Puts a new process in the place of one that has ended. remembered may be NULL. */
void sim_renew(struct sim *sim, unsigned number, const struct s3a_lock_terms *terms,
               const struct s3a_lock_view *remembered);
void sim_start(struct sim *sim, unsigned number);
void sim_release(struct sim *sim, unsigned number);
void sim_cancel(struct sim *sim, unsigned number);

/* Leaves what it holds to whoever goes on with it: a new process in its place, with its grant. */
void sim_detach(struct sim *sim, unsigned number);
void sim_resume(struct sim *sim, unsigned number, const struct s3a_lock_terms *terms);
void sim_crash(struct sim *sim, unsigned number);
void sim_freeze(struct sim *sim, unsigned number);
void sim_thaw(struct sim *sim, unsigned number);

/* A session of its own process, begun; its number among the contenders, which it has already where
 * that is not SIM_CONTENDERS_MAX. Then contenders of the same process that take the lock under it:
 * one at a time, as a client does. sim_crash(), sim_freeze() and sim_thaw() are for each of them.
 */
unsigned sim_session_open(struct sim *sim, unsigned number, const struct s3a_lock_terms *terms);
unsigned sim_session_take(struct sim *sim, unsigned number, unsigned session,
                          const struct s3a_lock_terms *terms);

/* From outside: deletes it, overwrites it with something else, makes it dead. */
void sim_session_delete(struct sim *sim, unsigned session);
void sim_session_overwrite(struct sim *sim, unsigned session);
void sim_session_kill(struct sim *sim, unsigned session);

/* Lets the time pass. */
void sim_run(struct sim *sim, uint64_t duration_ms);

/* Lets time pass until the condition holds, limit_ms at the most; false where it never did. */
typedef bool (*sim_condition)(struct sim *sim, unsigned number);
bool sim_run_until(struct sim *sim, sim_condition condition, unsigned number, uint64_t limit_ms);

bool sim_is_held(struct sim *sim, unsigned number);
unsigned sim_holders(struct sim *sim);

/* From 0 to max, both included. */
uint64_t sim_random(struct sim *sim, uint64_t max);
bool sim_happens(struct sim *sim, unsigned chance_in_1000);
void sim_hash_in(struct sim *sim, uint64_t value);

/* From outside, without anybody's leave: puts an object there, deletes it, frees the lock. */
void sim_store_put(struct sim *sim, enum s3a_lock_object kind,
                   const struct s3a_lock_record *record);
void sim_store_delete(struct sim *sim);
void sim_store_free_by_force(struct sim *sim);

#endif

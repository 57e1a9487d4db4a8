/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_MACHINE_H
#define S3A_LOCK_MACHINE_H

/*
 * The lock protocol as a pure step function: an event and the time go in, an action comes out. No
 * socket, clock, heap or thread. The client drives it over S3, the simulator through hostile
 * schedules; both link this very object. Section numbers (§) are those of docs/protocol.md.
 *
 *                  ┌───────── not yet ─────────┐
 *                  ▼                           │
 *      START ──► LOOK ──held──► WAIT ──────────┘
 *                │  ▲                                  acquiring (§2, §6)
 *           free,│  │ 412, in doubt: read back
 *        expired ▼  │
 *                TAKE ──200──► HOLD ◄──200── BEAT
 *                                │ ──beat──►  │ ▲      holding (§4)
 *                                │      412,  ▼ │ ours
 *                                │  in doubt CHECK ──not ours──► OVER
 *                                │                                ▲  │
 *                        release │        lease's end: lost ──────┘  │ release
 *                                ▼                                   │
 *                  FREE ──412, in doubt──► SEEK      clearing (§5)   │
 *                   │ ▲────── ours ─────────┘ │                      │
 *                   ▼                         ▼                      ▼
 *                 ENDED ◄────────────────────────────────────────────┘
 *
 * Who goes on with a grant of another process (§10) begins with LOOK too; TAKE is then a heartbeat.
 *
 * LOOK, TAKE, BEAT, CHECK, FREE and SEEK have one request in flight; WAIT, HOLD, OVER and REST (the
 * pause between two tries of clearing) have none. Clearing serves three ends: giving the lock back,
 * undoing an attempt that nobody wants any more, and freeing our own record after the lock was lost
 * for want of answers.
 */

#include <s3atomic/lock.h>
#include <s3atomic/status.h>

#include "lease.h"

#define S3A_OWNER_SIZE 16
#define S3A_RECENT_MAX 8
#define S3A_LOCK_ETAG_SIZE_MAX 128
#define S3A_LOCK_TOKEN_MAX ((UINT64_C(1) << 53) - 1)

/* How long, and how often at least, an unclear store is asked before acquiring fails. */
#define S3A_LOCK_PATIENCE_MS 20000
#define S3A_LOCK_TRIES_MIN 3

struct s3a_grant {
    uint8_t owner[S3A_OWNER_SIZE];
    uint64_t token;
};

/* What a lock's object says, as far as anything is decided by it (§1). */
struct s3a_lock_record {
    bool held;
    struct s3a_grant grant; /* the present one, or the last one where it is free */
    uint64_t beat;
    uint32_t lease_ms;
    uint32_t heartbeat_ms;
    struct s3a_grant recent[S3A_RECENT_MAX]; /* those before, the latest first */
    uint32_t recent_count;
};

enum s3a_lock_object {
    S3A_LOCK_OBJECT_ABSENT,
    S3A_LOCK_OBJECT_RECORD,
    S3A_LOCK_OBJECT_JAVA,    /* a lock of java-s3-atomic-utils: held until its Expires date */
    S3A_LOCK_OBJECT_FOREIGN, /* no lock at all: not ours to touch */
    S3A_LOCK_OBJECT_NEWER,   /* a lock of a version that we do not know */
};

/* One look at the key. */
struct s3a_lock_view {
    enum s3a_lock_object kind;
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1]; /* "" where it is absent */
    struct s3a_lock_record record;
    int64_t store_now_ms;
    int64_t store_modified_ms;
    int64_t java_expires_ms;
};

enum s3a_lock_request {
    S3A_LOCK_REQUEST_NONE,
    S3A_LOCK_REQUEST_GET,
    S3A_LOCK_REQUEST_GET_IF_CHANGED, /* If-None-Match: etag */
    S3A_LOCK_REQUEST_CREATE,         /* PUT, If-None-Match: * */
    S3A_LOCK_REQUEST_REPLACE,        /* PUT, If-Match: etag */
};

enum s3a_lock_event_kind {
    S3A_LOCK_START,
    S3A_LOCK_ANSWER, /* to the request in flight */
    S3A_LOCK_WAKE,   /* wake_ms has come */
    S3A_LOCK_RELEASE,
    S3A_LOCK_CANCEL, /* acquiring is no longer wanted */
    S3A_LOCK_DETACH, /* held on without us until its lease ends; nothing where it is not held */
};

struct s3a_lock_event {
    enum s3a_lock_event_kind kind;
    uint64_t now_ms;
    int64_t wall_ms; /* only where the store sends no Date */

    /* ANSWER */
    enum s3a_status status;           /* a 404 of a GET is S3A_OK with an absent view */
    const char *etag;                 /* S3A_OK of a PUT: of what was written */
    const struct s3a_lock_view *view; /* S3A_OK of a GET; for NOT_MODIFIED, only its times */
};

/* What the driver tells its user; any number at once. */
#define S3A_LOCK_TELL_GRANTED 1u
#define S3A_LOCK_TELL_FAILED 2u /* not acquired; status says why; ended */
#define S3A_LOCK_TELL_DANGER 4u
#define S3A_LOCK_TELL_LOST 8u   /* lost_reason says why */
#define S3A_LOCK_TELL_ENDED 16u /* release is over; status says how */

struct s3a_lock_action {
    enum s3a_lock_request request;
    const char *etag;                     /* the condition; lives in the machine */
    const struct s3a_lock_record *record; /* what to write; lives in the machine */
    bool bare_etag;                       /* If-Match without quotes (§2) */
    bool abandon;                         /* the answer in flight is no longer wanted */
    uint32_t timeout_ms;                  /* of the request; 0: the driver's own */
    uint64_t wake_ms;
    unsigned tell;
    enum s3a_status status;
};

enum s3a_lock_place {
    S3A_AT_LOOK,
    S3A_AT_WAIT,
    S3A_AT_TAKE,
    S3A_AT_HOLD,
    S3A_AT_BEAT,
    S3A_AT_CHECK,
    S3A_AT_OVER,
    S3A_AT_FREE,
    S3A_AT_SEEK,
    S3A_AT_REST,
    S3A_AT_ENDED,
};

/* A write under one precondition, tried once or more: of all its tries at most one is applied. */
struct s3a_lock_write {
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1]; /* "": only where there is no object */
    int64_t java_expires_ms;               /* of the Java library's lock that it replaces */
    struct s3a_lock_record record;
    uint64_t first_sent_ms;
    uint64_t sent_ms; /* the latest try */
    bool doubt;       /* a try had no clear answer, and may have been or be applied */
};

/* Why clearing was begun, hence what comes after it. */
enum s3a_lock_clearing {
    S3A_CLEAR_RELEASE, /* then ENDED */
    S3A_CLEAR_UNDO,    /* then FAILED with result */
    S3A_CLEAR_RETRY,   /* then LOOK */
    S3A_CLEAR_LOST,    /* then OVER */
};

struct s3a_lock_machine {
    struct s3a_lock_terms terms;
    enum s3a_lock_place at;
    uint64_t random;
    uint8_t seed[S3A_OWNER_SIZE];
    bool bare_etag; /* may be set before START; may have changed after any step */

    bool resuming; /* a grant that another process got (§10) */

    /* acquiring */
    struct s3a_lock_view view; /* the last look */
    uint64_t seen_ms;          /* when its etag was first seen */
    int64_t look_wall_ms;      /* when it was asked for */
    uint64_t deadline_ms;
    uint64_t trouble_ms; /* since when no clear answer came */
    uint32_t tries;      /* without a clear answer */
    uint32_t races;      /* lost to others */
    uint32_t poll_cap_ms;
    bool cancelled;
    uint64_t token_seen; /* the highest: none below it is granted any more */

    /* the write that is in flight or in doubt */
    struct s3a_lock_write write;
    bool refused;      /* the last try had a clear 412 */
    uint64_t hurry_ms; /* from when on what is in flight is not waited for; 0: it is */
    bool flipped;      /* bare_etag was changed on account of it, and not back since */

    /* holding */
    struct s3a_lock_record record; /* as last acknowledged */
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1];
    uint64_t sent_ms; /* when that write was sent */
    uint64_t granted_ms;
    uint64_t next_ms; /* the next heartbeat, look or try */
    bool check_next;  /* the next try is a GET */
    bool danger_told;
    bool refusal_seen; /* the last failure was one of credentials */
    bool release_wanted;
    enum s3a_lost_reason lost_reason;

    /* clearing */
    enum s3a_lock_clearing clearing;
    uint64_t clear_until_ms;
    enum s3a_status result;
};

/*
 * random_seed: 128 random bits, from which identities and jitter are made. remembered: what this
 * client itself wrote last at this key, where that was a free record; NULL otherwise. Then
 * acquiring begins with TAKE.
 */
void s3a_lock_machine_init(struct s3a_lock_machine *machine, const struct s3a_lock_terms *terms,
                           const uint8_t random_seed[S3A_OWNER_SIZE],
                           const struct s3a_lock_view *remembered);

/*
 * The same for a grant that exists already (§10): LOOK finds its record, and TAKE is the first
 * heartbeat on it. Where it is not held any more, it fails with S3A_LOST, and lost_reason is set.
 */
void s3a_lock_machine_resume(struct s3a_lock_machine *machine, const struct s3a_lock_terms *terms,
                             const uint8_t random_seed[S3A_OWNER_SIZE],
                             const struct s3a_grant *grant);

/*
 * One event. *ret_action is always written: at most one request, which the driver then has in
 * flight until its ANSWER (or until abandon), and the time at which it wants to be woken, which
 * replaces the one before.
 */
void s3a_lock_step(struct s3a_lock_machine *machine, const struct s3a_lock_event *event,
                   struct s3a_lock_action *ret_action);

/* Until when the lock is held without another answer; 0: it is not, or not any more since release
 * was asked for. */
uint64_t s3a_lock_good_until_ms(const struct s3a_lock_machine *machine);

/* Until when others must leave alone what was seen, in milliseconds from then; 0 or less: no
 * longer. A view that is not held: 0. A lock of the Java library without store_now_ms: INT64_MAX,
 * for there is nothing to judge it by. */
int64_t s3a_lock_view_expires_in_ms(const struct s3a_lock_view *view, uint32_t grace_ms,
                                    uint64_t local_now_ms, uint64_t local_seen_ms);

#endif

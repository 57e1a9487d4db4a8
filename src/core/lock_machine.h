/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_MACHINE_H
#define S3A_LOCK_MACHINE_H

/*
 * The lock protocol as a pure step function: an event and the time go in, an action comes out. No
 * socket, clock, heap or thread. The client drives it over S3, the simulator through hostile
 * schedules; both link this very object. Section numbers (§) are those of s3atomic-protocol(7).
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
 *      LOOK ──held under a session──► PEEK ──dead──► TAKE        sessions (§11)
 *                          live: WAIT ◄─┘ │ ▲          ▲
 *                                 expired ▼ │ 412      │
 *                                        KILL ──200────┘
 *
 * LOOK, TAKE, BEAT, CHECK, FREE, SEEK, PEEK and KILL have one request in flight; WAIT, HOLD, OVER
 * and REST (the pause between two tries of clearing) have none. A lock that is itself held under a
 * session never leaves HOLD for a BEAT: its lease is the session's, whose own machine, one like
 * this, begins with CREATE at a key of its own. Clearing serves three ends: giving the lock back,
 * undoing an attempt that nobody wants any more, and freeing our own record after the lock was lost
 * for want of answers.
 */

#include <s3atomic/lock.h>
#include <s3atomic/status.h>

#include "lease.h"

#define S3A_OWNER_SIZE 16
#define S3A_SESSION_ID_SIZE 16
#define S3A_RECENT_MAX 8
#define S3A_LOCK_ETAG_SIZE_MAX 128
#define S3A_LOCK_TOKEN_MAX ((UINT64_C(1) << 53) - 1)

/* §1: an object that is new, or seems so, is granted no later than so long after the look that its
 * token comes from, and none is deleted whose token is not older than that, with 3 s for dates that
 * are cut and front ends that disagree. So tokens grow over deletions. */
#define S3A_LOCK_CREATE_MAX_MS 2000
#define S3A_LOCK_DELETE_AGE_MS 5000

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
    bool has_session; /* only where it is held: its lease is that of the session (§11) */
    uint8_t session[S3A_SESSION_ID_SIZE];
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
    S3A_LOCK_REQUEST_DELETE,         /* If-Match: etag */
    S3A_LOCK_REQUEST_GET_SESSION,    /* of the session's object, as is what follows */
    S3A_LOCK_REQUEST_KILL_SESSION,   /* PUT, If-Match: etag */
};

enum s3a_lock_event_kind {
    S3A_LOCK_START,
    S3A_LOCK_ANSWER, /* to the request in flight */
    S3A_LOCK_WAKE,   /* wake_ms has come */
    S3A_LOCK_RELEASE,
    S3A_LOCK_CANCEL, /* acquiring is no longer wanted */
    S3A_LOCK_DETACH, /* held on without us until its lease ends; nothing where it is not held */
    S3A_LOCK_SESSION_LOST, /* the session under which it is held or acquired */
};

struct s3a_lock_event {
    enum s3a_lock_event_kind kind;
    uint64_t now_ms;
    int64_t wall_ms;                /* only where the store sends no Date */
    uint64_t session_good_until_ms; /* of the session that it is under; 0: it is lost */
    bool cannot_send; /* only for a machine at rest (lock_rest.h): there is no memory for a request,
                         and none is asked for; what comes of it is told without one */

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
#define S3A_LOCK_TELL_STAYS                                                                        \
    32u /* release cannot be sent: all is as it was, and may be asked again */

struct s3a_lock_action {
    enum s3a_lock_request request;
    const char *etag;                     /* the condition; lives in the machine */
    const struct s3a_lock_record *record; /* what to write; lives in the machine */
    const uint8_t *session;               /* whose object GET_ and KILL_SESSION are about */
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
    S3A_AT_PEEK,
    S3A_AT_KILL,
    S3A_AT_ENDED,
};

/* A write under one precondition, tried once or more: of all its tries at most one is applied. */
struct s3a_lock_write {
    char etag[S3A_LOCK_ETAG_SIZE_MAX + 1]; /* "": only where there is no object */
    int64_t java_expires_ms;               /* of the Java library's lock that it replaces */
    struct s3a_lock_record record;
    uint64_t first_sent_ms;
    uint64_t sent_ms;    /* the latest try */
    uint64_t decided_ms; /* a CREATE: when the look was asked for that its token comes from */
    bool repeated;       /* there was more than one try */
    bool doubt;          /* a try had no clear answer, and may have been or be applied */
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

    /* the session that it is under */
    bool has_session;
    bool session_is_over; /* that was told while acquiring */
    uint8_t session[S3A_SESSION_ID_SIZE];
    uint64_t session_good_ms; /* until when, by the latest event */

    /* the session under which another holds what is wanted */
    uint8_t peeked[S3A_SESSION_ID_SIZE];
    struct s3a_lock_view peeked_view;
    uint64_t peeked_seen_ms; /* when this state of it was first seen; 0: never */
    struct s3a_lock_record killing;
    char killing_etag[S3A_LOCK_ETAG_SIZE_MAX + 1];
    bool kill_refused; /* clearly, the last time */
    bool kill_flipped; /* bare_etag was changed on account of that, and not back since */

    bool is_fresh; /* nobody else knows the key: acquiring begins with CREATE */

    /* giving it back by DELETE */
    bool may_delete; /* for the driver to set: this store is known to honour If-Match on it */
    uint64_t delete_from_ms; /* when its token is old enough for that; 0: never */
    bool is_delete;          /* the latest try of clearing was one */
    bool delete_refused;     /* for good: it is to be a free record after all */
    bool delete_doubt;       /* one may have been applied */
    bool is_deleted;         /* that is how it was given back */
    int64_t store_ms;        /* what the store's clock showed at the last look that told */
    uint64_t store_seen_ms;

    /* acquiring */
    struct s3a_lock_view view; /* the last look */
    uint64_t seen_ms;          /* when its etag was first seen */
    int64_t look_wall_ms;      /* when it was asked for */
    uint64_t look_sent_ms;     /* the same, local time */
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

/* Before START: the lock is to be held under that session. The terms' lease and heartbeat are the
 * session's, and every event tells until when that is good. */
void s3a_lock_machine_use_session(struct s3a_lock_machine *machine,
                                  const uint8_t session[S3A_SESSION_ID_SIZE]);

/* Before START: the key is new, and nobody else's. */
void s3a_lock_machine_be_fresh(struct s3a_lock_machine *machine);

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

/* The same by its own terms alone: under a session, the end of the longest hold, however long the
 * session is good. */
uint64_t s3a_lock_own_end_ms(const struct s3a_lock_machine *machine);

/* Until when others must leave alone what was seen, in milliseconds from then; 0 or less: no
 * longer. A view that is not held: 0. A lock of the Java library without store_now_ms, and one
 * under a session: INT64_MAX, for there is nothing here to judge it by. */
int64_t s3a_lock_view_expires_in_ms(const struct s3a_lock_view *view, uint32_t grace_ms,
                                    uint64_t local_now_ms, uint64_t local_seen_ms);

/* The same for a lock that is held under a session, by a look at that one's object. */
int64_t s3a_lock_session_expires_in_ms(const struct s3a_lock_view *lock,
                                       const struct s3a_lock_view *session, uint32_t grace_ms,
                                       uint64_t local_now_ms, uint64_t local_seen_ms);

#endif

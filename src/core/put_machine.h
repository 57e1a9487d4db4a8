/* SPDX-License-Identifier: MIT */
#ifndef S3A_PUT_MACHINE_H
#define S3A_PUT_MACHINE_H

/*
 * One write of one object, brought to a clear end, as a pure step function: an event and the time
 * go in, an action comes out. No socket, clock, heap or thread.
 *
 * A write names the state that it replaces: no object, or the one with a certain ETag. So of all
 * its tries at most one is applied, and trying again is safe as long as that state is there. Each
 * bears an id in the object's metadata, so that a look at the object says whether it is this very
 * write that lies there:
 *
 *      START ──► PUT ──200──► ENDED: done
 *                │ ▲
 *       412, 404,│ │ the state before is still there
 *       409, in  │ │
 *       doubt    ▼ └──── REST ◄── no answer ── LOOK
 *               LOOK ──► ours: ENDED: done
 *                  │
 *                  ├──► ours is in its history: ENDED: done, and superseded
 *                  └──► another's: ENDED: a conflict; in doubt where a try of ours was
 *
 * PUT and LOOK have one request in flight; REST, the pause between two tries, has none. A 412 is
 * looked at even if it answers the first try: something between here and the store may have tried
 * twice, and so lost to itself. A write without a condition is not repeated once it is in doubt:
 * that could undo what others wrote in between.
 *
 * A 409, a 503 and what could not be sent are taken at their word: nothing was changed. Whether
 * that is tried again is the driver's to say (again_ms), unless an earlier try is in doubt or the
 * write is patient.
 *
 * An object's history (write_history.h) tells of more than its last write. Where it goes back to
 * the state before, and ours is not in it, others have replaced that state: ours was not applied,
 * and cannot be any more. No other write may be under way in the same lane.
 *
 * A state is what its ETag says, and where it is known, the id of the write that made it. An object
 * that others bring back to the very bytes it had is in the same state to those who know no ids.
 * So it is to somebody who read it before it was changed, and writes after it was brought back:
 * what came between is not in his history. Whose write came between, and was in doubt, is told of
 * a conflict. (It takes three: one in doubt, one who brings the very bytes back, and one who had
 * read them before; all while the one in doubt looks.)
 */

#include <stdbool.h>
#include <stdint.h>

#include <s3atomic/status.h>

#include "write_history.h"

#define S3A_PUT_ETAG_SIZE_MAX 128
#define S3A_PUT_ID_SIZE S3A_WRITE_ID_SIZE

/* What stands for the ETag of a write that others have written over before it was known. It
 * matches nothing. */
#define S3A_PUT_ETAG_SUPERSEDED "\"superseded\""

/* For how long, and how often at least, an unclear store is asked before the write ends. */
#define S3A_PUT_PATIENCE_MS 20000
#define S3A_PUT_TRIES_MIN 3

/* How long a cancelled write is waited for before it is left alone, and looked at. */
#define S3A_PUT_CANCEL_MS 1000

enum s3a_put_condition {
    S3A_PUT_ALWAYS,
    S3A_PUT_IF_ABSENT,
    S3A_PUT_IF_MATCH,
};

struct s3a_put_terms {
    enum s3a_put_condition condition;
    char etag[S3A_PUT_ETAG_SIZE_MAX + 1]; /* IF_MATCH: of the state before, with its quotes */
    char id[S3A_PUT_ID_SIZE + 1];         /* of this write */
    struct s3a_history before;            /* of the state before ("": it bears none) */
    bool knows_before;
    bool is_patient; /* tries again also where nothing could be sent, or the store says "later" */
};

enum s3a_put_event_kind {
    S3A_PUT_START,
    S3A_PUT_ANSWER, /* to the request in flight */
    S3A_PUT_WAKE,   /* wake_ms has come */
    S3A_PUT_CANCEL, /* no further try is wanted */
};

struct s3a_put_event {
    enum s3a_put_event_kind kind;
    uint64_t now_ms;

    /* ANSWER */
    enum s3a_status status;
    const char *etag;    /* S3A_OK */
    const char *history; /* S3A_OK of a LOOK: what the object bears; "" where it bears none */
    uint64_t again_ms;   /* a failure of a PUT that has changed nothing: when the next try is to be
                            made by one who is not patient; 0: he gives up */
};

enum s3a_put_request {
    S3A_PUT_REQUEST_NONE,
    S3A_PUT_REQUEST_PUT,
    S3A_PUT_REQUEST_LOOK, /* HEAD */
};

struct s3a_put_action {
    enum s3a_put_request request;
    bool abandon;     /* the answer in flight is not wanted any more */
    uint64_t wake_ms; /* 0: no need */
    bool ended;       /* with status */
    enum s3a_status status;
};

enum s3a_put_place {
    S3A_PUT_AT_PUT,
    S3A_PUT_AT_LOOK,
    S3A_PUT_AT_REST,
    S3A_PUT_AT_ENDED,
};

struct s3a_put_machine {
    struct s3a_put_terms terms;
    enum s3a_put_place at;
    uint64_t random;
    char etag[S3A_PUT_ETAG_SIZE_MAX + 1]; /* once it ended S3A_OK: of what was written */
    bool superseded;                      /* ... and others have written over it since */
    bool bare_etag; /* If-Match without quotes, which some stores want; may change in any step */

    enum s3a_put_request next; /* REST: what comes after */
    bool doubt;                /* a try had no clear answer: it may have been, or be, applied */
    bool refused;              /* the last try had a clear 412 */
    bool flipped;              /* bare_etag was changed on account of it */
    bool closing;              /* no further PUT */
    bool cancelled;
    uint64_t leave_ms;       /* cancelled in PUT: no answer is waited for any longer; 0: not yet */
    enum s3a_status trouble; /* the last failure */
    uint64_t trouble_ms;     /* since when */
    uint32_t tries;          /* since then */
};

void s3a_put_machine_init(struct s3a_put_machine *machine, const struct s3a_put_terms *terms,
                          uint64_t random_seed, bool bare_etag);

/* One event; *ret_action is always written. A WAKE that comes too early is harmless. */
void s3a_put_step(struct s3a_put_machine *machine, const struct s3a_put_event *event,
                  struct s3a_put_action *ret_action);

/* May a try be applied by now, or later? What is to be told where it must end at once. */
bool s3a_put_may_be_applied(const struct s3a_put_machine *machine);

/* The same ETag, one with quotes or not? */
bool s3a_etag_equal(const char *a, const char *b);

#endif

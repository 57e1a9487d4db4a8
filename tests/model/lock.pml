/* SPDX-License-Identifier: MIT */
/*
 * The lock protocol (s3atomic-protocol(7)) as a model that spin explores exhaustively: contenders,
 * one key in a linearizable store, and a network that loses requests, loses answers, and delivers
 * requests after their senders have given up. check.sh runs it and says what was found.
 *
 * A record is one number: an owner (an identity, new for every attempt), token, beat, and whether
 * it is held. It is its own ETag: were its bytes to come back, so would the ETag.
 *
 * Time is counted in ages, up to where they make no difference any more: how long ago the record
 * was written, how long ago a contender sent what it counts from. Ticks come whenever they like, so
 * a request, an answer, a contender may be as slow as it will. A slow clock makes a lease look up
 * to SLOW ticks younger to its holder; headers cut to seconds, and front ends that disagree, make a
 * record look up to SKEW ticks older to others. That guard and grace make up for just that is a
 * result of the model, no assumption of it.
 *
 * A 409 or 503 is a request that was lost. A GET without an answer is one not yet sent. What a view
 * leads to is sent at once: a pause there would be as good as a slow request. Places are those of
 * src/core/lock_machine.h: end_look is LOOK and WAIT, and where nothing is under way; send is TAKE,
 * BEAT and FREE, as aim says. Not here: the Java library, people who delete or free by force, the
 * forms of an ETag.
 */
#ifndef N
#define N 2     /* contenders */
#define IDS 3   /* attempts to take the lock, over all contenders */
#define BEATS 1 /* heartbeats of one grant */
#define LATE 1  /* requests under way whose senders wait no longer: 1 or 2 */
#define LEASE 3
#endif

/* One rule broken, with -DFAULT=NAME: the model has to find out. */
#define NO_GUARD 1             /* hold the lock to the end of its lease */
#define NO_GRACE 2             /* take the lock at the end of its lease */
#define LEASE_FROM_ANSWER 3    /* count a lease from the answer, not from the request */
#define ADOPT_FROM_ANSWER 4    /* ... only where a read back told of it */
#define ADOPT_LATE 5           /* adopt a write whatever its age */
#define TRUST_412 6            /* a 412 says that somebody else has it: no read back */
#define NO_BURN 7              /* give up without burning the precondition */
#define NO_SEEK 8              /* ... without reading back what became of that */
#define UNCONDITIONAL_CREATE 9 /* no If-None-Match */
#define UNCONDITIONAL_FREE 10  /* no If-Match on release */
#define RELEASE_REREAD 11      /* release under an ETag just read, not under one's own */
#define BEAT_REREAD 12         /* ... or go on with heartbeats under it */
#define BEAT_UNCOUNTED 13      /* a heartbeat writes the same bytes again */
#define TOKEN_REUSED 14        /* the next holder has the token of the one before */
#define NO_READ_BACK 15        /* without an answer it was not done: begin afresh (IN_DOUBT) */
#ifndef FAULT
#define FAULT 0
#endif

/* With -DIN_DOUBT nobody crashes or changes his mind, and every write is done, but none is ever
 * answered: still somebody gets, in time, the lock that a dead holder left behind. */
#ifdef IN_DOUBT
#define FICKLE false
ltl L2 { <> (granted > 1) }
#else
#define FICKLE true
#endif

#define GUARD (FAULT == NO_GUARD -> 0 : 1)
#define GRACE (FAULT == NO_GRACE -> 0 : 1)
#define SLOW 1
#define SKEW 1
#define OLD (LEASE - GUARD + SLOW)
#define GOOD(age) ((age) < OLD)                      /* by some clocks it is still good ... */
#define OVER(age) ((age) >= LEASE - GUARD)           /* ... and by some it is over */
#define EXPIRED(age) ((age) + SKEW >= LEASE + GRACE) /* by some front ends */

#define RECORD(owner, token, beat, held) ((owner) << 7 | (token) << 4 | (beat) << 1 | (held))
#define OWNER(record) ((record) >> 7)
#define TOKEN(record) ((record) >> 4 & 7)
#define BEAT(record) ((record) >> 1 & 7)
#define HELD(record) ((record) & 1)

short store;              /* what lies at the key; 0: nothing */
byte store_age = OLD;     /* since it was written; OLD where it is free */
short late[LATE];         /* their condition holds just now; what is late under another is lost */
byte ids;                 /* identities given out */
byte granted;             /* the token of the last grant */
byte idle = (1 << N) - 1; /* contenders that have nothing under way */
byte lease[N] = OLD;      /* age of the write that the lock is held by; OLD: not held */
byte first[N] = OLD;      /* of the write in flight or in doubt, its first try */
byte latest[N] = OLD;     /* of its latest try, while in flight */

hidden short seen; /* by a GET */
hidden byte fits, i;

/* Always false: names, for pan to tell which claim does not hold. */
hidden byte S1_one_holder, S2_tokens_grow, S3_nothing_stolen, nothing_left, no_etag_comes_back;
#define CLAIM(name, what) assert(name || (what))

mtype = {TAKE, BEAT, FREE};

/* A request of that age reaches the store. */
inline apply(what, condition, age)
{
    fits = condition == store || FAULT == UNCONDITIONAL_CREATE && condition == 0 ||
           FAULT == UNCONDITIONAL_FREE && !HELD(what);
    if
    :: fits ->
        CLAIM(S3_nothing_stolen,
              !HELD(store) || OWNER(store) == OWNER(what) || store_age >= LEASE);
        CLAIM(no_etag_comes_back, FAULT || TOKEN(store) < TOKEN(what) ||
              OWNER(store) == OWNER(what) && BEAT(store) < BEAT(what));
        store = what;
        if
        :: store_age = (HELD(what) -> 0 : OLD) /* dated when it was written ... */
        :: HELD(what) && age -> store_age = age /* ... or when the request set out, or in between */
        fi;
        for (i : 0 .. LATE - 1) {
            late[i] = 0
        }
    :: else
    fi
}

#define AGES(of_lease, of_first, of_latest) \
    lease[me] = of_lease; first[me] = of_first; latest[me] = of_latest

/* The lock is held by what was put, which is that old. */
inline hold(age)
{
    if
    :: aim == TAKE -> CLAIM(S2_tokens_grow, granted < TOKEN(put)); granted = TOKEN(put)
    :: else
    fi;
    AGES(age, OLD, OLD);
    cond = put;
    aim = BEAT;
    for (i : 0 .. N - 1) {
        CLAIM(S1_one_holder, i == me || !GOOD(lease[i]))
    }
}

/* A new identity, to be put in the place of what was seen. */
inline take()
{
    ids++;
    put = RECORD(ids, TOKEN(seen) + (FAULT == TOKEN_REUSED && seen -> 0 : 1), 0, 1);
    cond = seen;
    aim = TAKE;
    AGES(OLD, 0, 0);
    idle = idle & ~(1 << me)
}

/* Its end: a free record, put under the condition of the write in doubt (whichever of the two
 * lands, the other fails), or else under the ETag last acknowledged. */
inline clear()
{
    put = RECORD(OWNER(put), TOKEN(put), BEAT(put) + 1, 0);
    aim = FREE;
    AGES(OLD, OLD, OLD)
}

/* Nothing is known any more. */
inline crash()
{
    put = 0;
    cond = 0;
    aim = TAKE;
    AGES(OLD, OLD, OLD);
    idle = idle | 1 << me
}

/* It is clear that nothing of this identity is held, and that nothing of it can land any more. */
inline settle()
{
    CLAIM(nothing_left, OWNER(store) != OWNER(put) || !HELD(store));
    for (i : 0 .. LATE - 1) {
        CLAIM(nothing_left, OWNER(late[i]) != OWNER(put))
    }
    crash()
}

proctype contender(byte me)
{
    short put;  /* the write in flight or in doubt, or the last one acknowledged; 0: none */
    short cond; /* its condition, or that of the next one */
    mtype aim = TAKE;

end_look: /* GET */
    atomic {
        /* All who are idle are alike: the first of them begins. */
        put || ids < IDS && (idle & (1 << me) - 1) == 0;
        seen = store;
        if
        :: !put
        :: put && seen == put ->
            first[me] = (FAULT == ADOPT_FROM_ANSWER -> 0 : first[me]);
            goto done
        :: put && seen == cond -> /* not done so far, but it may still be */
            if
            :: latest[me] = 0; goto send /* the same again, to the byte */
            :: FICKLE && FAULT != NO_BURN -> clear(); goto send
            :: FAULT == NO_BURN -> settle()
            fi
        :: put && seen != put && seen != cond -> settle()
        fi;
        if
        :: (!HELD(seen) || EXPIRED(store_age)) && ids < IDS -> take(); goto send
        :: else -> goto end_look
        fi
    }

done: /* It is known that our write was done, but when does one get to know that? */
    atomic {
        if
        :: GOOD((aim == TAKE -> first[me] : lease[me])) || FAULT == ADOPT_LATE ->
            hold((FAULT == LEASE_FROM_ANSWER -> 0 : first[me])); goto holding
        :: OVER((aim == TAKE -> first[me] : lease[me])) || FICKLE ->
            cond = put; clear(); goto send
        fi
    }

holding:
    atomic {
        if
        :: GOOD(lease[me]) && BEAT(put) < BEATS ->
            put = put + (FAULT == BEAT_UNCOUNTED -> 0 : RECORD(0, 0, 1, 0));
            AGES(lease[me], 0, 0)
        :: OVER(lease[me]) || FICKLE -> clear() /* lost, or released */
        :: FICKLE -> crash(); goto end_look     /* or held too long */
        fi
    }

send: /* PUT */
    atomic {
        if
        :: apply(put, cond, latest[me]);
            if
            :: fits && FICKLE && aim != FREE -> first[me] = latest[me]; latest[me] = OLD; goto done
            :: fits && FICKLE && aim == FREE -> settle(); goto end_look
            :: fits && FICKLE && aim == FREE && ids < IDS -> /* remembered as free */
                seen = put; settle(); take(); goto send
            :: !fits && FAULT == TRUST_412 && aim == TAKE -> settle(); goto end_look
            :: true /* the answer is lost */
            fi
        :: cond == store && !late[0] -> late[0] = put
        :: cond == store && late[0] && !late[LATE - 1] -> late[LATE - 1] = put
        :: FICKLE /* lost on its way */
        fi;
        /* No answer, or a 412, which says no more: our own first try may have been applied. */
        latest[me] = OLD;
        if
        :: aim == TAKE && FAULT != NO_READ_BACK -> goto end_look
        :: aim == TAKE && FAULT == NO_READ_BACK -> crash(); goto end_look
        :: aim == BEAT -> goto check
        :: aim == FREE && FAULT != NO_SEEK -> goto seek
        :: aim == FREE && FAULT == NO_SEEK -> settle(); goto end_look
        :: FICKLE -> crash(); goto end_look
        fi
    }

check: /* GET, while holding */
    atomic {
        seen = store;
        if
        :: FAULT == BEAT_REREAD && seen != put && seen != cond -> cond = seen; goto send
        :: else -> CLAIM(S3_nothing_stolen, !GOOD(lease[me]) || seen == put || seen == cond)
        fi;
        if
        :: GOOD(lease[me]) && seen == put ->
            first[me] = (FAULT == ADOPT_FROM_ANSWER -> 0 : first[me]);
            goto done
        :: GOOD(lease[me]) -> latest[me] = 0; goto send /* not done so far, or nothing was seen */
        :: OVER(lease[me]) || FICKLE -> clear(); goto send
        fi
    }

seek: /* GET: is there anything left to free? */
    atomic {
        seen = store;
        if
        :: seen == cond
        :: seen != cond && HELD(seen) && OWNER(seen) == OWNER(put) ->
            cond = seen;
            put = (BEAT(seen) < BEAT(put) -> put : seen - 1 + RECORD(0, 0, 1, 0))
        :: seen != cond && OWNER(seen) != OWNER(put) && FAULT == RELEASE_REREAD -> cond = seen
        :: seen != cond && (OWNER(seen) != OWNER(put) || !HELD(seen)) -> settle(); goto end_look
        fi;
        goto send
    }
}

#define TICK(age) age = (age < OLD -> age + 1 : OLD)

proctype world()
{
end_of_world:
    do
    :: d_step { late[0] -> apply(late[0], store, 0); i = 0 }
    :: d_step { late[LATE - 1] -> apply(late[LATE - 1], store, 0); i = 0 }
    :: d_step {
            FICKLE || !late[0] && first[0] == OLD && first[N - 1] == OLD;
            TICK(store_age);
            for (i : 0 .. N - 1) {
                TICK(lease[i]);
                TICK(first[i]);
                TICK(latest[i])
            };
            i = 0
        }
    od
}

init
{
    atomic {
        if
        :: FICKLE
        :: !FICKLE -> store = RECORD(1, 1, 0, 1); store_age = 0; ids = 1; granted = 1
        fi;
        for (i : 0 .. N - 1) {
            run contender(i)
        };
        run world()
    }
}

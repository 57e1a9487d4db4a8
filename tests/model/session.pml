/* SPDX-License-Identifier: MIT */
/*
 * Sessions (s3atomic-protocol(7) §11) as a model that spin explores exhaustively: contenders that
 * take one lock, some under a session of their own, the last one plainly. Keepers beat, are slow,
 * are killed, close their sessions; requests are lost, answered by nobody, and delivered late. What
 * belongs to a lock of its own is in lock.pml; read that first, for time and clocks are as there.
 *
 * The lock's record is one number: who has it (a new identity for every attempt), token, the
 * session that it is under, and whether it is held. A session's is its heartbeats, and whether it
 * is alive. Each is its own ETag. A session that has ended is not opened again: another one would
 * have another key.
 */
#ifndef N
#define N 3        /* contenders */
#define SESSIONS 2 /* those that have one: the first ones */
#define IDS 3      /* attempts to take the lock, over all contenders */
#define BEATS 1    /* heartbeats of one session */
#define LEASE 3
#endif

/* One rule broken, with -DFAULT=NAME: the model has to find out. */
#define NO_GUARD 1           /* the session counts to the end of its lease */
#define NO_GRACE 2           /* it is killed at the end of its lease */
#define LEASE_FROM_ANSWER 3  /* its lease counts from the answer to a heartbeat */
#define NOT_KILLED 4         /* a session that is over is not killed before its lock is taken */
#define KILL_IN_DOUBT 5      /* a kill without an answer counts as one */
#define KILL_BLINDLY 6       /* a kill has no If-Match */
#define BEAT_BLINDLY 7       /* a heartbeat has no If-Match: the dead rise again */
#define GRANT_UNDER_LOST 8   /* a grant counts although the session is not good */
#define BY_ITS_OWN_AGE 9     /* a lock under a session is judged like any other */
#define CLOSED_FIRST 10      /* a session ends before what is held under it */
#define RELEASE_BLINDLY 11   /* a release has no If-Match */
#ifndef FAULT
#define FAULT 0
#endif

#define GUARD (FAULT == NO_GUARD -> 0 : 1)
#define GRACE (FAULT == NO_GRACE -> 0 : 1)
#define SLOW 1
#define SKEW 1
#define OLD (LEASE - GUARD + SLOW)
#define EXPIRED(age) ((age) + SKEW >= LEASE + GRACE)
#define GOOD(age) ((age) < OLD)
#define OVER(age) ((age) >= LEASE - GUARD)

#define RECORD(owner, token, under, held) ((owner) << 7 | (token) << 3 | (under) << 1 | (held))
#define OWNER(record) ((record) >> 7)
#define TOKEN(record) ((record) >> 3 & 15)
#define UNDER(record) ((record) >> 1 & 3) /* 0: no session; else one more than its number */
#define HELD(record) ((record) & 1)
#define LIVE(session) ((session) & 1)
#define BEAT (2)

short store;                   /* what lies at the lock's key; 0: nothing */
byte store_age = OLD;          /* since it was written, where it is held plainly */
short late;                    /* its condition holds just now */
byte session[SESSIONS] = 1;    /* their objects */
byte session_age[SESSIONS];    /* since they were written */
byte session_late[SESSIONS];   /* a heartbeat whose condition holds just now */
byte lease[N];                 /* age of what it counts its lease from; OLD: it has none */
byte first[N] = OLD;           /* of the heartbeat, or plain attempt, in flight or in doubt */
short held_as[N];              /* the record that it holds the lock by; 0: it does not */
bool gone[SESSIONS];           /* killed, or through with it */
byte ids, granted;

hidden byte i;
hidden byte S1_one_holder, S2_tokens_grow, S3_nothing_stolen, S4_never_again;
#define CLAIM(name, what) assert(name || (what))

#define HOLDS(who) (held_as[who] && GOOD(lease[who]))

inline check_holders(me)
{
    for (i : 0 .. N - 1) {
        CLAIM(S1_one_holder, i == me || !HOLDS(me) || !HOLDS(i))
    }
    i = 0
}

/* A write to the lock that the store applies. */
inline put_lock(what)
{
    CLAIM(S3_nothing_stolen, !HELD(store) || OWNER(store) == OWNER(what) ||
          UNDER(store) && UNDER(store) == UNDER(what) || /* left behind by the very client */
          (UNDER(store) -> !LIVE(session[UNDER(store) - 1]) : store_age >= LEASE));
    store = what;
    store_age = (HELD(what) && !UNDER(what) -> 0 : OLD);
    late = 0
}

inline put_session(s, what)
{
    CLAIM(S4_never_again, LIVE(session[s]) || !LIVE(what));
    session[s] = what;
    session_age[s] = (LIVE(what) -> 0 : LEASE + GRACE);
    session_late[s] = (FAULT == BEAT_BLINDLY -> session_late[s] : 0)
}

/* Everything of that process. */
inline die(me)
{
    lease[me] = OLD;
    first[me] = OLD;
    held_as[me] = 0;
    gone[me] = true
}

proctype keeper(byte me)
{
    byte last = 1; /* as last acknowledged */

end_keep:
    do
    :: atomic { gone[me] -> break }
    :: atomic { /* lost: its lease has ended by its own clock */
            !gone[me] && OVER(lease[me]) -> lease[me] = OLD; goto lost
        }
    :: atomic { !gone[me] -> die(me); break } /* killed */
    :: atomic { /* closed: whatever was held under it has been given back */
            !gone[me] && GOOD(lease[me]) && first[me] == OLD &&
                (!held_as[me] || FAULT == CLOSED_FIRST) ->
            if
            :: session[me] == last -> put_session(me, last - 1 + BEAT)
            :: else
            fi;
            if
            :: FAULT == CLOSED_FIRST
            :: else -> lease[me] = OLD; goto lost
            fi
        }
    :: atomic { /* a heartbeat; the same again while the last is not settled */
            !gone[me] && GOOD(lease[me]) && (first[me] != OLD || last < 1 + BEATS * BEAT) ->
            if
            :: first[me] == OLD -> first[me] = 0
            :: else
            fi;
            if
            :: session[me] == last || FAULT == BEAT_BLINDLY ->
                put_session(me, last + BEAT);
                if
                :: true -> goto acknowledged
                :: true /* no answer */
                fi
            :: session[me] == last && !session_late[me] -> session_late[me] = last + BEAT
            :: true /* lost on its way, or refused */
            fi
        }
    :: atomic { /* a look at what became of it */
            !gone[me] && first[me] != OLD && GOOD(lease[me]) ->
            if
            :: session[me] == last + BEAT -> goto acknowledged
            :: session[me] != last && session[me] != last + BEAT -> lease[me] = OLD; goto lost
            :: else
            fi
        }
    od;
    goto end_gone;

acknowledged:
    atomic {
        if
        :: gone[me] -> goto end_gone
        :: !gone[me] && GOOD(lease[me]) ->
            lease[me] = (FAULT == LEASE_FROM_ANSWER -> 0 : first[me]);
            first[me] = OLD;
            last = last + BEAT;
            check_holders(me);
            goto end_keep
        :: !gone[me] && OVER(lease[me]) -> lease[me] = OLD
        fi
    }

lost: /* never to be good again: what is held under it is held no more */
    atomic {
        first[me] = OLD;
        held_as[me] = 0;
        gone[me] = true
    }

end_gone:
    skip
}

#define MINE (me < SESSIONS)
#define MAY (!MINE || GOOD(lease[me]) && !gone[me])

proctype taker(byte me)
{
    short seen, put;
    byte peeked;

idle:
    atomic {
        seen = 0;
        peeked = 0
    }

end_look: /* GET */
    atomic {
        !(MINE && gone[me]) && (ids < IDS || put);
        seen = store;
        if
        :: put && seen == put -> goto answered
        :: put && seen != put && late == put -> goto idle /* it may still come: see lock.pml */
        :: else -> put = 0
        fi;
        if
        :: ids == IDS -> goto idle
        :: ids < IDS && !HELD(seen) -> skip
        :: ids < IDS && HELD(seen) && UNDER(seen) == me + 1 && MINE -> skip /* left behind */
        :: ids < IDS && HELD(seen) && (!UNDER(seen) || FAULT == BY_ITS_OWN_AGE) ->
            if
            :: EXPIRED(store_age)
            :: else -> goto idle
            fi
        :: ids < IDS && HELD(seen) && UNDER(seen) && !(UNDER(seen) == me + 1 && MINE) &&
               FAULT != BY_ITS_OWN_AGE -> goto peek
        fi
    }

take:
    atomic {
        if
        :: ids == IDS || !MAY -> goto idle
        :: else
        fi;
        ids++;
        put = RECORD(ids, TOKEN(seen) + 1, (MINE -> me + 1 : 0), 1);
        if
        :: MINE
        :: else -> first[me] = 0
        fi;
        if
        :: store == seen -> put_lock(put);
            if
            :: true -> goto answered
            :: true -> goto idle /* no answer */
            fi
        :: store == seen && !late -> late = put; goto idle
        :: true -> put = 0; first[me] = (MINE -> first[me] : OLD); goto idle
        fi
    }

answered: /* held, but when does one get to know that? */
    atomic {
        if
        :: !(MAY && (MINE || GOOD(first[me]))) && FAULT != GRANT_UNDER_LOST -> goto clear
        :: else
        fi;
        CLAIM(S1_one_holder, MAY);
        CLAIM(S2_tokens_grow, granted < TOKEN(put));
        granted = TOKEN(put);
        if
        :: MINE
        :: else -> lease[me] = first[me]; first[me] = OLD
        fi;
        held_as[me] = put;
        check_holders(me)
    }

end_hold: /* for as long as it likes; a lock that was lost is given back as well */
    atomic {
        if
        :: !(MINE && gone[me]) -> skip
        :: MINE && gone[me] -> held_as[me] = 0; goto end_through
        fi
    }

clear: /* the release, until it is settled; one that died leaves it as it is */
    atomic {
        held_as[me] = 0;
        if
        :: MINE
        :: else -> lease[me] = OLD; first[me] = OLD
        fi;
        if
        :: store == put || FAULT == RELEASE_BLINDLY -> put_lock(put - 1)
        :: store == put -> skip /* killed on the way: left behind */
        :: store != put
        fi;
        put = 0;
        goto idle
    }

peek: /* a look at the session that it is held under */
    atomic {
        peeked = session[UNDER(seen) - 1];
        if
        :: !LIVE(peeked) -> goto take
        :: LIVE(peeked) && EXPIRED(session_age[UNDER(seen) - 1]) ->
            if
            :: FAULT == NOT_KILLED -> goto take
            :: else
            fi
        :: else -> goto idle
        fi
    }

kill:
    atomic {
        if
        :: session[UNDER(seen) - 1] == peeked || FAULT == KILL_BLINDLY ->
            CLAIM(S3_nothing_stolen, !LIVE(session[UNDER(seen) - 1]) ||
                  session_age[UNDER(seen) - 1] >= LEASE);
            put_session(UNDER(seen) - 1, (peeked | 1) - 1 + BEAT);
            if
            :: true -> goto take
            :: true -> goto idle
            fi
        :: session[UNDER(seen) - 1] != peeked && FAULT != KILL_BLINDLY -> goto peek
        :: true -> /* lost on its way */
            if
            :: FAULT == KILL_IN_DOUBT -> goto take
            :: else -> goto idle
            fi
        fi
    }

end_through:
    skip
}

#define TICK(age) age = (age < OLD -> age + 1 : OLD)

proctype world()
{
end_of_world:
    do
    :: d_step { late -> put_lock(late) }
    :: d_step { session_late[0] -> put_session(0, session_late[0]) }
    :: d_step { session_late[SESSIONS - 1] -> put_session(SESSIONS - 1, session_late[SESSIONS - 1]) }
    :: d_step {
            TICK(store_age);
            for (i : 0 .. SESSIONS - 1) {
                session_age[i] = (session_age[i] < LEASE + GRACE -> session_age[i] + 1
                                                                 : session_age[i])
            };
            for (i : 0 .. N - 1) {
                TICK(lease[i]);
                TICK(first[i])
            };
            i = 0
        }
    od
}

init
{
    atomic {
        for (i : SESSIONS .. N - 1) {
            lease[i] = OLD
        };
        for (i : 0 .. SESSIONS - 1) {
            run keeper(i)
        };
        for (i : 0 .. N - 1) {
            run taker(i)
        };
        i = 0;
        run world()
    }
}

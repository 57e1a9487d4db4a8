/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_MOVES_H
#define S3A_LOCK_MOVES_H

/*
 * What the files of the lock machine share: lock_machine.c dispatches, lock_acquire.c,
 * lock_resume.c, lock_hold.c, lock_clear.c and lock_delete.c hold the moves of their part of the
 * picture in lock_machine.h. Each move leaves the machine in its new place and fills the action.
 */

#include "lock_machine.h"

/* One step under way. */
struct s3a_lock_turn {
    struct s3a_lock_machine *machine;
    const struct s3a_lock_event *event;
    struct s3a_lock_action *action;
};

/* What the answer to a write means (§2). */
enum s3a_lock_reply {
    S3A_REPLY_YES,
    S3A_REPLY_REFUSED, /* 412, 404: the condition did not hold, perhaps because of our own try */
    S3A_REPLY_RACE,    /* 409: neither won nor lost */
    S3A_REPLY_LATER,   /* certainly not applied */
    S3A_REPLY_DOUBT,   /* may have been applied, or still be */
    S3A_REPLY_FATAL,   /* certainly not applied, and asking again will not help */
};

enum s3a_lock_reply s3a_lock_reply_to_write(enum s3a_status status);
enum s3a_lock_reply s3a_lock_reply_of(const struct s3a_lock_turn *turn);

/* A GET that gave no view, but might the next time. */
bool s3a_lock_is_trouble(enum s3a_status status);

/* What a look says about a write of ours. */
enum s3a_lock_fate {
    S3A_FATE_OURS,       /* it was applied, and is what lies there (or a later write of ours) */
    S3A_FATE_SUPERSEDED, /* it was applied; somebody took the lock after it */
    S3A_FATE_OPEN,       /* not applied so far: its precondition still holds */
    S3A_FATE_GONE,       /* not applied, and can never be */
};

enum s3a_lock_fate s3a_lock_fate_of(const struct s3a_lock_write *write,
                                    const struct s3a_lock_view *view);

/* Does what was seen meet the write's condition? A lock of the Java library that was renewed under
 * the same ETag does for the store, but not for us. */
bool s3a_lock_is_unchanged(const struct s3a_lock_write *write, const struct s3a_lock_view *view);

bool s3a_lock_is_our_record(const struct s3a_lock_write *write, const struct s3a_lock_view *view);

/* Keeps what a look saw; a NOT_MODIFIED answer brings only new times. */
void s3a_lock_keep_view(const struct s3a_lock_turn *turn);

/* Sends machine->write, as a CREATE or a REPLACE. */
void s3a_lock_send_write(const struct s3a_lock_turn *turn, enum s3a_lock_place at);
void s3a_lock_send_get(const struct s3a_lock_turn *turn, enum s3a_lock_place at);

void s3a_lock_set_etag(char *ret_etag, const char *etag);

/*
 * After a clear 412 to a condition that visibly holds: the other form of the ETag is the one from
 * now on. True where that was the first of two such 412s, so that it is to be tried at once; after
 * the second neither form has helped, and the first one is back.
 */
bool s3a_lock_flip_etag(struct s3a_lock_machine *machine);

/* It is no longer wanted (cancelled, released): what is in flight is given a little longer. */
void s3a_lock_hurry(const struct s3a_lock_turn *turn);

/* §1: what the record of the next holder says. A token above S3A_LOCK_TOKEN_MAX: there is none
 * left. */
void s3a_lock_make_record(const struct s3a_lock_turn *turn, struct s3a_lock_record *ret_record);

/* The token of an object that begins at that time of the store's, and the other way round: the time
 * at which the token is a lower one than that of an object that begins then. */
uint64_t s3a_lock_token_at(int64_t store_ms);
int64_t s3a_lock_token_end_ms(uint64_t token);

/* sessions */
void s3a_lock_peek(const struct s3a_lock_turn *turn);
void s3a_lock_peek_answered(const struct s3a_lock_turn *turn);
void s3a_lock_kill_answered(const struct s3a_lock_turn *turn);

/* False where it is to be held under a session that is not good now. */
bool s3a_lock_may_be_granted(const struct s3a_lock_turn *turn);

/* acquiring */
void s3a_lock_take(const struct s3a_lock_turn *turn);
void s3a_lock_wait_or_fail(const struct s3a_lock_turn *turn, uint64_t left_ms);
void s3a_lock_look_later(const struct s3a_lock_turn *turn, enum s3a_status status);
void s3a_lock_give_up(const struct s3a_lock_turn *turn, enum s3a_status status);
void s3a_lock_acquire_start(const struct s3a_lock_turn *turn);
void s3a_lock_acquire_again(const struct s3a_lock_turn *turn);
void s3a_lock_acquire_drop(const struct s3a_lock_turn *turn);
void s3a_lock_acquire_cancel(const struct s3a_lock_turn *turn);
void s3a_lock_acquire_session_lost(const struct s3a_lock_turn *turn);
void s3a_lock_look_answered(const struct s3a_lock_turn *turn);
void s3a_lock_take_answered(const struct s3a_lock_turn *turn);
void s3a_lock_acquire_fail(const struct s3a_lock_turn *turn, enum s3a_status status);

/* No clear answer: another look after a pause, for as long as there is patience. */
void s3a_lock_look_later(const struct s3a_lock_turn *turn, enum s3a_status status);

/* going on with what another process began */
void s3a_lock_resume_looked(const struct s3a_lock_turn *turn);
void s3a_lock_resume_answered(const struct s3a_lock_turn *turn);
void s3a_lock_detach_asked(const struct s3a_lock_turn *turn);

/* holding */
void s3a_lock_hold_start(const struct s3a_lock_turn *turn, const char *etag, uint64_t sent_ms);
void s3a_lock_hold_check_time(const struct s3a_lock_turn *turn);
void s3a_lock_hold_check_danger(const struct s3a_lock_turn *turn);
void s3a_lock_hold_wake(const struct s3a_lock_turn *turn);
void s3a_lock_hold_drop(const struct s3a_lock_turn *turn);
void s3a_lock_beat_answered(const struct s3a_lock_turn *turn);
void s3a_lock_check_answered(const struct s3a_lock_turn *turn);

/* The end of a lease that counts from sent_ms, or of the longest hold where that comes first. */
uint64_t s3a_lock_hold_end_ms(const struct s3a_lock_machine *machine, uint64_t granted_ms,
                              uint64_t sent_ms);
bool s3a_lock_is_holding(const struct s3a_lock_machine *machine);
uint64_t s3a_lock_danger_ms(const struct s3a_lock_machine *machine);
enum s3a_lost_reason s3a_lock_reason_of(const struct s3a_lock_write *write,
                                        const struct s3a_lock_view *view);

/* clearing */
void s3a_lock_clear_start(const struct s3a_lock_turn *turn, enum s3a_lock_clearing clearing,
                          const char *etag, const struct s3a_lock_record *record);
void s3a_lock_clear_held(const struct s3a_lock_turn *turn, enum s3a_lock_clearing clearing);
void s3a_lock_clear_wake(const struct s3a_lock_turn *turn);
void s3a_lock_free_answered(const struct s3a_lock_turn *turn);
void s3a_lock_seek_answered(const struct s3a_lock_turn *turn);
void s3a_lock_release_asked(const struct s3a_lock_turn *turn);

/* giving it back by DELETE */
uint64_t s3a_lock_delete_from_ms(const struct s3a_lock_machine *machine);
bool s3a_lock_is_to_be_deleted(const struct s3a_lock_turn *turn);
void s3a_lock_send_delete(const struct s3a_lock_turn *turn);

/* Refused for good: true where it is to be a free record instead. */
bool s3a_lock_delete_falls_back(struct s3a_lock_machine *machine);

/* What lies there is not ours: is that because a DELETE of ours was applied? */
bool s3a_lock_delete_was_applied(const struct s3a_lock_machine *machine,
                                 const struct s3a_lock_view *view);

#endif

/* SPDX-License-Identifier: MIT */
#include "lock_watch.h"

#include "lock_work.h"

/*
 * A write of a lock that was in doubt is settled when the machine does not doubt it any more: then
 * either the lease counts from a later write than before, or that one was not applied. What is in
 * doubt while a lock is given back is settled by the end of it alone, and not counted.
 */
static void watch_doubt(struct s3a_lock *lock, const struct s3a_lock_event *event)
{
    struct s3a_observer *observer = &lock->client->observer;
    struct s3a_lock_work *work = lock->work;
    const struct s3a_lock_machine *machine = &work->machine;

    if (event->kind == S3A_LOCK_ANSWER && event->status == S3A_IN_DOUBT && machine->write.doubt &&
        !work->in_doubt) {
        work->in_doubt = true;
        work->good_sent_ms = machine->sent_ms;
    } else if (work->in_doubt && !machine->write.doubt) {
        work->in_doubt = false;
        if (machine->sent_ms != work->good_sent_ms) {
            s3a_observer_count(observer, doubts_applied);
        } else {
            s3a_observer_count(observer, doubts_not_applied);
        }
    }
}

static void tell(const struct s3a_lock *lock, enum s3a_log_level level, const char *what)
{
    s3a_observer_log(&lock->client->observer, level, "lock s3://%.*s/%.*s: %s",
                     S3A_STR_ARG(s3a_lock_entry_bucket(&lock->entry)),
                     S3A_STR_ARG(s3a_lock_entry_key(&lock->entry)), what);
}

void s3a_lock_watch(struct s3a_lock *lock, const struct s3a_lock_event *event,
                    const struct s3a_lock_action *action)
{
    struct s3a_observer *observer = &lock->client->observer;
    const struct s3a_lock_machine *machine = &lock->work->machine;

    watch_doubt(lock, event);
    if (action->tell & S3A_LOCK_TELL_GRANTED) {
        s3a_observer_count(observer, locks_granted);
        tell(lock, S3A_LOG_INFO, "granted");
    }
    if (action->tell & S3A_LOCK_TELL_DANGER) {
        tell(lock, S3A_LOG_WARNING, "in danger: its heartbeats find no answer");
    }
    if (action->tell & S3A_LOCK_TELL_LOST) {
        s3a_observer_count(observer, locks_lost);
        tell(lock, S3A_LOG_WARNING, s3a_lost_reason_text(machine->lost_reason));
    }
    if (action->tell & S3A_LOCK_TELL_ENDED) {
        tell(lock, S3A_LOG_INFO,
             action->status == S3A_OK ? "given back" : "ended without an answer");
    }
}

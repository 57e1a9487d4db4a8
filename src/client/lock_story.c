/* SPDX-License-Identifier: MIT */
#include "lock_story.h"

#include <inttypes.h>

#include "clock.h"
#include "date.h"
#include "error.h"
#include "lock_work.h"

const char *s3a_lost_reason_text(enum s3a_lost_reason reason)
{
    switch (reason) {
    case S3A_LOST_NOT:
        return "not lost";
    case S3A_LOST_TAKEN_OVER:
        return "taken over by another holder";
    case S3A_LOST_FREED:
        return "freed by force, from outside";
    case S3A_LOST_DELETED:
        return "its object was deleted";
    case S3A_LOST_OVERWRITTEN:
        return "its object was overwritten by something that is no lock";
    case S3A_LOST_UNREACHABLE:
        return "no heartbeat reached the store before the lease ended";
    case S3A_LOST_CREDENTIALS:
        return "the store refused the credentials until the lease ended";
    case S3A_LOST_HELD_TOO_LONG:
        return "held for longer than its maximum";
    case S3A_LOST_SESSION:
        return "its session was lost";
    }
    return "unknown";
}

const char *s3a_lost_handle_text(enum s3a_lost_reason reason)
{
    switch (reason) {
    case S3A_LOST_TAKEN_OVER:
        return "it is not the handle's any more: taken over by another holder";
    case S3A_LOST_FREED:
        return "it is not held any more: given back, or freed by force";
    case S3A_LOST_UNREACHABLE:
        return "its lease has run out without another heartbeat";
    default:
        return s3a_lost_reason_text(reason);
    }
}

/* "lock s3://bucket/key: " and the story. */
static void begin(const struct s3a_lock *lock, struct s3a_error *error)
{
    s3a_error_prefix(error, "lock s3://%s/%s", s3a_lock_bucket(lock), s3a_lock_key(lock));
}

/* The last answer that was a failure, where it was of this kind. */
static bool tell_trouble(const struct s3a_lock *lock, enum s3a_status status,
                         struct s3a_error *error)
{
    const struct s3a_error *trouble = lock->trouble;

    if (!trouble || (trouble->status != status && status != S3A_IN_DOUBT)) {
        return false;
    }
    *error = *trouble;
    error->status = status;
    return true;
}

static void tell_holder(const struct s3a_lock *lock, struct s3a_error *error)
{
    const struct s3a_lock_machine *machine = &lock->work->machine;
    const struct s3a_lock_people *holder = &lock->work->seen;
    int64_t left_ms = s3a_lock_view_expires_in_ms(&machine->view, machine->terms.grace_ms,
                                                  s3a_clock_ms(), machine->seen_ms);

    if (machine->view.kind == S3A_LOCK_OBJECT_RECORD && machine->view.record.has_session) {
        left_ms = s3a_lock_session_expires_in_ms(&machine->view, &machine->peeked_view,
                                                 machine->terms.grace_ms, s3a_clock_ms(),
                                                 machine->peeked_seen_ms);
    }
    double left_s = left_ms > 0 ? (double)left_ms / 1000 : 0;
    char since[S3A_DATE_ISO_SIZE + 1] = "an unknown time";

    if (machine->view.kind == S3A_LOCK_OBJECT_JAVA) {
        (void)s3a_error_set(error, S3A_HELD,
                            "held by a process that uses java-s3-atomic-utils, for %.1f s at the "
                            "least",
                            left_s);
        return;
    }
    if (machine->view.kind != S3A_LOCK_OBJECT_RECORD || !machine->view.record.held) {
        (void)s3a_error_set(error, S3A_HELD, "others were faster, several times in a row");
        return;
    }
    if (holder->granted_at_ms > 0) {
        s3a_date_iso(holder->granted_at_ms, since);
    }
    (void)s3a_error_set(error, S3A_HELD,
                        "held by %s, process %" PRId64 "%s%s%s, since %s (token %" PRIu64
                        "); free in %.1f s unless its holder goes on",
                        holder->host[0] ? holder->host : "an unknown host", holder->pid,
                        holder->label[0] ? ", \"" : "", holder->label, holder->label[0] ? "\"" : "",
                        since, machine->view.record.grant.token, left_s);
}

static void tell_unsupported(const struct s3a_lock *lock, struct s3a_error *error)
{
    (void)s3a_error_set(error, S3A_UNSUPPORTED, "%s",
                        lock->work->machine.view.kind == S3A_LOCK_OBJECT_NEWER
                            ? "written by a newer version of s3atomic; it was left as it is"
                            : "its fencing token cannot grow any more");
}

enum s3a_status s3a_lock_tell_failure(const struct s3a_lock *lock, enum s3a_status status,
                                      struct s3a_error *ret_error)
{
    s3a_error_clear(ret_error);
    switch (status) {
    case S3A_HELD:
        tell_holder(lock, ret_error);
        break;
    case S3A_NOT_A_LOCK:
        (void)s3a_error_set(ret_error, status, "the object there is no lock; it was left as it is");
        break;
    case S3A_LOST:
        (void)s3a_error_set(ret_error, status, "%s",
                            lock->session ? "its session was lost or closed; nothing is held"
                                          : s3a_lost_handle_text(lock->work->machine.lost_reason));
        break;
    case S3A_CANCELLED:
        (void)s3a_error_set(ret_error, status,
                            lock->work->machine.resuming
                                ? "cancelled; it stays held until its lease ends"
                                : "cancelled; nothing is held");
        break;
    default:
        if (tell_trouble(lock, status, ret_error)) {
            break;
        }
        if (status == S3A_UNSUPPORTED) {
            tell_unsupported(lock, ret_error);
        } else {
            (void)s3a_error_set(ret_error, status, "%s", s3a_status_text(status));
        }
    }
    begin(lock, ret_error);
    return status;
}

enum s3a_status s3a_lock_tell_end(const struct s3a_lock *lock, enum s3a_status status,
                                  struct s3a_error *ret_error)
{
    s3a_error_clear(ret_error);
    if (status == S3A_OK) {
        return status;
    }
    if (status == S3A_LOST) {
        enum s3a_lost_reason reason = (enum s3a_lost_reason)atomic_load(&lock->lost_reason);
        (void)s3a_error_set(ret_error, status, "it had been lost: %s",
                            s3a_lost_reason_text(reason));
    } else if (!tell_trouble(lock, status, ret_error)) {
        (void)s3a_error_set(ret_error, status,
                            "it could not be freed and will expire by itself: %s",
                            s3a_status_text(status));
    }
    begin(lock, ret_error);
    return status;
}

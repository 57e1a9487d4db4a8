/* SPDX-License-Identifier: MIT */
#include "lock_call.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "date.h"

/* 9999-12-31T23:59:59Z */
#define FAR_MS INT64_C(253402300799000)

static void note_trouble(struct s3a_lock_work *work)
{
    struct s3a_lock *lock = work->lock;

    if (!lock->trouble) {
        lock->trouble = malloc(sizeof(*lock->trouble));
    }
    if (lock->trouble) {
        (void)s3a_answer_error(&work->call.op, &work->call.answer, lock->trouble);
    }
}

/* The look at the key that an answer to a GET is. */
static enum s3a_status view_of_answer(struct s3a_lock_work *work, struct s3a_lock_view *view)
{
    const struct s3a_answer *answer = &work->call.answer;
    enum s3a_status status = answer->status;

    memset(view, 0, sizeof(*view));
    view->store_now_ms = answer->date_ms;
    view->store_modified_ms = answer->modified_ms;
    if (status == S3A_OK) {
        if (work->is_about_session) {
            return s3a_session_record_read(answer, view, NULL);
        }
        return work->keeps ? s3a_session_record_read(answer, view, &work->seen)
                           : s3a_lock_record_read(answer, view, &work->seen);
    }
    if (status == S3A_NOT_FOUND) {
        view->kind = S3A_LOCK_OBJECT_ABSENT;
        return S3A_OK;
    }
    if (status == S3A_TOO_LARGE) {
        view->kind = S3A_LOCK_OBJECT_FOREIGN;
        return S3A_OK;
    }
    return status;
}

void s3a_lock_call_read(struct s3a_lock_work *work, struct s3a_lock_answer *memory,
                        struct s3a_lock_event *ret_event)
{
    const struct s3a_call *call = &work->call;

    *ret_event = (struct s3a_lock_event){.kind = S3A_LOCK_ANSWER, .view = &memory->view};
    if (call->op.kind == S3A_OP_GET_OBJECT) {
        ret_event->status = view_of_answer(work, &memory->view);
    } else {
        ret_event->status = call->answer.status;
        memcpy(memory->etag, call->answer.etag, sizeof(memory->etag));
        ret_event->etag = memory->etag;
    }
    if (ret_event->status != S3A_OK && ret_event->status != S3A_NOT_MODIFIED) {
        note_trouble(work);
    }
}

static struct s3a_str condition(struct s3a_lock_work *work, const char *etag, bool bare)
{
    struct s3a_str text = s3a_str_of(etag);

    if (bare && text.size >= 2 && text.data[0] == '"') {
        text = s3a_str_make(text.data + 1, text.size - 2);
    }
    memcpy(work->if_match, text.data, text.size);
    return s3a_str_make(work->if_match, text.size);
}

/* The date that java-s3-atomic-utils goes by (§1): whole seconds, rounded up; past once free. What
 * is under a session is not written again: it knows no end. */
static struct s3a_str expires_header(struct s3a_lock_work *work,
                                     const struct s3a_lock_record *record)
{
    int64_t at_ms = record->held ? s3a_clock_wall_ms() + record->lease_ms + 999 : 0;

    if (record->has_session) {
        at_ms = FAR_MS;
    }
    _Static_assert(sizeof(work->expires) == S3A_DATE_HTTP_SIZE + 1, "room for the date");
    s3a_date_http(at_ms, work->expires);
    return s3a_str_of(work->expires);
}

/* Who goes on with a grant keeps what its record told people, but for where he is. */
static void keep_people(struct s3a_lock_work *work)
{
    struct s3a_lock_people *people = &work->people;

    people->granted_at_ms = work->seen.granted_at_ms;
    if (!people->label[0]) {
        memcpy(people->label, work->seen.label, sizeof(people->label));
    }
    if (!people->data[0]) {
        memcpy(people->data, work->seen.data, sizeof(people->data));
    }
}

static bool write_body(struct s3a_lock_work *work, const struct s3a_lock_record *record)
{
    static const struct s3a_lock_people nobody;

    if (work->is_about_session) {
        free((void *)(uintptr_t)work->body.data);
        return s3a_session_record_encode(record, &nobody, &work->body) == S3A_OK;
    }
    /* Once for each grant, so that a write that is tried again is the same one. */
    if (memcmp(work->dated_owner, record->grant.owner, S3A_OWNER_SIZE) != 0) {
        memcpy(work->dated_owner, record->grant.owner, S3A_OWNER_SIZE);
        work->people.granted_at_ms = s3a_clock_wall_ms();
        if (work->machine.resuming) {
            keep_people(work);
        }
    }
    free((void *)(uintptr_t)work->body.data);
    return (work->keeps ? s3a_session_record_encode
                        : s3a_lock_record_encode)(record, &work->people, &work->body) == S3A_OK;
}

/* False where there is no memory: nothing is sent. */
static bool prepare_put(struct s3a_lock_work *work, const struct s3a_lock_action *action)
{
    struct s3a_op *op = &work->call.op;

    op->kind = S3A_OP_PUT_OBJECT;
    if (action->request == S3A_LOCK_REQUEST_CREATE) {
        op->if_none_match = S3A_STR("*");
    } else {
        op->if_match = condition(work, action->etag, action->bare_etag);
    }
    bool fits =
        s3a_headers_add(&op->headers, S3A_STR("content-type"), S3A_STR("application/json")) &&
        s3a_headers_add(&op->headers, S3A_STR("expires"), expires_header(work, action->record));
    s3a_check(fits);
    bool done = write_body(work, action->record);
    work->call.body = work->body;
    op->body_size = work->body.size;
    return done;
}

bool s3a_lock_call_send(struct s3a_lock_work *work, const struct s3a_lock_action *action)
{
    struct s3a_client *client = work->lock->client;
    struct s3a_call *call = &work->call;
    const struct s3a_lock_entry *entry = &work->lock->entry;
    bool ready = true;

    s3a_call_clear_answer(call);
    call->op = (struct s3a_op){.kind = S3A_OP_GET_OBJECT,
                               .bucket = s3a_lock_entry_bucket(entry),
                               .key = s3a_lock_entry_key(entry)};
    work->is_about_session = action->session != NULL;
    if (action->session) {
        s3a_session_key_make(action->session, work->session_key);
        call->op.key = s3a_str_of(work->session_key);
    }
    call->body = s3a_str_make(NULL, 0);
    call->timeout_ms = action->timeout_ms;
    call->urgent = s3a_lock_good_until_ms(&work->machine) > 0;
    switch (action->request) {
    case S3A_LOCK_REQUEST_NONE:
    case S3A_LOCK_REQUEST_GET:
    case S3A_LOCK_REQUEST_GET_SESSION:
        break;
    case S3A_LOCK_REQUEST_GET_IF_CHANGED:
        call->op.if_none_match = condition(work, action->etag, false);
        break;
    case S3A_LOCK_REQUEST_CREATE:
    case S3A_LOCK_REQUEST_REPLACE:
    case S3A_LOCK_REQUEST_KILL_SESSION:
        ready = prepare_put(work, action);
        break;
    case S3A_LOCK_REQUEST_DELETE:
        call->op.kind = S3A_OP_DELETE_OBJECT;
        call->op.if_match = condition(work, action->etag, action->bare_etag);
        break;
    }
    if (ready) {
        s3a_observer_send(&client->observer, client->transport, call);
    } else {
        s3a_call_fail(call, S3A_NO_MEMORY, false, "out of memory");
    }
    return ready;
}

/* SPDX-License-Identifier: MIT */
#include "lock_machine.h"

#include <string.h>

#include "check.h"
#include "lock_moves.h"

/* Two requests in a row may stay without an answer, and there is still time for a third. */
#define REQUESTS_PER_LEASE 6
#define REQUEST_TIMEOUT_MIN_MS 250
#define REQUEST_TIMEOUT_MAX_MS 10000

/* Longer than answers mostly take, and no longer than people like to wait. */
#define HURRY_MS 1000

void s3a_lock_machine_init(struct s3a_lock_machine *machine, const struct s3a_lock_terms *terms,
                           const uint8_t random_seed[S3A_OWNER_SIZE],
                           const struct s3a_lock_view *remembered)
{
    memset(machine, 0, sizeof(*machine));
    machine->terms = *terms;
    memcpy(machine->seed, random_seed, S3A_OWNER_SIZE);
    memcpy(&machine->random, random_seed, sizeof(machine->random));
    machine->at = S3A_AT_WAIT;
    if (remembered && !terms->delete_on_release) { /* which needs the store's time */
        s3a_check(remembered->kind == S3A_LOCK_OBJECT_RECORD && !remembered->record.held);
        machine->view = *remembered;
        machine->token_seen = remembered->record.grant.token;
    }
}

enum s3a_lock_reply s3a_lock_reply_to_write(enum s3a_status status)
{
    switch (status) {
    case S3A_OK:
        return S3A_REPLY_YES;
    case S3A_CONFLICT:
    case S3A_NOT_FOUND:
        return S3A_REPLY_REFUSED;
    case S3A_RACE:
        return S3A_REPLY_RACE;
    case S3A_LATER:
    case S3A_UNREACHABLE:
    case S3A_NO_MEMORY:
    case S3A_FULL:
        return S3A_REPLY_LATER;
    case S3A_DENIED:
    case S3A_CREDENTIALS:
    case S3A_NO_BUCKET:
    case S3A_UNSUPPORTED:
    case S3A_REFUSED:
    case S3A_INVALID:
    case S3A_TOO_LARGE:
        return S3A_REPLY_FATAL;
    default:
        return S3A_REPLY_DOUBT; /* what is not known to have failed may have been applied */
    }
}

static bool names_an_etag(const char *etag)
{
    return etag && etag[0] && strlen(etag) <= S3A_LOCK_ETAG_SIZE_MAX;
}

enum s3a_lock_reply s3a_lock_reply_of(const struct s3a_lock_turn *turn)
{
    enum s3a_status status = turn->event->status;

    bool is_delete = turn->machine->at == S3A_AT_FREE && turn->machine->is_delete;
    if (status == S3A_OK && !is_delete && !names_an_etag(turn->event->etag)) {
        return S3A_REPLY_DOUBT; /* applied, it says, but not as what: read back */
    }
    if (status == S3A_NO_BUCKET && turn->machine->at != S3A_AT_TAKE) {
        return S3A_REPLY_REFUSED; /* what we had there is as gone as a deleted object */
    }
    return s3a_lock_reply_to_write(status);
}

bool s3a_lock_is_trouble(enum s3a_status status)
{
    enum s3a_action action = s3a_status_action(status);

    return action == S3A_ACTION_RETRY || action == S3A_ACTION_IN_DOUBT ||
           action == S3A_ACTION_CONFLICT;
}

static bool same_grant(const struct s3a_grant *a, const struct s3a_grant *b)
{
    return a->token == b->token && memcmp(a->owner, b->owner, S3A_OWNER_SIZE) == 0;
}

bool s3a_lock_is_our_record(const struct s3a_lock_write *write, const struct s3a_lock_view *view)
{
    return view->kind == S3A_LOCK_OBJECT_RECORD &&
           same_grant(&view->record.grant, &write->record.grant);
}

bool s3a_lock_is_unchanged(const struct s3a_lock_write *write, const struct s3a_lock_view *view)
{
    bool renewed =
        view->kind == S3A_LOCK_OBJECT_JAVA && view->java_expires_ms != write->java_expires_ms;

    return strcmp(view->etag, write->etag) == 0 && !renewed;
}

enum s3a_lock_fate s3a_lock_fate_of(const struct s3a_lock_write *write,
                                    const struct s3a_lock_view *view)
{
    if (s3a_lock_is_our_record(write, view)) {
        return S3A_FATE_OURS;
    }
    if (view->kind == S3A_LOCK_OBJECT_RECORD) {
        for (uint32_t i = 0; i < view->record.recent_count && i < S3A_RECENT_MAX; i++) {
            if (same_grant(&view->record.recent[i], &write->record.grant)) {
                return S3A_FATE_SUPERSEDED;
            }
        }
    }
    return s3a_lock_is_unchanged(write, view) ? S3A_FATE_OPEN : S3A_FATE_GONE;
}

void s3a_lock_set_etag(char *ret_etag, const char *etag)
{
    size_t size = strlen(etag);

    s3a_check(size <= S3A_LOCK_ETAG_SIZE_MAX);
    memcpy(ret_etag, etag, size + 1);
}

void s3a_lock_keep_view(const struct s3a_lock_turn *turn)
{
    struct s3a_lock_machine *machine = turn->machine;
    const struct s3a_lock_view *view = turn->event->view;

    if (view->store_now_ms != S3A_STORE_TIME_NONE) {
        machine->store_ms = view->store_now_ms;
        machine->store_seen_ms = turn->event->now_ms;
    }
    if (turn->event->status == S3A_NOT_MODIFIED) {
        machine->view.store_now_ms = view->store_now_ms;
        return;
    }
    if (strcmp(view->etag, machine->view.etag) != 0 || machine->seen_ms == 0) {
        machine->seen_ms = turn->event->now_ms;
        machine->poll_cap_ms = machine->terms.poll_min_ms;
    }
    machine->view = *view;
    if (machine->terms.observe) {
        machine->view.store_modified_ms = S3A_STORE_TIME_NONE;
    }
    if (view->kind == S3A_LOCK_OBJECT_RECORD && view->record.grant.token > machine->token_seen) {
        machine->token_seen = view->record.grant.token;
    }
    if (view->kind == S3A_LOCK_OBJECT_JAVA && view->store_now_ms == S3A_STORE_TIME_NONE) {
        machine->view.store_now_ms = machine->look_wall_ms; /* it cannot be older than that */
    }
}

static uint32_t request_timeout_ms(const struct s3a_lock_machine *machine)
{
    uint32_t share = machine->terms.lease_ms / REQUESTS_PER_LEASE;

    if (share > REQUEST_TIMEOUT_MAX_MS) {
        return REQUEST_TIMEOUT_MAX_MS;
    }
    return share > REQUEST_TIMEOUT_MIN_MS ? share : REQUEST_TIMEOUT_MIN_MS;
}

void s3a_lock_send_write(const struct s3a_lock_turn *turn, enum s3a_lock_place at)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_action *action = turn->action;

    machine->at = at;
    machine->write.sent_ms = turn->event->now_ms;
    if (machine->write.first_sent_ms == 0) {
        machine->write.first_sent_ms = turn->event->now_ms;
    } else {
        machine->write.repeated = true;
        /* "No object" may come true again and again, unlike an ETag: of two tries that were both
         * applied, the one must not look like the other. */
        machine->write.record.beat += machine->write.etag[0] ? 0 : 1;
    }
    machine->refused = false;
    action->request = machine->write.etag[0] ? S3A_LOCK_REQUEST_REPLACE : S3A_LOCK_REQUEST_CREATE;
    action->etag = machine->write.etag;
    action->record = &machine->write.record;
    action->bare_etag = machine->bare_etag;
    action->timeout_ms = request_timeout_ms(machine);
}

void s3a_lock_send_get(const struct s3a_lock_turn *turn, enum s3a_lock_place at)
{
    struct s3a_lock_machine *machine = turn->machine;
    struct s3a_lock_action *action = turn->action;
    /* A lock of the Java library is read whole: what counts is a header, not under its ETag. */
    bool known =
        at == S3A_AT_LOOK && machine->view.etag[0] && machine->view.kind != S3A_LOCK_OBJECT_JAVA;

    machine->at = at;
    machine->look_wall_ms = turn->event->wall_ms;
    machine->look_sent_ms = turn->event->now_ms;
    action->request = known ? S3A_LOCK_REQUEST_GET_IF_CHANGED : S3A_LOCK_REQUEST_GET;
    action->etag = machine->view.etag;
    action->timeout_ms = at == S3A_AT_LOOK ? 0 : request_timeout_ms(machine);
}

bool s3a_lock_flip_etag(struct s3a_lock_machine *machine)
{
    if (!machine->refused || !machine->write.etag[0]) {
        return false;
    }
    machine->refused = false;
    machine->bare_etag = !machine->bare_etag;
    machine->flipped = !machine->flipped;
    return machine->flipped;
}

static void answered(const struct s3a_lock_turn *turn)
{
    switch (turn->machine->at) {
    case S3A_AT_LOOK:
        if (turn->machine->resuming) {
            s3a_lock_resume_looked(turn);
        } else {
            s3a_lock_look_answered(turn);
        }
        break;
    case S3A_AT_TAKE:
        if (turn->machine->resuming) {
            s3a_lock_resume_answered(turn);
        } else {
            s3a_lock_take_answered(turn);
        }
        break;
    case S3A_AT_BEAT:
        s3a_lock_beat_answered(turn);
        break;
    case S3A_AT_CHECK:
        s3a_lock_check_answered(turn);
        break;
    case S3A_AT_FREE:
        s3a_lock_free_answered(turn);
        break;
    case S3A_AT_SEEK:
        s3a_lock_seek_answered(turn);
        break;
    case S3A_AT_PEEK:
        s3a_lock_peek_answered(turn);
        break;
    case S3A_AT_KILL:
        s3a_lock_kill_answered(turn);
        break;
    case S3A_AT_WAIT:
    case S3A_AT_HOLD:
    case S3A_AT_OVER:
    case S3A_AT_REST:
    case S3A_AT_ENDED:
        break; /* of a request that was abandoned */
    }
}

void s3a_lock_hurry(const struct s3a_lock_turn *turn)
{
    if (turn->machine->hurry_ms == 0) {
        turn->machine->hurry_ms = turn->event->now_ms + HURRY_MS;
    }
}

static bool is_in_a_hurry(const struct s3a_lock_machine *machine)
{
    bool taking = machine->at == S3A_AT_TAKE || machine->at == S3A_AT_LOOK;
    bool beating = machine->at == S3A_AT_BEAT || machine->at == S3A_AT_CHECK;

    return machine->hurry_ms != 0 && (taking || beating);
}

/* Whatever was sent may still be applied: what comes next burns its condition. */
static void drop(const struct s3a_lock_turn *turn)
{
    turn->action->abandon = true;
    if (turn->machine->at == S3A_AT_TAKE || turn->machine->at == S3A_AT_LOOK) {
        s3a_lock_acquire_drop(turn);
    } else {
        s3a_lock_hold_drop(turn);
    }
}

static void woken(const struct s3a_lock_turn *turn)
{
    if (is_in_a_hurry(turn->machine) && turn->event->now_ms >= turn->machine->hurry_ms) {
        drop(turn);
        return;
    }
    if (turn->event->now_ms < turn->machine->next_ms) {
        return;
    }
    switch (turn->machine->at) {
    case S3A_AT_WAIT:
        s3a_lock_send_get(turn, S3A_AT_LOOK);
        break;
    case S3A_AT_HOLD:
        s3a_lock_hold_wake(turn);
        break;
    case S3A_AT_REST:
        s3a_lock_clear_wake(turn);
        break;
    default:
        break;
    }
}

static uint64_t wake_time(const struct s3a_lock_machine *machine)
{
    uint64_t wake_ms = S3A_LOCAL_TIME_NEVER;

    if (machine->at == S3A_AT_WAIT || machine->at == S3A_AT_HOLD || machine->at == S3A_AT_REST) {
        wake_ms = machine->next_ms;
    }
    if (is_in_a_hurry(machine)) {
        wake_ms = machine->hurry_ms;
    }
    if (s3a_lock_is_holding(machine)) {
        uint64_t end_ms = s3a_lock_own_end_ms(machine); /* its session looks after its own */
        uint64_t danger_ms = s3a_lock_danger_ms(machine);
        wake_ms = end_ms < wake_ms ? end_ms : wake_ms;
        if (!machine->danger_told && danger_ms < wake_ms) {
            wake_ms = danger_ms;
        }
    }
    return wake_ms;
}

void s3a_lock_step(struct s3a_lock_machine *machine, const struct s3a_lock_event *event,
                   struct s3a_lock_action *ret_action)
{
    const struct s3a_lock_turn turn = {machine, event, ret_action};

    memset(ret_action, 0, sizeof(*ret_action));
    if (machine->has_session) {
        bool is_lost = event->kind == S3A_LOCK_SESSION_LOST;
        machine->session_good_ms = is_lost ? 0 : event->session_good_until_ms;
    }
    /* Before anything else: an answer that comes too late changes nothing any more (§4). */
    s3a_lock_hold_check_time(&turn);
    switch (event->kind) {
    case S3A_LOCK_START:
        s3a_lock_acquire_start(&turn);
        break;
    case S3A_LOCK_ANSWER:
        answered(&turn);
        break;
    case S3A_LOCK_WAKE:
        woken(&turn);
        break;
    case S3A_LOCK_RELEASE:
        s3a_lock_release_asked(&turn);
        break;
    case S3A_LOCK_CANCEL:
        s3a_lock_acquire_cancel(&turn);
        break;
    case S3A_LOCK_DETACH:
        s3a_lock_detach_asked(&turn);
        break;
    case S3A_LOCK_SESSION_LOST:
        s3a_lock_acquire_session_lost(&turn);
        break;
    }
    s3a_lock_hold_check_danger(&turn);
    ret_action->wake_ms = wake_time(machine);
}

int64_t s3a_lock_view_expires_in_ms(const struct s3a_lock_view *view, uint32_t grace_ms,
                                    uint64_t local_now_ms, uint64_t local_seen_ms)
{
    const struct s3a_lease_sight sight = {
        .lease_ms = view->record.lease_ms,
        .grace_ms = grace_ms,
        .store_now_ms = view->store_now_ms,
        .store_modified_ms = view->store_modified_ms,
        .local_now_ms = local_now_ms,
        .local_seen_ms = local_seen_ms,
    };

    switch (view->kind) {
    case S3A_LOCK_OBJECT_RECORD:
        if (view->record.held && view->record.has_session) {
            return INT64_MAX;
        }
        return view->record.held ? s3a_lease_expires_in_ms(&sight) : 0;
    case S3A_LOCK_OBJECT_JAVA:
        if (view->store_now_ms == S3A_STORE_TIME_NONE) {
            return INT64_MAX;
        }
        return view->java_expires_ms + grace_ms - view->store_now_ms;
    default:
        return 0;
    }
}

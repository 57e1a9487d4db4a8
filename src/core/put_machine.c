/* SPDX-License-Identifier: MIT */
#include "put_machine.h"

#include <string.h>

#include "lease.h"
#include "str.h"

#define PAUSE_MAX_MS 2000

/* One event on its way through. */
struct turn {
    struct s3a_put_machine *machine;
    const struct s3a_put_event *event;
    struct s3a_put_action *action;
};

static struct s3a_str without_quotes(const char *etag)
{
    struct s3a_str bare = s3a_str_of(etag);

    if (bare.size >= 2 && bare.data[0] == '"' && bare.data[bare.size - 1] == '"') {
        return s3a_str_make(bare.data + 1, bare.size - 2);
    }
    return bare;
}

bool s3a_etag_equal(const char *a, const char *b)
{
    return s3a_str_equal(without_quotes(a), without_quotes(b));
}

static void end(const struct turn *turn, enum s3a_status status)
{
    turn->machine->at = S3A_PUT_AT_ENDED;
    turn->action->ended = true;
    turn->action->status = status;
}

static void send(const struct turn *turn, enum s3a_put_request request)
{
    turn->machine->at = request == S3A_PUT_REQUEST_PUT ? S3A_PUT_AT_PUT : S3A_PUT_AT_LOOK;
    turn->action->request = request;
}

/* It is over, and not done. */
static void give_up(const struct turn *turn)
{
    const struct s3a_put_machine *machine = turn->machine;

    if (machine->doubt) {
        end(turn, S3A_IN_DOUBT);
    } else if (machine->refused) {
        end(turn, S3A_CONFLICT);
    } else {
        end(turn, machine->cancelled ? S3A_CANCELLED : machine->trouble);
    }
}

static void note_trouble(const struct turn *turn, enum s3a_status status)
{
    struct s3a_put_machine *machine = turn->machine;

    machine->trouble = status;
    if (machine->trouble_ms == 0) {
        machine->trouble_ms = turn->event->now_ms;
    }
}

static bool is_out_of_patience(const struct turn *turn)
{
    const struct s3a_put_machine *machine = turn->machine;

    return machine->tries >= S3A_PUT_TRIES_MIN &&
           (machine->closing || turn->event->now_ms >= machine->trouble_ms + S3A_PUT_PATIENCE_MS);
}

static void rest(const struct turn *turn, enum s3a_put_request next)
{
    struct s3a_put_machine *machine = turn->machine;

    if (is_out_of_patience(turn)) {
        give_up(turn);
        return;
    }
    machine->at = S3A_PUT_AT_REST;
    machine->next = next;
    turn->action->wake_ms =
        turn->event->now_ms + s3a_backoff_ms(&machine->random, machine->tries++, PAUSE_MAX_MS);
}

static void take(const struct turn *turn)
{
    strncpy(turn->machine->etag, turn->event->etag, S3A_PUT_ETAG_SIZE_MAX);
    end(turn, S3A_OK);
}

/* The next time? */
static bool may_go_better(enum s3a_status status)
{
    return s3a_status_action(status) == S3A_ACTION_RETRY || status == S3A_RACE;
}

/* Nothing was changed by this try. */
static void put_failed(const struct turn *turn, enum s3a_status status)
{
    struct s3a_put_machine *machine = turn->machine;
    bool may_pass = may_go_better(status);

    note_trouble(turn, status);
    if (machine->doubt && (machine->closing || !may_pass)) {
        /* No try is left that could clear it up: but what lies there may tell. */
        machine->closing = true;
        send(turn, S3A_PUT_REQUEST_LOOK);
    } else if (machine->closing || !may_pass) {
        give_up(turn);
    } else if (machine->doubt || machine->terms.is_patient || status == S3A_RACE) {
        rest(turn, S3A_PUT_REQUEST_PUT);
    } else if (turn->event->again_ms > 0) {
        machine->at = S3A_PUT_AT_REST;
        machine->next = S3A_PUT_REQUEST_PUT;
        turn->action->wake_ms = turn->event->again_ms;
    } else {
        give_up(turn);
    }
}

/* Somebody else was there first: there is an object, or another one, or none any more. */
static bool is_refusal(const struct s3a_put_terms *terms, enum s3a_status status)
{
    return (status == S3A_CONFLICT && terms->condition != S3A_PUT_ALWAYS) ||
           (status == S3A_NOT_FOUND && terms->condition == S3A_PUT_IF_MATCH);
}

static void put_answered(const struct turn *turn)
{
    struct s3a_put_machine *machine = turn->machine;
    enum s3a_status status = turn->event->status;

    machine->refused = is_refusal(&machine->terms, status);
    if (status == S3A_OK) {
        take(turn);
    } else if (machine->refused) {
        note_trouble(turn, S3A_CONFLICT);
        send(turn, S3A_PUT_REQUEST_LOOK);
    } else if (status == S3A_IN_DOUBT || status == S3A_SERVER || status == S3A_PROTOCOL) {
        machine->doubt = true;
        note_trouble(turn, S3A_IN_DOUBT);
        send(turn, S3A_PUT_REQUEST_LOOK);
    } else {
        put_failed(turn, status);
    }
}

/* Is what was seen the state that the write is to replace? */
static bool is_state_before(const struct turn *turn)
{
    const struct s3a_put_terms *terms = &turn->machine->terms;
    const struct s3a_put_event *event = turn->event;

    switch (terms->condition) {
    case S3A_PUT_IF_ABSENT:
        return event->status == S3A_NOT_FOUND;
    case S3A_PUT_IF_MATCH:
        return event->status == S3A_OK && s3a_etag_equal(event->etag, terms->etag) &&
               (!terms->knows_before || s3a_history_is_same(event->history, terms->before.text));
    default:
        return false;
    }
}

static void seen_state_before(const struct turn *turn)
{
    struct s3a_put_machine *machine = turn->machine;

    if (machine->refused && machine->terms.condition == S3A_PUT_IF_MATCH && !machine->closing &&
        !machine->flipped) {
        /* Refused although it is there: it may be about the quotes. */
        machine->flipped = true;
        machine->bare_etag = !machine->bare_etag;
        send(turn, S3A_PUT_REQUEST_PUT);
    } else if (machine->refused || machine->closing) {
        /* It was not about the quotes, or it has become that state just now. */
        machine->bare_etag = machine->bare_etag != (machine->refused && machine->flipped);
        give_up(turn);
    } else {
        rest(turn, S3A_PUT_REQUEST_PUT);
    }
}

/* Others have replaced the state before, by what is not that state again: ours came too late, and
 * cannot be applied any more. */
static bool is_overtaken(const struct turn *turn)
{
    const struct s3a_put_terms *terms = &turn->machine->terms;
    const struct s3a_put_event *event = turn->event;

    return terms->condition == S3A_PUT_IF_MATCH && terms->knows_before &&
           !s3a_etag_equal(event->etag, terms->etag) &&
           s3a_history_shares(event->history, terms->before.text);
}

static void look_found(const struct turn *turn)
{
    struct s3a_put_machine *machine = turn->machine;
    const struct s3a_put_event *event = turn->event;

    if (s3a_history_is_of(event->history, machine->terms.id)) {
        take(turn);
    } else if (s3a_history_has(event->history, machine->terms.id)) {
        machine->superseded = true;
        strcpy(machine->etag, S3A_PUT_ETAG_SUPERSEDED);
        end(turn, S3A_OK);
    } else if (is_state_before(turn)) {
        seen_state_before(turn);
    } else {
        machine->refused = machine->refused || is_overtaken(turn);
        machine->doubt = machine->doubt && !is_overtaken(turn);
        give_up(turn);
    }
}

static void look_answered(const struct turn *turn)
{
    enum s3a_status status = turn->event->status;

    if (status == S3A_OK) {
        look_found(turn);
    } else if (is_state_before(turn)) {
        seen_state_before(turn);
    } else if (status == S3A_NOT_FOUND) {
        give_up(turn);
    } else if (may_go_better(status)) {
        rest(turn, S3A_PUT_REQUEST_LOOK);
    } else {
        give_up(turn);
    }
}

static void cancel(const struct turn *turn)
{
    struct s3a_put_machine *machine = turn->machine;
    bool is_open = machine->doubt || machine->refused;

    machine->closing = true;
    machine->cancelled = true;
    machine->tries = 0;
    if (machine->at == S3A_PUT_AT_REST && machine->doubt) {
        send(turn, S3A_PUT_REQUEST_LOOK);
    } else if (machine->at == S3A_PUT_AT_REST || (machine->at == S3A_PUT_AT_LOOK && !is_open)) {
        turn->action->abandon = machine->at == S3A_PUT_AT_LOOK;
        give_up(turn);
    } else if (machine->at == S3A_PUT_AT_PUT) {
        machine->leave_ms = turn->event->now_ms + S3A_PUT_CANCEL_MS;
        turn->action->wake_ms = machine->leave_ms;
    }
}

static void wake(const struct turn *turn)
{
    struct s3a_put_machine *machine = turn->machine;

    if (machine->at == S3A_PUT_AT_REST) {
        send(turn, machine->next);
    } else if (machine->at != S3A_PUT_AT_PUT || machine->leave_ms == 0) {
        return;
    } else if (turn->event->now_ms < machine->leave_ms) {
        turn->action->wake_ms = machine->leave_ms;
    } else {
        turn->action->abandon = true;
        machine->doubt = true;
        send(turn, S3A_PUT_REQUEST_LOOK);
    }
}

void s3a_put_step(struct s3a_put_machine *machine, const struct s3a_put_event *event,
                  struct s3a_put_action *ret_action)
{
    struct turn turn = {.machine = machine, .event = event, .action = ret_action};

    *ret_action = (struct s3a_put_action){.status = S3A_OK};
    if (machine->at == S3A_PUT_AT_ENDED) {
        return;
    }
    switch (event->kind) {
    case S3A_PUT_START:
        send(&turn, S3A_PUT_REQUEST_PUT);
        break;
    case S3A_PUT_ANSWER:
        if (machine->at == S3A_PUT_AT_PUT) {
            put_answered(&turn);
        } else if (machine->at == S3A_PUT_AT_LOOK) {
            look_answered(&turn);
        }
        break;
    case S3A_PUT_WAKE:
        wake(&turn);
        break;
    case S3A_PUT_CANCEL:
        cancel(&turn);
        break;
    }
}

void s3a_put_machine_init(struct s3a_put_machine *machine, const struct s3a_put_terms *terms,
                          uint64_t random_seed, bool bare_etag)
{
    *machine = (struct s3a_put_machine){
        .terms = *terms,
        .at = S3A_PUT_AT_PUT,
        .random = random_seed,
        .bare_etag = bare_etag,
    };
}

bool s3a_put_may_be_applied(const struct s3a_put_machine *machine)
{
    return machine->doubt || machine->at == S3A_PUT_AT_PUT;
}

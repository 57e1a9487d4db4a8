/* SPDX-License-Identifier: MIT */
#include "store_probe.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "lease.h"
#include "random.h"

/* An answer without a clear meaning, or somebody who deletes our object: begin again, so often. */
#define ROUNDS_MAX 3

/* "Come back later", for one request. R2 accepts one write per second and key. */
#define LATERS_MAX 5
#define PAUSE_MIN_MS 500
#define PAUSE_MAX_MS 4000

/* How long whoever ends waits for an answer, and for that of the last DELETE. */
#define END_MS 3000

#define ANSWER_SIZE_MAX (64 * 1024)
#define WRONG_ETAG "\"00000000000000000000000000000000\""

static struct s3a_store_probe *probe_of(struct s3a_call *call)
{
    return s3a_list_entry(call, struct s3a_store_probe, call);
}

static void if_match(struct s3a_store_probe *probe, const char *etag)
{
    struct s3a_str text = s3a_str_of(etag);

    if (probe->traits.wants_bare_etag && text.size >= 2 && text.data[0] == '"') {
        text = s3a_str_make(text.data + 1, text.size - 2);
    }
    memcpy(probe->if_match, text.data, text.size);
    probe->call.op.if_match = s3a_str_make(probe->if_match, text.size);
}

/* No two have the same bytes, and so none the same ETag. */
static void set_body(struct s3a_store_probe *probe)
{
    int size = snprintf(probe->body, sizeof(probe->body),
                        "Written by s3atomic to find out whether this store honours conditions. "
                        "It may be deleted.\n%u\n",
                        ++probe->writes);

    probe->call.op.kind = S3A_OP_PUT_OBJECT;
    probe->call.body = s3a_str_make(probe->body, (size_t)size);
    probe->call.op.body_size = (size_t)size;
}

static void send(struct s3a_store_probe *probe, enum s3a_probe_step step)
{
    struct s3a_call *call = &probe->call;

    probe->step = step;
    probe->is_under_way = true;
    s3a_call_clear_answer(call);
    call->op = (struct s3a_op){.bucket = s3a_str_of(probe->bucket), .key = s3a_str_of(probe->key)};
    call->body = s3a_str_make(NULL, 0);
    call->timeout_ms = probe->is_ending ? END_MS : 0;
    switch (step) {
    case S3A_PROBE_CREATE:
    case S3A_PROBE_CREATE_AGAIN:
        set_body(probe);
        call->op.if_none_match = S3A_STR("*");
        break;
    case S3A_PROBE_REPLACE_WRONG:
    case S3A_PROBE_REPLACE:
        set_body(probe);
        if_match(probe, step == S3A_PROBE_REPLACE ? probe->etag : WRONG_ETAG);
        break;
    case S3A_PROBE_LOOK:
        call->op.kind = S3A_OP_HEAD_OBJECT;
        break;
    case S3A_PROBE_REMOVE_WRONG:
        call->op.kind = S3A_OP_DELETE_OBJECT;
        if_match(probe, WRONG_ETAG);
        break;
    case S3A_PROBE_CLEAN:
        call->op.kind = S3A_OP_DELETE_OBJECT;
        break;
    }
    probe->transport->send(probe->transport, call);
}

static void tell_put(struct s3a_store_probe *probe)
{
    if (!probe->has_told_put) {
        probe->has_told_put = true;
        probe->knows_put(probe);
    }
}

static void tell_all(struct s3a_store_probe *probe)
{
    tell_put(probe);
    if (!probe->has_told_all) {
        probe->has_told_all = true;
        probe->knows_all(probe);
    }
}

static void next(struct s3a_store_probe *probe, enum s3a_probe_step step)
{
    probe->laters = 0;
    send(probe, step);
}

static void end(struct s3a_store_probe *probe)
{
    s3a_loop_timer_clear(probe->loop, &probe->timer);
    s3a_call_fini(&probe->call);
    tell_all(probe);
    probe->ended(probe);
}

/* Nothing more is to be found out. */
static void clean(struct s3a_store_probe *probe)
{
    next(probe, S3A_PROBE_CLEAN);
    tell_all(probe);
}

/* This is how PUT behaves. */
static void put_is_known(struct s3a_store_probe *probe)
{
    next(probe, S3A_PROBE_REMOVE_WRONG);
    tell_put(probe);
}

static void put_is_wrong(struct s3a_store_probe *probe, enum s3a_conduct *which,
                         enum s3a_conduct conduct, const char *story)
{
    *which = conduct;
    snprintf(probe->traits.story, sizeof(probe->traits.story), "%s", story);
    put_is_known(probe);
}

static void fail(struct s3a_store_probe *probe, enum s3a_status status)
{
    probe->trouble = status;
    if (probe->step == S3A_PROBE_CREATE && status != S3A_LATER) {
        end(probe); /* there is no object */
    } else {
        clean(probe);
    }
}

/* With another object, since this one may be in any state. */
static void begin_again(struct s3a_store_probe *probe, enum s3a_status status)
{
    if (++probe->rounds >= ROUNDS_MAX) {
        fail(probe, status);
        return;
    }
    probe->begins_again = true;
    next(probe, S3A_PROBE_CLEAN);
}

static void rest(struct s3a_store_probe *probe)
{
    uint64_t pause_ms = (uint64_t)PAUSE_MIN_MS << probe->laters;
    uint64_t cap_ms = pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS;

    probe->laters++;
    s3a_loop_timer_set(probe->loop, &probe->timer,
                       s3a_loop_now_ms(probe->loop) +
                           s3a_jitter_between(&probe->random, cap_ms / 2, cap_ms));
}

static void is_created(struct s3a_store_probe *probe)
{
    memcpy(probe->etag, probe->call.answer.etag, sizeof(probe->etag));
    next(probe, probe->only_removal ? S3A_PROBE_REMOVE_WRONG : S3A_PROBE_CREATE_AGAIN);
}

static void judge_create(struct s3a_store_probe *probe, enum s3a_status status)
{
    struct s3a_store_traits *traits = &probe->traits;
    bool is_first = probe->step == S3A_PROBE_CREATE;

    if (is_first && status == S3A_OK) {
        is_created(probe);
    } else if (is_first && status == S3A_CONFLICT) {
        next(probe, S3A_PROBE_LOOK);
    } else if (status == S3A_UNSUPPORTED) {
        put_is_wrong(probe, &traits->create, S3A_CONDUCT_REFUSED,
                     "it does not know If-None-Match on PUT");
    } else if (!is_first && status == S3A_OK) {
        put_is_wrong(probe, &traits->create, S3A_CONDUCT_IGNORED,
                     "it ignores If-None-Match on PUT, and wrote over an object that was there");
    } else if (!is_first && status == S3A_CONFLICT) {
        traits->create = S3A_CONDUCT_HONOURED;
        next(probe, S3A_PROBE_REPLACE_WRONG);
    } else if (status == S3A_NOT_FOUND) {
        begin_again(probe, S3A_LATER);
    } else {
        fail(probe, status);
    }
}

/* Creating it was refused, although nobody else has its name: something in between may have sent
 * it twice. */
static void judge_look_for_new(struct s3a_store_probe *probe, enum s3a_status status)
{
    if (status == S3A_OK) {
        is_created(probe);
    } else if (status == S3A_NOT_FOUND && probe->rounds + 1 == ROUNDS_MAX) {
        put_is_wrong(probe, &probe->traits.create, S3A_CONDUCT_REFUSED,
                     "PUT with If-None-Match is refused although there is no such object");
    } else if (status == S3A_NOT_FOUND) {
        begin_again(probe, S3A_LATER);
    } else {
        fail(probe, status);
    }
}

static void judge_replace(struct s3a_store_probe *probe, enum s3a_status status)
{
    struct s3a_store_traits *traits = &probe->traits;
    bool is_wrong = probe->step == S3A_PROBE_REPLACE_WRONG;

    if (status == S3A_UNSUPPORTED) {
        put_is_wrong(probe, &traits->replace, S3A_CONDUCT_REFUSED,
                     "it does not know If-Match on PUT");
    } else if (is_wrong && status == S3A_OK) {
        put_is_wrong(probe, &traits->replace, S3A_CONDUCT_IGNORED,
                     "it ignores If-Match on PUT, and wrote over an object with another ETag");
    } else if (status == S3A_OK) {
        traits->replace = S3A_CONDUCT_HONOURED;
        put_is_known(probe);
    } else if (status == S3A_CONFLICT) {
        next(probe, is_wrong ? S3A_PROBE_REPLACE : S3A_PROBE_LOOK);
    } else if (status == S3A_NOT_FOUND) {
        begin_again(probe, S3A_LATER);
    } else {
        fail(probe, status);
    }
}

/* The replacement was refused: something in between may have sent it twice, or it is about the
 * form of the ETag. */
static void judge_look(struct s3a_store_probe *probe, enum s3a_status status)
{
    struct s3a_store_traits *traits = &probe->traits;

    if (!probe->etag[0]) {
        judge_look_for_new(probe, status);
    } else if (status == S3A_NOT_FOUND) {
        begin_again(probe, S3A_LATER);
    } else if (status != S3A_OK) {
        fail(probe, status);
    } else if (strcmp(probe->call.answer.etag, probe->etag) != 0) {
        traits->replace = S3A_CONDUCT_HONOURED;
        put_is_known(probe);
    } else if (!traits->wants_bare_etag) {
        traits->wants_bare_etag = true;
        next(probe, S3A_PROBE_REPLACE_WRONG);
    } else {
        traits->wants_bare_etag = false;
        put_is_wrong(probe, &traits->replace, S3A_CONDUCT_REFUSED,
                     "PUT with If-Match is refused although the ETag is the right one");
    }
}

static void judge_removal(struct s3a_store_probe *probe, enum s3a_status status)
{
    enum s3a_conduct *removal = &probe->traits.removal;

    if (status == S3A_CONFLICT) {
        *removal = S3A_CONDUCT_HONOURED;
    } else if (status == S3A_OK) {
        *removal = S3A_CONDUCT_IGNORED;
    } else if (status == S3A_DENIED || status == S3A_UNSUPPORTED || status == S3A_REFUSED) {
        *removal = S3A_CONDUCT_REFUSED;
    } else if (status == S3A_NOT_FOUND && probe->only_removal && ++probe->rounds < ROUNDS_MAX) {
        probe->begins_again = true; /* somebody has deleted it */
        next(probe, S3A_PROBE_CLEAN);
        return;
    }
    clean(probe);
}

static void cleaned(struct s3a_store_probe *probe)
{
    if (probe->begins_again && !probe->is_ending) {
        probe->begins_again = false;
        probe->etag[0] = '\0';
        probe->traits = (struct s3a_store_traits){S3A_CONDUCT_UNKNOWN};
        s3a_store_probe_rename(probe);
        next(probe, S3A_PROBE_CREATE);
        return;
    }
    end(probe);
}

static void judge(struct s3a_store_probe *probe, enum s3a_status status)
{
    bool is_about_put = probe->step < S3A_PROBE_REMOVE_WRONG;

    if (is_about_put &&
        (status == S3A_IN_DOUBT || status == S3A_SERVER || status == S3A_PROTOCOL)) {
        begin_again(probe, S3A_LATER);
        return;
    }
    switch (probe->step) {
    case S3A_PROBE_CREATE:
    case S3A_PROBE_CREATE_AGAIN:
        judge_create(probe, status);
        break;
    case S3A_PROBE_REPLACE_WRONG:
    case S3A_PROBE_REPLACE:
        judge_replace(probe, status);
        break;
    case S3A_PROBE_LOOK:
        judge_look(probe, status);
        break;
    case S3A_PROBE_REMOVE_WRONG:
        judge_removal(probe, status);
        break;
    case S3A_PROBE_CLEAN:
        cleaned(probe);
        break;
    }
}

static void answered(struct s3a_call *call)
{
    struct s3a_store_probe *probe = probe_of(call);
    enum s3a_status status = call->answer.status;
    bool is_later = status == S3A_LATER || status == S3A_RACE;

    probe->is_under_way = false;
    if (status != S3A_OK) {
        (void)s3a_answer_error(&call->op, &call->answer, &probe->story);
    }
    if (probe->is_ending && probe->step != S3A_PROBE_CLEAN) {
        s3a_loop_timer_clear(probe->loop, &probe->timer);
        send(probe, S3A_PROBE_CLEAN);
    } else if (is_later && probe->laters < LATERS_MAX && !probe->is_ending) {
        rest(probe);
    } else {
        judge(probe, status);
    }
}

/* The pause is over; or, at the end, it was waited for long enough. */
static void woken(struct s3a_timer *timer)
{
    struct s3a_store_probe *probe = s3a_list_entry(timer, struct s3a_store_probe, timer);

    if (probe->is_under_way) {
        probe->is_under_way = false;
        probe->transport->abandon(probe->transport, &probe->call);
    }
    if (probe->is_ending && probe->step == S3A_PROBE_CLEAN) {
        cleaned(probe);
    } else {
        send(probe, probe->is_ending ? S3A_PROBE_CLEAN : probe->step);
    }
}

void s3a_store_probe_start(struct s3a_store_probe *probe, struct s3a_str bucket, struct s3a_str key)
{
    s3a_call_init(&probe->call, ANSWER_SIZE_MAX, answered);
    s3a_error_clear(&probe->story);
    probe->timer.fire = woken;
    probe->random = s3a_random_uint64();
    snprintf(probe->bucket, sizeof(probe->bucket), "%.*s", S3A_STR_ARG(bucket));
    s3a_store_probe_name(probe, key);
    next(probe, S3A_PROBE_CREATE);
}

void s3a_store_probe_finish(struct s3a_store_probe *probe)
{
    if (probe->is_ending) {
        return;
    }
    probe->is_ending = true;
    /* At rest, it goes on to clean up at once. A create that is under way could be applied after
     * the object was removed: its answer is worth waiting for. */
    s3a_loop_timer_set(probe->loop, &probe->timer,
                       s3a_loop_now_ms(probe->loop) + (probe->is_under_way ? END_MS : 0));
}

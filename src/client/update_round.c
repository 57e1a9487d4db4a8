/* SPDX-License-Identifier: MIT */
#include "update_round.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "lease.h"

/* How many others a leader lets in between its read and its write. The more, the longer it takes,
 * and the likelier another process writes in between: after each time, they are half as many. */
#define COMBINED_MAX 1024
#define HALVINGS_MAX 10

#define PAUSE_MAX_MS 1000
/* With more, who has lost often hardly gets a turn; with fewer, all lose more often. */
#define PAUSE_DOUBLINGS_MAX 6

struct round {
    struct s3a_update *leader;
    uint64_t begins_ms; /* its read is sent */

    /* The state that is replaced. */
    char etag[S3A_PUT_ETAG_SIZE_MAX + 1]; /* "": there is none */
    bool knows_history;
    struct s3a_history history;
    int64_t modified_ms;

    /* The content, as changed so far. */
    bool exists;
    uint64_t fence;
    void *bytes; /* from malloc() */
    size_t size;
    char content_type[sizeof(((struct s3a_object *)0)->content_type)];

    /* What was written. */
    char new_etag[S3A_PUT_ETAG_SIZE_MAX + 1];
    struct s3a_history new_history;
    int64_t new_modified_ms;

    enum s3a_status status; /* of what is made for those who have joined */
};

static void set_content(struct round *round, void *bytes, size_t size, const char *content_type)
{
    free(round->bytes);
    round->exists = true;
    round->bytes = bytes;
    round->size = size;
    snprintf(round->content_type, sizeof(round->content_type), "%s",
             content_type ? content_type : "");
}

static enum s3a_status told(struct s3a_update *update, enum s3a_status status)
{
    s3a_store_error_place(update->error, update->bucket, update->key);
    return status;
}

bool s3a_update_may_try(const struct s3a_update *update)
{
    return update->attempts < update->attempts_max && s3a_clock_ms() < update->deadline_ms;
}

/* From what the caller knows. */
static enum s3a_status recall(struct s3a_update *update, struct round *round)
{
    const struct s3a_object *known = update->known;
    const struct s3a_history *history = s3a_object_history(known);
    enum s3a_status status = S3A_OK;
    void *bytes;
    size_t size;

    update->known = NULL;
    if (known->etag[0]) {
        status = s3a_store_encode(update->store->codec, known->value, &bytes, &size, update->error);
        if (status != S3A_OK) {
            return told(update, status);
        }
        set_content(round, bytes, size, known->content_type);
        memcpy(round->etag, known->etag, sizeof(round->etag));
    }
    if (history) {
        round->knows_history = true;
        round->history = *history;
    }
    round->fence = known->fence;
    round->modified_ms = known->modified_ms;
    return status;
}

/* Failures that may pass are waited out, within the bounds of the update. */
static enum s3a_status read_object(struct s3a_update *update, struct s3a_store_read *read)
{
    for (;;) {
        enum s3a_status status =
            s3a_store_read_now(update->store, S3A_OP_GET_OBJECT, update->bucket, update->key,
                               &update->pause_ms, read, update->error);
        bool may_pass = s3a_status_action(status) == S3A_ACTION_RETRY || status == S3A_RACE;
        if (!may_pass || !s3a_update_may_try(update)) {
            return status;
        }
        s3a_store_read_fini(read);
        update->pause_ms =
            (uint32_t)s3a_backoff_ms(&update->random, update->failures++, PAUSE_MAX_MS);
    }
}

static enum s3a_status begin(struct s3a_update *update, struct round *round)
{
    struct s3a_store_read read;
    const struct s3a_history *history;

    if (update->known) {
        return recall(update, round);
    }
    enum s3a_status status = read_object(update, &read);
    if (status == S3A_OK) {
        size_t size;
        void *bytes = s3a_buf_take(&read.body, &size);
        set_content(round, bytes, size, read.object.content_type);
        memcpy(round->etag, read.object.etag, sizeof(round->etag));
        round->fence = read.object.fence;
        round->modified_ms = read.object.modified_ms;
        history = s3a_object_history(&read.object);
        round->knows_history = history != NULL;
        if (history) {
            round->history = *history;
        }
    }
    s3a_store_read_fini(&read);
    return status == S3A_NOT_FOUND ? S3A_OK : status;
}

/* Calls the function with the value as it is, and takes over what it made of it. */
static enum s3a_status call_change(struct s3a_update *update, struct round *round, void *value)
{
    const struct s3a_codec *codec = update->store->codec;
    struct s3a_object shown = {.bucket = update->bucket,
                               .key = update->key,
                               .value = value,
                               .size = round->size,
                               .modified_ms = round->modified_ms,
                               .fence = round->fence};
    void *bytes;
    size_t size;

    memcpy(shown.etag, round->etag, sizeof(round->etag));
    memcpy(shown.content_type, round->content_type, sizeof(shown.content_type));
    s3a_update_queue_begin_change(&update->member);
    enum s3a_status status = update->change(&shown, update->arg);
    s3a_update_queue_end_change(&update->member);
    if (status != S3A_OK) {
        return s3a_error_set(update->error, status, "the change was called off: %s",
                             s3a_status_text(status));
    }
    if (!shown.value) {
        return s3a_error_set(update->error, S3A_INVALID, "the change left object->value NULL");
    }
    status = s3a_store_encode(codec, shown.value, &bytes, &size, update->error);
    if (status == S3A_OK) {
        set_content(round, bytes, size, codec->content_type);
        round->fence = update->fence > round->fence ? update->fence : round->fence;
    } else {
        free(bytes);
    }
    return status;
}

static enum s3a_status change(struct s3a_update *update, struct round *round)
{
    const struct s3a_codec *codec = update->store->codec;
    enum s3a_status status = S3A_OK;
    void *value = NULL;

    update->attempts++;
    if (update->fence > 0) {
        status = s3a_store_check_fence(update->fence, round->fence, update->error);
    }
    if (status == S3A_OK && round->exists) {
        status =
            s3a_store_decode(codec, s3a_str_make(round->bytes, round->size), &value, update->error);
    }
    if (status == S3A_OK) {
        status = call_change(update, round, value);
    }
    if (value) {
        codec->free_value(codec, value);
    }
    return status == S3A_OK ? S3A_OK : told(update, status);
}

static void let_others_in(struct s3a_update *update, struct round *round)
{
    unsigned left = update->conflicts < HALVINGS_MAX ? COMBINED_MAX >> update->conflicts : 1;

    while (left > 0 && s3a_update_queue_call_next(&update->member, round)) {
        left--;
    }
}

/* All that is needed to hand over what will have been written, before it is. */
static enum s3a_status prepare_result(struct s3a_update *update, const struct round *round,
                                      struct s3a_error *error)
{
    const struct s3a_codec *codec = update->store->codec;
    struct s3a_object_memory *memory;

    if (!update->wants_result) {
        return S3A_OK;
    }
    memory = s3a_object_memory_new(codec, update->bucket, update->key);
    if (!memory) {
        return s3a_error_set_no_memory(error);
    }
    s3a_object_begin(&update->result, memory);
    enum s3a_status status =
        s3a_store_decode(codec, s3a_str_make(round->bytes, round->size), &memory->value, error);
    if (status != S3A_OK) {
        s3a_store_error_place(error, update->bucket, update->key);
    }
    update->result.value = memory->value;
    update->result.size = round->size;
    update->result.fence = round->fence;
    memcpy(update->result.content_type, round->content_type, sizeof(round->content_type));
    return status;
}

static void prepare_joined(struct s3a_update_member *member, void *arg)
{
    struct round *round = arg;
    struct s3a_update *update = s3a_list_entry(member, struct s3a_update, member);

    if (round->status == S3A_OK) {
        round->status = prepare_result(update, round, round->leader->error);
    }
}

static void finish_result(struct s3a_update *update, const struct round *round)
{
    struct s3a_object_memory *memory = update->result.owned;

    if (memory && round->status == S3A_OK) {
        memcpy(memory->etag, round->new_etag, sizeof(memory->etag));
        memory->history = round->new_history;
        memcpy(update->result.etag, round->new_etag, sizeof(round->new_etag));
        update->result.modified_ms = round->new_modified_ms;
    } else {
        s3a_object_clear(&update->result);
    }
}

static void finish_joined(struct s3a_update_member *member, void *arg)
{
    finish_result(s3a_list_entry(member, struct s3a_update, member), arg);
}

/* Loop's thread. */
static void written(const struct s3a_store_write *write, const struct s3a_put_machine *machine,
                    const struct s3a_history *history, const struct s3a_answer *answer)
{
    struct round *round = write->user;

    memcpy(round->new_etag, machine->etag, sizeof(round->new_etag));
    round->new_history = *history;
    round->new_modified_ms = s3a_store_written_ms(machine, answer);
}

static enum s3a_status write_object(struct s3a_update *update, struct round *round)
{
    struct s3a_future *future;
    struct s3a_store_write write = {
        .condition = round->etag[0] ? S3A_PUT_IF_MATCH : S3A_PUT_IF_ABSENT,
        .bucket = update->bucket,
        .key = update->key,
        .etag = round->etag,
        .content_type = update->store->codec->content_type,
        .before = round->knows_history ? &round->history : NULL,
        .fence = round->fence,
        .is_patient = true,
        .body = s3a_str_make(round->bytes, round->size),
        .written = written,
        .user = round,
    };
    enum s3a_status status = s3a_store_write_start(update->store, &write, &future, update->error);

    return status == S3A_OK ? s3a_future_join(future, update->error) : status;
}

/* Between the first change and the end of the round: others may have joined. */
static enum s3a_status write_for_all(struct s3a_update *update, struct round *round,
                                     bool *ret_is_lost)
{
    struct s3a_update_member *leader = &update->member;

    round->status = prepare_result(update, round, update->error);
    s3a_update_queue_each(leader, prepare_joined, round);
    if (round->status == S3A_OK) {
        round->status = write_object(update, round);
        *ret_is_lost = round->status == S3A_CONFLICT;
    }
    finish_result(update, round);
    s3a_update_queue_each(leader, finish_joined, round);
    if (*ret_is_lost) {
        s3a_update_queue_again(leader);
    } else {
        s3a_update_queue_settle(leader, round->status, update->error);
    }
    return round->status;
}

/*
 * Before the next round, anything up to what this one took, doubled for each conflict before: a
 * near store is tried again sooner than a far one. A longer pause would leave the object to whoever
 * was lucky once, since that one does not pause.
 */
static void pause_after(struct s3a_update *update, uint64_t begun_ms)
{
    uint64_t now_ms = s3a_clock_ms();
    uint64_t round_ms = now_ms > begun_ms ? now_ms - begun_ms : 0;
    uint32_t doublings =
        update->conflicts < PAUSE_DOUBLINGS_MAX ? update->conflicts : PAUSE_DOUBLINGS_MAX;
    uint64_t max_ms = (round_ms < PAUSE_MAX_MS ? round_ms + 1 : PAUSE_MAX_MS) << doublings;

    update->conflicts++;
    update->pause_ms = (uint32_t)s3a_jitter_between(&update->random, 0,
                                                    max_ms < PAUSE_MAX_MS ? max_ms : PAUSE_MAX_MS);
}

enum s3a_status s3a_update_lead(struct s3a_update *update, bool *ret_is_lost)
{
    struct round round = {.leader = update, .begins_ms = s3a_clock_ms() + update->pause_ms};
    enum s3a_status status = begin(update, &round);

    *ret_is_lost = false;
    if (status == S3A_OK) {
        status = change(update, &round);
    }
    if (status == S3A_OK) {
        let_others_in(update, &round);
        status = write_for_all(update, &round, ret_is_lost);
    }
    free(round.bytes);
    if (*ret_is_lost) {
        pause_after(update, round.begins_ms);
    }
    return status;
}

enum s3a_status s3a_update_join(struct s3a_update *update)
{
    return change(update, update->member.round);
}

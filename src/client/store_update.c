/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "lease.h"
#include "random.h"
#include "store_state.h"

#define PAUSE_MAX_MS 1000

/* One update, in the thread that wants it. */
struct update {
    struct s3a_store *store;
    const char *bucket;
    const char *key;
    s3a_change_fn change;
    void *arg;
    struct s3a_object *ret_object; /* NULL: not wanted */
    struct s3a_error *error;

    uint64_t random;
    uint64_t deadline_ms;
    uint32_t attempts;
    uint32_t failures; /* one after another, of whatever kind: how long the next pause is */
    uint32_t pause_ms;
};

/* The object that was written, in the making. */
struct made {
    struct s3a_object *object; /* as it was read and changed */
    void *value;               /* its own: what the caller set is not ours to give */
    char etag[S3A_PUT_ETAG_SIZE_MAX + 1];
    struct s3a_history history;
    int64_t modified_ms;
};

/* Loop's thread. */
static void written(const struct s3a_store_write *write, const struct s3a_put_machine *machine,
                    const struct s3a_history *history, const struct s3a_answer *answer)
{
    struct made *made = write->user;

    memcpy(made->etag, machine->etag, sizeof(made->etag));
    made->history = *history;
    made->modified_ms = s3a_store_written_ms(machine, answer);
}

/* True: it is to be tried again, after a pause. */
static bool try_again(struct update *update)
{
    if (update->attempts >= S3A_UPDATE_ATTEMPTS_MAX || s3a_clock_ms() >= update->deadline_ms) {
        return false;
    }
    update->pause_ms = (uint32_t)s3a_backoff_ms(&update->random, update->failures++, PAUSE_MAX_MS);
    return true;
}

static enum s3a_status told(struct update *update, enum s3a_status status)
{
    s3a_store_error_place(update->error, update->bucket, update->key);
    return status;
}

static enum s3a_status give_up(struct update *update)
{
    (void)s3a_error_set(update->error, S3A_CONFLICT, "somebody else was faster, %u times in a row",
                        update->attempts);
    return told(update, S3A_CONFLICT);
}

/* Failures that may pass are waited out, within the bounds of the update. */
static enum s3a_status read_object(struct update *update, struct s3a_store_read *read)
{
    for (;;) {
        enum s3a_status status =
            s3a_store_read_now(update->store, S3A_OP_GET_OBJECT, update->bucket, update->key,
                               &update->pause_ms, read, update->error);
        if (status == S3A_OK) {
            return s3a_store_read_decode(read, update->error);
        }
        if (s3a_status_action(status) != S3A_ACTION_RETRY && status != S3A_RACE) {
            return status == S3A_NOT_FOUND ? S3A_OK : status;
        }
        s3a_store_read_fini(read);
        if (!try_again(update)) {
            return status;
        }
    }
}

static enum s3a_status ask_for_change(struct update *update, struct s3a_object *object)
{
    /* The function may do to the names and the etag what it likes. */
    struct s3a_object shown = *object;
    shown.owned = NULL;
    enum s3a_status status = update->change(&shown, update->arg);
    object->value = shown.value;
    if (status != S3A_OK) {
        (void)s3a_error_set(update->error, status, "the change was called off: %s",
                            s3a_status_text(status));
        return told(update, status);
    }
    if (!object->value) {
        (void)s3a_error_set(update->error, S3A_INVALID, "the change left object->value NULL");
        return told(update, S3A_INVALID);
    }
    return S3A_OK;
}

static enum s3a_status encode_value(struct update *update, struct made *made,
                                    struct s3a_store_write *write)
{
    const struct s3a_codec *codec = update->store->codec;
    struct s3a_object_memory *memory = made->object->owned;
    size_t size;
    enum s3a_status status =
        s3a_store_encode(codec, made->object->value, &write->bytes, &size, update->error);

    if (status == S3A_OK) {
        write->body = s3a_str_make(write->bytes, size);
        if (update->ret_object && made->object->value != memory->value) {
            status = s3a_store_decode(codec, write->body, &made->value, update->error);
        }
    }
    if (status != S3A_OK) {
        s3a_store_error_place(update->error, update->bucket, update->key);
        free(write->bytes);
        write->bytes = NULL;
    }
    return status;
}

static enum s3a_status write_object(struct update *update, struct made *made)
{
    const struct s3a_object *object = made->object;
    const struct s3a_object_memory *memory = object->owned;
    struct s3a_future *future;
    struct s3a_store_write write = {
        .condition = memory->etag[0] ? S3A_PUT_IF_MATCH : S3A_PUT_IF_ABSENT,
        .bucket = update->bucket,
        .key = update->key,
        .etag = memory->etag,
        .content_type = update->store->codec->content_type,
        .before = memory->etag[0] ? &memory->history : NULL,
        .is_patient = true,
        .written = written,
        .user = made,
    };
    enum s3a_status status = encode_value(update, made, &write);

    made->object->size = write.body.size;
    if (status == S3A_OK) {
        status = s3a_store_write_start(update->store, &write, &future, update->error);
    }
    return status == S3A_OK ? s3a_future_join(future, update->error) : status;
}

/* What was written becomes the caller's. */
static void hand_over(struct update *update, struct made *made)
{
    struct s3a_object *object = made->object;
    struct s3a_object_memory *memory = object->owned;
    const char *type = update->store->codec->content_type;

    if (!update->ret_object) {
        return;
    }
    if (made->value) {
        memory->codec->free_value(memory->codec, memory->value);
        memory->value = made->value;
        object->value = made->value;
        made->value = NULL;
    }
    memcpy(memory->etag, made->etag, sizeof(memory->etag));
    memory->history = made->history;
    memcpy(object->etag, made->etag, sizeof(object->etag));
    object->modified_ms = made->modified_ms;
    snprintf(object->content_type, sizeof(object->content_type), "%s", type ? type : "");
    *update->ret_object = *object;
    *object = (struct s3a_object){0};
}

/* Once: read, change, write. *ret_is_lost: somebody else wrote in between. */
static enum s3a_status attempt(struct update *update, bool *ret_is_lost)
{
    struct s3a_store_read read;
    struct made made = {.object = &read.object};
    enum s3a_status status = read_object(update, &read);

    update->attempts++;
    *ret_is_lost = false;
    if (status == S3A_OK) {
        status = ask_for_change(update, &read.object);
    }
    if (status == S3A_OK) {
        status = write_object(update, &made);
        *ret_is_lost = status == S3A_CONFLICT;
    }
    if (status == S3A_OK) {
        hand_over(update, &made);
    }
    if (made.value) {
        update->store->codec->free_value(update->store->codec, made.value);
    }
    s3a_store_read_fini(&read);
    return status;
}

static enum s3a_status run(struct update *update)
{
    bool is_lost;
    enum s3a_status status = attempt(update, &is_lost);

    while (is_lost && try_again(update)) {
        status = attempt(update, &is_lost);
    }
    return is_lost ? give_up(update) : status;
}

enum s3a_status s3a_store_update(struct s3a_store *store, const char *bucket, const char *key,
                                 s3a_change_fn change, void *arg, struct s3a_object *ret_object,
                                 struct s3a_error *error)
{
    struct s3a_error story;
    struct update update = {
        .store = store,
        .bucket = bucket,
        .key = key,
        .change = change,
        .arg = arg,
        .ret_object = ret_object,
        .error = &story,
        .random = s3a_random_uint64(),
        .deadline_ms = s3a_clock_ms() + S3A_UPDATE_TIMEOUT_MS,
    };
    enum s3a_status status = s3a_store_check(store, true, &story);

    if (ret_object) {
        *ret_object = (struct s3a_object){0};
    }
    if (status == S3A_OK && !change) {
        status = s3a_error_set(&story, S3A_INVALID, "change: it is NULL");
    }
    if (status == S3A_OK) {
        status = run(&update);
    }
    if (error) {
        *error = story;
    }
    return status;
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "copies.h"
#include "failure.h"
#include "handle.h"
#include "thread.h"

/*
 * COPY_PART. The ETag of a part is the MD5 of what is in it, so all of that has to be read: by a
 * thread of its own, which is started by the first copy, since nobody else can wait for so long.
 * What it writes is then a part like any other.
 */

#define BUFFER_SIZE (1024 * 1024)

/* The spool belongs to nobody else; so it has to be let go before the write's owner is told. */
struct copy {
    struct s3a_objects *objects;
    struct s3a_write *write;
    void (*done)(struct s3a_write *write);
    void *user;
    const struct s3a_op *asked;
    struct s3a_op op; /* the same, with the checksum of what was copied */
    struct s3a_checksum checksum;
    struct s3a_spool spool;
};

static void finish(struct copy *copy)
{
    struct s3a_write *write = copy->write;

    s3a_spool_fini(&copy->spool);
    write->op = copy->asked;
    write->body = NULL;
    write->done = copy->done;
    write->user = copy->user;
    free(copy);
    write->done(write);
}

/* In the writer's thread, or the stager's. */
static void on_done(struct s3a_write *write)
{
    finish(write->user);
}

/* What was read says why it cannot be copied. */
static void fail_as(struct s3a_answer *answer, const struct s3a_answer *source)
{
    if (source->code == S3A_CODE_INVALID_RANGE) {
        s3a_fail_code(answer, S3A_CODE_INVALID_REQUEST);
        answer->message = S3A_STR("The specified copy range is invalid for the source object size");
    } else if (source->http_status < 500) {
        s3a_fail_code(answer, source->code);
    } else {
        s3a_fail_status(answer, source->status, "The source of the copy cannot be read.");
    }
}

static bool is_wanted(struct copy *copy)
{
    pthread_mutex_lock(&copy->objects->mutex);
    bool is_wanted = !copy->write->is_unwanted && !copy->objects->copier_is_to_end;
    pthread_mutex_unlock(&copy->objects->mutex);
    return is_wanted;
}

static ssize_t read_source(struct s3a_answer *source, uint64_t done, char *buffer, size_t size)
{
    ssize_t got;

    if (source->stream) {
        return source->stream->read(source->stream, done, buffer, size);
    }
    do {
        got = pread(source->file.fd, buffer, size, (off_t)(source->file.offset + done));
    } while (got < 0 && errno == EINTR);
    return got;
}

static enum s3a_status take(struct copy *copy, struct s3a_str bytes)
{
    if (copy->checksum.kind != S3A_CHECKSUM_NONE) {
        s3a_checksum_add(&copy->checksum, bytes);
    }
    return s3a_spool_append(&copy->spool, bytes);
}

/* From files, piece by piece. */
static enum s3a_status spool_files(struct copy *copy, struct s3a_answer *source)
{
    char *buffer = malloc(BUFFER_SIZE);
    enum s3a_status status = buffer ? S3A_OK : S3A_NO_MEMORY;
    uint64_t done = 0;

    while (status == S3A_OK && done < source->range_size) {
        uint64_t left = source->range_size - done;
        ssize_t got =
            read_source(source, done, buffer, left < BUFFER_SIZE ? (size_t)left : BUFFER_SIZE);
        if (got <= 0) {
            status = got == 0 ? S3A_CORRUPT : S3A_SYSTEM;
        } else if (!is_wanted(copy)) {
            status = S3A_LATER;
        } else {
            status = take(copy, s3a_str_make(buffer, (size_t)got));
            done += (uint64_t)got;
        }
    }
    free(buffer);
    return status;
}

static enum s3a_status spool_source(struct copy *copy, struct s3a_answer *source)
{
    enum s3a_status status = s3a_spool_init(&copy->spool, copy->objects);
    uint8_t checksum[S3A_CHECKSUM_SIZE_MAX];

    if (status == S3A_OK && copy->op.checksum_choice.kind != S3A_CHECKSUM_NONE) {
        status = s3a_checksum_init(&copy->checksum, copy->op.checksum_choice.kind);
    }
    if (status != S3A_OK) {
        return status;
    }
    if (source->file.fd >= 0 || source->stream) {
        status = spool_files(copy, source);
    } else {
        status = take(copy, s3a_buf_str(&source->body));
    }
    s3a_spool_end(&copy->spool);
    if (copy->checksum.kind != S3A_CHECKSUM_NONE) {
        s3a_checksum_end(&copy->checksum, checksum);
        s3a_checksum_value_set(&copy->op.checksum, copy->checksum.kind, checksum);
    }
    return status;
}

/* Nobody copies gigabytes to be told afterwards that there is no such upload. It says what its
 * parts are to be checked by. */
static bool find_upload(struct copy *copy)
{
    const struct s3a_op *op = copy->write->op;
    const struct s3a_op look = {.kind = S3A_OP_LIST_PARTS,
                                .bucket = op->bucket,
                                .key = op->key,
                                .upload_id = op->upload_id,
                                .has_keys_max = true};
    struct s3a_answer answer;

    s3a_answer_init(&answer, 0);
    s3a_objects_read(copy->objects, &look, &answer);
    bool is_there = answer.code == S3A_CODE_NONE;
    copy->op.checksum_choice = answer.checksum_choice;
    if (!is_there) {
        fail_as(copy->write->answer, &answer);
    }
    s3a_answer_fini(&answer);
    return is_there;
}

static bool judge_source(struct copy *copy, const struct s3a_answer *source)
{
    const struct s3a_op *op = copy->write->op;
    struct s3a_present present = {s3a_str_of(source->etag), source->modified_ms};
    struct s3a_answer *answer = copy->write->answer;

    if (source->code != S3A_CODE_NONE) {
        fail_as(answer, source);
        return false;
    }
    if (!s3a_source_may_be_read(op, &present, source->date_ms, answer)) {
        return false;
    }
    if (op->source.range.kind == S3A_RANGE_FROM_TO &&
        op->source.range.last >= source->object_size) {
        s3a_fail_code(answer, S3A_CODE_INVALID_ARGUMENT);
        s3a_answer_fail_message(answer, S3A_CODE_INVALID_ARGUMENT,
                                "Range specified is not valid for source object of size: %" PRIu64,
                                source->object_size);
        return false;
    }
    if (source->range_size > S3A_BODY_SIZE_MAX) {
        s3a_fail_code(answer, S3A_CODE_INVALID_REQUEST);
        answer->message = S3A_STR("The specified copy source is larger than the maximum allowable "
                                  "size for a copy source: 5368709120");
        return false;
    }
    return true;
}

/* True where the part is ready to be stored. */
static bool prepare(struct copy *copy)
{
    const struct s3a_op *op = copy->write->op;
    const struct s3a_op get = {.kind = S3A_OP_GET_OBJECT,
                               .bucket = op->source.bucket,
                               .key = op->source.key,
                               .range = op->source.range};
    struct s3a_answer source;

    if (!find_upload(copy)) {
        return false;
    }
    s3a_answer_init(&source, S3A_INLINE_SIZE_MAX);
    s3a_objects_read(copy->objects, &get, &source);
    bool is_ready = judge_source(copy, &source);
    if (is_ready) {
        enum s3a_status status = spool_source(copy, &source);
        is_ready = status == S3A_OK;
        if (!is_ready) {
            s3a_fail_status(copy->write->answer, status, "The copy cannot be made.");
        }
    }
    s3a_answer_fini(&source);
    return is_ready;
}

static void copy_part(struct s3a_objects *objects, struct s3a_write *write)
{
    struct copy *copy = calloc(1, sizeof(*copy));

    if (!copy) {
        s3a_fail_status(write->answer, S3A_NO_MEMORY, "out of memory");
        write->answer->date_ms = s3a_ledger_now_ms(&objects->ledger);
        write->done(write);
        return;
    }
    *copy = (struct copy){.objects = objects,
                          .write = write,
                          .done = write->done,
                          .user = write->user,
                          .asked = write->op,
                          .op = *write->op};
    bool is_ready = prepare(copy);
    write->answer->date_ms = s3a_ledger_now_ms(&objects->ledger);
    if (!is_ready) {
        finish(copy);
        return;
    }
    write->op = &copy->op;
    write->body = &copy->spool; /* from now on nobody takes it back */
    write->done = on_done;
    write->user = copy;
    pthread_mutex_lock(&objects->mutex);
    s3a_stager_enqueue(objects, write);
    pthread_mutex_unlock(&objects->mutex);
}

/* NULL: it is time to end. What waits is still answered. */
static struct s3a_write *next_write(struct s3a_objects *objects)
{
    struct s3a_write *write = NULL;

    pthread_mutex_lock(&objects->mutex);
    while (s3a_list_is_empty(&objects->uncopied) && !objects->copier_is_to_end) {
        pthread_cond_wait(&objects->copier_wake, &objects->mutex);
    }
    struct s3a_list *link = s3a_list_pop(&objects->uncopied);
    if (link) {
        write = s3a_list_entry(link, struct s3a_write, link);
        write->state = S3A_WRITE_COPYING;
    }
    pthread_mutex_unlock(&objects->mutex);
    return write;
}

static void *run(void *arg)
{
    struct s3a_objects *objects = arg;
    struct s3a_write *write;

    while ((write = next_write(objects))) {
        copy_part(objects, write);
    }
    return NULL;
}

bool s3a_copier_enqueue(struct s3a_objects *objects, struct s3a_write *write)
{
    if (!objects->copier_is_running) {
        objects->copier_is_running = s3a_thread_start(&objects->copier, run, objects) == 0;
    }
    if (!objects->copier_is_running) {
        return false;
    }
    write->state = S3A_WRITE_WAITING;
    write->is_unwanted = false;
    s3a_list_append(&objects->uncopied, &write->link);
    pthread_cond_signal(&objects->copier_wake);
    return true;
}

void s3a_copier_end(struct s3a_objects *objects)
{
    pthread_mutex_lock(&objects->mutex);
    bool is_running = objects->copier_is_running;
    objects->copier_is_to_end = true;
    pthread_cond_signal(&objects->copier_wake);
    pthread_mutex_unlock(&objects->mutex);
    if (is_running) {
        pthread_join(objects->copier, NULL);
    }
}

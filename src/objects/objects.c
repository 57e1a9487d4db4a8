/* SPDX-License-Identifier: MIT */
#include "objects.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "access.h"
#include "buckets.h"
#include "check.h"
#include "error.h"
#include "failure.h"
#include "handle.h"
#include "names.h"
#include "read_dispatch.h"
#include "schema.h"
#include "thread.h"
#include "uploads.h"

#define WRITER_CACHE_KIB 8192

void s3a_objects_ref(struct s3a_objects *objects)
{
    atomic_fetch_add(&objects->references, 1);
}

void s3a_objects_unref(struct s3a_objects *objects)
{
    if (atomic_fetch_sub(&objects->references, 1) == 1) {
        s3a_directory_close(&objects->directory);
        if (objects->writer_ended_fd >= 0) {
            close(objects->writer_ended_fd);
        }
        free(objects);
    }
}

void s3a_objects_shut(struct s3a_objects *objects)
{
    s3a_readers_fini(&objects->readers);
    s3a_commit_fini(&objects->commit);
    s3a_removals_free(&objects->garbage);
    s3a_removals_free(&objects->held);
    s3a_removals_free(&objects->removed);
    s3a_ledger_fini(&objects->ledger);
    s3a_gate_close(&objects->gate);
}

static struct s3a_objects *new_objects(void)
{
    struct s3a_objects *objects = calloc(1, sizeof(*objects));

    if (objects) {
        objects->references = 1;
        objects->directory =
            (struct s3a_directory){.root_fd = -1, .blobs_fd = -1, .incoming_fd = -1};
        objects->gate.fd = -1;
        objects->writer_ended_fd = -1;
        objects->close_wait_ms = S3A_CLOSE_WAIT_MS;
        objects->followers_max = s3a_followers_max();
        objects->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
        objects->writer_wake = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
        objects->stager_wake = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
        objects->copier_wake = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
        s3a_list_init(&objects->waiting);
        s3a_list_init(&objects->unstaged);
        s3a_list_init(&objects->undigested);
        s3a_list_init(&objects->garbage);
        s3a_list_init(&objects->uncopied);
        s3a_list_init(&objects->held);
        s3a_list_init(&objects->removed);
    }
    return objects;
}

/* The clock's record is of another boot: brings it up to this one. */
static enum s3a_status carry_clock(struct s3a_objects *objects, struct s3a_error *error)
{
    const char *path = objects->directory.path;
    enum s3a_outcome outcome = S3A_NOT_APPLIED;

    if (!s3a_gate_enter_within(&objects->gate, S3A_OPEN_WAIT_MS)) {
        return s3a_error_set(error, S3A_LATER,
                             "%s cannot be opened: another process holds its gate", path);
    }
    int rc = s3a_ledger_begin(&objects->ledger);
    if (rc == SQLITE_OK) {
        outcome = s3a_ledger_commit(&objects->ledger, &rc);
    }
    s3a_gate_leave(&objects->gate);
    return outcome == S3A_APPLIED ? S3A_OK : s3a_sqlite_error(rc, "opening", path, error);
}

static int note_log_frames(void *arg, sqlite3 *sqlite, const char *name, int frames)
{
    struct s3a_objects *objects = arg;

    (void)sqlite;
    (void)name;
    objects->log_frames = frames;
    objects->log_is_copied = false;
    return SQLITE_OK;
}

static enum s3a_status open_ledger(struct s3a_objects *objects, struct s3a_error *error)
{
    struct s3a_database database;
    bool is_current;
    enum s3a_status status =
        s3a_schema_open(&database, &objects->directory, &objects->gate, WRITER_CACHE_KIB, error);

    if (status != S3A_OK) {
        return status;
    }
    status = s3a_ledger_init(&objects->ledger, &database, error);
    if (status != S3A_OK) {
        return status;
    }
    sqlite3_wal_hook(database.sqlite, note_log_frames, objects);
    int rc = s3a_ledger_load(&objects->ledger, &is_current);
    if (rc != SQLITE_OK) {
        return s3a_sqlite_error(rc, "opening", objects->directory.path, error);
    }
    return is_current ? S3A_OK : carry_clock(objects, error);
}

static void end_stager(struct s3a_objects *objects)
{
    pthread_mutex_lock(&objects->mutex);
    objects->is_closing = true;
    pthread_cond_signal(&objects->stager_wake);
    pthread_mutex_unlock(&objects->mutex);
    pthread_join(objects->stager, NULL);
}

static enum s3a_status start_threads(struct s3a_objects *objects, struct s3a_error *error)
{
    objects->writer_ended_fd = eventfd(0, EFD_CLOEXEC);
    if (objects->writer_ended_fd < 0) {
        return s3a_error_set_errno(error, errno, "eventfd");
    }
    if (s3a_thread_start(&objects->stager, s3a_stager_main, objects) != 0) {
        return s3a_error_set(error, S3A_SYSTEM, "cannot start a thread");
    }
    s3a_objects_ref(objects);
    if (s3a_thread_start(&objects->writer, s3a_writer_main, objects) != 0) {
        s3a_objects_unref(objects);
        end_stager(objects);
        return s3a_error_set(error, S3A_SYSTEM, "cannot start a thread");
    }
    return S3A_OK;
}

static enum s3a_status set_up(struct s3a_objects *objects,
                              const struct s3a_objects_options *options, struct s3a_error *error)
{
    char path[PATH_MAX];
    enum s3a_status status = s3a_directory_open(&objects->directory, options->directory, error);

    s3a_commit_init(&objects->commit, &objects->ledger, &objects->directory, options);
    if (status == S3A_OK) {
        status = s3a_gate_open(&objects->gate, &objects->directory, error);
    }
    if (status == S3A_OK) {
        status = open_ledger(objects, error);
    }
    if (status == S3A_OK) {
        s3a_check(s3a_directory_join(&objects->directory, S3A_DATABASE_NAME, path));
        s3a_readers_init(&objects->readers, path);
        s3a_sweep(objects);
        status = start_threads(objects, error);
    }
    return status;
}

enum s3a_status s3a_objects_open(const struct s3a_objects_options *options,
                                 struct s3a_objects **ret_objects, struct s3a_error *error)
{
    struct s3a_objects *objects = new_objects();

    *ret_objects = NULL;
    s3a_error_clear(error);
    if (!objects) {
        return s3a_error_set_no_memory(error);
    }
    enum s3a_status status = set_up(objects, options, error);
    if (status == S3A_OK) {
        *ret_objects = objects;
    } else {
        s3a_objects_shut(objects);
        s3a_objects_unref(objects);
    }
    return status;
}

void s3a_objects_close(struct s3a_objects *objects)
{
    if (!objects || s3a_gate_is_inherited(&objects->gate)) {
        return;
    }
    s3a_copier_end(objects);
    end_stager(objects);
    if (s3a_writer_join(objects)) {
        s3a_objects_shut(objects);
    }
    s3a_objects_unref(objects);
}

int64_t s3a_objects_now_ms(struct s3a_objects *objects)
{
    return s3a_ledger_now_ms(&objects->ledger);
}

/* Whether a failed commit will turn up after a crash is not known yet: so nothing can be said of
 * what is stored. Has the writer find out. */
static void refuse_in_doubt(struct s3a_objects *objects, struct s3a_answer *answer)
{
    s3a_fail_status(answer, S3A_LATER,
                    "The disk has failed, and it is not known yet what of the "
                    "last commit has come to it.");
    pthread_mutex_lock(&objects->mutex);
    objects->wants_settling = true;
    pthread_cond_signal(&objects->writer_wake);
    pthread_mutex_unlock(&objects->mutex);
}

void s3a_objects_read_in_turn(struct s3a_objects *objects, struct s3a_read_turn *turn,
                              const struct s3a_op *op, struct s3a_answer *answer)
{
    s3a_succeed(answer, 200);
    answer->date_ms = s3a_objects_now_ms(objects);
    if (!s3a_names_check(op, answer)) {
        return;
    }
    if (op->is_anonymous && !s3a_access_is_possible(op->kind)) {
        s3a_fail_code(answer, S3A_CODE_ACCESS_DENIED);
        return;
    }
    if (s3a_gate_is_inherited(&objects->gate)) {
        s3a_refuse_in_child(answer);
        return;
    }
    if (atomic_load(&objects->ledger.in_doubt)) {
        refuse_in_doubt(objects, answer);
        return;
    }
    int rc = turn->reader ? SQLITE_OK : s3a_readers_take(&objects->readers, &turn->reader);
    if (rc == SQLITE_OK) {
        rc = s3a_read_dispatch(objects, turn, op, answer);
    }
    if (rc != SQLITE_OK) {
        s3a_objects_end_turn(objects, turn);
        s3a_fail_sqlite(answer, rc);
    }
    /* A bucket that the first write will make is there already for those who look before. */
    if (answer->code == S3A_CODE_NO_SUCH_BUCKET && objects->commit.create_buckets &&
        op->key.size > 0) {
        s3a_fail_code(answer, op->upload_id.data ? S3A_CODE_NO_SUCH_UPLOAD : S3A_CODE_NO_SUCH_KEY);
    }
    /* It may have been written since the clock was read. */
    if (answer->date_ms < answer->modified_ms) {
        answer->date_ms = answer->modified_ms;
    }
}

void s3a_objects_end_turn(struct s3a_objects *objects, struct s3a_read_turn *turn)
{
    if (turn->reader) {
        s3a_readers_give_back(&objects->readers, turn->reader);
    }
    *turn = (struct s3a_read_turn){0};
}

void s3a_objects_read(struct s3a_objects *objects, const struct s3a_op *op,
                      struct s3a_answer *answer)
{
    struct s3a_read_turn turn = {0};

    s3a_objects_read_in_turn(objects, &turn, op, answer);
    s3a_objects_end_turn(objects, &turn);
}

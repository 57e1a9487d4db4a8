/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "failure.h"
#include "handle.h"

/*
 * The log is copied into the database when it has grown to this many pages: after the answers are
 * given, and while others may write. Where others write all the time that never gets to the end of
 * the log; so at LOG_FRAMES_MAX it is done with the gate held.
 *
 * A log of less than LOG_FRAMES_KEPT pages stays when a handle is closed: to copy it and begin a
 * new one would cost whoever opens the store for one lock four more syncs than his writes do, and
 * to read that much when it is opened again takes a millisecond.
 */
#define LOG_FRAMES_ENOUGH 1000
#define LOG_FRAMES_MAX 4000
#define LOG_FRAMES_KEPT 256

/* How often a closing handle looks whether the writer is stuck at the gate. */
#define JOIN_TICK_MS 50

static struct s3a_write *write_of(struct s3a_list *link)
{
    return s3a_list_entry(link, struct s3a_write, link);
}

void s3a_writer_enqueue(struct s3a_objects *objects, struct s3a_write *write)
{
    write->state = S3A_WRITE_WAITING;
    s3a_list_append(&objects->waiting, &write->link);
    pthread_cond_signal(&objects->writer_wake);
}

static bool has_work(const struct s3a_objects *objects)
{
    return !s3a_list_is_empty(&objects->waiting) || objects->wants_settling;
}

/* False: it is time to end. */
static bool wait_for_work(struct s3a_objects *objects)
{
    pthread_mutex_lock(&objects->mutex);
    while (!has_work(objects) && !objects->stager_has_ended) {
        pthread_cond_wait(&objects->writer_wake, &objects->mutex);
    }
    bool goes_on = has_work(objects) && !objects->is_abandoned;
    objects->at_gate_since_ms = goes_on ? s3a_clock_ms() : 0;
    pthread_mutex_unlock(&objects->mutex);
    return goes_on;
}

/* Only now, with the gate open: until then writes could be withdrawn, and more have come. */
static void take_writes(struct s3a_objects *objects, struct s3a_list *writes)
{
    size_t bytes = 0;

    pthread_mutex_lock(&objects->mutex);
    objects->at_gate_since_ms = 0;
    objects->wants_settling = false;
    for (int i = 0; i < S3A_COMMIT_WRITES_MAX && bytes < S3A_COMMIT_BYTES_ENOUGH; i++) {
        struct s3a_list *link = s3a_list_pop(&objects->waiting);
        if (!link) {
            break;
        }
        write_of(link)->state = S3A_WRITE_BEGUN;
        bytes += write_of(link)->body ? write_of(link)->body->memory.size : 0;
        s3a_list_append(writes, link);
    }
    s3a_list_move(&objects->commit.removed, &objects->removed);
    pthread_mutex_unlock(&objects->mutex);
}

static void answer(struct s3a_list *writes)
{
    struct s3a_list *link;

    while ((link = s3a_list_pop(writes))) {
        struct s3a_write *write = write_of(link);
        write->done(write);
    }
}

static void refuse(struct s3a_objects *objects, struct s3a_list *writes, const char *message)
{
    for (struct s3a_list *link = writes->next; link != writes; link = link->next) {
        struct s3a_write *write = write_of(link);
        s3a_fail_status(write->answer, S3A_LATER, message);
        write->answer->date_ms = s3a_ledger_now_ms(&objects->ledger);
    }
}

static void hand_over_garbage(struct s3a_objects *objects)
{
    if (s3a_list_is_empty(&objects->commit.garbage)) {
        return;
    }
    pthread_mutex_lock(&objects->mutex);
    s3a_list_move(&objects->garbage, &objects->commit.garbage);
    pthread_cond_signal(&objects->stager_wake);
    pthread_mutex_unlock(&objects->mutex);
}

/* Never waits for readers or other writers; what it cannot do now is left to the next one. */
static void checkpoint(struct s3a_objects *objects)
{
    int frames = 0;
    int copied = 0;
    int rc = sqlite3_wal_checkpoint_v2(objects->ledger.database.sqlite, NULL,
                                       SQLITE_CHECKPOINT_PASSIVE, &frames, &copied);

    objects->log_is_copied = rc == SQLITE_OK && frames == copied;
}

static bool wants_checkpoint(const struct s3a_objects *objects, int log_frames)
{
    return objects->log_frames >= log_frames && !objects->log_is_copied;
}

/*
 * No space for the log to grow. But once it is copied it begins anew, in the space that it has: so
 * whoever keeps a lock alive, and needs nothing new in the database, can go on though others have
 * filled the disk. Tries once more what was refused, with the gate held.
 */
static void try_in_old_space(struct s3a_objects *objects, struct s3a_list *writes)
{
    struct s3a_list others;
    struct s3a_list refused;
    struct s3a_list *link;

    s3a_list_init(&others);
    s3a_list_init(&refused);
    while ((link = s3a_list_pop(writes))) {
        s3a_list_append(write_of(link)->answer->status == S3A_FULL ? &refused : &others, link);
    }
    if (!s3a_list_is_empty(&refused)) {
        checkpoint(objects);
        if (objects->log_is_copied) {
            s3a_commit_run(&objects->commit, &refused);
        }
    }
    s3a_list_move(writes, &others);
    s3a_list_move(writes, &refused);
}

/* Copies the log and empties it, with the gate held, unless somebody reads from it. */
static void put_log_away(struct s3a_objects *objects)
{
    sqlite3 *sqlite = objects->ledger.database.sqlite;

    (void)sqlite3_busy_timeout(sqlite, 0);
    (void)sqlite3_wal_checkpoint_v2(sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

static void settle(struct s3a_objects *objects)
{
    if (s3a_ledger_begin(&objects->ledger) == SQLITE_OK) {
        s3a_ledger_rollback(&objects->ledger);
    }
}

static void count_commit(struct s3a_objects *objects, const struct s3a_list *writes)
{
    size_t count = 0;

    for (const struct s3a_list *link = writes->next; link != writes; link = link->next) {
        count++;
    }
    s3a_counts_commit(&objects->counts, count);
}

static void take_turn(struct s3a_objects *objects)
{
    struct s3a_list writes;
    bool has_gate = s3a_gate_enter(&objects->gate);

    s3a_list_init(&writes);
    take_writes(objects, &writes);
    if (!has_gate) {
        refuse(objects, &writes, "The store cannot be locked: was its directory removed?");
    } else if (s3a_list_is_empty(&writes)) {
        settle(objects);
    } else {
        s3a_commit_run(&objects->commit, &writes);
        try_in_old_space(objects, &writes);
        count_commit(objects, &writes);
    }
    if (has_gate && wants_checkpoint(objects, LOG_FRAMES_MAX)) {
        checkpoint(objects);
    }
    if (has_gate) {
        s3a_gate_leave(&objects->gate);
    }
    answer(&writes);
    hand_over_garbage(objects);
    if (wants_checkpoint(objects, LOG_FRAMES_ENOUGH)) {
        checkpoint(objects);
    }
}

/* Nobody else looks after files any more. The last turn is not worth waiting for. */
static void tidy(struct s3a_objects *objects)
{
    s3a_garbage_remove(objects, &objects->garbage);
    pthread_mutex_lock(&objects->mutex);
    s3a_list_move(&objects->commit.removed, &objects->removed);
    pthread_mutex_unlock(&objects->mutex);
    bool has_removed = !s3a_list_is_empty(&objects->commit.removed);
    bool has_log = objects->log_frames >= LOG_FRAMES_KEPT;
    if ((has_removed || has_log) && s3a_gate_try(&objects->gate)) {
        s3a_commit_tidy(&objects->commit);
        if (has_log) {
            put_log_away(objects);
        }
        s3a_gate_leave(&objects->gate);
    }
}

void *s3a_writer_main(void *arg)
{
    struct s3a_objects *objects = arg;
    uint64_t ended = 1;

    while (wait_for_work(objects)) {
        take_turn(objects);
    }
    tidy(objects);

    pthread_mutex_lock(&objects->mutex);
    bool is_abandoned = objects->is_abandoned;
    s3a_check(write(objects->writer_ended_fd, &ended, sizeof(ended)) == sizeof(ended));
    objects->at_gate_since_ms = 0;
    pthread_mutex_unlock(&objects->mutex);
    if (is_abandoned) {
        s3a_objects_shut(objects);
    }
    s3a_objects_unref(objects);
    return NULL;
}

/* Takes all that has not begun away from a writer that is stuck at the gate. */
static bool abandon(struct s3a_objects *objects, uint64_t since_ms, struct s3a_list *writes)
{
    pthread_mutex_lock(&objects->mutex);
    uint64_t at_gate_ms = objects->at_gate_since_ms;
    uint64_t start_ms = at_gate_ms > since_ms ? at_gate_ms : since_ms;
    bool is_stuck = at_gate_ms != 0 && s3a_clock_ms() - start_ms >= objects->close_wait_ms;
    if (is_stuck) {
        objects->is_abandoned = true;
        s3a_list_move(writes, &objects->waiting);
    }
    pthread_mutex_unlock(&objects->mutex);
    return is_stuck;
}

bool s3a_writer_join(struct s3a_objects *objects)
{
    struct pollfd ended = {.fd = objects->writer_ended_fd, .events = POLLIN};
    uint64_t since_ms = s3a_clock_ms();
    struct s3a_list writes;

    s3a_list_init(&writes);
    while (poll(&ended, 1, JOIN_TICK_MS) <= 0) {
        if (abandon(objects, since_ms, &writes)) {
            pthread_detach(objects->writer);
            refuse(objects, &writes, "Another process holds the store's gate.");
            answer(&writes);
            return false;
        }
    }
    pthread_join(objects->writer, NULL);
    return true;
}

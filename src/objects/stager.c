/* SPDX-License-Identifier: MIT */
#include "failure.h"
#include "handle.h"

void s3a_stager_enqueue(struct s3a_objects *objects, struct s3a_write *write)
{
    write->state = S3A_WRITE_WAITING;
    s3a_list_append(&objects->unstaged, &write->link);
    pthread_cond_signal(&objects->stager_wake);
}

/* What is taken at a time: one body, and all files that are to go. */
struct work {
    struct s3a_write *write;
    struct s3a_list garbage;
};

/* Is it time to end? What is not digested yet will still come. */
static bool is_over(const struct s3a_objects *objects)
{
    return objects->is_closing && s3a_list_is_empty(&objects->undigested);
}

/* False: it is time to end. */
static bool wait_for_work(struct s3a_objects *objects, struct work *work)
{
    *work = (struct work){0};
    s3a_list_init(&work->garbage);
    pthread_mutex_lock(&objects->mutex);
    while (s3a_list_is_empty(&objects->unstaged) && s3a_list_is_empty(&objects->garbage) &&
           !is_over(objects)) {
        pthread_cond_wait(&objects->stager_wake, &objects->mutex);
    }
    if (!s3a_list_is_empty(&objects->garbage)) {
        /* And what was still being read the last time. */
        s3a_list_move(&work->garbage, &objects->garbage);
        s3a_list_move(&work->garbage, &objects->held);
    }
    struct s3a_list *link = s3a_list_pop(&objects->unstaged);
    if (link) {
        work->write = s3a_list_entry(link, struct s3a_write, link);
        work->write->state = S3A_WRITE_BEGUN;
    }
    bool goes_on = link || !s3a_list_is_empty(&work->garbage);
    if (!goes_on) {
        objects->stager_has_ended = true;
        pthread_cond_signal(&objects->writer_wake);
    }
    pthread_mutex_unlock(&objects->mutex);
    return goes_on;
}

static void stage(struct s3a_objects *objects, struct s3a_write *write)
{
    struct s3a_spool *body = write->body;

    enum s3a_status status = s3a_spool_move_to_file(body);

    if (status == S3A_OK) {
        status = s3a_spool_take_md5(body);
    }
    if (status == S3A_OK) {
        /* Also where it fails: it may have come half of the way. */
        body->staged = true;
        status = s3a_blob_stage(&objects->directory, body->id, body->fd);
    }
    if (status == S3A_OK) {
        pthread_mutex_lock(&objects->mutex);
        s3a_writer_enqueue(objects, write);
        pthread_mutex_unlock(&objects->mutex);
        return;
    }
    s3a_fail_status(write->answer, status, "The body cannot be made durable.");
    write->answer->date_ms = s3a_ledger_now_ms(&objects->ledger);
    write->done(write);
}

static struct s3a_removal *removal_of(struct s3a_list *link)
{
    return s3a_list_entry(link, struct s3a_removal, link);
}

static bool unlink_one(const struct s3a_directory *directory, const struct s3a_removal *removal)
{
    return removal->anchor[0] == '\0'
               ? s3a_blob_unlink(directory, removal->blob)
               : s3a_blob_unlink_anchored(directory, removal->blob, removal->anchor);
}

/* Each shelf once, however many files have lain on it. */
struct shelves {
    bool is_known[256];
    bool is_synced[256];
};

static int digit(char byte)
{
    return byte <= '9' ? byte - '0' : byte - 'a' + 10;
}

static bool sync_once(const struct s3a_directory *directory, const char *id,
                      struct shelves *shelves)
{
    int shelf = digit(id[0]) << 4 | digit(id[1]);

    if (!shelves->is_known[shelf]) {
        shelves->is_known[shelf] = true;
        shelves->is_synced[shelf] = s3a_blob_sync_shelf(directory, id);
    }
    return shelves->is_synced[shelf];
}

void s3a_garbage_remove(struct s3a_objects *objects, struct s3a_list *garbage)
{
    struct shelves shelves = {0};
    struct s3a_list unlinked;
    struct s3a_list removed;
    struct s3a_list kept;
    struct s3a_list *link;

    s3a_list_init(&unlinked);
    s3a_list_init(&removed);
    s3a_list_init(&kept);
    while ((link = s3a_list_pop(garbage))) {
        bool is_gone = unlink_one(&objects->directory, removal_of(link));
        s3a_list_append(is_gone ? &unlinked : &kept, link);
    }
    while ((link = s3a_list_pop(&unlinked))) {
        bool is_gone = sync_once(&objects->directory, removal_of(link)->blob, &shelves);
        s3a_list_append(is_gone ? &removed : &kept, link);
    }
    pthread_mutex_lock(&objects->mutex);
    s3a_list_move(&objects->removed, &removed);
    s3a_list_move(&objects->held, &kept);
    pthread_mutex_unlock(&objects->mutex);
}

void *s3a_stager_main(void *arg)
{
    struct s3a_objects *objects = arg;
    struct work work;

    while (wait_for_work(objects, &work)) {
        if (work.write) {
            stage(objects, work.write);
        }
        s3a_garbage_remove(objects, &work.garbage);
    }
    return NULL;
}

/* SPDX-License-Identifier: MIT */
#ifndef S3A_HANDLE_H
#define S3A_HANDLE_H

/*
 * What is behind a struct s3a_objects.
 *
 *      submit ──► waiting ──────────────────────► writer ──► done
 *         │                                      ▲      │
 *         ├─ large ──► unstaged ──► stager ──────┘      │ files of replaced objects
 *         │              ▲            ▲                 │
 *         └─ undigested ─┘            └──── garbage ◄───┘
 *
 * Undigested is a large body whose MD5 is not known yet: see follower.h.
 * A part that is copied comes to the stager from the copier, once all of it was read and written.
 *
 * The stager looks after files, so that no small write ever waits for a large body to reach the
 * disk, or for the removal of one.
 */

#include <pthread.h>

#include "commit.h"
#include "counts.h"
#include "follower.h"
#include "gate.h"
#include "objects.h"
#include "readers.h"

/* How long s3a_objects_close() waits for the gate, unless a test is in a hurry. */
#define S3A_CLOSE_WAIT_MS 5000

enum s3a_write_state {
    S3A_WRITE_WAITING = 1, /* in a list below: may be withdrawn */
    S3A_WRITE_COPYING,     /* may be given up */
    S3A_WRITE_BEGUN,
};

struct s3a_objects {
    atomic_int references;
    struct s3a_directory directory;
    struct s3a_gate gate;
    struct s3a_readers readers;

    /* The writer's. */
    struct s3a_ledger ledger;
    struct s3a_commit commit;
    int log_frames;     /* of the write-ahead log, after the last commit */
    bool log_is_copied; /* all of it, into the database */
    struct s3a_counts counts;

    pthread_mutex_t mutex; /* of all that follows */
    pthread_cond_t writer_wake;
    pthread_cond_t stager_wake;
    pthread_cond_t copier_wake;
    struct s3a_list waiting;    /* struct s3a_write: for the writer */
    struct s3a_list unstaged;   /* struct s3a_write: for the stager */
    struct s3a_list undigested; /* struct s3a_write: for the body's follower */
    struct s3a_list garbage;    /* struct s3a_removal: for the stager */
    struct s3a_list uncopied;   /* struct s3a_write: for the copier */
    struct s3a_list held;       /* struct s3a_removal: could not be removed yet */
    struct s3a_list removed;    /* struct s3a_removal: for the writer */
    unsigned follower_count;
    unsigned followers_max;
    bool copier_is_running;
    bool copier_is_to_end;
    bool is_closing;
    bool stager_has_ended;
    bool is_abandoned;         /* nobody waits for the writer any more */
    bool wants_settling;       /* a reader was refused because the ledger is in doubt */
    uint64_t at_gate_since_ms; /* the writer waits there; 0: it does not */

    uint64_t close_wait_ms;
    int writer_ended_fd; /* eventfd(2) */
    pthread_t writer;
    pthread_t stager;
    pthread_t copier;
};

/* The handle itself, its writer and each spool have a reference. The directory stays open until
 * the last is gone; everything else is closed before. */
void s3a_objects_ref(struct s3a_objects *objects);
void s3a_objects_unref(struct s3a_objects *objects);

/* Closes all but the directory, once the threads have ended. */
void s3a_objects_shut(struct s3a_objects *objects);

/* The threads: both take the handle. */
void *s3a_writer_main(void *objects);
void *s3a_stager_main(void *objects);

/* Leaves it to the stager or the writer; with the mutex held. */
void s3a_writer_enqueue(struct s3a_objects *objects, struct s3a_write *write);
void s3a_stager_enqueue(struct s3a_objects *objects, struct s3a_write *write);

/* COPY_PART: see copier.c. With the mutex held; false where there is no thread for it. */
bool s3a_copier_enqueue(struct s3a_objects *objects, struct s3a_write *write);

/* Gives up what is being copied, and waits for the thread to end. */
void s3a_copier_end(struct s3a_objects *objects);

/* To whoever came out of fork(). */
void s3a_refuse_in_child(struct s3a_answer *answer);

/*
 * Waits until the writer has ended, but not longer than S3A_CLOSE_WAIT_MS for the gate: then the
 * writes that have not begun are answered, and the writer is left to end by itself, with the
 * handle as its own. True where it has ended.
 */
bool s3a_writer_join(struct s3a_objects *objects);

/* Removes the files of a list of removals, and leaves their names to the writer. A file that cannot
 * be removed yet is held; on record it stays in any case, for the next open to try again. */
void s3a_garbage_remove(struct s3a_objects *objects, struct s3a_list *garbage);

/* What dead processes have left behind: see sweep.c. At open, before the threads start. */
void s3a_sweep(struct s3a_objects *objects);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_OBJECTS_H
#define S3A_OBJECTS_H

/*
 * The object store in a directory: S3's semantics, implemented once.
 *
 *      DIR/s3atomic.db      SQLite: buckets, keys, headers, small bodies
 *      DIR/blobs/XX/ID      large bodies, one file each, never changed once named by a row
 *      DIR/incoming/ID      large bodies that are still arriving
 *      DIR/gate             flock(2): whose turn it is to commit, fair between processes
 *
 * Several processes may have one directory open, and several threads one handle. Reads run in the
 * caller's thread. Writes are handed to the handle's writer thread, which commits all that waits
 * in one transaction: a condition is judged inside that commit, after every write before it and
 * before every write after it. A write that was answered as done survives the end of the process
 * and of the machine's power.
 *
 * Not across fork(2): a handle belongs to the process that opened it. In a child, reads and writes
 * are answered S3A_INVALID, and closing leaves the memory as it is, for the child has no threads
 * that would end.
 */

#include <s3atomic/status.h>

#include "list.h"
#include "op.h"
#include "spool.h"

struct s3a_objects;

struct s3a_objects_options {
    const char *directory; /* made where it is missing, mode 0700; its parent must exist */
    bool create_buckets;   /* a PUT to a bucket that does not exist makes it; until then there is
                              no object in it (404 NoSuchKey) */
    bool as_amazon;        /* conditions that Amazon S3 answers with 501 are: see conditions.h */
};

S3A_MUST_CHECK enum s3a_status s3a_objects_open(const struct s3a_objects_options *options,
                                                struct s3a_objects **ret_objects,
                                                struct s3a_error *error);

/*
 * Writes that have been handed over are finished first. Where another process holds the gate and
 * does not let go (it was stopped in the middle of a commit), that takes 5 s at the most: writes
 * that have not begun are then answered S3A_LATER. No read may be under way, nor come later. NULL
 * is accepted.
 */
void s3a_objects_close(struct s3a_objects *objects);

/* The store's own clock: milliseconds since 1970, never behind the Last-Modified of anything in
 * it, and not moved when the machine's time is set. Blocks on nothing. */
int64_t s3a_objects_now_ms(struct s3a_objects *objects);

/*
 * All operations that are no writes (s3a_op_is_write()): fills the answer, date_ms
 * included; an error is in the answer. A small body comes in answer->body, a large one as an open
 * file in answer->file, one
 * that is made of several files in answer->stream: unaffected by later writes. Any thread; may wait
 * for the disk, never for a commit.
 */
void s3a_objects_read(struct s3a_objects *objects, const struct s3a_op *op,
                      struct s3a_answer *answer);

/*
 * Reads of one thread in quick succession. They share what it costs to begin one (snapshot.h), and
 * each is as fresh as a read by itself. The turn is to be ended before the thread waits for
 * anything, for until then the store's log may have to grow. All zero: nothing has been read.
 */
struct s3a_read_turn {
    struct s3a_reader *reader;
    unsigned count; /* of reads so far; of one that comes alone nothing is shared */
};

/* s3a_objects_read() within a turn. */
void s3a_objects_read_in_turn(struct s3a_objects *objects, struct s3a_read_turn *turn,
                              const struct s3a_op *op, struct s3a_answer *answer);

void s3a_objects_end_turn(struct s3a_objects *objects, struct s3a_read_turn *turn);

/*
 * A write on its way. Yours; it must stay until done was called, which happens exactly once, in
 * the writer's thread, with no lock held. answer then holds what came of it. What may have been
 * applied although it failed (the disk gave an error during the commit) has answer->status
 * S3A_IN_DOUBT and HTTP status 500; what certainly was not, 503 (S3A_LATER, S3A_FULL) or the S3
 * error.
 */
struct s3a_write {
    const struct s3a_op *op;
    struct s3a_spool *body; /* PUT_OBJECT, UPLOAD_PART: complete; NULL for the other writes */
    struct s3a_answer *answer;
    void (*done)(struct s3a_write *write);
    void *user;

    struct s3a_list link; /* the store's own from here on */
    int state;
    bool is_change;
    bool is_unwanted;
};

/* CREATE_BUCKET, DELETE_BUCKET, PUT_OBJECT, DELETE_OBJECT. Never blocks; done may be called before
 * this returns. */
void s3a_objects_submit(struct s3a_objects *objects, struct s3a_write *write);

/* True: the write has not begun and never will; done is not called. False: done has been or will
 * be called; soon, where it is a COPY_PART that was still reading, which then has failed. */
bool s3a_objects_withdraw(struct s3a_objects *objects, struct s3a_write *write);

/* Submits, waits, and returns answer->status. */
enum s3a_status s3a_objects_write(struct s3a_objects *objects, const struct s3a_op *op,
                                  struct s3a_spool *body, struct s3a_answer *answer);

#endif

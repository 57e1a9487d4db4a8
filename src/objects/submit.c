/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <semaphore.h>

#include "access.h"
#include "check.h"
#include "failure.h"
#include "handle.h"

/* SQLite does not survive it either: the locks on its files stay with the parent. */
void s3a_refuse_in_child(struct s3a_answer *answer)
{
    s3a_fail_status(answer, S3A_INVALID,
                    "The store was opened before this process came out of fork(): open it anew.");
}

static void refuse_write(struct s3a_objects *objects, struct s3a_write *write)
{
    write->answer->date_ms = s3a_objects_now_ms(objects);
    write->state = S3A_WRITE_BEGUN;
    write->done(write);
}

void s3a_objects_submit(struct s3a_objects *objects, struct s3a_write *write)
{
    enum s3a_op_kind kind = write->op->kind;
    bool is_large = write->body && (write->body->fd >= 0 || kind == S3A_OP_UPLOAD_PART);
    bool is_taken = true;

    s3a_check(!write->body || write->body->status == S3A_OK);
    if (s3a_gate_is_inherited(&objects->gate)) {
        s3a_refuse_in_child(write->answer);
        refuse_write(objects, write);
        return;
    }
    /* Before anything is looked at: a copy, say, would begin to read what it is to copy. */
    if (write->op->is_anonymous && !s3a_access_is_possible(kind)) {
        s3a_fail_code(write->answer, S3A_CODE_ACCESS_DENIED);
        refuse_write(objects, write);
        return;
    }
    pthread_mutex_lock(&objects->mutex);
    if (kind == S3A_OP_COPY_PART) {
        is_taken = s3a_copier_enqueue(objects, write);
    } else if (is_large && !s3a_spool_is_digested(write->body)) {
        write->state = S3A_WRITE_WAITING;
        s3a_list_append(&objects->undigested, &write->link);
    } else if (is_large) {
        s3a_stager_enqueue(objects, write);
    } else {
        s3a_writer_enqueue(objects, write);
    }
    pthread_mutex_unlock(&objects->mutex);
    if (!is_taken) {
        s3a_fail_status(write->answer, S3A_LATER, "A thread for the copy cannot be started.");
        refuse_write(objects, write);
    }
}

bool s3a_objects_withdraw(struct s3a_objects *objects, struct s3a_write *write)
{
    pthread_mutex_lock(&objects->mutex);
    bool is_copied = write->op->kind == S3A_OP_COPY_PART && write->body;
    bool is_waiting = write->state == S3A_WRITE_WAITING && !is_copied;
    if (is_waiting) {
        s3a_list_remove(&write->link);
        write->state = S3A_WRITE_BEGUN;
        pthread_cond_signal(&objects->stager_wake); /* it may have been the last one */
    }
    write->is_unwanted = true;
    pthread_mutex_unlock(&objects->mutex);
    return is_waiting;
}

static void wake(struct s3a_write *write)
{
    sem_post(write->user);
}

enum s3a_status s3a_objects_write(struct s3a_objects *objects, const struct s3a_op *op,
                                  struct s3a_spool *body, struct s3a_answer *answer)
{
    sem_t is_done;
    struct s3a_write write = {
        .op = op, .body = body, .answer = answer, .done = wake, .user = &is_done};

    s3a_check(sem_init(&is_done, 0, 0) == 0);
    s3a_objects_submit(objects, &write);
    while (sem_wait(&is_done) != 0) {
        s3a_check(errno == EINTR);
    }
    sem_destroy(&is_done);
    return answer->status;
}

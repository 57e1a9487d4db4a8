/* SPDX-License-Identifier: MIT */
#include "commit.h"

#include <stdlib.h>
#include <sys/file.h>

#include "access.h"
#include "attributes.h"
#include "check.h"
#include "failure.h"

void s3a_commit_init(struct s3a_commit *commit, struct s3a_ledger *ledger,
                     const struct s3a_directory *directory,
                     const struct s3a_objects_options *options)
{
    *commit = (struct s3a_commit){.ledger = ledger,
                                  .directory = directory,
                                  .create_buckets = options->create_buckets,
                                  .as_amazon = options->as_amazon};
    s3a_list_init(&commit->replaced);
    s3a_list_init(&commit->garbage);
    s3a_list_init(&commit->removed);
}

void s3a_removals_free(struct s3a_list *removals)
{
    struct s3a_list *link;

    while ((link = s3a_list_pop(removals))) {
        free(s3a_list_entry(link, struct s3a_removal, link));
    }
}

void s3a_commit_fini(struct s3a_commit *commit)
{
    s3a_removals_free(&commit->replaced);
    s3a_removals_free(&commit->garbage);
    s3a_removals_free(&commit->removed);
}

static struct s3a_write *write_of(struct s3a_list *link)
{
    return s3a_list_entry(link, struct s3a_write, link);
}

static int apply(struct s3a_commit *commit, struct s3a_write *write)
{
    write->is_change = false;
    if (write->op->is_anonymous) {
        int rc = s3a_access_to_write(commit, write);
        if (rc != SQLITE_OK || write->answer->code != S3A_CODE_NONE) {
            return rc;
        }
    }
    switch (write->op->kind) {
    case S3A_OP_PUT_BUCKET_ACL:
    case S3A_OP_PUT_OBJECT_ACL:
    case S3A_OP_PUT_BUCKET_TAGGING:
    case S3A_OP_PUT_OBJECT_TAGGING:
    case S3A_OP_DELETE_BUCKET_TAGGING:
    case S3A_OP_DELETE_OBJECT_TAGGING:
        return s3a_attributes_write(commit, write);
    case S3A_OP_PUT_OBJECT:
        return s3a_put_object(commit, write);
    case S3A_OP_DELETE_OBJECT:
        return s3a_delete_object(commit, write);
    case S3A_OP_DELETE_OBJECTS:
        return s3a_delete_objects(commit, write);
    case S3A_OP_COPY_OBJECT:
        return s3a_copy_object(commit, write);
    case S3A_OP_CREATE_UPLOAD:
        return s3a_create_upload(commit, write);
    case S3A_OP_UPLOAD_PART:
    case S3A_OP_COPY_PART:
        return s3a_upload_part(commit, write);
    case S3A_OP_COMPLETE_UPLOAD:
        return s3a_complete_upload(commit, write);
    case S3A_OP_ABORT_UPLOAD:
        return s3a_abort_upload(commit, write);
    case S3A_OP_CREATE_BUCKET:
        return s3a_create_bucket(commit, write);
    case S3A_OP_DELETE_BUCKET:
        return s3a_delete_bucket(commit, write);
    default:
        s3a_check(!"a write");
        return SQLITE_MISUSE;
    }
}

static int forget_removed(struct s3a_commit *commit)
{
    struct s3a_list *head = &commit->removed;
    int rc = SQLITE_OK;

    for (struct s3a_list *link = head->next; rc == SQLITE_OK && link != head; link = link->next) {
        struct s3a_removal *removal = s3a_list_entry(link, struct s3a_removal, link);
        rc = s3a_database_run(&commit->ledger->database, S3A_SQL_GARBAGE_REMOVE,
                              S3A_PARAMS(s3a_param_text(s3a_str_of(removal->blob))));
        commit->ledger->is_changed = true;
    }
    return rc;
}

/* Commits what was applied. Who had changed nothing may have been refused only for what others in
 * the same transaction had done: that is for the caller to mind. */
static enum s3a_outcome finish(struct s3a_commit *commit, int *ret_rc)
{
    /* A transaction of its own is not worth it; with another one it costs nothing. */
    int rc = commit->ledger->is_changed ? forget_removed(commit) : SQLITE_OK;

    if (rc != SQLITE_OK) {
        s3a_ledger_rollback(commit->ledger);
        *ret_rc = rc;
        return S3A_NOT_APPLIED;
    }
    bool forgets = commit->ledger->is_changed;
    enum s3a_outcome outcome = s3a_ledger_commit(commit->ledger, ret_rc);
    if (outcome == S3A_APPLIED) {
        s3a_list_move(&commit->garbage, &commit->replaced);
        if (forgets) {
            s3a_removals_free(&commit->removed);
        }
    }
    return outcome;
}

/* The writes from first up to (not with) end. *ret_has_begun is false where none of them is to
 * blame for what came of it. */
static enum s3a_outcome transact(struct s3a_commit *commit, struct s3a_list *first,
                                 struct s3a_list *end, bool *ret_has_begun, int *ret_rc)
{
    enum s3a_outcome outcome = S3A_NOT_APPLIED;
    int rc = s3a_ledger_begin(commit->ledger);

    *ret_has_begun = rc == SQLITE_OK;
    if (rc == SQLITE_OK) {
        for (struct s3a_list *link = first; rc == SQLITE_OK && link != end; link = link->next) {
            rc = apply(commit, write_of(link));
        }
        if (rc == SQLITE_OK) {
            outcome = finish(commit, &rc);
        } else {
            s3a_ledger_rollback(commit->ledger);
        }
    }
    s3a_removals_free(&commit->replaced);
    *ret_rc = rc;
    return outcome;
}

/* A row names the file now. In doubt, the file stays with both its names, for the sweep to judge
 * once the doubt is over. */
static void take_over_file(struct s3a_commit *commit, struct s3a_write *write,
                           enum s3a_outcome outcome)
{
    struct s3a_spool *body = write->body;

    if (!write->is_change || !body || body->fd < 0) {
        return;
    }
    if (outcome == S3A_APPLIED) {
        /* Where that fails, the next sweep does it. */
        (void)s3a_blob_settle(commit->directory, body->id);
        /* It has arrived: those who read it may lock it. */
        (void)flock(body->fd, LOCK_UN);
    }
    body->kept = true;
}

static void conclude(struct s3a_commit *commit, struct s3a_write *write, enum s3a_outcome outcome,
                     int rc)
{
    if (outcome != S3A_NOT_APPLIED) {
        take_over_file(commit, write, outcome);
    }
    if (outcome == S3A_NOT_APPLIED) {
        s3a_fail_sqlite(write->answer, rc);
    } else if (outcome == S3A_DOUBTFUL && write->is_change) {
        s3a_fail_in_doubt(write->answer);
    } else if (outcome == S3A_DOUBTFUL) {
        /* What it was answered may rest on a change that is in doubt. */
        s3a_fail_sqlite(write->answer, rc);
    }
    int64_t now_ms = s3a_ledger_now_ms(commit->ledger);
    write->answer->date_ms = now_ms > commit->ledger->now_ms ? now_ms : commit->ledger->now_ms;
}

static bool is_single(const struct s3a_list *writes)
{
    return writes->next == writes->prev;
}

void s3a_commit_run(struct s3a_commit *commit, struct s3a_list *writes)
{
    struct s3a_list *link;
    bool has_begun;
    int rc;
    enum s3a_outcome outcome = transact(commit, writes->next, writes, &has_begun, &rc);
    bool one_by_one = outcome == S3A_NOT_APPLIED && has_begun && !is_single(writes);

    for (link = writes->next; link != writes; link = link->next) {
        /* Where somebody else is in the way, each would wait for him once more. */
        if (one_by_one && has_begun) {
            outcome = transact(commit, link, link->next, &has_begun, &rc);
        }
        conclude(commit, write_of(link), outcome, rc);
    }
}

void s3a_commit_tidy(struct s3a_commit *commit)
{
    int rc;

    if (s3a_list_is_empty(&commit->removed) || s3a_ledger_begin(commit->ledger) != SQLITE_OK) {
        return;
    }
    commit->ledger->is_changed = true;
    /* Where it fails, the next open does it. */
    (void)finish(commit, &rc);
}

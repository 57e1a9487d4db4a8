/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "handle.h"

/* Files that are looked at in one transaction. */
#define LEFTOVERS_MAX 64
/* Garbage that is removed by one open. */
#define GARBAGE_MAX 10000
/* How long a sweep waits for its turn. It is not worth more: the next open will do. */
#define SWEEP_WAIT_MS 1000

/* Files of objects that were replaced by a process that did not live to remove them. No row names
 * such a file, and none ever will: anybody may remove it at any time. The stager does, once it
 * runs: an open need not wait for that. */
static void sweep_garbage(struct s3a_objects *objects)
{
    struct s3a_database *database = &objects->ledger.database;
    int count = 0;
    int rc = s3a_database_query(database, S3A_SQL_GARBAGE_LIST, S3A_NO_PARAMS);
    while (rc == SQLITE_ROW && count < GARBAGE_MAX) {
        struct s3a_str blob = s3a_column_bytes(database, S3A_SQL_GARBAGE_LIST, 0);
        struct s3a_str anchor = s3a_column_bytes(database, S3A_SQL_GARBAGE_LIST, 1);
        struct s3a_removal *removal =
            s3a_blob_id_is_valid(blob) ? calloc(1, sizeof(*removal)) : NULL;
        if (removal) {
            memcpy(removal->blob, blob.data, blob.size);
            if (s3a_blob_id_is_valid(anchor)) {
                memcpy(removal->anchor, anchor.data, anchor.size);
            }
            s3a_list_append(&objects->garbage, &removal->link);
            count++;
        }
        rc = s3a_database_next(database, S3A_SQL_GARBAGE_LIST);
    }
    s3a_database_reset(database, S3A_SQL_GARBAGE_LIST);
}

/* Files in incoming/ whose writers are dead. */
struct leftovers {
    int count;
    struct {
        char id[S3A_BLOB_ID_SIZE + 1];
        int fd; /* holds the lock */
        bool is_in_use;
    } files[LEFTOVERS_MAX];
};

static void look_at(const struct s3a_directory *directory, const char *name,
                    struct leftovers *leftovers)
{
    if (!s3a_blob_id_is_valid(s3a_str_of(name))) {
        return;
    }
    int fd = openat(directory->incoming_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return;
    }
    memcpy(leftovers->files[leftovers->count].id, name, S3A_BLOB_ID_SIZE + 1);
    leftovers->files[leftovers->count].fd = fd;
    leftovers->count++;
}

static void find(const struct s3a_directory *directory, struct leftovers *ret_leftovers)
{
    int fd = openat(directory->incoming_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *listing = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    ret_leftovers->count = 0;
    if (!listing) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    while (ret_leftovers->count < LEFTOVERS_MAX && (entry = readdir(listing))) {
        look_at(directory, entry->d_name, ret_leftovers);
    }
    closedir(listing);
}

static int ask_rows(struct s3a_database *database, struct leftovers *leftovers)
{
    int rc = SQLITE_OK;

    for (int i = 0; rc == SQLITE_OK && i < leftovers->count; i++) {
        rc = s3a_database_query(database, S3A_SQL_BLOB_IN_USE,
                                S3A_PARAMS(s3a_param_text(s3a_str_of(leftovers->files[i].id))));
        if (rc == SQLITE_ROW) {
            leftovers->files[i].is_in_use = s3a_column_number(database, S3A_SQL_BLOB_IN_USE, 0);
            s3a_database_reset(database, S3A_SQL_BLOB_IN_USE);
            rc = SQLITE_OK;
        }
    }
    return rc;
}

/*
 * Does any row name them? A commit that was left in doubt may have its frames in the log still; a
 * commit of our own overwrites them, so that what was seen before it stays true.
 */
static bool judge(struct s3a_ledger *ledger, struct leftovers *leftovers)
{
    int rc = s3a_ledger_begin(ledger);

    if (rc != SQLITE_OK) {
        return false;
    }
    rc = ask_rows(&ledger->database, leftovers);
    if (rc != SQLITE_OK) {
        s3a_ledger_rollback(ledger);
        return false;
    }
    ledger->is_changed = true;
    return s3a_ledger_commit(ledger, &rc) == S3A_APPLIED;
}

/* True where all of them are gone. */
static bool clear_away(struct s3a_objects *objects, struct leftovers *leftovers)
{
    if (leftovers->count == 0 || !s3a_gate_enter_within(&objects->gate, SWEEP_WAIT_MS)) {
        return false;
    }
    bool is_judged = judge(&objects->ledger, leftovers);
    bool all_gone = is_judged;
    s3a_gate_leave(&objects->gate);

    for (int i = 0; is_judged && i < leftovers->count; i++) {
        const char *id = leftovers->files[i].id;
        bool is_gone = leftovers->files[i].is_in_use ? s3a_blob_settle(&objects->directory, id)
                                                     : s3a_blob_discard(&objects->directory, id);
        all_gone = all_gone && is_gone;
    }
    return all_gone;
}

static bool sweep_incoming(struct s3a_objects *objects)
{
    struct leftovers leftovers;

    find(&objects->directory, &leftovers);
    bool goes_on = clear_away(objects, &leftovers);
    for (int i = 0; i < leftovers.count; i++) {
        close(leftovers.files[i].fd);
    }
    return goes_on && leftovers.count == LEFTOVERS_MAX;
}

void s3a_sweep(struct s3a_objects *objects)
{
    sweep_garbage(objects);
    while (sweep_incoming(objects)) {
    }
}

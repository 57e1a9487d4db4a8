/* SPDX-License-Identifier: MIT */
#include "fsck.h"

#include <stdarg.h>
#include <stdio.h>

#include "clock.h"
#include "error.h"
#include "failure.h"
#include "objects.h"
#include "schema.h"

#define TEXT_SIZE 512
#define CACHE_KIB 8192
/* How often somebody is told how far it is. */
#define PROGRESS_MS 100

void s3a_fsck_found(struct s3a_fsck *fsck, struct s3a_finding *finding, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    finding->text = text;
    if (finding->kind != S3A_FINDING_LEFTOVER) {
        fsck->report.damages++;
    } else if (finding->is_removed) {
        fsck->report.removed++;
    } else {
        fsck->report.leftovers++;
    }
    if (fsck->options->found) {
        fsck->options->found(finding, fsck->options->user);
    }
}

bool s3a_fsck_goes_on(struct s3a_fsck *fsck)
{
    uint64_t now_ms = s3a_clock_ms();

    if (fsck->status == S3A_OK && fsck->options->progress && now_ms >= fsck->next_progress_ms) {
        fsck->next_progress_ms = now_ms + PROGRESS_MS;
        if (!fsck->options->progress(&fsck->report, fsck->options->user)) {
            fsck->status = s3a_error_set(fsck->error, S3A_CANCELLED, "checking %s: cancelled",
                                         fsck->directory.path);
        }
    }
    return fsck->status == S3A_OK;
}

bool s3a_fsck_failed(struct s3a_fsck *fsck, int rc)
{
    struct s3a_finding finding = {.kind = S3A_FINDING_DATABASE, .file = S3A_DATABASE_NAME};

    if (fsck->status != S3A_OK) {
        return false; /* that is what has interrupted it */
    }
    if (s3a_sqlite_status(rc) == S3A_CORRUPT) {
        s3a_fsck_found(fsck, &finding, "the database cannot be read: %s", sqlite3_errstr(rc));
    } else {
        fsck->status = s3a_sqlite_error(rc, "checking", fsck->directory.path, fsck->error);
    }
    return false;
}

static int bind_param(sqlite3_stmt *statement, int at, const struct s3a_param *param)
{
    const char *data = param->bytes.data ? param->bytes.data : "";

    return param->kind == S3A_PARAM_NUMBER
               ? sqlite3_bind_int64(statement, at, param->number)
               : sqlite3_bind_text64(statement, at, data, param->bytes.size, SQLITE_TRANSIENT,
                                     SQLITE_UTF8);
}

bool s3a_fsck_query(struct s3a_fsck *fsck, const char *sql, const struct s3a_param *params,
                    int param_count, bool (*row)(struct s3a_fsck *fsck, sqlite3_stmt *statement))
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(fsck->database.sqlite, sql, -1, &statement, NULL);
    bool goes_on = true;

    for (int i = 0; rc == SQLITE_OK && i < param_count; i++) {
        rc = bind_param(statement, i + 1, &params[i]);
    }
    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
    }
    while (rc == SQLITE_ROW && goes_on) {
        goes_on = row(fsck, statement) && s3a_fsck_goes_on(fsck);
        rc = goes_on ? sqlite3_step(statement) : SQLITE_DONE;
    }
    sqlite3_finalize(statement);
    return rc == SQLITE_DONE ? fsck->status == S3A_OK : s3a_fsck_failed(fsck, rc);
}

/* As the next process that opens the store does: bodies whose writers are dead, and the files of
 * what was replaced. What it removes is counted by what it leaves. */
static bool sweep(struct s3a_fsck *fsck)
{
    struct s3a_objects_options options = {.directory = fsck->directory.path};
    struct s3a_objects *objects = NULL;
    uint64_t before = s3a_fsck_count_waiting(fsck);

    if (fsck->status == S3A_OK) {
        fsck->status = s3a_objects_open(&options, &objects, fsck->error);
        s3a_objects_close(objects);
    }
    uint64_t after = s3a_fsck_count_waiting(fsck);
    fsck->report.removed += before > after ? before - after : 0;
    return fsck->status == S3A_OK;
}

static bool check(struct s3a_fsck *fsck)
{
    if (!s3a_fsck_tables(fsck)) {
        return false;
    }
    /* Where the tables are not sound, they do not say for sure what is needed. */
    bool are_sound = fsck->report.damages == 0;
    if (fsck->options->repair && are_sound && !sweep(fsck)) {
        return false;
    }
    return s3a_fsck_bodies(fsck) && (!are_sound || s3a_fsck_leftovers(fsck));
}

static enum s3a_status open_store(struct s3a_fsck *fsck)
{
    struct s3a_finding finding = {.kind = S3A_FINDING_DATABASE, .file = S3A_DATABASE_NAME};
    struct s3a_error error;
    enum s3a_status status = s3a_gate_open(&fsck->gate, &fsck->directory, fsck->error);

    if (status != S3A_OK) {
        return status;
    }
    status = s3a_schema_open(&fsck->database, &fsck->directory, &fsck->gate, CACHE_KIB, &error);
    if (status == S3A_CORRUPT) {
        s3a_fsck_found(fsck, &finding, "%s", error.message);
    } else if (status != S3A_OK && fsck->error) {
        *fsck->error = error;
    }
    return status;
}

enum s3a_status s3a_directory_check(const char *directory, const struct s3a_check_options *options,
                                    struct s3a_check_report *ret_report, struct s3a_error *error)
{
    static const struct s3a_check_options defaults;
    struct s3a_fsck fsck = {.options = options ? options : &defaults,
                            .gate = {.fd = -1},
                            .directory = {.root_fd = -1, .blobs_fd = -1, .incoming_fd = -1},
                            .error = error};

    s3a_error_clear(error);
    enum s3a_status status = s3a_schema_find(directory, error);
    if (status == S3A_OK) {
        status = s3a_directory_open(&fsck.directory, directory, error);
    }
    if (status == S3A_OK) {
        status = open_store(&fsck);
    }
    if (status == S3A_OK) {
        (void)check(&fsck);
        status = fsck.status;
    }
    if (status == S3A_OK && fsck.report.damages > 0) {
        status = S3A_CORRUPT;
    }
    if (status == S3A_CORRUPT) {
        s3a_error_set(error, S3A_CORRUPT, "%s is damaged", directory);
    }
    if (ret_report) {
        *ret_report = fsck.report;
    }
    s3a_database_close(&fsck.database);
    s3a_gate_close(&fsck.gate);
    s3a_directory_close(&fsck.directory);
    return status;
}

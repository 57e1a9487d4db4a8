/* SPDX-License-Identifier: MIT */
#ifndef S3A_FSCK_H
#define S3A_FSCK_H

/*
 * The check of a directory, s3a_directory_check() of s3atomic/upkeep.h.
 *
 * Others may write meanwhile, and the gate is left to them. What the tables say is read in short
 * transactions; whatever looks wrong about a file is believed only when it still does after the
 * tables were asked again: a row that is gone took its file with it, and a file without a row may
 * have been waiting for its commit. No name of a file is ever used twice, so one look is enough.
 *
 *      fsck.c             the course of it, and what is found
 *      fsck_tables.c      the tables against each other
 *      fsck_bodies.c      objects and parts against their bytes
 *      fsck_leftovers.c   files that nothing needs
 */

#include <s3atomic/upkeep.h>

#include "database.h"
#include "directory.h"
#include "gate.h"

struct s3a_fsck {
    const struct s3a_check_options *options;
    struct s3a_directory directory;
    struct s3a_gate gate;
    struct s3a_database database;
    struct s3a_check_report report;
    uint64_t next_progress_ms;
    enum s3a_status status; /* of what keeps it from going on */
    struct s3a_error *error;
};

/* Notes what was found. finding->text is made of the format. */
void s3a_fsck_found(struct s3a_fsck *fsck, struct s3a_finding *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Tells how far it is, now and then. False: it is to end, for whatever reason. */
bool s3a_fsck_goes_on(struct s3a_fsck *fsck);

/* An error of SQLite: damage where it tells of damage, otherwise the end. False, always. */
bool s3a_fsck_failed(struct s3a_fsck *fsck, int rc);

/* Runs a statement, and calls row for each row of it until that returns false. */
bool s3a_fsck_query(struct s3a_fsck *fsck, const char *sql, const struct s3a_param *params,
                    int param_count, bool (*row)(struct s3a_fsck *fsck, sqlite3_stmt *statement));

/* Each is false where the check cannot go on. */
bool s3a_fsck_tables(struct s3a_fsck *fsck);
bool s3a_fsck_bodies(struct s3a_fsck *fsck);
bool s3a_fsck_leftovers(struct s3a_fsck *fsck);

/* Files in incoming/, and those on record as not needed: what a sweep may remove. */
uint64_t s3a_fsck_count_waiting(struct s3a_fsck *fsck);

#endif

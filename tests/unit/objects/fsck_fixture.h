/* SPDX-License-Identifier: MIT */
#ifndef S3A_FSCK_FIXTURE_H
#define S3A_FSCK_FIXTURE_H

/* Checks of a directory, what they find, and damage to be found. */

#include "store_fixture.h"

#include <s3atomic/upkeep.h>

struct findings {
    unsigned count[S3A_FINDING_LEFTOVER + 1];
    char last_key[64];
    char last_file[64];
    char last_text[256];
};

/* found and user of the options are the findings. */
enum s3a_status check_as(const char *path, struct s3a_check_options options,
                         struct findings *ret_findings, struct s3a_check_report *ret_report);
enum s3a_status check(const char *path, struct findings *ret_findings,
                      struct s3a_check_report *ret_report);

/* Changes the database behind the store's back. */
void damage(const struct store *store, const char *sql);

/* An empty file below the directory. */
void put_file(const struct store *store, const char *name);

/* The path of the one file in blobs/. */
void find_blob(const struct store *store, char ret_path[128]);

#endif

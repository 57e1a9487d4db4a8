/* SPDX-License-Identifier: MIT */
#include "fsck_fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

static void note(const struct s3a_finding *finding, void *user)
{
    struct findings *findings = user;

    findings->count[finding->kind]++;
    snprintf(findings->last_key, sizeof(findings->last_key), "%s",
             finding->key ? finding->key : "");
    snprintf(findings->last_file, sizeof(findings->last_file), "%s",
             finding->file ? finding->file : "");
    snprintf(findings->last_text, sizeof(findings->last_text), "%s", finding->text);
}

enum s3a_status check_as(const char *path, struct s3a_check_options options,
                         struct findings *ret_findings, struct s3a_check_report *ret_report)
{
    *ret_findings = (struct findings){0};
    options.found = note;
    options.user = ret_findings;
    return s3a_directory_check(path, &options, ret_report, NULL);
}

enum s3a_status check(const char *path, struct findings *ret_findings,
                      struct s3a_check_report *ret_report)
{
    return check_as(path, (struct s3a_check_options){0}, ret_findings, ret_report);
}

void find_blob(const struct store *store, char ret_path[128])
{
    char command[128];

    snprintf(command, sizeof(command), "find %s/blobs -type f", store->path);
    FILE *listing = popen(command, "r");
    assert_non_null(listing);
    assert_non_null(fgets(ret_path, 128, listing));
    ret_path[strcspn(ret_path, "\n")] = '\0';
    assert_int_equal(pclose(listing), 0);
}

void put_file(const struct store *store, const char *name)
{
    char path[160];

    snprintf(path, sizeof(path), "%s/%s", store->path, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

void damage(const struct store *store, const char *sql)
{
    char path[128];
    sqlite3 *database;

    snprintf(path, sizeof(path), "%s/s3atomic.db", store->path);
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

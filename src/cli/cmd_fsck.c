/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <s3atomic/upkeep.h>

#include "exit_code.h"
#include "globals.h"
#include "human.h"
#include "out.h"
#include "say.h"
#include "upkeep_line.h"

static struct {
    bool sizes;
    bool repair;
} given;

static const struct s3a_option options[] = {
    {0, "sizes", NULL, "look at the sizes of files, and read no content", .flag = &given.sizes},
    {0, "repair", NULL, "remove files that nothing needs; damage is only told",
     .flag = &given.repair},
};

static const char *kind_name(enum s3a_finding_kind kind)
{
    static const char *const names[] = {"database", "missing", "size", "content", "leftover"};

    return names[kind];
}

static void print_json(const struct s3a_finding *finding)
{
    struct s3a_json_line line;

    s3a_json_begin(&line, stdout);
    s3a_json_text(&line, "finding", kind_name(finding->kind));
    s3a_json_text(&line, "text", finding->text);
    s3a_json_text(&line, "bucket", finding->bucket);
    s3a_json_text(&line, "key", finding->key);
    s3a_json_text(&line, "file", finding->file);
    if (finding->kind == S3A_FINDING_LEFTOVER) {
        s3a_json_bool(&line, "removed", finding->is_removed);
    }
    s3a_json_end(&line);
}

static void print_human(const struct s3a_finding *finding)
{
    char *key = finding->key ? strdup(finding->key) : NULL;

    if (finding->bucket && key) {
        s3a_human_clean(key);
        printf("damaged: s3://%s/%s: %s", finding->bucket, key, finding->text);
    } else {
        printf("damaged: %s", finding->text);
    }
    if (finding->file) {
        printf(" (%s)", finding->file);
    }
    putchar('\n');
    free(key);
}

static void found(const struct s3a_finding *finding, void *user)
{
    s3a_upkeep_line_clear(user);
    if (s3a_globals.json) {
        print_json(finding);
    } else if (finding->kind == S3A_FINDING_LEFTOVER) {
        s3a_say_detail("%s: %s%s", finding->file, finding->text,
                       finding->is_removed ? ", removed" : "");
    } else {
        print_human(finding);
    }
}

static bool progress(const struct s3a_check_report *report, void *user)
{
    char bytes[S3A_HUMAN_SIZE];

    if (report->files_in_all == 0) {
        return s3a_upkeep_line_show(user, "checking: %s read",
                                    s3a_human_bytes(report->bytes_read, bytes));
    }
    return s3a_upkeep_line_show(user, "checking: %" PRIu64 " of %" PRIu64 " files, %s read",
                                report->files, report->files_in_all,
                                s3a_human_bytes(report->bytes_read, bytes));
}

static void print_report_json(const char *directory, const struct s3a_check_report *report)
{
    struct s3a_json_line line;

    s3a_json_begin(&line, stdout);
    s3a_json_text(&line, "directory", directory);
    s3a_json_bool(&line, "sound", report->damages == 0);
    s3a_json_uint(&line, "damages", report->damages);
    s3a_json_uint(&line, "leftovers", report->leftovers);
    s3a_json_uint(&line, "removed", report->removed);
    s3a_json_uint(&line, "buckets", report->buckets);
    s3a_json_uint(&line, "objects", report->objects);
    s3a_json_uint(&line, "uploads", report->uploads);
    s3a_json_uint(&line, "files", report->files);
    s3a_json_uint(&line, "bytes_read", report->bytes_read);
    s3a_json_end(&line);
}

static void print_report(const struct s3a_check_report *report)
{
    char bytes[S3A_HUMAN_SIZE];

    if (s3a_globals.quiet) {
        return;
    }
    printf("%s: %" PRIu64 " buckets, %" PRIu64 " objects, %" PRIu64 " uploads under way, %" PRIu64
           " files, %s read",
           report->damages == 0 ? "sound" : "NOT SOUND", report->buckets, report->objects,
           report->uploads, report->files, s3a_human_bytes(report->bytes_read, bytes));
    if (report->damages > 0) {
        printf("; %" PRIu64 " damages", report->damages);
    }
    if (report->removed > 0) {
        printf("; %" PRIu64 " leftovers removed", report->removed);
    }
    if (report->leftovers > 0) {
        printf("; %" PRIu64 " leftovers", report->leftovers);
    }
    putchar('\n');
}

static int fsck(char **operands, size_t count)
{
    struct s3a_upkeep_line line;
    struct s3a_check_report report;
    struct s3a_error error;
    struct s3a_check_options check_options = {.sizes_only = given.sizes,
                                              .repair = given.repair,
                                              .found = found,
                                              .progress = progress,
                                              .user = &line};

    (void)count;
    if (s3a_upkeep_line_open(&line, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    enum s3a_status status = s3a_directory_check(operands[0], &check_options, &report, &error);
    int ended_by = line.ended_by;
    s3a_upkeep_line_close(&line);
    if (ended_by != 0) {
        return S3A_EXIT_SIGNAL_BASE + ended_by;
    }
    if (status != S3A_OK && status != S3A_CORRUPT) {
        return s3a_say_failure(&error);
    }
    if (s3a_globals.json) {
        print_report_json(operands[0], &report);
    } else {
        print_report(&report);
    }
    return status == S3A_OK ? S3A_EXIT_DONE : S3A_EXIT_CONTENT;
}

const struct s3a_command s3a_cmd_fsck = {
    .name = "fsck",
    .operands = "DIRECTORY",
    .summary = "checks the directory of an embedded store",
    .more = "The database, and every object against its size and MD5; others may use the store "
            "meanwhile. Leftovers of processes that were killed are no damage.\n\n"
            "Exit status: 0 where it is sound, 65 where it is damaged, 1 where there is no store.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 1,
    .run = fsck,
};

/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <inttypes.h>

#include <s3atomic/upkeep.h>

#include "exit_code.h"
#include "globals.h"
#include "human.h"
#include "out.h"
#include "say.h"
#include "upkeep_line.h"

static struct {
    bool copy;
    int64_t wait_ms;
} given;

static const struct s3a_option options[] = {
    {0, "copy", NULL, "copy every file, also where a hard link would do", .flag = &given.copy},
    {0, "wait", "DURATION",
     "for the moment when no other process writes, at the most (default 30s): one that was stopped "
     "in the middle of it would keep everybody waiting",
     .duration_ms = &given.wait_ms, .min = 1, .max = UINT32_MAX},
};

static bool progress(const struct s3a_backup_report *report, void *user)
{
    char bytes[S3A_HUMAN_SIZE];

    if (report->pages_in_all == 0) {
        return s3a_upkeep_line_show(user, "copying: %" PRIu64 " files, %s", report->files,
                                    s3a_human_bytes(report->bytes_copied, bytes));
    }
    return s3a_upkeep_line_show(user,
                                "copying: %" PRIu64 " files, %" PRIu64 " of %" PRIu64 " pages",
                                report->files, report->pages, report->pages_in_all);
}

static void print_report(const char *target, const struct s3a_backup_report *report)
{
    char bytes[S3A_HUMAN_SIZE];
    struct s3a_json_line line;

    if (s3a_globals.json) {
        s3a_json_begin(&line, stdout);
        s3a_json_text(&line, "target", target);
        s3a_json_uint(&line, "files", report->files);
        s3a_json_uint(&line, "files_linked", report->files_linked);
        s3a_json_uint(&line, "bytes_copied", report->bytes_copied);
        s3a_json_uint(&line, "pages", report->pages);
        s3a_json_end(&line);
    } else {
        s3a_say_note("%s is a copy: %" PRIu64 " files, %" PRIu64 " of them linked, %s copied, and "
                     "%" PRIu64 " pages of the database",
                     target, report->files, report->files_linked,
                     s3a_human_bytes(report->bytes_copied, bytes), report->pages);
    }
}

static int backup(char **operands, size_t count)
{
    struct s3a_upkeep_line line;
    struct s3a_backup_report report;
    struct s3a_error error;
    struct s3a_backup_options backup_options = {.copy = given.copy,
                                                .wait_ms = (uint32_t)given.wait_ms,
                                                .progress = progress,
                                                .user = &line};

    (void)count;
    if (s3a_upkeep_line_open(&line, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    enum s3a_status status =
        s3a_directory_backup(operands[0], operands[1], &backup_options, &report, &error);
    int ended_by = line.ended_by;
    s3a_upkeep_line_close(&line);
    if (status == S3A_CANCELLED && ended_by != 0) {
        return S3A_EXIT_SIGNAL_BASE + ended_by;
    }
    if (status != S3A_OK) {
        return s3a_say_failure(&error);
    }
    print_report(operands[1], &report);
    return S3A_EXIT_DONE;
}

const struct s3a_command s3a_cmd_backup = {
    .name = "backup",
    .operands = "DIRECTORY TARGET",
    .summary = "copies an embedded store while others use it",
    .more =
        "TARGET is then a store of its own, with what DIRECTORY held at one moment; it must not "
        "exist yet, or be an empty directory.\n\n"
        "Exit status: 1 where there is no store in DIRECTORY, or something in TARGET.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 2,
    .operands_max = 2,
    .run = backup,
};

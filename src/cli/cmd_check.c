/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "exit_code.h"
#include "globals.h"
#include "human.h"
#include "json_line.h"
#include "say.h"
#include "step.h"

static struct {
    const char *handle;
} given;

static const struct s3a_option options[] = {
    {0, "handle", "HANDLE", "what acquire or renew printed; default: read from standard input",
     .text = &given.handle},
};

static void print(const struct s3a_step *step, bool is_held, int64_t remaining_ms)
{
    char text[S3A_HUMAN_SIZE];
    struct s3a_json_line line;

    if (s3a_globals.json) {
        s3a_json_begin(&line, stdout);
        s3a_json_text(&line, "bucket", step->info.bucket);
        s3a_json_text(&line, "key", step->info.key);
        s3a_json_uint(&line, "token", step->info.token);
        s3a_json_text(&line, "owner", step->info.owner);
        s3a_json_bool(&line, "held", is_held);
        s3a_json_int(&line, "remaining_ms", remaining_ms);
        s3a_json_end(&line);
    } else if (is_held) {
        puts(s3a_human_duration(remaining_ms, text));
    }
}

static int check(char **operands, size_t count)
{
    struct s3a_step step = {0};
    int64_t remaining_ms = 0;
    struct s3a_error error;

    (void)count;
    enum s3a_status status = s3a_step_open(&step, operands[0], given.handle, &error);
    if (status == S3A_OK) {
        status = s3a_lock_check(step.client, step.handle, &remaining_ms, &error);
        if (status == S3A_OK || status == S3A_LOST) {
            print(&step, status == S3A_OK, remaining_ms);
        }
    }
    s3a_client_free(step.client);
    return status == S3A_OK ? S3A_EXIT_DONE : s3a_say_failure(&error);
}

const struct s3a_command s3a_cmd_check = {
    .name = "check",
    .operands = "s3://BUCKET/NAME",
    .summary = "says whether a lock of acquire is still held, and for how long",
    .more = "Prints what is left of its lease, by the store's clock, which may show whole seconds. "
            "Nothing is changed.\n\n"
            "Exit status: 79 where the lock is not the handle's any more, or its lease has run "
            "out.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 1,
    .run = check,
};

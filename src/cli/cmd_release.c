/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "exit_code.h"
#include "say.h"
#include "step.h"

static struct {
    const char *handle;
    bool delete_on_release;
} given;

static const struct s3a_option options[] = {
    {0, "handle", "HANDLE", "what acquire or renew printed; default: read from standard input",
     .text = &given.handle},
    {0, "delete-on-release", NULL,
     "leave no object, where the store can do that safely; default: a free one",
     .flag = &given.delete_on_release},
};

static int release(char **operands, size_t count)
{
    struct s3a_step step = {0};
    struct s3a_lock *lock = NULL;
    struct s3a_error error;

    (void)count;
    enum s3a_status status = s3a_step_open(&step, operands[0], given.handle, &error);
    const struct s3a_lock_options options_of = {.delete_on_release = given.delete_on_release};
    if (status == S3A_OK) {
        status = s3a_lock_attach(step.client, step.handle, &options_of, &lock, &error);
    }
    if (status == S3A_OK) {
        status = s3a_lock_release(lock, &error);
    }
    if (status == S3A_OK && given.delete_on_release && !s3a_lock_was_deleted(lock)) {
        s3a_say_detail("%s: its object stays", operands[0]);
    }
    s3a_lock_free(lock);
    s3a_client_free(step.client);
    return status == S3A_OK ? S3A_EXIT_DONE : s3a_say_failure(&error);
}

const struct s3a_command s3a_cmd_release = {
    .name = "release",
    .operands = "s3://BUCKET/NAME",
    .summary = "gives a lock of acquire back",
    .more = "Only where it is still the handle's: whoever holds it otherwise is left alone.\n\n"
            "Exit status: 79 where the lock is not the handle's any more, or its lease has run "
            "out.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 1,
    .run = release,
};

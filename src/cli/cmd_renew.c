/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "exit_code.h"
#include "say.h"
#include "step.h"

#define LEASE_MIN_MS 200
#define LEASE_MAX_MS (INT64_C(7) * 24 * 3600 * 1000)

static struct {
    const char *handle;
    int64_t lease_ms;
} given;

static const struct s3a_option options[] = {
    {0, "handle", "HANDLE", "what acquire or renew printed; default: read from standard input",
     .text = &given.handle},
    {0, "lease", "DURATION", "how long it stays held from now on; default: as long as before",
     .duration_ms = &given.lease_ms, .min = LEASE_MIN_MS, .max = LEASE_MAX_MS},
};

static int renew(char **operands, size_t count)
{
    const struct s3a_lock_options lock_options = {.lease_ms = (uint32_t)given.lease_ms};
    struct s3a_step step = {0};
    struct s3a_lock *lock = NULL;
    struct s3a_error error;
    int code = S3A_EXIT_DONE;

    (void)count;
    enum s3a_status status = s3a_step_open(&step, operands[0], given.handle, &error);
    if (status == S3A_OK) {
        status = s3a_lock_attach(step.client, step.handle, &lock_options, &lock, &error);
    }
    /* A handle that could not be printed leaves the lock to the old one, which is as good. */
    if (status != S3A_OK || !s3a_step_hand_over(&step, lock, &error)) {
        code = s3a_say_failure(&error);
    }
    s3a_lock_free(lock);
    s3a_client_free(step.client);
    return code;
}

const struct s3a_command s3a_cmd_renew = {
    .name = "renew",
    .operands = "s3://BUCKET/NAME",
    .summary = "holds a lock of acquire for another lease",
    .more = "Prints a new handle; those before it stay good for as long as the lock is held. The "
            "lease begins anew with this call.\n\n"
            "Exit status: 79 where the lock is not the handle's any more, or its lease has run "
            "out.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 1,
    .run = renew,
};

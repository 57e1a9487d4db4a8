/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "connect.h"
#include "exit_code.h"
#include "globals.h"
#include "out.h"
#include "say.h"
#include "show.h"
#include "slurp.h"
#include "url.h"
#include "verdict.h"

static struct {
    const char *file;
} given;

static const struct s3a_option options[] = {
    {'o', "output", "FILE",
     "write to FILE, whole or not at all; \"-\" is standard output, which is the default",
     .text = &given.file},
};

static int read_and_write(struct s3a_bytes_store *store, const struct s3a_url *url)
{
    const char *file = given.file ? given.file : "-";
    struct s3a_object object = {0};
    struct s3a_error error;

    enum s3a_status status = s3a_store_get(store->store, url->bucket, url->key, &object, &error);
    if (status == S3A_OK) {
        const struct s3a_bytes *bytes = object.value;
        status = s3a_spill(file, bytes->data, bytes->size, &error);
    }
    if (status == S3A_OK && s3a_globals.json) {
        s3a_show_object(stdout, &object);
    }
    s3a_object_clear(&object);
    if (status == S3A_SYSTEM && error.system_errno == EPIPE) {
        return S3A_EXIT_SIGNAL_BASE + SIGPIPE; /* whoever read it has read enough */
    }
    return status == S3A_OK ? S3A_EXIT_DONE : s3a_verdict(url, NULL, &error);
}

static int get(char **operands, size_t count)
{
    struct s3a_bytes_store store = {0};
    struct s3a_error error;
    struct s3a_url url = {.key = ""};
    int code;

    (void)count;
    if (s3a_globals.json && (!given.file || strcmp(given.file, "-") == 0)) {
        s3a_say_error("--json needs -o FILE: standard output is the object's");
        return S3A_EXIT_USAGE;
    }
    if (s3a_url_parse(operands[0], S3A_URL_KEY, &url, &error) == S3A_OK &&
        s3a_bytes_store_open(&store, NULL, &error) == S3A_OK) {
        code = read_and_write(&store, &url);
    } else {
        code = s3a_say_failure(&error);
    }
    s3a_bytes_store_close(&store);
    return code;
}

const struct s3a_command s3a_cmd_get = {
    .name = "get",
    .operands = "s3://BUCKET/KEY",
    .summary = "reads an object, to standard output or into a file",
    .more = "Exit status: 1 where there is no such object.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 1,
    .run = get,
};

/* SPDX-License-Identifier: MIT */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "exit_code.h"
#include "human.h"

#define LINE_SIZE_MAX 2048

static bool notes = true;
static bool details;

void s3a_say_setup(bool quiet, bool verbose)
{
    notes = !quiet;
    details = verbose;
}

/* In one write, so that lines of several processes do not mix. */
static void __attribute__((format(printf, 1, 0))) say(const char *format, va_list args)
{
    char line[LINE_SIZE_MAX];

    vsnprintf(line, sizeof(line), format, args);
    s3a_human_clean(line);
    fprintf(stderr, "s3atomic: %s\n", line);
}

void s3a_say_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(format, args);
    va_end(args);
}

void s3a_say_note(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (notes) {
        say(format, args);
    }
    va_end(args);
}

bool s3a_say_wants_progress(void)
{
    return details || (notes && isatty(STDERR_FILENO));
}

void s3a_say_progress(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (s3a_say_wants_progress()) {
        say(format, args);
    }
    va_end(args);
}

void s3a_say_detail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (details) {
        say(format, args);
    }
    va_end(args);
}

void s3a_say_log(enum s3a_log_level level, const char *message, void *unused)
{
    (void)unused;
    fprintf(stderr, "s3atomic: %s: %s\n", s3a_log_level_name(level), message);
}

int s3a_say_failure(const struct s3a_error *error)
{
    s3a_say_error("%s", error->message[0] ? error->message : s3a_status_text(error->status));
    if (error->code[0] || error->request_id[0]) {
        s3a_say_detail("the store's answer: HTTP status %d, code %s, request id %s%s%s",
                       error->http_status, error->code[0] ? error->code : "none",
                       error->request_id[0] ? error->request_id : "none",
                       error->host_id[0] ? ", id 2 " : "", error->host_id);
    }
    return s3a_exit_of(error->status);
}

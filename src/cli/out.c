/* SPDX-License-Identifier: MIT */
#include "out.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exit_code.h"
#include "globals.h"
#include "say.h"

void s3a_out_setup(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            /* The lowest number that is free is fd's. The wrong way round, on purpose. */
            int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
            (void)opened;
        }
    }
}

bool s3a_out_failed(void)
{
    return ferror(stdout) != 0;
}

int s3a_out_finish(int code)
{
    bool failed_before = s3a_out_failed();

    errno = 0;
    if (fflush(stdout) == 0 && !failed_before) {
        return code;
    }
    int failed = errno;
    if (failed == EPIPE) {
        return code == S3A_EXIT_DONE ? S3A_EXIT_SIGNAL_BASE + SIGPIPE : code;
    }
    s3a_say_error("standard output cannot be written%s%s", failed != 0 ? ": " : "",
                  failed != 0 ? strerror(failed) : "");
    return code == S3A_EXIT_DONE ? S3A_EXIT_LOCAL_IO : code;
}

void s3a_out_written(const char *bucket, const char *key, const char *etag, uint64_t size)
{
    struct s3a_json_line line;

    if (s3a_globals.json) {
        s3a_json_begin(&line, stdout);
        s3a_json_text(&line, "bucket", bucket);
        s3a_json_text(&line, "key", key);
        s3a_json_text(&line, "etag", etag);
        s3a_json_uint(&line, "size", size);
        s3a_json_end(&line);
    } else if (!s3a_globals.quiet) {
        puts(etag);
    }
}

/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit_code.h"
#include "fault.h"
#include "process.h"

/* Our ends of its pipes; -1: closed. */
struct pipes {
    int input;
    int output;
    const char *rest; /* of the input */
    size_t rest_size;
};

static void shut(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static void feed(struct pipes *pipes)
{
    ssize_t written = write(pipes->input, pipes->rest, pipes->rest_size);

    if (written > 0) {
        pipes->rest += written;
        pipes->rest_size -= (size_t)written;
    }
    bool again = written >= 0 || errno == EAGAIN || errno == EINTR;
    if (pipes->rest_size == 0 || !again) {
        shut(&pipes->input); /* EPIPE: it has read what it wanted */
    }
}

static enum s3a_status drain(struct pipes *pipes, size_t size_max, struct s3a_heap *output)
{
    size_t size;
    enum s3a_status status = s3a_heap_read(output, pipes->output, size_max, &size);

    if (status == S3A_SYSTEM && errno == EAGAIN) {
        return S3A_OK;
    }
    if (status == S3A_OK && size == 0) {
        shut(&pipes->output);
    }
    return status;
}

static enum s3a_status converse(const struct s3a_filter *filter, struct pipes *pipes,
                                struct s3a_heap *output, struct s3a_error *error)
{
    enum s3a_status status = S3A_OK;

    if (pipes->rest_size == 0) {
        shut(&pipes->input);
    }
    while (status == S3A_OK && pipes->output >= 0) {
        struct pollfd polled[] = {{.fd = pipes->output, .events = POLLIN},
                                  {.fd = pipes->input, .events = POLLOUT}};
        if (poll(polled, 2, -1) < 0) {
            status = errno == EINTR ? S3A_OK : S3A_SYSTEM;
            continue;
        }
        if (polled[1].revents != 0) {
            feed(pipes);
        }
        if (polled[0].revents != 0) {
            status = drain(pipes, filter->output_max, output);
        }
    }
    if (status == S3A_TOO_LARGE) {
        s3a_fault(error, status, "%s prints too much: an object may have %zu bytes at the most",
                  filter->words[0], filter->output_max);
    } else if (status == S3A_NO_MEMORY) {
        s3a_fault(error, status, "%s: out of memory for what it prints", filter->words[0]);
    } else if (status != S3A_OK) {
        s3a_fault_errno(error, "%s: what it prints cannot be read", filter->words[0]);
    }
    return status;
}

static int collect(const struct s3a_filter *filter, pid_t pid, struct s3a_error *error)
{
    int wait_status;

    while (waitpid(pid, &wait_status, 0) < 0) {
        if (errno != EINTR) {
            s3a_fault_errno(error, "%s: how it ended is not known", filter->words[0]);
            return S3A_EXIT_LOCAL_IO;
        }
    }
    int code = s3a_exit_of_wait(wait_status);
    if (WIFSIGNALED(wait_status)) {
        s3a_fault(error, S3A_FAILED, "%s was ended by signal %s; nothing was written",
                  filter->words[0], s3a_signals_name(WTERMSIG(wait_status)));
    } else if (code != 0) {
        s3a_fault(error, S3A_FAILED, "%s failed with exit status %d; nothing was written",
                  filter->words[0], code);
    }
    return code;
}

static bool open_pipes(int input[2], int output[2])
{
    return pipe2(input, O_CLOEXEC) == 0 && pipe2(output, O_CLOEXEC) == 0 &&
           fcntl(input[1], F_SETFL, O_NONBLOCK) == 0 && fcntl(output[0], F_SETFL, O_NONBLOCK) == 0;
}

static int converse_and_collect(const struct s3a_filter *filter, pid_t pid, struct pipes *pipes,
                                struct s3a_heap *output, struct s3a_error *error)
{
    enum s3a_status status = converse(filter, pipes, output, error);

    if (status == S3A_OK) {
        shut(&pipes->input);
        return collect(filter, pid, error);
    }
    kill(pid, SIGKILL);
    (void)collect(filter, pid, NULL);
    return s3a_exit_of(status);
}

int s3a_filter_run(const struct s3a_filter *filter, const void *input, size_t input_size,
                   struct s3a_heap *ret_output, struct s3a_error *error)
{
    int to_it[2] = {-1, -1};
    int from_it[2] = {-1, -1};
    int code = S3A_EXIT_LOCAL_IO;
    pid_t pid;

    *ret_output = (struct s3a_heap){0};
    if (!open_pipes(to_it, from_it)) {
        s3a_fault_errno(error, "%s: no pipes", filter->words[0]);
        goto out;
    }
    struct s3a_process_plan plan = {
        .words = filter->words,
        .environment = environ,
        .inherited = filter->inherited,
        .standard_input = to_it[0],
        .standard_output = from_it[1],
    };
    code = s3a_process_start(&plan, &pid, error);
    if (code != S3A_EXIT_DONE) {
        goto out;
    }
    shut(&to_it[0]);
    shut(&from_it[1]);
    struct pipes pipes = {to_it[1], from_it[0], input, input_size};
    code = converse_and_collect(filter, pid, &pipes, ret_output, error);
    to_it[1] = pipes.input;
    from_it[0] = pipes.output;
out:
    for (int i = 0; i < 2; i++) {
        shut(&to_it[i]);
        shut(&from_it[i]);
    }
    if (code != S3A_EXIT_DONE) {
        s3a_heap_clear(ret_output);
    }
    return code;
}

/* SPDX-License-Identifier: MIT */
#include "demo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <s3atomic/s3atomic.h>

/* In the critical section: long enough for others to come between, if nothing kept them out. */
#define THINK_NS (1 * 1000000)

/* Outside of it: what else there is to do, so that others have their turn. */
#define REST_NS (30 * 1000000)

static void pass(long ns)
{
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

static void tell(const struct demo_task *task, enum demo_event event, uint64_t token,
                 int64_t counter)
{
    struct demo_report report = {event, task->worker, token, counter};

    if (write(task->pipe, &report, sizeof(report)) != (ssize_t)sizeof(report)) {
        _exit(EXIT_FAILURE); /* the parent is gone */
    }
}

/* Reads the number, thinks, writes the number plus one: what no two should do at a time. */
static int count(const struct demo_task *task, int64_t *ret_counter)
{
    char path[512];
    char text[32] = "";
    int fd;
    int result = -1;

    *ret_counter = 0;
    snprintf(path, sizeof(path), "%s/counter", task->directory);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || pread(fd, text, sizeof(text) - 1, 0) < 0) {
        goto out;
    }
    *ret_counter = strtoll(text, NULL, 10) + 1;
    pass(THINK_NS);
    snprintf(text, sizeof(text), "%-20" PRId64 "\n", *ret_counter);
    if (pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text)) {
        result = 0;
    }

out:
    if (result < 0) {
        fprintf(stderr, "demo: %s: %s\n", path, strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return result;
}

/* The critical section. */
static enum s3a_status count_once(struct s3a_lock *lock, void *arg)
{
    const struct demo_task *task = arg;
    int64_t counter;

    tell(task, DEMO_HELD, s3a_lock_token(lock), 0);
    if (count(task, &counter) < 0) {
        return S3A_FAILED;
    }
    tell(task, DEMO_COUNTED, s3a_lock_token(lock), counter);
    return S3A_OK;
}

/* A critical section that nobody comes out of. The heartbeats go on. */
static enum s3a_status get_stuck(struct s3a_lock *lock, void *arg)
{
    tell(arg, DEMO_STUCK, s3a_lock_token(lock), 0);
    while (pause() < 0) {
    }
    return S3A_OK;
}

static int count_without_lock(const struct demo_task *task)
{
    for (int i = 0; i < task->increments; i++) {
        int64_t counter;

        if (count(task, &counter) < 0) {
            return EXIT_FAILURE;
        }
        tell(task, DEMO_COUNTED, 0, counter);
    }
    return EXIT_SUCCESS;
}

int demo_work(const struct demo_task *task)
{
    const struct s3a_lock_options options = {
        .heartbeat_ms = DEMO_HEARTBEAT_MS,
        .lease_ms = DEMO_LEASE_MS,
        .grace_ms = DEMO_GRACE_MS,
        .wait_ms = S3A_WAIT_FOREVER,
        .poll_min_ms = 5,
        .poll_max_ms = 50,
    };
    struct demo_task copy = *task;
    struct s3a_client *client = NULL;
    struct s3a_error error;
    enum s3a_status status;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!task->locks) {
        return count_without_lock(task);
    }
    status =
        s3a_client_new(&(struct s3a_client_options){.endpoint = task->endpoint}, &client, &error);
    for (int i = 0; status == S3A_OK && i < task->increments; i++) {
        status = s3a_lock_run(client, task->bucket, DEMO_LOCK, &options, count_once, &copy, &error);
        pass(REST_NS);
    }
    if (status == S3A_OK && task->gets_stuck) {
        status = s3a_lock_run(client, task->bucket, DEMO_LOCK, &options, get_stuck, &copy, &error);
    }
    if (status != S3A_OK) {
        fprintf(stderr, "demo: worker %d: %s (%s)\n", task->worker + 1, error.message,
                s3a_status_name(status));
    }
    s3a_client_free(client);
    return status == S3A_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

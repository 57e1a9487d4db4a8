/* SPDX-License-Identifier: MIT */
#include "demo.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <s3atomic/s3atomic.h>

/* Everything has to be over by then. */
#define TIME_MAX_MS 60000
#define TICK_MS 40

/* How long the victim is left in its critical section: some leases, for all to see that the
 * heartbeats keep the others out. */
#define STUCK_MS (2 * DEMO_LEASE_MS)

int64_t demo_now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The user has seen enough. The workers get the same signal, from the terminal. */
static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    is_interrupted = 1;
}

/* Starts a worker: this very program, with its task on the command line. */
static bool start_worker(struct demo *demo, struct demo_task task, int write_end)
{
    char program[] = "demo";
    char option[] = "--worker";
    char numbers[64];
    char *arguments[] = {program,        option,       numbers, demo->directory,
                         demo->endpoint, demo->bucket, NULL};
    pid_t pid;

    snprintf(numbers, sizeof(numbers), "%d,%d,%d,%d,%d", task.worker, task.increments, task.locks,
             task.gets_stuck, write_end);
    pid = fork();
    if (pid == 0) {
        fcntl(write_end, F_SETFD, 0);
        execv("/proc/self/exe", arguments);
        _exit(127);
    }
    if (pid < 0) {
        fprintf(stderr, "demo: fork: %s\n", strerror(errno));
        return false;
    }
    demo->workers[task.worker].pid = pid;
    demo->workers[task.worker].is_running = true;
    demo->workers[task.worker].state = DEMO_WAITS;
    return true;
}

static int work_from_command_line(char **arguments)
{
    struct demo_task task = {
        .directory = arguments[1], .endpoint = arguments[2], .bucket = arguments[3]};
    int locks;
    int gets_stuck;

    if (sscanf(arguments[0], "%d,%d,%d,%d,%d", &task.worker, &task.increments, &locks, &gets_stuck,
               &task.pipe) != 5) {
        return EXIT_FAILURE;
    }
    task.locks = locks;
    task.gets_stuck = gets_stuck;
    return demo_work(&task);
}

/* Waits for one that has ended, or is about to. */
static bool reap(struct demo_worker *worker)
{
    int status = 0;
    bool was_killed = worker->state == DEMO_KILLED;

    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR) {
    }
    worker->is_running = false;
    if (was_killed) {
        return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }
    worker->state = DEMO_DONE;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int64_t read_counter(const struct demo *demo)
{
    char path[512];
    long long counter = -1;
    FILE *file;

    snprintf(path, sizeof(path), "%s/counter", demo->directory);
    file = fopen(path, "re");
    if (file) {
        if (fscanf(file, "%lld", &counter) != 1) {
            counter = -1;
        }
        fclose(file);
    }
    return counter;
}

/* A worker has something to tell. The pipe keeps the order, so each grant of the lock must show a
 * greater token, and each increment the next number. */
static void take_report(struct demo *demo, const struct demo_report *report)
{
    struct demo_worker *worker = &demo->workers[report->worker];

    if (report->event == DEMO_COUNTED) {
        worker->increments++;
        worker->state = worker->increments < DEMO_INCREMENTS_EACH ? DEMO_WAITS : DEMO_DONE;
        demo->increments++;
        demo->out_of_order += report->counter != demo->increments;
        return;
    }
    demo->out_of_order += report->token <= demo->token;
    demo->token = report->token;
    worker->state = DEMO_HOLDS;
    if (demo->killed_ms != 0 && demo->takeover_ms == 0) {
        demo->takeover_ms = demo_now_ms() - demo->killed_ms;
        demo_screen_tell("process %d took over %.1f s later, with token %" PRIu64,
                         report->worker + 1, (double)demo->takeover_ms / 1000, report->token);
    }
}

/* Reads one report, if there is one within a tick. False at the end of all of them. */
static bool read_report(struct demo *demo, struct demo_report *ret_report, bool *ret_is_there)
{
    struct pollfd ready = {.fd = demo->pipe, .events = POLLIN};
    ssize_t size;

    *ret_is_there = false;
    if (poll(&ready, 1, TICK_MS) <= 0) {
        return true;
    }
    size = read(demo->pipe, ret_report, sizeof(*ret_report));
    *ret_is_there = size == (ssize_t)sizeof(*ret_report);
    return size != 0;
}

/* The first act: what happens to the counter without the lock. */
static bool count_without_lock(struct demo *demo)
{
    char path[512];
    bool is_good = true;
    struct demo_report report;
    bool is_there;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0) {
        return false;
    }
    demo->pipe = ends[0];
    for (int i = 0; is_good && i < DEMO_WORKERS; i++) {
        is_good = start_worker(
            demo, (struct demo_task){.worker = i, .increments = DEMO_INCREMENTS_EACH}, ends[1]);
    }
    close(ends[1]);
    while (read_report(demo, &report, &is_there)) {
        demo->increments += is_there;
    }
    close(ends[0]);
    for (int i = 0; i < DEMO_WORKERS; i++) {
        if (demo->workers[i].is_running) {
            is_good = reap(&demo->workers[i]) && is_good;
        }
    }
    demo_screen_tell("without a lock: %d increments by %d processes, and %" PRId64 " of them lost",
                     demo->increments, DEMO_WORKERS, demo->increments - read_counter(demo));
    snprintf(path, sizeof(path), "%s/counter", demo->directory);
    unlink(path);
    memset(demo->workers, 0, sizeof(demo->workers));
    demo->increments = 0;
    return is_good;
}

/* The victim has been in there for a while: it goes, and a new process does the rest of its work.
 */
static bool kill_victim(struct demo *demo, int write_end)
{
    struct demo_worker *victim = &demo->workers[DEMO_VICTIM];
    pid_t pid = victim->pid;

    kill(pid, SIGKILL);
    demo->killed_ms = demo_now_ms();
    victim->state = DEMO_KILLED;
    if (!reap(victim)) {
        return false;
    }
    demo_screen_tell("process %d (pid %d) killed while it holds the lock, token %" PRIu64,
                     DEMO_VICTIM + 1, (int)pid, demo->token);
    demo_screen_show(demo, true);
    return start_worker(
        demo,
        (struct demo_task){.worker = DEMO_VICTIM,
                           .increments = DEMO_INCREMENTS_EACH - DEMO_VICTIM_INCREMENTS,
                           .locks = true},
        write_end);
}

/* The second act, until all reports are in. */
static bool count_with_lock(struct demo *demo)
{
    struct demo_report report;
    int64_t stuck_ms = 0;
    bool is_there;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0) {
        return false;
    }
    demo->pipe = ends[0];
    for (int i = 0; i < DEMO_WORKERS; i++) {
        bool is_victim = i == DEMO_VICTIM;
        struct demo_task task = {
            .worker = i,
            .increments = is_victim ? DEMO_VICTIM_INCREMENTS : DEMO_INCREMENTS_EACH,
            .locks = true,
            .gets_stuck = is_victim,
        };

        if (!start_worker(demo, task, ends[1])) {
            return false;
        }
    }
    demo_screen_start(demo);
    while (!is_interrupted && demo_now_ms() - demo->started_ms < TIME_MAX_MS) {
        if (!read_report(demo, &report, &is_there)) {
            return true;
        }
        if (is_there) {
            take_report(demo, &report);
            if (report.event == DEMO_STUCK) {
                stuck_ms = demo_now_ms();
                demo_screen_tell("process %d is stuck with the lock; its heartbeats keep the "
                                 "others out",
                                 DEMO_VICTIM + 1);
            }
        }
        if (stuck_ms != 0 && demo->killed_ms == 0 && demo_now_ms() - stuck_ms >= STUCK_MS) {
            if (!kill_victim(demo, ends[1])) {
                return false;
            }
            close(ends[1]); /* from now on, the last worker's end is the end of the pipe */
        }
        demo_screen_show(demo, false);
    }
    if (!is_interrupted) {
        fprintf(stderr, "demo: not done after %d s\n", TIME_MAX_MS / 1000);
    }
    return false;
}

static bool make_bucket(struct demo *demo)
{
    struct s3a_client *client = NULL;
    struct s3a_error error;
    enum s3a_status status;

    snprintf(demo->bucket, sizeof(demo->bucket), "s3atomic-demo-%d", (int)getpid());
    status =
        s3a_client_new(&(struct s3a_client_options){.endpoint = demo->endpoint}, &client, &error);
    if (status == S3A_OK) {
        status = s3a_bucket_create(client, demo->bucket, &error);
    }
    if (status != S3A_OK) {
        fprintf(stderr, "demo: %s (%s)\n", error.message, s3a_status_name(status));
        demo->bucket[0] = '\0';
    }
    s3a_client_free(client);
    return status == S3A_OK;
}

/* All that was in it is the lock. */
static void remove_bucket(const struct demo *demo)
{
    const struct s3a_client_options options = {.endpoint = demo->endpoint};
    struct s3a_client *client = NULL;
    struct s3a_store *store = NULL;
    struct s3a_error error;
    enum s3a_status status;

    if (demo->bucket[0] == '\0') {
        return;
    }
    status = s3a_client_new(&options, &client, &error);
    if (status == S3A_OK) {
        store = s3a_store_new(client, s3a_bytes_codec());
        status = s3a_store_delete(store, demo->bucket, DEMO_LOCK ".lock", NULL, &error);
    }
    if (status == S3A_OK) {
        status = s3a_bucket_delete(client, demo->bucket, &error);
    }
    if (status != S3A_OK) {
        fprintf(stderr, "demo: the bucket %s stays: %s\n", demo->bucket, error.message);
    }
    s3a_store_free(store);
    s3a_client_free(client);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static bool run(struct demo *demo)
{
    bool is_good = count_without_lock(demo) && make_bucket(demo);

    if (is_good) {
        demo_screen_tell("with the lock: a heartbeat each %d ms, lease %d ms, grace %d ms",
                         DEMO_HEARTBEAT_MS, DEMO_LEASE_MS, DEMO_GRACE_MS);
        demo->started_ms = demo_now_ms();
        is_good = count_with_lock(demo);
    }
    for (int i = 0; i < DEMO_WORKERS; i++) {
        if (demo->workers[i].is_running) {
            if (!is_good) {
                kill(demo->workers[i].pid, SIGKILL);
            }
            is_good = reap(&demo->workers[i]) && is_good;
        }
    }
    return is_good;
}

int main(int count, char **arguments)
{
    const char *temporary = getenv("TMPDIR");
    struct demo demo = {0};
    int64_t lost;
    bool is_good;

    if (count == 6 && strcmp(arguments[1], "--worker") == 0) {
        return work_from_command_line(arguments + 2);
    }
    if (count > 2 || (count == 2 && arguments[1][0] == '-')) {
        fprintf(stderr, "usage: demo [ENDPOINT]\n");
        return EXIT_FAILURE;
    }
    sigaction(SIGINT, &(struct sigaction){.sa_handler = interrupt}, NULL);
    snprintf(demo.directory, sizeof(demo.directory), "%s/s3atomic-demo-XXXXXX",
             temporary ? temporary : "/tmp");
    if (!mkdtemp(demo.directory)) {
        fprintf(stderr, "demo: %s: %s\n", demo.directory, strerror(errno));
        return EXIT_FAILURE;
    }
    snprintf(demo.endpoint, sizeof(demo.endpoint), "%s%s%s", count == 2 ? "" : "file://",
             count == 2 ? arguments[1] : demo.directory, count == 2 ? "" : "/store");
    is_good = run(&demo);
    remove_bucket(&demo);
    lost = demo.increments - read_counter(&demo);
    demo_screen_show(&demo, true);
    nftw(demo.directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    if (demo.out_of_order > 0) {
        fprintf(stderr, "demo: %d steps were out of order\n", demo.out_of_order);
    }
    printf("demo: %d of %d increments, %" PRId64 " lost, takeover after %.1f s\n", demo.increments,
           DEMO_INCREMENTS, lost, (double)demo.takeover_ms / 1000);
    is_good = is_good && demo.increments == DEMO_INCREMENTS && lost == 0 && demo.takeover_ms > 0 &&
              demo.out_of_order == 0;
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: MIT */

/*
 * Many who wait for one lock over HTTP, as everything is by default: how long until the next one
 * has it once it is given back, how many requests all of them make for that, and how long it takes
 * to take locks over from processes that were killed, where the protocol promises lease + grace +
 * poll_max_ms, and a second more where the store's dates show whole ones.
 */

#include <errno.h>
#include <inttypes.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <s3atomic/lock.h>
#include <s3atomic/server.h>

#include "bench.h"
#include "client_state.h"

#define BUCKET "bench"
#define WAITERS 64
#define HANDOVERS 30
#define HOLD_MS 400 /* long enough for those who wait to look less often */
#define KILLS 30    /* of one holder each, with two who wait for what it held */
#define KILLED_LEASE_MS 1000
#define KILLED_HEARTBEAT_MS 300

static const struct s3a_lock_options in_turn = {.wait_ms = S3A_WAIT_FOREVER};
static const struct s3a_lock_options short_lease = {
    .wait_ms = S3A_WAIT_FOREVER,
    .lease_ms = KILLED_LEASE_MS,
    .heartbeat_ms = KILLED_HEARTBEAT_MS,
};

static atomic_uint_fast64_t requests;
static sem_t granted;

/* A client of its own, whose requests are counted. */
struct waiter {
    struct s3a_transport counter;
    struct s3a_transport *http;
    struct s3a_client *client;
    struct s3a_future *future; /* NULL: it does not wait */
    struct s3a_lock *lock;
    int64_t granted_ns;
};

static struct waiter waiters[WAITERS];

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_wait: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void check(enum s3a_status status, const char *what, const struct s3a_error *error)
{
    if (status != S3A_OK) {
        die(what, error->message);
    }
}

static struct s3a_transport *http_of(struct s3a_transport *transport)
{
    return s3a_list_entry(transport, struct waiter, counter)->http;
}

static void count(struct s3a_transport *transport, struct s3a_call *call)
{
    atomic_fetch_add(&requests, 1);
    http_of(transport)->send(http_of(transport), call);
}

static void pass_abandon(struct s3a_transport *transport, struct s3a_call *call)
{
    http_of(transport)->abandon(http_of(transport), call);
}

static void pass_free(struct s3a_transport *transport)
{
    http_of(transport)->free(http_of(transport));
}

static void open_waiters(struct s3a_server *server)
{
    struct s3a_error error;

    for (int i = 0; i < WAITERS; i++) {
        struct waiter *waiter = &waiters[i];
        const struct s3a_client_options options = {
            .endpoint = s3a_server_endpoint(server),
            .access_key = s3a_server_access_key(server),
            .secret_key = s3a_server_secret_key(server),
        };
        check(s3a_client_new(&options, &waiter->client, &error), "client", &error);
        waiter->http = waiter->client->transport;
        waiter->counter = (struct s3a_transport){count, pass_abandon, pass_free};
        waiter->client->transport = &waiter->counter; /* nothing has been sent yet */
    }
}

static void note_end(struct s3a_future *future, void *user)
{
    struct waiter *waiter = user;

    if (s3a_future_wait(future, 0, NULL) == S3A_OK) {
        waiter->granted_ns = bench_now_ns();
        sem_post(&granted);
    }
}

static void start_waiting(struct waiter *waiter, const char *name,
                          const struct s3a_lock_options *options)
{
    waiter->granted_ns = 0;
    waiter->future = s3a_lock_acquire_async(waiter->client, BUCKET, name, options, &waiter->lock);
    s3a_future_on_done(waiter->future, note_end, waiter);
}

/* One that has it now, and was not told of before. */
static struct waiter *await_grant(void)
{
    struct s3a_error error;

    while (sem_wait(&granted) != 0) {
    }
    for (int i = 0; i < WAITERS; i++) {
        struct waiter *waiter = &waiters[i];
        if (waiter->future && s3a_future_is_done(waiter->future)) {
            check(s3a_future_wait(waiter->future, S3A_WAIT_FOREVER, &error), "wait", &error);
            s3a_future_free(waiter->future);
            waiter->future = NULL;
            return waiter;
        }
    }
    die("wait", "granted to nobody");
}

static void give_back(struct waiter *waiter)
{
    struct s3a_error error;

    check(s3a_lock_release(waiter->lock, &error), "release", &error);
    s3a_lock_free(waiter->lock);
    waiter->lock = NULL;
}

/* Who was faster than that gives it back. */
static void stop_waiting(void)
{
    for (int i = 0; i < WAITERS; i++) {
        s3a_future_cancel(waiters[i].future);
    }
    for (int i = 0; i < WAITERS; i++) {
        struct waiter *waiter = &waiters[i];
        if (waiter->future && s3a_future_wait(waiter->future, S3A_WAIT_FOREVER, NULL) == S3A_OK) {
            while (sem_wait(&granted) != 0) {
            }
            give_back(waiter);
        }
        s3a_future_free(waiter->future);
        waiter->future = NULL;
    }
}

static void pause_ms(int64_t ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    while (nanosleep(&pause, &pause) != 0 && errno == EINTR) {
    }
}

static void measure_handovers(void)
{
    struct bench_times times = {0};

    for (int i = 0; i < WAITERS; i++) {
        start_waiting(&waiters[i], "handover", &in_turn);
    }
    struct waiter *holder = await_grant();
    uint64_t before = atomic_load(&requests);
    int64_t begin_ns = bench_now_ns();
    for (int i = 0; i < HANDOVERS; i++) {
        pause_ms(HOLD_MS);
        int64_t free_ns = bench_now_ns();
        give_back(holder);
        struct waiter *next = await_grant();
        bench_times_add(&times, next->granted_ns - free_ns);
        start_waiting(holder, "handover", &in_turn);
        holder = next;
    }
    uint64_t made = atomic_load(&requests) - before;
    bench_print("wait", "handover, held for 400 ms", WAITERS, HANDOVERS, bench_now_ns() - begin_ns,
                &times);
    printf("{\"bench\":\"wait\",\"what\":\"requests of all for a handover\",\"at_once\":%d,"
           "\"operations\":%" PRIu64 ",\"per_handover\":%.1f}\n",
           WAITERS, made, (double)made / HANDOVERS);
    fflush(stdout);
    give_back(holder);
    stop_waiting();
    bench_times_free(&times);
}

/* Holds a lock until it is killed: this very program, with a pipe on its standard output. */
static _Noreturn void be_victim(const char *name)
{
    struct s3a_client *client;
    struct s3a_lock *lock;
    struct s3a_error error;

    check(s3a_client_new(NULL, &client, &error), "victim", &error);
    check(s3a_lock_acquire(client, BUCKET, name, &short_lease, &lock, &error), "victim", &error);
    if (write(STDOUT_FILENO, "h", 1) != 1) {
        die("victim", "nobody is there");
    }
    for (;;) {
        pause();
    }
}

static void set_environment(struct s3a_server *server)
{
    setenv("S3ATOMIC_ENDPOINT", s3a_server_endpoint(server), 1);
    setenv("AWS_ACCESS_KEY_ID", s3a_server_access_key(server), 1);
    setenv("AWS_SECRET_ACCESS_KEY", s3a_server_secret_key(server), 1);
}

/* Returns once it has the lock. */
static pid_t start_victim(const char *name)
{
    pid_t parent = getpid();
    int ends[2];
    char held;

    if (pipe(ends) != 0) {
        die("pipe", strerror(errno));
    }
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (getppid() == parent) {
            execl("/proc/self/exe", "bench_wait", name, (char *)NULL);
        }
        _exit(127);
    }
    close(ends[1]);
    if (pid < 0 || read(ends[0], &held, 1) != 1) {
        die("victim", "it does not get the lock");
    }
    close(ends[0]);
    return pid;
}

/* Holders are killed at all times between two of their heartbeats. */
static void measure_takeovers(void)
{
    struct bench_times times = {0};
    pid_t victims[KILLS];
    int64_t killed_ns[KILLS];
    char name[16];

    for (int i = 0; i < KILLS; i++) {
        snprintf(name, sizeof(name), "takeover-%d", i);
        victims[i] = start_victim(name);
        start_waiting(&waiters[i], name, &short_lease);
        start_waiting(&waiters[KILLS + i], name, &short_lease);
    }
    pause_ms(HOLD_MS);
    int64_t begin_ns = bench_now_ns();
    for (int i = 0; i < KILLS; i++) {
        pause_ms(KILLED_HEARTBEAT_MS / KILLS);
        killed_ns[i] = bench_now_ns();
        kill(victims[i], SIGKILL);
    }
    for (int i = 0; i < KILLS; i++) {
        struct waiter *next = await_grant();
        bench_times_add(&times, next->granted_ns - killed_ns[(next - waiters) % KILLS]);
    }
    bench_print("wait", "takeover after a kill, lease 1 s + grace 2 s", 2 * KILLS, KILLS,
                bench_now_ns() - begin_ns, &times);
    for (int i = 0; i < KILLS; i++) {
        waitpid(victims[i], NULL, 0);
    }
    stop_waiting();
    for (int i = 0; i < 2 * KILLS; i++) {
        s3a_lock_free(waiters[i].lock); /* NULL: the other one had it */
    }
    bench_times_free(&times);
}

int main(int argc, char **argv)
{
    static const char *const buckets[] = {BUCKET};
    const struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct s3a_server *server;
    struct s3a_error error;

    if (argc > 1) {
        be_victim(argv[1]);
    }
    sem_init(&granted, 0, 0);
    check(s3a_server_start(&options, &server, &error), "server", &error);
    set_environment(server);
    open_waiters(server);
    measure_handovers();
    measure_takeovers();
    for (int i = 0; i < WAITERS; i++) {
        s3a_client_free(waiters[i].client);
    }
    s3a_server_stop(server);
    return EXIT_SUCCESS;
}

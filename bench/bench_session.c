/* SPDX-License-Identifier: MIT */

/*
 * A hundred thousand locks held by one process under one session, over a directory and over HTTP:
 * how fast they are taken and given back, how much memory each of them takes while it is held, and
 * how many requests keep them. The memory is what this process has resident of its own (RssAnon),
 * so the server is another process. The requests are counted where they arrive: at the server, or
 * at the door of the directory's store.
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

#include <s3atomic/server.h>
#include <s3atomic/session.h>

#include "bench.h"
#include "client_state.h"
#include "front.h"

#define BUCKET "bench"
#define LOCKS 100000
#define SIDE_BY_SIDE 64
#define HEARTBEAT_MS 1000
#define LEASE_MS 30000 /* of a machine that is busy with this */
#define INTERVALS 5
#define TEXT_SIZE 256

static const unsigned levels[] = {1, 1000, LOCKS};

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_session: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void check(enum s3a_status status, const char *what, const struct s3a_error *error)
{
    if (status != S3A_OK) {
        die(what, error->message);
    }
}

/* The server, in a process of its own: a byte asks it how many requests it has had. */
struct host {
    pid_t pid;
    int ask_fd;
    int answer_fd;
    char endpoint[TEXT_SIZE];
    char access_key[TEXT_SIZE];
    char secret_key[TEXT_SIZE];
};

static _Noreturn void serve(int ask_fd, int answer_fd)
{
    static const char *const buckets[] = {BUCKET};
    const struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct host host = {0};
    struct s3a_server *server;
    struct s3a_error error;
    char byte;

    check(s3a_server_start(&options, &server, &error), "server", &error);
    snprintf(host.endpoint, TEXT_SIZE, "%s", s3a_server_endpoint(server));
    snprintf(host.access_key, TEXT_SIZE, "%s", s3a_server_access_key(server));
    snprintf(host.secret_key, TEXT_SIZE, "%s", s3a_server_secret_key(server));
    bool is_heard = write(answer_fd, &host, sizeof(host)) == (ssize_t)sizeof(host);
    while (is_heard && read(ask_fd, &byte, 1) == 1) {
        uint64_t count = s3a_server_request_count(server);
        is_heard = write(answer_fd, &count, sizeof(count)) == (ssize_t)sizeof(count);
    }
    s3a_server_stop(server);
    _exit(EXIT_SUCCESS);
}

static void start_host(struct host *host)
{
    int asks[2];
    int answers[2];

    if (pipe(asks) != 0 || pipe(answers) != 0) {
        die("pipe", strerror(errno));
    }
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(asks[1]);
        close(answers[0]);
        serve(asks[0], answers[1]);
    }
    close(asks[0]);
    close(answers[1]);
    if (pid < 0 || read(answers[0], host, sizeof(*host)) != (ssize_t)sizeof(*host)) {
        die("server", "it does not start");
    }
    host->pid = pid;
    host->ask_fd = asks[1];
    host->answer_fd = answers[0];
}

static void stop_host(struct host *host)
{
    close(host->ask_fd); /* then it stops by itself */
    waitpid(host->pid, NULL, 0);
    close(host->answer_fd);
}

/* One side of the comparison. */
struct side {
    const char *name;
    struct s3a_client *client;
    struct host *host; /* NULL: a directory, and the requests are counted here: */
    struct s3a_transport door;
    struct s3a_transport *inner;
    atomic_uint_fast64_t requests;

    struct s3a_session *session;
    struct s3a_lock *locks[LOCKS];
    sem_t room;
};

static struct s3a_transport *inner_of(struct s3a_transport *door)
{
    return s3a_list_entry(door, struct side, door)->inner;
}

static void count(struct s3a_transport *door, struct s3a_call *call)
{
    atomic_fetch_add(&s3a_list_entry(door, struct side, door)->requests, 1);
    inner_of(door)->send(inner_of(door), call);
}

static void pass_abandon(struct s3a_transport *door, struct s3a_call *call)
{
    inner_of(door)->abandon(inner_of(door), call);
}

static void pass_free(struct s3a_transport *door)
{
    inner_of(door)->free(inner_of(door));
}

static uint64_t request_count(struct side *side)
{
    uint64_t total;

    if (!side->host) {
        return atomic_load(&side->requests);
    }
    if (write(side->host->ask_fd, "?", 1) != 1 ||
        read(side->host->answer_fd, &total, sizeof(total)) != (ssize_t)sizeof(total)) {
        die("server", "it does not say how many requests it has had");
    }
    return total;
}

static uint64_t resident_bytes(void)
{
    unsigned long long kib = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");

    while (file && fgets(line, sizeof(line), file) && sscanf(line, "RssAnon: %llu", &kib) != 1) {
    }
    if (!file || kib == 0) {
        die("/proc/self/status", "it has no RssAnon");
    }
    fclose(file);
    return kib * 1024;
}

static void print_figure(const char *side, const char *what, unsigned locks, uint64_t operations,
                         const char *unit, double value)
{
    printf("{\"bench\":\"session\",\"what\":\"%s, %s\",\"locks\":%u,\"operations\":%" PRIu64
           ",\"%s\":%.1f}\n",
           what, side, locks, operations, unit, value);
    fflush(stdout);
}

/* So many are under way at a time. */

static void await_room(struct side *side, unsigned places)
{
    for (unsigned i = 0; i < places; i++) {
        while (sem_wait(&side->room) != 0) {
        }
    }
}

static void note_end(struct s3a_future *future, void *user)
{
    struct side *side = user;
    struct s3a_error error;

    check(s3a_future_wait(future, 0, &error), side->name, &error);
    s3a_future_free(future);
    sem_post(&side->room);
}

static void await_all(struct side *side)
{
    await_room(side, SIDE_BY_SIDE);
    for (unsigned i = 0; i < SIDE_BY_SIDE; i++) {
        sem_post(&side->room);
    }
}

static void take(struct side *side, unsigned first, unsigned end)
{
    const struct s3a_lock_options options = {.session = side->session};
    char name[32];

    for (unsigned i = first; i < end; i++) {
        snprintf(name, sizeof(name), "job-%06u", i);
        await_room(side, 1);
        s3a_future_on_done(
            s3a_lock_acquire_async(side->client, BUCKET, name, &options, &side->locks[i]), note_end,
            side);
    }
    await_all(side);
}

static void give_back(struct side *side, unsigned end)
{
    for (unsigned i = 0; i < end; i++) {
        await_room(side, 1);
        s3a_future_on_done(s3a_lock_release_async(side->locks[i]), note_end, side);
    }
    await_all(side);
    for (unsigned i = 0; i < end; i++) {
        s3a_lock_free(side->locks[i]);
        side->locks[i] = NULL;
    }
}

/* What keeps them, over a few heartbeats. */
static void measure_heartbeats(struct side *side, unsigned locks)
{
    struct timespec pause = {.tv_sec = INTERVALS * HEARTBEAT_MS / 1000};
    uint64_t before = request_count(side);

    while (nanosleep(&pause, &pause) != 0 && errno == EINTR) {
    }
    uint64_t made = request_count(side) - before;
    if (!s3a_lock_is_held(side->locks[0]) || !s3a_lock_is_held(side->locks[locks - 1])) {
        die(side->name, "a lock was lost");
    }
    print_figure(side->name, "requests per heartbeat", locks, made, "per_heartbeat",
                 (double)made / INTERVALS);
}

static void measure(struct side *side)
{
    const struct s3a_session_options options = {.heartbeat_ms = HEARTBEAT_MS, .lease_ms = LEASE_MS};
    struct s3a_error error;
    unsigned held = 0;
    char what[64];

    memset(side->locks, 0xff, sizeof(side->locks)); /* these pages are not the library's */

    check(s3a_session_open(side->client, BUCKET, &options, &side->session, &error), "session",
          &error);
    take(side, 0, SIDE_BY_SIDE * 4); /* what everything takes that is there but once */
    give_back(side, SIDE_BY_SIDE * 4);
    uint64_t resident = resident_bytes();
    uint64_t requests = request_count(side);
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        int64_t begin_ns = bench_now_ns();
        take(side, held, levels[i]);
        int64_t took_ns = bench_now_ns() - begin_ns;
        if (levels[i] == LOCKS) {
            snprintf(what, sizeof(what), "acquire, %s", side->name);
            bench_print("session", what, SIDE_BY_SIDE, LOCKS - held, took_ns, NULL);
            uint64_t grown = resident_bytes() - resident;
            print_figure(side->name, "memory of one that is held", LOCKS, grown, "bytes_per_lock",
                         (double)grown / LOCKS);
            requests = request_count(side) - requests;
            print_figure(side->name, "requests of all so far", LOCKS, requests, "per_lock",
                         (double)requests / LOCKS);
        }
        held = levels[i];
        measure_heartbeats(side, held);
    }
    int64_t begin_ns = bench_now_ns();
    give_back(side, LOCKS);
    snprintf(what, sizeof(what), "release, %s", side->name);
    bench_print("session", what, SIDE_BY_SIDE, LOCKS, bench_now_ns() - begin_ns, NULL);
    check(s3a_session_close(side->session, &error), "close", &error);
    s3a_session_free(side->session);
}

static void measure_directory(void)
{
    static struct side side = {.name = "directory"};
    char path[] = "/tmp/s3atomic-bench-XXXXXX";
    char endpoint[64];
    char command[64];
    struct s3a_error error;

    if (!mkdtemp(path)) {
        die(path, strerror(errno));
    }
    snprintf(endpoint, sizeof(endpoint), "file://%s", path);
    const struct s3a_client_options options = {.endpoint = endpoint};
    check(s3a_client_new(&options, &side.client, &error), "client", &error);
    side.inner = side.client->transport;
    side.door = (struct s3a_transport){count, pass_abandon, pass_free};
    side.client->transport = &side.door; /* nothing has been sent yet */
    sem_init(&side.room, 0, SIDE_BY_SIDE);
    measure(&side);
    s3a_client_free(side.client);
    snprintf(command, sizeof(command), "rm -rf '%s'", path);
    if (system(command) != 0) {
        die(path, "it stays behind");
    }
}

static void measure_http(struct host *host)
{
    static struct side side = {.name = "HTTP"};
    const struct s3a_client_options options = {
        .endpoint = host->endpoint, .access_key = host->access_key, .secret_key = host->secret_key};
    struct s3a_error error;

    side.host = host;
    check(s3a_client_new(&options, &side.client, &error), "client", &error);
    sem_init(&side.room, 0, SIDE_BY_SIDE);
    measure(&side);
    s3a_client_free(side.client);
}

/* In a process of its own, so that neither counts the other's memory. */
static void run(const char *side)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        execl("/proc/self/exe", "bench_session", side, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        die(side, "it failed");
    }
}

int main(int argc, char **argv)
{
    struct host host;

    if (argc < 2) {
        run("directory");
        run("HTTP");
    } else if (strcmp(argv[1], "directory") == 0) {
        measure_directory();
    } else {
        start_host(&host);
        measure_http(&host);
        stop_host(&host);
    }
    return EXIT_SUCCESS;
}

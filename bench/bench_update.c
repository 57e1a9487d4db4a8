/* SPDX-License-Identifier: MIT */

/*
 * Many who add 1 to the same counter over HTTP, each as fast as it can: threads of one process,
 * which are combined, and processes, which conflict. How many of their updates are made in a
 * second, what one costs in requests, and what share the process that was served worst has had, of
 * what it would have if all had had the same.
 */

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <s3atomic/server.h>
#include <s3atomic/store.h>

#include "bench.h"

#define BUCKET "bench"
#define ROUND_NS INT64_C(2000000000)
#define PROCESSES_MAX 64
#define THREADS_MAX 1000
#define STACK_SIZE (256 * 1024)

struct counter {
    int64_t value;
};

static const struct s3a_field counter_fields[] = {S3A_FIELD(struct counter, value)};
static const struct s3a_type counter_type = S3A_TYPE(struct counter, counter_fields);

/* One thread that adds. */
struct adder {
    pthread_t thread;
    struct s3a_store *store;
    const char *key;
    int64_t ends_at_ns;
    bool knows; /* starts from what it wrote last */
    struct counter value;
    uint64_t made;
    struct bench_times times;
};

static struct adder adders[THREADS_MAX];

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "bench_update: %s: %s\n", what, why);
    exit(EXIT_FAILURE);
}

static void check(enum s3a_status status, const char *what, const struct s3a_error *error)
{
    if (status != S3A_OK) {
        die(what, error->message);
    }
}

static enum s3a_status add_one(struct s3a_object *object, void *arg)
{
    struct adder *adder = arg;
    const struct counter *before = object->value;

    adder->value.value = (before ? before->value : 0) + 1;
    object->value = &adder->value;
    return S3A_OK;
}

static void *add(void *arg)
{
    struct adder *adder = arg;
    struct s3a_object last = {0};
    struct s3a_error error;

    while (bench_now_ns() < adder->ends_at_ns) {
        struct s3a_update_options options = {.known = last.bucket ? &last : NULL};
        struct s3a_object next;
        int64_t begin_ns = bench_now_ns();
        check(s3a_store_update_with(adder->store, BUCKET, adder->key, &options, add_one, adder,
                                    adder->knows ? &next : NULL, &error),
              "update", &error);
        bench_times_add(&adder->times, bench_now_ns() - begin_ns);
        adder->made++;
        if (adder->knows) {
            s3a_object_clear(&last);
            last = next;
        }
    }
    s3a_object_clear(&last);
    return NULL;
}

/* All threads of one process; their times are added to *times. Returns how many were made. */
static uint64_t add_with(const char *key, unsigned threads, bool knows, struct bench_times *times)
{
    struct s3a_client *client;
    struct s3a_error error;
    pthread_attr_t attributes;
    uint64_t made = 0;

    check(s3a_client_new(NULL, &client, &error), "client", &error);
    struct s3a_store *store = s3a_store_new(client, s3a_json_codec(&counter_type));
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    int64_t ends_at_ns = bench_now_ns() + ROUND_NS;
    for (unsigned i = 0; i < threads; i++) {
        adders[i] =
            (struct adder){.store = store, .key = key, .ends_at_ns = ends_at_ns, .knows = knows};
        if (pthread_create(&adders[i].thread, &attributes, add, &adders[i]) != 0) {
            die("thread", strerror(errno));
        }
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(adders[i].thread, NULL);
        made += adders[i].made;
        bench_times_merge(times, &adders[i].times);
        bench_times_free(&adders[i].times);
    }
    pthread_attr_destroy(&attributes);
    s3a_store_free(store);
    s3a_client_free(client);
    return made;
}

/* Another process that does so, with one thread: how many it made goes to its standard output. */
static _Noreturn void be_adder(const char *key)
{
    struct bench_times times = {0};
    uint64_t made = add_with(key, 1, false, &times);

    bench_times_free(&times);
    exit(write(STDOUT_FILENO, &made, sizeof(made)) == sizeof(made) ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* Returns the end to read from. */
static int start_adder(const char *key, pid_t *ret_pid)
{
    pid_t parent = getpid();
    int ends[2];

    if (pipe(ends) != 0) {
        die("pipe", strerror(errno));
    }
    *ret_pid = fork();
    if (*ret_pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (getppid() == parent) {
            execl("/proc/self/exe", "bench_update", key, (char *)NULL);
        }
        _exit(127);
    }
    close(ends[1]);
    if (*ret_pid < 0) {
        die("fork", strerror(errno));
    }
    return ends[0];
}

static uint64_t requests_so_far(struct s3a_server *server)
{
    struct s3a_server_statistics statistics;

    s3a_server_statistics(server, &statistics);
    return statistics.requests;
}

static void print_cost(const char *what, unsigned at_once, uint64_t requests, uint64_t made,
                       double worst_share)
{
    printf("{\"bench\":\"update\",\"what\":\"%s\",\"at_once\":%u,\"operations\":%" PRIu64
           ",\"requests_each\":%.3f",
           what, at_once, made, (double)requests / (double)made);
    if (worst_share >= 0) {
        printf(",\"worst_share\":%.2f", worst_share);
    }
    printf("}\n");
    fflush(stdout);
}

static void measure_threads(struct s3a_server *server, unsigned threads, bool knows)
{
    struct bench_times times = {0};
    char key[32];
    char what[64];

    snprintf(key, sizeof(key), "threads-%u-%d", threads, knows);
    snprintf(what, sizeof(what),
             threads == 1 ? knows ? "one thread that knows" : "one thread"
                          : "threads of one process");
    uint64_t before = requests_so_far(server);
    int64_t begin_ns = bench_now_ns();
    uint64_t made = add_with(key, threads, knows, &times);
    bench_print("update", what, threads, made, bench_now_ns() - begin_ns, &times);
    print_cost(what, threads, requests_so_far(server) - before, made, -1);
    bench_times_free(&times);
}

static void measure_processes(struct s3a_server *server, unsigned processes)
{
    pid_t pids[PROCESSES_MAX];
    int ends[PROCESSES_MAX];
    uint64_t all = 0;
    uint64_t worst = UINT64_MAX;
    char key[32];

    snprintf(key, sizeof(key), "processes-%u", processes);
    uint64_t before = requests_so_far(server);
    int64_t begin_ns = bench_now_ns();
    for (unsigned i = 0; i < processes; i++) {
        ends[i] = start_adder(key, &pids[i]);
    }
    for (unsigned i = 0; i < processes; i++) {
        uint64_t made;
        if (read(ends[i], &made, sizeof(made)) != sizeof(made)) {
            die("process", "it has failed");
        }
        close(ends[i]);
        waitpid(pids[i], NULL, 0);
        all += made;
        worst = made < worst ? made : worst;
    }
    bench_print("update", "processes", processes, all, bench_now_ns() - begin_ns, NULL);
    print_cost("processes", processes, requests_so_far(server) - before, all,
               (double)worst * processes / (double)all);
}

int main(int argc, char **argv)
{
    static const char *const buckets[] = {BUCKET};
    const struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct s3a_server *server;
    struct s3a_error error;

    if (argc > 1) {
        be_adder(argv[1]);
    }
    check(s3a_server_start(&options, &server, &error), "server", &error);
    setenv("S3ATOMIC_ENDPOINT", s3a_server_endpoint(server), 1);
    setenv("AWS_ACCESS_KEY_ID", s3a_server_access_key(server), 1);
    setenv("AWS_SECRET_ACCESS_KEY", s3a_server_secret_key(server), 1);
    measure_threads(server, 1, false);
    measure_threads(server, 1, true);
    measure_threads(server, 64, false);
    measure_threads(server, THREADS_MAX, false);
    measure_processes(server, 8);
    measure_processes(server, PROCESSES_MAX);
    s3a_server_stop(server);
    return EXIT_SUCCESS;
}

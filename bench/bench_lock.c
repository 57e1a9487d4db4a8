/* SPDX-License-Identifier: MIT */

/*
 * Locks taken and given back: one after another, and many side by side, over a directory and over
 * HTTP, beside the disk. A warm cycle is two durable writes, so the limit is a file that is written
 * to and synchronised twice; in place, as a database's log is, once it has grown.
 */

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <s3atomic/s3atomic.h>

#include "bench.h"

#define RUN_NS INT64_C(2000000000)
#define BUCKET "bench"
#define RECORD_SIZE 512
#define LIMIT_RECORDS 2048
#define SIDE_BY_SIDE 32

static void die(const char *what, const char *message)
{
    fprintf(stderr, "bench_lock: %s: %s\n", what, message);
    exit(1);
}

static void check(enum s3a_status status, const char *what, const struct s3a_error *error)
{
    if (status != S3A_OK) {
        die(what, error->message);
    }
}

static void cycle(struct s3a_client *client, const char *name)
{
    struct s3a_lock *lock;
    struct s3a_error error;

    check(s3a_lock_acquire(client, BUCKET, name, NULL, &lock, &error), "acquire", &error);
    check(s3a_lock_release(lock, &error), "release", &error);
    s3a_lock_free(lock);
}

struct worker {
    struct s3a_client *client;
    unsigned number;
    int64_t end_ns;
    struct bench_times times;
    pthread_t thread;
};

static void *work(void *arg)
{
    struct worker *worker = arg;
    char name[32];

    snprintf(name, sizeof(name), "lock-%u", worker->number);
    cycle(worker->client, name); /* the first one is cold */
    for (int64_t now_ns = bench_now_ns(); now_ns < worker->end_ns;) {
        int64_t begin_ns = now_ns;
        cycle(worker->client, name);
        now_ns = bench_now_ns();
        bench_times_add(&worker->times, now_ns - begin_ns);
    }
    return NULL;
}

static void measure(struct s3a_client *client, const char *what, unsigned at_once)
{
    static struct worker workers[SIDE_BY_SIDE];
    struct bench_times times = {0};
    int64_t begin_ns = bench_now_ns();

    for (unsigned i = 0; i < at_once; i++) {
        workers[i] = (struct worker){.client = client, .number = i, .end_ns = begin_ns + RUN_NS};
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            die("pthread_create", "failed");
        }
    }
    for (unsigned i = 0; i < at_once; i++) {
        pthread_join(workers[i].thread, NULL);
        bench_times_merge(&times, &workers[i].times);
        bench_times_free(&workers[i].times);
    }
    bench_print("lock", what, at_once, times.count, bench_now_ns() - begin_ns, &times);
    bench_times_free(&times);
}

/* Two records over others, each synchronised. */
static void measure_disk(const char *directory)
{
    static const char record[RECORD_SIZE];
    struct bench_times times = {0};
    char path[512];
    unsigned count = 0;
    int64_t begin_ns;

    snprintf(path, sizeof(path), "%s/limit", directory);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    for (int i = 0; i < LIMIT_RECORDS; i++) {
        if (pwrite(fd, record, sizeof(record), (off_t)i * RECORD_SIZE) != sizeof(record)) {
            die(path, "cannot be made");
        }
    }
    fsync(fd);
    begin_ns = bench_now_ns();
    int64_t now_ns = begin_ns;
    while (now_ns < begin_ns + RUN_NS) {
        int64_t start_ns = now_ns;
        for (int i = 0; i < 2; i++) {
            off_t at = (off_t)(count++ % LIMIT_RECORDS) * RECORD_SIZE;
            if (pwrite(fd, record, sizeof(record), at) != sizeof(record) || fdatasync(fd) != 0) {
                die(path, "cannot be written");
            }
        }
        now_ns = bench_now_ns();
        bench_times_add(&times, now_ns - start_ns);
    }
    bench_print("lock", "limit: two pwrite+fdatasync", 1, times.count, now_ns - begin_ns, &times);
    bench_times_free(&times);
    close(fd);
    unlink(path);
}

int main(void)
{
    static const char *const buckets[] = {BUCKET};
    const struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct s3a_server *server;
    struct s3a_client *over_http, *embedded;
    struct s3a_error error;
    char endpoint[512];

    check(s3a_server_start(&options, &server, &error), "server", &error);
    check(s3a_server_client(server, &over_http, &error), "client", &error);
    snprintf(endpoint, sizeof(endpoint), "file://%s", s3a_server_directory(server));
    const struct s3a_client_options directory = {.endpoint = endpoint};
    check(s3a_client_new(&directory, &embedded, &error), "client", &error);

    measure_disk(s3a_server_directory(server));
    measure(embedded, "take and give back, directory", 1);
    measure(embedded, "take and give back, directory", SIDE_BY_SIDE);
    measure(over_http, "take and give back, HTTP", 1);
    measure(over_http, "take and give back, HTTP", SIDE_BY_SIDE);

    s3a_client_free(embedded);
    s3a_client_free(over_http);
    s3a_server_stop(server);
    return 0;
}

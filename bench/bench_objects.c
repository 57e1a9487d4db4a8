/* SPDX-License-Identifier: MIT */

/*
 * The object store by itself, without HTTP: durable puts, gets, listings, processes beside each
 * other, and what a short-lived command pays to open a store.
 *
 * Durable puts stand beside the limit that the disk sets: the same bytes, written over a part of a
 * file and fdatasync'd, by one thread, in the same run: as many bodies to a sync as there are
 * writers. The share of the limit that the store reaches is a line of its own.
 */

#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "check.h"
#include "objects.h"

#define NAME "objects"
#define SECOND_NS INT64_C(1000000000)
#define BODY_SIZE 512 /* a lock's record */
#define WORKERS_MAX 64
#define PROCESSES 8
#define KEYS 100 /* of each writer */
#define LIST_KEYS 100000
#define LIMIT_FILE_SIZE (16 * 1024 * 1024)

static char body[BODY_SIZE];

struct bench {
    char path[64];
    struct s3a_objects *objects;
    atomic_bool stop;
};

/* ------------------------------------------------------------------ stores and operations */

static void open_store(struct bench *bench)
{
    struct s3a_objects_options options = {.directory = bench->path, .create_buckets = true};
    struct s3a_error error;

    if (s3a_objects_open(&options, &bench->objects, &error) != S3A_OK) {
        fprintf(stderr, "bench_objects: %s\n", error.message);
        exit(EXIT_FAILURE);
    }
}

static void make_store(struct bench *bench)
{
    *bench = (struct bench){.path = "/tmp/s3a-bench-XXXXXX"};
    s3a_check(mkdtemp(bench->path) != NULL);
    open_store(bench);
}

static void close_store(struct bench *bench)
{
    s3a_objects_close(bench->objects);
    bench->objects = NULL;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static void remove_store(struct bench *bench)
{
    close_store(bench);
    s3a_check(nftw(bench->path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

static void put(struct bench *bench, const char *key)
{
    struct s3a_op op = {
        .kind = S3A_OP_PUT_OBJECT, .bucket = S3A_STR("bench"), .key = s3a_str_of(key)};
    struct s3a_spool spool;
    struct s3a_answer answer;

    s3a_answer_init(&answer, 0);
    s3a_check(s3a_spool_init(&spool, bench->objects) == S3A_OK);
    s3a_check(s3a_spool_append(&spool, s3a_str_make(body, sizeof(body))) == S3A_OK);
    s3a_spool_end(&spool);
    s3a_check(s3a_objects_write(bench->objects, &op, &spool, &answer) == S3A_OK);
    s3a_spool_fini(&spool);
    s3a_answer_fini(&answer);
}

static void get(struct bench *bench, const char *key)
{
    struct s3a_op op = {
        .kind = S3A_OP_GET_OBJECT, .bucket = S3A_STR("bench"), .key = s3a_str_of(key)};
    struct s3a_answer answer;

    s3a_answer_init(&answer, BODY_SIZE);
    s3a_objects_read(bench->objects, &op, &answer);
    s3a_check(answer.status == S3A_OK && answer.body.size == BODY_SIZE);
    s3a_answer_fini(&answer);
}

/* ------------------------------------------------------------------ many at once */

typedef void (*work_fn)(struct bench *bench, int number, unsigned round);

struct worker {
    struct bench *bench;
    int number;
    work_fn work;
    int64_t end_ns;
    struct bench_times times;
    pthread_t thread;
};

static void *run_worker(void *arg)
{
    struct worker *worker = arg;
    int64_t now_ns = bench_now_ns();

    for (unsigned round = 0; now_ns < worker->end_ns && !atomic_load(&worker->bench->stop);
         round++) {
        int64_t start_ns = now_ns;
        worker->work(worker->bench, worker->number, round);
        now_ns = bench_now_ns();
        bench_times_add(&worker->times, now_ns - start_ns);
    }
    return NULL;
}

/* Measures and prints what so many workers do in a time; operations a second. */
static double measure(struct bench *bench, const char *what, int count, work_fn work,
                      int64_t duration_ns)
{
    struct worker workers[WORKERS_MAX];
    struct bench_times times = {0};
    int64_t start_ns = bench_now_ns();

    atomic_store(&bench->stop, false);
    for (int i = 0; i < count; i++) {
        workers[i] = (struct worker){
            .bench = bench, .number = i, .work = work, .end_ns = start_ns + duration_ns};
        s3a_check(pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]) == 0);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(workers[i].thread, NULL);
        bench_times_merge(&times, &workers[i].times);
        bench_times_free(&workers[i].times);
    }
    int64_t took_ns = bench_now_ns() - start_ns;
    double rate = (double)times.count * 1e9 / (double)took_ns;
    if (what) {
        bench_print(NAME, what, (unsigned)count, times.count, took_ns, &times);
    }
    bench_times_free(&times);
    return rate;
}

/* ------------------------------------------------------------------ the limit */

/* Bodies a second that a file takes, so many to a sync. The file has its size already: as the
 * store's log, which is used again and again. */
static double measure_limit(int bodies_per_sync)
{
    static char batch[WORKERS_MAX * BODY_SIZE];
    char path[] = "/tmp/s3a-bench-limit-XXXXXX";
    size_t size = (size_t)bodies_per_sync * BODY_SIZE;
    struct bench_times times = {0};
    int fd = mkstemp(path);

    s3a_check(fd >= 0 && unlink(path) == 0);
    for (off_t filled = 0; filled < LIMIT_FILE_SIZE; filled += (off_t)sizeof(batch)) {
        s3a_check(write(fd, batch, sizeof(batch)) == (ssize_t)sizeof(batch));
    }
    s3a_check(fsync(fd) == 0);

    int64_t start_ns = bench_now_ns();
    int64_t now_ns = start_ns;
    for (off_t at = 0; now_ns - start_ns < SECOND_NS; at = (at + (off_t)size) % LIMIT_FILE_SIZE) {
        int64_t before_ns = now_ns;
        s3a_check(pwrite(fd, batch, size, at) == (ssize_t)size && fdatasync(fd) == 0);
        now_ns = bench_now_ns();
        bench_times_add(&times, now_ns - before_ns);
    }
    close(fd);
    uint64_t bodies = times.count * (uint64_t)bodies_per_sync;
    bench_print(NAME, "limit: write, fdatasync", (unsigned)bodies_per_sync, bodies,
                now_ns - start_ns, &times);
    bench_times_free(&times);
    return (double)bodies * 1e9 / (double)(now_ns - start_ns);
}

static void print_share(const char *what, int count, double value, double limit)
{
    printf("{\"bench\":\"" NAME "\",\"what\":\"%s, share of limit\",\"at_once\":%d,"
           "\"share\":%.3f}\n",
           what, count, value / limit);
    fflush(stdout);
}

/* ------------------------------------------------------------------ the benches */

static void put_own_key(struct bench *bench, int number, unsigned round)
{
    char key[32];

    snprintf(key, sizeof(key), "writer-%d/%u", number, round % KEYS);
    put(bench, key);
}

static void bench_puts(int writers)
{
    struct bench bench;
    double limit = measure_limit(writers);

    make_store(&bench);
    double value = measure(&bench, "put 512 B", writers, put_own_key, SECOND_NS);
    remove_store(&bench);
    print_share("put 512 B", writers, value, limit);
}

static void get_some_key(struct bench *bench, int number, unsigned round)
{
    char key[32];

    snprintf(key, sizeof(key), "writer-%d/%u", number, round % KEYS);
    get(bench, key);
}

static void bench_gets(int readers)
{
    struct bench bench;

    make_store(&bench);
    for (int number = 0; number < readers; number++) {
        for (unsigned i = 0; i < KEYS; i++) {
            put_own_key(&bench, number, i);
        }
    }
    (void)measure(&bench, "get 512 B", readers, get_some_key, SECOND_NS);
    remove_store(&bench);
}

static atomic_uint next_key;

static void fill(struct bench *bench, int number, unsigned round)
{
    char key[64];
    unsigned at = atomic_fetch_add(&next_key, 1);

    (void)number;
    (void)round;
    if (at >= LIST_KEYS) {
        atomic_store(&bench->stop, true);
        return;
    }
    snprintf(key, sizeof(key), "directory-%02u/object-%06u", at % 100, at);
    put(bench, key);
}

static void list_a_page(struct bench *bench, int number, unsigned round)
{
    char after[64];
    struct s3a_op op = {.kind = S3A_OP_LIST_OBJECTS, .bucket = S3A_STR("bench")};
    struct s3a_answer answer;

    (void)number;
    snprintf(after, sizeof(after), "directory-%02u/", round % 99);
    op.start_after = s3a_str_of(after);
    s3a_answer_init(&answer, 0);
    s3a_objects_read(bench->objects, &op, &answer);
    s3a_check(answer.status == S3A_OK && answer.entry_count == 1000);
    s3a_answer_fini(&answer);
}

static void bench_lists(void)
{
    struct bench bench;

    make_store(&bench);
    (void)measure(&bench, NULL, WORKERS_MAX, fill, 120 * SECOND_NS);
    (void)measure(&bench, "list 1,000 of 100,000", 1, list_a_page, SECOND_NS);
    remove_store(&bench);
}

/* In a process of its own: puts for a second, and tells how long each took. */
static void put_in_process(struct bench *bench, int number, int fd)
{
    struct worker worker = {.bench = bench, .number = number, .work = put_own_key};
    int64_t start_ns;

    open_store(bench);
    start_ns = bench_now_ns();
    worker.end_ns = start_ns + SECOND_NS;
    (void)run_worker(&worker);
    close_store(bench);
    FILE *out = fdopen(fd, "w");
    s3a_check(out && fwrite(worker.times.ns, sizeof(int64_t), worker.times.count, out) ==
                         worker.times.count);
    fclose(out);
    _exit(0);
}

static void bench_processes(void)
{
    struct bench bench;
    struct bench_times times = {0};
    FILE *from[PROCESSES];

    make_store(&bench);
    close_store(&bench);
    for (int i = 0; i < PROCESSES; i++) {
        int fds[2];
        s3a_check(pipe(fds) == 0);
        pid_t pid = fork();
        s3a_check(pid >= 0);
        if (pid == 0) {
            put_in_process(&bench, i, fds[1]);
        }
        close(fds[1]);
        from[i] = fdopen(fds[0], "r");
        s3a_check(from[i] != NULL);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int64_t ns;
        while (fread(&ns, sizeof(ns), 1, from[i]) == 1) {
            bench_times_add(&times, ns);
        }
        fclose(from[i]);
    }
    for (int i = 0; i < PROCESSES; i++) {
        s3a_check(wait(NULL) > 0);
    }
    remove_store(&bench);
    bench_print(NAME, "put 512 B, processes", PROCESSES, times.count, SECOND_NS, &times);
    /* No two processes share a sync. */
    print_share("put 512 B, processes", PROCESSES, (double)times.count, measure_limit(1));
    bench_times_free(&times);
}

/* What a command needs of a store that takes a lock and frees it: open, look, take, free, close. */
static void open_lock_close(struct bench *bench, int number, unsigned round)
{
    (void)number;
    (void)round;
    open_store(bench);
    get(bench, "a.lock");
    put(bench, "a.lock");
    put(bench, "a.lock");
    close_store(bench);
}

static void bench_cycle(void)
{
    struct bench bench;

    make_store(&bench);
    put(&bench, "a.lock");
    close_store(&bench);
    (void)measure(&bench, "open, lock, free, close", 1, open_lock_close, SECOND_NS);
    remove_store(&bench);
}

int main(void)
{
    memset(body, 'x', sizeof(body));
    bench_puts(1);
    bench_puts(16);
    bench_puts(64);
    bench_gets(1);
    bench_gets(4);
    bench_lists();
    bench_processes();
    bench_cycle();
    return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */

/*
 * Large bodies: GET and PUT of 64 MiB beside nginx, which sends a file and takes one with WebDAV's
 * PUT, in pairs; then one very large body, as one PUT and in parts, and how much memory that takes.
 * Needs nginx.
 *
 * nginx answers a PUT as soon as the page cache has the body. So there are two goals for a durable
 * PUT: nginx as it is, and nginx with an fsync(2) of the file behind each answer, which is what our
 * answer promises. Both have their files on the file system of TMPDIR.
 */

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "http_client.h"
#include "load.h"

#define NAME "bodies"
#define MIB (UINT64_C(1024) * 1024)
#define BODY_SIZE (64 * MIB)
#define PAIRS 5
#define AT_ONCE_MAX 4

/* As one PUT can be at the most; and what does to see whether memory grows. */
#define HUGE_SIZE_FULL (5 * 1024 * MIB)
#define HUGE_SIZE (512 * MIB)
/* What memory may grow by from one small fraction of such a body to all of it. */
#define GROWTH_KIB_MAX 4096

struct subject {
    const struct bench_target *target;
    const char *root;         /* of its paths */
    const char *directory;    /* not NULL: what is PUT is fsync'd there, in the time */
    const char *payload_hash; /* of bodies */
};

struct worker {
    const struct subject *subject;
    const char *method;
    unsigned number;
    pthread_t thread;
};

static void make_durable(const struct subject *subject, const char *path)
{
    char file[512];

    snprintf(file, sizeof(file), "%s%s", subject->directory, path);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        bench_die("cannot sync nginx's file");
    }
    close(fd);
}

static void *transfer(void *arg)
{
    const struct worker *worker = arg;
    const struct subject *subject = worker->subject;
    bool is_put = strcmp(worker->method, "PUT") == 0;
    struct http_client client;
    struct http_answer answer;
    char path[64];

    snprintf(path, sizeof(path), "%s/body-%u", subject->root, worker->number);
    const struct target_request request = {.method = worker->method,
                                           .path = path,
                                           .query = "",
                                           .payload_hash = is_put ? subject->payload_hash : NULL,
                                           .body_size = is_put ? BODY_SIZE : 0};
    http_connect(&client, subject->target);
    http_ask(&client, &request, &answer);
    http_expect(&answer, path);
    if (!is_put && answer.size != BODY_SIZE) {
        bench_die("a body is not as long as it was");
    }
    if (is_put && subject->directory) {
        make_durable(subject, path);
    }
    http_close(&client);
    return NULL;
}

/* So many at the same time, each with a body of its own. MiB in a second. */
static double run(const struct subject *subject, const char *method, unsigned at_once)
{
    struct worker workers[AT_ONCE_MAX];
    int64_t start_ns = bench_now_ns();

    for (unsigned i = 0; i < at_once; i++) {
        workers[i] = (struct worker){.subject = subject, .method = method, .number = i};
        if (pthread_create(&workers[i].thread, NULL, transfer, &workers[i]) != 0) {
            bench_die("no thread");
        }
    }
    for (unsigned i = 0; i < at_once; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    return (double)(at_once * BODY_SIZE / MIB) * 1e9 / (double)(bench_now_ns() - start_ns);
}

static void print_rate(const char *what, const char *who, unsigned at_once,
                       const struct bench_values *rates, double cpu_s, unsigned bodies)
{
    printf("{\"bench\":\"" NAME "\",\"what\":\"%s, %s\",\"at_once\":%u,\"mib_per_second\":%.0f",
           what, who, at_once, bench_values_median(rates));
    if (cpu_s > 0) {
        printf(",\"cpu_ms\":%.1f", cpu_s * 1000 / bodies);
    }
    printf("}\n");
    fflush(stdout);
}

/* Each against the other, and what both did alone. cpu_ms is for a body. goal 0: none. */
static void measure_pair(const char *what, const char *method, unsigned at_once,
                         const struct subject *ours, const struct subject *theirs,
                         const char *their_name, double goal)
{
    const struct subject *subjects[] = {ours, theirs};
    struct bench_values rates[2] = {0};
    struct bench_values ratios = {0};
    double cpu_s[2] = {0, 0};
    char text[128];

    for (unsigned pair = 0; pair < PAIRS; pair++) {
        double rate[2];
        for (unsigned i = 0; i < 2; i++) {
            double before_s = load_cpu_s(subjects[i]->target);
            rate[i] = run(subjects[i], method, at_once);
            cpu_s[i] += load_cpu_s(subjects[i]->target) - before_s;
            bench_values_add(&rates[i], rate[i]);
        }
        bench_values_add(&ratios, rate[0] / rate[1]);
    }
    print_rate(what, ours->target->name, at_once, &rates[0], cpu_s[0], PAIRS * at_once);
    print_rate(what, their_name, at_once, &rates[1], cpu_s[1], PAIRS * at_once);
    snprintf(text, sizeof(text), "%s / %s", what, their_name);
    bench_print_goal(NAME, text, at_once, &ratios, ">=", goal, "");
}

static void measure_beside_nginx(const struct bench_target *server,
                                 const struct bench_target *nginx, const char *directory)
{
    char hash[65];
    const struct subject ours = {server, "/" TARGET_BUCKET, NULL, NULL};
    const struct subject signed_ours = {server, "/" TARGET_BUCKET, NULL, hash};
    const struct subject theirs = {nginx, "/files", NULL, NULL};
    const struct subject durable_theirs = {nginx, "/files", directory, NULL};
    static const unsigned at_once[] = {1, AT_ONCE_MAX};

    http_body_hash(BODY_SIZE, hash);
    for (size_t i = 0; i < 2; i++) {
        unsigned n = at_once[i];
        measure_pair("put 64 MiB", "PUT", n, &ours, &theirs, "nginx", 0.7);
        measure_pair("put 64 MiB", "PUT", n, &ours, &durable_theirs, "nginx + fsync", 0.7);
        measure_pair("put 64 MiB, SHA-256", "PUT", n, &signed_ours, &durable_theirs,
                     "nginx + fsync", 0.7);
        measure_pair("get 64 MiB", "GET", n, &ours, &theirs, "nginx", 0.7);
    }
}

static void measure_other(const struct bench_target *server, const struct bench_target *other)
{
    const struct target_request make_bucket = {
        .method = "PUT", .path = "/" TARGET_BUCKET, .query = ""};
    const struct subject ours = {server, "/" TARGET_BUCKET, NULL, NULL};
    const struct subject theirs = {other, "/" TARGET_BUCKET, NULL, NULL};
    struct http_client client;
    struct http_answer answer;

    http_connect(&client, other);
    http_ask(&client, &make_bucket, &answer);
    http_close(&client);
    measure_pair("put 64 MiB", "PUT", 1, &ours, &theirs, other->name, 1);
    measure_pair("get 64 MiB", "GET", 1, &ours, &theirs, other->name, 1);
}

/* ------------------------------------------------------------------ one very large body */

static void put_part(struct http_client *client, const char *query, uint64_t size,
                     struct http_answer *ret_answer)
{
    const struct target_request request = {
        .method = "PUT", .path = "/" TARGET_BUCKET "/huge", .query = query, .body_size = size};

    http_ask(client, &request, ret_answer);
    http_expect(ret_answer, "a part of a very large body");
}

static void put_whole(struct http_client *client, uint64_t size)
{
    struct http_answer answer;

    put_part(client, "", size, &answer);
}

static void begin_upload(struct http_client *client, char *ret_id, size_t id_size)
{
    const struct target_request begin = {
        .method = "POST", .path = "/" TARGET_BUCKET "/huge", .query = "uploads="};
    struct http_answer answer;

    http_ask(client, &begin, &answer);
    http_expect(&answer, "an upload");
    const char *id = strstr(answer.text, "<UploadId>");
    if (!id) {
        bench_die("an upload without an id");
    }
    id += strlen("<UploadId>");
    snprintf(ret_id, id_size, "%.*s", (int)strcspn(id, "<"), id);
}

static void put_in_parts(struct http_client *client, uint64_t size)
{
    struct http_answer answer;
    struct s3a_buf list;
    char id[128];
    char query[256];

    s3a_buf_init(&list, MIB);
    s3a_buf_append_text(&list, "<CompleteMultipartUpload>");
    begin_upload(client, id, sizeof(id));
    for (uint64_t number = 1; number * BODY_SIZE <= size; number++) {
        snprintf(query, sizeof(query), "partNumber=%u&uploadId=%s", (unsigned)number, id);
        put_part(client, query, BODY_SIZE, &answer);
        s3a_buf_append_format(&list, "<Part><PartNumber>%u</PartNumber><ETag>%s</ETag></Part>",
                              (unsigned)number, answer.etag);
    }
    s3a_buf_append_text(&list, "</CompleteMultipartUpload>");
    snprintf(query, sizeof(query), "uploadId=%s", id);
    const struct target_request complete = {.method = "POST",
                                            .path = "/" TARGET_BUCKET "/huge",
                                            .query = query,
                                            .body_size = list.size};
    http_ask_with(client, &complete, s3a_buf_text(&list), &answer);
    http_expect(&answer, "the end of an upload");
    s3a_buf_fini(&list);
}

static void forget_peak(const struct bench_target *target)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/clear_refs", (int)target->pid);
    FILE *file = fopen(path, "we");
    if (!file || fputs("5\n", file) < 0 || fclose(file) != 0) {
        bench_die("the peak of a process's memory cannot be read anew");
    }
}

/* What the server's memory rises to beyond what a small fraction of the body took. */
static void measure_memory(const struct bench_target *server, const char *what,
                           void (*put)(struct http_client *client, uint64_t size))
{
    uint64_t size = target_is_full() ? HUGE_SIZE_FULL : HUGE_SIZE;
    struct bench_values growth = {0};
    struct http_client client;
    char text[64];

    http_connect(&client, server);
    put(&client, BODY_SIZE);
    unsigned long before_kib = target_memory_kib(server, "VmRSS:");
    forget_peak(server);
    int64_t start_ns = bench_now_ns();
    put(&client, size);
    double seconds = (double)(bench_now_ns() - start_ns) / 1e9;
    unsigned long peak_kib = target_memory_kib(server, "VmHWM:");
    http_close(&client);
    snprintf(text, sizeof(text), "%s of %u MiB", what, (unsigned)(size / MIB));
    printf("{\"bench\":\"" NAME "\",\"what\":\"%s\",\"at_once\":1,\"mib_per_second\":%.0f,"
           "\"resident_kib\":%lu}\n",
           text, (double)(size / MIB) / seconds, peak_kib);
    snprintf(text, sizeof(text), "memory's growth, %s of %u MiB", what, (unsigned)(size / MIB));
    bench_values_add(&growth, (double)peak_kib - (double)before_kib);
    bench_print_goal(NAME, text, 1, &growth, "<=", GROWTH_KIB_MAX, " KiB");
}

int main(void)
{
    char directory[256];
    char files[256];
    struct bench_target server;
    struct bench_target nginx;
    struct bench_target other;

    target_make_directory(directory, sizeof(directory));
    target_make_directory(files, sizeof(files));
    target_start_server(directory, &server);
    target_start_nginx(files, &nginx);
    measure_beside_nginx(&server, &nginx, files);
    target_stop(&nginx);
    target_remove_directory(files);
    if (target_find_s3rver(&other)) {
        measure_other(&server, &other);
    }
    if (target_find_endpoint(&other)) {
        measure_other(&server, &other);
    }
    measure_memory(&server, "one put", put_whole);
    measure_memory(&server, "a put in parts", put_in_parts);
    target_stop(&server);
    target_remove_directory(directory);
    return EXIT_SUCCESS;
}

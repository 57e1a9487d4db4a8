/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <s3atomic/server.h>

#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "clock.h"
#include "sigv4.h"

void target_make_directory(char *ret_path, size_t size)
{
    const char *parent = getenv("TMPDIR");

    snprintf(ret_path, size, "%s/s3a-bench-XXXXXX", parent && *parent ? parent : "/tmp");
    if (!mkdtemp(ret_path)) {
        bench_die("no temporary directory");
    }
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void target_remove_directory(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* In the process of its own, until the other end of stop_fd is closed. */
static _Noreturn void serve(const char *directory, int told_fd, int stop_fd)
{
    static const char *const buckets[] = {TARGET_BUCKET};
    const struct s3a_server_options options = {.directory = directory,
                                               .keep_files = directory != NULL,
                                               .buckets = buckets,
                                               .bucket_count = 1};
    struct bench_target told = {.name = "s3atomic", .host = "127.0.0.1", .pid = getpid()};
    struct s3a_server *server;
    struct s3a_error error;
    char byte;

    if (s3a_server_start(&options, &server, &error) != S3A_OK) {
        bench_die(error.message);
    }
    snprintf(told.port, sizeof(told.port), "%u", s3a_server_port(server));
    snprintf(told.access_key, sizeof(told.access_key), "%s", s3a_server_access_key(server));
    snprintf(told.secret_key, sizeof(told.secret_key), "%s", s3a_server_secret_key(server));
    if (write(told_fd, &told, sizeof(told)) != sizeof(told)) {
        bench_die("nobody listens");
    }
    while (read(stop_fd, &byte, 1) > 0) {
    }
    s3a_server_stop(server);
    exit(EXIT_SUCCESS);
}

void target_start_server(const char *directory, struct bench_target *ret_target)
{
    int told[2];
    int stop[2];

    if (pipe(told) != 0 || pipe(stop) != 0) {
        bench_die("no pipe");
    }
    pid_t pid = fork();
    if (pid < 0) {
        bench_die("no process");
    }
    if (pid == 0) {
        close(told[0]);
        close(stop[1]);
        serve(directory, told[1], stop[0]);
    }
    close(told[1]);
    close(stop[0]);
    if (read(told[0], ret_target, sizeof(*ret_target)) != sizeof(*ret_target)) {
        bench_die("the server does not start");
    }
    close(told[0]);
    ret_target->stop_fd = stop[1];
}

void target_stop(struct bench_target *target)
{
    if (target->stop_fd > 0) {
        close(target->stop_fd);
    } else {
        kill(target->pid, SIGTERM);
    }
    waitpid(target->pid, NULL, 0);
}

bool target_is_full(void)
{
    const char *full = getenv("S3A_BENCH_FULL");

    return full && *full;
}

bool target_find_s3rver(struct bench_target *ret_target)
{
    const char *port = getenv("S3A_BENCH_S3RVER");

    /* The keys are its own. */
    *ret_target = (struct bench_target){
        .name = "s3rver", .host = "127.0.0.1", .access_key = "S3RVER", .secret_key = "S3RVER"};
    snprintf(ret_target->port, sizeof(ret_target->port), "%s", port ? port : "");
    return *ret_target->port;
}

bool target_find_endpoint(struct bench_target *ret_target)
{
    const char *url = getenv("S3A_BENCH_ENDPOINT");
    const char *access_key = getenv("AWS_ACCESS_KEY_ID");
    const char *secret_key = getenv("AWS_SECRET_ACCESS_KEY");

    *ret_target = (struct bench_target){.name = "endpoint", .port = "80"};
    if (!url || !*url) {
        return false;
    }
    if (sscanf(url, "http://%127[^:/]:%7[0-9]", ret_target->host, ret_target->port) < 1) {
        bench_die("S3A_BENCH_ENDPOINT is no http://HOST:PORT");
    }
    if (!access_key || !secret_key) {
        bench_die("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are missing for the endpoint");
    }
    snprintf(ret_target->access_key, sizeof(ret_target->access_key), "%s", access_key);
    snprintf(ret_target->secret_key, sizeof(ret_target->secret_key), "%s", secret_key);
    return true;
}

void target_sign(const struct bench_target *target, const struct target_request *request,
                 struct target_signature *ret_signature)
{
    const char *region = getenv("AWS_REGION");
    struct s3a_sigv4_key key = {0};
    struct s3a_header headers[3];
    const struct s3a_credentials credentials = {s3a_str_of(target->access_key),
                                                s3a_str_of(target->secret_key), s3a_str_of(NULL)};
    const struct s3a_sigv4_request signed_request = {
        .method = s3a_str_of(request->method),
        .path = s3a_str_of(request->path),
        .query = s3a_str_of(request->query),
        .headers = headers,
        .header_count = 3,
        .payload_hash =
            s3a_str_of(request->payload_hash ? request->payload_hash : S3A_UNSIGNED_PAYLOAD)};

    snprintf(ret_signature->host, sizeof(ret_signature->host), "%s:%s", target->host, target->port);
    s3a_date_basic(s3a_clock_wall_ms(), ret_signature->date);
    headers[0] = (struct s3a_header){S3A_STR("host"), s3a_str_of(ret_signature->host)};
    headers[1] = (struct s3a_header){S3A_STR("x-amz-content-sha256"), signed_request.payload_hash};
    headers[2] = (struct s3a_header){S3A_STR("x-amz-date"), s3a_str_of(ret_signature->date)};
    const struct s3a_sigv4_scope scope = {
        headers[2].value, s3a_str_of(region && *region ? region : "us-east-1"), S3A_STR("s3")};
    s3a_buf_init(&ret_signature->authorization, TARGET_HEAD_SIZE);
    s3a_sigv4_authorization(&ret_signature->authorization, &key, &credentials, &scope,
                            &signed_request);
}

void target_write_head(const struct bench_target *target, const struct target_request *request,
                       struct s3a_buf *ret_head)
{
    struct target_signature signature;

    s3a_buf_clear(ret_head);
    s3a_buf_append_format(ret_head, "%s %s%s%s HTTP/1.1\r\nHost: %s:%s\r\nContent-Length: %llu\r\n",
                          request->method, request->path, *request->query ? "?" : "",
                          request->query, target->host, target->port,
                          (unsigned long long)request->body_size);
    if (*target->secret_key) {
        target_sign(target, request, &signature);
        s3a_buf_append_format(ret_head,
                              "x-amz-date: %s\r\nx-amz-content-sha256: %s\r\n"
                              "Authorization: %s\r\n",
                              signature.date,
                              request->payload_hash ? request->payload_hash : S3A_UNSIGNED_PAYLOAD,
                              s3a_buf_text(&signature.authorization));
        s3a_buf_fini(&signature.authorization);
    }
    s3a_buf_append_text(ret_head, "\r\n");
    if (ret_head->status != S3A_OK) {
        bench_die("the head of a request is too long");
    }
}

unsigned long target_memory_kib(const struct bench_target *target, const char *name)
{
    char line[256];
    unsigned long kib = 0;

    snprintf(line, sizeof(line), "/proc/%d/status", (int)target->pid);
    FILE *file = fopen(line, "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (strncmp(line, name, strlen(name)) == 0) {
            kib = strtoul(line + strlen(name), NULL, 10);
        }
    }
    if (file) {
        fclose(file);
    }
    return kib;
}

void target_print_memory(const struct bench_target *target, const char *bench, const char *what)
{
    printf("{\"bench\":\"%s\",\"what\":\"%s\",\"resident_kib\":%lu}\n", bench, what,
           target_memory_kib(target, "VmRSS:"));
    fflush(stdout);
}

/* SPDX-License-Identifier: MIT */

/*
 * The server under wrk: GET and durable PUT of 200 bytes, beside nginx answering a constant of the
 * same size in the same run; how long it takes from nothing to the first answer; how much memory it
 * takes. The load generator has a share of the machine, of nginx's too. Needs wrk and nginx.
 */

#include <s3atomic/server.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "clock.h"
#include "load.h"
#include "sigv4.h"

#define BODY_SIZE 200
#define TEXT_SIZE LOAD_TEXT_SIZE
#define PATH "/bench/object"

static const unsigned at_once[] = {1, 64, 128, 256, 1000};

#define AT_ONCE_COUNT (sizeof(at_once) / sizeof(at_once[0]))

static char body[BODY_SIZE + 1];

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_server: %s\n", what);
    exit(EXIT_FAILURE);
}

static void write_file(const char *path, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void write_file(const char *path, const char *format, ...)
{
    FILE *file = fopen(path, "we");
    va_list args;

    if (!file) {
        die("cannot write a file");
    }
    va_start(args, format);
    vfprintf(file, format, args);
    va_end(args);
    fclose(file);
}

/* A request to the server, signed once: good for a quarter of an hour, as often as it is sent. */
struct signed_request {
    char host[64];
    char date[S3A_DATE_BASIC_SIZE + 1];
    struct s3a_buf authorization;
};

static void sign(const struct s3a_server *server, const char *method,
                 struct signed_request *ret_request)
{
    struct s3a_sigv4_key key = {0};
    struct s3a_header headers[3];
    const struct s3a_credentials credentials = {s3a_str_of(s3a_server_access_key(server)),
                                                s3a_str_of(s3a_server_secret_key(server)),
                                                s3a_str_of(NULL)};
    const struct s3a_sigv4_request request = {.method = s3a_str_of(method),
                                              .path = S3A_STR(PATH),
                                              .headers = headers,
                                              .header_count = 3,
                                              .payload_hash = S3A_STR(S3A_UNSIGNED_PAYLOAD)};

    snprintf(ret_request->host, sizeof(ret_request->host), "127.0.0.1:%u", s3a_server_port(server));
    s3a_date_basic(s3a_clock_wall_ms(), ret_request->date);
    headers[0] = (struct s3a_header){S3A_STR("host"), s3a_str_of(ret_request->host)};
    headers[1] = (struct s3a_header){S3A_STR("x-amz-content-sha256"), request.payload_hash};
    headers[2] = (struct s3a_header){S3A_STR("x-amz-date"), s3a_str_of(ret_request->date)};
    const struct s3a_sigv4_scope scope = {headers[2].value, S3A_STR("us-east-1"), S3A_STR("s3")};
    s3a_buf_init(&ret_request->authorization, TEXT_SIZE);
    s3a_sigv4_authorization(&ret_request->authorization, &key, &credentials, &scope, &request);
}

/* A script of wrk that only fills in the request, and is not asked again while it runs. */
static void write_script(const char *path, const struct s3a_server *server, const char *method)
{
    struct signed_request request;

    sign(server, method, &request);
    write_file(path,
               "wrk.method = \"%s\"\n"
               "wrk.body = %s%s%s\n"
               "wrk.headers[\"Host\"] = \"%s\"\n"
               "wrk.headers[\"x-amz-date\"] = \"%s\"\n"
               "wrk.headers[\"x-amz-content-sha256\"] = \"" S3A_UNSIGNED_PAYLOAD "\"\n"
               "wrk.headers[\"Authorization\"] = \"%s\"\n",
               method, *method == 'P' ? "\"" : "nil", *method == 'P' ? body : "",
               *method == 'P' ? "\"" : "", request.host, request.date,
               s3a_buf_text(&request.authorization));
    s3a_buf_fini(&request.authorization);
}

/* True once somebody accepts there. */
static bool can_connect(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool is_there = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    close(fd);
    return is_there;
}

/* A port that nobody has right now. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, size) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        die("no free port");
    }
    close(fd);
    return ntohs(address.sin_port);
}

/* A worker for each processor, as the server has a thread for each. */
static pid_t start_nginx(const char *directory, uint16_t port)
{
    char config[TEXT_SIZE];
    const char *const argv[] = {"nginx", "-p", directory, "-c", config, "-e", "stderr", NULL};

    snprintf(config, sizeof(config), "%s/nginx.conf", directory);
    write_file(config,
               "daemon off; pid %s/nginx.pid; worker_processes auto;\n"
               "events { worker_connections 4096; }\n"
               "http { access_log off; keepalive_requests 100000000;\n"
               "client_body_temp_path %s/1; proxy_temp_path %s/2; fastcgi_temp_path %s/3;\n"
               "uwsgi_temp_path %s/4; scgi_temp_path %s/5;\n"
               "server { listen 127.0.0.1:%u backlog=4096;\n"
               "location / { return 200 \"%s\"; } } }\n",
               directory, directory, directory, directory, directory, directory, port, body);
    pid_t pid = load_run(argv, NULL);
    while (!can_connect(port)) {
        if (waitpid(pid, NULL, WNOHANG) == pid) {
            die("nginx does not start");
        }
    }
    return pid;
}

/* "VmRSS:" and the like of this process, in KiB. */
static unsigned long memory_kib(const char *name)
{
    char line[256];
    unsigned long kib = 0;
    FILE *file = fopen("/proc/self/status", "re");

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

static struct s3a_server *start_server(void)
{
    static const char *const buckets[] = {"bench"};
    const struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct s3a_server *server;
    struct s3a_error error;

    if (s3a_server_start(&options, &server, &error) != S3A_OK) {
        die(error.message);
    }
    return server;
}

/* One unsigned request on a connection of its own, until its answer begins. */
static void await_answer(uint16_t port)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char byte;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0 || read(fd, &byte, 1) != 1) {
        die("no answer");
    }
    close(fd);
}

static void measure_start(void)
{
    struct bench_times times = {0};
    int64_t start = bench_now_ns();
    const unsigned count = 20;

    for (unsigned i = 0; i < count; i++) {
        int64_t before = bench_now_ns();
        struct s3a_server *server = start_server();
        await_answer(s3a_server_port(server));
        bench_times_add(&times, bench_now_ns() - before);
        s3a_server_stop(server);
    }
    bench_print("server", "start to first answer", 1, count, bench_now_ns() - start, &times);
    bench_times_free(&times);
}

static void print_memory(const char *what)
{
    printf("{\"bench\":\"server\",\"what\":\"%s\",\"resident_kib\":%lu}\n", what,
           memory_kib("VmRSS:"));
    fflush(stdout);
}

static void measure_load(const struct s3a_server *server, const char *directory,
                         const struct load_target *nginx)
{
    const struct load_target server_target = {getpid(), s3a_server_port(server)};
    char get[TEXT_SIZE];
    char put[TEXT_SIZE];

    snprintf(get, sizeof(get), "%s/get.lua", directory);
    snprintf(put, sizeof(put), "%s/put.lua", directory);
    write_script(get, server, "GET");
    write_script(put, server, "PUT");
    for (size_t i = 0; i < AT_ONCE_COUNT; i++) {
        load_wrk("put 200 B", at_once[i], put, PATH, &server_target);
        double ours = load_wrk("get 200 B", at_once[i], get, PATH, &server_target);
        double theirs = load_wrk("nginx 200 B", at_once[i], get, PATH, nginx);
        printf("{\"bench\":\"server\",\"what\":\"get / nginx\",\"at_once\":%u,\"ratio\":%.2f}\n",
               at_once[i], ours / theirs);
    }
    print_memory("memory after 1 000 connections");
}

static void remove_directory(const char *directory)
{
    const char *const argv[] = {"rm", "-rf", directory, NULL};
    char text[TEXT_SIZE];

    load_run(argv, text);
}

int main(void)
{
    char directory[] = "/tmp/bench_server-XXXXXX";
    uint16_t nginx_port = free_port();

    memset(body, 'x', BODY_SIZE);
    if (!mkdtemp(directory)) {
        die("no temporary directory");
    }
    measure_start();
    struct s3a_server *server = start_server();
    print_memory("memory at rest");
    const struct load_target nginx = {start_nginx(directory, nginx_port), nginx_port};
    measure_load(server, directory, &nginx);
    kill(nginx.pid, SIGTERM);
    waitpid(nginx.pid, NULL, 0);
    s3a_server_stop(server);
    remove_directory(directory);
    return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */

/*
 * The server under wrk: GET and durable PUT of 200 bytes, beside nginx answering a constant of the
 * same size in the same run, and beside other S3 servers where there are any (target.h); how long
 * it takes from nothing to the first answer; how much memory it takes. The load generator has a
 * share of the machine, of nginx's too. Needs wrk and nginx.
 */

#include <s3atomic/server.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"
#include "http_client.h"
#include "load.h"

#define NAME "server"
#define BODY_SIZE 200
#define PATH "/" TARGET_BUCKET "/object"
#define CONSTANT_PATH "/constant/object"
#define SCRIPT_SIZE 256

/* Of each pair, in turn. */
#define PAIRS 3
#define SECONDS 2

static const unsigned at_once[] = {1, 64, 256, 1000};

#define AT_ONCE_COUNT (sizeof(at_once) / sizeof(at_once[0]))
/* For servers of others: where they do not queue yet. */
#define AT_ONCE_OTHERS 64

static char body[BODY_SIZE + 1];

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
        bench_die("no answer");
    }
    close(fd);
}

static void measure_start(void)
{
    const struct s3a_server_options options = {0};
    struct bench_times times = {0};
    int64_t start = bench_now_ns();
    const unsigned count = 20;

    for (unsigned i = 0; i < count; i++) {
        int64_t before = bench_now_ns();
        struct s3a_server *server;
        struct s3a_error error;
        if (s3a_server_start(&options, &server, &error) != S3A_OK) {
            bench_die(error.message);
        }
        await_answer(s3a_server_port(server));
        bench_times_add(&times, bench_now_ns() - before);
        s3a_server_stop(server);
    }
    bench_print(NAME, "start to first answer", 1, count, bench_now_ns() - start, &times);
    bench_times_free(&times);
}

struct scripts {
    char get[SCRIPT_SIZE];
    char put[SCRIPT_SIZE];
    char plain[SCRIPT_SIZE]; /* for nginx */
};

static void write_scripts(const char *directory, const struct bench_target *target,
                          struct scripts *ret_scripts)
{
    const struct bench_target unsigned_target = {.name = ""};

    snprintf(ret_scripts->get, SCRIPT_SIZE, "%s/get.lua", directory);
    snprintf(ret_scripts->put, SCRIPT_SIZE, "%s/put.lua", directory);
    snprintf(ret_scripts->plain, SCRIPT_SIZE, "%s/plain.lua", directory);
    load_write_script(ret_scripts->get, target, "GET", PATH, NULL);
    load_write_script(ret_scripts->put, target, "PUT", PATH, body);
    load_write_script(ret_scripts->plain, &unsigned_target, "GET", CONSTANT_PATH, NULL);
}

static void measure_puts(const struct bench_target *server, const struct scripts *scripts,
                         unsigned connections)
{
    struct load_result results[PAIRS];
    struct bench_values rates = {0};

    for (size_t i = 0; i < PAIRS; i++) {
        results[i] = load_wrk(connections, SECONDS, scripts->put, PATH, server);
        bench_values_add(&rates, results[i].per_second);
    }
    load_print("put 200 B", connections, server, results, PAIRS);
    if (connections >= 64) {
        bench_print_goal(NAME, "put 200 B, durable", connections, &rates, ">=", 20000, "/s");
    }
}

static void measure_gets(const struct bench_target *server, const struct bench_target *nginx,
                         const struct scripts *scripts, unsigned connections)
{
    struct load_result ours[PAIRS];
    struct load_result theirs[PAIRS];
    struct bench_values ratios = {0};

    for (size_t i = 0; i < PAIRS; i++) {
        ours[i] = load_wrk(connections, SECONDS, scripts->get, PATH, server);
        theirs[i] = load_wrk(connections, SECONDS, scripts->plain, CONSTANT_PATH, nginx);
        bench_values_add(&ratios, ours[i].per_second / theirs[i].per_second);
    }
    load_print("get 200 B", connections, server, ours, PAIRS);
    load_print("get 200 B", connections, nginx, theirs, PAIRS);
    bench_print_goal(NAME, "get 200 B / nginx constant", connections, &ratios, ">=", 0.8, "");
}

/* One that was named: what it does, and how ours compares. */
static void measure_other(const char *directory, const struct bench_target *other,
                          const struct bench_target *server, const struct scripts *scripts)
{
    const struct target_request make_bucket = {
        .method = "PUT", .path = "/" TARGET_BUCKET, .query = ""};
    struct load_result theirs;
    struct scripts own;
    struct http_client client;
    struct http_answer answer;
    char what[64];

    http_connect(&client, other);
    http_ask(&client, &make_bucket, &answer); /* where it is there already, the next one works */
    http_close(&client);
    write_scripts(directory, other, &own);
    for (unsigned i = 0; i < 2; i++) {
        const char *name = i == 0 ? "put 200 B" : "get 200 B";
        struct bench_values ratios = {0};
        for (unsigned pair = 0; pair < PAIRS; pair++) {
            theirs = load_wrk(AT_ONCE_OTHERS, SECONDS, i == 0 ? own.put : own.get, PATH, other);
            double ours = load_wrk(AT_ONCE_OTHERS, SECONDS, i == 0 ? scripts->put : scripts->get,
                                   PATH, server)
                              .per_second;
            bench_values_add(&ratios, ours / theirs.per_second);
        }
        load_print(name, AT_ONCE_OTHERS, other, &theirs, 1);
        snprintf(what, sizeof(what), "%s / %s", name, other->name);
        bench_print_goal(NAME, what, AT_ONCE_OTHERS, &ratios, ">=", 1, "");
    }
}

int main(void)
{
    char directory[256];
    char others[SCRIPT_SIZE - 16];
    struct bench_target server;
    struct bench_target nginx;
    struct bench_target other;
    struct scripts scripts;

    memset(body, 'x', BODY_SIZE);
    target_start_server(NULL, &server);
    measure_start();
    target_make_directory(directory, sizeof(directory));
    target_make_directory(others, sizeof(others));
    target_start_nginx(directory, &nginx);
    write_scripts(directory, &server, &scripts);
    target_print_memory(&server, NAME, "memory at rest");
    for (size_t i = 0; i < AT_ONCE_COUNT; i++) {
        measure_puts(&server, &scripts, at_once[i]);
        measure_gets(&server, &nginx, &scripts, at_once[i]);
    }
    target_print_memory(&server, NAME, "memory after 1 000 connections");
    if (target_find_s3rver(&other)) {
        measure_other(others, &other, &server, &scripts);
    }
    if (target_find_endpoint(&other)) {
        measure_other(others, &other, &server, &scripts);
    }
    target_stop(&nginx);
    target_stop(&server);
    target_remove_directory(directory);
    target_remove_directory(others);
    return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
#include "load.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

pid_t load_run(const char *const argv[], char ret_text[LOAD_TEXT_SIZE])
{
    posix_spawn_file_actions_t actions;
    int fds[2];
    pid_t pid;
    size_t size = 0;
    ssize_t got;

    posix_spawn_file_actions_init(&actions);
    if (pipe(fds) != 0) {
        bench_die("no pipe");
    }
    posix_spawn_file_actions_adddup2(&actions, ret_text ? fds[1] : STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, fds[0]);
    posix_spawn_file_actions_addclose(&actions, fds[1]);
    if (posix_spawnp(&pid, argv[0], &actions, NULL, (char **)(uintptr_t)argv, environ) != 0) {
        fprintf(stderr, "bench: cannot run %s\n", argv[0]);
        exit(EXIT_FAILURE);
    }
    posix_spawn_file_actions_destroy(&actions);
    close(fds[1]);
    while (ret_text && size < LOAD_TEXT_SIZE - 1 &&
           (got = read(fds[0], ret_text + size, LOAD_TEXT_SIZE - 1 - size)) > 0) {
        size += (size_t)got;
    }
    close(fds[0]);
    if (ret_text) {
        ret_text[size] = '\0';
        waitpid(pid, NULL, 0);
    }
    return pid;
}

static void read_file(const char *path, char ret_text[LOAD_TEXT_SIZE])
{
    FILE *file = fopen(path, "re");
    size_t size = file ? fread(ret_text, 1, LOAD_TEXT_SIZE - 1, file) : 0;

    ret_text[size] = '\0';
    if (file) {
        fclose(file);
    }
}

/* The latency that wrk gives behind a label, in microseconds. */
static double latency_us(const char *text, const char *label)
{
    const char *at = strstr(text, label);
    char unit[3] = "";
    double value = 0;

    if (!at || sscanf(at + strlen(label), "%lf%2s", &value, unit) != 2) {
        return 0;
    }
    return value * (strcmp(unit, "us") == 0 ? 1 : strcmp(unit, "ms") == 0 ? 1e3 : 1e6);
}

static double cpu_of_process_s(pid_t pid)
{
    char path[64];
    char text[LOAD_TEXT_SIZE];
    unsigned long user = 0;
    unsigned long system = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    read_file(path, text);
    const char *at = strrchr(text, ')'); /* behind the name, which may hold anything */
    if (!at || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                      &system) != 2) {
        return 0;
    }
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

double load_cpu_s(const struct bench_target *target)
{
    char path[64];
    char text[LOAD_TEXT_SIZE];
    double seconds = target->pid > 0 ? cpu_of_process_s(target->pid) : 0;

    if (target->pid > 0) {
        snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)target->pid,
                 (int)target->pid);
        read_file(path, text);
        char *rest = text;
        for (long child; (child = strtol(rest, &rest, 10)) > 0;) {
            seconds += cpu_of_process_s((pid_t)child);
        }
    }
    return seconds;
}

void load_write_script(const char *script, const struct bench_target *target, const char *method,
                       const char *path, const char *body)
{
    const struct target_request request = {.method = method, .path = path, .query = ""};
    FILE *file = fopen(script, "we");

    if (!file) {
        bench_die("cannot write a script");
    }
    fprintf(file, "wrk.method = \"%s\"\n", method);
    if (body) {
        fprintf(file, "wrk.body = \"%s\"\n", body);
    }
    if (*target->secret_key) {
        struct target_signature signature;
        target_sign(target, &request, &signature);
        fprintf(file,
                "wrk.headers[\"Host\"] = \"%s\"\n"
                "wrk.headers[\"x-amz-date\"] = \"%s\"\n"
                "wrk.headers[\"x-amz-content-sha256\"] = \"UNSIGNED-PAYLOAD\"\n"
                "wrk.headers[\"Authorization\"] = \"%s\"\n",
                signature.host, signature.date, s3a_buf_text(&signature.authorization));
        s3a_buf_fini(&signature.authorization);
    }
    fclose(file);
}

static unsigned long requests_of(const char *text)
{
    const char *at = strstr(text, " requests in");

    while (at && at > text && at[-1] != ' ') {
        at--;
    }
    return at ? strtoul(at, NULL, 10) : 0;
}

struct load_result load_wrk(unsigned connections, unsigned seconds, const char *script,
                            const char *path, const struct bench_target *target)
{
    char text[LOAD_TEXT_SIZE];
    char count[16];
    char duration[16];
    char url[256];
    struct load_result result = {0};
    double cpu_s = load_cpu_s(target);
    const char *const argv[] = {"wrk",          "-t1",       "-c", count,  "-d", duration,
                                "--timeout=10", "--latency", "-s", script, url,  NULL};

    snprintf(count, sizeof(count), "%u", connections);
    snprintf(duration, sizeof(duration), "%u", seconds);
    snprintf(url, sizeof(url), "http://%s:%s%s", target->host, target->port, path);
    load_run(argv, text);
    cpu_s = load_cpu_s(target) - cpu_s;
    const char *at = strstr(text, "Requests/sec:");
    unsigned long requests = requests_of(text);
    if (!at || sscanf(at, "Requests/sec: %lf", &result.per_second) != 1 || requests == 0 ||
        strstr(text, "Non-2xx") || strstr(text, "Socket errors")) {
        fprintf(stderr, "%s", text);
        bench_die("wrk met errors");
    }
    result.p50_us = latency_us(text, "50%");
    result.p99_us = latency_us(text, "99%");
    result.cpu_us = cpu_s * 1e6 / (double)requests;
    return result;
}

static double median_at(const struct load_result *results, size_t count, size_t offset)
{
    struct bench_values values = {0};
    double value;

    for (size_t i = 0; i < count; i++) {
        memcpy(&value, (const char *)&results[i] + offset, sizeof(value));
        bench_values_add(&values, value);
    }
    return bench_values_median(&values);
}

#define MEDIAN(member) median_at(results, count, offsetof(struct load_result, member))

void load_print(const char *what, unsigned connections, const struct bench_target *target,
                const struct load_result *results, size_t count)
{
    printf("{\"bench\":\"server\",\"what\":\"%s, %s\",\"at_once\":%u,\"per_second\":%.0f,"
           "\"p50_us\":%.1f,\"p99_us\":%.1f",
           what, target->name, connections, MEDIAN(per_second), MEDIAN(p50_us), MEDIAN(p99_us));
    if (target->pid > 0) {
        printf(",\"cpu_us\":%.1f", MEDIAN(cpu_us));
    }
    printf("}\n");
    fflush(stdout);
}

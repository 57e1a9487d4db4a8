/* SPDX-License-Identifier: MIT */
#include "load.h"

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 2

extern char **environ;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(EXIT_FAILURE);
}

pid_t load_run(const char *const argv[], char ret_text[LOAD_TEXT_SIZE])
{
    posix_spawn_file_actions_t actions;
    int fds[2];
    pid_t pid;
    size_t size = 0;
    ssize_t got;

    posix_spawn_file_actions_init(&actions);
    if (pipe(fds) != 0) {
        die("no pipe");
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

/* Processor time of a process and of those that it has started and not yet waited for, but for wrk,
 * which comes and goes within a measurement. */
static double cpu_s(pid_t pid)
{
    char path[64];
    char text[LOAD_TEXT_SIZE];
    unsigned long user = 0;
    unsigned long system = 0;
    double seconds = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    read_file(path, text);
    const char *at = strrchr(text, ')'); /* behind the name, which may hold anything */
    if (at && sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                     &system) == 2) {
        seconds = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    }
    if (pid == getpid()) {
        return seconds;
    }
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
    read_file(path, text);
    char *rest = text;
    for (long child; (child = strtol(rest, &rest, 10)) > 0;) {
        seconds += cpu_s((pid_t)child);
    }
    return seconds;
}

double load_wrk(const char *what, unsigned connections, const char *script, const char *path,
                const struct load_target *target)
{
    char text[LOAD_TEXT_SIZE];
    char count[16];
    char seconds[16];
    char url[256];
    double rate = 0;
    double cpu = cpu_s(target->pid);
    unsigned long requests = 1;
    const char *const argv[] = {"wrk",          "-t1",       "-c", count,  "-d", seconds,
                                "--timeout=10", "--latency", "-s", script, url,  NULL};

    snprintf(count, sizeof(count), "%u", connections);
    snprintf(seconds, sizeof(seconds), "%d", SECONDS);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", target->port, path);
    load_run(argv, text);
    cpu = cpu_s(target->pid) - cpu;
    const char *at = strstr(text, "Requests/sec:");
    if (!at || sscanf(at, "Requests/sec: %lf", &rate) != 1 || strstr(text, "Non-2xx") ||
        strstr(text, "Socket errors")) {
        fprintf(stderr, "%s", text);
        die("wrk met errors");
    }
    at = strstr(text, " requests in");
    while (at && at > text && at[-1] != ' ') {
        at--;
    }
    if (at) {
        requests = strtoul(at, NULL, 10);
    }
    printf("{\"bench\":\"server\",\"what\":\"%s\",\"at_once\":%u,\"per_second\":%.0f,"
           "\"p50_us\":%.1f,\"p99_us\":%.1f,\"cpu_us\":%.1f}\n",
           what, connections, rate, latency_us(text, "50%"), latency_us(text, "99%"),
           cpu * 1e6 / (double)requests);
    fflush(stdout);
    return rate;
}

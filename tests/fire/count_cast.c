/* SPDX-License-Identifier: MIT */
#include "count.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fire.h"

/* Below the ports that the kernel gives out by itself: nobody takes it while the server is away. */
#define PORT_FIRST 10000
#define PORT_COUNT 10000
#define PORT_TRIES 20

#define SERVER_START_US 20000000
#define TICK_US 10000

static bool complain(const char *what)
{
    fprintf(stderr, "count: %s: %s\n", what, strerror(errno));
    return false;
}

/* Like fork(); the child ends with its parent. */
static pid_t enter(void)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(0);
        }
    } else if (pid < 0) {
        complain("fork");
    }
    return pid;
}

static int connect_to(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* The second number behind each "injected": what a server has lost so far. */
static void add_losses(struct count_run *run)
{
    static const char request[] = "GET /-/faults HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    unsigned *losses[] = {&run->requests_lost, &run->answers_lost};
    char text[4096];
    size_t size = 0;
    ssize_t got = 1;
    int fd = connect_to(run->port);

    if (fd < 0 || send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0) {
        complain("/-/faults");
    }
    while (fd >= 0 && got > 0 && size < sizeof(text) - 1) {
        got = recv(fd, text + size, sizeof(text) - 1 - size, 0);
        size += got > 0 ? (size_t)got : 0;
    }
    text[size] = '\0';
    const char *at = text;
    for (size_t i = 0; i < 2 && (at = strstr(at, "\"injected\":")); i++) {
        at += strlen("\"injected\":");
        *losses[i] += (unsigned)strtoul(at, NULL, 10);
    }
    if (fd >= 0) {
        close(fd);
    }
}

static void run_server(const struct count_run *run)
{
    char listen[32];
    char directory[COUNT_PATH_SIZE + 16];
    char before[64];
    char after[64];

    snprintf(listen, sizeof(listen), "127.0.0.1:%u", run->port);
    snprintf(directory, sizeof(directory), "%s/store", run->directory);
    snprintf(before, sizeof(before), "reset rate=%u%% seed=%u", run->lost, run->seed + run->killed);
    snprintf(after, sizeof(after), "reset-after rate=%u%% seed=%u", run->lost,
             run->seed + run->killed);
    setenv("S3ATOMIC_ACCESS_KEY", FIRE_KEY, 1);
    setenv("S3ATOMIC_SECRET_KEY", FIRE_SECRET, 1);
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    execl(run->program, "s3atomic", "serve", "--quiet", "--dir", directory, "--listen", listen,
          "--bucket", FIRE_BUCKET, "--fault", before, "--fault", after, (char *)NULL);
    complain(run->program);
    _exit(127);
}

/* False: it ended, or took too long. */
static bool start_server(struct count_run *run)
{
    uint64_t until_us = fire_now_us() + SERVER_START_US;

    run->server = enter();
    if (run->server == 0) {
        run_server(run);
    }
    while (run->server > 0 && fire_now_us() < until_us) {
        int fd = connect_to(run->port);
        if (fd >= 0) {
            close(fd);
            return true;
        }
        if (waitpid(run->server, NULL, WNOHANG) == run->server) {
            run->server = 0;
        }
        fire_pause_us(TICK_US);
    }
    return false;
}

static void end_server(struct count_run *run, int signal)
{
    if (run->server > 0) {
        kill(run->server, signal);
        waitpid(run->server, NULL, 0);
    }
    run->server = 0;
}

bool count_server_replace(struct count_run *run)
{
    add_losses(run);
    end_server(run, SIGKILL);
    run->killed++;
    return start_server(run);
}

bool count_server_end(struct count_run *run)
{
    if (run->given.count > 0) {
        return fire_given_calm(&run->given);
    }
    add_losses(run);
    end_server(run, SIGTERM);
    return true;
}

static bool start_first_server(struct count_run *run)
{
    for (int i = 0; i < PORT_TRIES; i++) {
        run->port = (uint16_t)(PORT_FIRST + fire_random(&run->random, PORT_COUNT));
        int fd = connect_to(run->port);
        if (fd >= 0) {
            close(fd); /* somebody else's */
        } else if (start_server(run)) {
            return true;
        }
    }
    fprintf(stderr, "count: the server does not start\n");
    return false;
}

static bool start_workers(struct count_run *run)
{
    for (unsigned i = 0; i < run->processes; i++) {
        run->pids[i] = enter();
        if (run->pids[i] == 0) {
            count_work(run, i, &run->workers[i]);
            _exit(0);
        }
        if (run->pids[i] < 0) {
            run->pids[i] = 0;
            return false;
        }
    }
    return true;
}

bool count_open(struct count_run *run)
{
    const char *parent = getenv("TMPDIR");

    run->random = (uint64_t)getpid() << 32 | run->seed;
    run->workers = mmap(NULL, COUNT_PROCESSES_MAX * sizeof(run->workers[0]), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run->workers == MAP_FAILED) {
        run->workers = NULL;
        return complain("mmap");
    }
    snprintf(run->directory, sizeof(run->directory), "%s/s3atomic-count-XXXXXX",
             parent && *parent ? parent : "/tmp");
    if (!mkdtemp(run->directory)) {
        run->directory[0] = '\0';
        return complain("a directory");
    }
    if (run->given.count > 0) {
        return fire_given_open(&run->given) && count_begin(run) && fire_given_harm(&run->given) &&
               start_workers(run);
    }
    return start_first_server(run) && count_begin(run) && start_workers(run);
}

bool count_workers_work(struct count_run *run)
{
    bool any = false;

    for (unsigned i = 0; i < run->processes; i++) {
        if (run->pids[i] > 0 && waitpid(run->pids[i], NULL, WNOHANG) == run->pids[i]) {
            run->pids[i] = 0;
        }
        any = any || run->pids[i] > 0;
    }
    return any;
}

unsigned count_of_all(const struct count_run *run, enum count_outcome outcome)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < run->processes; i++) {
        sum += atomic_load(&run->workers[i].ended[outcome]);
    }
    return sum;
}

static int remove_one(const char *path, const struct stat *state, int kind, struct FTW *place)
{
    (void)state;
    (void)kind;
    (void)place;
    return remove(path);
}

void count_close(struct count_run *run)
{
    for (unsigned i = 0; i < run->processes; i++) {
        if (run->pids[i] > 0) {
            kill(run->pids[i], SIGKILL);
            waitpid(run->pids[i], NULL, 0);
        }
    }
    end_server(run, SIGKILL);
    (void)fire_given_calm(&run->given);
    fire_given_close(&run->given);
    if (run->directory[0] != '\0') {
        nftw(run->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    if (run->workers) {
        munmap(run->workers, COUNT_PROCESSES_MAX * sizeof(run->workers[0]));
    }
}

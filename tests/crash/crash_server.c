/* SPDX-License-Identifier: MIT */
#include "crash_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crash_line.h"

/* Below the ports that the kernel gives out by itself: nobody takes it while the server is away. */
#define PORT_FIRST 20000
#define PORT_COUNT 10000
#define PORT_TRIES 20

#define PATIENCE_NS (UINT64_C(30) * 1000000000)
#define TICK_US 2000
#define WORDS_MAX 8
#define LOCK_SECONDS 10

uint64_t crash_random(uint64_t *state, uint64_t bound)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (z ^ (z >> 31)) % bound;
}

uint64_t crash_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void crash_pause_us(uint64_t pause_us)
{
    struct timespec pause = {.tv_sec = (time_t)(pause_us / 1000000),
                             .tv_nsec = (long)(pause_us % 1000000) * 1000};

    while (nanosleep(&pause, &pause) != 0 && errno == EINTR) {
    }
}

bool crash_complain(const char *what)
{
    fprintf(stderr, "crash: %s: %s\n", what, strerror(errno));
    return false;
}

/* What the library and we have in common. */
static bool map_disk(struct crash_server *server)
{
    int fd = open(server->control, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *mapped = MAP_FAILED;
    pthread_mutexattr_t shared;

    if (fd >= 0 && ftruncate(fd, sizeof(struct crash_disk)) == 0) {
        mapped = mmap(NULL, sizeof(struct crash_disk), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    server->disk = mapped == MAP_FAILED ? NULL : mapped;
    if (!server->disk) {
        return crash_complain(server->control);
    }
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&server->disk->mutex, &shared);
    pthread_mutexattr_destroy(&shared);
    return true;
}

bool crash_server_init(struct crash_server *server)
{
    const char *parent =
        server->is_recorded && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    char home[CRASH_PATH_SIZE - 16];
    char real[PATH_MAX];
    int length = snprintf(home, sizeof(home), "%s/s3atomic-crash-XXXXXX",
                          parent && *parent ? parent : "/tmp");

    if (length < 0 || (size_t)length >= sizeof(home) || !mkdtemp(home)) {
        return crash_complain("a temporary directory");
    }
    snprintf(server->home, sizeof(server->home), "%s", home);
    if (!realpath(home, real) || strlen(real) >= sizeof(home)) {
        return crash_complain(home);
    }
    snprintf(server->directory, sizeof(server->directory), "%s/store", real);
    snprintf(server->control, sizeof(server->control), "%s/control", real);
    snprintf(server->log, sizeof(server->log), "%s/log", real);
    if (mkdir(server->directory, 0700) != 0) {
        return crash_complain(server->directory);
    }
    return !server->library || map_disk(server);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void crash_server_fini(struct crash_server *server)
{
    if (server->pid > 0) {
        (void)crash_server_kill(server);
    }
    if (server->disk) {
        munmap(server->disk, sizeof(*server->disk));
        server->disk = NULL;
    }
    if (server->home[0] && nftw(server->home, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) {
        crash_complain(server->home);
    }
}

/* In the child: it ends when the parent does, and signals are as they are at first. */
static void settle_in(pid_t parent)
{
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0);
    }
    setpgid(0, 0); /* what a terminal sends is for the parent */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static pid_t spawn(const struct crash_server *server, const char *const words[], bool is_quiet)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        settle_in(parent);
        setenv("S3ATOMIC_ACCESS_KEY", CRASH_KEY, 1);
        setenv("S3ATOMIC_SECRET_KEY", CRASH_SECRET, 1);
        if (server->library) {
            setenv("LD_PRELOAD", server->library, 1);
            setenv(CRASH_DISK_CONTROL, server->control, 1);
            setenv(CRASH_DISK_ROOT, server->directory, 1);
        }
        if (server->library && server->is_recorded) {
            setenv(CRASH_DISK_LOG, server->log, 1);
        }
        int nowhere = open("/dev/null", O_WRONLY);
        if (is_quiet) {
            dup2(nowhere, STDOUT_FILENO);
        }
        const char *all[WORDS_MAX + 2] = {"s3atomic"};
        for (size_t i = 0; words[i] && i < WORDS_MAX; i++) {
            all[i + 1] = words[i];
        }
        execv(server->program, (char *const *)(uintptr_t)all);
        crash_complain(server->program);
        _exit(127);
    }
    if (pid < 0) {
        crash_complain("fork");
    }
    return pid;
}

static bool answers(uint16_t port)
{
    struct crash_line line;
    struct crash_answer answer;
    struct crash_call call = {.method = "HEAD", .path = "/" CRASH_BUCKET};

    crash_line_init(&line, port);
    bool does = crash_line_ask(&line, &call, &answer) == CRASH_ANSWERED && answer.status == 200;
    crash_line_fini(&line);
    return does;
}

/* 1: it answers. 0: it has ended. -1: neither. */
static int await(struct crash_server *server)
{
    uint64_t start_ns = crash_now_ns();

    while (crash_now_ns() - start_ns < PATIENCE_NS) {
        if (waitpid(server->pid, NULL, WNOHANG) == server->pid) {
            server->pid = 0;
            return 0;
        }
        if (answers(server->port)) {
            return 1;
        }
        crash_pause_us(TICK_US);
    }
    return -1;
}

static int try_port(struct crash_server *server)
{
    char listen[32];
    const char *const words[] = {"serve",           "--quiet",    "--dir",
                                 server->directory, "--listen",   listen,
                                 "--bucket",        CRASH_BUCKET, NULL};

    snprintf(listen, sizeof(listen), "127.0.0.1:%u", server->port);
    server->pid = spawn(server, words, true);
    return server->pid > 0 ? await(server) : -1;
}

bool crash_server_start(struct crash_server *server)
{
    if (server->port != 0) {
        if (try_port(server) == 1) {
            return true;
        }
        fprintf(stderr, "crash: violation: the server does not start again\n");
        return false;
    }
    for (int i = 0; i < PORT_TRIES; i++) {
        server->port = (uint16_t)(PORT_FIRST + crash_random(&server->random, PORT_COUNT));
        int result = answers(server->port) ? 0 : try_port(server);
        if (result == 1) {
            return true;
        }
        if (result < 0) {
            break;
        }
    }
    fprintf(stderr, "crash: the server does not start\n");
    return false;
}

static bool wait_for_end(pid_t pid, int *ret_status)
{
    while (waitpid(pid, ret_status, 0) < 0) {
        if (errno != EINTR) {
            return crash_complain("waitpid");
        }
    }
    return true;
}

bool crash_server_kill(struct crash_server *server)
{
    int status = 0;
    struct timespec until;

    /* One that has ended by itself may have left it locked. */
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOCK_SECONDS;
    bool is_locked = server->disk && pthread_mutex_timedlock(&server->disk->mutex, &until) == 0;
    kill(server->pid, SIGKILL);
    bool was_there = wait_for_end(server->pid, &status);
    if (is_locked) {
        pthread_mutex_unlock(&server->disk->mutex);
    }
    server->pid = 0;
    return was_there && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

bool crash_server_stop(struct crash_server *server)
{
    uint64_t start_ns = crash_now_ns();
    int status;

    kill(server->pid, SIGTERM);
    while (crash_now_ns() - start_ns < PATIENCE_NS) {
        if (waitpid(server->pid, &status, WNOHANG) == server->pid) {
            server->pid = 0;
            return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
        crash_pause_us(TICK_US);
    }
    return false;
}

int crash_server_command(const struct crash_server *server, const char *const words[])
{
    struct crash_server plain = *server;
    int status;

    plain.library = NULL;
    pid_t pid = spawn(&plain, words, false);
    return pid > 0 && wait_for_end(pid, &status) && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

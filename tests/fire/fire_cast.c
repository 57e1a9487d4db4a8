/* SPDX-License-Identifier: MIT */
#include "fire_cast.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
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

/* Below the ports that the kernel gives out by itself: nobody takes it while the server is away. */
#define PORT_FIRST 20000
#define PORT_COUNT 10000
#define PORT_TRIES 20

#define SERVER_START_US 20000000
#define DISMISS_US 20000000
#define TICK_US 20000

static bool complain(const char *what)
{
    fprintf(stderr, "fire: %s: %s\n", what, strerror(errno));
    return false;
}

/* In the child: it ends when the orchestrator does, and signals are as they are at first. */
static void settle_in(pid_t parent)
{
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0);
    }
    setpgid(0, 0); /* what a terminal sends is for the orchestrator */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Like fork(), for a player. */
static pid_t enter(struct fire_player *player)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        settle_in(parent);
    } else if (pid < 0) {
        complain("fork");
    } else {
        *player = (struct fire_player){.pid = pid};
    }
    return pid;
}

static bool start_server(struct fire_cast *cast)
{
    char listen[32];
    char directory[FIRE_PATH_SIZE + 16];

    pid_t pid = enter(&cast->server);
    if (pid == 0) {
        snprintf(listen, sizeof(listen), "127.0.0.1:%u", cast->server_port);
        snprintf(directory, sizeof(directory), "%s/store", cast->directory);
        setenv("S3ATOMIC_ACCESS_KEY", FIRE_KEY, 1);
        setenv("S3ATOMIC_SECRET_KEY", FIRE_SECRET, 1);
        int nowhere = open("/dev/null", O_WRONLY);
        dup2(nowhere, STDOUT_FILENO);
        execl(cast->server_program, "s3atomic", "serve", "--quiet", "--dir", directory, "--listen",
              listen, "--bucket", FIRE_BUCKET, (char *)NULL);
        complain(cast->server_program);
        _exit(127);
    }
    cast->server_back_us = 0;
    return pid > 0;
}

static bool answers(uint16_t port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool does = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;

    if (fd >= 0) {
        close(fd);
    }
    return does;
}

/* False: it ended, or took too long. */
static bool await_server(struct fire_cast *cast)
{
    uint64_t until_us = fire_now_us() + SERVER_START_US;

    while (fire_now_us() < until_us) {
        if (waitpid(cast->server.pid, NULL, WNOHANG) == cast->server.pid) {
            cast->server.pid = 0;
            return false;
        }
        if (answers(cast->server_port)) {
            return true;
        }
        fire_pause_us(TICK_US);
    }
    return false;
}

static bool start_first_server(struct fire_cast *cast)
{
    for (int i = 0; i < PORT_TRIES; i++) {
        cast->server_port = (uint16_t)(PORT_FIRST + fire_random(&cast->random, PORT_COUNT));
        if (answers(cast->server_port)) {
            continue; /* somebody else's */
        }
        if (!start_server(cast)) {
            return false;
        }
        if (await_server(cast)) {
            return true;
        }
        if (cast->server.pid != 0) {
            break;
        }
    }
    fprintf(stderr, "fire: the server does not start\n");
    return false;
}

static bool start_proxy(struct fire_cast *cast)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    uint64_t seed = fire_random(&cast->random, UINT64_MAX);

    cast->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (cast->listener < 0 ||
        bind(cast->listener, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(cast->listener, SOMAXCONN) != 0 ||
        getsockname(cast->listener, (struct sockaddr *)&address, &size) != 0) {
        return complain("proxy");
    }
    cast->proxy_port = ntohs(address.sin_port);
    pid_t pid = enter(&cast->proxy);
    if (pid == 0) {
        fire_proxy(cast->listener, cast->server_port, seed, cast->network);
    }
    return pid > 0;
}

/* One in three has the directory, the others go over HTTP. The first three have a wrong wall clock,
 * where that can be. */
static bool start_worker(struct fire_cast *cast, unsigned number)
{
    static const int hours[] = {1, -1, -1};
    char endpoint[FIRE_PATH_SIZE + 32];
    char seed[32];
    char deletes[32];
    char log[FIRE_PATH_SIZE + 16];

    snprintf(seed, sizeof(seed), "%" PRIu64, fire_random(&cast->random, UINT64_MAX));
    snprintf(deletes, sizeof(deletes), "%u", cast->deletes);
    snprintf(log, sizeof(log), "%s/log", cast->directory);
    if (number % 3 != 1) {
        snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u", cast->proxy_port);
    } else {
        snprintf(endpoint, sizeof(endpoint), "file://%s/store", cast->directory);
    }
    pid_t pid = enter(&cast->workers[number]);
    if (pid == 0) {
        setenv("AWS_ACCESS_KEY_ID", FIRE_KEY, 1);
        setenv("AWS_SECRET_ACCESS_KEY", FIRE_SECRET, 1);
        unsetenv("AWS_SESSION_TOKEN");
        unsetenv("AWS_REGION");
        unsetenv("AWS_DEFAULT_REGION");
        if (cast->clock_library && number < sizeof(hours) / sizeof(hours[0])) {
            fire_skew_set(cast->clock_library, hours[number]);
        }
        execl("/proc/self/exe", "fire", "worker", endpoint, seed, log, deletes, (char *)NULL);
        complain("a worker");
        _exit(127);
    }
    return pid > 0;
}

bool fire_cast_open(struct fire_cast *cast)
{
    const char *parent = getenv("TMPDIR");
    char log[FIRE_PATH_SIZE + 16];

    cast->log = cast->listener = -1;
    cast->network = mmap(NULL, sizeof(*cast->network), PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (cast->network == MAP_FAILED) {
        cast->network = NULL;
        return complain("mmap");
    }
    int length = snprintf(cast->directory, sizeof(cast->directory), "%s/s3atomic-fire-XXXXXX",
                          parent && *parent ? parent : "/tmp");
    if (length < 0 || (size_t)length >= sizeof(cast->directory) || !mkdtemp(cast->directory)) {
        cast->directory[0] = '\0';
        return complain("a temporary directory");
    }
    snprintf(log, sizeof(log), "%s/log", cast->directory);
    cast->log = open(log, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    if (cast->log < 0) {
        return complain(log);
    }
    if (!start_first_server(cast) || !start_proxy(cast)) {
        return false;
    }
    for (unsigned i = 0; i < cast->processes; i++) {
        if (!start_worker(cast, i)) {
            return false;
        }
    }
    return true;
}

static void kill_and_wait(struct fire_player *player)
{
    if (player->pid > 0) {
        kill(player->pid, SIGKILL);
        while (waitpid(player->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        fire_skew_clear(player->pid);
        player->pid = 0;
    }
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void fire_cast_keep_log(const struct fire_cast *cast)
{
    char from[FIRE_PATH_SIZE + 16];
    char to[FIRE_PATH_SIZE + 16];

    snprintf(from, sizeof(from), "%s/log", cast->directory);
    snprintf(to, sizeof(to), "%s.log", cast->directory);
    if (rename(from, to) == 0) {
        fprintf(stderr, "fire: what the workers wrote down is kept: %s\n", to);
    }
}

void fire_cast_end(struct fire_cast *cast)
{
    for (unsigned i = 0; i < cast->processes; i++) {
        kill_and_wait(&cast->workers[i]);
    }
    kill_and_wait(&cast->proxy);
    kill_and_wait(&cast->server);
}

void fire_cast_close(struct fire_cast *cast)
{
    fire_cast_end(cast);
    if (cast->listener >= 0) {
        close(cast->listener);
    }
    if (cast->log >= 0) {
        close(cast->log);
    }
    if (cast->directory[0] && nftw(cast->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) {
        complain(cast->directory);
    }
    if (cast->network) {
        munmap(cast->network, sizeof(*cast->network));
    }
}

/* True: it has ended, and is waited for. Where nobody had ended it, that is a surprise. */
static bool reap(struct fire_cast *cast, struct fire_player *player, const char *who,
                 bool may_end_well)
{
    int status;

    if (player->pid == 0) {
        return false;
    }
    pid_t pid = waitpid(player->pid, &status, WNOHANG);
    if (pid != player->pid) {
        return false;
    }
    bool is_killed = player->is_killed && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (!is_killed && !(may_end_well && status == 0)) {
        cast->surprises++;
        fprintf(stderr, "fire: violation: %s (process %d) ended by itself with %s %d\n", who,
                (int)pid, WIFSIGNALED(status) ? "signal" : "status",
                WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    fire_skew_clear(pid);
    *player = (struct fire_player){0};
    return true;
}

static void thaw(struct fire_player *player, uint64_t now_us)
{
    if (player->thaw_us && now_us >= player->thaw_us) {
        player->thaw_us = 0;
        kill(player->pid, SIGCONT);
    }
}

bool fire_cast_tick(struct fire_cast *cast)
{
    uint64_t now_us = fire_now_us();

    for (unsigned i = 0; i < cast->processes; i++) {
        thaw(&cast->workers[i], now_us);
        if (reap(cast, &cast->workers[i], "a worker", false) && !start_worker(cast, i)) {
            return false;
        }
    }
    thaw(&cast->server, now_us);
    reap(cast, &cast->proxy, "the proxy", false);
    reap(cast, &cast->server, "the server", false);
    if (cast->server.pid == 0 && cast->server_back_us && now_us >= cast->server_back_us) {
        cast->restarts++;
        return start_server(cast);
    }
    return true;
}

bool fire_player_is_well(const struct fire_player *player)
{
    return player->pid > 0 && !player->is_killed && player->thaw_us == 0;
}

bool fire_cast_calm(struct fire_cast *cast)
{
    uint64_t until_us = fire_now_us() + SERVER_START_US;

    atomic_store(&cast->network->calm, true);
    for (unsigned i = 0; i < cast->processes; i++) {
        thaw(&cast->workers[i], UINT64_MAX);
    }
    thaw(&cast->server, UINT64_MAX);
    if (cast->server_back_us) {
        cast->server_back_us = 1;
    }
    while (fire_now_us() < until_us) {
        if (!fire_cast_tick(cast)) {
            return false;
        }
        bool all_well = fire_player_is_well(&cast->server) && answers(cast->server_port);
        for (unsigned i = 0; i < cast->processes; i++) {
            all_well = all_well && fire_player_is_well(&cast->workers[i]);
        }
        if (all_well) {
            return true;
        }
        fire_pause_us(TICK_US);
    }
    fprintf(stderr, "fire: the server does not come back\n");
    return false;
}

void fire_cast_dismiss(struct fire_cast *cast)
{
    uint64_t until_us = fire_now_us() + DISMISS_US;
    unsigned left = 0;

    for (unsigned i = 0; i < cast->processes; i++) {
        if (cast->workers[i].pid > 0) {
            kill(cast->workers[i].pid, SIGTERM);
            left++;
        }
    }
    while (left > 0 && fire_now_us() < until_us) {
        for (unsigned i = 0; i < cast->processes; i++) {
            left -= reap(cast, &cast->workers[i], "a worker", true);
        }
        fire_pause_us(TICK_US);
    }
    if (left > 0) {
        cast->surprises++;
        fprintf(stderr, "fire: violation: %u workers do not end\n", left);
    }
}

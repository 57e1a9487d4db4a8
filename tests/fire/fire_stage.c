/* SPDX-License-Identifier: MIT */
#include "fire_stage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fire_link.h"

/* Below the ports that the kernel gives out by itself: nobody takes it while the server is away. */
#define PORT_FIRST 20000
#define PORT_COUNT 10000
#define PORT_TRIES 20

#define TICK_US 20000

bool fire_complain(const char *what)
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
        fire_complain("fork");
    } else {
        *player = (struct fire_player){.pid = pid};
    }
    return pid;
}

bool fire_start_server(struct fire_cast *cast)
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
        fire_complain(cast->server_program);
        _exit(127);
    }
    cast->server_back_us = 0;
    return pid > 0;
}

bool fire_server_answers(uint16_t port)
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
        if (fire_server_answers(cast->server_port)) {
            return true;
        }
        fire_pause_us(TICK_US);
    }
    return false;
}

bool fire_start_first_server(struct fire_cast *cast)
{
    for (int i = 0; i < PORT_TRIES; i++) {
        cast->server_port = (uint16_t)(PORT_FIRST + fire_random(&cast->random, PORT_COUNT));
        if (fire_server_answers(cast->server_port)) {
            continue; /* somebody else's */
        }
        if (!fire_start_server(cast)) {
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

bool fire_start_proxy(struct fire_cast *cast)
{
    /* Nobody else is in a network of its own. */
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr =
                                      htonl(cast->has_links ? INADDR_ANY : INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    uint64_t seed = fire_random(&cast->random, UINT64_MAX);

    cast->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (cast->listener < 0 ||
        bind(cast->listener, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(cast->listener, SOMAXCONN) != 0 ||
        getsockname(cast->listener, (struct sockaddr *)&address, &size) != 0) {
        return fire_complain("proxy");
    }
    cast->proxy_port = ntohs(address.sin_port);
    pid_t pid = enter(&cast->proxy);
    if (pid == 0) {
        fire_proxy(cast->listener, cast->server_port, seed, cast->network);
    }
    return pid > 0;
}

/* One in three has the directory, or another way into a store that is given; the others go through
 * the proxy, half of those from a network of their own. The first three have a wrong wall clock.
 * Each so far as that can be. */
static void name_endpoint(const struct fire_cast *cast, unsigned number, unsigned link,
                          char *ret_endpoint, size_t size)
{
    char address[32] = "127.0.0.1";

    if (link) {
        fire_link_address(link, address, sizeof(address));
    }
    if (cast->given.count > 0 && (number % 3 == 1 || cast->proxy_port == 0)) {
        snprintf(ret_endpoint, size, "%s",
                 cast->given.endpoints[(number / 3 + 1) % cast->given.count]);
    } else if (number % 3 == 1) {
        snprintf(ret_endpoint, size, "file://%s/store", cast->directory);
    } else {
        snprintf(ret_endpoint, size, "http://%s:%u", address, cast->proxy_port);
    }
}

/* In the worker. Those of a store that is given are in its environment already. */
static void take_credentials(const struct fire_cast *cast)
{
    if (cast->given.count == 0) {
        setenv("AWS_ACCESS_KEY_ID", FIRE_KEY, 1);
        setenv("AWS_SECRET_ACCESS_KEY", FIRE_SECRET, 1);
        unsetenv("AWS_SESSION_TOKEN");
        unsetenv("AWS_REGION");
        unsetenv("AWS_DEFAULT_REGION");
    }
}

bool fire_start_worker(struct fire_cast *cast, unsigned number)
{
    static const int hours[] = {1, -1, -1};
    const char *bucket = cast->given.count > 0 ? cast->given.bucket : FIRE_BUCKET;
    unsigned link = cast->has_links && cast->proxy_port && number % 3 == 2 ? ++cast->links : 0;
    pid_t orchestrator = getpid();
    char endpoint[FIRE_PATH_SIZE + 32];
    char seed[32];
    char deletes[32];
    char log[FIRE_PATH_SIZE + 16];

    snprintf(seed, sizeof(seed), "%" PRIu64, fire_random(&cast->random, UINT64_MAX));
    snprintf(deletes, sizeof(deletes), "%u", cast->deletes);
    snprintf(log, sizeof(log), "%s/log", cast->directory);
    name_endpoint(cast, number, link, endpoint, sizeof(endpoint));
    pid_t pid = enter(&cast->workers[number]);
    if (pid == 0) {
        take_credentials(cast);
        if (link && !fire_link_enter(link, orchestrator)) {
            fprintf(stderr, "fire: a worker gets no network of its own\n");
            _exit(127);
        }
        if (cast->clock_library && number < sizeof(hours) / sizeof(hours[0])) {
            fire_skew_set(cast->clock_library, hours[number]);
        }
        execl("/proc/self/exe", "fire", "worker", endpoint, bucket, seed, log, deletes,
              (char *)NULL);
        fire_complain("a worker");
        _exit(127);
    }
    cast->workers[number].link = link;
    return pid > 0;
}

/* SPDX-License-Identifier: MIT */
#include "fire_cast.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fire_link.h"
#include "fire_stage.h"

#define DISMISS_US 20000000
#define TICK_US 20000

static bool open_given(struct fire_cast *cast)
{
    cast->server_port = fire_given_port(cast->given.endpoints[0]);
    if (cast->server_port == 0) {
        fprintf(stderr, "fire: nothing is lost or late but what the network loses by itself: the "
                        "store is elsewhere\n");
    }
    return fire_given_open(&cast->given) && fire_given_harm(&cast->given);
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
        return fire_complain("mmap");
    }
    int length = snprintf(cast->directory, sizeof(cast->directory), "%s/s3atomic-fire-XXXXXX",
                          parent && *parent ? parent : "/tmp");
    if (length < 0 || (size_t)length >= sizeof(cast->directory) || !mkdtemp(cast->directory)) {
        cast->directory[0] = '\0';
        return fire_complain("a temporary directory");
    }
    snprintf(log, sizeof(log), "%s/log", cast->directory);
    cast->log = open(log, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
    if (cast->log < 0) {
        return fire_complain(log);
    }
    if (!(cast->given.count > 0 ? open_given(cast) : fire_start_first_server(cast)) ||
        (cast->server_port != 0 && !fire_start_proxy(cast))) {
        return false;
    }
    for (unsigned i = 0; i < cast->processes; i++) {
        if (!fire_start_worker(cast, i)) {
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
    (void)fire_given_calm(&cast->given);
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
    fire_given_close(&cast->given);
    if (cast->directory[0] && nftw(cast->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) {
        fire_complain(cast->directory);
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

static void heal(struct fire_player *player, uint64_t now_us)
{
    if (player->heal_us && now_us >= player->heal_us) {
        player->heal_us = 0;
        fire_link_heal(player->link, player->pid);
    }
}

bool fire_cast_tick(struct fire_cast *cast)
{
    uint64_t now_us = fire_now_us();

    for (unsigned i = 0; i < cast->processes; i++) {
        thaw(&cast->workers[i], now_us);
        heal(&cast->workers[i], now_us);
        if (reap(cast, &cast->workers[i], "a worker", false) && !fire_start_worker(cast, i)) {
            return false;
        }
    }
    thaw(&cast->server, now_us);
    reap(cast, &cast->proxy, "the proxy", false);
    reap(cast, &cast->server, "the server", false);
    if (cast->server.pid == 0 && cast->server_back_us && now_us >= cast->server_back_us) {
        cast->restarts++;
        return fire_start_server(cast);
    }
    return true;
}

bool fire_player_is_well(const struct fire_player *player)
{
    return player->pid > 0 && !player->is_killed && player->thaw_us == 0 && player->heal_us == 0;
}

bool fire_cast_calm(struct fire_cast *cast)
{
    uint64_t until_us = fire_now_us() + SERVER_START_US;

    atomic_store(&cast->network->calm, true);
    for (unsigned i = 0; i < cast->processes; i++) {
        thaw(&cast->workers[i], UINT64_MAX);
        heal(&cast->workers[i], UINT64_MAX);
    }
    thaw(&cast->server, UINT64_MAX);
    if (cast->server_back_us) {
        cast->server_back_us = 1;
    }
    if (!fire_given_calm(&cast->given)) {
        return false;
    }
    until_us = fire_now_us() + SERVER_START_US;
    while (fire_now_us() < until_us) {
        if (!fire_cast_tick(cast)) {
            return false;
        }
        bool all_well = cast->given.count > 0 || (fire_player_is_well(&cast->server) &&
                                                  fire_server_answers(cast->server_port));
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

/* SPDX-License-Identifier: MIT */
#include "fire_link.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define COMMAND_SIZE 1024

/* Of four addresses each: 10.99.0.4 and so on. */
#define LINKS_MAX (64 * 256)

/* A queue that has no room: everything is dropped. (netem is not in every kernel.) */
#define DROP_ALL "root pfifo limit 0"

/* In a shell, silently. False: it failed. */
static bool run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static bool run(const char *format, ...)
{
    char command[COMMAND_SIZE];
    va_list args;

    va_start(args, format);
    int size = vsnprintf(command, sizeof(command), format, args);
    va_end(args);
    return size > 0 && (size_t)size < sizeof(command) && system(command) == 0;
}

bool fire_link_find(const char **ret_why)
{
    if (!run("{ command -v ip && command -v tc && command -v nsenter; } >/dev/null 2>&1")) {
        *ret_why = "ip, tc or nsenter is not installed";
        return false;
    }
    if (!run("unshare -n sh -c 'ip link add h0 type veth peer name w0 && ip link set h0 up && "
             "tc qdisc replace dev h0 " DROP_ALL "' >/dev/null 2>&1")) {
        *ret_why = "that takes root, and a kernel with veth";
        return false;
    }
    if (unshare(CLONE_NEWNET) != 0 || !run("ip link set lo up")) {
        *ret_why = "no network of its own can be made";
        return false;
    }
    return true;
}

static void print_address(unsigned number, unsigned end, char *ret_address, size_t size)
{
    unsigned link = number % LINKS_MAX;

    snprintf(ret_address, size, "10.99.%u.%u", link / 64, link % 64 * 4 + end);
}

void fire_link_address(unsigned number, char *ret_address, size_t size)
{
    print_address(number, 1, ret_address, size);
}

bool fire_link_enter(unsigned number, pid_t other)
{
    char here[32];
    char there[32];

    print_address(number, 1, there, sizeof(there));
    print_address(number, 2, here, sizeof(here));
    return unshare(CLONE_NEWNET) == 0 &&
           run("ip link set lo up && ip link add w%u type veth peer name h%u netns %d && "
               "ip addr add %s/30 dev w%u && ip link set w%u up && "
               "nsenter -t %d -n sh -c 'ip addr add %s/30 dev h%u && ip link set h%u up'",
               number, number, (int)other, here, number, number, (int)other, there, number, number);
}

bool fire_link_cut(unsigned number, pid_t worker, enum fire_cut cut)
{
    bool done = true;

    if (cut != FIRE_CUT_ANSWERS) {
        done = run("nsenter -t %d -n tc qdisc replace dev w%u " DROP_ALL " 2>/dev/null",
                   (int)worker, number);
    }
    if (cut != FIRE_CUT_REQUESTS) {
        done = run("tc qdisc replace dev h%u " DROP_ALL " 2>/dev/null", number) && done;
    }
    return done;
}

void fire_link_heal(unsigned number, pid_t worker)
{
    (void)run("{ nsenter -t %d -n tc qdisc del dev w%u root; tc qdisc del dev h%u root; } "
              "2>/dev/null",
              (int)worker, number, number);
}

/* SPDX-License-Identifier: MIT */
#ifndef S3A_FIRE_H
#define S3A_FIRE_H

/*
 * Real processes under fire: workers contend for one lock, some in the directory of a store, some
 * over HTTP through a proxy that loses, delays, cuts and repeats, while an orchestrator kills and
 * freezes workers and the server. All of them are this one program.
 *
 *      fire.c             the command line, and the course of a run
 *      fire_cast.c        the processes: watched, ended by their ids
 *      fire_stage.c       and started
 *      fire_given.c       a store that is there already, in place of a server
 *      fire_harm.c        what is done to them
 *      fire_link.c        cables that can be cut
 *      fire_skew.c        a wrong wall clock for some of them
 *      fire_proxy.c       the bad network (fire_http.c reads its messages)
 *      fire_worker.c      a process that takes the lock, again and again
 *      fire_log.c         what workers write down
 *      fire_check.c       and how it is judged
 *      fire_clock.c       time and chance
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FIRE_BUCKET "fire"
#define FIRE_LOCK "lock"
#define FIRE_KEY "fire"
#define FIRE_SECRET "only-for-this-machine"

/*
 * Short, so that leases end often. There is one store with one clock, so of grace
 * (s3atomic-protocol(7) §3) only the second is needed by which dates of whole seconds can be off.
 */
#define FIRE_HEARTBEAT_MS 300
#define FIRE_LEASE_MS 1200
#define FIRE_GRACE_MS 1000
#define FIRE_POLL_MIN_MS 20
#define FIRE_POLL_MAX_MS 200
#define FIRE_REQUEST_TIMEOUT_MS 500

/* For how long it is held: mostly short, sometimes past its first lease. */
#define FIRE_HOLD_SHORT_MS 400
#define FIRE_HOLD_LONG_MS 4000

#define FIRE_PROCESSES_MAX 64
#define FIRE_PATH_SIZE 256

/* How a worker ends that was neither killed nor asked to end: the library broke its word. */
#define FIRE_EXIT_SURPRISED 3

/* What the proxy did; shared with the process that it is. */
struct fire_network {
    atomic_bool calm; /* from now on everything gets through */
    atomic_uint requests;
    atomic_uint requests_lost;
    atomic_uint answers_lost;
    atomic_uint answers_cut;
    atomic_uint delayed;
    atomic_uint late; /* delivered after their sender had given up */
    atomic_uint repeated;
};

/* Microseconds of CLOCK_BOOTTIME, and of the wall clock since 1970. */
uint64_t fire_now_us(void);
int64_t fire_wall_us(void);
void fire_pause_us(uint64_t pause_us);

/* SplitMix64: evenly below bound, which is not 0. */
uint64_t fire_random(uint64_t *state, uint64_t bound);

/* Serves connections to listener, each with a network of its own misfortunes, and does not
 * return. */
_Noreturn void fire_proxy(int listener, uint16_t server_port, uint64_t seed,
                          struct fire_network *network);

/*
 * libfaketime, where it is installed and leaves CLOCK_BOOTTIME alone: without it, no worker can be
 * given a wrong wall clock. False: *ret_why says why not.
 */
bool fire_skew_find(char *ret_library, size_t size, const char **ret_why);

/* Before exec: what comes is so many hours ahead, or behind. */
void fire_skew_set(const char *library, int hours);

/* What libfaketime leaves in shared memory when a process is killed. */
void fire_skew_clear(pid_t pid);

/* clocks: what fire_skew_find() asks of a process of its own. */
int fire_tell_clocks(void);

/* worker ENDPOINT BUCKET SEED LOG DELETES: until TERM. Returns the status to exit with. */
int fire_worker(int argc, char **argv);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_FIRE_CAST_H
#define S3A_FIRE_CAST_H

/*
 * The processes of a run: a server, a proxy before it, workers. Whatever becomes of them, they end
 * with the orchestrator, and each is ended by its id.
 */

#include <sys/types.h>

#include "fire.h"
#include "fire_given.h"

struct fire_player {
    pid_t pid; /* 0: there is none */
    bool is_killed;
    uint64_t thaw_us; /* 0: it is not frozen */
    unsigned link;    /* its cable (fire_link.h); 0: it has none */
    uint64_t heal_us; /* 0: that is not cut */
};

struct fire_cast {
    /* To be set before. */
    const char *server_program;
    struct fire_given given; /* in place of that, where it has an endpoint */
    uint64_t random;
    unsigned processes;
    unsigned deletes;          /* releases in 100 that are to leave no object */
    const char *clock_library; /* NULL: every wall clock is right */
    bool has_links;            /* one worker in three has a network of its own */

    char directory[FIRE_PATH_SIZE];
    int log;
    int listener; /* the proxy's */
    uint16_t server_port;
    uint16_t proxy_port; /* 0: there is none */
    struct fire_network *network;
    struct fire_player server;
    struct fire_player proxy;
    struct fire_player workers[FIRE_PROCESSES_MAX];
    uint64_t server_back_us; /* when it is started again; 0: it has not been killed */
    uint64_t harm_us;        /* when the next harm is due */

    unsigned links; /* so far */
    unsigned kills;
    unsigned freezes;
    unsigned cuts;
    unsigned restarts;
    unsigned surprises; /* processes that ended though nobody ended them */
};

/* It runs, and nothing is cut. */
bool fire_player_is_well(const struct fire_player *player);

/* Starts them all. False: it was said why on standard error; close it all the same. */
bool fire_cast_open(struct fire_cast *cast);

/* Ends what is left. */
void fire_cast_end(struct fire_cast *cast);

/* What the workers wrote down outlives the directory; says where. */
void fire_cast_keep_log(const struct fire_cast *cast);

/* The same, and removes the directory. */
void fire_cast_close(struct fire_cast *cast);

/* What is due: the frozen go on, what is cut is whole again, the killed are replaced. */
bool fire_cast_tick(struct fire_cast *cast);

/* Kills, freezes or cuts off somebody, now and then; by preference the process holder, which may be
 * 0. */
void fire_cast_harm(struct fire_cast *cast, int64_t holder);

/* No more harm: all that were harmed are well again when it returns. */
bool fire_cast_calm(struct fire_cast *cast);

/* Asks the workers to end, and waits for that; who does not is a surprise. */
void fire_cast_dismiss(struct fire_cast *cast);

#endif

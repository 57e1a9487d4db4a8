/* SPDX-License-Identifier: MIT */
#ifndef S3A_FIRE_LINK_H
#define S3A_FIRE_LINK_H

/*
 * Workers with a network of their own, and a cable from each to the server's that can be cut, in
 * both directions or in one. All of it is this machine's, and gone with the processes: not even its
 * other programs see it.
 */

#include "fire.h"

enum fire_cut {
    FIRE_CUT_BOTH,
    FIRE_CUT_REQUESTS, /* what the worker sends does not arrive */
    FIRE_CUT_ANSWERS,  /* what the server sends does not */
};

/* Puts this process into a network of its own. False: *ret_why says why that cannot be. */
bool fire_link_find(const char **ret_why);

/* In a worker's process, before exec: the same for it, with a cable of that number (from 1 on) to
 * the network of process other. */
bool fire_link_enter(unsigned number, pid_t other);

/* Under which address the worker at that cable reaches the other end: "10.99.0.5". */
void fire_link_address(unsigned number, char *ret_address, size_t size);

/* False: there is no such cable yet, or any more. */
bool fire_link_cut(unsigned number, pid_t worker, enum fire_cut cut);
void fire_link_heal(unsigned number, pid_t worker);

#endif

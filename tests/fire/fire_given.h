/* SPDX-License-Identifier: MIT */
#ifndef S3A_FIRE_GIVEN_H
#define S3A_FIRE_GIVEN_H

/*
 * A store that is there already, in place of a server of our own: one that has several ways in,
 * perhaps, and somebody who knows how to do it harm.
 *
 * Its credentials are in the usual variables. What is done in it is done in a bucket of its own.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define FIRE_GIVEN_MAX 4

struct fire_given {
    const char *endpoints[FIRE_GIVEN_MAX];
    unsigned count; /* 0: no store is given */
    const char *harm;
    char bucket[64];
    pid_t harmer;
};

/* --endpoint URL, which may come again, and --harm COMMAND. False where it is none of them. */
bool fire_given_take(struct fire_given *given, const char *name, const char *value);

/* Makes the bucket. False: it was said why. */
bool fire_given_open(struct fire_given *given);

/* Removes it with all that is in it. */
void fire_given_close(struct fire_given *given);

/*
 * Has a shell run the command, which harms the store from now on. Asked to end by TERM, it ends
 * with status 0 once all is well again. Without a command all is well.
 */
bool fire_given_harm(struct fire_given *given);
bool fire_given_calm(struct fire_given *given);

/* Of http://127.0.0.1:PORT; 0: that is elsewhere. */
uint16_t fire_given_port(const char *endpoint);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_GATE_H
#define S3A_GATE_H

/*
 * Whose turn it is to write: flock(2) on DIR/gate.
 *
 * SQLite has a lock of its own for that, but those who wait for it poll: with four processes that
 * write in a loop, one gets nearly all the turns and another waits for seconds. The kernel queues
 * those who wait here, so everybody's turn comes. The gate only orders the writers; what they
 * write is safe without it.
 *
 * A child made by fork(2) would share the turn of its parent, and keep it when the parent dies in
 * the middle of it: so it lets go of every gate at once, and has none.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "directory.h"
#include "list.h"

struct s3a_gate {
    const struct s3a_directory *directory;
    int fd; /* -1: closed */
    atomic_bool is_inherited;
    struct s3a_list link; /* of all gates of this process */
};

/* The gate stays where it is until it is closed, and so does the directory. After a failure it
 * needs no s3a_gate_close(). */
S3A_MUST_CHECK enum s3a_status s3a_gate_open(struct s3a_gate *gate,
                                             const struct s3a_directory *directory,
                                             struct s3a_error *error);

/* All zero but fd -1 is accepted. */
void s3a_gate_close(struct s3a_gate *gate);

/* Was it opened before this process came out of a fork(2)? */
bool s3a_gate_is_inherited(const struct s3a_gate *gate);

/*
 * Waits for the turn, for ever: a process that was stopped inside holds up everybody. False where
 * the kernel has no lock to give, and where the directory was removed: whoever makes it anew
 * would not wait for this one. Where only the file was removed, it is made again.
 */
bool s3a_gate_enter(struct s3a_gate *gate);

/* Takes the turn only where nobody else has it. */
bool s3a_gate_try(struct s3a_gate *gate);

/* Tries again and again, wait_ms at the most. Not fair: for the rare writes of an open. */
bool s3a_gate_enter_within(struct s3a_gate *gate, uint64_t wait_ms);

void s3a_gate_leave(struct s3a_gate *gate);

#endif

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
 */

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"

struct s3a_gate {
    int fd;
};

S3A_MUST_CHECK enum s3a_status s3a_gate_open(struct s3a_gate *gate,
                                             const struct s3a_directory *directory,
                                             struct s3a_error *error);
void s3a_gate_close(struct s3a_gate *gate);

/* Waits for the turn, for ever: a process that was stopped inside holds up everybody. False where
 * the kernel has no lock to give. */
bool s3a_gate_enter(struct s3a_gate *gate);

/* Takes the turn only where nobody else has it. */
bool s3a_gate_try(struct s3a_gate *gate);

/* Tries again and again, wait_ms at the most. Not fair: for the rare writes of an open. */
bool s3a_gate_enter_within(struct s3a_gate *gate, uint64_t wait_ms);

void s3a_gate_leave(struct s3a_gate *gate);

#endif

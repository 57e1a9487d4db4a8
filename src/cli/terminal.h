/* SPDX-License-Identifier: MIT */
#ifndef S3A_TERMINAL_H
#define S3A_TERMINAL_H

/*
 * The terminal, and which process group may read from it. As a shell does for its jobs: lent to
 * CMD's group, taken back with the modes that it had. TTOU must be blocked (see signals.h).
 */

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct s3a_terminal {
    int fd; /* of the controlling terminal; -1: there is none */
    bool lent;
    bool modes_known;
    struct termios modes;
};

void s3a_terminal_open(struct s3a_terminal *terminal);
void s3a_terminal_close(struct s3a_terminal *terminal);

/* Are we its foreground group, so that it is ours to lend? */
bool s3a_terminal_is_ours(const struct s3a_terminal *terminal);

/* Lends it to a group of our session, where it is ours; otherwise does nothing. */
void s3a_terminal_lend(struct s3a_terminal *terminal, pid_t group);

/* Takes back what was lent. with_modes: and sets the modes it had then, for CMD may have had no
 * chance to. */
void s3a_terminal_take(struct s3a_terminal *terminal, bool with_modes);

#endif

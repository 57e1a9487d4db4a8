/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <fcntl.h>
#include <unistd.h>

void s3a_terminal_open(struct s3a_terminal *terminal)
{
    *terminal = (struct s3a_terminal){.fd = open("/dev/tty", O_RDWR | O_CLOEXEC)};
}

void s3a_terminal_close(struct s3a_terminal *terminal)
{
    if (terminal->fd >= 0) {
        close(terminal->fd);
        terminal->fd = -1;
    }
}

bool s3a_terminal_is_ours(const struct s3a_terminal *terminal)
{
    return terminal->fd >= 0 && tcgetpgrp(terminal->fd) == getpgrp();
}

void s3a_terminal_lend(struct s3a_terminal *terminal, pid_t group)
{
    if (!s3a_terminal_is_ours(terminal)) {
        return;
    }
    terminal->modes_known = tcgetattr(terminal->fd, &terminal->modes) == 0;
    terminal->lent = tcsetpgrp(terminal->fd, group) == 0;
}

void s3a_terminal_take(struct s3a_terminal *terminal, bool with_modes)
{
    if (!terminal->lent) {
        return;
    }
    terminal->lent = false;
    if (tcsetpgrp(terminal->fd, getpgrp()) == 0 && with_modes && terminal->modes_known) {
        tcsetattr(terminal->fd, TCSADRAIN, &terminal->modes);
    }
}

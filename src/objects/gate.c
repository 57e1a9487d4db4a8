/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "error.h"

enum s3a_status s3a_gate_open(struct s3a_gate *gate, const struct s3a_directory *directory,
                              struct s3a_error *error)
{
    gate->fd = openat(directory->root_fd, "gate", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (gate->fd < 0) {
        return s3a_error_set_errno(error, errno, "open %s/gate", directory->path);
    }
    return S3A_OK;
}

void s3a_gate_close(struct s3a_gate *gate)
{
    if (gate->fd >= 0) {
        close(gate->fd);
        gate->fd = -1;
    }
}

static bool lock(struct s3a_gate *gate, int operation)
{
    int result;

    do {
        result = flock(gate->fd, operation);
    } while (result != 0 && errno == EINTR);
    return result == 0;
}

bool s3a_gate_enter(struct s3a_gate *gate)
{
    return lock(gate, LOCK_EX);
}

bool s3a_gate_try(struct s3a_gate *gate)
{
    return lock(gate, LOCK_EX | LOCK_NB);
}

bool s3a_gate_enter_within(struct s3a_gate *gate, uint64_t wait_ms)
{
    uint64_t start_ms = s3a_clock_ms();

    while (!s3a_gate_try(gate)) {
        if (s3a_clock_ms() - start_ms >= wait_ms) {
            return false;
        }
        poll(NULL, 0, 1);
    }
    return true;
}

void s3a_gate_leave(struct s3a_gate *gate)
{
    s3a_check(lock(gate, LOCK_UN));
}

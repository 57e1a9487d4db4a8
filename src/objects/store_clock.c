/* SPDX-License-Identifier: MIT */
#include "store_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

enum s3a_status s3a_machine_time_read(struct s3a_machine_time *ret_machine, struct s3a_error *error)
{
    *ret_machine = (struct s3a_machine_time){0};
    int fd = open(BOOT_ID_PATH, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, ret_machine->boot_id, S3A_BOOT_ID_SIZE);
    int read_errno = errno;

    if (fd >= 0) {
        close(fd);
    }
    if (size < 0) {
        return s3a_error_set_errno(error, read_errno, "read " BOOT_ID_PATH);
    }
    if (size != S3A_BOOT_ID_SIZE) {
        return s3a_error_set(error, S3A_SYSTEM, BOOT_ID_PATH " is too short");
    }
    ret_machine->boot_ms = (int64_t)s3a_clock_ms();
    ret_machine->wall_ms = s3a_clock_wall_ms();
    return S3A_OK;
}

bool s3a_store_time_carry(struct s3a_store_time *time, const struct s3a_machine_time *machine)
{
    int64_t now_ms = s3a_store_time_now(time, machine->boot_ms);
    bool same_boot = strcmp(time->boot_id, machine->boot_id) == 0;

    if (same_boot && now_ms >= time->high_ms) {
        return false;
    }
    if (!same_boot) {
        now_ms = machine->wall_ms;
    }
    if (now_ms < time->high_ms) {
        now_ms = time->high_ms;
    }
    memcpy(time->boot_id, machine->boot_id, sizeof(time->boot_id));
    time->offset_ms = now_ms - machine->boot_ms;
    return true;
}

int64_t s3a_store_time_now(const struct s3a_store_time *time, int64_t boot_ms)
{
    return boot_ms + time->offset_ms;
}

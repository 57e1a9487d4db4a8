/* SPDX-License-Identifier: MIT */
#include "store_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "error.h"

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

/* Up to size bytes of a file; -1 with errno. */
static ssize_t read_file(const char *path, char *ret_text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t result = fd < 0 ? -1 : read(fd, ret_text, size);
    int read_errno = errno;

    if (fd >= 0) {
        close(fd);
    }
    errno = read_errno;
    return result;
}

int64_t s3a_timens_offset_ms(const char *text)
{
    const char *line = strstr(text, "boottime");
    long long seconds = 0;
    long nanoseconds = 0;

    if (!line || sscanf(line, "boottime %lld %ld", &seconds, &nanoseconds) != 2) {
        return 0;
    }
    return (int64_t)seconds * 1000 + nanoseconds / 1000000;
}

/* A kernel without such namespaces has no such file. */
static int64_t read_namespace_ms(void)
{
    char text[256];
    ssize_t size = read_file("/proc/self/timens_offsets", text, sizeof(text) - 1);

    text[size > 0 ? size : 0] = '\0';
    return s3a_timens_offset_ms(text);
}

int64_t s3a_machine_boot_ms(const struct s3a_machine_time *machine)
{
    return (int64_t)s3a_clock_ms() - machine->namespace_ms;
}

enum s3a_status s3a_machine_time_read(struct s3a_machine_time *ret_machine, struct s3a_error *error)
{
    *ret_machine = (struct s3a_machine_time){0};
    ssize_t size = read_file(BOOT_ID_PATH, ret_machine->boot_id, S3A_BOOT_ID_SIZE);

    if (size < 0) {
        return s3a_error_set_errno(error, errno, "read " BOOT_ID_PATH);
    }
    if (size != S3A_BOOT_ID_SIZE) {
        return s3a_error_set(error, S3A_SYSTEM, BOOT_ID_PATH " is too short");
    }
    ret_machine->namespace_ms = read_namespace_ms();
    ret_machine->boot_ms = s3a_machine_boot_ms(ret_machine);
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

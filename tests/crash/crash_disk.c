/* SPDX-License-Identifier: MIT */
#include "crash_disk_notes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

static int open_file(int at_fd, const char *path, int flags, mode_t mode)
{
    char whole[PATH_MAX];

    if (!crash_disk_locate(at_fd, path, whole)) {
        int fd = crash_calls.openat64(at_fd, path, flags, mode);
        crash_disk_remember(fd);
        return fd;
    }
    if ((flags & O_CREAT) && crash_disk_strikes()) {
        return -1;
    }
    crash_disk_lock();
    bool is_new = (flags & O_CREAT) && access(whole, F_OK) != 0;
    int fd = crash_calls.openat64(at_fd, path, flags, mode);
    int open_errno = errno;
    if (fd >= 0 && is_new) {
        crash_disk_note_name(CRASH_RECORD_CREATE, whole);
    }
    crash_disk_remember(fd);
    crash_disk_unlock();
    errno = open_errno;
    return fd;
}

#define MODE_OF(flags)                                                                             \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                         \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode = va_arg(args, mode_t);                                                               \
        va_end(args);                                                                              \
    }

int open(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_file(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_file(AT_FDCWD, path, flags, mode);
}

int openat(int at_fd, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_file(at_fd, path, flags, mode);
}

int openat64(int at_fd, const char *path, int flags, ...)
{
    MODE_OF(flags)
    return open_file(at_fd, path, flags, mode);
}

int close(int fd)
{
    crash_disk_forget(fd);
    return crash_calls.close(fd);
}

static ssize_t write_at(int fd, const void *bytes, size_t size, off64_t offset, bool is_at)
{
    uint64_t ino = crash_disk_ino(fd);
    bool fails = ino != 0 && crash_disk_strikes();
    int fail_errno = errno;

    if (ino == 0) {
        return is_at ? crash_calls.pwrite64(fd, bytes, size, offset)
                     : crash_calls.write(fd, bytes, size);
    }
    crash_disk_lock();
    if (!is_at) {
        offset = lseek(fd, 0, SEEK_CUR);
    }
    /* Half of it may have come to the disk before the error. */
    size = fails ? size / 2 : size;
    ssize_t written =
        is_at ? crash_calls.pwrite64(fd, bytes, size, offset) : crash_calls.write(fd, bytes, size);
    int write_errno = errno;
    if (written > 0) {
        crash_disk_note(&(struct crash_record){.kind = CRASH_RECORD_WRITE,
                                               .size = (uint32_t)written,
                                               .ino = ino,
                                               .offset = (uint64_t)offset},
                        bytes);
    }
    crash_disk_unlock();
    errno = fails ? fail_errno : write_errno;
    return fails ? -1 : written;
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    return write_at(fd, bytes, size, 0, false);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return write_at(fd, bytes, size, offset, true);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
    return write_at(fd, bytes, size, offset, true);
}

/* What comes while it is under way is not covered by it. */
static int sync_file(int fd, int (*real)(int fd))
{
    uint64_t ino = crash_disk_ino(fd);

    if (ino == 0) {
        return real(fd);
    }
    if (crash_disk_strikes()) {
        return -1;
    }
    uint64_t before = crash_disk_position();
    int result = real(fd);
    int sync_errno = errno;
    if (result == 0) {
        crash_disk_lock();
        crash_disk_note(
            &(struct crash_record){.kind = CRASH_RECORD_SYNC, .ino = ino, .offset = before}, NULL);
        crash_disk_unlock();
    }
    errno = sync_errno;
    return result;
}

int fsync(int fd)
{
    return sync_file(fd, crash_calls.fsync);
}

int fdatasync(int fd)
{
    return sync_file(fd, crash_calls.fdatasync);
}

static int truncate_file(int fd, off64_t size)
{
    uint64_t ino = crash_disk_ino(fd);

    if (ino == 0) {
        return crash_calls.ftruncate64(fd, size);
    }
    if (crash_disk_strikes()) {
        return -1;
    }
    crash_disk_lock();
    int result = crash_calls.ftruncate64(fd, size);
    int truncate_errno = errno;
    if (result == 0) {
        crash_disk_note(&(struct crash_record){.kind = CRASH_RECORD_TRUNCATE,
                                               .ino = ino,
                                               .offset = (uint64_t)size},
                        NULL);
    }
    crash_disk_unlock();
    errno = truncate_errno;
    return result;
}

int ftruncate(int fd, off_t size)
{
    return truncate_file(fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    return truncate_file(fd, size);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    char whole[PATH_MAX];

    if (!crash_disk_locate(to_fd, to, whole)) {
        return crash_calls.linkat(from_fd, from, to_fd, to, flags);
    }
    if (crash_disk_strikes()) {
        return -1;
    }
    crash_disk_lock();
    int result = crash_calls.linkat(from_fd, from, to_fd, to, flags);
    int link_errno = errno;
    if (result == 0) {
        crash_disk_note_name(CRASH_RECORD_LINK, whole);
    }
    crash_disk_unlock();
    errno = link_errno;
    return result;
}

int unlinkat(int at_fd, const char *path, int flags)
{
    char whole[PATH_MAX];

    if (!crash_disk_locate(at_fd, path, whole)) {
        return crash_calls.unlinkat(at_fd, path, flags);
    }
    crash_disk_lock();
    int result = crash_calls.unlinkat(at_fd, path, flags);
    int unlink_errno = errno;
    if (result == 0) {
        crash_disk_note_name(CRASH_RECORD_UNLINK, whole);
    }
    crash_disk_unlock();
    errno = unlink_errno;
    return result;
}

int unlink(const char *path)
{
    return unlinkat(AT_FDCWD, path, 0);
}

int mkdirat(int at_fd, const char *path, mode_t mode)
{
    char whole[PATH_MAX];

    if (!crash_disk_locate(at_fd, path, whole)) {
        return crash_calls.mkdirat(at_fd, path, mode);
    }
    if (crash_disk_strikes()) {
        return -1;
    }
    crash_disk_lock();
    int result = crash_calls.mkdirat(at_fd, path, mode);
    int mkdir_errno = errno;
    if (result == 0) {
        crash_disk_note_name(CRASH_RECORD_MKDIR, whole);
    }
    crash_disk_unlock();
    errno = mkdir_errno;
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

/* SPDX-License-Identifier: MIT */
#include "slurp.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"

#define CAPACITY_FIRST ((size_t)64 * 1024)
#define MODE_NEW 0666
#define MODE_BITS 0777

void s3a_heap_clear(struct s3a_heap *heap)
{
    free(heap->data);
    *heap = (struct s3a_heap){0};
}

static bool make_room(struct s3a_heap *heap)
{
    if (heap->size < heap->capacity) {
        return true;
    }
    size_t capacity = heap->capacity ? heap->capacity * 2 : CAPACITY_FIRST;
    char *data = realloc(heap->data, capacity);
    if (!data) {
        return false;
    }
    heap->data = data;
    heap->capacity = capacity;
    return true;
}

enum s3a_status s3a_heap_read(struct s3a_heap *heap, int fd, size_t size_max, size_t *ret_size)
{
    ssize_t size;

    *ret_size = 0;
    if (!make_room(heap)) {
        return S3A_NO_MEMORY;
    }
    do {
        size = read(fd, heap->data + heap->size, heap->capacity - heap->size);
    } while (size < 0 && errno == EINTR);
    if (size < 0) {
        return S3A_SYSTEM;
    }
    heap->size += (size_t)size;
    *ret_size = (size_t)size;
    return heap->size > size_max ? S3A_TOO_LARGE : S3A_OK;
}

enum s3a_status s3a_slurp(const char *name, size_t size_max, struct s3a_heap *ret_heap,
                          struct s3a_error *error)
{
    bool is_standard = !name || strcmp(name, "-") == 0;
    const char *shown = is_standard ? "standard input" : name;
    int fd = is_standard ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
    enum s3a_status status;
    size_t size;

    *ret_heap = (struct s3a_heap){0};
    if (fd < 0) {
        return s3a_fault_errno(error, "%s cannot be read", shown);
    }
    do {
        status = s3a_heap_read(ret_heap, fd, size_max, &size);
    } while (status == S3A_OK && size > 0);
    if (status == S3A_SYSTEM) {
        s3a_fault_errno(error, "%s cannot be read", shown);
    } else if (status == S3A_TOO_LARGE) {
        s3a_fault(error, status, "%s is too large: an object may have %zu bytes at the most", shown,
                  size_max);
    } else if (status != S3A_OK) {
        s3a_fault(error, status, "%s: out of memory", shown);
    }
    if (!is_standard) {
        close(fd);
    }
    if (status != S3A_OK) {
        s3a_heap_clear(ret_heap);
    }
    return status;
}

static bool write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        if (written > 0) {
            data += written;
            size -= (size_t)written;
        }
    }
    return true;
}

static enum s3a_status write_as_it_is(const char *name, const void *data, size_t size,
                                      struct s3a_error *error)
{
    bool is_standard = strcmp(name, "-") == 0;
    int fd = is_standard ? STDOUT_FILENO : open(name, O_WRONLY | O_CLOEXEC);
    enum s3a_status status = S3A_OK;

    if (fd < 0 || !write_all(fd, data, size)) {
        status =
            s3a_fault_errno(error, "%s cannot be written", is_standard ? "standard output" : name);
    }
    if (fd >= 0 && !is_standard) {
        close(fd);
    }
    return status;
}

/* What a new file's permissions are to be. */
static mode_t mode_of(const struct stat *old)
{
    if (old) {
        return old->st_mode & MODE_BITS;
    }
    mode_t mask = umask(0);
    umask(mask);
    return MODE_NEW & ~mask;
}

static enum s3a_status replace(const char *name, const struct stat *old, const void *data,
                               size_t size, struct s3a_error *error)
{
    char beside[PATH_MAX];

    if (snprintf(beside, sizeof(beside), "%s.XXXXXX", name) >= (int)sizeof(beside)) {
        return s3a_fault(error, S3A_SYSTEM, "the name of the file is too long");
    }
    int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0) {
        return s3a_fault_errno(error, "%s cannot be written: no new file beside it", name);
    }
    bool written = write_all(fd, data, size) && fchmod(fd, mode_of(old)) == 0 && fsync(fd) == 0;
    int failed = errno;
    if (close(fd) != 0 && written) {
        written = false;
        failed = errno;
    }
    if (written && rename(beside, name) == 0) {
        return S3A_OK;
    }
    errno = written ? errno : failed;
    enum s3a_status status = s3a_fault_errno(error, "%s cannot be written", name);
    unlink(beside);
    return status;
}

/* Whoever wants us to end has to wait until nothing half written is left. */
static void hold_signals(sigset_t *ret_before)
{
    sigset_t ending;

    sigemptyset(&ending);
    sigaddset(&ending, SIGINT);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGHUP);
    sigaddset(&ending, SIGQUIT);
    sigprocmask(SIG_BLOCK, &ending, ret_before);
}

enum s3a_status s3a_spill(const char *name, const void *data, size_t size, struct s3a_error *error)
{
    char target[PATH_MAX];
    sigset_t before;
    struct stat old;

    if (strcmp(name, "-") == 0) {
        return write_as_it_is(name, data, size, error);
    }
    bool exists = stat(name, &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) {
        return s3a_fault(error, S3A_SYSTEM, "%s is a directory", name);
    }
    if (exists && !S_ISREG(old.st_mode)) {
        return write_as_it_is(name, data, size, error);
    }
    /* A symbolic link stays one: what it points to is replaced. */
    if (exists && !realpath(name, target)) {
        return s3a_fault_errno(error, "%s cannot be written", name);
    }
    hold_signals(&before);
    enum s3a_status status =
        replace(exists ? target : name, exists ? &old : NULL, data, size, error);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}

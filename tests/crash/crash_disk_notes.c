/* SPDX-License-Identifier: MIT */
#include "crash_disk_notes.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FDS_MAX 65536

static struct crash_disk *disk;
static char root[PATH_MAX];
static int log_fd = -1;
static _Atomic uint64_t inos[FDS_MAX]; /* of open files below the root; 0: not one of them */
struct crash_calls crash_calls;

static void find_call(void *ret_call, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (!found) {
        fprintf(stderr, "crash_disk: no %s\n", name);
        _exit(127);
    }
    memcpy(ret_call, &found, sizeof(found));
}

void crash_disk_note(const struct crash_record *record, const void *bytes)
{
    if (log_fd < 0) {
        return;
    }
    if (crash_calls.write(log_fd, record, sizeof(*record)) != sizeof(*record) ||
        (record->size > 0 &&
         crash_calls.write(log_fd, bytes, record->size) != (ssize_t)record->size)) {
        _exit(126); /* without it, nothing can be told */
    }
    atomic_fetch_add(&disk->position, 1);
}

static void attach(const char *control)
{
    struct stat about;
    int fd = crash_calls.openat64(AT_FDCWD, control, O_RDWR | O_CLOEXEC);
    void *mapped =
        fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*disk), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    const char *log = getenv(CRASH_DISK_LOG);

    if (mapped == MAP_FAILED) {
        fprintf(stderr, "crash_disk: %s: %s\n", control, strerror(errno));
        _exit(127);
    }
    crash_calls.close(fd);
    if (log) {
        log_fd =
            crash_calls.openat64(AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    }
    disk = mapped;
    atomic_fetch_add(&disk->attached, 1);
    snprintf(root, sizeof(root), "%s", getenv(CRASH_DISK_ROOT));
    if (stat(root, &about) == 0) {
        crash_disk_note(&(struct crash_record){.kind = CRASH_RECORD_ROOT, .ino = about.st_ino},
                        NULL);
    }
}

__attribute__((constructor)) static void begin(void)
{
    const char *control = getenv(CRASH_DISK_CONTROL);

    find_call(&crash_calls.write, "write");
    find_call(&crash_calls.pwrite64, "pwrite64");
    find_call(&crash_calls.fsync, "fsync");
    find_call(&crash_calls.fdatasync, "fdatasync");
    find_call(&crash_calls.ftruncate64, "ftruncate64");
    find_call(&crash_calls.openat64, "openat64");
    find_call(&crash_calls.close, "close");
    find_call(&crash_calls.linkat, "linkat");
    find_call(&crash_calls.unlinkat, "unlinkat");
    find_call(&crash_calls.mkdirat, "mkdirat");
    if (control) {
        attach(control);
    }
}

bool crash_disk_strikes(void)
{
    static _Atomic uint64_t state = 1;
    int error = atomic_load_explicit(&disk->error, memory_order_relaxed);

    if (error == 0) {
        return false;
    }
    uint64_t z = atomic_fetch_add(&state, UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    if ((z >> 33) % atomic_load(&disk->one_in) != 0) {
        return false;
    }
    atomic_fetch_add(&disk->failures, 1);
    errno = error;
    return true;
}

/* The memory of the log's index is no file that survives, and the gate has no content. */
static bool is_ours(const char *path)
{
    size_t size = strlen(root);
    size_t end = strlen(path);

    return disk && strncmp(path, root, size) == 0 && (path[size] == '/' || path[size] == '\0') &&
           !(end > 4 && strcmp(path + end - 4, "-shm") == 0) &&
           !(end > 5 && strcmp(path + end - 5, "/gate") == 0);
}

static bool path_of_fd(int fd, char ret_path[PATH_MAX])
{
    char link[64];

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, ret_path, PATH_MAX - 1);
    ret_path[size > 0 ? size : 0] = '\0';
    return size > 0;
}

bool crash_disk_locate(int at_fd, const char *path, char ret_path[PATH_MAX])
{
    char at[PATH_MAX];

    if (!disk) {
        return false;
    }
    if (path[0] == '/') {
        snprintf(ret_path, PATH_MAX, "%s", path);
    } else if (at_fd == AT_FDCWD || !path_of_fd(at_fd, at) ||
               strlen(at) + strlen(path) + 2 > PATH_MAX) {
        return false;
    } else {
        strcpy(ret_path, at);
        strcat(ret_path, "/");
        strcat(ret_path, path);
    }
    return is_ours(ret_path);
}

void crash_disk_note_name(enum crash_record_kind kind, const char *path)
{
    char copy[PATH_MAX];
    char name[PATH_MAX];
    struct stat about = {0};
    struct stat parent = {0};

    snprintf(copy, sizeof(copy), "%s", path);
    snprintf(name, sizeof(name), "%s", basename(copy));
    snprintf(copy, sizeof(copy), "%s", path);
    if (stat(dirname(copy), &parent) != 0 ||
        (kind != CRASH_RECORD_UNLINK && lstat(path, &about) != 0)) {
        return;
    }
    struct crash_record record = {.kind = (uint32_t)kind,
                                  .size = (uint32_t)strlen(name),
                                  .ino = about.st_ino,
                                  .parent = parent.st_ino};
    crash_disk_note(&record, name);
}

uint64_t crash_disk_ino(int fd)
{
    return fd >= 0 && fd < FDS_MAX ? atomic_load(&inos[fd]) : 0;
}

void crash_disk_remember(int fd)
{
    char path[PATH_MAX];
    struct stat about;

    if (fd >= 0 && fd < FDS_MAX) {
        bool is_one = disk && path_of_fd(fd, path) && is_ours(path) && fstat(fd, &about) == 0;
        atomic_store(&inos[fd], is_one ? about.st_ino : 0);
    }
}

void crash_disk_forget(int fd)
{
    if (fd >= 0 && fd < FDS_MAX) {
        atomic_store(&inos[fd], 0);
    }
}

uint64_t crash_disk_position(void)
{
    return atomic_load(&disk->position);
}

void crash_disk_lock(void)
{
    pthread_mutex_lock(&disk->mutex);
}

void crash_disk_unlock(void)
{
    pthread_mutex_unlock(&disk->mutex);
}

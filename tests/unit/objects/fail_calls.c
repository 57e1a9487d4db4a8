/* SPDX-License-Identifier: MIT */
#include "fail_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static atomic_uint chosen;
static atomic_int countdown;
static atomic_int times_left;
static atomic_int happened;
static int error_given;
static void (*hook_given)(void *arg);
static void *hook_arg;
static long file_system;
static _Atomic int64_t wall_ahead_ms;

/* True: the call fails, errno is set. */
static bool strikes(enum fail_call call)
{
    if (!(atomic_load(&chosen) & call) || atomic_fetch_sub(&countdown, 1) > 1) {
        return false;
    }
    if (atomic_fetch_sub(&times_left, 1) <= 0) {
        return false;
    }
    atomic_fetch_add(&happened, 1);
    if (hook_given) {
        hook_given(hook_arg);
        return false;
    }
    errno = error_given;
    return true;
}

static void start(unsigned calls, int nth, int times)
{
    atomic_store(&happened, 0);
    atomic_store(&countdown, nth);
    atomic_store(&times_left, times);
    atomic_store(&chosen, calls);
}

void fail_calls_at(unsigned calls, int nth, int times, int error)
{
    hook_given = NULL;
    error_given = error;
    start(calls, nth, times);
}

void fail_calls_hook(unsigned calls, int nth, void (*hook)(void *arg), void *arg)
{
    hook_given = hook;
    hook_arg = arg;
    start(calls, nth, 1);
}

int fail_calls_end(void)
{
    atomic_store(&chosen, 0);
    return atomic_load(&happened);
}

void fail_calls_file_system(long type)
{
    file_system = type;
}

void fail_calls_wall_clock(int64_t ahead_ms)
{
    atomic_store(&wall_ahead_ms, ahead_ms);
}

int64_t __real_s3a_clock_wall_ms(void);
int64_t __wrap_s3a_clock_wall_ms(void);
int64_t __wrap_s3a_clock_wall_ms(void)
{
    return __real_s3a_clock_wall_ms() + atomic_load(&wall_ahead_ms);
}

/* The names that the linker gives: for code compiled with _FILE_OFFSET_BITS=64. */
#define WRAP(result, name, call, parameters, arguments)                                            \
    result __real_##name parameters;                                                               \
    result __wrap_##name parameters;                                                               \
    result __wrap_##name parameters                                                                \
    {                                                                                              \
        return strikes(call) ? -1 : __real_##name arguments;                                       \
    }

WRAP(int, fsync, FAIL_CALL_SYNC, (int fd), (fd))
WRAP(int, fdatasync, FAIL_CALL_SYNC, (int fd), (fd))
WRAP(int, syncfs, FAIL_CALL_SYNC, (int fd), (fd))
WRAP(int, linkat, FAIL_CALL_LINK, (int a, const char *b, int c, const char *d, int flags),
     (a, b, c, d, flags))
WRAP(int, unlinkat, FAIL_CALL_UNLINK, (int fd, const char *path, int flags), (fd, path, flags))
WRAP(int, openat64, FAIL_CALL_OPEN, (int fd, const char *path, int flags, mode_t mode),
     (fd, path, flags, mode))
WRAP(int, open64, FAIL_CALL_OPEN, (const char *path, int flags, mode_t mode), (path, flags, mode))
WRAP(int, mkdir, FAIL_CALL_MKDIR, (const char *path, mode_t mode), (path, mode))
WRAP(int, mkdirat, FAIL_CALL_MKDIR, (int fd, const char *path, mode_t mode), (fd, path, mode))
WRAP(ssize_t, write, FAIL_CALL_WRITE, (int fd, const void *data, size_t size), (fd, data, size))
WRAP(int, eventfd, FAIL_CALL_EVENT, (unsigned value, int flags), (value, flags))

/* To unlock never fails. */
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __wrap_flock(int fd, int operation)
{
    return (operation & LOCK_EX) && strikes(FAIL_CALL_LOCK) ? -1 : __real_flock(fd, operation);
}

int __real_pthread_create(pthread_t *ret_thread, const pthread_attr_t *how, void *(*run)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *ret_thread, const pthread_attr_t *how, void *(*run)(void *),
                          void *arg);
int __wrap_pthread_create(pthread_t *ret_thread, const pthread_attr_t *how, void *(*run)(void *),
                          void *arg)
{
    return strikes(FAIL_CALL_THREAD) ? EAGAIN : __real_pthread_create(ret_thread, how, run, arg);
}

int __real_fstatfs64(int fd, struct statfs *ret_about);
int __wrap_fstatfs64(int fd, struct statfs *ret_about);
int __wrap_fstatfs64(int fd, struct statfs *ret_about)
{
    int result = __real_fstatfs64(fd, ret_about);

    if (file_system != 0) {
        ret_about->f_type = file_system;
    }
    return result;
}

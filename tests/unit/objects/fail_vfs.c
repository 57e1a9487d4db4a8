/* SPDX-License-Identifier: MIT */
#include "fail_vfs.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A file of ours, with the real one behind it in memory. */
struct fail_file {
    sqlite3_file base;
    char path[512];
};

static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;
static sqlite3_io_methods methods;

static _Atomic int kind = FAIL_NOTHING;
static atomic_int countdown;
static atomic_int times_left;
static atomic_int failures;
static atomic_bool is_watching;

static sqlite3_file *real(sqlite3_file *file)
{
    return (sqlite3_file *)((char *)file + sizeof(struct fail_file));
}

static bool fails_now(enum fail_kind of_kind)
{
    if (kind != (int)of_kind) {
        return false;
    }
    if (atomic_load(&countdown) > 0 && atomic_fetch_sub(&countdown, 1) > 1) {
        return false;
    }
    if (atomic_load(&times_left) == 0) {
        return false;
    }
    atomic_fetch_sub(&times_left, 1);
    atomic_fetch_add(&failures, 1);
    return true;
}

static void synced_path(const char *path, char ret_path[600])
{
    snprintf(ret_path, 600, "%s.synced", path);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[65536];
    size_t size;
    FILE *in = fopen(from, "rb");

    if (!in) {
        return;
    }
    FILE *out = fopen(to, "wb");
    assert_non_null(out);
    while ((size = fread(bytes, 1, sizeof(bytes), in)) > 0) {
        assert_int_equal(fwrite(bytes, 1, size, out), size);
    }
    fclose(out);
    fclose(in);
}

static int fail_close(sqlite3_file *file)
{
    return real(file)->pMethods->xClose(real(file));
}

static int fail_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at)
{
    if (fails_now(FAIL_READ)) {
        return SQLITE_IOERR_READ;
    }
    return real(file)->pMethods->xRead(real(file), bytes, size, at);
}

static int fail_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
    if (fails_now(FAIL_FULL)) {
        return SQLITE_FULL;
    }
    if (fails_now(FAIL_WRITE)) {
        (void)real(file)->pMethods->xWrite(real(file), bytes, size / 2, at);
        return SQLITE_IOERR_WRITE;
    }
    return real(file)->pMethods->xWrite(real(file), bytes, size, at);
}

static int fail_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return real(file)->pMethods->xTruncate(real(file), size);
}

static int fail_sync(sqlite3_file *file, int flags)
{
    const struct fail_file *ours = (const struct fail_file *)file;
    char to[600];

    if (fails_now(FAIL_SYNC)) {
        return SQLITE_IOERR_FSYNC;
    }
    if (is_watching) {
        synced_path(ours->path, to);
        copy_file(ours->path, to);
    }
    return real(file)->pMethods->xSync(real(file), flags);
}

static int fail_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    return real(file)->pMethods->xFileSize(real(file), ret_size);
}

static int fail_lock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xLock(real(file), level);
}

static int fail_unlock(sqlite3_file *file, int level)
{
    return real(file)->pMethods->xUnlock(real(file), level);
}

static int fail_check_lock(sqlite3_file *file, int *ret_locked)
{
    return real(file)->pMethods->xCheckReservedLock(real(file), ret_locked);
}

static int fail_control(sqlite3_file *file, int what, void *arg)
{
    return real(file)->pMethods->xFileControl(real(file), what, arg);
}

static int fail_sector(sqlite3_file *file)
{
    return real(file)->pMethods->xSectorSize(real(file));
}

static int fail_device(sqlite3_file *file)
{
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}

static int fail_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    if (extend && fails_now(FAIL_SHM)) {
        *ret = NULL;
        return SQLITE_IOERR_SHMSIZE;
    }
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, ret);
}

static int fail_shm_lock(sqlite3_file *file, int at, int count, int flags)
{
    return real(file)->pMethods->xShmLock(real(file), at, count, flags);
}

static void fail_shm_barrier(sqlite3_file *file)
{
    real(file)->pMethods->xShmBarrier(real(file));
}

static int fail_shm_unmap(sqlite3_file *file, int remove)
{
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

static int fail_open(sqlite3_vfs *self, const char *path, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    struct fail_file *ours = (struct fail_file *)file;

    (void)self;
    memset(file, 0, sizeof(struct fail_file));
    snprintf(ours->path, sizeof(ours->path), "%s", path ? path : "");
    int rc = real_vfs->xOpen(real_vfs, path, real(file), flags, ret_flags);
    if (real(file)->pMethods) {
        file->pMethods = &methods;
    }
    return rc;
}

static int fail_delete(sqlite3_vfs *self, const char *path, int sync)
{
    char synced[600];

    (void)self;
    synced_path(path, synced);
    (void)unlink(synced);
    return real_vfs->xDelete(real_vfs, path, sync);
}

void fail_vfs_install(void)
{
    methods = (sqlite3_io_methods){
        .iVersion = 2,
        .xClose = fail_close,
        .xRead = fail_read,
        .xWrite = fail_write,
        .xTruncate = fail_truncate,
        .xSync = fail_sync,
        .xFileSize = fail_size,
        .xLock = fail_lock,
        .xUnlock = fail_unlock,
        .xCheckReservedLock = fail_check_lock,
        .xFileControl = fail_control,
        .xSectorSize = fail_sector,
        .xDeviceCharacteristics = fail_device,
        .xShmMap = fail_shm_map,
        .xShmLock = fail_shm_lock,
        .xShmBarrier = fail_shm_barrier,
        .xShmUnmap = fail_shm_unmap,
    };
    real_vfs = sqlite3_vfs_find(NULL);
    assert_non_null(real_vfs);
    vfs = *real_vfs;
    vfs.zName = "fail";
    vfs.szOsFile = (int)sizeof(struct fail_file) + real_vfs->szOsFile;
    vfs.xOpen = fail_open;
    vfs.xDelete = fail_delete;
    assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
}

void fail_vfs_at(enum fail_kind new_kind, int nth, int times)
{
    kind = FAIL_NOTHING;
    failures = 0;
    countdown = nth;
    times_left = times;
    kind = (int)new_kind;
}

int fail_vfs_end(void)
{
    kind = FAIL_NOTHING;
    return failures;
}

void fail_vfs_watch_syncs(bool watch)
{
    is_watching = watch;
}

static void copy_files(const char *from_directory, const char *to_directory, bool only_synced)
{
    static const char *const names[] = {"s3atomic.db", "s3atomic.db-wal"};
    char from[512];
    char synced[600];
    char to[512];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(from, sizeof(from), "%s/%s", from_directory, names[i]);
        snprintf(to, sizeof(to), "%s/%s", to_directory, names[i]);
        synced_path(from, synced);
        copy_file(only_synced ? synced : from, to);
    }
}

void fail_vfs_copy_synced(const char *from_directory, const char *to_directory)
{
    copy_files(from_directory, to_directory, true);
}

void fail_vfs_copy_killed(const char *from_directory, const char *to_directory)
{
    copy_files(from_directory, to_directory, false);
}

/* SPDX-License-Identifier: MIT */
#include "blobs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digest.h"
#include "error.h"
#include "random.h"

/* "XX/ID" */
#define NAME_SIZE (3 + S3A_BLOB_ID_SIZE)
/* A sweep may take a new file for an old one, so often and no more. */
#define CREATE_ATTEMPTS 100

bool s3a_blob_id_is_valid(struct s3a_str id)
{
    for (size_t i = 0; i < id.size; i++) {
        if (!strchr("0123456789abcdef", id.data[i]) || id.data[i] == '\0') {
            return false;
        }
    }
    return id.size == S3A_BLOB_ID_SIZE;
}

static void name_of(const char *id, char ret_name[NAME_SIZE + 1])
{
    snprintf(ret_name, NAME_SIZE + 1, "%.2s/%s", id, id);
}

static enum s3a_status status_of_errno(void)
{
    return s3a_error_set_errno(NULL, errno, "blob");
}

/* Ours: locked, and no sweep was faster. */
static bool take(int fd)
{
    struct stat about;

    return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &about) == 0 && about.st_nlink > 0;
}

enum s3a_status s3a_blob_create(const struct s3a_directory *directory,
                                char ret_id[S3A_BLOB_ID_SIZE + 1], int *ret_fd)
{
    uint8_t random[S3A_BLOB_ID_SIZE / 2];

    *ret_fd = -1;
    for (int i = 0; i < CREATE_ATTEMPTS; i++) {
        s3a_random_bytes(random, sizeof(random));
        s3a_hex(random, sizeof(random), ret_id);
        int fd =
            openat(directory->incoming_fd, ret_id, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0) {
            return status_of_errno();
        }
        if (take(fd)) {
            s3a_directory_give(directory, directory->incoming_fd, ret_id);
            *ret_fd = fd;
            return S3A_OK;
        }
        unlinkat(directory->incoming_fd, ret_id, 0);
        close(fd);
    }
    return S3A_SYSTEM;
}

static int make_shelf(const struct s3a_directory *directory, const char *id)
{
    char shelf[3] = {id[0], id[1], '\0'};

    if (mkdirat(directory->blobs_fd, shelf, 0700) == 0) {
        s3a_directory_give(directory, directory->blobs_fd, shelf);
    } else if (errno != EEXIST) {
        return -1;
    }
    return 0;
}

/* That the shelf is there says nothing: who made it may not have lived to sync it, or the disk may
 * have refused. So everybody makes sure for himself, once. */
static int sync_name_of_shelf(struct s3a_directory *directory, const char *id)
{
    char digits[3] = {id[0], id[1], '\0'};
    bool *is_durable = &directory->has_durable_shelf[strtoul(digits, NULL, 16) & 0xff];

    if (!*is_durable && fsync(directory->blobs_fd) != 0) {
        return -1;
    }
    *is_durable = true;
    return 0;
}

static int link_blob(const struct s3a_directory *directory, const char *id, const char *name)
{
    return linkat(directory->incoming_fd, id, directory->blobs_fd, name, 0);
}

static int sync_shelf(const struct s3a_directory *directory, const char *id)
{
    char shelf[3] = {id[0], id[1], '\0'};
    int fd = openat(directory->blobs_fd, shelf, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = fd < 0 ? -1 : fsync(fd);

    if (fd >= 0) {
        int sync_errno = errno;
        close(fd);
        errno = sync_errno;
    }
    return result;
}

enum s3a_status s3a_blob_stage(struct s3a_directory *directory, const char *id, int fd)
{
    char name[NAME_SIZE + 1];

    name_of(id, name);
    int result = link_blob(directory, id, name);
    if (result != 0 && errno == ENOENT) {
        result = make_shelf(directory, id);
        if (result == 0) {
            result = link_blob(directory, id, name);
        }
    }
    /* The content first. Then the name in incoming/, so that the one in blobs/ never stands alone
     * without a row. */
    if (result == 0 && fsync(fd) == 0 && fsync(directory->incoming_fd) == 0 &&
        sync_shelf(directory, id) == 0 && sync_name_of_shelf(directory, id) == 0) {
        return S3A_OK;
    }
    return status_of_errno();
}

bool s3a_blob_settle(const struct s3a_directory *directory, const char *id)
{
    return unlinkat(directory->incoming_fd, id, 0) == 0 || errno == ENOENT;
}

bool s3a_blob_unlink(const struct s3a_directory *directory, const char *id)
{
    char name[NAME_SIZE + 1];

    name_of(id, name);
    return unlinkat(directory->blobs_fd, name, 0) == 0 || errno == ENOENT;
}

bool s3a_blob_unlink_anchored(const struct s3a_directory *directory, const char *id,
                              const char *anchor)
{
    int fd = s3a_blob_open(directory, anchor);

    if (fd < 0) {
        /* Gone by now: so nobody can have begun to read. */
        return errno == ENOENT && s3a_blob_unlink(directory, id);
    }
    bool is_gone = flock(fd, LOCK_EX | LOCK_NB) == 0 && s3a_blob_unlink(directory, anchor) &&
                   s3a_blob_unlink(directory, id);
    close(fd);
    return is_gone;
}

bool s3a_blob_sync_shelf(const struct s3a_directory *directory, const char *id)
{
    return sync_shelf(directory, id) == 0 || errno == ENOENT;
}

bool s3a_blob_discard(const struct s3a_directory *directory, const char *id)
{
    return s3a_blob_unlink(directory, id) && s3a_blob_settle(directory, id);
}

int s3a_blob_open_at(int blobs_fd, const char *id)
{
    char name[NAME_SIZE + 1];

    name_of(id, name);
    return openat(blobs_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

int s3a_blob_open(const struct s3a_directory *directory, const char *id)
{
    return s3a_blob_open_at(directory->blobs_fd, id);
}

bool s3a_blob_hold(int fd)
{
    struct stat about;

    return flock(fd, LOCK_SH | LOCK_NB) == 0 && fstat(fd, &about) == 0 && about.st_nlink > 0;
}

/* SPDX-License-Identifier: MIT */
#include "directory.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "error.h"

#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* SQLite takes 512 bytes, for names of its own behind the path as well. */
#define PATH_SIZE_MAX 480

/* File systems that other machines write to as well. Not all of these have a name in
 * <linux/magic.h> everywhere; the numbers are those of statfs(2). */
static const struct {
    long type;
    const char *name;
} network_types[] = {
    {NFS_SUPER_MAGIC, "NFS"}, {SMB_SUPER_MAGIC, "SMB"}, {0xff534d42L, "CIFS"},
    {0xfe534d42L, "SMB2"},    {AFS_SUPER_MAGIC, "AFS"}, {0x00c36400L, "CephFS"},
};

static enum s3a_status check_file_system(const struct s3a_directory *directory,
                                         struct s3a_error *error)
{
    struct statfs about;

    if (fstatfs(directory->root_fd, &about) != 0) {
        return s3a_error_set_errno(error, errno, "statfs %s", directory->path);
    }
    for (size_t i = 0; i < sizeof(network_types) / sizeof(network_types[0]); i++) {
        if ((unsigned long)about.f_type == (unsigned long)network_types[i].type) {
            return s3a_error_set(error, S3A_UNSUPPORTED,
                                 "%s lies on a network file system (%s), where the store cannot "
                                 "keep its promises: use a local directory, and `s3atomic serve` "
                                 "for other machines",
                                 directory->path, network_types[i].name);
        }
    }
    return S3A_OK;
}

void s3a_directory_give(const struct s3a_directory *directory, int at_fd, const char *name)
{
    if (geteuid() == 0 && directory->owner != 0) {
        /* Where root may not do that, the store still works for root. */
        int ignored =
            fchownat(at_fd, name, directory->owner, directory->group, AT_SYMLINK_NOFOLLOW);
        (void)ignored;
    }
}

/* One may write into a directory that one may not read, and then not open it. */
static int sync_parent(const struct s3a_directory *directory)
{
    char copy[PATH_MAX];

    memcpy(copy, directory->path, sizeof(copy));
    int fd = open(dirname(copy), DIRECTORY_FLAGS);
    if (fd < 0) {
        return errno == EACCES ? syncfs(directory->root_fd) : -1;
    }
    int result = fsync(fd);
    int sync_errno = errno;
    close(fd);
    errno = sync_errno;
    return result;
}

enum s3a_status s3a_directory_sync(const struct s3a_directory *directory, struct s3a_error *error)
{
    if (fsync(directory->root_fd) != 0) {
        return s3a_error_set_errno(error, errno, "fsync %s", directory->path);
    }
    if (sync_parent(directory) != 0) {
        return s3a_error_set_errno(error, errno, "fsync of the directory above %s",
                                   directory->path);
    }
    return S3A_OK;
}

static enum s3a_status open_root(struct s3a_directory *directory, const char *path,
                                 struct s3a_error *error)
{
    struct stat about;

    if (!path || path[0] == '\0') {
        return s3a_error_set(error, S3A_INVALID, "directory: the path is empty");
    }
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return s3a_error_set_errno(error, errno, "mkdir %s", path);
    }
    if (!realpath(path, directory->path)) {
        return s3a_error_set_errno(error, errno, "%s", path);
    }
    if (strlen(directory->path) > PATH_SIZE_MAX) {
        return s3a_error_set(error, S3A_INVALID, "directory: the path is longer than %d bytes: %s",
                             PATH_SIZE_MAX, directory->path);
    }
    directory->root_fd = open(directory->path, DIRECTORY_FLAGS);
    if (directory->root_fd < 0 || fstat(directory->root_fd, &about) != 0) {
        return s3a_error_set_errno(error, errno, "open %s", directory->path);
    }
    directory->owner = about.st_uid;
    directory->group = about.st_gid;
    return check_file_system(directory, error);
}

static enum s3a_status open_below(struct s3a_directory *directory, const char *name, int *ret_fd,
                                  struct s3a_error *error)
{
    if (mkdirat(directory->root_fd, name, 0700) == 0) {
        s3a_directory_give(directory, directory->root_fd, name);
    } else if (errno != EEXIST) {
        return s3a_error_set_errno(error, errno, "mkdir %s/%s", directory->path, name);
    }
    *ret_fd = openat(directory->root_fd, name, DIRECTORY_FLAGS);
    if (*ret_fd < 0) {
        return s3a_error_set_errno(error, errno, "open %s/%s", directory->path, name);
    }
    return S3A_OK;
}

enum s3a_status s3a_directory_open(struct s3a_directory *directory, const char *path,
                                   struct s3a_error *error)
{
    *directory = (struct s3a_directory){.root_fd = -1, .blobs_fd = -1, .incoming_fd = -1};
    enum s3a_status status = open_root(directory, path, error);

    if (status == S3A_OK) {
        status = open_below(directory, "blobs", &directory->blobs_fd, error);
    }
    if (status == S3A_OK) {
        status = open_below(directory, "incoming", &directory->incoming_fd, error);
    }
    return status;
}

static void close_fd(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

void s3a_directory_close(struct s3a_directory *directory)
{
    close_fd(&directory->incoming_fd);
    close_fd(&directory->blobs_fd);
    close_fd(&directory->root_fd);
}

bool s3a_directory_join(const struct s3a_directory *directory, const char *name,
                        char ret_path[PATH_MAX])
{
    int size = snprintf(ret_path, PATH_MAX, "%s/%s", directory->path, name);
    return size > 0 && size < PATH_MAX;
}

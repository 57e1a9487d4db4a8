/* SPDX-License-Identifier: MIT */
#include "home.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

/* What a store keeps in its directory: see objects.h. */
static const char *const store_names[] = {
    "s3atomic.db", "s3atomic.db-wal", "s3atomic.db-shm", "s3atomic.db-journal", "blobs", "incoming",
    "gate",
};
#define STORE_NAME_COUNT (sizeof(store_names) / sizeof(store_names[0]))

/* blobs/XX/ID */
#define STORE_DEPTH_MAX 3

static bool holds_store(int directory_fd)
{
    struct stat found;

    for (size_t i = 0; i < STORE_NAME_COUNT; i++) {
        if (fstatat(directory_fd, store_names[i], &found, AT_SYMLINK_NOFOLLOW) == 0) {
            return true;
        }
    }
    return false;
}

static int open_directory(int parent_fd, const char *name)
{
    return openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void remove_tree(int parent_fd, const char *name, int depth)
{
    int fd;
    DIR *entries;
    struct dirent *entry;

    if (unlinkat(parent_fd, name, 0) == 0 || errno != EISDIR || depth == 0) {
        return;
    }
    fd = open_directory(parent_fd, name);
    entries = fd >= 0 ? fdopendir(fd) : NULL;
    if (!entries) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    while ((entry = readdir(entries))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            remove_tree(fd, entry->d_name, depth - 1);
        }
    }
    closedir(entries);
    unlinkat(parent_fd, name, AT_REMOVEDIR);
}

static enum s3a_status make_temporary(struct s3a_home *home, struct s3a_error *error)
{
    const char *parent = getenv("TMPDIR");
    char *path;

    if (!parent || parent[0] != '/') {
        parent = "/tmp";
    }
    if (asprintf(&path, "%s/s3atomic-XXXXXX", parent) < 0) {
        return s3a_error_set_no_memory(error);
    }
    if (!mkdtemp(path)) {
        enum s3a_status status =
            s3a_error_set_errno(error, errno, "make a directory below %s", parent);
        free(path);
        return status;
    }
    home->path = path;
    home->made = true;
    return S3A_OK;
}

/* The store itself makes it where it is missing. */
static enum s3a_status look_for(struct s3a_home *home, const char *path, struct s3a_error *error)
{
    struct stat found;
    char *parent = path[0] == '/' ? strdup("") : getcwd(NULL, 0);
    int size = parent ? asprintf(&home->path, "%s%s%s", parent, parent[0] ? "/" : "", path) : -1;

    free(parent);
    if (size < 0) {
        home->path = NULL;
        return s3a_error_set_no_memory(error);
    }
    if (stat(home->path, &found) != 0) {
        home->made = errno == ENOENT;
        return home->made ? S3A_OK : s3a_error_set_errno(error, errno, "directory %s", home->path);
    }
    return S3A_OK;
}

static enum s3a_status refuse_older_store(const struct s3a_home *home, struct s3a_error *error)
{
    int fd = open_directory(AT_FDCWD, home->path);

    if (fd < 0) {
        return s3a_error_set_errno(error, errno, "directory %s", home->path);
    }
    bool found = holds_store(fd);
    close(fd);
    if (!found) {
        return S3A_OK;
    }
    return s3a_error_set(error, S3A_INVALID,
                         "directory: a store lies in %s already; it is used with keep_files only, "
                         "since it would be removed at the end otherwise",
                         home->path);
}

enum s3a_status s3a_home_init(struct s3a_home *home, const char *path, bool keep_files,
                              struct s3a_error *error)
{
    enum s3a_status status;

    /* Until it is known that no store was there before, nothing may be removed. */
    *home = (struct s3a_home){.keep_files = true};
    status = path ? look_for(home, path, error) : make_temporary(home, error);
    if (status == S3A_OK && !keep_files && !home->made) {
        status = refuse_older_store(home, error);
    }
    if (status != S3A_OK) {
        s3a_home_fini(home);
        return status;
    }
    home->keep_files = keep_files;
    return S3A_OK;
}

void s3a_home_fini(struct s3a_home *home)
{
    int fd = -1;

    if (home->path && !home->keep_files) {
        fd = open_directory(AT_FDCWD, home->path);
    }
    if (fd >= 0) {
        for (size_t i = 0; i < STORE_NAME_COUNT; i++) {
            remove_tree(fd, store_names[i], STORE_DEPTH_MAX);
        }
        close(fd);
        rmdir(home->path);
    }
    free(home->path);
    *home = (struct s3a_home){0};
}

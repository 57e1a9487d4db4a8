/* SPDX-License-Identifier: MIT */
#include "small_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"

/* Up to the end, or to size_max + 1 bytes. */
static enum s3a_status read_all(int fd, const char *path, char *into, size_t size_max,
                                size_t *ret_size, struct s3a_error *error)
{
    *ret_size = 0;
    while (*ret_size <= size_max) {
        ssize_t got = read(fd, into + *ret_size, size_max + 1 - *ret_size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return s3a_error_set_errno(error, errno, "read %s", path);
        }
        if (got == 0) {
            return S3A_OK;
        }
        *ret_size += (size_t)got;
    }
    return s3a_error_set(error, S3A_TOO_LARGE, "%s is larger than %zu bytes", path, size_max);
}

enum s3a_status s3a_small_file_read(struct s3a_pool *pool, const char *path, size_t size_max,
                                    struct s3a_str *ret_text, struct s3a_error *error)
{
    struct stat about;
    size_t size = 0;
    enum s3a_status status = S3A_OK;
    /* Not to wait for somebody who writes into a FIFO, nor to own a terminal. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    *ret_text = s3a_str_make(NULL, 0);
    if (fd < 0) {
        int failed = errno;
        status = s3a_error_set_errno(error, failed, "open %s", path);
        return failed == ENOENT || failed == ENOTDIR
                   ? s3a_error_set(error, S3A_NOT_FOUND, "%s does not exist", path)
                   : status;
    }
    /* A regular file says how large it is; what is none (a pipe of the shell's) may have any. */
    if (fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && (uint64_t)about.st_size < size_max) {
        size_max = (size_t)about.st_size + 1;
    }
    char *text = s3a_pool_alloc(pool, size_max + 2);
    status =
        text ? read_all(fd, path, text, size_max, &size, error) : s3a_error_set_no_memory(error);
    close(fd);
    if (status == S3A_OK) {
        *ret_text = s3a_str_make(text, size);
        text[size] = '\0';
    }
    return status;
}

/* SPDX-License-Identifier: MIT */
#include "assembly.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "list.h"

struct assembly {
    struct s3a_stream stream;
    int blobs_fd;
    int anchor_fd;
    struct s3a_piece *pieces;
    size_t count;
    uint64_t offset; /* in the object, of the first byte of the stream */
    size_t at;       /* the piece that is open */
    int fd;          /* -1: none is */
};

static struct assembly *assembly_of(struct s3a_stream *stream)
{
    return s3a_list_entry(stream, struct assembly, stream);
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

static void free_assembly(struct s3a_stream *stream)
{
    struct assembly *assembly = assembly_of(stream);

    close_fd(assembly->fd);
    close_fd(assembly->anchor_fd);
    close_fd(assembly->blobs_fd);
    free(assembly->pieces);
    free(assembly);
}

/* The piece that a place of the object lies in: the last that does not begin behind it. */
static size_t find_piece(const struct assembly *assembly, uint64_t place)
{
    size_t first = 0;
    size_t count = assembly->count;

    while (count > 1) {
        size_t half = count / 2;
        if (assembly->pieces[first + half].start <= place) {
            first += half;
            count -= half;
        } else {
            count = half;
        }
    }
    return first;
}

static int open_piece(struct assembly *assembly, size_t at)
{
    if (assembly->fd >= 0 && assembly->at == at) {
        return 0;
    }
    close_fd(assembly->fd);
    assembly->fd = s3a_blob_open_at(assembly->blobs_fd, assembly->pieces[at].blob);
    assembly->at = at;
    return assembly->fd < 0 ? -1 : 0;
}

static ssize_t read_some(struct s3a_stream *stream, uint64_t position, char *buffer, size_t size)
{
    struct assembly *assembly = assembly_of(stream);
    uint64_t place = assembly->offset + position;
    ssize_t got;

    if (position >= stream->size) {
        errno = EINVAL;
        return -1;
    }
    const struct s3a_piece *piece = &assembly->pieces[find_piece(assembly, place)];
    uint64_t left = piece->start + piece->size - place;
    if (left > stream->size - position) {
        left = stream->size - position;
    }
    if (open_piece(assembly, (size_t)(piece - assembly->pieces)) != 0) {
        return -1;
    }
    do {
        got = pread(assembly->fd, buffer, size < left ? size : (size_t)left,
                    (off_t)(place - piece->start));
    } while (got < 0 && errno == EINTR);
    if (got == 0) {
        errno = EIO; /* shorter than it was */
    }
    return got > 0 ? got : -1;
}

static enum s3a_assembled hold(struct assembly *assembly, const struct s3a_directory *directory,
                               const char *anchor)
{
    assembly->blobs_fd = fcntl(directory->blobs_fd, F_DUPFD_CLOEXEC, 0);
    if (assembly->blobs_fd < 0) {
        return S3A_ASSEMBLED_BADLY;
    }
    assembly->anchor_fd = s3a_blob_open(directory, anchor);
    if (assembly->anchor_fd < 0) {
        return errno == ENOENT ? S3A_ASSEMBLED_NOT : S3A_ASSEMBLED_BADLY;
    }
    return s3a_blob_hold(assembly->anchor_fd) ? S3A_ASSEMBLED : S3A_ASSEMBLED_NOT;
}

enum s3a_assembled s3a_assembly_new(const struct s3a_directory *directory, const char *anchor,
                                    struct s3a_piece *pieces, size_t count, uint64_t offset,
                                    uint64_t size, struct s3a_stream **ret_stream)
{
    struct assembly *assembly = calloc(1, sizeof(*assembly));

    *ret_stream = NULL;
    if (!assembly) {
        free(pieces);
        return S3A_ASSEMBLED_NO_MEMORY;
    }
    *assembly = (struct assembly){
        .stream = {.size = size, .read = read_some, .free = free_assembly},
        .blobs_fd = -1,
        .anchor_fd = -1,
        .pieces = pieces,
        .count = count,
        .offset = offset,
        .fd = -1,
    };
    enum s3a_assembled result = hold(assembly, directory, anchor);
    if (result == S3A_ASSEMBLED) {
        *ret_stream = &assembly->stream;
    } else {
        int hold_errno = errno;
        free_assembly(&assembly->stream);
        errno = hold_errno;
    }
    return result;
}

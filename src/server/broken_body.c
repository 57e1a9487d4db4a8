/* SPDX-License-Identifier: MIT */
#include "broken_body.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SIZE (32 * 1024)

static ssize_t read_some(void *user, uint64_t position, char *buffer, size_t size)
{
    const struct s3a_broken_body *body = user;
    uint64_t left = body->kept - position;
    ssize_t done;

    if (left == 0) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size = left < size ? (size_t)left : size;
    if (body->stream) {
        done = body->stream->read(body->stream, position, buffer, size);
        return done > 0 ? done : MHD_CONTENT_READER_END_WITH_ERROR;
    }
    if (body->file.fd < 0) {
        memcpy(buffer, body->bytes.data + position, size);
        return (ssize_t)size;
    }
    do {
        done = pread(body->file.fd, buffer, size, (off_t)(body->file.offset + position));
    } while (done < 0 && errno == EINTR);
    return done > 0 ? done : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void close_source(const struct s3a_broken_body *body)
{
    if (body->stream) {
        body->stream->free(body->stream);
    }
    if (body->file.fd >= 0) {
        close(body->file.fd);
    }
}

static void free_body(void *user)
{
    close_source(user);
    free(user);
}

static enum MHD_Result copy_header(void *user, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    struct MHD_Response *broken = user;

    (void)kind;
    return MHD_add_response_header(broken, name, value);
}

static struct MHD_Response *make(struct MHD_Response *whole, const struct s3a_broken_body *body)
{
    struct s3a_broken_body *copy;
    struct MHD_Response *broken;

    if (!whole || body->size == 0) {
        return NULL;
    }
    copy = malloc(sizeof(*copy));
    if (!copy) {
        return NULL;
    }
    *copy = *body;
    if (copy->kept >= copy->size) {
        copy->kept = copy->size - 1;
    }
    broken = MHD_create_response_from_callback(copy->size, BLOCK_SIZE, read_some, copy, free_body);
    if (!broken) {
        free(copy);
        return NULL;
    }
    int count = MHD_get_response_headers(whole, NULL, NULL);
    if (MHD_get_response_headers(whole, copy_header, broken) != count) {
        copy->file.fd = -1; /* these are the caller's still */
        copy->stream = NULL;
        MHD_destroy_response(broken);
        return NULL;
    }
    return broken;
}

struct MHD_Response *s3a_broken_body_make(struct MHD_Response *whole,
                                          const struct s3a_broken_body *body)
{
    struct MHD_Response *broken = make(whole, body);

    if (!broken) {
        close_source(body);
    }
    if (whole) {
        MHD_destroy_response(whole);
    }
    return broken;
}

/* SPDX-License-Identifier: MIT */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "handle.h"

/* The kernel is told to write a large body out while it still arrives, so that there is little
 * left to wait for at the end. */
#define WRITE_OUT_SIZE (8 * 1024 * 1024)

enum s3a_status s3a_spool_init(struct s3a_spool *spool, struct s3a_objects *objects)
{
    memset(spool, 0, sizeof(*spool));
    spool->fd = -1;
    s3a_buf_init(&spool->memory, S3A_INLINE_SIZE_MAX);
    enum s3a_status status = s3a_digest_init(&spool->md5, S3A_DIGEST_MD5);
    if (status == S3A_OK) {
        s3a_objects_ref(objects);
        spool->objects = objects;
    }
    return status;
}

static enum s3a_status write_all(int fd, struct s3a_str bytes)
{
    while (bytes.size > 0) {
        ssize_t written = write(fd, bytes.data, bytes.size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return s3a_error_set_errno(NULL, errno, "write");
        }
        bytes = s3a_str_skip(bytes, (size_t)written);
    }
    return S3A_OK;
}

enum s3a_status s3a_spool_move_to_file(struct s3a_spool *spool)
{
    if (spool->fd >= 0) {
        return S3A_OK;
    }
    enum s3a_status status = s3a_blob_create(&spool->objects->directory, spool->id, &spool->fd);

    if (status == S3A_OK) {
        status = write_all(spool->fd, s3a_buf_str(&spool->memory));
        s3a_buf_fini(&spool->memory);
    }
    return status;
}

static void write_out(const struct s3a_spool *spool, size_t added)
{
    if (spool->size / WRITE_OUT_SIZE != (spool->size + added) / WRITE_OUT_SIZE) {
        /* Only a hint: the writer makes sure. */
        (void)sync_file_range(spool->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
}

/* From here on the MD5 is somebody else's, where there is somebody. */
static void begin_to_follow(struct s3a_spool *spool)
{
    if (spool->may_be_followed && !spool->follower) {
        spool->follower = s3a_follower_new(spool->objects, spool->fd, spool->size, &spool->md5);
        spool->may_be_followed = false;
    }
}

static enum s3a_status add(struct s3a_spool *spool, struct s3a_str bytes)
{
    enum s3a_status status = S3A_OK;

    if (bytes.size > S3A_BODY_SIZE_MAX - spool->size) {
        return S3A_TOO_LARGE;
    }
    if (spool->fd < 0 && spool->size + bytes.size > S3A_INLINE_SIZE_MAX) {
        status = s3a_spool_move_to_file(spool);
        if (status == S3A_OK) {
            begin_to_follow(spool);
        }
    }
    if (status == S3A_OK && spool->fd >= 0) {
        status = write_all(spool->fd, bytes);
        write_out(spool, bytes.size);
    } else if (status == S3A_OK) {
        s3a_buf_append(&spool->memory, bytes);
        status = spool->memory.status;
    }
    if (status == S3A_OK) {
        spool->size += bytes.size;
    }
    if (status == S3A_OK && spool->follower) {
        s3a_follower_tell(spool->follower, spool->size);
    } else if (status == S3A_OK) {
        s3a_digest_add(&spool->md5, bytes);
    }
    return status;
}

enum s3a_status s3a_spool_append(struct s3a_spool *spool, struct s3a_str bytes)
{
    if (spool->status == S3A_OK) {
        spool->status = add(spool, bytes);
    }
    return spool->status;
}

void s3a_spool_follow(struct s3a_spool *spool)
{
    spool->may_be_followed = true;
}

void s3a_spool_end(struct s3a_spool *spool)
{
    if (spool->follower) {
        s3a_follower_end(spool->follower, spool->size);
    } else {
        s3a_digest_end(&spool->md5, spool->md5_bytes);
    }
}

bool s3a_spool_is_digested(const struct s3a_spool *spool)
{
    return !spool->follower || s3a_follower_is_done(spool->follower);
}

enum s3a_status s3a_spool_take_md5(struct s3a_spool *spool)
{
    return spool->follower ? s3a_follower_md5(spool->follower, spool->md5_bytes) : S3A_OK;
}

enum s3a_status s3a_spool_read(const struct s3a_spool *spool, char *ret_bytes)
{
    uint64_t offset = 0;

    if (spool->fd < 0) {
        memcpy(ret_bytes, s3a_buf_text(&spool->memory), (size_t)spool->size);
        return S3A_OK;
    }
    while (offset < spool->size) {
        ssize_t got =
            pread(spool->fd, ret_bytes + offset, (size_t)(spool->size - offset), (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return s3a_error_set_errno(NULL, got < 0 ? errno : EIO, "pread");
        }
        offset += (uint64_t)got;
    }
    return S3A_OK;
}

void s3a_spool_fini(struct s3a_spool *spool)
{
    struct s3a_objects *objects = spool->objects;

    if (!objects) {
        return;
    }
    if (!s3a_gate_is_inherited(&objects->gate)) {
        s3a_follower_free(spool->follower); /* it reads the file */
    }
    if (spool->fd >= 0) {
        if (s3a_gate_is_inherited(&objects->gate)) {
            /* The file is the parent's, and so was the follower. */
        } else if (!spool->kept && spool->staged) {
            (void)s3a_blob_discard(&objects->directory, spool->id);
        } else if (!spool->kept) {
            (void)s3a_blob_settle(&objects->directory, spool->id);
        }
        close(spool->fd); /* unlocks it, once it is gone */
    }
    s3a_buf_fini(&spool->memory);
    s3a_digest_fini(&spool->md5);
    s3a_objects_unref(objects);
    memset(spool, 0, sizeof(*spool));
    spool->fd = -1;
}

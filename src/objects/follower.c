/* SPDX-License-Identifier: MIT */
#include "follower.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "handle.h"
#include "thread.h"

#define BLOCK_SIZE (128 * 1024)
/* It is woken for so many bytes: less would cost the one who writes more than it gains. */
#define STEP_SIZE (2 * BLOCK_SIZE)

struct s3a_follower {
    struct s3a_objects *objects;
    int fd;
    pthread_t thread;

    /* The thread's own, until it is done. */
    struct s3a_digest md5;
    uint64_t digested;
    enum s3a_status status;
    uint8_t md5_bytes[S3A_MD5_SIZE];

    uint64_t told; /* the writing thread's own: the size that was told last */

    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t wake;
    uint64_t size;
    bool is_ended;
    bool is_unwanted;

    bool is_done; /* with the store's mutex */
    char block[BLOCK_SIZE];
};

unsigned s3a_followers_max(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    if (count < 2) {
        return 0;
    }
    return count < S3A_FOLLOWERS_MAX ? (unsigned)count : S3A_FOLLOWERS_MAX;
}

/* How many bytes there are to digest next; 0: it is over. */
static size_t wait_for_bytes(struct s3a_follower *follower)
{
    uint64_t left;

    pthread_mutex_lock(&follower->mutex);
    while (follower->size == follower->digested && !follower->is_ended && !follower->is_unwanted) {
        pthread_cond_wait(&follower->wake, &follower->mutex);
    }
    left = follower->is_unwanted ? 0 : follower->size - follower->digested;
    pthread_mutex_unlock(&follower->mutex);
    return left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;
}

static enum s3a_status digest(struct s3a_follower *follower, size_t size)
{
    ssize_t got;

    do {
        got = pread(follower->fd, follower->block, size, (off_t)follower->digested);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        return s3a_error_set_errno(NULL, got < 0 ? errno : EIO, "pread");
    }
    s3a_digest_add(&follower->md5, s3a_str_make(follower->block, (size_t)got));
    follower->digested += (uint64_t)got;
    return S3A_OK;
}

/* Hands the write that has waited for it, if there is one already, to the stager. */
static void conclude(struct s3a_follower *follower)
{
    struct s3a_objects *objects = follower->objects;

    pthread_mutex_lock(&objects->mutex);
    follower->is_done = true;
    objects->follower_count--;
    for (struct s3a_list *link = objects->undigested.next; link != &objects->undigested;
         link = link->next) {
        struct s3a_write *write = s3a_list_entry(link, struct s3a_write, link);
        if (write->body->follower == follower) {
            s3a_list_remove(link);
            s3a_stager_enqueue(objects, write);
            break;
        }
    }
    pthread_mutex_unlock(&objects->mutex);
}

static void *run(void *arg)
{
    struct s3a_follower *follower = arg;
    size_t size;

    while (follower->status == S3A_OK && (size = wait_for_bytes(follower)) > 0) {
        follower->status = digest(follower, size);
    }
    s3a_digest_end(&follower->md5, follower->md5_bytes);
    conclude(follower);
    return NULL;
}

static bool take_place(struct s3a_objects *objects)
{
    pthread_mutex_lock(&objects->mutex);
    bool is_free = objects->follower_count < objects->followers_max;
    objects->follower_count += is_free ? 1 : 0;
    pthread_mutex_unlock(&objects->mutex);
    return is_free;
}

static void give_place_back(struct s3a_objects *objects)
{
    pthread_mutex_lock(&objects->mutex);
    objects->follower_count--;
    pthread_mutex_unlock(&objects->mutex);
}

struct s3a_follower *s3a_follower_new(struct s3a_objects *objects, int fd, uint64_t size,
                                      const struct s3a_digest *md5)
{
    if (!take_place(objects)) {
        return NULL;
    }
    struct s3a_follower *follower = calloc(1, sizeof(*follower));
    if (!follower) {
        give_place_back(objects);
        return NULL;
    }
    follower->objects = objects;
    follower->fd = fd;
    follower->md5 = *md5;
    follower->digested = size;
    follower->told = size;
    follower->size = size;
    follower->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    follower->wake = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    if (s3a_thread_start(&follower->thread, run, follower) != 0) {
        give_place_back(objects);
        free(follower);
        return NULL;
    }
    return follower;
}

void s3a_follower_tell(struct s3a_follower *follower, uint64_t size)
{
    if (size - follower->told < STEP_SIZE) {
        return;
    }
    follower->told = size;
    pthread_mutex_lock(&follower->mutex);
    follower->size = size;
    pthread_cond_signal(&follower->wake);
    pthread_mutex_unlock(&follower->mutex);
}

void s3a_follower_end(struct s3a_follower *follower, uint64_t size)
{
    pthread_mutex_lock(&follower->mutex);
    follower->size = size;
    follower->is_ended = true;
    pthread_cond_signal(&follower->wake);
    pthread_mutex_unlock(&follower->mutex);
}

bool s3a_follower_is_done(const struct s3a_follower *follower)
{
    return follower->is_done;
}

enum s3a_status s3a_follower_md5(const struct s3a_follower *follower, uint8_t ret_md5[S3A_MD5_SIZE])
{
    memcpy(ret_md5, follower->md5_bytes, S3A_MD5_SIZE);
    return follower->status;
}

void s3a_follower_free(struct s3a_follower *follower)
{
    if (!follower) {
        return;
    }
    pthread_mutex_lock(&follower->mutex);
    follower->is_unwanted = true;
    pthread_cond_signal(&follower->wake);
    pthread_mutex_unlock(&follower->mutex);
    pthread_join(follower->thread, NULL);
    s3a_digest_fini(&follower->md5);
    pthread_cond_destroy(&follower->wake);
    pthread_mutex_destroy(&follower->mutex);
    free(follower);
}

/* SPDX-License-Identifier: MIT */
#ifndef S3A_FOLLOWER_H
#define S3A_FOLLOWER_H

/*
 * The MD5 of a large body, taken while it arrives by a thread of its own, which reads behind the
 * one that writes. To take it costs as much as to receive the body: so one client's upload becomes
 * twice as fast where a processor is free.
 *
 *      socket ──► front ──► file ──► follower
 *                   │ submit            │ done
 *                   └──► undigested ────┴──► stager
 *
 * Nobody waits for it but the write that needs it. There are as many as there are processors, and
 * never more than S3A_FOLLOWERS_MAX; a body that gets none is digested by whoever appends to it.
 */

#include "digest.h"

#define S3A_FOLLOWERS_MAX 8

/* Smaller bodies are not worth a thread. */
#define S3A_FOLLOWED_SIZE (1024 * 1024)

struct s3a_objects;
struct s3a_write;
struct s3a_follower;

/* As many as this machine has a use for; 0 where it has one processor. */
unsigned s3a_followers_max(void);

/*
 * Goes on with *md5, which has taken the first size bytes of the file. NULL where there is none to
 * be had: then *md5 stays with the caller. fd must stay open for as long as the follower lives, and
 * so must the store.
 */
struct s3a_follower *s3a_follower_new(struct s3a_objects *objects, int fd, uint64_t size,
                                      const struct s3a_digest *md5);

/* So many bytes are in the file now. */
void s3a_follower_tell(struct s3a_follower *follower, uint64_t size);

/* So many, and there will be no more. */
void s3a_follower_end(struct s3a_follower *follower, uint64_t size);

/*
 * Has it come to the end? With the store's mutex held. If not, it will: a write that is in
 * objects->undigested by then is handed to the stager.
 */
bool s3a_follower_is_done(const struct s3a_follower *follower);

/* Once it is done. S3A_SYSTEM where the file could not be read. */
S3A_MUST_CHECK enum s3a_status s3a_follower_md5(const struct s3a_follower *follower,
                                                uint8_t ret_md5[S3A_MD5_SIZE]);

/* Gives up where it is not done. NULL is accepted. */
void s3a_follower_free(struct s3a_follower *follower);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_USERS_H
#define S3A_USERS_H

/*
 * Who may use a server, written down. One line for each:
 *
 *      ACCESS_KEY SECRET_KEY read-only|read-write [BUCKET...]
 *
 * with spaces or tabs between the words. A BUCKET is a name, or the beginning of names with a '*'
 * behind it; without any, all buckets. Empty lines are passed over, and those that begin with '#'.
 * What is anything else is an error that names line and column; no error shows a secret.
 */

#include <s3atomic/server.h>

#include "slurp.h"

#define S3A_USERS_SIZE_MAX ((size_t)1024 * 1024)
#define S3A_USERS_MAX 1024

struct s3a_users {
    struct s3a_server_key *keys; /* views into text */
    size_t count;                /* at least 1 once it was read */
    const char **buckets;
    struct s3a_heap text;
};

/* text is copied; name stands before errors ("NAME:3:14: ..."). S3A_INVALID, S3A_NO_MEMORY. */
enum s3a_status s3a_users_parse(const char *name, const char *text, size_t size,
                                struct s3a_users *ret_users, struct s3a_error *error);

/* The same for a file, which nobody but its owner may write to and not everybody may read:
 * S3A_INVALID. S3A_SYSTEM: it cannot be read. */
enum s3a_status s3a_users_read(const char *path, struct s3a_users *ret_users,
                               struct s3a_error *error);

/* Wipes the secrets. All zero is accepted. */
void s3a_users_clear(struct s3a_users *users);

#endif

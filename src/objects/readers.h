/* SPDX-License-Identifier: MIT */
#ifndef S3A_READERS_H
#define S3A_READERS_H

/* Connections for reading, lent to one thread at a time and kept open in between. */

#include <pthread.h>

#include "database.h"
#include "directory.h"
#include "list.h"
#include "snapshot.h"

/* More threads than this wait for each other. */
#define S3A_READERS_MAX 32
#define S3A_READER_CACHE_KIB 2048

struct s3a_reader {
    struct s3a_list link;
    struct s3a_database database;
    struct s3a_snapshot snapshot; /* not open while it is idle */
};

struct s3a_readers {
    char path[PATH_MAX];
    pthread_mutex_t mutex;
    pthread_cond_t given_back;
    struct s3a_list idle;
    int count; /* idle or not */
};

/* Opens nothing yet. */
void s3a_readers_init(struct s3a_readers *readers, const char *path);

/* All must have been given back. All zero is accepted. */
void s3a_readers_fini(struct s3a_readers *readers);

/* SQLITE_OK and a reader, or an error and NULL. */
int s3a_readers_take(struct s3a_readers *readers, struct s3a_reader **ret_reader);
void s3a_readers_give_back(struct s3a_readers *readers, struct s3a_reader *reader);

#endif

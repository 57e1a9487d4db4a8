/* SPDX-License-Identifier: MIT */
#include "readers.h"

#include <stdio.h>
#include <stdlib.h>

#include "check.h"

void s3a_readers_init(struct s3a_readers *readers, const char *path)
{
    snprintf(readers->path, sizeof(readers->path), "%s", path);
    readers->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    readers->given_back = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    s3a_list_init(&readers->idle);
    readers->count = 0;
}

static void close_reader(struct s3a_reader *reader)
{
    s3a_database_close(&reader->database);
    free(reader);
}

void s3a_readers_fini(struct s3a_readers *readers)
{
    struct s3a_list *link;

    if (readers->path[0] == '\0') {
        return;
    }
    while ((link = s3a_list_pop(&readers->idle))) {
        close_reader(s3a_list_entry(link, struct s3a_reader, link));
        readers->count--;
    }
    s3a_check(readers->count == 0);
    pthread_cond_destroy(&readers->given_back);
    pthread_mutex_destroy(&readers->mutex);
}

static int open_reader(struct s3a_readers *readers, struct s3a_reader **ret_reader)
{
    struct s3a_reader *reader = calloc(1, sizeof(*reader));

    *ret_reader = NULL;
    if (!reader) {
        return SQLITE_NOMEM;
    }
    int rc = s3a_database_open(&reader->database, readers->path, S3A_READER_CACHE_KIB);
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(reader->database.sqlite, "PRAGMA query_only = ON", NULL, NULL, NULL);
    }
    if (rc == SQLITE_OK) {
        rc = s3a_snapshot_init(&reader->snapshot, &reader->database);
    }
    if (rc != SQLITE_OK) {
        close_reader(reader);
        return rc;
    }
    s3a_list_init(&reader->link);
    *ret_reader = reader;
    return SQLITE_OK;
}

static void forget_one(struct s3a_readers *readers)
{
    pthread_mutex_lock(&readers->mutex);
    readers->count--;
    pthread_cond_signal(&readers->given_back);
    pthread_mutex_unlock(&readers->mutex);
}

int s3a_readers_take(struct s3a_readers *readers, struct s3a_reader **ret_reader)
{
    pthread_mutex_lock(&readers->mutex);
    while (s3a_list_is_empty(&readers->idle) && readers->count == S3A_READERS_MAX) {
        pthread_cond_wait(&readers->given_back, &readers->mutex);
    }
    /* The one that was given back last: its pages are still in the processor's cache. */
    struct s3a_list *link = s3a_list_pop(&readers->idle);
    if (!link) {
        readers->count++;
    }
    pthread_mutex_unlock(&readers->mutex);

    if (link) {
        *ret_reader = s3a_list_entry(link, struct s3a_reader, link);
        return SQLITE_OK;
    }
    int rc = open_reader(readers, ret_reader);
    if (rc != SQLITE_OK) {
        forget_one(readers);
    }
    return rc;
}

void s3a_readers_give_back(struct s3a_readers *readers, struct s3a_reader *reader)
{
    s3a_snapshot_end(&reader->snapshot);
    pthread_mutex_lock(&readers->mutex);
    s3a_list_append(readers->idle.next, &reader->link); /* before the first */
    pthread_cond_signal(&readers->given_back);
    pthread_mutex_unlock(&readers->mutex);
}

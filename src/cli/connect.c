/* SPDX-License-Identifier: MIT */
#include "connect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"
#include "globals.h"
#include "say.h"

#define ETAG_SIZE 129

/* How much of the library's log is wanted; false: nothing of it. */
static bool wants_log(enum s3a_log_level *ret_level)
{
    const char *name = getenv("S3ATOMIC_LOG");

    *ret_level = S3A_LOG_INFO;
    if (!name || !*name) {
        return s3a_globals.verbose;
    }
    for (int level = S3A_LOG_WARNING; level <= S3A_LOG_DEBUG; level++) {
        if (strcmp(name, s3a_log_level_name((enum s3a_log_level)level)) == 0) {
            *ret_level = (enum s3a_log_level)level;
            return true;
        }
    }
    s3a_say_note("S3ATOMIC_LOG: \"%s\" is none of warning, info and debug", name);
    return s3a_globals.verbose;
}

struct s3a_client_options s3a_connect_options(void)
{
    enum s3a_log_level level;
    bool is_logged = wants_log(&level);

    return (struct s3a_client_options){
        .endpoint = s3a_globals.endpoint,
        .region = s3a_globals.region,
        .profile = s3a_globals.profile,
        .unsafe_store = s3a_globals.unsafe_store,
        .body_bytes_max = S3A_OBJECT_BYTES_MAX,
        .on_log = is_logged ? s3a_say_log : NULL,
        .log_level = level,
    };
}

enum s3a_status s3a_connect(struct s3a_client **ret_client, struct s3a_error *error)
{
    struct s3a_client_options options = s3a_connect_options();

    return s3a_client_new(&options, ret_client, error);
}

enum s3a_status s3a_bytes_store_open(struct s3a_bytes_store *store, const char *content_type,
                                     struct s3a_error *error)
{
    *store = (struct s3a_bytes_store){.codec = *s3a_bytes_codec()};
    if (content_type) {
        store->codec.content_type = content_type;
    }
    enum s3a_status status = s3a_connect(&store->client, error);
    if (status != S3A_OK) {
        return status;
    }
    store->store = s3a_store_new(store->client, &store->codec);
    return store->store ? S3A_OK : s3a_fault(error, S3A_NO_MEMORY, "out of memory");
}

void s3a_bytes_store_close(struct s3a_bytes_store *store)
{
    s3a_store_free(store->store);
    s3a_client_free(store->client);
    *store = (struct s3a_bytes_store){0};
}

enum s3a_status s3a_etag_parse(const char *text, char ret_etag[ETAG_SIZE], struct s3a_error *error)
{
    size_t size = strlen(text);
    bool quoted = size >= 2 && text[0] == '"' && text[size - 1] == '"';
    const char *bare = quoted ? text + 1 : text;
    size_t bare_size = quoted ? size - 2 : size;

    *ret_etag = '\0';
    if (bare_size == 0 || bare_size + 2 >= ETAG_SIZE || strcspn(bare, " \t\r\n*\"") < bare_size) {
        return s3a_fault(error, S3A_INVALID,
                         "--if-match: \"%s\" is no ETag; head and ls --json show an object's",
                         text);
    }
    snprintf(ret_etag, ETAG_SIZE, "\"%.*s\"", (int)bare_size, bare);
    return S3A_OK;
}

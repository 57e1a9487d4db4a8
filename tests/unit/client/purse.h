/* SPDX-License-Identifier: MIT */
#ifndef S3A_PURSE_H
#define S3A_PURSE_H

/* A home directory and an environment of the test's own, and the search for credentials in them. */

#include "credential_search.h"

struct purse {
    char home[64];
    struct s3a_pool pool;
    struct s3a_key_set keys; /* what was found last */
    struct s3a_error error;
    const struct s3a_credential_source *source;
};

/* For cmocka: *state becomes a struct purse. The environment holds nothing of AWS's. */
int purse_open(void **state);
int purse_close(void **state);

#define PURSE_TEST(name) cmocka_unit_test_setup_teardown(name, purse_open, purse_close)

/* A file below the home directory, and the directories that lead to it. */
void purse_write(struct purse *purse, const char *path, const char *text);

/* Chooses a source as a client with this profile (NULL: none asked for) does, and asks it. */
enum s3a_status purse_find(struct purse *purse, const char *profile);

/* It is found, and is this. token and source NULL: never mind. */
void purse_holds(struct purse *purse, const char *profile, const char *source,
                 const char *access_key, const char *token);

/* It is not, and the message says so; no message ever holds "hush". */
void purse_lacks(struct purse *purse, const char *profile, enum s3a_status status,
                 const char *message);

/* So many seconds from now on, as "2026-11-24T03:58:52Z"; lives until the next call. */
const char *purse_time(int seconds);

#endif

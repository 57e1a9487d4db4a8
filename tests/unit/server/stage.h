/* SPDX-License-Identifier: MIT */
#ifndef S3A_STAGE_H
#define S3A_STAGE_H

/* A server with one bucket, "bucket", and one connection to it: what most stories begin with. */

#include "signed_call.h"

struct stage {
    struct s3a_server *server;
    struct peer peer;
};

/* For cmocka: *state becomes a struct stage. */
int stage_open(void **state);
int stage_close(void **state);

#define STAGE_TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

/* Makes a call over the stage's connection, which must then have the status. Clears the answer
 * that was in *answer; it starts all zero. */
void stage_call(struct stage *stage, const struct call *call, int status,
                struct peer_answer *answer);

/* The same where nothing but the status is asked for. */
void stage_expect(struct stage *stage, const struct call *call, int status);

/* The same, and the answer is an <Error> with this code. */
void stage_expect_error(struct stage *stage, const struct call *call, int status, const char *code);

/* How many files lie in a directory below the store's, such as "incoming". */
size_t stage_count_files(const struct stage *stage, const char *name);

#endif

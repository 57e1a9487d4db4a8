/* SPDX-License-Identifier: MIT */
#ifndef S3A_LIAR_H
#define S3A_LIAR_H

/*
 * A client over a store of a few objects in memory that makes of conditions what the test says, as
 * stores in the field do: it ignores them, does not know them, or compares ETags literally.
 */

#include <s3atomic/lock.h>

#include "client_state.h"

struct liar_request {
    enum s3a_op_kind kind;
    bool is_probe; /* of a scratch object */
    char if_match[S3A_ETAG_SIZE_MAX + 1];
    char if_none_match[S3A_ETAG_SIZE_MAX + 1];
};

struct liar_object {
    char key[256]; /* "": none */
    char etag[16];
    char body[1024];
};

#define LIAR_REQUESTS_MAX 128
#define LIAR_OBJECTS_MAX 8

struct liar {
    struct s3a_transport transport;
    struct s3a_client *client;

    /* How it behaves. Set before anything is sent, or by a client's callback. */
    bool ignores_if_none_match;
    bool ignores_if_match;
    bool deletes_blindly; /* whatever If-Match says */
    bool wants_bare_etag; /* and compares literally */
    bool never_matches;
    bool is_silent;                           /* answers nothing, until it is told otherwise */
    enum s3a_code answers[LIAR_REQUESTS_MAX]; /* to the request of that number; NONE: as it is */
    bool loses[LIAR_REQUESTS_MAX];            /* the answer to that one */
    bool doubles[LIAR_REQUESTS_MAX];          /* it comes twice, and the second is answered */
    bool forgets[LIAR_REQUESTS_MAX];          /* all objects, before that one */

    /* Under a mutex. */
    struct liar_object objects[LIAR_OBJECTS_MAX];
    struct liar_request requests[LIAR_REQUESTS_MAX];
    unsigned request_count;
    unsigned probe_count; /* those of them that are of scratch objects */
    unsigned version;

    struct s3a_list waiting; /* struct s3a_call */
    struct s3a_task task;
    struct s3a_task speak_task;
};

/* endpoint NULL: one that is probed. What fails is tried once. */
void liar_open(struct liar *liar, const struct s3a_client_options *options);
void liar_close(struct liar *liar);

/* For cmocka: *state is an open store. */
int liar_set_up(void **state);
int liar_tear_down(void **state);

#define LIAR_TEST(name) cmocka_unit_test_setup_teardown(name, liar_set_up, liar_tear_down)

/* Answers from now on, and what waits. */
void liar_speak(struct liar *liar);

/* Waits until so many requests have come. */
void liar_wait(struct liar *liar, unsigned request_count);

/* Somebody else writes; what lies there while nothing is under way, "" for nothing. */
void liar_put(struct liar *liar, const char *key, const char *body);
const char *liar_body(struct liar *liar, const char *key);

/* The lock of these stories, taken and given back; was it deleted? */
#define LIAR_BUCKET "bucket"
#define LIAR_LOCK_NAME "job"
#define LIAR_LOCK_KEY "job.lock"
struct s3a_lock *liar_take(struct liar *liar, const struct s3a_lock_options *options);
bool liar_give_back(struct s3a_lock *lock);

/* Does it lie there, and is free? While nothing is under way. */
bool liar_lock_is_free(struct liar *liar);

/* Ends the client, and with it whatever it still has to do; no scratch object may be left. The
 * store stays as it was, to be looked at, until the next one begins. */
void liar_end(struct liar *liar);
void liar_begin(struct liar *liar, const char *endpoint);

/* Do scratch objects lie there? */
bool liar_has_scratch(struct liar *liar);

#endif

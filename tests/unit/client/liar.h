/* SPDX-License-Identifier: MIT */
#ifndef S3A_LIAR_H
#define S3A_LIAR_H

/*
 * A client over a store of a few objects in memory that makes of conditions what the test says, as
 * stores in the field do: it ignores them, does not know them, or compares ETags literally.
 */

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

    /* Under the mutex. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
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

/* Do scratch objects lie there? */
bool liar_has_scratch(struct liar *liar);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAKE_STORE_H
#define S3A_FAKE_STORE_H

/*
 * A client over a store with one object, in memory, whose network does what the test says: each
 * request takes the next fault of the script, and none once the script is at its end.
 */

#include "client_state.h"

enum fake_fault {
    FAKE_NONE,
    FAKE_REQUEST_LOST, /* not applied; writes end in doubt, reads in time-out */
    FAKE_ANSWER_LOST,  /* applied, then the same */
    FAKE_OVERWRITTEN,  /* the same, and somebody else writes right behind it */
    FAKE_LATER,        /* 503 */
    FAKE_RACE,         /* 409 */
    FAKE_DENIED,       /* 403 */
    FAKE_SILENCE,      /* no answer, ever: until the call is abandoned */
};

struct fake_request {
    enum s3a_op_kind kind;
    char if_match[S3A_ETAG_SIZE_MAX + 1]; /* "": none */
    char if_none_match[S3A_ETAG_SIZE_MAX + 1];
    char expires[32];
    uint32_t timeout_ms;
};

#define FAKE_REQUESTS_MAX 64

struct fake_store {
    struct s3a_transport transport;
    struct s3a_client *client;

    /* Under the mutex; the loop's thread and the test's look at it. */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    enum fake_fault script[FAKE_REQUESTS_MAX];
    size_t script_size;
    struct fake_request requests[FAKE_REQUESTS_MAX];
    size_t request_count;
    size_t abandoned_count;
    bool exists;
    char etag[32];
    unsigned version;
    char body[4097];
    size_t body_size;
    char expires[32];      /* "": none */
    char write_id[1025];   /* x-amz-meta-s3atomic-write */
    char fence[32];        /* x-amz-meta-s3atomic-fence */
    char content_type[64]; /* "": none */
    bool wants_bare_etag;
    int64_t age_ms; /* Date - Last-Modified of every answer */

    struct s3a_list waiting; /* struct flight */
    struct s3a_task task;
    struct s3a_list silent;
};

/* The client is freed by fake_store_close(). */
void fake_store_open(struct fake_store *store);
void fake_store_close(struct fake_store *store);

/* For cmocka: *state is an open store. */
int fake_store_setup(void **state);
int fake_store_teardown(void **state);

#define FAKE_STORE_TEST(name)                                                                      \
    cmocka_unit_test_setup_teardown(name, fake_store_setup, fake_store_teardown)

/* From the next request on. */
void fake_store_script(struct fake_store *store, const enum fake_fault *faults, size_t count);

/* Somebody else writes: expires NULL for none. */
void fake_store_put(struct fake_store *store, const char *body, const char *expires);
void fake_store_delete(struct fake_store *store);

/* The body as it is, with a NUL; "" where there is none. */
void fake_store_body(struct fake_store *store, char *ret_body, size_t size);

/* Waits until so many requests have come. */
void fake_store_wait(struct fake_store *store, size_t request_count);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAULTY_H
#define S3A_FAULTY_H

/* A server that goes wrong on request, with the bucket "bucket", and clients of it. */

#include <s3atomic/s3atomic.h>

#define FAULTY_BUCKET "bucket"

struct faulty {
    struct s3a_server *server;
    struct s3a_client *client;
    struct s3a_client *other;
    struct s3a_store *store; /* of bytes, the client's */
};

/* For cmocka: *state becomes a struct faulty. */
int faulty_open(void **state);
int faulty_close(void **state);

#define FAULTY_TEST(name) cmocka_unit_test_setup_teardown(name, faulty_open, faulty_close)

/* One more; NULL stands for none. */
void faulty_add(struct faulty *faulty, const char *fault);

/* Those of before are lifted, and this is the only one. */
void faulty_only(struct faulty *faulty, const char *fault);

/* Of the first that was added. */
uint64_t faulty_matched(struct faulty *faulty);
uint64_t faulty_injected(struct faulty *faulty);

/* A client whose requests end after timeout_ms. */
struct s3a_client *faulty_client(struct faulty *faulty, uint32_t timeout_ms);

/* Writes under conditions, so that the client knows from now on what the store makes of them. Those
 * of faulty_open() are warm. */
void faulty_warm(struct s3a_client *client);

/* Writes text to where nothing is. */
enum s3a_status faulty_put(struct s3a_store *store, const char *key, const char *text);

/* Fails the test where that is not what lies there; once all is well. */
void faulty_expect(struct faulty *faulty, const char *key, const char *text);

#endif

/* SPDX-License-Identifier: MIT */

/*
 * How to test a program that uses s3atomic: with a real S3 server, in the test's own process.
 *
 * It listens on a free port of the loopback address, keeps its objects in a temporary directory,
 * and both are gone when it stops. Nothing has to be installed or started.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <s3atomic/s3atomic.h>

#define BUCKET "test-bucket"

#define EXPECT(what)                                                                               \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #what, error.message); \
            exit(EXIT_FAILURE);                                                                    \
        }                                                                                          \
    } while (0)

static struct s3a_error error;

static void one_at_a_time(struct s3a_client *one, struct s3a_client *other)
{
    struct s3a_lock *lock;
    struct s3a_lock *second;
    uint64_t token;

    EXPECT(s3a_lock_acquire(one, BUCKET, "job", NULL, &lock, &error) == S3A_OK);
    EXPECT(s3a_lock_is_held(lock));
    token = s3a_lock_token(lock);
    EXPECT(s3a_lock_acquire(other, BUCKET, "job", NULL, &second, &error) == S3A_HELD);
    printf("as it should be: %s\n", error.message);

    EXPECT(s3a_lock_release(lock, &error) == S3A_OK);
    EXPECT(!s3a_lock_is_held(lock));
    s3a_lock_free(lock);
    EXPECT(s3a_lock_acquire(other, BUCKET, "job", NULL, &second, &error) == S3A_OK);
    EXPECT(s3a_lock_token(second) > token);
    EXPECT(s3a_lock_release(second, &error) == S3A_OK);
    s3a_lock_free(second);
}

static void the_first_writer_wins(struct s3a_store *store)
{
    struct s3a_bytes first = {"first", 5};
    struct s3a_bytes second = {"second", 6};
    struct s3a_object mine = {.bucket = BUCKET, .key = "greeting", .value = &first};
    struct s3a_object theirs = {.bucket = BUCKET, .key = "greeting", .value = &second};
    struct s3a_object stored;
    const struct s3a_bytes *bytes;

    EXPECT(s3a_store_put(store, &mine, &error) == S3A_OK);
    EXPECT(s3a_store_put(store, &theirs, &error) == S3A_CONFLICT);
    printf("as it should be: %s\n", error.message);

    EXPECT(s3a_store_get(store, BUCKET, "greeting", &stored, &error) == S3A_OK);
    bytes = stored.value;
    EXPECT(bytes->size == 5 && memcmp(bytes->data, "first", 5) == 0);
    EXPECT(strcmp(stored.etag, mine.etag) == 0);
    s3a_object_clear(&stored);
}

int main(void)
{
    static const char *const buckets[] = {BUCKET};
    const struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct s3a_server *server;
    struct s3a_client *one;
    struct s3a_client *other;
    struct s3a_store *store;

    EXPECT(s3a_server_start(&options, &server, &error) == S3A_OK);
    printf("S3 at %s\n", s3a_server_endpoint(server));
    EXPECT(s3a_server_client(server, &one, &error) == S3A_OK);
    EXPECT(s3a_server_client(server, &other, &error) == S3A_OK);
    store = s3a_store_new(one, s3a_bytes_codec());
    EXPECT(store);

    one_at_a_time(one, other);
    the_first_writer_wins(store);

    s3a_store_free(store);
    s3a_client_free(other);
    s3a_client_free(one);
    s3a_server_stop(server);
    return EXIT_SUCCESS;
}

/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#define THREADS_MAX 32
#define OPEN_DIRECTORIES_MAX 16

struct arena arena;

static char directory[64];
static char endpoint[256];
static struct s3a_server *server;

static void must(enum s3a_status status, const struct s3a_error *error)
{
    if (status != S3A_OK) {
        fprintf(stderr, "%s\n", error->message);
        abort();
    }
}

static bool choose(const char *kind)
{
    struct s3a_error error;
    const char *given = getenv("S3ATOMIC_TEST_ENDPOINT");

    if (strcmp(kind, "file") == 0) {
        strcpy(directory, "/tmp/s3a-semantics-XXXXXX");
        if (!mkdtemp(directory)) {
            abort();
        }
        snprintf(endpoint, sizeof(endpoint), "file://%s", directory);
        arena.makes_buckets = true;
    } else if (strcmp(kind, "http") == 0) {
        must(s3a_server_start(NULL, &server, &error), &error);
        snprintf(endpoint, sizeof(endpoint), "%s", s3a_server_endpoint(server));
        setenv("S3ATOMIC_TEST_DIFFERS", "buckets-twice", 1);
    } else {
        snprintf(endpoint, sizeof(endpoint), "%s", given ? given : "");
    }
    arena.over_http = strcmp(kind, "file") != 0;
    return endpoint[0] != '\0';
}

struct s3a_client *arena_client(const struct s3a_client_options *options)
{
    struct s3a_client_options own = *options;
    struct s3a_client *client;
    struct s3a_error error;

    own.endpoint = endpoint;
    if (server) {
        own.access_key = s3a_server_access_key(server);
        own.secret_key = s3a_server_secret_key(server);
    }
    must(s3a_client_new(&own, &client, &error), &error);
    return client;
}

bool arena_open(const char *kind)
{
    struct s3a_error error;

    if (!choose(kind)) {
        return false;
    }
    arena.client = arena_client(&(struct s3a_client_options){0});
    arena.store = s3a_store_new(arena.client, s3a_bytes_codec());
    snprintf(arena.bucket, sizeof(arena.bucket), "s3atomic-test-%d", (int)getpid());
    must(s3a_bucket_create(arena.client, arena.bucket, &error), &error);
    return true;
}

/* The listing goes on behind what has been listed, whatever becomes of it. */
static enum s3a_status remove_object(const struct s3a_listing *listing, void *user)
{
    return s3a_store_delete(arena.store, arena.bucket, listing->key, NULL, user);
}

static int remove_file(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void arena_close(void)
{
    struct s3a_error error;

    must(s3a_store_list(arena.store, arena.bucket, NULL, remove_object, &error, &error), &error);
    must(s3a_bucket_delete(arena.client, arena.bucket, &error), &error);
    s3a_store_free(arena.store);
    s3a_client_free(arena.client);
    s3a_server_stop(server);
    if (directory[0] && nftw(directory, remove_file, OPEN_DIRECTORIES_MAX, FTW_DEPTH | FTW_PHYS)) {
        abort();
    }
}

char *pattern(size_t size, unsigned seed)
{
    char *bytes = malloc(size + 1);
    uint32_t state = seed * 2654435761u + 1;

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (char)(state >> 24);
    }
    return bytes;
}

enum s3a_status put_bytes(const char *key, const void *data, size_t size, char etag[129])
{
    struct s3a_bytes bytes = {data, size};
    struct s3a_object object = {.bucket = arena.bucket, .key = key, .value = &bytes};

    snprintf(object.etag, sizeof(object.etag), "%s", etag ? etag : "");
    enum s3a_status status = s3a_store_put(arena.store, &object, NULL);
    if (etag) {
        memcpy(etag, object.etag, sizeof(object.etag));
    }
    return status;
}

enum s3a_status put_text(const char *key, const char *text, char etag[129])
{
    return put_bytes(key, text, strlen(text), etag);
}

void assert_has(const char *key, const void *data, size_t size)
{
    struct s3a_object object;
    struct s3a_error error;

    if (s3a_store_get(arena.store, arena.bucket, key, &object, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    const struct s3a_bytes *bytes = object.value;
    assert_int_equal(object.size, size);
    assert_int_equal(bytes->size, size);
    assert_true(size == 0 || memcmp(bytes->data, data, size) == 0);
    s3a_object_clear(&object);
}

void assert_has_text(const char *key, const char *text)
{
    assert_has(key, text, strlen(text));
}

void assert_absent(const char *key)
{
    struct s3a_object object;

    assert_int_equal(s3a_store_get(arena.store, arena.bucket, key, &object, NULL), S3A_NOT_FOUND);
    s3a_object_clear(&object);
}

const char *removable(const char *etag)
{
    return store_differs("blind-delete") ? NULL : etag;
}

struct runner {
    pthread_t thread;
    pthread_barrier_t *barrier;
    size_t index;
    void (*run)(size_t index, void *arg);
    void *arg;
};

static void *start(void *arg)
{
    struct runner *runner = arg;

    pthread_barrier_wait(runner->barrier);
    runner->run(runner->index, runner->arg);
    return NULL;
}

void together(size_t count, void (*run)(size_t index, void *arg), void *arg)
{
    struct runner runners[THREADS_MAX];
    pthread_barrier_t barrier;

    assert_true(count <= THREADS_MAX);
    assert_int_equal(pthread_barrier_init(&barrier, NULL, (unsigned)count), 0);
    for (size_t i = 0; i < count; i++) {
        runners[i] = (struct runner){.barrier = &barrier, .index = i, .run = run, .arg = arg};
        assert_int_equal(pthread_create(&runners[i].thread, NULL, start, &runners[i]), 0);
    }
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(pthread_join(runners[i].thread, NULL), 0);
    }
    pthread_barrier_destroy(&barrier);
}

/* SPDX-License-Identifier: MIT */

/*
 * What locks cost, in requests: counted at the server, or at the door of a directory's store. The
 * figures are those of s3atomic-costs(7).
 */

#include "test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <s3atomic/s3atomic.h>

#include "client_state.h"
#include "front.h"

#define BUCKET "locks"

/* A client whose requests are counted on their way into a directory. */
struct door {
    struct s3a_transport outer;
    struct s3a_transport *inner;
    atomic_uint_fast64_t *requests;
};

struct scene {
    struct s3a_server *server;
    bool over_http;
    atomic_uint_fast64_t requests; /* of all clients of the directory */
    struct door doors[2];
    struct s3a_client *ours;
    struct s3a_client *other;
};

static struct door *door_of(struct s3a_transport *transport)
{
    return s3a_list_entry(transport, struct door, outer);
}

static void count(struct s3a_transport *transport, struct s3a_call *call)
{
    struct door *door = door_of(transport);

    atomic_fetch_add(door->requests, 1);
    door->inner->send(door->inner, call);
}

static void pass_abandon(struct s3a_transport *transport, struct s3a_call *call)
{
    door_of(transport)->inner->abandon(door_of(transport)->inner, call);
}

static void pass_free(struct s3a_transport *transport)
{
    door_of(transport)->inner->free(door_of(transport)->inner);
}

static struct s3a_client *make_client(struct scene *scene, struct door *door)
{
    struct s3a_client *client;
    char endpoint[128];

    if (scene->over_http) {
        const struct s3a_client_options options = {
            .endpoint = s3a_server_endpoint(scene->server),
            .access_key = s3a_server_access_key(scene->server),
            .secret_key = s3a_server_secret_key(scene->server)};
        assert_int_equal(s3a_client_new(&options, &client, NULL), S3A_OK);
        return client;
    }
    snprintf(endpoint, sizeof(endpoint), "file://%s", s3a_server_directory(scene->server));
    const struct s3a_client_options options = {.endpoint = endpoint};
    assert_int_equal(s3a_client_new(&options, &client, NULL), S3A_OK);
    door->outer = (struct s3a_transport){count, pass_abandon, pass_free};
    door->inner = client->transport;
    door->requests = &scene->requests;
    client->transport = &door->outer; /* nothing has been sent yet */
    return client;
}

static uint64_t total(struct scene *scene)
{
    return scene->over_http ? s3a_server_request_count(scene->server)
                            : atomic_load(&scene->requests);
}

/* What is asked of a store over HTTP once for each client and bucket, before the first write under
 * a condition; and the two writes of warm(). */
#define PROBE_REQUESTS 6
#define WARM_REQUESTS 2

/* From now on the client knows what the store makes of conditions, and has nothing more to ask. */
static void warm(struct scene *scene, struct s3a_client *client)
{
    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());
    struct s3a_bytes bytes = {"", 0};
    struct s3a_object object = {.bucket = BUCKET, .key = "warm", .value = &bytes};
    uint64_t expected = total(scene) + WARM_REQUESTS + (scene->over_http ? PROBE_REQUESTS : 0);

    assert_int_equal(s3a_store_put(store, &object, NULL), S3A_OK);
    assert_int_equal(s3a_store_delete(store, BUCKET, "warm", object.etag, NULL), S3A_OK);
    s3a_store_free(store);
    while (total(scene) < expected) { /* the last removes the scratch object, and nobody waits */
    }
    assert_int_equal(total(scene), expected);
}

static int open_scene(void **state, bool over_http)
{
    static const char *const buckets[] = {BUCKET};
    const struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_non_null(scene);
    assert_int_equal(s3a_server_start(&options, &scene->server, NULL), S3A_OK);
    scene->over_http = over_http;
    scene->ours = make_client(scene, &scene->doors[0]);
    scene->other = make_client(scene, &scene->doors[1]);
    warm(scene, scene->ours);
    warm(scene, scene->other);
    *state = scene;
    return 0;
}

static int open_http(void **state)
{
    return open_scene(state, true);
}

static int open_directory(void **state)
{
    return open_scene(state, false);
}

static int close_scene(void **state)
{
    struct scene *scene = *state;

    s3a_client_free(scene->ours);
    s3a_client_free(scene->other);
    s3a_server_stop(scene->server);
    free(scene);
    return 0;
}

/* How many there were since the last time. */
static uint64_t since(struct scene *scene, uint64_t *total_before)
{
    uint64_t now = total(scene);
    uint64_t made = now - *total_before;

    *total_before = now;
    return made;
}

static struct s3a_lock *take(struct scene *scene, struct s3a_session *session)
{
    const struct s3a_lock_options options = {.session = session};
    struct s3a_lock *lock;

    assert_int_equal(s3a_lock_acquire(scene->ours, BUCKET, "job", &options, &lock, NULL), S3A_OK);
    return lock;
}

static void give_back(struct s3a_lock *lock)
{
    assert_int_equal(s3a_lock_release(lock, NULL), S3A_OK);
    s3a_lock_free(lock);
}

static void expect_held(struct scene *scene)
{
    struct s3a_lock *lock;

    assert_int_equal(s3a_lock_acquire(scene->other, BUCKET, "job", NULL, &lock, NULL), S3A_HELD);
    assert_null(lock);
}

static void a_plain_lock(void **state)
{
    struct scene *scene = *state;
    uint64_t before = total(scene);

    struct s3a_lock *lock = take(scene, NULL);
    assert_int_equal(since(scene, &before), 2); /* cold: GET, PUT */
    expect_held(scene);
    assert_int_equal(since(scene, &before), 1); /* contended: GET */
    give_back(lock);
    assert_int_equal(since(scene, &before), 1); /* PUT */
    lock = take(scene, NULL);
    assert_int_equal(since(scene, &before), 1); /* warm: PUT */
    give_back(lock);
    assert_int_equal(since(scene, &before), 1);
    /* Another client has had it in between: what is remembered is of no use. */
    assert_int_equal(s3a_lock_acquire(scene->other, BUCKET, "job", NULL, &lock, NULL), S3A_OK);
    assert_int_equal(since(scene, &before), 2);
    give_back(lock);
    assert_int_equal(since(scene, &before), 1);
    lock = take(scene, NULL);
    assert_int_equal(since(scene, &before), 3); /* a PUT that is refused, GET, PUT */
    give_back(lock);
}

/* Every heartbeat is one PUT and one more beat, and so is the release. */
static void a_heartbeat(void **state)
{
    struct scene *scene = *state;
    const struct s3a_lock_options options = {.heartbeat_ms = 100, .lease_ms = 60000};
    struct s3a_lock_info info;
    struct s3a_lock *lock;
    uint64_t looks = 0;

    assert_int_equal(s3a_lock_acquire(scene->ours, BUCKET, "job", &options, &lock, NULL), S3A_OK);
    uint64_t before = total(scene);
    do {
        assert_int_equal(s3a_lock_inspect(scene->other, BUCKET, "job", &info, NULL), S3A_OK);
        looks++;
    } while (info.beat < 5);
    give_back(lock);
    uint64_t made = since(scene, &before);
    assert_int_equal(s3a_lock_inspect(scene->other, BUCKET, "job", &info, NULL), S3A_OK);
    assert_int_equal(info.state, S3A_LOCK_FREE);
    assert_int_equal(made - looks, info.beat);
}

static void a_lock_under_a_session(void **state)
{
    struct scene *scene = *state;
    struct s3a_session *session;
    uint64_t before = total(scene);

    assert_int_equal(s3a_session_open(scene->ours, BUCKET, NULL, &session, NULL), S3A_OK);
    assert_int_equal(since(scene, &before), 1);
    struct s3a_lock *lock = take(scene, session);
    assert_int_equal(since(scene, &before), 2); /* cold */
    expect_held(scene);
    assert_int_equal(since(scene, &before), 2); /* contended: GET of it and of its session */
    give_back(lock);
    assert_int_equal(since(scene, &before), 1);
    lock = take(scene, session);
    assert_int_equal(since(scene, &before), 1); /* warm */
    give_back(lock);
    assert_int_equal(since(scene, &before), 1);
    assert_int_equal(s3a_session_close(session, NULL), S3A_OK);
    assert_int_equal(since(scene, &before), 1);
    s3a_session_free(session);
}

/* However many there are, only the session is written. */
static void heartbeats_of_many_under_a_session(void **state)
{
    struct scene *scene = *state;
    const struct s3a_session_options options = {.heartbeat_ms = 100, .lease_ms = 60000};
    struct s3a_lock *locks[50];
    struct s3a_session *session;
    struct s3a_lock_info info;
    uint64_t looks = 0;

    assert_int_equal(s3a_session_open(scene->ours, BUCKET, &options, &session, NULL), S3A_OK);
    const struct s3a_lock_options under = {.session = session};
    for (int i = 0; i < 50; i++) {
        char name[16];
        snprintf(name, sizeof(name), "job-%d", i);
        assert_int_equal(s3a_lock_acquire(scene->ours, BUCKET, name, &under, &locks[i], NULL),
                         S3A_OK);
    }
    assert_int_equal(s3a_lock_inspect(scene->other, BUCKET, "job-7", &info, NULL), S3A_OK);
    uint64_t first_beat = info.beat; /* the session's */
    uint64_t before = total(scene);
    do {
        assert_int_equal(s3a_lock_inspect(scene->other, BUCKET, "job-7", &info, NULL), S3A_OK);
        looks++;
    } while (info.beat < first_beat + 5);
    uint64_t beats = since(scene, &before) - 2 * looks;
    /* One may have come between a look and the count of it, at either end. */
    assert_in_range(beats, info.beat - first_beat - 1, info.beat - first_beat + 1);
    for (int i = 0; i < 50; i++) {
        s3a_lock_free(locks[i]);
    }
    s3a_session_free(session);
}

/* A step of a script: attach is renew, and detach costs nothing. */
static void steps(void **state)
{
    struct scene *scene = *state;
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_lock *lock = take(scene, NULL);
    uint64_t before = total(scene);

    assert_int_equal(s3a_lock_detach(lock, handle, NULL), S3A_OK);
    s3a_lock_free(lock);
    assert_int_equal(since(scene, &before), 0);
    assert_int_equal(s3a_lock_check(scene->ours, handle, NULL, NULL), S3A_OK);
    assert_int_equal(since(scene, &before), 1);
    assert_int_equal(s3a_lock_attach(scene->ours, handle, NULL, &lock, NULL), S3A_OK);
    assert_int_equal(since(scene, &before), 2); /* GET, PUT */
    give_back(lock);
    assert_int_equal(since(scene, &before), 1);
}

#define STORIES(name)                                                                              \
    cmocka_unit_test_setup_teardown(name, open_http, close_scene),                                 \
        cmocka_unit_test_setup_teardown(name, open_directory, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORIES(a_plain_lock),
        STORIES(a_heartbeat),
        STORIES(a_lock_under_a_session),
        STORIES(heartbeats_of_many_under_a_session),
        STORIES(steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

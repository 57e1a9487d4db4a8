/* SPDX-License-Identifier: MIT */

/*
 * How fast a store is, as somebody who uses this library sees it: objects written and read, locks
 * taken and given back, and a lock that goes from hand to hand.
 *
 *      usage: figures ENDPOINT
 *
 * The credentials are in the usual variables. All is done in a bucket of its own.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <s3atomic/s3atomic.h>

#define RUN_NS INT64_C(3000000000)
#define THREADS_MAX 32
#define SAMPLES_MAX 65536
#define BODY_SIZE 200

/* Those who contend look this often. */
#define POLL_MIN_MS 10
#define POLL_MAX_MS 50

static const char *endpoint;
static char bucket[64];

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void must(enum s3a_status status, const struct s3a_error *error)
{
    if (status != S3A_OK) {
        fprintf(stderr, "figures: %s\n", error->message);
        exit(EXIT_FAILURE);
    }
}

static struct s3a_client *make_client(void)
{
    const struct s3a_client_options options = {.endpoint = endpoint};
    struct s3a_client *client;
    struct s3a_error error;

    must(s3a_client_new(&options, &client, &error), &error);
    return client;
}

/* One of those who do something again and again. */
struct hand {
    struct s3a_client *client;
    struct s3a_store *store;
    unsigned number;
    void (*act)(struct hand *hand);
    int64_t end_ns;
    pthread_t thread;
    size_t count;
    int64_t ns[SAMPLES_MAX / THREADS_MAX]; /* of the first of them */
};

/* Who gave the lock back that all contend for, and when it began to; written by who has it. */
static _Atomic(struct hand *) last_hand;
static _Atomic int64_t given_back_ns;
static int64_t handovers_ns[SAMPLES_MAX];
static size_t handover_count;

static void put(struct hand *hand)
{
    static const char body[BODY_SIZE];
    struct s3a_bytes bytes = {body, sizeof(body)};
    char key[32];
    struct s3a_object object = {.bucket = bucket, .key = key, .value = &bytes};
    struct s3a_error error;

    snprintf(key, sizeof(key), "object-%u", hand->number);
    must(s3a_store_overwrite(hand->store, &object, &error), &error);
}

static void get(struct hand *hand)
{
    char key[32];
    struct s3a_object object;
    struct s3a_error error;

    snprintf(key, sizeof(key), "object-%u", hand->number);
    must(s3a_store_get(hand->store, bucket, key, &object, &error), &error);
    s3a_object_clear(&object);
}

static void lock_own(struct hand *hand)
{
    char name[32];
    struct s3a_lock *lock;
    struct s3a_error error;

    snprintf(name, sizeof(name), "lock-%u", hand->number);
    must(s3a_lock_acquire(hand->client, bucket, name, NULL, &lock, &error), &error);
    must(s3a_lock_release(lock, &error), &error);
    s3a_lock_free(lock);
}

static void lock_common(struct hand *hand)
{
    const struct s3a_lock_options options = {
        .wait_ms = S3A_WAIT_FOREVER, .poll_min_ms = POLL_MIN_MS, .poll_max_ms = POLL_MAX_MS};
    struct s3a_lock *lock;
    struct s3a_error error;

    must(s3a_lock_acquire(hand->client, bucket, "common", &options, &lock, &error), &error);
    struct hand *last = atomic_exchange(&last_hand, hand);
    if (last && last != hand && handover_count < SAMPLES_MAX) {
        handovers_ns[handover_count++] = now_ns() - atomic_load(&given_back_ns);
    }
    atomic_store(&given_back_ns, now_ns());
    must(s3a_lock_release(lock, &error), &error);
    s3a_lock_free(lock);
}

static void *run(void *arg)
{
    struct hand *hand = arg;

    hand->act(hand); /* the first one is cold */
    for (int64_t begin_ns = now_ns(); begin_ns < hand->end_ns;) {
        hand->act(hand);
        int64_t done_ns = now_ns();
        if (hand->count < sizeof(hand->ns) / sizeof(hand->ns[0])) {
            hand->ns[hand->count] = done_ns - begin_ns;
        }
        hand->count++;
        begin_ns = done_ns;
    }
    return NULL;
}

static int compare(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;

    return (*left > *right) - (*left < *right);
}

static void print(const char *what, unsigned at_once, double per_second, int64_t *ns, size_t count)
{
    qsort(ns, count, sizeof(ns[0]), compare);
    printf("figures: %-28s %2u at once %8.0f/s   median %7.1f ms   99 %% %7.1f ms\n", what, at_once,
           per_second, count ? (double)ns[count / 2] / 1e6 : 0,
           count ? (double)ns[count * 99 / 100] / 1e6 : 0);
}

/* One client for all of them, or each its own. */
static void measure(const char *what, void (*act)(struct hand *hand), unsigned at_once, bool apart)
{
    static struct hand hands[THREADS_MAX];
    static int64_t all_ns[SAMPLES_MAX];
    struct s3a_client *common = make_client();
    int64_t begin_ns = now_ns();
    size_t count = 0;
    size_t samples = 0;

    atomic_store(&last_hand, NULL);
    handover_count = 0;
    for (unsigned i = 0; i < at_once; i++) {
        struct s3a_client *client = apart ? make_client() : common;
        hands[i] = (struct hand){.client = client, .number = i, .act = act};
        hands[i].store = s3a_store_new(client, s3a_bytes_codec());
        hands[i].end_ns = begin_ns + RUN_NS;
        if (!hands[i].store || pthread_create(&hands[i].thread, NULL, run, &hands[i]) != 0) {
            fprintf(stderr, "figures: no thread\n");
            exit(EXIT_FAILURE);
        }
    }
    for (unsigned i = 0; i < at_once; i++) {
        pthread_join(hands[i].thread, NULL);
        size_t taken = sizeof(hands[i].ns) / sizeof(hands[i].ns[0]);
        taken = hands[i].count < taken ? hands[i].count : taken;
        memcpy(all_ns + samples, hands[i].ns, taken * sizeof(all_ns[0]));
        samples += taken;
        count += hands[i].count;
        s3a_store_free(hands[i].store);
        if (apart) {
            s3a_client_free(hands[i].client);
        }
    }
    double seconds = (double)(now_ns() - begin_ns) / 1e9;
    print(what, at_once, (double)count / seconds, all_ns, samples);
    if (handover_count > 0) {
        print("  from hand to hand", at_once, (double)handover_count / seconds, handovers_ns,
              handover_count);
    }
    s3a_client_free(common);
}

static enum s3a_status remove_object(const struct s3a_listing *listing, void *user)
{
    return s3a_store_delete(user, bucket, listing->key, NULL, NULL);
}

int main(int argc, char **argv)
{
    struct s3a_error error;

    if (argc != 2) {
        fprintf(stderr, "usage: figures ENDPOINT\n");
        return 64;
    }
    endpoint = argv[1];
    snprintf(bucket, sizeof(bucket), "s3atomic-figures-%d", (int)getpid());
    struct s3a_client *client = make_client();
    must(s3a_bucket_create(client, bucket, &error), &error);
    measure("put of 200 bytes", put, 1, false);
    measure("put of 200 bytes", put, 16, false);
    measure("get of 200 bytes", get, 1, false);
    measure("get of 200 bytes", get, 16, false);
    measure("lock taken and given back", lock_own, 1, false);
    measure("lock taken and given back", lock_own, 32, false);
    measure("one lock, all want it", lock_common, 2, true);
    measure("one lock, all want it", lock_common, 8, true);

    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());
    must(s3a_store_list(store, bucket, NULL, remove_object, store, &error), &error);
    must(s3a_bucket_delete(client, bucket, &error), &error);
    s3a_store_free(store);
    s3a_client_free(client);
    return EXIT_SUCCESS;
}

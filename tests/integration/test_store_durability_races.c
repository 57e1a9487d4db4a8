/* SPDX-License-Identifier: MIT */

/* Many processes, each with many threads, that want the same at the same moment. */

#include "store_fixture.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 8
#define THREADS 2 /* of each process, where several are asked for */
#define PUTS 150
#define INCREMENTS 40
#define ROUNDS 1000
#define BUCKET_ROUNDS 200

/* What the processes have in common. */
struct common {
    pthread_barrier_t barrier;
    atomic_int puts[PROCESSES];
    atomic_int winners[ROUNDS];
    int64_t now_ms[PROCESSES];
    atomic_bool is_over;
};

static struct common *common;

static void common_open(unsigned barrier_count)
{
    pthread_barrierattr_t shared;

    common = mmap(NULL, sizeof(*common), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(common != MAP_FAILED);
    assert_int_equal(pthread_barrierattr_init(&shared), 0);
    assert_int_equal(pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED), 0);
    assert_int_equal(pthread_barrier_init(&common->barrier, &shared, barrier_count), 0);
}

static void common_close(void)
{
    assert_int_equal(munmap(common, sizeof(*common)), 0);
}

/* Runs story(store, i) in so many processes, with the store opened in each; all must end well. */
static void in_processes(struct store *store, int count, void (*story)(struct store *store, int i))
{
    pid_t pids[PROCESSES];
    int status;

    s3a_objects_close(store->objects);
    store->objects = NULL;
    for (int i = 0; i < count; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            store_reopen(store);
            story(store, i);
            s3a_objects_close(store->objects);
            _exit(0);
        }
        assert_true(pids[i] > 0);
    }
    for (int i = 0; i < count; i++) {
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    store_reopen(store);
}

static void must(bool condition)
{
    if (!condition) {
        _exit(1);
    }
}

static void put_so_many(struct store *store, int number)
{
    char key[32];

    pthread_barrier_wait(&common->barrier);
    for (int i = 0; i < PUTS; i++) {
        snprintf(key, sizeof(key), "%d/%d", number, i);
        must(store_put(store, key, key) == S3A_OK);
        if (!atomic_load(&common->is_over)) {
            atomic_fetch_add(&common->puts[number], 1);
        }
    }
    atomic_store(&common->is_over, true); /* the first to end stops the count of all */
}

static void each_process_gets_its_turn(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    common_open(PROCESSES);
    in_processes(&store, PROCESSES, put_so_many);
    for (int i = 0; i < PROCESSES; i++) {
        print_message("# process %d had written %d of %d when the first was done\n", i,
                      atomic_load(&common->puts[i]), PUTS);
        char key[32];
        snprintf(key, sizeof(key), "%d/%d", i, PUTS - 1);
        assert_store_has(&store, key, key);
    }
    common_close();
    store_close(&store);
}

static void *create_each_round(void *arg)
{
    struct store *store = arg;
    char key[32];

    for (int round = 0; round < ROUNDS; round++) {
        snprintf(key, sizeof(key), "round/%d", round);
        struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, key);
        op.if_none_match = S3A_STR("*");
        pthread_barrier_wait(&common->barrier);
        enum s3a_status status = store_do(store, &op, S3A_STR("x"));
        must(status == S3A_OK || status == S3A_CONFLICT);
        if (status == S3A_OK) {
            atomic_fetch_add(&common->winners[round], 1);
        }
    }
    return NULL;
}

static void create_in_threads(struct store *store, int number)
{
    pthread_t threads[THREADS];

    (void)number;
    for (int i = 0; i < THREADS; i++) {
        must(pthread_create(&threads[i], NULL, create_each_round, store) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        must(pthread_join(threads[i], NULL) == 0);
    }
}

static void of_those_who_create_one_object_exactly_one_wins(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    common_open(4 * THREADS);
    in_processes(&store, 4, create_in_threads);
    for (int round = 0; round < ROUNDS; round++) {
        assert_int_equal(atomic_load(&common->winners[round]), 1);
    }
    common_close();
    store_close(&store);
}

/* Read, add one, write if nobody else has written: until it works. */
static void increment(struct store *store)
{
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "count");
    enum s3a_status status;

    do {
        struct s3a_answer answer;
        char text[16];
        must(store_call(store, &get, s3a_str_of(NULL), &answer) == S3A_OK);
        snprintf(text, sizeof(text), "%d", atoi(s3a_buf_text(&answer.body)) + 1);
        struct s3a_op put = op_of(S3A_OP_PUT_OBJECT, "count");
        put.if_match = s3a_str_of(answer.etag);
        status = store_do(store, &put, s3a_str_of(text));
        must(status == S3A_OK || status == S3A_CONFLICT);
        s3a_answer_fini(&answer);
    } while (status != S3A_OK);
}

static void increment_so_often(struct store *store, int number)
{
    (void)number;
    pthread_barrier_wait(&common->barrier);
    for (int i = 0; i < INCREMENTS; i++) {
        increment(store);
    }
}

static void no_increment_is_lost(void **state)
{
    (void)state;
    struct store store;
    char text[16];

    store_open(&store);
    common_open(PROCESSES);
    assert_int_equal(store_put(&store, "count", "0"), S3A_OK);
    in_processes(&store, PROCESSES, increment_so_often);
    snprintf(text, sizeof(text), "%d", PROCESSES * INCREMENTS);
    assert_store_has(&store, "count", text);
    common_close();
    store_close(&store);
}

/* One puts an object and finds it, as long as the bucket is there; the other takes the bucket away
 * whenever it is empty. */
static void put_or_remove_the_bucket(struct store *store, int number)
{
    struct s3a_op create = op_of(S3A_OP_CREATE_BUCKET, NULL);
    struct s3a_op destroy = op_of(S3A_OP_DELETE_BUCKET, NULL);
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k");
    enum s3a_status status;

    for (int round = 0; number == 0 && round < BUCKET_ROUNDS; round++) {
        must(store_put(store, "k", "x") == S3A_OK); /* makes the bucket where it is gone */
        must(store_do(store, &get, s3a_str_of(NULL)) == S3A_OK);
        must(store_delete(store, "k") == S3A_OK);
    }
    while (number != 0 && !atomic_load(&common->is_over)) {
        status = store_do(store, &destroy, s3a_str_of(NULL));
        must(status == S3A_OK || status == S3A_NOT_EMPTY || status == S3A_NO_BUCKET);
        status = store_do(store, &create, s3a_str_of(NULL));
        must(status == S3A_OK || status == S3A_BUCKET_EXISTS);
    }
    atomic_store(&common->is_over, true);
}

static void no_bucket_goes_from_under_an_object(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    common_open(2);
    in_processes(&store, 2, put_or_remove_the_bucket);
    common_close();
    store_close(&store);
}

static void tell_the_time(struct store *store, int number)
{
    pthread_barrier_wait(&common->barrier);
    common->now_ms[number] = s3a_objects_now_ms(store->objects);
}

/* A new store, which all of them open for the first time. */
static void all_processes_have_one_time(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    s3a_objects_close(store.objects);
    store.objects = NULL;
    directory_remove(store.path);
    common_open(PROCESSES);
    in_processes(&store, PROCESSES, tell_the_time);
    int64_t now_ms = s3a_objects_now_ms(store.objects);
    for (int i = 0; i < PROCESSES; i++) {
        assert_true(common->now_ms[i] <= now_ms);
        assert_true(common->now_ms[i] > now_ms - 60000);
    }
    common_close();
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_process_gets_its_turn),
        cmocka_unit_test(of_those_who_create_one_object_exactly_one_wins),
        cmocka_unit_test(no_increment_is_lost),
        cmocka_unit_test(no_bucket_goes_from_under_an_object),
        cmocka_unit_test(all_processes_have_one_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

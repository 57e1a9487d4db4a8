/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail_calls.h"
#include "handle.h"

#define LARGE (3 * S3A_FOLLOWED_SIZE + 1)
/* Goes to a file, and is too little for the follower to be woken. */
#define FEW (S3A_INLINE_SIZE_MAX + 1)

static void open_with_followers(struct store *store, unsigned max)
{
    store_open(store);
    store->objects->followers_max = max; /* whatever this machine has */
}

static void begin(struct store *store, struct s3a_spool *spool, struct s3a_str body)
{
    assert_int_equal(s3a_spool_init(spool, store->objects), S3A_OK);
    s3a_spool_follow(spool);
    while (body.size > 0) {
        size_t size = body.size < 10000 ? body.size : 10000;
        assert_int_equal(s3a_spool_append(spool, s3a_str_make(body.data, size)), S3A_OK);
        body = s3a_str_skip(body, size);
    }
}

static unsigned followers(struct store *store)
{
    pthread_mutex_lock(&store->objects->mutex);
    unsigned count = store->objects->follower_count;
    pthread_mutex_unlock(&store->objects->mutex);
    return count;
}

static void free_body(struct s3a_str body)
{
    free((void *)(uintptr_t)body.data);
}

/* A PUT whose end is told to a semaphore. */
struct put {
    struct s3a_op op;
    struct s3a_answer answer;
    struct s3a_write write;
    sem_t is_done;
};

static void on_done(struct s3a_write *write)
{
    sem_post(write->user);
}

static void submit(struct store *store, struct put *put, struct s3a_spool *spool)
{
    put->op = op_of(S3A_OP_PUT_OBJECT, "k");
    s3a_answer_init(&put->answer, 0);
    assert_int_equal(sem_init(&put->is_done, 0, 0), 0);
    put->write = (struct s3a_write){.op = &put->op,
                                    .body = spool,
                                    .answer = &put->answer,
                                    .done = on_done,
                                    .user = &put->is_done};
    s3a_objects_submit(store->objects, &put->write);
}

static void end(struct put *put)
{
    sem_destroy(&put->is_done);
    s3a_answer_fini(&put->answer);
}

static void assert_etag_is_md5(const struct s3a_answer *answer, struct s3a_str body)
{
    char etag[S3A_ETAG_SIZE_MAX + 1];
    uint8_t md5[S3A_MD5_SIZE];

    s3a_md5(body, md5);
    etag[0] = '"';
    s3a_hex(md5, sizeof(md5), etag + 1);
    strcat(etag, "\"");
    assert_string_equal(answer->etag, etag);
}

static void what_it_has_digested_is_the_whole_body(void **state)
{
    (void)state;
    struct s3a_str body = body_make("followed", LARGE);
    struct s3a_spool spool;
    struct store store;
    struct put put;

    open_with_followers(&store, 1);
    begin(&store, &spool, body);
    assert_non_null(spool.follower);
    s3a_spool_end(&spool);
    submit(&store, &put, &spool);
    assert_int_equal(sem_wait(&put.is_done), 0);
    assert_int_equal(put.answer.status, S3A_OK);
    assert_etag_is_md5(&put.answer, body);
    s3a_spool_fini(&spool);
    assert_int_equal(followers(&store), 0);
    end(&put);
    free_body(body);
    store_close(&store);
}

static void a_write_waits_for_its_md5_and_for_nobody_else_s(void **state)
{
    (void)state;
    struct s3a_str body = body_make("late", FEW);
    struct s3a_spool spool;
    struct store store;
    struct put put;

    open_with_followers(&store, 1);
    begin(&store, &spool, body);
    submit(&store, &put, &spool); /* before the follower knows that this was all */
    assert_int_equal(store_put_large(&store, "other", "large", LARGE), S3A_OK);
    assert_int_equal(sem_trywait(&put.is_done), -1);
    s3a_spool_end(&spool);
    assert_int_equal(sem_wait(&put.is_done), 0);
    assert_int_equal(put.answer.status, S3A_OK);
    assert_etag_is_md5(&put.answer, body);
    s3a_spool_fini(&spool);
    end(&put);
    free_body(body);
    store_close(&store);
}

static void a_write_that_waits_for_its_md5_can_be_withdrawn(void **state)
{
    (void)state;
    struct s3a_str body = body_make("late", FEW);
    struct s3a_spool spool;
    struct store store;
    struct put put;

    open_with_followers(&store, 1);
    begin(&store, &spool, body);
    submit(&store, &put, &spool);
    assert_true(s3a_objects_withdraw(store.objects, &put.write));
    s3a_spool_fini(&spool);
    assert_int_equal(followers(&store), 0);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    end(&put);
    free_body(body);
    store_close(&store);
}

static void a_body_that_breaks_off_takes_its_follower_along(void **state)
{
    (void)state;
    struct s3a_str body = body_make("broken", LARGE);
    struct s3a_spool spool;
    struct store store;

    open_with_followers(&store, 1);
    begin(&store, &spool, body);
    assert_int_equal(followers(&store), 1);
    s3a_spool_fini(&spool);
    assert_int_equal(followers(&store), 0);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    free_body(body);
    store_close(&store);
}

static void a_file_that_cannot_be_read_back_is_no_object(void **state)
{
    (void)state;
    struct s3a_str body = body_make("cut", FEW);
    struct s3a_spool spool;
    struct store store;
    struct put put;

    open_with_followers(&store, 1);
    begin(&store, &spool, body);
    assert_int_equal(ftruncate(spool.fd, 0), 0);
    s3a_spool_end(&spool);
    submit(&store, &put, &spool);
    assert_int_equal(sem_wait(&put.is_done), 0);
    assert_int_equal(put.answer.http_status, 503);
    s3a_spool_fini(&spool);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    assert_int_equal(blob_count(store.path), 0);
    end(&put);
    free_body(body);
    store_close(&store);
}

/* Its MD5 is there at its end. */
static void assert_digested_by_hand(struct store *store, struct s3a_str body)
{
    struct s3a_spool spool;
    uint8_t md5[S3A_MD5_SIZE];

    begin(store, &spool, body);
    assert_null(spool.follower);
    s3a_spool_end(&spool);
    s3a_md5(body, md5);
    assert_memory_equal(spool.md5_bytes, md5, S3A_MD5_SIZE);
    s3a_spool_fini(&spool);
}

static void a_body_that_gets_no_follower_is_digested_all_the_same(void **state)
{
    (void)state;
    struct s3a_str body = body_make("alone", LARGE);
    struct s3a_spool first;
    struct store store;

    open_with_followers(&store, 0);
    assert_digested_by_hand(&store, body);
    store.objects->followers_max = 1;
    fail_calls_at(FAIL_CALL_THREAD, 1, 1, EAGAIN);
    assert_digested_by_hand(&store, body);
    assert_int_equal(fail_calls_end(), 1);
    begin(&store, &first, body);
    assert_non_null(first.follower);
    assert_digested_by_hand(&store, body); /* all places are taken */
    s3a_spool_fini(&first);
    free_body(body);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_has_digested_is_the_whole_body),
        cmocka_unit_test(a_write_waits_for_its_md5_and_for_nobody_else_s),
        cmocka_unit_test(a_write_that_waits_for_its_md5_can_be_withdrawn),
        cmocka_unit_test(a_body_that_breaks_off_takes_its_follower_along),
        cmocka_unit_test(a_file_that_cannot_be_read_back_is_no_object),
        cmocka_unit_test(a_body_that_gets_no_follower_is_digested_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

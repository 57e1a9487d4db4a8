/* SPDX-License-Identifier: MIT */
#include "upload_fixture.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "fail_calls.h"
#include "fail_memory.h"

static struct s3a_answer read_begin(struct store *store, const char *key)
{
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, key);
    struct s3a_answer answer;

    assert_int_equal(store_call(store, &get, S3A_STR(""), &answer), S3A_OK);
    assert_non_null(answer.stream);
    return answer;
}

static char read_byte(struct s3a_answer *answer, uint64_t position)
{
    char byte = 0;

    assert_int_equal(answer->stream->read(answer->stream, position, &byte, 1), 1);
    return byte;
}

static void any_range_comes_from_the_files_it_lies_in(void **state)
{
    (void)state;
    static const uint64_t seam = S3A_PART_SIZE_MIN;
    static const struct {
        uint64_t first;
        uint64_t last;
        bool is_of_several;
    } rows[] = {
        {0, 0, false},
        {0, seam - 1, false},
        {seam, seam, false},
        {seam - 1, seam, true},
        {seam - 1000, seam + 999, true},
        {seam + 999, seam + 5000, false},
        {0, seam + 999, true},
    };
    struct store store;
    struct upload upload;
    struct s3a_str first = body_make("a", seam);
    struct s3a_str last = body_make("b", 1000);
    char *all = malloc(MADE_SIZE);

    assert_non_null(all);
    memcpy(all, first.data, first.size);
    memcpy(all + first.size, last.data, last.size);
    store_open(&store);
    upload_make(&store, &upload, "k");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k");
        struct s3a_answer answer;
        uint64_t end = rows[i].last < MADE_SIZE ? rows[i].last + 1 : MADE_SIZE;
        get.range = (struct s3a_range){S3A_RANGE_FROM_TO, rows[i].first, rows[i].last};
        assert_bytes(&store, &get, s3a_str_make(all + rows[i].first, end - rows[i].first), &answer);
        assert_int_equal(answer.stream != NULL, rows[i].is_of_several);
        s3a_answer_fini(&answer);
    }
    free(all);
    free((char *)(uintptr_t)first.data);
    free((char *)(uintptr_t)last.data);
    store_close(&store);
}

static void who_reads_keeps_the_files(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_make(&store, &upload, "k");
    struct s3a_answer answer = read_begin(&store, "k");
    assert_int_equal(read_byte(&answer, 0), 'a');
    assert_int_equal(store_put(&store, "k", "other"), S3A_OK);
    store_reopen(&store); /* which removes what it can */
    assert_int_equal(blob_count(store.path), 2);
    assert_int_equal(read_byte(&answer, S3A_PART_SIZE_MIN), 'b');
    assert_int_equal(read_byte(&answer, 0), 'a');
    s3a_answer_fini(&answer);
    store_reopen(&store);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 0);
    assert_store_has(&store, "k", "other");
    store_close(&store);
}

/* They are removed while the store is open, too: with the next that goes. */
static void what_was_held_goes_with_the_next(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_make(&store, &upload, "k");
    assert_int_equal(store_put_large(&store, "next", "x", 100000), S3A_OK);
    assert_int_equal(store_put_large(&store, "later", "y", 100000), S3A_OK);
    struct s3a_answer answer = read_begin(&store, "k");
    assert_int_equal(store_delete(&store, "k"), S3A_OK);
    s3a_answer_fini(&answer);
    assert_int_equal(store_delete(&store, "next"), S3A_OK);
    while (blob_count(store.path) > 3) {
        sched_yield(); /* it may have been looked after just before the others were let go */
    }
    assert_int_equal(store_delete(&store, "later"), S3A_OK);
    s3a_objects_close(store.objects); /* waits for those who look after files */
    store.objects = NULL;
    assert_int_equal(blob_count(store.path), 0);
    store_reopen(&store);
    store_close(&store);
}

static void a_copy_of_it_keeps_the_files_too(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    struct s3a_op copy = op_of(S3A_OP_COPY_OBJECT, "copy");

    store_open(&store);
    upload_make(&store, &upload, "k");
    copy.source.bucket = S3A_STR(BUCKET);
    copy.source.key = S3A_STR("k");
    assert_int_equal(store_code(&store, &copy), S3A_CODE_NONE);
    assert_int_equal(store_delete(&store, "k"), S3A_OK);
    store_reopen(&store);
    struct s3a_answer answer = read_begin(&store, "copy");
    assert_int_equal(read_byte(&answer, S3A_PART_SIZE_MIN), 'b');
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void a_file_that_is_lost_breaks_it_off(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    char byte;

    store_open(&store);
    upload_make(&store, &upload, "k");
    struct s3a_answer answer = read_begin(&store, "k");
    assert_int_equal(read_byte(&answer, 0), 'a');
    fail_calls_at(FAIL_CALL_OPEN, 1, 1, EIO);
    assert_int_equal(answer.stream->read(answer.stream, S3A_PART_SIZE_MIN, &byte, 1), -1);
    assert_int_equal(fail_calls_end(), 1);
    assert_int_equal(read_byte(&answer, S3A_PART_SIZE_MIN), 'b');
    assert_int_equal(answer.stream->read(answer.stream, MADE_SIZE, &byte, 1), -1);
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void read_without_memory(void *arg)
{
    struct store *store = arg;
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k");
    struct s3a_answer answer;

    (void)store_call(store, &get, S3A_STR(""), &answer);
    assert_true(answer.status == S3A_OK || answer.status == S3A_NO_MEMORY);
    assert_int_equal(answer.stream != NULL, answer.status == S3A_OK);
    s3a_answer_fini(&answer);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_make(&store, &upload, "k");
    fail_malloc_sweep(read_without_memory, &store);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_range_comes_from_the_files_it_lies_in),
        cmocka_unit_test(who_reads_keeps_the_files),
        cmocka_unit_test(what_was_held_goes_with_the_next),
        cmocka_unit_test(a_copy_of_it_keeps_the_files_too),
        cmocka_unit_test(a_file_that_is_lost_breaks_it_off),
        cmocka_unit_test(without_memory_it_says_so),
    };
    fail_memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

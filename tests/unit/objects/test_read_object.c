/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail_calls.h"
#include "fail_malloc.h"
#include "fail_vfs.h"

#define LARGE (2 * S3A_INLINE_SIZE_MAX)

static struct s3a_op get_of(const char *key)
{
    return op_of(S3A_OP_GET_OBJECT, key);
}

static int read_status(struct store *store, const struct s3a_op *op)
{
    struct s3a_answer answer;

    (void)store_call(store, op, s3a_str_of(NULL), &answer);
    int http_status = answer.http_status;
    s3a_answer_fini(&answer);
    return http_status;
}

static void an_object_comes_with_all_that_was_kept(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, "k");
    struct s3a_answer answer;

    store_open(&store);
    assert_true(s3a_headers_add(&op.headers, S3A_STR("expires"), S3A_STR("soon")));
    assert_int_equal(store_do(&store, &op, S3A_STR("hello")), S3A_OK);
    for (int i = 0; i < 2; i++) {
        op = get_of("k");
        op.kind = i == 0 ? S3A_OP_GET_OBJECT : S3A_OP_HEAD_OBJECT;
        assert_int_equal(store_call(&store, &op, s3a_str_of(NULL), &answer), S3A_OK);
        assert_int_equal(answer.http_status, 200);
        assert_string_equal(answer.etag, "\"5d41402abc4b2a76b9719d911017c592\"");
        assert_str(s3a_headers_find(&answer.headers, "expires"), "soon");
        assert_int_equal(answer.object_size, 5);
        assert_int_equal(answer.range_size, 5);
        assert_true(answer.modified_ms > 0 && answer.date_ms >= answer.modified_ms);
        assert_str(s3a_buf_str(&answer.body), i == 0 ? "hello" : "");
        s3a_answer_fini(&answer);
    }
    store_close(&store);
}

static void what_is_not_there_is_404(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = get_of("k");
    struct s3a_answer answer;
    struct s3a_objects_options options = {.directory = store.path};

    store_open(&store);
    (void)store_call(&store, &op, s3a_str_of(NULL), &answer);
    assert_int_equal(answer.code, S3A_CODE_NO_SUCH_KEY); /* a bucket that a put would make */
    s3a_answer_fini(&answer);
    s3a_objects_close(store.objects);
    assert_int_equal(s3a_objects_open(&options, &store.objects, NULL), S3A_OK);
    (void)store_call(&store, &op, s3a_str_of(NULL), &answer);
    assert_int_equal(answer.code, S3A_CODE_NO_SUCH_BUCKET);
    s3a_answer_fini(&answer);
    store_reopen(&store);
    assert_int_equal(store_put(&store, "other", "x"), S3A_OK);
    (void)store_call(&store, &op, s3a_str_of(NULL), &answer);
    assert_int_equal(answer.code, S3A_CODE_NO_SUCH_KEY);
    assert_true(answer.date_ms > 0);
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void assert_range(struct store *store, const char *key, struct s3a_range range,
                         int http_status, uint64_t offset, uint64_t size)
{
    struct s3a_op op = get_of(key);
    struct s3a_answer answer;
    struct s3a_str whole = body_make("range", LARGE);

    op.range = range;
    (void)store_call(store, &op, s3a_str_of(NULL), &answer);
    assert_int_equal(answer.http_status, http_status);
    assert_int_equal(answer.range_offset, offset);
    assert_int_equal(answer.range_size, size);
    if (answer.file.fd >= 0) {
        assert_int_equal(answer.file.offset, offset);
        assert_int_equal(answer.file.size, size);
    } else if (size > 0) {
        assert_true(
            s3a_str_equal(s3a_buf_str(&answer.body), s3a_str_make(whole.data + offset, size)));
    }
    s3a_answer_fini(&answer);
    free((void *)(uintptr_t)whole.data);
}

static void ranges_are_cut_from_small_and_large_bodies_alike(void **state)
{
    (void)state;
    struct store store;
    static const uint64_t sizes[] = {1000, LARGE};

    store_open(&store);
    for (int i = 0; i < 2; i++) {
        uint64_t size = sizes[i];
        assert_int_equal(store_put_large(&store, "k", "range", size), S3A_OK);
        assert_range(&store, "k", (struct s3a_range){S3A_RANGE_FROM_TO, 10, 19}, 206, 10, 10);
        assert_range(&store, "k", (struct s3a_range){S3A_RANGE_FROM, size - 1, 0}, 206, size - 1,
                     1);
        assert_range(&store, "k", (struct s3a_range){S3A_RANGE_SUFFIX, 3, 0}, 206, size - 3, 3);
        assert_range(&store, "k", (struct s3a_range){S3A_RANGE_FROM, size, 0}, 416, 0, 0);
    }
    store_close(&store);
}

static void not_modified_and_failed_come_with_the_etag(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = get_of("k");
    struct s3a_answer answer;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "k", "large", LARGE), S3A_OK);
    op.if_none_match = S3A_STR("*");
    (void)store_call(&store, &op, s3a_str_of(NULL), &answer);
    assert_int_equal(answer.http_status, 304);
    assert_int_equal(answer.status, S3A_NOT_MODIFIED);
    assert_int_not_equal(answer.etag[0], '\0');
    assert_true(answer.modified_ms > 0);
    assert_int_equal(answer.file.fd, -1);
    s3a_answer_fini(&answer);

    op = get_of("k");
    op.if_match = S3A_STR("\"x\"");
    (void)store_call(&store, &op, s3a_str_of(NULL), &answer);
    assert_int_equal(answer.http_status, 412);
    assert_str(answer.condition, "If-Match");
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void a_body_larger_than_the_caller_takes_is_refused(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = get_of("k");
    struct s3a_answer answer;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "12345"), S3A_OK);
    s3a_answer_init(&answer, 4);
    s3a_objects_read(store.objects, &op, &answer);
    assert_int_equal(answer.status, S3A_TOO_LARGE);
    assert_int_equal(answer.body.size, 0);
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void a_large_body_is_read_to_its_end_though_it_was_replaced(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = get_of("k");
    struct s3a_answer answer;
    static char bytes[LARGE];

    store_open(&store);
    assert_int_equal(store_put_large(&store, "k", "first", LARGE), S3A_OK);
    assert_int_equal(store_call(&store, &op, s3a_str_of(NULL), &answer), S3A_OK);
    assert_int_equal(store_put_large(&store, "k", "second", LARGE), S3A_OK);
    store_reopen(&store);
    assert_int_equal(blob_count(store.path), 1);
    assert_int_equal(pread(answer.file.fd, bytes, LARGE, 0), LARGE);
    assert_true(body_is(s3a_str_make(bytes, LARGE), "first"));
    s3a_answer_fini(&answer);
    store_close(&store);
}

struct race {
    struct store *store;
    const char *text; /* NULL: delete */
};

/* Comes between the look at the row and the opening of the file; another process, so to say. */
static void replace(void *arg)
{
    struct race *race = arg;
    struct s3a_objects_options options = {.directory = race->store->path};
    struct store other = *race->store;

    assert_int_equal(s3a_objects_open(&options, &other.objects, NULL), S3A_OK);
    assert_int_equal(race->text ? store_put_large(&other, "k", race->text, LARGE)
                                : store_delete(&other, "k"),
                     S3A_OK);
    s3a_objects_close(other.objects); /* and has removed the file */
}

static void an_object_that_is_replaced_while_it_is_opened_is_the_new_one(void **state)
{
    (void)state;
    struct store store;
    struct race race = {&store, "second"};
    struct s3a_buf body;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "k", "first", LARGE), S3A_OK);
    s3a_buf_init(&body, SIZE_MAX - 1);
    fail_calls_hook(FAIL_CALL_OPEN, 1, replace, &race);
    assert_int_equal(store_read(&store, "k", &body), S3A_OK);
    assert_int_equal(fail_calls_end(), 1);
    assert_true(body_is(s3a_buf_str(&body), "second"));
    s3a_buf_fini(&body);

    struct s3a_op op = get_of("k");
    struct s3a_answer answer;
    race.text = NULL;
    fail_calls_hook(FAIL_CALL_OPEN, 1, replace, &race);
    (void)store_call(&store, &op, s3a_str_of(NULL), &answer);
    assert_int_equal(fail_calls_end(), 1);
    assert_int_equal(answer.code, S3A_CODE_NO_SUCH_KEY);
    assert_string_equal(answer.etag, ""); /* nothing of what is gone */
    assert_int_equal(answer.headers.count, 0);
    assert_int_equal(answer.object_size, 0);
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void with_the_file_of(struct store *store, int (*change)(const char *path))
{
    char path[512];
    struct dirent *entry;

    for (int i = 0; i < 256; i++) {
        snprintf(path, sizeof(path), "%s/blobs/%02x", store->path, (unsigned)i);
        DIR *shelf = opendir(path);
        while (shelf && (entry = readdir(shelf))) {
            if (entry->d_name[0] != '.') {
                snprintf(path, sizeof(path), "%s/blobs/%02x/%s", store->path, (unsigned)i,
                         entry->d_name);
                assert_int_equal(change(path), 0);
            }
        }
        if (shelf) {
            closedir(shelf);
        }
    }
}

static int cut(const char *path)
{
    return truncate(path, LARGE - 1);
}

static void a_file_that_is_lost_or_cut_is_damage_and_never_a_body(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = get_of("k");

    store_open(&store);
    assert_int_equal(store_put_large(&store, "k", "large", LARGE), S3A_OK);
    with_the_file_of(&store, cut);
    assert_int_equal(read_status(&store, &op), 500);
    with_the_file_of(&store, unlink);
    assert_int_equal(read_status(&store, &op), 500);
    assert_int_equal(store_do(&store, &op, s3a_str_of(NULL)), S3A_CORRUPT);
    store_close(&store);
}

static void a_row_that_is_damaged_is_not_given_out(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "UPDATE objects SET etag = printf('%0200d', 1)",
        "UPDATE objects SET size = size + 1",
        "UPDATE objects SET headers = 'no colon'",
        "UPDATE objects SET blob = '../../../etc/passwd', body = NULL",
    };
    struct s3a_op op = get_of("k");
    char path[128];

    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        struct store store;
        sqlite3 *sqlite;
        store_open(&store);
        assert_int_equal(store_put(&store, "k", "x"), S3A_OK);
        snprintf(path, sizeof(path), "%s/s3atomic.db", store.path);
        assert_int_equal(sqlite3_open(path, &sqlite), SQLITE_OK);
        assert_int_equal(sqlite3_exec(sqlite, damages[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(sqlite);
        assert_int_equal(read_status(&store, &op), 500);
        store_close(&store);
    }
}

/* Never is that taken for an object that does not exist: somebody would create it anew. */
static void an_object_that_the_disk_does_not_give_out_is_not_missing(void **state)
{
    (void)state;
    struct store store;
    struct s3a_op op = get_of("k");
    int failures = 1;
    int nth;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "hello"), S3A_OK);
    for (nth = 1; failures > 0; nth++) {
        store_reopen(&store); /* with nothing in memory */
        fail_vfs_at(FAIL_READ, nth, 1);
        enum s3a_status status = store_do(&store, &op, s3a_str_of(NULL));
        failures = fail_vfs_end();
        assert_true(status == S3A_OK || (failures > 0 && status == S3A_LATER));
        assert_store_has(&store, "k", "hello");
    }
    assert_true(nth > 4);
    store_close(&store);
}

static void get_without_memory(void *arg)
{
    struct store *store = arg;
    struct s3a_op op = get_of("k");
    struct s3a_answer answer;
    enum s3a_status status = store_call(store, &op, s3a_str_of(NULL), &answer);

    if (status == S3A_OK) {
        assert_str(s3a_buf_str(&answer.body), "hello");
    } else {
        assert_int_equal(status, S3A_NO_MEMORY);
        assert_int_equal(answer.http_status, 503);
        assert_int_equal(answer.body.size, 0);
    }
    s3a_answer_fini(&answer);
}

static void without_memory_there_is_no_half_an_answer(void **state)
{
    (void)state;
    struct store store;

    store_open(&store);
    assert_int_equal(store_put(&store, "k", "hello"), S3A_OK);
    fail_malloc_sweep(get_without_memory, &store);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_comes_with_all_that_was_kept),
        cmocka_unit_test(what_is_not_there_is_404),
        cmocka_unit_test(ranges_are_cut_from_small_and_large_bodies_alike),
        cmocka_unit_test(not_modified_and_failed_come_with_the_etag),
        cmocka_unit_test(a_body_larger_than_the_caller_takes_is_refused),
        cmocka_unit_test(a_large_body_is_read_to_its_end_though_it_was_replaced),
        cmocka_unit_test(an_object_that_is_replaced_while_it_is_opened_is_the_new_one),
        cmocka_unit_test(a_file_that_is_lost_or_cut_is_damage_and_never_a_body),
        cmocka_unit_test(a_row_that_is_damaged_is_not_given_out),
        cmocka_unit_test(an_object_that_the_disk_does_not_give_out_is_not_missing),
        cmocka_unit_test(without_memory_there_is_no_half_an_answer),
    };
    fail_vfs_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

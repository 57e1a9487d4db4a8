/* SPDX-License-Identifier: MIT */
#include "upload_fixture.h"

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>

#include "fail_calls.h"
#include "fail_memory.h"

static struct s3a_op copy_op(const struct upload *upload, uint32_t number, const char *from)
{
    struct s3a_op op = upload_op(S3A_OP_COPY_PART, upload);

    op.part_number = number;
    op.source.bucket = S3A_STR(BUCKET);
    op.source.key = s3a_str_of(from);
    return op;
}

static void list_copy(struct store *store, struct upload *upload, const struct s3a_op *op)
{
    char *etag = upload->etags[upload->count];
    struct s3a_answer answer;

    assert_int_equal(store_call(store, op, S3A_STR(""), &answer), S3A_OK);
    strcpy(etag, answer.etag);
    assert_true(answer.modified_ms > 0);
    strcpy(upload->checksums[upload->count], answer.checksum.text);
    upload->parts[upload->count] =
        (struct s3a_listed_part){.number = op->part_number,
                                 .etag = s3a_str_of(etag),
                                 .checksum_kind = answer.checksum.kind,
                                 .checksum = s3a_str_of(upload->checksums[upload->count])};
    upload->count++;
    s3a_answer_fini(&answer);
}

static void parts_are_copied_from_whatever_the_source_lies_in(void **state)
{
    (void)state;
    struct store store;
    struct upload source;
    struct upload upload;
    struct s3a_op get = op_of(S3A_OP_GET_OBJECT, "k");
    char *all = malloc(S3A_PART_SIZE_MIN + 1);

    assert_non_null(all);
    store_open(&store);
    upload_make(&store, &source, "parts");
    assert_int_equal(store_put(&store, "small", "small"), S3A_OK);
    upload_begin(&store, &upload, "k");
    struct s3a_op op = copy_op(&upload, 1, "parts");
    op.source.range = (struct s3a_range){S3A_RANGE_FROM_TO, 1, S3A_PART_SIZE_MIN};
    list_copy(&store, &upload, &op);
    op = copy_op(&upload, 2, "small");
    op.source.range = (struct s3a_range){S3A_RANGE_FROM_TO, 1, 1};
    list_copy(&store, &upload, &op);
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NONE);
    struct s3a_str first = body_make("a", S3A_PART_SIZE_MIN);
    memcpy(all, first.data + 1, S3A_PART_SIZE_MIN - 1);
    memcpy(all + S3A_PART_SIZE_MIN - 1, "bm", 2);
    assert_bytes(&store, &get, s3a_str_make(all, S3A_PART_SIZE_MIN + 1), NULL);
    free((char *)(uintptr_t)first.data);
    free(all);
    store_close(&store);
}

/* Whatever the source was checked by; all as Python computes them. */
static void a_copy_is_checked_as_its_upload_is_to_be(void **state)
{
    (void)state;
    struct store store;
    struct upload source;
    struct upload upload;
    struct s3a_op head = op_of(S3A_OP_HEAD_OBJECT, "k");
    struct s3a_answer answer;

    store_open(&store);
    upload_make_checked(&store, &source, "parts", S3A_CHECKSUM_COMPOSITE);
    assert_int_equal(store_put(&store, "small", "small"), S3A_OK);
    upload_begin_checked(
        &store, &upload, "k",
        (struct s3a_checksum_choice){S3A_CHECKSUM_CRC32, S3A_CHECKSUM_FULL_OBJECT});
    struct s3a_op op = copy_op(&upload, 1, "parts");
    list_copy(&store, &upload, &op);
    assert_string_equal(upload.checksums[0], "23belg==");
    op = copy_op(&upload, 2, "small");
    list_copy(&store, &upload, &op);
    assert_string_equal(upload.checksums[1], "dUXqEw==");
    assert_int_equal(upload_complete(&store, &upload), S3A_CODE_NONE);
    assert_int_equal(store_call(&store, &head, S3A_STR(""), &answer), S3A_OK);
    assert_string_equal(answer.checksum.text, "3zj+Pw==");
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void what_cannot_be_copied_is_said_and_leaves_nothing(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    struct s3a_op op = copy_op(&upload, 1, "none");
    assert_int_equal(store_code(&store, &op), S3A_CODE_NO_SUCH_KEY);
    assert_int_equal(store_put(&store, "x", "x"), S3A_OK);
    op = copy_op(&upload, 1, "x");
    op.source.if_match = S3A_STR("\"other\"");
    assert_int_equal(store_code(&store, &op), S3A_CODE_PRECONDITION_FAILED);
    op = copy_op(&upload, 1, "x");
    op.source.range = (struct s3a_range){S3A_RANGE_FROM_TO, 0, 1};
    assert_int_equal(store_code(&store, &op), S3A_CODE_INVALID_ARGUMENT);
    op.source.range = (struct s3a_range){S3A_RANGE_FROM_TO, 5, 6};
    assert_int_equal(store_code(&store, &op), S3A_CODE_INVALID_REQUEST);
    op = copy_op(&upload, 1, "x");
    op.upload_id = S3A_STR("none");
    assert_int_equal(store_code(&store, &op), S3A_CODE_NO_SUCH_UPLOAD);
    assert_int_equal(blob_count(store.path), 0);
    store_close(&store);
}

static void a_disk_that_fails_copies_no_part(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    int failures = 1;

    for (int nth = 1; failures > 0; nth++) {
        store_open(&store);
        assert_int_equal(store_put_large(&store, "large", "x", 300000), S3A_OK);
        upload_begin(&store, &upload, "k");
        struct s3a_op op = copy_op(&upload, 1, "large");
        fail_calls_at(FAIL_CALL_WRITE | FAIL_CALL_OPEN | FAIL_CALL_SYNC, nth, 1, ENOSPC);
        enum s3a_status status = store_do(&store, &op, S3A_STR(""));
        failures = fail_calls_end();
        assert_true(status == S3A_OK || failures > 0);
        store_reopen(&store);
        assert_int_equal(blob_count(store.path), status == S3A_OK ? 2 : 1);
        assert_int_equal(directory_count(store.path, "incoming"), 0);
        store_close(&store);
    }
}

struct pause {
    sem_t has_come;
    sem_t goes_on;
    sem_t is_done;
};

static void stand_still(void *arg)
{
    struct pause *pause = arg;

    assert_int_equal(sem_post(&pause->has_come), 0);
    assert_int_equal(sem_wait(&pause->goes_on), 0);
}

static void answered(struct s3a_write *write)
{
    struct pause *pause = write->user;

    assert_int_equal(sem_post(&pause->is_done), 0);
}

static void who_takes_it_back_need_not_wait_for_all_of_it(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    struct pause pause;
    struct s3a_answer answer;

    store_open(&store);
    assert_int_equal(store_put_large(&store, "large", "x", 4 * 1024 * 1024), S3A_OK);
    upload_begin(&store, &upload, "k");
    struct s3a_op op = copy_op(&upload, 1, "large");
    struct s3a_write write = {.op = &op, .answer = &answer, .done = answered, .user = &pause};
    s3a_answer_init(&answer, 0);
    assert_int_equal(sem_init(&pause.has_come, 0, 0) | sem_init(&pause.goes_on, 0, 0) |
                         sem_init(&pause.is_done, 0, 0),
                     0);
    fail_calls_hook(FAIL_CALL_WRITE, 1, stand_still, &pause);
    s3a_objects_submit(store.objects, &write);
    assert_int_equal(sem_wait(&pause.has_come), 0);
    assert_false(s3a_objects_withdraw(store.objects, &write)); /* it is told in a moment */
    assert_int_equal(sem_post(&pause.goes_on), 0);
    assert_int_equal(sem_wait(&pause.is_done), 0);
    (void)fail_calls_end();
    assert_int_equal(answer.status, S3A_LATER);
    assert_int_equal(blob_count(store.path), 1);
    assert_int_equal(directory_count(store.path, "incoming"), 0);
    s3a_answer_fini(&answer);
    sem_destroy(&pause.has_come);
    sem_destroy(&pause.goes_on);
    sem_destroy(&pause.is_done);
    store_close(&store);
}

static void without_a_thread_it_says_so(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    assert_int_equal(store_put(&store, "x", "x"), S3A_OK);
    upload_begin(&store, &upload, "k");
    struct s3a_op op = copy_op(&upload, 1, "x");
    fail_calls_at(FAIL_CALL_THREAD, 1, 1, EAGAIN);
    assert_int_equal(store_do(&store, &op, S3A_STR("")), S3A_LATER);
    assert_int_equal(fail_calls_end(), 1);
    list_copy(&store, &upload, &op);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_copied_from_whatever_the_source_lies_in),
        cmocka_unit_test(a_copy_is_checked_as_its_upload_is_to_be),
        cmocka_unit_test(what_cannot_be_copied_is_said_and_leaves_nothing),
        cmocka_unit_test(a_disk_that_fails_copies_no_part),
        cmocka_unit_test(who_takes_it_back_need_not_wait_for_all_of_it),
        cmocka_unit_test(without_a_thread_it_says_so),
    };
    fail_memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "upload_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail_memory.h"

static void parts_are_listed_page_by_page(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {1, 5, 9000};
    struct store store;
    struct upload upload;
    struct s3a_answer answer;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    for (size_t i = 3; i-- > 0;) {
        upload_add(&store, &upload, numbers[i], "a", 10 + i);
    }
    struct s3a_op list = upload_op(S3A_OP_LIST_PARTS, &upload);
    assert_int_equal(store_call(&store, &list, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.entry_count, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(answer.entries[i].part_number, numbers[i]);
        assert_int_equal(answer.entries[i].size, 10 + i);
    }
    assert_false(answer.truncated);
    s3a_answer_fini(&answer);
    list.has_keys_max = true;
    list.keys_max = 2;
    assert_int_equal(store_call(&store, &list, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.entry_count, 2);
    assert_true(answer.truncated);
    assert_int_equal(answer.next_part_marker, 5);
    s3a_answer_fini(&answer);
    list.part_marker = 5;
    assert_int_equal(store_call(&store, &list, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.entry_count, 1);
    assert_false(answer.truncated);
    s3a_answer_fini(&answer);
    list.upload_id = S3A_STR("none");
    assert_int_equal(store_code(&store, &list), S3A_CODE_NO_SUCH_UPLOAD);
    list.bucket = S3A_STR("another"); /* which the first write would make */
    assert_int_equal(store_code(&store, &list), S3A_CODE_NO_SUCH_UPLOAD);
    store_close(&store);
}

/* Everything, with a page of so many lines at a time, in one text. */
static void list_all(struct store *store, struct s3a_op op, uint32_t page, char *ret_text)
{
    char marker[64];
    char id[64];
    bool goes_on = true;

    op.kind = S3A_OP_LIST_UPLOADS;
    op.bucket = S3A_STR(BUCKET);
    op.has_keys_max = true;
    op.keys_max = page;
    *ret_text = '\0';
    while (goes_on) {
        struct s3a_answer answer;
        assert_int_equal(store_call(store, &op, S3A_STR(""), &answer), S3A_OK);
        assert_true(answer.entry_count <= page);
        for (size_t i = 0; i < answer.entry_count; i++) {
            const struct s3a_entry *entry = &answer.entries[i];
            sprintf(ret_text + strlen(ret_text), "%.*s ", S3A_STR_ARG(entry->name));
            snprintf(marker, sizeof(marker), "%.*s", S3A_STR_ARG(entry->name));
            snprintf(id, sizeof(id), "%.*s",
                     entry->is_prefix ? 0 : s3a_str_print_size(entry->upload_id),
                     entry->upload_id.data);
        }
        goes_on = answer.truncated;
        op.start_after = s3a_str_of(marker);
        op.upload_id = s3a_str_of(id);
        s3a_answer_fini(&answer);
    }
}

static void uploads_are_listed_in_order_page_by_page(void **state)
{
    (void)state;
    static const char *const keys[] = {"b", "a/2", "a/1", "c", "a", "b", "a/1", "b"};
    struct store store;
    struct upload upload;
    char text[256];

    store_open(&store);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        upload_begin(&store, &upload, keys[i]);
    }
    for (uint32_t page = 1; page < 10; page++) {
        list_all(&store, (struct s3a_op){0}, page, text);
        assert_string_equal(text, "a a/1 a/1 a/2 b b b c ");
        list_all(&store, (struct s3a_op){.delimiter = S3A_STR("/")}, page, text);
        assert_string_equal(text, "a a/ b b b c ");
        list_all(&store, (struct s3a_op){.prefix = S3A_STR("a/")}, page, text);
        assert_string_equal(text, "a/1 a/1 a/2 ");
        list_all(&store, (struct s3a_op){.start_after = S3A_STR("b")}, page, text);
        assert_string_equal(text, "c ");
        list_all(&store, (struct s3a_op){.start_after = S3A_STR("a/1")}, page, text);
        assert_string_equal(text, "a/2 b b b c ");
    }
    struct s3a_op none = {
        .kind = S3A_OP_LIST_UPLOADS, .bucket = S3A_STR(BUCKET), .has_keys_max = true};
    struct s3a_answer answer;
    assert_int_equal(store_call(&store, &none, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.entry_count, 0);
    assert_false(answer.truncated);
    s3a_answer_fini(&answer);
    none.bucket = S3A_STR("another");
    assert_int_equal(store_code(&store, &none), S3A_CODE_NO_SUCH_BUCKET);
    store_close(&store);
}

static void what_was_completed_is_not_listed(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;
    struct s3a_answer answer;
    struct s3a_op list = {.kind = S3A_OP_LIST_UPLOADS, .bucket = S3A_STR(BUCKET)};
    struct s3a_op attributes = op_of(S3A_OP_GET_ATTRIBUTES, "k");

    store_open(&store);
    upload_make_checked(&store, &upload, "k", S3A_CHECKSUM_FULL_OBJECT);
    assert_int_equal(store_call(&store, &list, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.entry_count, 0);
    s3a_answer_fini(&answer);
    attributes.attributes = S3A_ATTRIBUTE_PARTS;
    assert_int_equal(store_call(&store, &attributes, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.part_total, 2);
    assert_int_equal(answer.entry_count, 0); /* they are only counted */
    s3a_answer_fini(&answer);
    upload_make_checked(&store, &upload, "k", S3A_CHECKSUM_COMPOSITE);
    attributes.part_marker = 1;
    assert_int_equal(store_call(&store, &attributes, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.part_total, 2);
    assert_int_equal(answer.entry_count, 1);
    assert_int_equal(answer.entries[0].part_number, 2);
    assert_int_equal(answer.entries[0].size, 1000);
    assert_true(s3a_str_starts_with(answer.entries[0].checksums, "crc32="));
    s3a_answer_fini(&answer);
    store_close(&store);
}

static void list_without_memory(void *arg)
{
    struct store *store = arg;
    struct s3a_op list = {.kind = S3A_OP_LIST_UPLOADS, .bucket = S3A_STR(BUCKET)};
    enum s3a_status status = store_do(store, &list, S3A_STR(""));

    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    struct store store;
    struct upload upload;

    store_open(&store);
    upload_begin(&store, &upload, "k");
    fail_malloc_sweep(list_without_memory, &store);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_listed_page_by_page),
        cmocka_unit_test(uploads_are_listed_in_order_page_by_page),
        cmocka_unit_test(what_was_completed_is_not_listed),
        cmocka_unit_test(without_memory_it_says_so),
    };
    fail_memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail_malloc.h"
#include "lock_handle.h"

static struct s3a_lock_handle_info sample(void)
{
    return (struct s3a_lock_handle_info){
        .bucket = "jobs",
        .key = "nightly/a b\n\xc3\xa4.lock",
        .etag = "\"0123456789abcdef-7\"",
        .owner = "000102030405060708090a0b0c0d0eff",
        .token = (UINT64_C(1) << 53) - 1,
        .lease_ms = 60000,
    };
}

static void write_handle(const struct s3a_lock_handle_info *info, char *ret_handle)
{
    struct s3a_error error;

    assert_int_equal(s3a_lock_handle_write(info, ret_handle, &error), S3A_OK);
}

static void assert_refused(const char *handle)
{
    struct s3a_lock_handle_info info;
    struct s3a_error error;

    assert_int_equal(s3a_lock_handle_read(handle, &info, &error), S3A_INVALID);
    assert_string_equal(info.key, "");
    assert_non_null(strstr(error.message, "handle"));
}

static void a_handle_is_one_word_that_tells_all(void **state)
{
    (void)state;
    const struct s3a_lock_handle_info info = sample();
    struct s3a_lock_ticket ticket;
    struct s3a_error error;
    char handle[S3A_LOCK_HANDLE_SIZE];

    write_handle(&info, handle);
    for (const char *byte = handle; *byte; byte++) {
        assert_true(isalnum((unsigned char)*byte) || *byte == '-' || *byte == '_');
    }
    assert_int_equal(s3a_lock_ticket_read(handle, &ticket, &error), S3A_OK);
    assert_string_equal(ticket.info.bucket, info.bucket);
    assert_string_equal(ticket.info.key, info.key);
    assert_string_equal(ticket.info.etag, info.etag);
    assert_string_equal(ticket.info.owner, info.owner);
    assert_int_equal(ticket.info.token, info.token);
    assert_int_equal(ticket.info.lease_ms, info.lease_ms);
    assert_int_equal(ticket.grant.token, info.token);
    assert_int_equal(ticket.grant.owner[15], 0xff);
}

static void the_longest_there_can_be_fits(void **state)
{
    (void)state;
    struct s3a_lock_handle_info info = sample();
    struct s3a_lock_handle_info read;
    struct s3a_error error;
    char handle[S3A_LOCK_HANDLE_SIZE];

    memset(info.bucket, 'b', sizeof(info.bucket) - 1);
    memset(info.etag, 'e', sizeof(info.etag) - 1);
    memset(info.key, 'k', sizeof(info.key) - 1);
    memcpy(info.key + sizeof(info.key) - 6, ".lock", 6);
    info.lease_ms = 604800000;
    write_handle(&info, handle);
    assert_int_equal(s3a_lock_handle_read(handle, &read, &error), S3A_OK);
    assert_string_equal(read.key, info.key);
    assert_string_equal(read.etag, info.etag);
}

static void what_was_cut_or_changed_is_no_handle(void **state)
{
    (void)state;
    const struct s3a_lock_handle_info info = sample();
    char handle[S3A_LOCK_HANDLE_SIZE];
    char changed[S3A_LOCK_HANDLE_SIZE + 1];

    write_handle(&info, handle);
    for (size_t size = 0; handle[size]; size++) {
        snprintf(changed, sizeof(changed), "%.*s", (int)size, handle);
        assert_refused(changed);
        snprintf(changed, sizeof(changed), "%s", handle);
        changed[size] = changed[size] == 'x' ? 'y' : 'x';
        assert_refused(changed);
        changed[size] = '=';
        assert_refused(changed);
    }
    snprintf(changed, sizeof(changed), "%sA", handle);
    assert_refused(changed);
    snprintf(changed, sizeof(changed), "%s\n", handle);
    assert_refused(changed);
}

static void what_never_was_one_is_refused(void **state)
{
    (void)state;
    char huge[3 * S3A_LOCK_HANDLE_SIZE];

    assert_refused(NULL);
    assert_refused("");
    assert_refused("s3a1-");
    assert_refused("s3a1-A");
    assert_refused("s3a2-AAAA");
    assert_refused("nightly");
    memset(huge, 'A', sizeof(huge));
    memcpy(huge, "s3a1-", 5);
    for (size_t size = sizeof(huge) - 1; size > S3A_LOCK_HANDLE_SIZE - 400; size -= 7) {
        huge[size] = '\0';
        assert_refused(huge);
    }
    struct s3a_error error;
    assert_int_equal(s3a_lock_handle_read("s3a1-", NULL, &error), S3A_INVALID);
}

/* With a checksum that is right: what is within is judged as well. */
static void hostile_contents_are_refused(void **state)
{
    (void)state;
    struct s3a_lock_handle_info infos[12];
    char handle[S3A_LOCK_HANDLE_SIZE];
    size_t count = sizeof(infos) / sizeof(infos[0]);

    for (size_t i = 0; i < count; i++) {
        infos[i] = sample();
    }
    strcpy(infos[0].bucket, "../x");
    strcpy(infos[1].bucket, "");
    strcpy(infos[2].key, "no-suffix");
    strcpy(infos[3].key, "\xff.lock");
    strcpy(infos[4].etag, "");
    strcpy(infos[5].etag, "a b");
    strcpy(infos[6].etag, "a\r");
    strcpy(infos[7].owner, "000102030405060708090a0b0c0d0eFF");
    strcpy(infos[8].owner, "00");
    infos[9].token = UINT64_C(1) << 53;
    infos[10].lease_ms = 0;
    infos[11].lease_ms = 604800001;
    for (size_t i = 0; i < count; i++) {
        write_handle(&infos[i], handle);
        assert_refused(handle);
    }
}

static void random_words_are_refused(void **state)
{
    (void)state;
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    char word[64];

    srand(1);
    for (int round = 0; round < 2000; round++) {
        int size = 5 + rand() % 58;
        memcpy(word, "s3a1-", 5);
        for (int i = 5; i < size; i++) {
            word[i] = digits[rand() % 64];
        }
        word[size] = '\0';
        assert_refused(word);
    }
}

static void without_memory_there_is_none(void **state)
{
    (void)state;
    const struct s3a_lock_handle_info info = sample();
    char handle[S3A_LOCK_HANDLE_SIZE];
    struct s3a_error error;

    fail_malloc_at(1);
    enum s3a_status status = s3a_lock_handle_write(&info, handle, &error);
    assert_true(fail_malloc_happened());
    assert_int_equal(status, S3A_NO_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handle_is_one_word_that_tells_all),
        cmocka_unit_test(the_longest_there_can_be_fits),
        cmocka_unit_test(what_was_cut_or_changed_is_no_handle),
        cmocka_unit_test(what_never_was_one_is_refused),
        cmocka_unit_test(hostile_contents_are_refused),
        cmocka_unit_test(random_words_are_refused),
        cmocka_unit_test(without_memory_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

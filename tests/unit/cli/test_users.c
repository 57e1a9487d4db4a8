/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail_malloc.h"
#include "users.h"

static const char good[] = "# who      secret      rights      buckets\n"
                           "\n"
                           "root  s3cr3t/+=  read-write\n"
                           "\treader\tother \t read-only jobs ci-* \n"
                           "last s read-only *";

static void one_line_is_one_user(void **state)
{
    (void)state;
    struct s3a_users users;

    assert_int_equal(s3a_users_parse("users", good, strlen(good), &users, NULL), S3A_OK);
    assert_int_equal(users.count, 3);
    assert_string_equal(users.keys[0].access_key, "root");
    assert_string_equal(users.keys[0].secret_key, "s3cr3t/+=");
    assert_false(users.keys[0].read_only);
    assert_int_equal(users.keys[0].bucket_count, 0);
    assert_null(users.keys[0].buckets);
    assert_string_equal(users.keys[1].access_key, "reader");
    assert_string_equal(users.keys[1].secret_key, "other");
    assert_true(users.keys[1].read_only);
    assert_int_equal(users.keys[1].bucket_count, 2);
    assert_string_equal(users.keys[1].buckets[0], "jobs");
    assert_string_equal(users.keys[1].buckets[1], "ci-*");
    assert_string_equal(users.keys[2].access_key, "last");
    assert_int_equal(users.keys[2].bucket_count, 1);
    assert_string_equal(users.keys[2].buckets[0], "*");
    s3a_users_clear(&users);
}

static void what_is_wrong_is_shown_by_line_and_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *where;
        const char *what;
    } cases[] = {
        {"a b read-write\nroot", "users:2:5: ", "secret key is missing"},
        {"root secret", "users:1:12: ", "read-only or read-write is missing"},
        {"root secret rw", "users:1:13: ", "read-only or read-write has to stand here"},
        {"# x\n\n a/b secret read-only", "users:3:3: ", "neither '/' nor ','"},
        {"a s read-only\nb s read-only\na t read-only", "users:3:1: ", "further up"},
        {"a s read-only jobs Jobs", "users:1:20: ", "neither the name of a bucket"},
        {"a s read-only *x", "users:1:15: ", "neither the name of a bucket"},
        {"a s read-only jo", "users:1:15: ", "neither the name of a bucket"},
        {"a s read-only\r\n", "users:1:14: ", "CR LF"},
        {"a s\xc3\xa4 read-only", "users:1:4: ", "printable"},
        {"# only\n\n", "users: ", "nobody is in it"},
        {"", "users: ", "nobody is in it"},
    };
    struct s3a_users users;
    struct s3a_error error;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(
            s3a_users_parse("users", cases[i].text, strlen(cases[i].text), &users, &error),
            S3A_INVALID);
        if (strncmp(error.message, cases[i].where, strlen(cases[i].where)) != 0 ||
            !strstr(error.message, cases[i].what)) {
            fail_msg("%zu: %s", i, error.message);
        }
        assert_int_equal(users.count, 0);
    }
    assert_int_equal(s3a_users_parse("users", "a s\0 read-only", 14, &users, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "users:1:4: "));
}

static void keys_have_a_size(void **state)
{
    (void)state;
    struct s3a_users users;
    struct s3a_error error;
    char text[400];

    for (int size = 128; size <= 129; size++) {
        enum s3a_status wanted = size == 128 ? S3A_OK : S3A_INVALID;
        snprintf(text, sizeof(text), "%0*d s read-only", size, 1);
        assert_int_equal(s3a_users_parse("users", text, strlen(text), &users, &error), wanted);
        s3a_users_clear(&users);
        snprintf(text, sizeof(text), "a %0*d read-only", size, 1);
        assert_int_equal(s3a_users_parse("users", text, strlen(text), &users, &error), wanted);
        s3a_users_clear(&users);
    }
    assert_null(strstr(error.message, "0000"));
}

static void a_file_that_others_can_read_is_refused(void **state)
{
    (void)state;
    static const mode_t open_modes[] = {0604, 0602, 0644, 0620, 0666};
    static const mode_t closed_modes[] = {0600, 0400, 0640};
    char path[] = "/tmp/s3atomic-users-XXXXXX";
    int fd = mkstemp(path);
    struct s3a_users users;
    struct s3a_error error;

    assert_int_equal(write(fd, good, strlen(good)), strlen(good));
    for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
        assert_int_equal(fchmod(fd, open_modes[i]), 0);
        assert_int_equal(s3a_users_read(path, &users, &error), S3A_INVALID);
        assert_non_null(strstr(error.message, "chmod 600"));
        assert_non_null(strstr(error.message, path));
    }
    for (size_t i = 0; i < sizeof(closed_modes) / sizeof(closed_modes[0]); i++) {
        assert_int_equal(fchmod(fd, closed_modes[i]), 0);
        assert_int_equal(s3a_users_read(path, &users, &error), S3A_OK);
        assert_int_equal(users.count, 3);
        s3a_users_clear(&users);
    }
    close(fd);
    unlink(path);
    assert_int_equal(s3a_users_read(path, &users, &error), S3A_SYSTEM);
    assert_non_null(strstr(error.message, path));
}

static void parse(void *arg)
{
    struct s3a_users users;
    enum s3a_status status = s3a_users_parse("users", good, strlen(good), &users, NULL);

    (void)arg;
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_users_clear(&users);
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    fail_malloc_sweep(parse, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line_is_one_user),
        cmocka_unit_test(what_is_wrong_is_shown_by_line_and_column),
        cmocka_unit_test(keys_have_a_size),
        cmocka_unit_test(a_file_that_others_can_read_is_refused),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

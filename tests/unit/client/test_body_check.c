/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "body_check.h"
#include "puppet.h"

#define HEADER(name, value)                                                                        \
    {                                                                                              \
        S3A_STR_INIT(name), S3A_STR_INIT(value)                                                    \
    }

/* Of "hello". */
#define MD5 "5d41402abc4b2a76b9719d911017c592"
#define MD5_BASE64 "XUFAKrxLKna5cZ2REBfFkg=="
#define CRC32 "NhCmhg=="
#define LENGTH HEADER("content-length", "5")
#define ETAG HEADER("etag", "\"" MD5 "\"")

#define HEADERS_MAX 4

struct answer {
    struct s3a_header headers[HEADERS_MAX];
    const char *misfit_of_jello; /* NULL: cannot be told */
};

static const char *check(struct s3a_body_judge *judge, const char *bucket,
                         const struct answer *answer, const char *body)
{
    const struct s3a_op op = {.kind = S3A_OP_GET_OBJECT, .bucket = s3a_str_of(bucket)};
    struct s3a_body_check check;

    s3a_body_check_begin(&check, judge, &op, 200, answer->headers, HEADERS_MAX);
    s3a_body_check_add(&check, s3a_str_make(body, 2));
    s3a_body_check_add(&check, s3a_str_of(body + 2));
    return s3a_body_check_end(&check, judge);
}

static void assert_all(bool is_amazon, const struct answer *answers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct s3a_body_judge judge = {.is_amazon = is_amazon, .habit = S3A_ETAGS_ARE_MD5};
        assert_null(check(&judge, "bucket", &answers[i], "hello"));
        const char *misfit = check(&judge, "bucket", &answers[i], "jello");
        if (!answers[i].misfit_of_jello) {
            assert_null(misfit);
        } else if (!misfit || strcmp(misfit, answers[i].misfit_of_jello) != 0) {
            fail_msg("%zu: %s", i, misfit ? misfit : "fits");
        }
    }
}

static void the_best_word_counts(void **state)
{
    static const struct answer answers[] = {
        {{LENGTH, ETAG, HEADER("x-amz-checksum-crc32", CRC32)}, "checksum"},
        {{LENGTH, ETAG, HEADER("content-md5", MD5_BASE64)}, "Content-MD5"},
        {{LENGTH, HEADER("x-amz-checksum-crc32", CRC32), HEADER("content-md5", MD5_BASE64)},
         "checksum"},
        {{LENGTH, ETAG}, "ETag"},
        {{LENGTH, HEADER("etag", MD5)}, "ETag"},
        {{ETAG}, NULL}, /* nobody knows how long it will be */
        {{LENGTH, HEADER("etag", "\"" MD5 "-2\"")}, NULL},
        {{LENGTH, HEADER("etag", "\"5D41402ABC4B2A76B9719D911017C592\"")}, NULL},
        {{HEADER("content-length", "1048577"), ETAG}, NULL},
        {{LENGTH, HEADER("x-amz-checksum-crc32", CRC32 "-3")}, NULL},
        {{LENGTH, HEADER("x-amz-checksum-crc32", CRC32),
          HEADER("x-amz-checksum-type", "COMPOSITE")},
         NULL},
        {{LENGTH, HEADER("x-amz-checksum-xxhash3", CRC32)}, NULL},
        {{LENGTH, HEADER("content-md5", "nonsense")}, NULL},
        {{LENGTH, ETAG, HEADER("x-amz-server-side-encryption", "aws:kms")}, NULL},
        {{LENGTH, ETAG, HEADER("x-amz-server-side-encryption-customer-algorithm", "AES256")}, NULL},
    };

    (void)state;
    assert_all(true, answers, sizeof(answers) / sizeof(answers[0]));
    assert_all(false, answers, sizeof(answers) / sizeof(answers[0]));
}

static void what_amazon_means_by_aes256_others_do_not(void **state)
{
    static const struct answer amazon = {
        {LENGTH, ETAG, HEADER("x-amz-server-side-encryption", "AES256")}, "ETag"};
    static const struct answer other = {
        {LENGTH, ETAG, HEADER("x-amz-server-side-encryption", "AES256")}, NULL};

    (void)state;
    assert_all(true, &amazon, 1);
    assert_all(false, &other, 1);
}

static void a_directory_bucket_has_etags_of_its_own(void **state)
{
    static const struct answer answer = {{LENGTH, ETAG}, "ETag"};
    struct s3a_body_judge judge = {.is_amazon = true, .habit = S3A_ETAGS_ARE_MD5};

    (void)state;
    assert_null(check(&judge, "bucket--euw1-az1--x-s3", &answer, "jello"));
    assert_non_null(check(&judge, "bucket--euw1-az1", &answer, "jello"));
}

static void only_the_whole_of_an_object_is_measured(void **state)
{
    static const struct answer answer = {{LENGTH, ETAG}, "ETag"};
    const struct s3a_op get = {.kind = S3A_OP_GET_OBJECT};
    const struct s3a_op list = {.kind = S3A_OP_LIST_OBJECTS};
    struct s3a_body_judge judge = {.habit = S3A_ETAGS_ARE_MD5};
    struct s3a_body_check check;

    (void)state;
    s3a_body_check_begin(&check, &judge, &get, 206, answer.headers, 2);
    assert_int_equal(check.word, S3A_BODY_NO_WORD);
    s3a_body_check_begin(&check, &judge, &list, 200, answer.headers, 2);
    assert_int_equal(check.word, S3A_BODY_NO_WORD);
}

static void a_stores_habit_is_learned_from_what_we_write(void **state)
{
    static const struct s3a_header encrypted[] = {HEADER("x-amz-server-side-encryption", "AES256")};
    static const struct answer answer = {{LENGTH, ETAG}, "ETag"};
    struct s3a_body_judge judge = {.habit = S3A_ETAGS_UNKNOWN};

    (void)state;
    assert_null(check(&judge, "bucket", &answer, "jello"));
    s3a_body_judge_learn(&judge, S3A_STR("hello"), "\"v17\"", NULL, 0);
    s3a_body_judge_learn(&judge, S3A_STR("jello"), "\"" MD5 "\"", encrypted, 1);
    assert_int_equal(judge.habit, S3A_ETAGS_UNKNOWN);
    s3a_body_judge_learn(&judge, S3A_STR("hello"), "\"" MD5 "\"", NULL, 0);
    assert_int_equal(judge.habit, S3A_ETAGS_ARE_MD5);
    assert_non_null(check(&judge, "bucket", &answer, "jello"));
    /* One that is none is enough. */
    s3a_body_judge_learn(&judge, S3A_STR("jello"), "\"" MD5 "\"", NULL, 0);
    s3a_body_judge_learn(&judge, S3A_STR("hello"), "\"" MD5 "\"", NULL, 0);
    assert_int_equal(judge.habit, S3A_ETAGS_ARE_NOT);
    assert_null(check(&judge, "bucket", &answer, "jello"));
}

/* Damage does not strike twice in the same way. */
static void the_same_misfit_twice_is_another_kind_of_etag(void **state)
{
    static const struct answer answer = {{LENGTH, ETAG}, "ETag"};
    struct s3a_body_judge judge = {.habit = S3A_ETAGS_ARE_MD5};
    struct s3a_body_judge amazon = {.is_amazon = true, .habit = S3A_ETAGS_ARE_MD5};

    (void)state;
    assert_non_null(check(&judge, "bucket", &answer, "jello"));
    assert_non_null(check(&judge, "bucket", &answer, "cello"));
    assert_null(check(&judge, "bucket", &answer, "cello"));
    assert_non_null(check(&amazon, "bucket", &answer, "cello"));
    assert_non_null(check(&amazon, "bucket", &answer, "cello"));
}

/* Through the transport: what it is called, and that it is no value. */
static void a_damaged_body_is_a_read_that_failed(void **state)
{
    static const char damaged[] = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nx-amz-request-id: R1\r\n"
                                  "x-amz-checksum-crc32: " CRC32 "\r\nContent-Length: 5\r\n\r\n"
                                  "jello";
    static const char good[] = "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nx-amz-checksum-crc32: " CRC32
                               "\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    struct errand errand;
    struct line line;

    errand_init(&errand, *state, S3A_OP_GET_OBJECT, "k");
    errand.call.op.wants_checksum = true;
    errand_send(&errand);
    line_accept(*state, &line);
    assert_non_null(strstr(line_read(&line), "x-amz-checksum-mode: ENABLED\r\n"));
    line_send(&line, damaged);
    assert_int_equal(errand_wait(&errand), S3A_PROTOCOL);
    assert_non_null(strstr(errand_story(&errand), "a body that does not fit its checksum"));
    assert_string_equal(errand.call.answer.request_id, "R1");
    errand_fini(&errand);
    errand_init(&errand, *state, S3A_OP_GET_OBJECT, "k");
    errand_send(&errand);
    answer(&line, good, &errand, S3A_OK);
    errand_fini(&errand);
    line_close(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_word_counts),
        cmocka_unit_test(what_amazon_means_by_aes256_others_do_not),
        cmocka_unit_test(a_directory_bucket_has_etags_of_its_own),
        cmocka_unit_test(only_the_whole_of_an_object_is_measured),
        cmocka_unit_test(a_stores_habit_is_learned_from_what_we_write),
        cmocka_unit_test(the_same_misfit_twice_is_another_kind_of_etag),
        PUPPET_TEST(a_damaged_body_is_a_read_that_failed),
    };
    return cmocka_run_group_tests_name("body_check", tests, NULL, NULL);
}

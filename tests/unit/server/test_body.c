/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "body.h"
#include "fail_malloc.h"
#include "home.h"
#include "objects.h"
#include "sigv4.h"

#define SHA256_OF_HELLO "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
#define MD5_OF_HELLO "XUFAKrxLKna5cZ2REBfFkg=="

struct scene {
    struct s3a_home home;
    struct s3a_objects *objects;
};

static int set_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    assert_int_equal(s3a_home_init(&scene->home, NULL, false, NULL), S3A_OK);
    assert_int_equal(s3a_objects_open(&(struct s3a_objects_options){.directory = scene->home.path},
                                      &scene->objects, NULL),
                     S3A_OK);
    *state = scene;
    return 0;
}

static int clear_scene(void **state)
{
    struct scene *scene = *state;

    s3a_objects_close(scene->objects);
    s3a_home_fini(&scene->home);
    free(scene);
    return 0;
}

/* Takes a body in two pieces. */
static enum s3a_code take(struct scene *scene, const char *hash, const char *md5, const char *text,
                          const char **ret_message)
{
    struct s3a_str bytes = s3a_str_of(text);
    struct s3a_body body;
    enum s3a_code code = s3a_body_init(&body, scene->objects, s3a_str_of(hash), s3a_str_of(md5));

    if (code == S3A_CODE_NONE) {
        assert_int_equal(s3a_body_append(&body, s3a_str_make(bytes.data, bytes.size / 2)),
                         S3A_CODE_NONE);
        assert_int_equal(s3a_body_append(&body, s3a_str_skip(bytes, bytes.size / 2)),
                         S3A_CODE_NONE);
        code = s3a_body_end(&body);
        assert_int_equal(body.spool.size, bytes.size);
    }
    *ret_message = body.message;
    s3a_body_fini(&body);
    return code;
}

static void it_is_what_it_was_announced_to_be(void **state)
{
    const char *message;

    assert_int_equal(take(*state, SHA256_OF_HELLO, MD5_OF_HELLO, "hello", &message), S3A_CODE_NONE);
    assert_int_equal(take(*state, S3A_UNSIGNED_PAYLOAD, NULL, "hello", &message), S3A_CODE_NONE);
    assert_int_equal(take(*state, SHA256_OF_HELLO, NULL, "hellO", &message),
                     S3A_CODE_XAMZ_CONTENT_SHA256_MISMATCH);
    assert_int_equal(take(*state, S3A_UNSIGNED_PAYLOAD, MD5_OF_HELLO, "hellO", &message),
                     S3A_CODE_BAD_DIGEST);
}

static void an_announcement_that_is_none_is_refused(void **state)
{
    const char *message;

    assert_int_equal(take(*state, SHA256_OF_HELLO, "XUFA", "hello", &message),
                     S3A_CODE_INVALID_DIGEST);
    assert_int_equal(take(*state, SHA256_OF_HELLO, "", "hello", &message), S3A_CODE_INVALID_DIGEST);
    assert_int_equal(take(*state, "2cf2", NULL, "hello", &message), S3A_CODE_INVALID_ARGUMENT);
    assert_non_null(message);
}

/* Takes "hello", announced with headers of checksums. */
static enum s3a_code take_checked(struct scene *scene, const struct s3a_header *headers,
                                  size_t count)
{
    struct s3a_body body;
    enum s3a_code code =
        s3a_body_init(&body, scene->objects, S3A_STR(S3A_UNSIGNED_PAYLOAD), s3a_str_make(NULL, 0));

    for (size_t i = 0; code == S3A_CODE_NONE && i < count; i++) {
        code = s3a_body_expect(&body, &headers[i]);
    }
    if (code == S3A_CODE_NONE) {
        assert_int_equal(s3a_body_append(&body, S3A_STR("he")), S3A_CODE_NONE);
        assert_int_equal(s3a_body_append(&body, S3A_STR("llo")), S3A_CODE_NONE);
        code = s3a_body_end(&body);
    }
    s3a_body_fini(&body);
    return code;
}

#define HEADER(name, value)                                                                        \
    {                                                                                              \
        S3A_STR_INIT(name), S3A_STR_INIT(value)                                                    \
    }

static void any_checksum_is_checked(void **state)
{
    static const struct s3a_header good[] = {
        HEADER("x-amz-checksum-crc32", "NhCmhg=="),
        HEADER("x-amz-checksum-crc32c", "mnG7TA=="),
        HEADER("x-amz-checksum-crc64nvme", "M3eFcAZSQlc="),
        HEADER("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
        HEADER("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
        HEADER("x-amz-checksum-type", "FULL_OBJECT"),
        HEADER("x-amz-sdk-checksum-algorithm", "CRC32"),
    };
    static const struct s3a_header bad[] = {
        HEADER("x-amz-checksum-crc32", "NhCmhw=="),
        HEADER("x-amz-checksum-crc32c", "NhCmhg=="),
        HEADER("x-amz-checksum-crc64nvme", "M3eFcAZSQlg="),
        HEADER("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ04="),
        HEADER("x-amz-checksum-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCU="),
    };
    static const struct s3a_header none[] = {
        HEADER("x-amz-checksum-crc32", ""),
        HEADER("x-amz-checksum-crc32", "NhCmhg"),
        HEADER("x-amz-checksum-crc64nvme", "NhCmhg=="),
        HEADER("x-amz-checksum-xxhash64", "NhCmhg=="),
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(take_checked(*state, &good[i], 1), S3A_CODE_NONE);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(take_checked(*state, &bad[i], 1), S3A_CODE_BAD_DIGEST);
    }
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(take_checked(*state, &none[i], 1), S3A_CODE_INVALID_REQUEST);
    }
    assert_int_equal(take_checked(*state, good, 2), S3A_CODE_INVALID_REQUEST);
}

/* Takes a body in unsigned chunks. */
static enum s3a_code take_chunks(struct scene *scene, const char *size, const char *trailer,
                                 const char *text)
{
    const struct s3a_sigv4_claim claim = {.payload_hash =
                                              S3A_STR("STREAMING-UNSIGNED-PAYLOAD-TRAILER")};
    const struct s3a_body_chunks announced = {
        .claim = &claim, .size = s3a_str_of(size), .trailer = s3a_str_of(trailer)};
    struct s3a_body body;
    enum s3a_code code =
        s3a_body_init_chunks(&body, scene->objects, &announced, s3a_str_make(NULL, 0));

    if (code == S3A_CODE_NONE) {
        code = s3a_body_append(&body, s3a_str_of(text));
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_body_end(&body);
    }
    if (code == S3A_CODE_NONE) {
        assert_str(s3a_buf_str(&body.spool.memory), "hello");
    }
    s3a_body_fini(&body);
    return code;
}

#define CHUNKS(checksum) "2\r\nhe\r\n3\r\nllo\r\n0\r\n" checksum "\r\n"
#define CRC32 "x-amz-checksum-crc32"

static void chunks_make_a_body(void **state)
{
    assert_int_equal(take_chunks(*state, "5", CRC32, CHUNKS(CRC32 ":NhCmhg==\r\n")), S3A_CODE_NONE);
    assert_int_equal(take_chunks(*state, "5", NULL, CHUNKS("")), S3A_CODE_NONE);
    assert_int_equal(
        take_chunks(*state, "5", "x-amz-checksum-xxhash3", CHUNKS("x-amz-checksum-xxhash3:1\r\n")),
        S3A_CODE_INVALID_REQUEST);
    assert_int_equal(take_chunks(*state, "5", CRC32, CHUNKS(CRC32 ":NhCmhw==\r\n")),
                     S3A_CODE_BAD_DIGEST);
    assert_int_equal(take_chunks(*state, "5", CRC32, CHUNKS("")), S3A_CODE_BAD_DIGEST);
    assert_int_equal(take_chunks(*state, "6", NULL, CHUNKS("")), S3A_CODE_INCOMPLETE_BODY);
    assert_int_equal(take_chunks(*state, "5", NULL, "5\r\nhello\r\n"), S3A_CODE_INCOMPLETE_BODY);
    assert_int_equal(take_chunks(*state, "5", NULL, "hello"), S3A_CODE_INCOMPLETE_BODY);
    assert_int_equal(take_chunks(*state, "5", NULL, "hello\r\n"), S3A_CODE_INVALID_REQUEST);
    assert_int_equal(take_chunks(*state, "many", NULL, CHUNKS("")),
                     S3A_CODE_MISSING_CONTENT_LENGTH);
    assert_int_equal(take_chunks(*state, NULL, NULL, CHUNKS("")), S3A_CODE_MISSING_CONTENT_LENGTH);
}

static void the_file_of_a_large_body_goes_with_it(void **state)
{
    struct scene *scene = *state;
    size_t size = S3A_INLINE_SIZE_MAX + 1;
    char *bytes = calloc(1, size);
    char path[4096];
    struct s3a_body body;

    assert_int_equal(
        s3a_body_init(&body, scene->objects, S3A_STR(S3A_UNSIGNED_PAYLOAD), s3a_str_make(NULL, 0)),
        S3A_CODE_NONE);
    assert_int_equal(s3a_body_append(&body, s3a_str_make(bytes, size)), S3A_CODE_NONE);
    snprintf(path, sizeof(path), "%s/incoming/%s", scene->home.path, body.spool.id);
    assert_int_equal(access(path, F_OK), 0);
    s3a_body_fini(&body);
    assert_int_not_equal(access(path, F_OK), 0);
    free(bytes);
}

static void take_hello(void *arg)
{
    struct scene *scene = arg;
    struct s3a_body body;
    enum s3a_code code =
        s3a_body_init(&body, scene->objects, S3A_STR(SHA256_OF_HELLO), S3A_STR(MD5_OF_HELLO));

    if (code == S3A_CODE_NONE) {
        code = s3a_body_append(&body, S3A_STR("hello"));
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_body_end(&body);
    }
    s3a_body_fini(&body);
    assert_true(code == S3A_CODE_NONE || code == S3A_CODE_INTERNAL_ERROR ||
                code == S3A_CODE_SERVICE_UNAVAILABLE);
}

static void without_memory_it_says_so(void **state)
{
    fail_malloc_sweep(take_hello, *state);
}

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(it_is_what_it_was_announced_to_be),
        SCENE_TEST(an_announcement_that_is_none_is_refused),
        SCENE_TEST(any_checksum_is_checked),
        SCENE_TEST(chunks_make_a_body),
        SCENE_TEST(the_file_of_a_large_body_goes_with_it),
        SCENE_TEST(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "auth.h"
#include "fail_malloc.h"

#define MINUTE_MS (60 * INT64_C(1000))
#define NOW_MS INT64_C(1795492732000) /* 24 November 2026 */

static const struct s3a_server_key keys[] = {{"first", "secret-1"},
                                             {"second", "secret-2", .read_only = true}};

struct scene {
    struct s3a_keyring *keyring;
    struct s3a_auth auth;
    struct s3a_pool pool;
    struct s3a_buf authorization;
    struct s3a_header headers[8];
    struct s3a_sigv4_incoming incoming;
    struct s3a_sigv4_claim claim;
    const char *message;
};

static void set_scene(struct scene *scene)
{
    *scene = (struct scene){0};
    assert_int_equal(s3a_keyring_new(keys, 2, &scene->keyring, NULL), S3A_OK);
    assert_int_equal(s3a_auth_init(&scene->auth, scene->keyring), S3A_OK);
    s3a_buf_init(&scene->authorization, 10000);
}

static void clear_scene(struct scene *scene)
{
    s3a_buf_fini(&scene->authorization);
    s3a_pool_fini(&scene->pool);
    s3a_auth_fini(&scene->auth);
    s3a_keyring_unref(scene->keyring);
}

/* GET /b/k, signed at a time with a pair. */
static void sign(struct scene *scene, int64_t time_ms, const char *access_key,
                 const char *secret_key, const char *token)
{
    static char date[S3A_DATE_BASIC_SIZE + 1];
    struct s3a_sigv4_key key = {0};
    struct s3a_credentials credentials = {s3a_str_of(access_key), s3a_str_of(secret_key),
                                          s3a_str_of(token)};
    struct s3a_sigv4_scope scope = {.region = S3A_STR_INIT("us-east-1"),
                                    .service = S3A_STR_INIT("s3")};
    struct s3a_sigv4_request request = {.method = S3A_STR_INIT("GET"),
                                        .path = S3A_STR_INIT("/b/k"),
                                        .payload_hash = S3A_STR_INIT(S3A_UNSIGNED_PAYLOAD),
                                        .headers = scene->headers};

    s3a_date_basic(time_ms, date);
    scope.date = s3a_str_of(date);
    scene->headers[0] = (struct s3a_header){S3A_STR("host"), S3A_STR("h")};
    scene->headers[1] = (struct s3a_header){S3A_STR("x-amz-date"), scope.date};
    scene->headers[2] =
        (struct s3a_header){S3A_STR("x-amz-content-sha256"), S3A_STR(S3A_UNSIGNED_PAYLOAD)};
    request.header_count = 3;
    if (token) {
        scene->headers[request.header_count++] =
            (struct s3a_header){S3A_STR("x-amz-security-token"), s3a_str_of(token)};
    }
    s3a_buf_clear(&scene->authorization);
    s3a_sigv4_authorization(&scene->authorization, &key, &credentials, &scope, &request);
    scene->headers[request.header_count] =
        (struct s3a_header){S3A_STR("authorization"), s3a_buf_str(&scene->authorization)};
    scene->incoming = (struct s3a_sigv4_incoming){request.method, request.path, request.query,
                                                  scene->headers, request.header_count + 1};
}

static enum s3a_code check(struct scene *scene, int64_t now_ms, int64_t store_ms)
{
    return s3a_auth_check(&scene->auth, &scene->pool, &scene->incoming, now_ms, store_ms,
                          &scene->claim, &scene->message);
}

static void each_pair_is_known_by_its_own_secret(void **state)
{
    (void)state;
    struct scene scene;

    set_scene(&scene);
    sign(&scene, NOW_MS, "first", "secret-1", NULL);
    assert_int_equal(check(&scene, NOW_MS, NOW_MS), S3A_CODE_NONE);
    assert_str(scene.claim.access_key, "first");
    assert_false(s3a_auth_rights(&scene.auth, &scene.claim)->read_only);
    sign(&scene, NOW_MS, "second", "secret-2", NULL);
    assert_int_equal(check(&scene, NOW_MS, NOW_MS), S3A_CODE_NONE);
    assert_true(s3a_auth_rights(&scene.auth, &scene.claim)->read_only);
    sign(&scene, NOW_MS, "second", "secret-1", NULL);
    assert_int_equal(check(&scene, NOW_MS, NOW_MS), S3A_CODE_SIGNATURE_DOES_NOT_MATCH);
    sign(&scene, NOW_MS, "third", "secret-1", NULL);
    assert_int_equal(check(&scene, NOW_MS, NOW_MS), S3A_CODE_INVALID_ACCESS_KEY_ID);
    clear_scene(&scene);
}

static void the_signing_key_follows_the_day(void **state)
{
    (void)state;
    struct scene scene;

    set_scene(&scene);
    for (int day = 0; day < 3; day++) {
        int64_t now_ms = NOW_MS + day * 24 * 60 * MINUTE_MS;
        sign(&scene, now_ms, "first", "secret-1", NULL);
        assert_int_equal(check(&scene, now_ms, now_ms), S3A_CODE_NONE);
    }
    clear_scene(&scene);
}

static void either_clock_will_do(void **state)
{
    (void)state;
    static const int64_t far = 100 * MINUTE_MS;
    struct scene scene;

    set_scene(&scene);
    sign(&scene, NOW_MS, "first", "secret-1", NULL);
    assert_int_equal(check(&scene, NOW_MS + far, NOW_MS + 14 * MINUTE_MS), S3A_CODE_NONE);
    assert_int_equal(check(&scene, NOW_MS - 14 * MINUTE_MS, NOW_MS - far), S3A_CODE_NONE);
    assert_int_equal(check(&scene, NOW_MS - 16 * MINUTE_MS, NOW_MS + 16 * MINUTE_MS),
                     S3A_CODE_REQUEST_TIME_TOO_SKEWED);
    clear_scene(&scene);
}

static void nobody_is_denied_and_a_token_is_nobodys(void **state)
{
    (void)state;
    struct scene scene;

    set_scene(&scene);
    sign(&scene, NOW_MS, "first", "secret-1", NULL);
    scene.incoming.header_count--;
    assert_int_equal(check(&scene, NOW_MS, NOW_MS), S3A_CODE_ACCESS_DENIED);
    sign(&scene, NOW_MS, "first", "secret-1", "token");
    assert_int_equal(check(&scene, NOW_MS, NOW_MS), S3A_CODE_INVALID_TOKEN);
    assert_non_null(scene.message);
    clear_scene(&scene);
}

static void without_memory_nobody_gets_in(void **state)
{
    (void)state;
    struct scene scene;

    set_scene(&scene);
    sign(&scene, NOW_MS, "first", "secret-1", NULL);
    for (unsigned nth = 1;; nth++) {
        fail_malloc_at(nth);
        enum s3a_code code = check(&scene, NOW_MS, NOW_MS);
        s3a_pool_fini(&scene.pool);
        if (!fail_malloc_happened()) {
            assert_int_equal(code, S3A_CODE_NONE);
            break;
        }
        assert_int_not_equal(code, S3A_CODE_NONE);
    }
    fail_malloc_at(1);
    s3a_auth_fini(&scene.auth);
    assert_int_equal(s3a_auth_init(&scene.auth, scene.keyring), S3A_NO_MEMORY);
    assert_true(fail_malloc_happened());
    clear_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pair_is_known_by_its_own_secret),
        cmocka_unit_test(the_signing_key_follows_the_day),
        cmocka_unit_test(either_clock_will_do),
        cmocka_unit_test(nobody_is_denied_and_a_token_is_nobodys),
        cmocka_unit_test(without_memory_nobody_gets_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

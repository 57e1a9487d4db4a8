/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "sigv4_examples.h"

#define MINUTE_MS (60 * INT64_C(1000))

/* A request as it came in, with the claim it makes. */
struct scene {
    struct s3a_pool pool;
    struct s3a_buf authorization;
    struct s3a_sigv4_incoming incoming;
    struct s3a_header headers[10];
    struct s3a_sigv4_claim claim;
    struct s3a_sigv4_key key;
};

static enum s3a_code verify_with(struct scene *scene, struct s3a_str secret_key)
{
    struct s3a_buf scratch;

    s3a_buf_init(&scratch, S3A_CANONICAL_SIZE_MAX);
    enum s3a_code code =
        s3a_sigv4_claim_verify(&scene->claim, &scene->incoming, &scene->key, secret_key, &scratch);
    s3a_buf_fini(&scratch);
    return code;
}

static enum s3a_code verify(struct scene *scene)
{
    const char *message;
    enum s3a_code code =
        s3a_sigv4_claim_parse(&scene->pool, &scene->incoming, &scene->claim, &message);

    assert_int_equal(code, S3A_CODE_NONE);
    code = verify_with(scene, S3A_STR(EXAMPLE_SECRET_KEY));
    s3a_pool_fini(&scene->pool);
    return code;
}

static void begin(struct scene *scene, const struct example *example)
{
    struct s3a_sigv4_request request = example_request(example);
    struct s3a_sigv4_key key = {0};

    *scene = (struct scene){.incoming = {.method = request.method,
                                         .path = request.path,
                                         .query = request.query,
                                         .header_count = request.header_count + 1}};
    s3a_buf_init(&scene->authorization, 10000);
    s3a_sigv4_authorization(&scene->authorization, &key, &example_credentials, &example_scope,
                            &request);
    memcpy(scene->headers, example->headers, sizeof(example->headers));
    scene->headers[request.header_count] =
        (struct s3a_header){S3A_STR("authorization"), s3a_buf_str(&scene->authorization)};
    scene->incoming.headers = scene->headers;
}

static void end(struct scene *scene)
{
    s3a_buf_fini(&scene->authorization);
}

static void add_header(struct scene *scene, const char *name, const char *value)
{
    scene->headers[scene->incoming.header_count++] =
        (struct s3a_header){s3a_str_of(name), s3a_str_of(value)};
}

static void what_is_signed_is_believed(void **state)
{
    (void)state;
    struct scene scene;

    for (size_t i = 0; i < EXAMPLE_COUNT; i++) {
        begin(&scene, &examples[i]);
        add_header(&scene, "user-agent", "not signed");
        assert_int_equal(verify(&scene), S3A_CODE_NONE);
        end(&scene);
    }
}

static void assert_no_match(struct scene *scene)
{
    assert_int_equal(verify(scene), S3A_CODE_SIGNATURE_DOES_NOT_MATCH);
    end(scene);
}

static void whatever_is_signed_cannot_be_changed(void **state)
{
    (void)state;
    const struct example *example = &examples[1];
    struct scene scene;

    begin(&scene, example);
    scene.incoming.method = S3A_STR("GET");
    assert_no_match(&scene);
    begin(&scene, example);
    scene.incoming.path = S3A_STR("/other");
    assert_no_match(&scene);
    begin(&scene, example);
    scene.incoming.query = S3A_STR("x-id=PutObject");
    assert_no_match(&scene);
    begin(&scene, example);
    scene.headers[2].value = S3A_STR(S3A_UNSIGNED_PAYLOAD);
    assert_no_match(&scene);
    for (size_t i = 0; i < example->request.header_count; i++) {
        if (s3a_str_is(scene.headers[i].name, "x-amz-date")) {
            continue; /* its day is checked before */
        }
        begin(&scene, example);
        scene.headers[i].value = S3A_STR("other");
        assert_no_match(&scene);
    }
    begin(&scene, example);
    scene.authorization.data[scene.authorization.size - 1] ^= 1;
    assert_no_match(&scene);
    begin(&scene, example);
    assert_int_equal(verify(&scene), S3A_CODE_NONE);
    assert_int_equal(verify_with(&scene, S3A_STR("another secret")),
                     S3A_CODE_SIGNATURE_DOES_NOT_MATCH);
    end(&scene);
}

static void a_signed_header_must_be_there(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, &examples[0]);
    scene.headers[1].name = S3A_STR("x-range");
    assert_no_match(&scene);
    begin(&scene, &examples[0]);
    add_header(&scene, "range", "bytes=0-0");
    assert_no_match(&scene);
}

/* Whoever listens in must not be able to add to a request. */
static void what_must_be_signed_must_be(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, &examples[0]);
    add_header(&scene, "x-amz-copy-source", "/other/object");
    assert_int_equal(verify(&scene), S3A_CODE_ACCESS_DENIED);
    end(&scene);
    begin(&scene, &examples[0]);
    scene.headers[0].name = S3A_STR("x-host");
    assert_int_equal(verify(&scene), S3A_CODE_ACCESS_DENIED);
    end(&scene);
    begin(&scene, &examples[0]);
    char *names = strstr(scene.authorization.data, "host;");
    memcpy(names, "xost;", 5);
    assert_int_equal(verify(&scene), S3A_CODE_ACCESS_DENIED);
    end(&scene);
}

static void the_payload_hash_is_signed_in_any_case(void **state)
{
    (void)state;
    static const struct s3a_header headers[] = {EXAMPLE_HOST,
                                                EXAMPLE_HEADER("x-amz-date", EXAMPLE_DATE)};
    struct s3a_sigv4_request request = {.method = S3A_STR("GET"),
                                        .path = S3A_STR("/"),
                                        .headers = headers,
                                        .header_count = 2,
                                        .payload_hash = S3A_STR(EXAMPLE_EMPTY_SHA256)};
    struct s3a_sigv4_key key = {0};
    struct scene scene = {.incoming = {.method = request.method, .path = request.path}};

    s3a_buf_init(&scene.authorization, 10000);
    s3a_sigv4_authorization(&scene.authorization, &key, &example_credentials, &example_scope,
                            &request);
    scene.incoming.headers = scene.headers;
    add_header(&scene, "host", "examplebucket.s3.amazonaws.com");
    add_header(&scene, "x-amz-date", EXAMPLE_DATE);
    add_header(&scene, "x-amz-content-sha256", EXAMPLE_EMPTY_SHA256);
    add_header(&scene, "authorization", s3a_buf_text(&scene.authorization));
    assert_int_equal(verify(&scene), S3A_CODE_NONE);
    scene.headers[2].value = S3A_STR(S3A_UNSIGNED_PAYLOAD);
    assert_no_match(&scene);
}

static void begin_presigned(struct scene *scene, const char *query)
{
    *scene = (struct scene){.incoming = {.method = S3A_STR_INIT("GET"),
                                         .path = S3A_STR_INIT("/test.txt"),
                                         .query = s3a_str_of(query)}};
    s3a_buf_init(&scene->authorization, 0);
    scene->incoming.headers = scene->headers;
    add_header(scene, "host", "examplebucket.s3.amazonaws.com");
}

static void a_presigned_url_is_believed_as_it_is(void **state)
{
    (void)state;
#define SIGNED "&X-Amz-Signature=" EXAMPLE_PRESIGNED_SIGNATURE
    struct scene scene;

    begin_presigned(&scene, EXAMPLE_PRESIGNED_QUERY SIGNED);
    assert_int_equal(verify(&scene), S3A_CODE_NONE);
    end(&scene);
    begin_presigned(&scene,
                    "X-Amz-Signature=" EXAMPLE_PRESIGNED_SIGNATURE "&" EXAMPLE_PRESIGNED_QUERY);
    assert_int_equal(verify(&scene), S3A_CODE_NONE);
    end(&scene);
    begin_presigned(&scene, EXAMPLE_PRESIGNED_QUERY "&versionId=1" SIGNED);
    assert_no_match(&scene);
    begin_presigned(&scene, EXAMPLE_PRESIGNED_QUERY SIGNED);
    scene.incoming.method = S3A_STR("DELETE");
    assert_no_match(&scene);
    begin_presigned(&scene, EXAMPLE_PRESIGNED_QUERY SIGNED);
    scene.headers[0].value = S3A_STR("other.s3.amazonaws.com");
    assert_no_match(&scene);
    begin_presigned(&scene, EXAMPLE_PRESIGNED_QUERY SIGNED);
    add_header(&scene, "x-amz-meta-a", "not signed");
    assert_int_equal(verify(&scene), S3A_CODE_ACCESS_DENIED);
    end(&scene);
}

static void more_headers_than_can_be_signed_match_nothing(void **state)
{
    (void)state;
    static struct s3a_header headers[S3A_SIGNED_HEADERS_MAX + 1];
    struct scene scene = {
        .claim = {.signed_headers = S3A_STR("host")},
        .incoming = {.headers = headers, .header_count = S3A_SIGNED_HEADERS_MAX + 1}};

    for (size_t i = 0; i < S3A_SIGNED_HEADERS_MAX + 1; i++) {
        headers[i] = (struct s3a_header)EXAMPLE_HOST;
    }
    assert_int_equal(verify_with(&scene, S3A_STR("secret")), S3A_CODE_SIGNATURE_DOES_NOT_MATCH);
}

static void without_memory_nothing_is_believed(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, &examples[0]);
    assert_int_equal(verify(&scene), S3A_CODE_NONE);
    fail_malloc_at(1);
    assert_int_equal(verify_with(&scene, S3A_STR(EXAMPLE_SECRET_KEY)), S3A_CODE_INTERNAL_ERROR);
    assert_true(fail_malloc_happened());
    end(&scene);
}

static void a_header_is_good_for_a_quarter_of_an_hour_either_way(void **state)
{
    (void)state;
    const struct s3a_sigv4_claim claim = {.date_ms = EXAMPLE_TIME_MS};
    static const struct {
        int64_t off_ms;
        enum s3a_code expected;
    } rows[] = {
        {0, S3A_CODE_NONE},
        {15 * MINUTE_MS, S3A_CODE_NONE},
        {-15 * MINUTE_MS, S3A_CODE_NONE},
        {15 * MINUTE_MS + 1, S3A_CODE_REQUEST_TIME_TOO_SKEWED},
        {-15 * MINUTE_MS - 1, S3A_CODE_REQUEST_TIME_TOO_SKEWED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(s3a_sigv4_claim_is_timely(&claim, EXAMPLE_TIME_MS + rows[i].off_ms),
                         rows[i].expected);
    }
}

static void a_presigned_url_is_good_until_it_expires(void **state)
{
    (void)state;
    const struct s3a_sigv4_claim claim = {
        .in_query = true, .date_ms = EXAMPLE_TIME_MS, .expires_seconds = 3600};
    static const struct {
        int64_t off_ms;
        enum s3a_code expected;
    } rows[] = {
        {0, S3A_CODE_NONE},
        {60 * MINUTE_MS - 1, S3A_CODE_NONE},
        {60 * MINUTE_MS, S3A_CODE_ACCESS_DENIED},
        {-15 * MINUTE_MS, S3A_CODE_NONE},
        {-15 * MINUTE_MS - 1, S3A_CODE_ACCESS_DENIED},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(s3a_sigv4_claim_is_timely(&claim, EXAMPLE_TIME_MS + rows[i].off_ms),
                         rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_is_believed),
        cmocka_unit_test(whatever_is_signed_cannot_be_changed),
        cmocka_unit_test(a_signed_header_must_be_there),
        cmocka_unit_test(what_must_be_signed_must_be),
        cmocka_unit_test(the_payload_hash_is_signed_in_any_case),
        cmocka_unit_test(a_presigned_url_is_believed_as_it_is),
        cmocka_unit_test(more_headers_than_can_be_signed_match_nothing),
        cmocka_unit_test(without_memory_nothing_is_believed),
        cmocka_unit_test(a_header_is_good_for_a_quarter_of_an_hour_either_way),
        cmocka_unit_test(a_presigned_url_is_good_until_it_expires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

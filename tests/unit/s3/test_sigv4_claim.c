/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "sigv4_examples.h"

#define SCOPE "20130524/us-east-1/s3/aws4_request"
#define SIGNATURE "0123456789012345678901234567890123456789012345678901234567890123"
#define AUTHORIZATION                                                                              \
    "AWS4-HMAC-SHA256 Credential=AK/" SCOPE ", SignedHeaders=host;x-amz-date, "                    \
    "Signature=" SIGNATURE

struct scene {
    struct s3a_pool pool;
    struct s3a_sigv4_incoming request;
    struct s3a_header headers[8];
    struct s3a_sigv4_claim claim;
    const char *message;
};

static void add(struct scene *scene, const char *name, const char *value)
{
    scene->headers[scene->request.header_count++] =
        (struct s3a_header){s3a_str_of(name), s3a_str_of(value)};
}

static void begin(struct scene *scene)
{
    *scene = (struct scene){.request = {.method = S3A_STR_INIT("GET"), .path = S3A_STR_INIT("/")}};
    scene->request.headers = scene->headers;
    add(scene, "host", "h");
}

/* A request with a good head but for its authorization. */
static void begin_header(struct scene *scene, const char *authorization)
{
    begin(scene);
    add(scene, "x-amz-date", EXAMPLE_DATE);
    add(scene, "x-amz-content-sha256", S3A_UNSIGNED_PAYLOAD);
    add(scene, "authorization", authorization);
}

static void begin_query(struct scene *scene, const char *query)
{
    begin(scene);
    scene->request.query = s3a_str_of(query);
}

static enum s3a_code parse(struct scene *scene)
{
    enum s3a_code code =
        s3a_sigv4_claim_parse(&scene->pool, &scene->request, &scene->claim, &scene->message);

    assert_true((code == S3A_CODE_NONE) == (scene->message == NULL));
    return code;
}

static void assert_refused(struct scene *scene, enum s3a_code expected, const char *message)
{
    assert_int_equal(parse(scene), expected);
    assert_non_null(strstr(scene->message, message));
    s3a_pool_fini(&scene->pool);
}

static void the_header_is_taken_apart(void **state)
{
    (void)state;
    struct scene scene;

    begin_header(&scene, AUTHORIZATION);
    add(&scene, "x-amz-security-token", "TOKEN");
    assert_int_equal(parse(&scene), S3A_CODE_NONE);
    assert_false(scene.claim.in_query);
    assert_str(scene.claim.access_key, "AK");
    assert_str(scene.claim.date, EXAMPLE_DATE);
    assert_true(scene.claim.date_ms == EXAMPLE_TIME_MS);
    assert_str(scene.claim.day, "20130524");
    assert_str(scene.claim.region, "us-east-1");
    assert_str(scene.claim.service, "s3");
    assert_str(scene.claim.signed_headers, "host;x-amz-date");
    assert_str(scene.claim.signature, SIGNATURE);
    assert_str(scene.claim.session_token, "TOKEN");
    assert_str(scene.claim.payload_hash, S3A_UNSIGNED_PAYLOAD);
    s3a_pool_fini(&scene.pool);
}

static void its_parts_stand_in_any_order_and_distance(void **state)
{
    (void)state;
    struct scene scene;

    begin_header(&scene, "AWS4-HMAC-SHA256  Signature=" SIGNATURE ",SignedHeaders=host,   "
                         "Credential=a/b/" SCOPE " ");
    assert_int_equal(parse(&scene), S3A_CODE_NONE);
    assert_str(scene.claim.access_key, "a/b");
    assert_str(scene.claim.signed_headers, "host");
    s3a_pool_fini(&scene.pool);
}

static void a_malformed_header_is_called_so(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"", "begin with"},
        {"Basic dTpw", "begin with"},
        {"AWS4-HMAC-SHA256", "Credential is missing"},
        {"AWS4-HMAC-SHA256 nonsense", "each once"},
        {AUTHORIZATION ", Signature=" SIGNATURE, "each once"},
        {AUTHORIZATION ",", "each once"},
        {"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=" SIGNATURE, "Credential is missing"},
        {"AWS4-HMAC-SHA256 Credential=AK/" SCOPE ", Signature=" SIGNATURE, "SignedHeaders"},
        {"AWS4-HMAC-SHA256 Credential=AK/" SCOPE ", SignedHeaders=, Signature=" SIGNATURE,
         "SignedHeaders"},
        {"AWS4-HMAC-SHA256 Credential=AK/" SCOPE ", SignedHeaders=host, Signature=12", "64"},
        {"AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=host, Signature=" SIGNATURE,
         "of the form"},
        {"AWS4-HMAC-SHA256 Credential=/" SCOPE ", SignedHeaders=host, Signature=" SIGNATURE,
         "of the form"},
        {"AWS4-HMAC-SHA256 Credential=AK/2013052/us-east-1/s3/aws4_request, SignedHeaders=host, "
         "Signature=" SIGNATURE,
         "of the form"},
        {"AWS4-HMAC-SHA256 Credential=AK/2013O524/us-east-1/s3/aws4_request, SignedHeaders=host, "
         "Signature=" SIGNATURE,
         "of the form"},
        {"AWS4-HMAC-SHA256 Credential=AK/20130524/us-east-1/s3/aws5_request, SignedHeaders=host, "
         "Signature=" SIGNATURE,
         "of the form"},
        {"AWS4-HMAC-SHA256 Credential=AK/20130524/us-east-1/sqs/aws4_request, SignedHeaders=host, "
         "Signature=" SIGNATURE,
         "another service"},
        {"AWS4-HMAC-SHA256 Credential=AK/20130524//s3/aws4_request, SignedHeaders=host, "
         "Signature=" SIGNATURE,
         "no region"},
        {"AWS4-HMAC-SHA256 Credential=AK/20130525/us-east-1/s3/aws4_request, SignedHeaders=host, "
         "Signature=" SIGNATURE,
         "not that of the request's date"},
    };
    struct scene scene;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin_header(&scene, rows[i][0]);
        assert_refused(&scene, S3A_CODE_AUTHORIZATION_HEADER_MALFORMED, rows[i][1]);
    }
    begin_header(&scene, AUTHORIZATION);
    add(&scene, "authorization", AUTHORIZATION);
    assert_refused(&scene, S3A_CODE_AUTHORIZATION_HEADER_MALFORMED, "more than one");
}

static void the_date_may_stand_in_the_date_header(void **state)
{
    (void)state;
    static const char *const dates[] = {"Fri, 24 May 2013 00:00:00 GMT", EXAMPLE_DATE};
    struct scene scene;

    for (size_t i = 0; i < 2; i++) {
        begin_header(&scene, AUTHORIZATION);
        scene.headers[1] = (struct s3a_header){S3A_STR("date"), s3a_str_of(dates[i])};
        assert_int_equal(parse(&scene), S3A_CODE_NONE);
        assert_str(scene.claim.date, EXAMPLE_DATE);
        assert_true(scene.claim.date_ms == EXAMPLE_TIME_MS);
        s3a_pool_fini(&scene.pool);
    }
    begin_header(&scene, AUTHORIZATION);
    scene.headers[1].value = S3A_STR("yesterday");
    assert_refused(&scene, S3A_CODE_ACCESS_DENIED, "valid x-amz-date or Date");
    begin_header(&scene, AUTHORIZATION);
    scene.headers[1].name = S3A_STR("x-other");
    assert_refused(&scene, S3A_CODE_ACCESS_DENIED, "valid x-amz-date or Date");
}

static void a_header_must_say_what_its_payload_is(void **state)
{
    (void)state;
    struct scene scene;

    begin_header(&scene, AUTHORIZATION);
    scene.headers[2].name = S3A_STR("x-other");
    assert_refused(&scene, S3A_CODE_INVALID_REQUEST, "x-amz-content-sha256");
}

static void nobody_is_denied_and_version_2_is_told_apart(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene);
    assert_refused(&scene, S3A_CODE_ACCESS_DENIED, "Anonymous");
    begin_header(&scene, "AWS AK:signature=");
    assert_refused(&scene, S3A_CODE_INVALID_REQUEST, "version 2");
    begin_query(&scene, "AWSAccessKeyId=AK&Expires=1&Signature=s");
    assert_refused(&scene, S3A_CODE_INVALID_REQUEST, "version 2");
}

#define QUERY                                                                                      \
    "x=1&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2BK%2F20130524%2Fus-east-1%2Fs3%2F"   \
    "aws4_request&X-Amz-Date=" EXAMPLE_DATE "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Brange"
#define SIGNED "&X-Amz-Signature=" SIGNATURE

static void the_query_is_taken_apart(void **state)
{
    (void)state;
    struct scene scene;

    begin_query(&scene, QUERY SIGNED "&X-Amz-Security-Token=t%2F");
    assert_int_equal(parse(&scene), S3A_CODE_NONE);
    assert_true(scene.claim.in_query);
    assert_str(scene.claim.access_key, "A+K");
    assert_true(scene.claim.date_ms == EXAMPLE_TIME_MS);
    assert_str(scene.claim.day, "20130524");
    assert_str(scene.claim.region, "us-east-1");
    assert_str(scene.claim.signed_headers, "host;range");
    assert_str(scene.claim.signature, SIGNATURE);
    assert_str(scene.claim.session_token, "t/");
    assert_int_equal(scene.claim.expires_seconds, 60);
    assert_str(scene.claim.payload_hash, S3A_UNSIGNED_PAYLOAD);
    s3a_pool_fini(&scene.pool);

    begin_query(&scene, QUERY SIGNED);
    add(&scene, "x-amz-content-sha256", "HEADER");
    assert_int_equal(parse(&scene), S3A_CODE_NONE);
    assert_str(scene.claim.payload_hash, "HEADER");
    s3a_pool_fini(&scene.pool);
    scene.request.query = S3A_STR(QUERY SIGNED "&X-Amz-Content-Sha256=QUERY");
    assert_int_equal(parse(&scene), S3A_CODE_NONE);
    assert_str(scene.claim.payload_hash, "QUERY");
    s3a_pool_fini(&scene.pool);
}

static void a_malformed_query_is_called_so(void **state)
{
    (void)state;
#define HALF "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-SignedHeaders=host" SIGNED
#define CREDENTIAL "&X-Amz-Credential=AK/" SCOPE
#define DATE "&X-Amz-Date=" EXAMPLE_DATE
    static const char *const rows[][2] = {
        {QUERY, "64"},
        {"X-Amz-Credential=AK/" SCOPE, "X-Amz-Algorithm"},
        {"X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256", "X-Amz-Algorithm"},
        {HALF DATE, "Credential is missing"},
        {HALF DATE "&X-Amz-Credential=AK", "of the form"},
        {HALF CREDENTIAL "&X-Amz-Expires=1", "X-Amz-Date"},
        {HALF CREDENTIAL "&X-Amz-Expires=1&X-Amz-Date=2013", "X-Amz-Date"},
        {HALF CREDENTIAL "&X-Amz-Expires=1&X-Amz-Date=20130525T000000Z", "not that of"},
        {HALF CREDENTIAL DATE, "X-Amz-Expires"},
        {HALF CREDENTIAL DATE "&X-Amz-Expires=", "X-Amz-Expires"},
        {HALF CREDENTIAL DATE "&X-Amz-Expires=-1", "X-Amz-Expires"},
        {HALF CREDENTIAL DATE "&X-Amz-Expires=604801", "X-Amz-Expires"},
        {HALF CREDENTIAL DATE "&X-Amz-Expires=1&X-Amz-Expires=1", "twice"},
        {HALF "&X-Amz-Credential=%", "decoded"},
    };
    struct scene scene;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        begin_query(&scene, rows[i][0]);
        assert_refused(&scene, S3A_CODE_AUTHORIZATION_QUERY_ERROR, rows[i][1]);
    }
    begin_query(&scene, HALF CREDENTIAL DATE "&X-Amz-Expires=604800");
    assert_int_equal(parse(&scene), S3A_CODE_NONE);
    s3a_pool_fini(&scene.pool);
}

static void header_and_query_exclude_each_other(void **state)
{
    (void)state;
    static const char *const queries[] = {QUERY SIGNED, "X-Amz-Signature=1", "AWSAccessKeyId=AK"};
    struct scene scene;

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        begin_header(&scene, AUTHORIZATION);
        scene.request.query = s3a_str_of(queries[i]);
        assert_refused(&scene, S3A_CODE_INVALID_REQUEST, "Only one way");
    }
}

static void more_parameters_than_can_be_signed_are_refused(void **state)
{
    (void)state;
    char query[2 * (S3A_SIGNED_PARAMETERS_MAX + 1) + 1] = "";
    struct scene scene;

    for (size_t i = 0; i < S3A_SIGNED_PARAMETERS_MAX; i++) {
        strcat(query, "a&");
    }
    begin_header(&scene, AUTHORIZATION);
    scene.request.query = s3a_str_of(query);
    assert_int_equal(parse(&scene), S3A_CODE_NONE);
    strcat(query, "a&");
    scene.request.query = s3a_str_of(query);
    assert_refused(&scene, S3A_CODE_INVALID_REQUEST, "more parameters");
}

static void parse_with_failing_memory(void *arg)
{
    struct scene *scene = arg;
    enum s3a_code code = parse(scene);

    assert_true(code == S3A_CODE_NONE || code == S3A_CODE_INTERNAL_ERROR);
    s3a_pool_fini(&scene->pool);
}

static void without_memory_no_claim_is_made(void **state)
{
    (void)state;
    struct scene scene;

    begin_query(&scene, QUERY SIGNED);
    fail_malloc_sweep(parse_with_failing_memory, &scene);
    begin_header(&scene, AUTHORIZATION);
    scene.headers[1] =
        (struct s3a_header){S3A_STR("date"), S3A_STR("Fri, 24 May 2013 00:00:00 GMT")};
    fail_malloc_sweep(parse_with_failing_memory, &scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_is_taken_apart),
        cmocka_unit_test(its_parts_stand_in_any_order_and_distance),
        cmocka_unit_test(a_malformed_header_is_called_so),
        cmocka_unit_test(the_date_may_stand_in_the_date_header),
        cmocka_unit_test(a_header_must_say_what_its_payload_is),
        cmocka_unit_test(nobody_is_denied_and_version_2_is_told_apart),
        cmocka_unit_test(the_query_is_taken_apart),
        cmocka_unit_test(a_malformed_query_is_called_so),
        cmocka_unit_test(header_and_query_exclude_each_other),
        cmocka_unit_test(more_parameters_than_can_be_signed_are_refused),
        cmocka_unit_test(without_memory_no_claim_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

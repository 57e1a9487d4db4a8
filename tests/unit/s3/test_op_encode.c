/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "http.h"

static const struct s3a_addressing path_style = {
    .endpoint = {.scheme = S3A_SCHEME_HTTP,
                 .host = S3A_STR_INIT("s3.example.com"),
                 .authority = S3A_STR_INIT("s3.example.com:9000"),
                 .path = {"", 0}}};

/* A request with the pool that its texts live in. */
struct scene {
    struct s3a_pool pool;
    struct s3a_http_request request;
};

static enum s3a_status encode(struct scene *scene, const struct s3a_op *op,
                              const struct s3a_addressing *addressing)
{
    scene->pool = (struct s3a_pool){0};
    return s3a_op_encode(op, addressing, &scene->pool, &scene->request);
}

static void end(struct scene *scene)
{
    s3a_pool_fini(&scene->pool);
}

static void assert_target(const struct s3a_op *op, const struct s3a_addressing *addressing,
                          const char *host, const char *path)
{
    struct scene scene;

    assert_int_equal(encode(&scene, op, addressing), S3A_OK);
    assert_str(scene.request.host, host);
    assert_str(scene.request.path, path);
    end(&scene);
}

static void assert_query(const struct s3a_op *op, const char *query)
{
    struct scene scene;

    assert_int_equal(encode(&scene, op, &path_style), S3A_OK);
    assert_str(scene.request.query, query);
    end(&scene);
}

/* data NULL where there is none. */
static struct s3a_str header(const struct scene *scene, const char *name)
{
    for (size_t i = 0; i < scene->request.header_count; i++) {
        if (s3a_str_is(scene->request.headers[i].name, name)) {
            return scene->request.headers[i].value;
        }
    }
    return s3a_str_make(NULL, 0);
}

static void bucket_and_key_stand_in_the_path(void **state)
{
    (void)state;
    const struct s3a_op get = {.kind = S3A_OP_GET_OBJECT,
                               .bucket = S3A_STR("bucket"),
                               .key = S3A_STR("a/b c+%\xc3\xbc//d")};
    const struct s3a_op make = {.kind = S3A_OP_CREATE_BUCKET, .bucket = S3A_STR("bucket")};
    struct s3a_addressing below = path_style;

    assert_target(&get, &path_style, "s3.example.com:9000", "/bucket/a/b%20c%2B%25%C3%BC//d");
    assert_target(&make, &path_style, "s3.example.com:9000", "/bucket");
    assert_target(&(struct s3a_op){0}, &path_style, "s3.example.com:9000", "/");
    below.endpoint.path = S3A_STR("/gate/way");
    assert_target(&make, &below, "s3.example.com:9000", "/gate/way/bucket");
    assert_target(&(struct s3a_op){0}, &below, "s3.example.com:9000", "/gate/way/");
}

static void a_bucket_stands_in_the_host_where_it_can(void **state)
{
    (void)state;
    struct s3a_op get = {
        .kind = S3A_OP_GET_OBJECT, .bucket = S3A_STR("bucket"), .key = S3A_STR("k")};
    struct s3a_addressing addressing = path_style;

    addressing.virtual_host = true;
    assert_target(&get, &addressing, "bucket.s3.example.com:9000", "/k");
    assert_target(&(struct s3a_op){.kind = S3A_OP_CREATE_BUCKET, .bucket = S3A_STR("bucket")},
                  &addressing, "bucket.s3.example.com:9000", "/");
    assert_target(&(struct s3a_op){0}, &addressing, "s3.example.com:9000", "/");
    get.bucket = S3A_STR("with.dot");
    assert_target(&get, &addressing, "with.dot.s3.example.com:9000", "/k");
    addressing.endpoint.scheme = S3A_SCHEME_HTTPS;
    assert_target(&get, &addressing, "s3.example.com:9000", "/with.dot/k");
    get.bucket = S3A_STR("Old_Bucket");
    assert_target(&get, &addressing, "s3.example.com:9000", "/Old_Bucket/k");
    get.bucket = S3A_STR("bucket");
    addressing.endpoint.host = S3A_STR("127.0.0.1");
    assert_target(&get, &addressing, "s3.example.com:9000", "/bucket/k");
}

static void a_listing_says_what_it_wants(void **state)
{
    (void)state;
    struct s3a_op list = {.kind = S3A_OP_LIST_OBJECTS, .bucket = S3A_STR("b-b")};

    assert_query(&list, "list-type=2");
    list.prefix = S3A_STR("a/b&c");
    list.delimiter = S3A_STR("/");
    list.start_after = S3A_STR("a/b&c=1");
    list.continuation = S3A_STR("to+ken");
    list.keys_max = 10;
    list.encode_keys = true;
    list.fetch_owner = true;
    assert_query(&list, "continuation-token=to%2Bken&delimiter=%2F&encoding-type=url"
                        "&fetch-owner=true&list-type=2&max-keys=10&prefix=a%2Fb%26c"
                        "&start-after=a%2Fb%26c%3D1");
    assert_query(&(struct s3a_op){.kind = S3A_OP_LIST_OBJECTS,
                                  .bucket = S3A_STR("b-b"),
                                  .has_keys_max = true},
                 "list-type=2&max-keys=0");
    assert_query(&(struct s3a_op){.prefix = S3A_STR("p"), .keys_max = 5}, "max-buckets=5&prefix=p");
    list.kind = S3A_OP_GET_OBJECT;
    assert_query(&list, "");
}

/* Which form the store wants is the caller's business: some compare with a bare ETag. */
static void conditions_go_as_they_are(void **state)
{
    (void)state;
    static const char *const tags[] = {"\"abc\"", "abc", "*", "\"a\", \"b\"", "W/\"abc\""};
    struct scene scene;

    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        struct s3a_op op = {.kind = S3A_OP_PUT_OBJECT,
                            .bucket = S3A_STR("bucket"),
                            .key = S3A_STR("k"),
                            .if_match = s3a_str_of(tags[i]),
                            .if_none_match = s3a_str_of(tags[i])};
        assert_int_equal(encode(&scene, &op, &path_style), S3A_OK);
        assert_str(header(&scene, "if-match"), tags[i]);
        assert_str(header(&scene, "if-none-match"), tags[i]);
        assert_null(header(&scene, "if-modified-since").data);
        end(&scene);
    }
}

static void reads_may_ask_for_less(void **state)
{
    (void)state;
    static const struct {
        struct s3a_range range;
        const char *expected;
    } rows[] = {
        {{S3A_RANGE_FROM_TO, 1, 3}, "bytes=1-3"},
        {{S3A_RANGE_FROM, UINT64_MAX, 0}, "bytes=18446744073709551615-"},
        {{S3A_RANGE_SUFFIX, 9, 0}, "bytes=-9"},
    };
    struct s3a_op op = {.kind = S3A_OP_GET_OBJECT,
                        .bucket = S3A_STR("bucket"),
                        .key = S3A_STR("k"),
                        .if_modified_since_ms = INT64_C(1369353600000),
                        .if_unmodified_since_ms = INT64_C(1369353601000)};
    struct scene scene;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        op.range = rows[i].range;
        assert_int_equal(encode(&scene, &op, &path_style), S3A_OK);
        assert_str(header(&scene, "range"), rows[i].expected);
        assert_str(header(&scene, "if-modified-since"), "Fri, 24 May 2013 00:00:00 GMT");
        assert_str(header(&scene, "if-unmodified-since"), "Fri, 24 May 2013 00:00:01 GMT");
        end(&scene);
    }
    op.kind = S3A_OP_PUT_OBJECT;
    assert_int_equal(encode(&scene, &op, &path_style), S3A_OK);
    assert_int_equal(scene.request.header_count, 1); /* host */
    assert_string_equal(scene.request.method, "PUT");
    end(&scene);
}

static void a_put_carries_what_the_object_keeps(void **state)
{
    (void)state;
    struct s3a_op op = {
        .kind = S3A_OP_PUT_OBJECT, .bucket = S3A_STR("bucket"), .key = S3A_STR("k")};
    struct scene scene;

    assert_true(s3a_headers_add(&op.headers, S3A_STR("content-type"), S3A_STR("text/plain")));
    assert_true(s3a_headers_add(&op.headers, S3A_STR("x-amz-meta-a"), S3A_STR("")));
    assert_int_equal(encode(&scene, &op, &path_style), S3A_OK);
    assert_int_equal(scene.request.header_count, 3);
    assert_str(header(&scene, "content-type"), "text/plain");
    assert_non_null(header(&scene, "x-amz-meta-a").data);
    end(&scene);
    op.kind = S3A_OP_GET_OBJECT;
    assert_int_equal(encode(&scene, &op, &path_style), S3A_OK);
    assert_int_equal(scene.request.header_count, 1);
    end(&scene);
}

static void what_would_break_the_request_is_refused(void **state)
{
    (void)state;
    static const struct s3a_header bad[] = {
        {S3A_STR_INIT("x-amz-meta-a"), S3A_STR_INIT("a\r\nx-amz-acl: public-read")},
        {S3A_STR_INIT("x-amz-meta-a b"), S3A_STR_INIT("a")},
        {S3A_STR_INIT("x-amz-meta-A"), S3A_STR_INIT("a")},
        {S3A_STR_INIT("x-amz-acl"), S3A_STR_INIT("public-read")},
        {S3A_STR_INIT("host"), S3A_STR_INIT("other")},
    };
    struct scene scene;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct s3a_op op = {.kind = S3A_OP_PUT_OBJECT, .headers = {{bad[i]}, 1}};
        assert_int_equal(encode(&scene, &op, &path_style), S3A_INVALID);
        end(&scene);
    }
    struct s3a_op op = {.kind = S3A_OP_PUT_OBJECT, .if_match = S3A_STR("\"a\n\"")};
    assert_int_equal(encode(&scene, &op, &path_style), S3A_INVALID);
    end(&scene);
}

static void there_is_an_end_to_headers(void **state)
{
    (void)state;
    struct s3a_http_request request = {.header_count = 0};

    for (size_t i = 0; i < S3A_HTTP_HEADERS_MAX; i++) {
        assert_true(s3a_http_request_add(&request, S3A_STR("a"), S3A_STR("b")));
    }
    assert_false(s3a_http_request_add(&request, S3A_STR("a"), S3A_STR("b")));
    assert_int_equal(request.header_count, S3A_HTTP_HEADERS_MAX);
}

static void encode_with_failing_memory(void *arg)
{
    struct scene scene;
    enum s3a_status status = encode(&scene, arg, &path_style);

    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    end(&scene);
}

static void without_memory_there_is_no_request(void **state)
{
    (void)state;
    static const struct s3a_op get = {.kind = S3A_OP_GET_OBJECT,
                                      .bucket = S3A_STR_INIT("bucket"),
                                      .key = S3A_STR_INIT("k"),
                                      .range = {S3A_RANGE_FROM, 1, 0},
                                      .if_modified_since_ms = 1};

    fail_malloc_sweep(encode_with_failing_memory, (void *)(uintptr_t)&get);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bucket_and_key_stand_in_the_path),
        cmocka_unit_test(a_bucket_stands_in_the_host_where_it_can),
        cmocka_unit_test(a_listing_says_what_it_wants),
        cmocka_unit_test(conditions_go_as_they_are),
        cmocka_unit_test(reads_may_ask_for_less),
        cmocka_unit_test(a_put_carries_what_the_object_keeps),
        cmocka_unit_test(what_would_break_the_request_is_refused),
        cmocka_unit_test(there_is_an_end_to_headers),
        cmocka_unit_test(without_memory_there_is_no_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

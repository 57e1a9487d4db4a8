/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "http.h"

#define TIME_MS INT64_C(1369353601000)

/* An answer and what becomes of it. */
struct scene {
    struct s3a_op op;
    struct s3a_answer answer;
    struct s3a_pool pool;
    struct s3a_http_response response;
    struct s3a_buf body;
};

static void begin(struct scene *scene, enum s3a_op_kind kind)
{
    memset(scene, 0, sizeof(*scene));
    scene->op = (struct s3a_op){
        .kind = kind, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("a/k&")};
    if (kind != S3A_OP_GET_OBJECT && kind != S3A_OP_HEAD_OBJECT && kind != S3A_OP_PUT_OBJECT &&
        kind != S3A_OP_DELETE_OBJECT) {
        scene->op.key = s3a_str_make(NULL, 0);
    }
    s3a_answer_init(&scene->answer, 1000);
    scene->answer.date_ms = TIME_MS + 1000;
    strcpy(scene->answer.request_id, "REQ1");
    s3a_buf_init(&scene->body, 100000);
}

static enum s3a_status encode(struct scene *scene)
{
    return s3a_answer_encode(&scene->op, &scene->answer, S3A_STR("/bucket/a/k%26"), &scene->pool,
                             &scene->response, &scene->body);
}

static void end(struct scene *scene)
{
    s3a_answer_fini(&scene->answer);
    s3a_pool_fini(&scene->pool);
    s3a_buf_fini(&scene->body);
}

/* "" where there is none; a header that is there twice is a bug. */
static struct s3a_str header(const struct scene *scene, const char *name)
{
    struct s3a_str found = S3A_STR("");

    for (size_t i = 0; i < scene->response.header_count; i++) {
        if (s3a_str_is(scene->response.headers[i].name, name)) {
            assert_int_equal(found.size, 0);
            found = scene->response.headers[i].value;
        }
    }
    return found;
}

static void assert_body(struct scene *scene, const char *expected)
{
    assert_int_equal(encode(scene), S3A_OK);
    assert_str(header(scene, "content-type"), "application/xml");
    assert_string_equal(s3a_buf_text(&scene->body), expected);
    end(scene);
}

static void an_object_goes_out_with_what_it_keeps(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, S3A_OP_GET_OBJECT);
    strcpy(scene.answer.etag, "\"e\"");
    scene.answer.modified_ms = TIME_MS;
    assert_true(s3a_headers_add(&scene.answer.headers, S3A_STR("x-amz-meta-a"), S3A_STR("1")));
    assert_int_equal(encode(&scene), S3A_OK);
    assert_int_equal(scene.response.http_status, 200);
    assert_str(header(&scene, "etag"), "\"e\"");
    assert_str(header(&scene, "last-modified"), "Fri, 24 May 2013 00:00:01 GMT");
    assert_str(header(&scene, "date"), "Fri, 24 May 2013 00:00:02 GMT");
    assert_str(header(&scene, "x-amz-request-id"), "REQ1");
    assert_str(header(&scene, "accept-ranges"), "bytes");
    assert_str(header(&scene, "content-type"), "binary/octet-stream");
    assert_str(header(&scene, "x-amz-meta-a"), "1");
    assert_int_equal(scene.body.size, 0);
    end(&scene);
}

static void the_request_may_rename_the_content(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, S3A_OP_GET_OBJECT);
    assert_true(s3a_headers_add(&scene.answer.headers, S3A_STR("content-type"), S3A_STR("a/a")));
    assert_true(s3a_headers_add(&scene.answer.headers, S3A_STR("expires"), S3A_STR("never")));
    assert_true(s3a_headers_add(&scene.op.headers, S3A_STR("content-type"), S3A_STR("b/b")));
    assert_int_equal(encode(&scene), S3A_OK);
    assert_str(header(&scene, "content-type"), "b/b");
    assert_str(header(&scene, "expires"), "never");
    end(&scene);
    begin(&scene, S3A_OP_GET_OBJECT);
    assert_true(s3a_headers_add(&scene.op.headers, S3A_STR("content-type"), S3A_STR("b/b")));
    assert_int_equal(encode(&scene), S3A_OK);
    assert_str(header(&scene, "content-type"), "b/b");
    end(&scene);
}

static void a_part_says_which(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, S3A_OP_HEAD_OBJECT);
    scene.answer.http_status = 206;
    scene.answer.object_size = 100;
    scene.answer.range_offset = 10;
    scene.answer.range_size = 5;
    assert_int_equal(encode(&scene), S3A_OK);
    assert_str(header(&scene, "content-range"), "bytes 10-14/100");
    end(&scene);
}

static void an_error_is_told_in_full(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, S3A_OP_PUT_OBJECT);
    s3a_answer_fail(&scene.answer, S3A_CODE_PRECONDITION_FAILED);
    scene.answer.condition = S3A_STR("If-Match");
    assert_body(&scene, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>"
                        "<Code>PreconditionFailed</Code><Message>At least one of the "
                        "pre-conditions you specified did not hold</Message>"
                        "<Condition>If-Match</Condition><BucketName>bucket</BucketName>"
                        "<Key>a/k&amp;</Key><Resource>/bucket/a/k%26</Resource>"
                        "<RequestId>REQ1</RequestId></Error>");
    begin(&scene, S3A_OP_GET_OBJECT);
    s3a_answer_fail_message(&scene.answer, S3A_CODE_INVALID_RANGE, "<so>");
    scene.answer.object_size = 7;
    assert_int_equal(encode(&scene), S3A_OK);
    assert_int_equal(scene.response.http_status, 416);
    assert_str(header(&scene, "content-range"), "bytes */7");
    assert_non_null(strstr(s3a_buf_text(&scene.body), "<Message>&lt;so&gt;</Message>"));
    assert_non_null(strstr(s3a_buf_text(&scene.body), "<ActualObjectSize>7</ActualObjectSize>"));
    end(&scene);
    begin(&scene, S3A_OP_PUT_OBJECT);
    s3a_answer_fail(&scene.answer, S3A_CODE_NOT_IMPLEMENTED);
    scene.answer.header = S3A_STR("x-amz-acl");
    assert_int_equal(encode(&scene), S3A_OK);
    assert_non_null(strstr(s3a_buf_text(&scene.body), "<Header>x-amz-acl</Header>"));
    end(&scene);
}

static void head_and_not_modified_have_no_body(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, S3A_OP_HEAD_OBJECT);
    s3a_answer_fail(&scene.answer, S3A_CODE_NO_SUCH_KEY);
    assert_int_equal(encode(&scene), S3A_OK);
    assert_int_equal(scene.response.http_status, 404);
    assert_int_equal(scene.body.size, 0);
    end(&scene);
    begin(&scene, S3A_OP_GET_OBJECT);
    s3a_answer_fail(&scene.answer, S3A_CODE_NOT_MODIFIED);
    strcpy(scene.answer.etag, "\"e\"");
    assert_int_equal(encode(&scene), S3A_OK);
    assert_int_equal(scene.response.http_status, 304);
    assert_str(header(&scene, "etag"), "\"e\"");
    assert_int_equal(scene.body.size, 0);
    end(&scene);
}

static void set_entries(struct scene *scene)
{
    static struct s3a_entry entries[] = {
        {.name = S3A_STR_INIT("a/"), .is_prefix = true},
        {.name = S3A_STR_INIT("b &"),
         .modified_ms = TIME_MS,
         .size = 5,
         .etag = S3A_STR_INIT("\"e\"")},
    };

    scene->answer.entries = entries;
    scene->answer.entry_count = 2;
    scene->answer.truncated = true;
    scene->answer.next_continuation = S3A_STR("next");
    scene->op.delimiter = S3A_STR("/");
}

#define LIST                                                                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"                         \
    "<Name>bucket</Name><Prefix></Prefix><Delimiter>/</Delimiter>"

static void objects_are_listed_in_version_2(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, S3A_OP_LIST_OBJECTS);
    set_entries(&scene);
    scene.op.encode_keys = true;
    scene.op.continuation = S3A_STR("this");
    assert_body(&scene,
                LIST "<ContinuationToken>this</ContinuationToken>"
                     "<NextContinuationToken>next</NextContinuationToken><KeyCount>2</KeyCount>"
                     "<MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>"
                     "<IsTruncated>true</IsTruncated><Contents><Key>b%20%26</Key>"
                     "<LastModified>2013-05-24T00:00:01.000Z</LastModified>"
                     "<ETag>&quot;e&quot;</ETag><Size>5</Size>"
                     "<StorageClass>STANDARD</StorageClass></Contents>"
                     "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes></ListBucketResult>");
}

static void objects_are_listed_in_version_1(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, S3A_OP_LIST_OBJECTS);
    set_entries(&scene);
    scene.op.is_version_1 = true;
    scene.op.start_after = S3A_STR("0");
    scene.op.has_keys_max = true;
    scene.op.keys_max = 2;
    assert_body(&scene,
                LIST "<Marker>0</Marker><NextMarker>b &amp;</NextMarker><MaxKeys>2</MaxKeys>"
                     "<IsTruncated>true</IsTruncated><Contents><Key>b &amp;</Key>"
                     "<LastModified>2013-05-24T00:00:01.000Z</LastModified>"
                     "<ETag>&quot;e&quot;</ETag><Size>5</Size><Owner><ID>s3atomic</ID>"
                     "<DisplayName>s3atomic</DisplayName></Owner>"
                     "<StorageClass>STANDARD</StorageClass></Contents>"
                     "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes></ListBucketResult>");
}

static void buckets_are_listed(void **state)
{
    (void)state;
    static struct s3a_entry entry = {.name = S3A_STR_INIT("bucket"), .modified_ms = TIME_MS};
    struct scene scene;

    begin(&scene, S3A_OP_LIST_BUCKETS);
    scene.answer.entries = &entry;
    scene.answer.entry_count = 1;
    assert_body(&scene, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult "
                        "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner>"
                        "<ID>s3atomic</ID><DisplayName>s3atomic</DisplayName></Owner><Buckets>"
                        "<Bucket><Name>bucket</Name>"
                        "<CreationDate>2013-05-24T00:00:01.000Z</CreationDate></Bucket>"
                        "</Buckets></ListAllMyBucketsResult>");
}

static void buckets_say_where_they_are(void **state)
{
    (void)state;
    struct scene scene;

    begin(&scene, S3A_OP_CREATE_BUCKET);
    assert_int_equal(encode(&scene), S3A_OK);
    assert_str(header(&scene, "location"), "/bucket");
    end(&scene);
    begin(&scene, S3A_OP_HEAD_BUCKET);
    assert_int_equal(encode(&scene), S3A_OK);
    assert_str(header(&scene, "x-amz-bucket-region"), "us-east-1");
    end(&scene);
    begin(&scene, S3A_OP_GET_ASPECT);
    scene.op.aspect = s3a_aspect_of_bucket(S3A_STR("location"));
    assert_body(&scene, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<LocationConstraint "
                        "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></LocationConstraint>");
}

/* What one side writes the other side reads. */
static void a_listing_comes_back_from_the_wire(void **state)
{
    (void)state;
    struct s3a_answer back;
    struct scene scene;

    begin(&scene, S3A_OP_LIST_OBJECTS);
    set_entries(&scene);
    scene.op.encode_keys = true;
    assert_int_equal(encode(&scene), S3A_OK);
    s3a_answer_init(&back, 100000);
    s3a_buf_append(&back.body, s3a_buf_str(&scene.body));
    s3a_answer_decode(&scene.op, scene.response.http_status, scene.response.headers,
                      scene.response.header_count, &back);
    assert_int_equal(back.status, S3A_OK);
    assert_int_equal(back.entry_count, 2);
    assert_str(back.entries[0].name, "a/");
    assert_true(back.entries[0].is_prefix);
    assert_str(back.entries[1].name, "b &");
    assert_str(back.entries[1].etag, "\"e\"");
    assert_true(back.entries[1].modified_ms == TIME_MS);
    assert_str(back.next_continuation, "next");
    assert_true(back.date_ms == TIME_MS + 1000);
    assert_string_equal(back.request_id, "REQ1");
    s3a_answer_fini(&back);
    end(&scene);
}

/* Every error of the table keeps its meaning on the way. */
static void errors_come_back_from_the_wire(void **state)
{
    (void)state;

    for (int code = S3A_CODE_NONE + 1; code < S3A_CODE_OTHER; code++) {
        struct s3a_answer back;
        struct scene scene;
        if (code == S3A_CODE_NOT_MODIFIED) {
            continue; /* it has no body */
        }
        begin(&scene, S3A_OP_PUT_OBJECT);
        s3a_answer_fail(&scene.answer, (enum s3a_code)code);
        assert_int_equal(encode(&scene), S3A_OK);
        s3a_answer_init(&back, 100000);
        s3a_buf_append(&back.body, s3a_buf_str(&scene.body));
        s3a_answer_decode(&scene.op, scene.response.http_status, scene.response.headers,
                          scene.response.header_count, &back);
        assert_int_equal(back.code, code);
        assert_int_equal(back.status, scene.answer.status);
        s3a_answer_fini(&back);
        end(&scene);
    }
}

static void encode_with_failing_memory(void *arg)
{
    struct scene scene;

    (void)arg;
    begin(&scene, S3A_OP_LIST_OBJECTS);
    set_entries(&scene);
    enum s3a_status status = encode(&scene);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    end(&scene);
}

static void without_memory_there_is_no_answer(void **state)
{
    (void)state;

    fail_malloc_sweep(encode_with_failing_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_goes_out_with_what_it_keeps),
        cmocka_unit_test(the_request_may_rename_the_content),
        cmocka_unit_test(a_part_says_which),
        cmocka_unit_test(an_error_is_told_in_full),
        cmocka_unit_test(head_and_not_modified_have_no_body),
        cmocka_unit_test(objects_are_listed_in_version_2),
        cmocka_unit_test(objects_are_listed_in_version_1),
        cmocka_unit_test(buckets_are_listed),
        cmocka_unit_test(buckets_say_where_they_are),
        cmocka_unit_test(a_listing_comes_back_from_the_wire),
        cmocka_unit_test(errors_come_back_from_the_wire),
        cmocka_unit_test(without_memory_there_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

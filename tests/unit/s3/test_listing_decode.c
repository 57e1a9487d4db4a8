/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"
#include "listing_decode.h"

static const struct s3a_op objects_op = {.kind = S3A_OP_LIST_OBJECTS};
static const struct s3a_op buckets_op = {.kind = S3A_OP_LIST_BUCKETS};

static const char objects_xml[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
    "<Name>bucket</Name><Prefix>a</Prefix><KeyCount>3</KeyCount><MaxKeys>3</MaxKeys>"
    "<IsTruncated>true</IsTruncated><NextContinuationToken>go on</NextContinuationToken>"
    "<Contents><Key>a/z</Key><LastModified>2013-05-24T00:00:01.000Z</LastModified>"
    "<ETag>&quot;e1&quot;</ETag><Size>7</Size><StorageClass>STANDARD</StorageClass>"
    "<Owner><ID>o</ID></Owner></Contents>"
    "<Contents><Key>a&lt;b</Key></Contents>"
    "<CommonPrefixes><Prefix>a/b/</Prefix></CommonPrefixes></ListBucketResult>";

static enum s3a_status decode(const struct s3a_op *op, const char *xml, struct s3a_answer *answer,
                              const char **ret_message)
{
    bool is_error;

    s3a_answer_init(answer, 0);
    enum s3a_status status =
        s3a_listing_decode(op, s3a_str_of(xml), answer, &is_error, ret_message);
    assert_false(is_error);
    return status;
}

static void assert_refused(const struct s3a_op *op, const char *xml, const char *expected)
{
    struct s3a_answer answer;
    const char *message;

    assert_int_equal(decode(op, xml, &answer, &message), S3A_PROTOCOL);
    assert_string_equal(message, expected);
    s3a_answer_fini(&answer);
}

static void objects_and_prefixes_come_in_one_order(void **state)
{
    (void)state;
    struct s3a_answer answer;
    const char *message;

    assert_int_equal(decode(&objects_op, objects_xml, &answer, &message), S3A_OK);
    assert_true(answer.truncated);
    assert_str(answer.next_continuation, "go on");
    assert_int_equal(answer.entry_count, 3);
    assert_str(answer.entries[0].name, "a/b/");
    assert_true(answer.entries[0].is_prefix);
    assert_str(answer.entries[1].name, "a/z");
    assert_false(answer.entries[1].is_prefix);
    assert_true(answer.entries[1].modified_ms == INT64_C(1369353601000));
    assert_int_equal(answer.entries[1].size, 7);
    assert_str(answer.entries[1].etag, "\"e1\"");
    assert_str(answer.entries[2].name, "a<b");
    assert_true(answer.entries[2].modified_ms == S3A_TIME_NONE);
    s3a_answer_fini(&answer);
}

/* What a server did not encode must not be decoded, whatever was asked for. */
static void encoded_keys_are_decoded_where_the_answer_says_so(void **state)
{
    (void)state;
    struct s3a_answer answer;
    const char *message;

    assert_int_equal(decode(&objects_op,
                            "<ListBucketResult><Contents><Key>a%2Fb+%2B%01</Key></Contents>"
                            "<CommonPrefixes><Prefix>%E1%88%B4/</Prefix></CommonPrefixes>"
                            "<EncodingType>url</EncodingType></ListBucketResult>",
                            &answer, &message),
                     S3A_OK);
    assert_str(answer.entries[0].name, "a/b +\x01");
    assert_str(answer.entries[1].name, "\xe1\x88\xb4/");
    s3a_answer_fini(&answer);
    assert_int_equal(decode(&objects_op,
                            "<ListBucketResult><Contents><Key>a%2Fb+</Key></Contents>"
                            "</ListBucketResult>",
                            &answer, &message),
                     S3A_OK);
    assert_str(answer.entries[0].name, "a%2Fb+");
    s3a_answer_fini(&answer);
    assert_refused(&objects_op,
                   "<ListBucketResult><Contents><Key>a%2</Key></Contents>"
                   "<EncodingType>url</EncodingType></ListBucketResult>",
                   "The listing has a name that cannot be decoded");
}

static void buckets_have_a_name_and_a_birthday(void **state)
{
    (void)state;
    struct s3a_answer answer;
    const char *message;

    assert_int_equal(
        decode(&buckets_op,
               "<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets>"
               "<Bucket><Name>one</Name><CreationDate>2013-05-24T00:00:01Z</CreationDate></Bucket>"
               "<Bucket><Name>two</Name></Bucket></Buckets></ListAllMyBucketsResult>",
               &answer, &message),
        S3A_OK);
    assert_int_equal(answer.entry_count, 2);
    assert_str(answer.entries[0].name, "one");
    assert_true(answer.entries[0].modified_ms == INT64_C(1369353601000));
    assert_str(answer.entries[1].name, "two");
    assert_false(answer.truncated);
    assert_null(answer.next_continuation.data);
    s3a_answer_fini(&answer);
    assert_int_equal(decode(&buckets_op,
                            "<ListAllMyBucketsResult><Buckets/>"
                            "<ContinuationToken>more</ContinuationToken></ListAllMyBucketsResult>",
                            &answer, &message),
                     S3A_OK);
    assert_true(answer.truncated);
    assert_str(answer.next_continuation, "more");
    s3a_answer_fini(&answer);
}

static void an_empty_listing_is_one(void **state)
{
    (void)state;
    struct s3a_answer answer;
    const char *message;

    assert_int_equal(decode(&objects_op, "<ListBucketResult/>", &answer, &message), S3A_OK);
    assert_int_equal(answer.entry_count, 0);
    assert_false(answer.truncated);
    s3a_answer_fini(&answer);
}

static void many_entries_are_kept(void **state)
{
    (void)state;
    struct s3a_answer answer;
    struct s3a_buf xml;
    const char *message;

    s3a_buf_init(&xml, 1000000);
    s3a_buf_append_text(&xml, "<ListBucketResult>");
    for (unsigned i = 0; i < 1000; i++) {
        s3a_buf_append_format(&xml, "<Contents><Key>%04u</Key></Contents>", 999 - i);
    }
    s3a_buf_append_text(&xml, "</ListBucketResult>");
    assert_int_equal(decode(&objects_op, s3a_buf_text(&xml), &answer, &message), S3A_OK);
    assert_int_equal(answer.entry_count, 1000);
    assert_str(answer.entries[0].name, "0000");
    assert_str(answer.entries[999].name, "0999");
    s3a_answer_fini(&answer);
    s3a_buf_fini(&xml);
}

static void what_is_no_listing_is_refused(void **state)
{
    (void)state;
    static const char no_listing[] = "The answer is not the XML of a listing";

    assert_refused(&objects_op, "", no_listing);
    assert_refused(&objects_op, "<html/>", no_listing);
    assert_refused(&objects_op, "<ListAllMyBucketsResult/>", no_listing);
    assert_refused(&buckets_op, "<ListBucketResult/>", no_listing);
    assert_refused(&objects_op, "<ListBucketResult><Contents>", no_listing);
    assert_refused(&objects_op,
                   "<ListBucketResult><Contents><Size>1</Size></Contents>"
                   "</ListBucketResult>",
                   "The listing has an entry without a name");
    assert_refused(&objects_op, "<ListBucketResult><Contents><Key/></Contents></ListBucketResult>",
                   "The listing has an entry without a name");
    assert_refused(&objects_op,
                   "<ListBucketResult><CommonPrefixes><Prefix>p</Prefix></CommonPrefixes>"
                   "<CommonPrefixes/></ListBucketResult>",
                   "The listing has an entry without a name");
    assert_refused(&objects_op,
                   "<ListBucketResult><Contents><Key>k</Key><Size>-1</Size></Contents>"
                   "</ListBucketResult>",
                   "The listing gives a Size that is no number");
}

/* Whoever follows it would read the first page for ever. */
static void a_truncated_listing_must_say_where_to_go_on(void **state)
{
    (void)state;

    assert_refused(&objects_op,
                   "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
                   "The listing is truncated, but does not say where to go on");
}

static void an_error_is_told_apart(void **state)
{
    (void)state;
    struct s3a_answer answer;
    const char *message;
    bool is_error;

    s3a_answer_init(&answer, 0);
    assert_int_equal(s3a_listing_decode(&objects_op, S3A_STR("<Error><Code>A</Code></Error>"),
                                        &answer, &is_error, &message),
                     S3A_OK);
    assert_true(is_error);
    s3a_answer_fini(&answer);
}

static void decode_with_failing_memory(void *arg)
{
    struct s3a_answer answer;
    const char *message;

    (void)arg;
    enum s3a_status status = decode(&objects_op, objects_xml, &answer, &message);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_answer_fini(&answer);
}

static void without_memory_there_is_no_listing(void **state)
{
    (void)state;

    fail_malloc_sweep(decode_with_failing_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_and_prefixes_come_in_one_order),
        cmocka_unit_test(encoded_keys_are_decoded_where_the_answer_says_so),
        cmocka_unit_test(buckets_have_a_name_and_a_birthday),
        cmocka_unit_test(an_empty_listing_is_one),
        cmocka_unit_test(many_entries_are_kept),
        cmocka_unit_test(what_is_no_listing_is_refused),
        cmocka_unit_test(a_truncated_listing_must_say_where_to_go_on),
        cmocka_unit_test(an_error_is_told_apart),
        cmocka_unit_test(without_memory_there_is_no_listing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "answer_write.h"

/* Versions 1 and 2 of ListObjects and ListBuckets: see test_answer_encode.c. */

static struct s3a_entry entries[] = {
    {.name = S3A_STR_INIT("a/"), .is_prefix = true},
    {.name = S3A_STR_INIT("b c"),
     .modified_ms = INT64_C(1369353601000),
     .size = 5,
     .etag = S3A_STR_INIT("\"e\"")},
};

#define BEGIN                                                                                      \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket</Name>"    \
    "<Prefix></Prefix><Delimiter>/</Delimiter><KeyMarker>0</KeyMarker>"                            \
    "<VersionIdMarker></VersionIdMarker>"
#define VERSION                                                                                    \
    "<Version><Key>b%20c</Key><VersionId>null</VersionId><IsLatest>true</IsLatest>"                \
    "<LastModified>2013-05-24T00:00:01.000Z</LastModified><ETag>&quot;e&quot;</ETag>"              \
    "<Size>5</Size><Owner><ID>s3atomic</ID><DisplayName>s3atomic</DisplayName></Owner>"            \
    "<StorageClass>STANDARD</StorageClass></Version>"
#define PREFIX "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"

static void every_object_is_the_only_version_of_itself(void **state)
{
    (void)state;
    struct s3a_op op = {.kind = S3A_OP_LIST_VERSIONS,
                        .bucket = S3A_STR_INIT("bucket"),
                        .delimiter = S3A_STR_INIT("/"),
                        .start_after = S3A_STR_INIT("0"),
                        .encode_keys = true};
    struct s3a_answer answer = {.entries = entries, .entry_count = 2, .truncated = true};
    struct s3a_buf body;

    s3a_buf_init(&body, 10000);
    s3a_write_versions(&op, &answer, &body);
    assert_string_equal(s3a_buf_text(&body), BEGIN
                        "<NextKeyMarker>b%20c</NextKeyMarker>"
                        "<NextVersionIdMarker>null</NextVersionIdMarker>"
                        "<MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>"
                        "<IsTruncated>true</IsTruncated>" VERSION PREFIX "</ListVersionsResult>");
    s3a_buf_clear(&body);
    answer.entry_count = 1;
    s3a_write_versions(&op, &answer, &body);
    assert_string_equal(s3a_buf_text(&body),
                        BEGIN "<NextKeyMarker>a/</NextKeyMarker>"
                              "<MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType>"
                              "<IsTruncated>true</IsTruncated>" PREFIX "</ListVersionsResult>");
    s3a_buf_fini(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_object_is_the_only_version_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

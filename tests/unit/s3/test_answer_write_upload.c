/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "answer_write.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define NS " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
#define OWNER "<Owner><ID>s3atomic</ID><DisplayName>s3atomic</DisplayName></Owner>"
#define INITIATOR "<Initiator><ID>s3atomic</ID><DisplayName>s3atomic</DisplayName></Initiator>"

static void assert_written(const struct s3a_op *op, const struct s3a_answer *answer,
                           const char *expected)
{
    struct s3a_buf body;

    s3a_buf_init(&body, 10000);
    s3a_write_upload(op, answer, S3A_STR("/bucket/a%20b"), &body);
    assert_int_equal(body.status, S3A_OK);
    assert_string_equal(s3a_buf_text(&body), expected);
    s3a_buf_fini(&body);
}

static void assert_has(const struct s3a_op *op, const struct s3a_answer *answer, const char *text)
{
    struct s3a_buf body;

    s3a_buf_init(&body, 10000);
    s3a_write_upload(op, answer, S3A_STR("/bucket/a%20b"), &body);
    assert_non_null(strstr(s3a_buf_text(&body), text));
    s3a_buf_fini(&body);
}

static struct s3a_op op_of(enum s3a_op_kind kind)
{
    return (struct s3a_op){.kind = kind,
                           .bucket = S3A_STR("bucket"),
                           .key = S3A_STR("a b"),
                           .upload_id = S3A_STR("id")};
}

static void an_upload_is_begun_and_completed(void **state)
{
    (void)state;
    struct s3a_answer answer = {.upload_id = S3A_STR("id"), .etag = "\"e-2\""};
    struct s3a_op op = op_of(S3A_OP_CREATE_UPLOAD);

    assert_written(&op, &answer,
                   XML "<InitiateMultipartUploadResult" NS "><Bucket>bucket</Bucket>"
                       "<Key>a b</Key><UploadId>id</UploadId></InitiateMultipartUploadResult>");
    op.kind = S3A_OP_COMPLETE_UPLOAD;
    assert_written(&op, &answer,
                   XML "<CompleteMultipartUploadResult" NS "><Location>/bucket/a%20b</Location>"
                       "<Bucket>bucket</Bucket><Key>a b</Key><ETag>&quot;e-2&quot;</ETag>"
                       "</CompleteMultipartUploadResult>");
}

static void copies_tell_what_they_are(void **state)
{
    (void)state;
    struct s3a_answer answer = {.modified_ms = INT64_C(1369353601000), .etag = "\"e\""};
    struct s3a_op op = op_of(S3A_OP_COPY_OBJECT);

    assert_written(&op, &answer,
                   XML "<CopyObjectResult" NS "><LastModified>2013-05-24T00:00:01.000Z"
                       "</LastModified><ETag>&quot;e&quot;</ETag></CopyObjectResult>");
    op.kind = S3A_OP_COPY_PART;
    assert_written(&op, &answer,
                   XML "<CopyPartResult" NS "><LastModified>2013-05-24T00:00:01.000Z"
                       "</LastModified><ETag>&quot;e&quot;</ETag></CopyPartResult>");
}

static void parts_are_listed(void **state)
{
    (void)state;
    struct s3a_entry entries[] = {{.part_number = 3,
                                   .size = 5,
                                   .etag = S3A_STR("\"e\""),
                                   .modified_ms = INT64_C(1369353601000)}};
    struct s3a_answer answer = {
        .entries = entries, .entry_count = 1, .truncated = true, .next_part_marker = 3};
    struct s3a_op op = op_of(S3A_OP_LIST_PARTS);

    op.part_marker = 2;
    op.has_keys_max = true;
    op.keys_max = 1;
    assert_written(&op, &answer,
                   XML "<ListPartsResult" NS "><Bucket>bucket</Bucket><Key>a b</Key>"
                       "<UploadId>id</UploadId>" INITIATOR OWNER
                       "<StorageClass>STANDARD</StorageClass>"
                       "<PartNumberMarker>2</PartNumberMarker>"
                       "<NextPartNumberMarker>3</NextPartNumberMarker><MaxParts>1</MaxParts>"
                       "<IsTruncated>true</IsTruncated><Part><PartNumber>3</PartNumber>"
                       "<LastModified>2013-05-24T00:00:01.000Z</LastModified>"
                       "<ETag>&quot;e&quot;</ETag><Size>5</Size></Part></ListPartsResult>");
}

static void uploads_are_listed(void **state)
{
    (void)state;
    struct s3a_entry entries[] = {
        {.name = S3A_STR("a/"), .is_prefix = true},
        {.name = S3A_STR("b c"),
         .upload_id = S3A_STR("id-2"),
         .modified_ms = INT64_C(1369353601000)},
    };
    struct s3a_answer answer = {.entries = entries, .entry_count = 2, .truncated = true};
    struct s3a_op op = op_of(S3A_OP_LIST_UPLOADS);

    op.start_after = S3A_STR("0");
    op.delimiter = S3A_STR("/");
    op.encode_keys = true;
    assert_written(&op, &answer,
                   XML "<ListMultipartUploadsResult" NS "><Bucket>bucket</Bucket>"
                       "<KeyMarker>0</KeyMarker><UploadIdMarker>id</UploadIdMarker>"
                       "<NextKeyMarker>b%20c</NextKeyMarker>"
                       "<NextUploadIdMarker>id-2</NextUploadIdMarker><Prefix></Prefix>"
                       "<Delimiter>/</Delimiter><EncodingType>url</EncodingType>"
                       "<MaxUploads>1000</MaxUploads><IsTruncated>true</IsTruncated>"
                       "<Upload><Key>b%20c</Key><UploadId>id-2</UploadId>" INITIATOR OWNER
                       "<StorageClass>STANDARD</StorageClass>"
                       "<Initiated>2013-05-24T00:00:01.000Z</Initiated></Upload>"
                       "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"
                       "</ListMultipartUploadsResult>");
    answer.entry_count = 1; /* a prefix goes on without an id */
    op.upload_id = S3A_STR("");
    assert_written(&op, &answer,
                   XML "<ListMultipartUploadsResult" NS "><Bucket>bucket</Bucket>"
                       "<KeyMarker>0</KeyMarker><UploadIdMarker></UploadIdMarker>"
                       "<NextKeyMarker>a/</NextKeyMarker><Prefix></Prefix>"
                       "<Delimiter>/</Delimiter><EncodingType>url</EncodingType>"
                       "<MaxUploads>1000</MaxUploads><IsTruncated>true</IsTruncated>"
                       "<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"
                       "</ListMultipartUploadsResult>");
}

static void attributes_are_those_that_were_asked_for(void **state)
{
    (void)state;
    struct s3a_entry entries[] = {{.part_number = 1,
                                   .size = 5,
                                   .etag = S3A_STR("\"e\""),
                                   .checksums = S3A_STR("crc32=NRU+Sw==")}};
    struct s3a_answer answer = {.entries = entries,
                                .entry_count = 1,
                                .etag = "\"e-1\"",
                                .object_size = 5,
                                .part_total = 1,
                                .next_part_marker = 1};
    struct s3a_op op = op_of(S3A_OP_GET_ATTRIBUTES);

    op.attributes = S3A_ATTRIBUTE_ETAG | S3A_ATTRIBUTE_SIZE | S3A_ATTRIBUTE_STORAGE_CLASS;
    assert_written(&op, &answer,
                   XML "<GetObjectAttributesResponse" NS "><ETag>e-1</ETag>"
                       "<StorageClass>STANDARD</StorageClass><ObjectSize>5</ObjectSize>"
                       "</GetObjectAttributesResponse>");
    op.attributes = S3A_ATTRIBUTE_PARTS;
    answer.checksum_choice =
        (struct s3a_checksum_choice){S3A_CHECKSUM_CRC32, S3A_CHECKSUM_COMPOSITE};
    assert_written(&op, &answer,
                   XML "<GetObjectAttributesResponse" NS "><ObjectParts>"
                       "<PartsCount>1</PartsCount><PartNumberMarker>0</PartNumberMarker>"
                       "<NextPartNumberMarker>1</NextPartNumberMarker><MaxParts>1000</MaxParts>"
                       "<IsTruncated>false</IsTruncated><Part><PartNumber>1</PartNumber>"
                       "<Size>5</Size><ChecksumCRC32>NRU+Sw==</ChecksumCRC32></Part></ObjectParts>"
                       "</GetObjectAttributesResponse>");
    answer.part_total = 0;
    assert_written(&op, &answer,
                   XML "<GetObjectAttributesResponse" NS "></GetObjectAttributesResponse>");
}

/* Of an object, how many parts there are is left out; so it was seen at Amazon S3. */
static void checksums_stand_where_amazon_has_them(void **state)
{
    (void)state;
    struct s3a_entry parts[] = {{.part_number = 1,
                                 .size = 5,
                                 .etag = S3A_STR("\"e\""),
                                 .modified_ms = INT64_C(1369353601000),
                                 .checksums = S3A_STR("crc32=NRU+Sw==")}};
    struct s3a_entry uploads[] = {{.name = S3A_STR("k"),
                                   .upload_id = S3A_STR("u"),
                                   .modified_ms = INT64_C(1369353601000),
                                   .checksums = S3A_STR("crc32c=FULL_OBJECT")}};
    struct s3a_answer answer = {.etag = "\"e-3\"",
                                .checksum = {S3A_CHECKSUM_CRC32, "5FRUiw==-3"},
                                .checksum_choice = {S3A_CHECKSUM_CRC32, S3A_CHECKSUM_COMPOSITE}};
    struct s3a_op op = op_of(S3A_OP_COMPLETE_UPLOAD);

    assert_has(&op, &answer,
               "<ChecksumCRC32>5FRUiw==-3</ChecksumCRC32><ChecksumType>COMPOSITE</ChecksumType>");
    op.kind = S3A_OP_GET_ATTRIBUTES;
    op.attributes = S3A_ATTRIBUTE_CHECKSUM;
    assert_has(&op, &answer,
               "<Checksum><ChecksumCRC32>5FRUiw==</ChecksumCRC32>"
               "<ChecksumType>COMPOSITE</ChecksumType></Checksum>");
    op.kind = S3A_OP_LIST_PARTS;
    answer.entries = parts;
    answer.entry_count = 1;
    assert_has(&op, &answer,
               "<ChecksumAlgorithm>CRC32</ChecksumAlgorithm>"
               "<ChecksumType>COMPOSITE</ChecksumType>");
    assert_has(&op, &answer, "<Size>5</Size><ChecksumCRC32>NRU+Sw==</ChecksumCRC32></Part>");
    op.kind = S3A_OP_LIST_UPLOADS;
    answer.entries = uploads;
    assert_has(&op, &answer,
               "<ChecksumAlgorithm>CRC32C</ChecksumAlgorithm>"
               "<ChecksumType>FULL_OBJECT</ChecksumType></Upload>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upload_is_begun_and_completed),
        cmocka_unit_test(copies_tell_what_they_are),
        cmocka_unit_test(parts_are_listed),
        cmocka_unit_test(uploads_are_listed),
        cmocka_unit_test(checksums_stand_where_amazon_has_them),
        cmocka_unit_test(attributes_are_those_that_were_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

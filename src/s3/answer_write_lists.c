/* SPDX-License-Identifier: MIT */
#include "answer_write.h"
#include "xml.h"

/* The name of the only version of an object. */
#define NULL_VERSION S3A_STR("null")

static void write_object(const struct s3a_op *op, struct s3a_buf *body,
                         const struct s3a_entry *entry)
{
    s3a_xml_open(body, "Contents");
    s3a_xml_key(op, body, "Key", entry->name);
    s3a_xml_date(body, "LastModified", entry->modified_ms);
    s3a_xml_text(body, "ETag", entry->etag);
    s3a_xml_uint64(body, "Size", entry->size);
    if (op->fetch_owner || op->is_version_1) {
        s3a_xml_owner(body);
    }
    s3a_xml_text(body, "StorageClass", S3A_STR("STANDARD"));
    s3a_xml_close(body, "Contents");
}

/* Version 2 goes on with tokens. */
static void write_continuation(const struct s3a_op *op, const struct s3a_answer *answer,
                               struct s3a_buf *body)
{
    if (op->start_after.size > 0) {
        s3a_xml_key(op, body, "StartAfter", op->start_after);
    }
    s3a_xml_given(body, "ContinuationToken", op->continuation);
    s3a_xml_given(body, "NextContinuationToken", answer->next_continuation);
    s3a_xml_uint64(body, "KeyCount", answer->entry_count);
}

/* Version 1 goes on behind the last name. */
static void write_markers(const struct s3a_op *op, const struct s3a_answer *answer,
                          struct s3a_buf *body)
{
    s3a_xml_key(op, body, "Marker", op->start_after);
    if (answer->truncated && answer->entry_count > 0) {
        s3a_xml_key(op, body, "NextMarker", answer->entries[answer->entry_count - 1].name);
    }
}

static void write_prefixes(const struct s3a_op *op, const struct s3a_answer *answer,
                           struct s3a_buf *body)
{
    for (size_t i = 0; i < answer->entry_count; i++) {
        if (answer->entries[i].is_prefix) {
            s3a_xml_open(body, "CommonPrefixes");
            s3a_xml_key(op, body, "Prefix", answer->entries[i].name);
            s3a_xml_close(body, "CommonPrefixes");
        }
    }
}

/* What the request asked for, told again. */
static void write_bounds(const struct s3a_op *op, const struct s3a_answer *answer,
                         struct s3a_buf *body)
{
    s3a_xml_uint64(body, "MaxKeys", op->has_keys_max ? op->keys_max : S3A_LIST_KEYS_MAX);
    s3a_xml_given(body, "EncodingType", op->encode_keys ? S3A_STR("url") : S3A_STR(""));
    s3a_xml_text(body, "IsTruncated", answer->truncated ? S3A_STR("true") : S3A_STR("false"));
}

void s3a_write_objects(const struct s3a_op *op, const struct s3a_answer *answer,
                       struct s3a_buf *body)
{
    s3a_xml_begin(body, "ListBucketResult");
    s3a_xml_text(body, "Name", op->bucket);
    s3a_xml_key(op, body, "Prefix", op->prefix);
    if (op->delimiter.size > 0) {
        s3a_xml_key(op, body, "Delimiter", op->delimiter);
    }
    if (op->is_version_1) {
        write_markers(op, answer, body);
    } else {
        write_continuation(op, answer, body);
    }
    write_bounds(op, answer, body);
    for (size_t i = 0; i < answer->entry_count; i++) {
        if (!answer->entries[i].is_prefix) {
            write_object(op, body, &answer->entries[i]);
        }
    }
    write_prefixes(op, answer, body);
    s3a_xml_close(body, "ListBucketResult");
}

static void write_version(const struct s3a_op *op, struct s3a_buf *body,
                          const struct s3a_entry *entry)
{
    s3a_xml_open(body, "Version");
    s3a_xml_key(op, body, "Key", entry->name);
    s3a_xml_text(body, "VersionId", NULL_VERSION);
    s3a_xml_text(body, "IsLatest", S3A_STR("true"));
    s3a_xml_date(body, "LastModified", entry->modified_ms);
    s3a_xml_text(body, "ETag", entry->etag);
    s3a_xml_uint64(body, "Size", entry->size);
    s3a_xml_owner(body);
    s3a_xml_text(body, "StorageClass", S3A_STR("STANDARD"));
    s3a_xml_close(body, "Version");
}

/* Where the next page begins. Behind a common prefix no version is named. */
static void write_next_version(const struct s3a_op *op, const struct s3a_answer *answer,
                               struct s3a_buf *body)
{
    const struct s3a_entry *last = &answer->entries[answer->entry_count - 1];

    s3a_xml_key(op, body, "NextKeyMarker", last->name);
    if (!last->is_prefix) {
        s3a_xml_text(body, "NextVersionIdMarker", NULL_VERSION);
    }
}

void s3a_write_versions(const struct s3a_op *op, const struct s3a_answer *answer,
                        struct s3a_buf *body)
{
    s3a_xml_begin(body, "ListVersionsResult");
    s3a_xml_text(body, "Name", op->bucket);
    s3a_xml_key(op, body, "Prefix", op->prefix);
    if (op->delimiter.size > 0) {
        s3a_xml_key(op, body, "Delimiter", op->delimiter);
    }
    s3a_xml_key(op, body, "KeyMarker", op->start_after);
    s3a_xml_text(body, "VersionIdMarker", op->version_marker);
    if (answer->truncated && answer->entry_count > 0) {
        write_next_version(op, answer, body);
    }
    write_bounds(op, answer, body);
    for (size_t i = 0; i < answer->entry_count; i++) {
        if (!answer->entries[i].is_prefix) {
            write_version(op, body, &answer->entries[i]);
        }
    }
    write_prefixes(op, answer, body);
    s3a_xml_close(body, "ListVersionsResult");
}

void s3a_write_buckets(const struct s3a_op *op, const struct s3a_answer *answer,
                       struct s3a_buf *body)
{
    s3a_xml_begin(body, "ListAllMyBucketsResult");
    s3a_xml_owner(body);
    s3a_xml_open(body, "Buckets");
    for (size_t i = 0; i < answer->entry_count; i++) {
        s3a_xml_open(body, "Bucket");
        s3a_xml_text(body, "Name", answer->entries[i].name);
        s3a_xml_date(body, "CreationDate", answer->entries[i].modified_ms);
        s3a_xml_close(body, "Bucket");
    }
    s3a_xml_close(body, "Buckets");
    s3a_xml_given(body, "ContinuationToken", answer->next_continuation);
    s3a_xml_given(body, "Prefix", op->prefix);
    s3a_xml_close(body, "ListAllMyBucketsResult");
}

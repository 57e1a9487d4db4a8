/* SPDX-License-Identifier: MIT */
#include "answer_write.h"
#include "check.h"

/* An ETag that comes as an element: with its quotes. */
static void write_etag(struct s3a_buf *body, struct s3a_str etag)
{
    s3a_xml_text(body, "ETag", etag);
}

static void write_bool(struct s3a_buf *body, const char *name, bool value)
{
    s3a_xml_text(body, name, value ? S3A_STR("true") : S3A_STR("false"));
}

static void write_created(const struct s3a_op *op, const struct s3a_answer *answer,
                          struct s3a_buf *body)
{
    s3a_xml_begin(body, "InitiateMultipartUploadResult");
    s3a_xml_text(body, "Bucket", op->bucket);
    s3a_xml_text(body, "Key", op->key);
    s3a_xml_text(body, "UploadId", answer->upload_id);
    s3a_xml_close(body, "InitiateMultipartUploadResult");
}

static void write_completed(const struct s3a_op *op, const struct s3a_answer *answer,
                            struct s3a_str resource, struct s3a_buf *body)
{
    s3a_xml_begin(body, "CompleteMultipartUploadResult");
    s3a_xml_text(body, "Location", resource);
    s3a_xml_text(body, "Bucket", op->bucket);
    s3a_xml_text(body, "Key", op->key);
    write_etag(body, s3a_str_of(answer->etag));
    s3a_xml_checksum(body, &answer->checksum);
    s3a_xml_close(body, "CompleteMultipartUploadResult");
}

static void write_copied(const char *name, const struct s3a_answer *answer, struct s3a_buf *body)
{
    s3a_xml_begin(body, name);
    s3a_xml_date(body, "LastModified", answer->modified_ms);
    write_etag(body, s3a_str_of(answer->etag));
    s3a_xml_checksum(body, &answer->checksum);
    s3a_xml_close(body, name);
}

static uint32_t lines_max(const struct s3a_op *op)
{
    return op->has_keys_max ? op->keys_max : S3A_LIST_KEYS_MAX;
}

/* What is alike in both lists of parts. */
static void write_part_markers(const struct s3a_op *op, const struct s3a_answer *answer,
                               struct s3a_buf *body)
{
    s3a_xml_uint64(body, "PartNumberMarker", op->part_marker);
    s3a_xml_uint64(body, "NextPartNumberMarker", answer->next_part_marker);
    s3a_xml_uint64(body, "MaxParts", lines_max(op));
    write_bool(body, "IsTruncated", answer->truncated);
}

static void write_parts(const struct s3a_op *op, const struct s3a_answer *answer,
                        struct s3a_buf *body)
{
    s3a_xml_begin(body, "ListPartsResult");
    s3a_xml_text(body, "Bucket", op->bucket);
    s3a_xml_text(body, "Key", op->key);
    s3a_xml_text(body, "UploadId", op->upload_id);
    s3a_xml_open(body, "Initiator");
    s3a_xml_text(body, "ID", S3A_STR("s3atomic"));
    s3a_xml_text(body, "DisplayName", S3A_STR("s3atomic"));
    s3a_xml_close(body, "Initiator");
    s3a_xml_owner(body);
    s3a_xml_text(body, "StorageClass", S3A_STR("STANDARD"));
    s3a_xml_checksum_choice(body, &answer->checksum_choice);
    write_part_markers(op, answer, body);
    for (size_t i = 0; i < answer->entry_count; i++) {
        const struct s3a_entry *part = &answer->entries[i];
        s3a_xml_open(body, "Part");
        s3a_xml_uint64(body, "PartNumber", part->part_number);
        s3a_xml_date(body, "LastModified", part->modified_ms);
        write_etag(body, part->etag);
        s3a_xml_uint64(body, "Size", part->size);
        s3a_xml_part_checksum(body, answer->checksum_choice.kind, part->checksums);
        s3a_xml_close(body, "Part");
    }
    s3a_xml_close(body, "ListPartsResult");
}

static void write_upload(const struct s3a_op *op, const struct s3a_entry *upload,
                         struct s3a_buf *body)
{
    struct s3a_checksum_choice choice;

    s3a_xml_open(body, "Upload");
    s3a_xml_key(op, body, "Key", upload->name);
    s3a_xml_text(body, "UploadId", upload->upload_id);
    s3a_xml_open(body, "Initiator");
    s3a_xml_text(body, "ID", S3A_STR("s3atomic"));
    s3a_xml_text(body, "DisplayName", S3A_STR("s3atomic"));
    s3a_xml_close(body, "Initiator");
    s3a_xml_owner(body);
    s3a_xml_text(body, "StorageClass", S3A_STR("STANDARD"));
    s3a_xml_date(body, "Initiated", upload->modified_ms);
    if (s3a_checksum_choice_read(upload->checksums, &choice)) {
        s3a_xml_checksum_choice(body, &choice);
    }
    s3a_xml_close(body, "Upload");
}

/* It goes on behind the last line. */
static void write_next_upload(const struct s3a_op *op, const struct s3a_answer *answer,
                              struct s3a_buf *body)
{
    const struct s3a_entry *last = &answer->entries[answer->entry_count - 1];

    s3a_xml_key(op, body, "NextKeyMarker", last->name);
    if (!last->is_prefix) {
        s3a_xml_text(body, "NextUploadIdMarker", last->upload_id);
    }
}

static void write_uploads(const struct s3a_op *op, const struct s3a_answer *answer,
                          struct s3a_buf *body)
{
    s3a_xml_begin(body, "ListMultipartUploadsResult");
    s3a_xml_text(body, "Bucket", op->bucket);
    s3a_xml_key(op, body, "KeyMarker", op->start_after);
    s3a_xml_text(body, "UploadIdMarker", op->upload_id);
    if (answer->truncated && answer->entry_count > 0) {
        write_next_upload(op, answer, body);
    }
    s3a_xml_key(op, body, "Prefix", op->prefix);
    if (op->delimiter.size > 0) {
        s3a_xml_key(op, body, "Delimiter", op->delimiter);
    }
    if (op->encode_keys) {
        s3a_xml_text(body, "EncodingType", S3A_STR("url"));
    }
    s3a_xml_uint64(body, "MaxUploads", lines_max(op));
    write_bool(body, "IsTruncated", answer->truncated);
    for (size_t i = 0; i < answer->entry_count; i++) {
        if (!answer->entries[i].is_prefix) {
            write_upload(op, &answer->entries[i], body);
        }
    }
    for (size_t i = 0; i < answer->entry_count; i++) {
        if (answer->entries[i].is_prefix) {
            s3a_xml_open(body, "CommonPrefixes");
            s3a_xml_key(op, body, "Prefix", answer->entries[i].name);
            s3a_xml_close(body, "CommonPrefixes");
        }
    }
    s3a_xml_close(body, "ListMultipartUploadsResult");
}

/* Parts are told one by one where their checksums make that of the object, and else only counted,
 * as Amazon S3 does. */
static void write_object_parts(const struct s3a_op *op, const struct s3a_answer *answer,
                               struct s3a_buf *body)
{
    s3a_xml_open(body, "ObjectParts");
    s3a_xml_uint64(body, "PartsCount", answer->part_total);
    if (answer->checksum_choice.type == S3A_CHECKSUM_COMPOSITE) {
        write_part_markers(op, answer, body);
    }
    for (size_t i = 0; i < answer->entry_count; i++) {
        s3a_xml_open(body, "Part");
        s3a_xml_uint64(body, "PartNumber", answer->entries[i].part_number);
        s3a_xml_uint64(body, "Size", answer->entries[i].size);
        s3a_xml_part_checksum(body, answer->checksum_choice.kind, answer->entries[i].checksums);
        s3a_xml_close(body, "Part");
    }
    s3a_xml_close(body, "ObjectParts");
}

/* Here, and only here, Amazon S3 gives the ETag without its quotes. */
static struct s3a_str without_quotes(struct s3a_str etag)
{
    return etag.size >= 2 ? s3a_str_make(etag.data + 1, etag.size - 2) : etag;
}

static void write_attributes(const struct s3a_op *op, const struct s3a_answer *answer,
                             struct s3a_buf *body)
{
    s3a_xml_begin(body, "GetObjectAttributesResponse");
    if (op->attributes & S3A_ATTRIBUTE_ETAG) {
        write_etag(body, without_quotes(s3a_str_of(answer->etag)));
    }
    if (op->attributes & S3A_ATTRIBUTE_CHECKSUM) {
        s3a_xml_checksum_digest(body, &answer->checksum);
    }
    if (op->attributes & S3A_ATTRIBUTE_PARTS && answer->part_total > 0) {
        write_object_parts(op, answer, body);
    }
    if (op->attributes & S3A_ATTRIBUTE_STORAGE_CLASS) {
        s3a_xml_text(body, "StorageClass", S3A_STR("STANDARD"));
    }
    if (op->attributes & S3A_ATTRIBUTE_SIZE) {
        s3a_xml_uint64(body, "ObjectSize", answer->object_size);
    }
    s3a_xml_close(body, "GetObjectAttributesResponse");
}

void s3a_write_upload(const struct s3a_op *op, const struct s3a_answer *answer,
                      struct s3a_str resource, struct s3a_buf *body)
{
    switch (op->kind) {
    case S3A_OP_CREATE_UPLOAD:
        write_created(op, answer, body);
        break;
    case S3A_OP_COMPLETE_UPLOAD:
        write_completed(op, answer, resource, body);
        break;
    case S3A_OP_COPY_OBJECT:
        write_copied("CopyObjectResult", answer, body);
        break;
    case S3A_OP_COPY_PART:
        write_copied("CopyPartResult", answer, body);
        break;
    case S3A_OP_LIST_PARTS:
        write_parts(op, answer, body);
        break;
    case S3A_OP_LIST_UPLOADS:
        write_uploads(op, answer, body);
        break;
    case S3A_OP_GET_ATTRIBUTES:
        write_attributes(op, answer, body);
        break;
    default:
        s3a_check(!"an operation on uploads");
    }
}

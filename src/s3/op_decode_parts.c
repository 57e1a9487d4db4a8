/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "op_decode.h"

/* The list of COMPLETE_UPLOAD as it is read. */
struct reading {
    struct s3a_pool *pool;
    struct s3a_listed_part *parts;
    size_t count;
    struct s3a_listed_part part; /* the one that we are in */
    enum s3a_code code;          /* of the first failure */
    const char *message;         /* NULL: the code says it */
};

#define PART "CompleteMultipartUpload/Part"

static void fail(struct reading *reading, enum s3a_code code)
{
    if (reading->code == S3A_CODE_NONE) {
        reading->code = code;
    }
}

static void read_number(struct reading *reading, struct s3a_str text)
{
    uint64_t number;

    if (!s3a_str_to_uint64(s3a_str_trim(text), S3A_PARTS_MAX, &number) || number == 0) {
        fail(reading, S3A_CODE_INVALID_ARGUMENT);
        return;
    }
    reading->part.number = (uint32_t)number;
}

static void read_etag(struct reading *reading, struct s3a_str text)
{
    reading->part.etag = s3a_pool_copy(reading->pool, s3a_str_trim(text));
    if (!reading->part.etag.data) {
        fail(reading, S3A_CODE_INTERNAL_ERROR);
    }
}

static void read_checksum(struct reading *reading, struct s3a_str name, struct s3a_str text)
{
    struct s3a_listed_part *part = &reading->part;
    enum s3a_checksum_kind kind = s3a_checksum_kind_of_name(name);
    uint8_t bytes[S3A_CHECKSUM_SIZE_MAX];

    text = s3a_str_trim(text);
    if (kind == S3A_CHECKSUM_NONE) {
        /* No part has been checked by one that is not known here. */
        fail(reading, S3A_CODE_INVALID_PART);
        return;
    }
    if (part->checksum_kind != S3A_CHECKSUM_NONE ||
        !s3a_base64_decode(text, bytes, s3a_checksum_size(kind))) {
        fail(reading, S3A_CODE_INVALID_ARGUMENT);
        reading->message = "Invalid Base64 or multiple checksums present in request";
        return;
    }
    part->checksum_kind = kind;
    part->checksum = s3a_pool_copy(reading->pool, text);
    if (!part->checksum.data) {
        fail(reading, S3A_CODE_INTERNAL_ERROR);
    }
}

static void end_part(struct reading *reading)
{
    uint32_t last = reading->count > 0 ? reading->parts[reading->count - 1].number : 0;

    if (reading->part.number == 0 || reading->part.etag.size == 0 ||
        reading->count == S3A_PARTS_MAX) {
        fail(reading, S3A_CODE_MALFORMED_XML);
    } else if (reading->part.number <= last) {
        fail(reading, S3A_CODE_INVALID_PART_ORDER);
    }
    if (reading->code == S3A_CODE_NONE) {
        reading->parts[reading->count++] = reading->part;
    }
    reading->part = (struct s3a_listed_part){0};
}

static void on_close(void *user, const char *path, struct s3a_str text)
{
    const struct s3a_str prefix_of_checksums = S3A_STR(PART "/Checksum");
    struct reading *reading = user;
    struct s3a_str name = s3a_str_of(path);

    if (strcmp(path, PART "/PartNumber") == 0) {
        read_number(reading, text);
    } else if (strcmp(path, PART "/ETag") == 0) {
        read_etag(reading, text);
    } else if (strcmp(path, PART) == 0) {
        end_part(reading);
    } else if (s3a_str_starts_with(name, PART "/Checksum")) {
        read_checksum(reading, s3a_str_skip(name, prefix_of_checksums.size), text);
    }
}

enum s3a_code s3a_op_decode_part_list(struct s3a_op_decoder *decoder, struct s3a_str document)
{
    static const struct s3a_xml_events events = {.close = on_close};
    struct reading reading = {.pool = decoder->pool};

    reading.parts = s3a_pool_alloc(decoder->pool, S3A_PARTS_MAX * sizeof(reading.parts[0]));
    if (!reading.parts) {
        return s3a_op_refuse(decoder, S3A_CODE_INTERNAL_ERROR, "out of memory");
    }
    enum s3a_code code = s3a_op_read_document(decoder, document, &events, &reading);
    if (code != S3A_CODE_NONE) {
        return code;
    }
    if (reading.code == S3A_CODE_NONE && reading.count == 0) {
        reading.code = S3A_CODE_MALFORMED_XML;
    }
    if (reading.code != S3A_CODE_NONE) {
        s3a_answer_fail_message(decoder->answer, reading.code, "%s",
                                reading.message ? reading.message : s3a_code_message(reading.code));
    }
    decoder->op->parts = reading.parts;
    decoder->op->part_count = reading.count;
    return reading.code;
}

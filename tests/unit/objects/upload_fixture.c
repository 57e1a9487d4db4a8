/* SPDX-License-Identifier: MIT */
#include "upload_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void upload_begin(struct store *store, struct upload *upload, const char *key)
{
    upload_begin_checked(store, upload, key, (struct s3a_checksum_choice){0});
}

void upload_begin_checked(struct store *store, struct upload *upload, const char *key,
                          struct s3a_checksum_choice choice)
{
    struct s3a_op op = op_of(S3A_OP_CREATE_UPLOAD, key);
    struct s3a_answer answer;

    *upload = (struct upload){.choice = choice};
    op.checksum_choice = choice;
    snprintf(upload->key, sizeof(upload->key), "%s", key);
    assert_int_equal(store_call(store, &op, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.upload_id.size, S3A_BLOB_ID_SIZE);
    memcpy(upload->id, answer.upload_id.data, S3A_BLOB_ID_SIZE);
    s3a_answer_fini(&answer);
}

struct s3a_op upload_op(enum s3a_op_kind kind, const struct upload *upload)
{
    struct s3a_op op = op_of(kind, upload->key);

    op.upload_id = s3a_str_of(upload->id);
    return op;
}

static void checksum_of(enum s3a_checksum_kind kind, struct s3a_str bytes,
                        struct s3a_checksum_value *ret_value)
{
    uint8_t value[S3A_CHECKSUM_SIZE_MAX];
    struct s3a_checksum checksum;

    assert_int_equal(s3a_checksum_init(&checksum, kind), S3A_OK);
    s3a_checksum_add(&checksum, bytes);
    s3a_checksum_end(&checksum, value);
    s3a_checksum_value_set(ret_value, kind, value);
}

void upload_add(struct store *store, struct upload *upload, uint32_t number, const char *text,
                size_t size)
{
    struct s3a_op op = upload_op(S3A_OP_UPLOAD_PART, upload);
    struct s3a_str body = body_make(text, size);
    char *etag = upload->etags[upload->count];
    struct s3a_answer answer;

    op.part_number = number;
    if (upload->choice.kind != S3A_CHECKSUM_NONE) {
        checksum_of(upload->choice.kind, body, &op.checksum);
    }
    assert_int_equal(store_call(store, &op, body, &answer), S3A_OK);
    strcpy(etag, answer.etag);
    assert_int_equal(answer.checksum.kind, upload->choice.kind);
    strcpy(upload->checksums[upload->count], answer.checksum.text);
    upload->parts[upload->count] =
        (struct s3a_listed_part){.number = number,
                                 .etag = s3a_str_of(etag),
                                 .checksum_kind = upload->choice.kind,
                                 .checksum = s3a_str_of(upload->checksums[upload->count])};
    upload->count++;
    s3a_answer_fini(&answer);
    free((char *)(uintptr_t)body.data);
}

struct s3a_op upload_complete_op(const struct upload *upload)
{
    struct s3a_op op = upload_op(S3A_OP_COMPLETE_UPLOAD, upload);

    op.parts = upload->parts;
    op.part_count = upload->count;
    return op;
}

enum s3a_code store_code(struct store *store, const struct s3a_op *op)
{
    struct s3a_answer answer;

    (void)store_call(store, op, S3A_STR(""), &answer);
    enum s3a_code code = answer.code;
    s3a_answer_fini(&answer);
    return code;
}

enum s3a_code upload_complete(struct store *store, const struct upload *upload)
{
    struct s3a_op op = upload_complete_op(upload);

    return store_code(store, &op);
}

void upload_make(struct store *store, struct upload *upload, const char *key)
{
    upload_make_checked(store, upload, key, S3A_CHECKSUM_TYPE_NOT_GIVEN);
}

void upload_make_checked(struct store *store, struct upload *upload, const char *key,
                         enum s3a_checksum_type type)
{
    bool is_checked = type != S3A_CHECKSUM_TYPE_NOT_GIVEN;
    const struct s3a_checksum_choice choice = {is_checked ? S3A_CHECKSUM_CRC32 : S3A_CHECKSUM_NONE,
                                               type};

    upload_begin_checked(store, upload, key, choice);
    upload_add(store, upload, 1, "a", S3A_PART_SIZE_MIN);
    upload_add(store, upload, 2, "b", 1000);
    assert_int_equal(upload_complete(store, upload), S3A_CODE_NONE);
}

static void read_all(struct s3a_answer *answer, struct s3a_buf *ret_body)
{
    while (ret_body->size < answer->range_size) {
        size_t left = (size_t)answer->range_size - ret_body->size;
        char *into = s3a_buf_reserve(ret_body, left);
        ssize_t got =
            answer->stream
                ? answer->stream->read(answer->stream, ret_body->size, into, left)
                : pread(answer->file.fd, into, left, (off_t)(answer->file.offset + ret_body->size));
        assert_true(got > 0 && (size_t)got <= left);
        s3a_buf_added(ret_body, (size_t)got);
    }
}

void assert_bytes(struct store *store, const struct s3a_op *op, struct s3a_str expected,
                  struct s3a_answer *ret_answer)
{
    struct s3a_answer answer;
    struct s3a_buf body;

    assert_int_equal(store_call(store, op, S3A_STR(""), &answer), S3A_OK);
    assert_int_equal(answer.range_size, expected.size);
    s3a_buf_init(&body, SIZE_MAX - 1);
    if (answer.stream || answer.file.fd >= 0) {
        read_all(&answer, &body);
    } else {
        s3a_buf_append(&body, s3a_buf_str(&answer.body));
    }
    assert_int_equal(body.size, expected.size);
    assert_true(expected.size == 0 || memcmp(body.data, expected.data, expected.size) == 0);
    s3a_buf_fini(&body);
    if (ret_answer) {
        *ret_answer = answer;
    } else {
        s3a_answer_fini(&answer);
    }
}

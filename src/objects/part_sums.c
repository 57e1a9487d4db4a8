/* SPDX-License-Identifier: MIT */
#include "part_sums.h"

#include <string.h>

#include "failure.h"

static enum s3a_code refuse(struct s3a_part_sums *sums, enum s3a_code code)
{
    s3a_fail_code(sums->answer, code);
    return code;
}

static enum s3a_code refuse_sum(struct s3a_part_sums *sums)
{
    s3a_fail_code(sums->answer, S3A_CODE_BAD_DIGEST);
    s3a_answer_fail_message(sums->answer, S3A_CODE_BAD_DIGEST,
                            "The %s you specified did not match the calculated checksum.",
                            s3a_checksum_name(sums->choice.kind));
    return S3A_CODE_BAD_DIGEST;
}

static enum s3a_code refuse_type(struct s3a_part_sums *sums)
{
    const char *type = s3a_checksum_type_name(sums->choice.type);

    s3a_fail_code(sums->answer, S3A_CODE_INVALID_REQUEST);
    s3a_answer_fail_message(sums->answer, S3A_CODE_INVALID_REQUEST,
                            "The upload was created using the %s checksum mode. The complete "
                            "request must use the same checksum mode.",
                            type[0] != '\0' ? type : "null");
    return S3A_CODE_INVALID_REQUEST;
}

/* Amazon S3 passes over a checksum of an upload that was begun without: what it promises would not
 * be kept. */
static enum s3a_code refuse_unchecked(struct s3a_part_sums *sums)
{
    s3a_fail_code(sums->answer, S3A_CODE_INVALID_REQUEST);
    s3a_answer_fail_message(sums->answer, S3A_CODE_INVALID_REQUEST,
                            "Checksum Type mismatch occurred, expected checksum Type: null, "
                            "actual checksum Type: %s",
                            s3a_checksum_name(sums->op->checksum.kind));
    return S3A_CODE_INVALID_REQUEST;
}

enum s3a_code s3a_part_sums_begin(struct s3a_part_sums *sums, const struct s3a_op *op,
                                  const struct s3a_checksum_choice *choice, bool as_amazon,
                                  struct s3a_answer *answer)
{
    *sums = (struct s3a_part_sums){
        .op = op, .answer = answer, .choice = *choice, .as_amazon = as_amazon};
    if (op->checksum_choice.type != S3A_CHECKSUM_TYPE_NOT_GIVEN &&
        op->checksum_choice.type != choice->type) {
        return refuse_type(sums);
    }
    if (choice->kind == S3A_CHECKSUM_NONE && op->checksum.kind != S3A_CHECKSUM_NONE) {
        return refuse_unchecked(sums);
    }
    if (choice->type == S3A_CHECKSUM_COMPOSITE &&
        s3a_checksum_init(&sums->composite, choice->kind) != S3A_OK) {
        return refuse(sums, S3A_CODE_INTERNAL_ERROR);
    }
    return S3A_CODE_NONE;
}

static enum s3a_code refuse_part(struct s3a_part_sums *sums, const struct s3a_listed_part *listed)
{
    bool is_other = listed->checksum_kind != S3A_CHECKSUM_NONE;
    enum s3a_code code = is_other ? S3A_CODE_BAD_DIGEST : S3A_CODE_INVALID_REQUEST;

    s3a_fail_code(sums->answer, code);
    if (is_other) {
        s3a_answer_fail_message(sums->answer, code,
                                "The %s you specified for part %u did not match what we received.",
                                s3a_checksum_name(listed->checksum_kind), listed->number);
    } else {
        s3a_answer_fail_message(
            sums->answer, code,
            "The upload was created using a %s checksum. The complete request must include the "
            "checksum for each part. It was missing for part %u in the request.",
            s3a_checksum_name(sums->choice.kind), listed->number);
    }
    return code;
}

/* Is a part listed with the checksum that it has? */
static enum s3a_code judge(struct s3a_part_sums *sums, const struct s3a_listed_part *listed,
                           const struct s3a_part_sum *part)
{
    enum s3a_checksum_kind kind = sums->choice.kind;

    if (listed->checksum_kind == kind) {
        bool is_same = kind == S3A_CHECKSUM_NONE ||
                       s3a_str_equal(listed->checksum, s3a_checksum_value_digest(&part->checksum));
        if (is_same) {
            return S3A_CODE_NONE;
        }
        /* Then that of the object cannot be right either, and this is looked at first. */
        return sums->op->checksum.kind != S3A_CHECKSUM_NONE ? refuse_sum(sums)
                                                            : refuse(sums, S3A_CODE_INVALID_PART);
    }
    if (kind == S3A_CHECKSUM_NONE) {
        return refuse(sums, S3A_CODE_INVALID_PART);
    }
    return sums->choice.type == S3A_CHECKSUM_COMPOSITE || listed->checksum_kind != S3A_CHECKSUM_NONE
               ? refuse_part(sums, listed)
               : S3A_CODE_NONE;
}

enum s3a_code s3a_part_sums_add(struct s3a_part_sums *sums, const struct s3a_listed_part *listed,
                                const struct s3a_part_sum *part)
{
    enum s3a_checksum_kind kind = sums->choice.kind;
    uint8_t bytes[S3A_CHECKSUM_SIZE_MAX];
    enum s3a_code code = judge(sums, listed, part);

    if (code != S3A_CODE_NONE || kind == S3A_CHECKSUM_NONE) {
        return code;
    }
    if (part->checksum.kind != kind || !s3a_checksum_value_bytes(&part->checksum, bytes)) {
        return refuse(sums, S3A_CODE_INTERNAL_ERROR);
    }
    if (sums->choice.type == S3A_CHECKSUM_COMPOSITE) {
        s3a_checksum_add(&sums->composite, s3a_str_make(bytes, s3a_checksum_size(kind)));
    } else if (sums->count == 0) {
        memcpy(sums->joined, bytes, sizeof(bytes));
    } else {
        s3a_checksum_join(kind, sums->joined, bytes, part->size);
    }
    sums->count++;
    return S3A_CODE_NONE;
}

/* Is what was announced of the object what it has? */
static bool is_as_announced(const struct s3a_part_sums *sums,
                            const struct s3a_checksum_value *value)
{
    const struct s3a_checksum_value *announced = &sums->op->checksum;

    if (announced->kind == S3A_CHECKSUM_NONE) {
        return true;
    }
    if (announced->kind != value->kind) {
        return false;
    }
    if (strcmp(announced->text, value->text) == 0) {
        /* Amazon S3 takes it for COMPOSITE where the type is not given. */
        return !sums->as_amazon || sums->choice.type == S3A_CHECKSUM_COMPOSITE ||
               sums->op->checksum_choice.type == S3A_CHECKSUM_FULL_OBJECT;
    }
    return sums->choice.type == S3A_CHECKSUM_COMPOSITE &&
           s3a_str_equal(s3a_str_of(announced->text), s3a_checksum_value_digest(value));
}

enum s3a_code s3a_part_sums_end(struct s3a_part_sums *sums, struct s3a_checksum_value *ret_value)
{
    enum s3a_checksum_kind kind = sums->choice.kind;
    uint8_t bytes[S3A_CHECKSUM_SIZE_MAX];

    *ret_value = (struct s3a_checksum_value){0};
    if (kind == S3A_CHECKSUM_NONE) {
        return S3A_CODE_NONE;
    }
    if (sums->choice.type == S3A_CHECKSUM_COMPOSITE) {
        s3a_checksum_end(&sums->composite, bytes);
        s3a_checksum_value_set_composite(ret_value, kind, bytes, sums->count);
    } else {
        s3a_checksum_value_set(ret_value, kind, sums->joined);
    }
    if (ret_value->kind == S3A_CHECKSUM_NONE) {
        return refuse(sums, S3A_CODE_INTERNAL_ERROR);
    }
    return is_as_announced(sums, ret_value) ? S3A_CODE_NONE : refuse_sum(sums);
}

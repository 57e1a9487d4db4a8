/* SPDX-License-Identifier: MIT */
#include "names.h"

#include "failure.h"
#include "name.h"

static enum s3a_code judge(const struct s3a_op *op)
{
    if (s3a_op_target(op->kind) == S3A_TARGET_SERVICE) {
        return S3A_CODE_NONE;
    }
    if (s3a_bucket_check(op->bucket, NULL) != S3A_OK) {
        return S3A_CODE_INVALID_BUCKET_NAME;
    }
    if (s3a_op_target(op->kind) != S3A_TARGET_OBJECT) {
        return S3A_CODE_NONE;
    }
    if (op->key.size > S3A_KEY_SIZE_MAX) {
        return S3A_CODE_KEY_TOO_LONG;
    }
    return s3a_key_check(op->key, NULL) == S3A_OK ? S3A_CODE_NONE : S3A_CODE_INVALID_URI;
}

bool s3a_names_check(const struct s3a_op *op, struct s3a_answer *answer)
{
    enum s3a_code code = judge(op);

    if (code != S3A_CODE_NONE) {
        s3a_fail_code(answer, code);
    }
    return code == S3A_CODE_NONE;
}

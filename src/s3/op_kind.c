/* SPDX-License-Identifier: MIT */
#include "op_kind.h"

#include <stddef.h>

static const struct {
    const char *name;
    const char *method;
    enum s3a_op_target target;
    enum s3a_op_body body;
    bool is_write;
} rows[] = {
#define ROW(name, api_name, method, target, body, is_write)                                        \
    [S3A_OP_##name] = {api_name, method, S3A_TARGET_##target, S3A_BODY_##body, is_write},
    S3A_OP_MAP(ROW)
#undef ROW
};

const char *s3a_op_name(enum s3a_op_kind kind)
{
    return (size_t)kind < sizeof(rows) / sizeof(rows[0]) ? rows[kind].name : NULL;
}

const char *s3a_op_method(enum s3a_op_kind kind)
{
    return rows[kind].method;
}

enum s3a_op_target s3a_op_target(enum s3a_op_kind kind)
{
    return rows[kind].target;
}

enum s3a_op_body s3a_op_body(enum s3a_op_kind kind)
{
    return rows[kind].body;
}

bool s3a_op_is_write(enum s3a_op_kind kind)
{
    return rows[kind].is_write;
}

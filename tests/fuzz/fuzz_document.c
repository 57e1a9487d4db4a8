/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "http.h"

/* Every operation that comes with a document. */
static const enum s3a_op_kind kinds[] = {
#define KIND(name, api_name, method, target, body, is_write) S3A_OP_##name,
    S3A_OP_MAP(KIND)
#undef KIND
};

#define COUNT (sizeof(kinds) / sizeof(kinds[0]))

static void read_document(enum s3a_op_kind kind, struct s3a_str document)
{
    struct s3a_pool pool = {0};
    struct s3a_answer answer;
    struct s3a_op op = {.kind = kind, .bucket = S3A_STR("bucket"), .key = S3A_STR("k")};

    s3a_answer_init(&answer, 0);
    enum s3a_code code = s3a_op_decode_document(document, &pool, &op, &answer);
    s3a_check(answer.code == code && op.kind == kind);
    if (code != S3A_CODE_NONE) {
        s3a_check(answer.http_status >= 400 && answer.http_status < 600);
        s3a_check(code != S3A_CODE_INTERNAL_ERROR);
    }
    s3a_answer_fini(&answer);
    s3a_pool_fini(&pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str document = fuzz_copy(s3a_str_make(bytes, size));

    for (size_t i = 0; i < COUNT; i++) {
        if (s3a_op_body(kinds[i]) == S3A_BODY_DOCUMENT) {
            read_document(kinds[i], document);
        }
    }
    fuzz_free(document);
    return 0;
}

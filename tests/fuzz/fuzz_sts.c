/* SPDX-License-Identifier: MIT */
#include "fuzz_keys.h"

#include "sts_answer.h"

#define WHERE "the role"

static const int statuses[] = {200, 400, 403, 503};

/* A byte for the status, and the body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str input = s3a_str_make(bytes, size);
    int http_status = statuses[fuzz_take_byte(&input) % (sizeof(statuses) / sizeof(statuses[0]))];
    struct s3a_str body = fuzz_copy(input);
    struct s3a_sts_answer answer;
    struct s3a_pool pool = {0};
    struct s3a_key_set keys;
    struct s3a_error error;
    enum s3a_status status = s3a_sts_answer_read(&pool, http_status, body, WHERE, &answer, &error);

    if (status == S3A_OK) {
        s3a_check(http_status == 200);
        status = s3a_key_set_take(&answer.credentials, answer.expires_ms, WHERE, &keys, &error);
        if (status == S3A_OK) {
            fuzz_check_keys(&keys);
        }
    }
    if (status != S3A_OK) {
        s3a_check(status == S3A_CREDENTIALS && error.status == status);
        s3a_check(s3a_str_starts_with(s3a_str_of(error.message), WHERE));
    }
    s3a_pool_fini(&pool);
    fuzz_free(body);
    return 0;
}

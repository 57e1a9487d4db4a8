/* SPDX-License-Identifier: MIT */
#include "call.h"

#include <stdio.h>

void s3a_call_init(struct s3a_call *call, uint64_t body_bytes_max,
                   void (*done)(struct s3a_call *call))
{
    /* SIZE_MAX is what no buffer can have. */
    size_t size_max = body_bytes_max < SIZE_MAX ? (size_t)body_bytes_max : SIZE_MAX - 1;

    *call = (struct s3a_call){.done = done};
    s3a_answer_init(&call->answer, size_max);
}

void s3a_call_fini(struct s3a_call *call)
{
    s3a_answer_fini(&call->answer);
}

void s3a_call_clear_answer(struct s3a_call *call)
{
    size_t body_bytes_max = call->answer.body.size_max;

    s3a_answer_fini(&call->answer);
    s3a_answer_init(&call->answer, body_bytes_max);
}

uint32_t s3a_call_timeout_ms(const struct s3a_call *call, uint32_t given_ms, uint64_t body_bytes)
{
    uint64_t steps = body_bytes / S3A_REQUEST_TIMEOUT_STEP_BYTES;
    uint64_t steps_max = (UINT32_MAX - S3A_REQUEST_TIMEOUT_MS) / S3A_REQUEST_TIMEOUT_STEP_MS;

    if (call->timeout_ms != 0) {
        return call->timeout_ms;
    }
    if (given_ms != 0) {
        return given_ms;
    }
    return S3A_REQUEST_TIMEOUT_MS +
           (uint32_t)(steps < steps_max ? steps : steps_max) * S3A_REQUEST_TIMEOUT_STEP_MS;
}

void s3a_call_fail(struct s3a_call *call, enum s3a_status status, bool was_sent, const char *format,
                   ...)
{
    struct s3a_answer *answer = &call->answer;
    char message[S3A_ERROR_MESSAGE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    answer->code = S3A_CODE_NONE;
    answer->http_status = 0;
    answer->status = was_sent && s3a_op_is_write(call->op.kind) ? S3A_IN_DOUBT : status;
    answer->message = s3a_pool_copy(&answer->pool, s3a_str_of(message));
}

void s3a_call_finish(struct s3a_call *call)
{
    enum s3a_status status = call->answer.status;

    if (s3a_op_is_write(call->op.kind) && (status == S3A_SERVER || status == S3A_PROTOCOL)) {
        call->answer.status = S3A_IN_DOUBT;
    }
    if (call->observer) {
        s3a_observer_note_end(call->observer, call);
    }
    call->done(call);
}

/* SPDX-License-Identifier: MIT */
#include "request.h"

/*
 * Which failures may be tried again. Only those that have changed nothing: any of a read; of a
 * write those that were not sent, and those of which the store says so (503, 429, 409). A write
 * that was sent and not answered is S3A_IN_DOUBT, and is not among them.
 */
static enum s3a_retry_cause cause_of(const struct s3a_answer *answer)
{
    switch (answer->status) {
    case S3A_LATER:
        return s3a_answer_is_throttled(answer) ? S3A_RETRY_THROTTLED : S3A_RETRY_TRANSIENT;
    case S3A_UNREACHABLE:
    case S3A_SERVER:
    case S3A_PROTOCOL:
    case S3A_RACE:
        return S3A_RETRY_TRANSIENT;
    case S3A_TIMEOUT:
        return S3A_RETRY_TIMEOUT;
    default:
        return S3A_RETRY_NOT;
    }
}

static void tell(struct s3a_request *request, uint64_t at_ms)
{
    struct s3a_client *client = request->client;
    struct s3a_error error;
    uint64_t now_ms = s3a_loop_now_ms(client->loop);

    if (at_ms == 0) {
        s3a_observer_count(&client->observer, retries_denied);
        return;
    }
    s3a_observer_count(&client->observer, retries);
    if (s3a_observer_hears(&client->observer, S3A_LOG_INFO)) {
        (void)s3a_answer_error(&request->call.op, &request->call.answer, &error);
        s3a_observer_log(&client->observer, S3A_LOG_INFO, "%s; again in %lu ms", error.message,
                         (unsigned long)(at_ms > now_ms ? at_ms - now_ms : 0));
    }
}

uint64_t s3a_request_retry_ms(struct s3a_request *request)
{
    struct s3a_client *client = request->client;
    const struct s3a_answer *answer = &request->call.answer;
    enum s3a_retry_cause cause = cause_of(answer);
    uint64_t at_ms = 0;

    if (cause == S3A_RETRY_NOT) {
        if (answer->status != S3A_IN_DOUBT) {
            s3a_retry_succeeded(&client->retries, &request->retry);
        }
        return 0;
    }
    if (!request->is_single && client->retries.terms.attempts_max > request->retry.retries + 1) {
        (void)s3a_retry_again(&client->retries, &request->retry, cause, answer->retry_after_ms,
                              s3a_loop_now_ms(client->loop), request->deadline_ms, &at_ms);
        tell(request, at_ms);
    }
    return at_ms;
}

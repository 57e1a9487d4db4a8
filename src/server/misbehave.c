/* SPDX-License-Identifier: MIT */
#include "misbehave.h"

#include <stdio.h>
#include <sys/socket.h>

#include "broken_body.h"
#include "clock.h"
#include "held.h"
#include "reply.h"

void s3a_misbehave_begin(struct s3a_exchange *exchange)
{
    struct s3a_fault_decision *faults = &exchange->faults;
    struct s3a_op *op = &exchange->op;

    if (exchange->page) {
        return; /* else nobody could end it */
    }
    s3a_faults_decide(exchange->front->faults, exchange->head.request.method, op, faults);
    if (faults->ignores_if_match) {
        op->if_match = s3a_str_make(NULL, 0);
    }
    if (faults->ignores_if_none_match) {
        op->if_none_match = s3a_str_make(NULL, 0);
    }
}

enum s3a_code s3a_misbehave_document(struct s3a_exchange *exchange)
{
    struct s3a_op *op = &exchange->op;
    struct s3a_deletion *deletions;

    if (!exchange->faults.ignores_if_match || op->deletion_count == 0) {
        return S3A_CODE_NONE;
    }
    deletions = s3a_pool_alloc(&exchange->pool, op->deletion_count * sizeof(deletions[0]));
    if (!deletions) {
        return S3A_CODE_INTERNAL_ERROR;
    }
    for (size_t i = 0; i < op->deletion_count; i++) {
        deletions[i] = op->deletions[i];
        deletions[i].if_match = s3a_str_make(NULL, 0);
    }
    op->deletions = deletions;
    return S3A_CODE_NONE;
}

/*
 * Linux resets a connection that is dissolved this way (tcp_disconnect). Closing it with no time to
 * linger would do so, too; but libmicrohttpd shuts a socket down first, and then the client might
 * see an orderly end.
 */
static void reset(const struct s3a_exchange *exchange)
{
    const struct linger at_once = {.l_onoff = 1};
    const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    int fd = MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
                 ->connect_fd;

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    (void)connect(fd, &nobody, sizeof(nobody));
}

static enum s3a_misbehaviour freeze(struct s3a_exchange *exchange)
{
    struct s3a_front *front = exchange->front;

    if (front->is_closing) {
        return S3A_MISBEHAVE_CUT;
    }
    if (exchange->faults.lifts != atomic_load(&front->faults->lifts)) {
        exchange->faults.ending = S3A_FAULT_NONE;
        return S3A_MISBEHAVE_NOT;
    }
    s3a_held_add(exchange, S3A_HELD_FOR_EVER);
    return S3A_MISBEHAVE_HOLD;
}

enum s3a_misbehaviour s3a_misbehave(struct s3a_exchange *exchange, bool is_after)
{
    struct s3a_fault_decision *faults = &exchange->faults;
    uint64_t *delay_ms = is_after ? &faults->delay_after_ms : &faults->delay_ms;
    uint64_t delayed_ms = *delay_ms;

    *delay_ms = 0;
    if (delayed_ms > 0 && !exchange->front->is_closing) {
        s3a_held_add(exchange, s3a_clock_ms() + delayed_ms);
        return S3A_MISBEHAVE_HOLD;
    }
    if (faults->is_after != is_after) {
        return S3A_MISBEHAVE_NOT;
    }
    switch (faults->ending) {
    case S3A_FAULT_ERROR:
        return S3A_MISBEHAVE_FAIL;
    case S3A_FAULT_FREEZE:
        return freeze(exchange);
    case S3A_FAULT_RESET:
        reset(exchange);
        return S3A_MISBEHAVE_CUT;
    default:
        return S3A_MISBEHAVE_NOT;
    }
}

static void bend_etag(struct s3a_answer *answer, enum s3a_fault_etag form)
{
    char whole[sizeof(answer->etag)];
    struct s3a_str etag;

    snprintf(whole, sizeof(whole), "%s", answer->etag);
    etag = s3a_str_of(whole);
    if (form == S3A_FAULT_ETAG_GOOD || etag.size < 2) {
        return;
    }
    answer->etag[0] = '\0';
    if (form == S3A_FAULT_ETAG_BARE) {
        etag = s3a_str_make(etag.data + 1, etag.size - 2);
        snprintf(answer->etag, sizeof(answer->etag), "%.*s", S3A_STR_ARG(etag));
    } else if (form == S3A_FAULT_ETAG_WEAK) {
        snprintf(answer->etag, sizeof(answer->etag), "W/%.*s", S3A_STR_ARG(etag));
    }
}

static struct MHD_Response *make_good(struct s3a_exchange *exchange)
{
    return s3a_reply_make(&exchange->op, &exchange->answer, exchange->head.request.path,
                          &exchange->pool, &exchange->xml);
}

/* The head of the whole answer, with a body that breaks off. */
static struct MHD_Response *make_broken(struct s3a_exchange *exchange)
{
    struct s3a_answer *answer = &exchange->answer;
    bool is_object = exchange->op.kind == S3A_OP_GET_OBJECT && answer->code == S3A_CODE_NONE;
    struct s3a_broken_body body = {.file = answer->file, .stream = answer->stream};

    answer->file.fd = -1; /* they are the broken body's now */
    answer->stream = NULL;
    struct MHD_Response *whole = make_good(exchange);
    body.bytes = s3a_buf_str(is_object ? &answer->body : &exchange->xml);
    body.size = body.stream         ? body.stream->size
                : body.file.fd >= 0 ? body.file.size
                                    : body.bytes.size;
    body.kept = exchange->faults.keeps_some ? exchange->faults.bytes_kept : body.size / 2;
    return s3a_broken_body_make(whole, &body);
}

struct MHD_Response *s3a_misbehave_reply(struct s3a_exchange *exchange)
{
    const struct s3a_fault_decision *faults = &exchange->faults;
    struct s3a_answer *answer = &exchange->answer;

    if (faults->date_offset_ms != 0 && answer->date_ms != S3A_TIME_NONE) {
        answer->date_ms += faults->date_offset_ms;
    }
    bend_etag(answer, faults->etag);
    return faults->ending == S3A_FAULT_TRUNCATE ? make_broken(exchange) : make_good(exchange);
}

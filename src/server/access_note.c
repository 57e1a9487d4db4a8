/* SPDX-License-Identifier: MIT */
#include "access_note.h"

#include <arpa/inet.h>

#include "access_line.h"
#include "access_log.h"
#include "clock.h"

static void name_remote(const struct s3a_exchange *exchange, char ret_text[INET6_ADDRSTRLEN])
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const void *address = info->client_addr;
    const void *bytes = info->client_addr->sa_family == AF_INET6
                            ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                            : (const void *)&((const struct sockaddr_in *)address)->sin_addr;

    if (!inet_ntop(info->client_addr->sa_family, bytes, ret_text, INET6_ADDRSTRLEN)) {
        ret_text[0] = '-';
        ret_text[1] = '\0';
    }
}

void s3a_access_note(const struct s3a_exchange *exchange, const struct s3a_request_outcome *outcome)
{
    const struct s3a_shared *shared = exchange->front->shared;
    struct s3a_buf *line = &exchange->front->line;
    char remote[INET6_ADDRSTRLEN];

    if (!shared->log) {
        return;
    }
    name_remote(exchange, remote);
    const struct s3a_access_record record = {
        .time_ms = s3a_clock_wall_ms(),
        .remote = remote,
        .user = exchange->user,
        .request_id = s3a_str_of(exchange->answer.request_id),
        .method = exchange->head.request.method,
        .target = exchange->target,
        .operation = exchange->is_decoded ? s3a_op_name(exchange->op.kind) : NULL,
        .bucket = exchange->is_decoded ? exchange->op.bucket : s3a_str_make(NULL, 0),
        .key = exchange->is_decoded ? exchange->op.key : s3a_str_make(NULL, 0),
        .status = outcome->http_status,
        .code = s3a_code_wire(exchange->answer.code),
        .bytes_in = outcome->bytes_in,
        .bytes_out = outcome->bytes_out,
        .duration_us = outcome->duration_us,
        .is_complete = outcome->is_complete,
    };
    s3a_buf_clear(line);
    if (shared->settings->access_log_json) {
        s3a_access_line_json(&record, line);
    } else {
        s3a_access_line_common(&record, line);
    }
    if (line->status == S3A_OK) {
        s3a_access_log_write(shared->log, s3a_buf_str(line));
    } else {
        s3a_access_log_drop(shared->log);
    }
}

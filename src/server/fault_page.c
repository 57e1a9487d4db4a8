/* SPDX-License-Identifier: MIT */
#include "fault_page.h"

static bool has_header(const struct s3a_http_incoming *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (s3a_str_is(request->headers[i].name, name)) {
            return true;
        }
    }
    return false;
}

static enum s3a_code refuse(struct s3a_exchange *exchange, const struct s3a_error *error,
                            const char **ret_message)
{
    struct s3a_str message = s3a_pool_copy(&exchange->pool, s3a_str_of(error->message));

    if (error->status == S3A_NO_MEMORY || !message.data) {
        return S3A_CODE_INTERNAL_ERROR;
    }
    *ret_message = message.data;
    return S3A_CODE_INVALID_ARGUMENT;
}

enum s3a_code s3a_fault_page_answer(struct s3a_exchange *exchange, struct s3a_buf *text,
                                    const char **ret_message)
{
    const struct s3a_http_incoming *request = &exchange->head.request;
    struct s3a_faults *faults = exchange->front->faults;
    bool is_put = s3a_str_is(request->method, "PUT");
    struct s3a_error error;

    if (!faults->may_be_set_remotely) {
        *ret_message = "This server was not started to show faults (--allow-faults)";
        return S3A_CODE_ACCESS_DENIED;
    }
    if (has_header(request, "origin")) {
        *ret_message = "Faults are not for pages in a browser";
        return S3A_CODE_ACCESS_DENIED;
    }
    if (s3a_str_is(request->method, "DELETE")) {
        s3a_faults_clear(faults);
    } else if (is_put || s3a_str_is(request->method, "POST")) {
        enum s3a_status status =
            s3a_faults_add_lines(faults, s3a_admin_body(exchange), is_put, &error);
        if (status != S3A_OK) {
            return refuse(exchange, &error, ret_message);
        }
    }
    s3a_faults_write_json(faults, text);
    return S3A_CODE_NONE;
}

/* SPDX-License-Identifier: MIT */
#include "sigv4.h"

#include "uri.h"

/* The names of a request's headers in the order in which they are signed. */
struct order {
    const struct s3a_header *items[S3A_SIGNED_HEADERS_MAX];
    size_t count;
};

/* By name; headers of the same name stay in the order in which they came. They are few and mostly
 * in order already. */
static bool sort_headers(const struct s3a_sigv4_request *request, struct order *ret_order)
{
    ret_order->count = 0;
    if (request->header_count > S3A_SIGNED_HEADERS_MAX) {
        return false;
    }
    for (size_t i = 0; i < request->header_count; i++) {
        const struct s3a_header *header = &request->headers[i];
        size_t at = ret_order->count++;
        while (at > 0 && s3a_str_compare(ret_order->items[at - 1]->name, header->name) > 0) {
            ret_order->items[at] = ret_order->items[at - 1];
            at--;
        }
        ret_order->items[at] = header;
    }
    return true;
}

static bool is_repeated(const struct order *order, size_t at)
{
    return at > 0 && s3a_str_equal(order->items[at]->name, order->items[at - 1]->name);
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Without blanks at its ends, and with one space where there are several in a row. */
static void append_value(struct s3a_buf *buf, struct s3a_str value)
{
    value = s3a_str_trim(value);
    while (value.size > 0) {
        size_t run = 0;
        while (run < value.size && !is_blank(value.data[run])) {
            run++;
        }
        s3a_buf_append(buf, s3a_str_make(value.data, run));
        value = s3a_str_skip(value, run);
        if (value.size > 0) {
            s3a_buf_append_byte(buf, ' ');
        }
        while (value.size > 0 && is_blank(value.data[0])) {
            value = s3a_str_skip(value, 1);
        }
    }
}

static void append_headers(struct s3a_buf *buf, const struct order *order)
{
    for (size_t i = 0; i < order->count; i++) {
        if (is_repeated(order, i)) {
            s3a_buf_append_byte(buf, ',');
        } else {
            if (i > 0) {
                s3a_buf_append_byte(buf, '\n');
            }
            s3a_buf_append(buf, order->items[i]->name);
            s3a_buf_append_byte(buf, ':');
        }
        append_value(buf, order->items[i]->value);
    }
    if (order->count > 0) {
        s3a_buf_append_byte(buf, '\n');
    }
}

static void append_names(struct s3a_buf *buf, const struct order *order)
{
    for (size_t i = 0; i < order->count; i++) {
        if (is_repeated(order, i)) {
            continue;
        }
        if (i > 0) {
            s3a_buf_append_byte(buf, ';');
        }
        s3a_buf_append(buf, order->items[i]->name);
    }
}

struct parameter {
    struct s3a_str name;
    struct s3a_str value;
};

static int compare_parameters(const struct parameter *a, const struct parameter *b)
{
    int by_name = s3a_uri_compare(a->name, b->name);
    return by_name != 0 ? by_name : s3a_uri_compare(a->value, b->value);
}

/* False where there are too many. */
static bool sort_query(struct s3a_str query, bool skip_signature,
                       struct parameter sorted[S3A_SIGNED_PARAMETERS_MAX], size_t *ret_count)
{
    struct parameter next;

    *ret_count = 0;
    while (s3a_query_next(&query, &next.name, &next.value)) {
        if (skip_signature && s3a_str_is(next.name, "X-Amz-Signature")) {
            continue;
        }
        if (*ret_count == S3A_SIGNED_PARAMETERS_MAX) {
            return false;
        }
        size_t at = (*ret_count)++;
        while (at > 0 && compare_parameters(&sorted[at - 1], &next) > 0) {
            sorted[at] = sorted[at - 1];
            at--;
        }
        sorted[at] = next;
    }
    return true;
}

static void append_query(struct s3a_buf *buf, struct s3a_str query, bool skip_signature)
{
    struct parameter sorted[S3A_SIGNED_PARAMETERS_MAX];
    size_t count;

    if (!sort_query(query, skip_signature, sorted, &count)) {
        buf->status = S3A_TOO_LARGE;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            s3a_buf_append_byte(buf, '&');
        }
        s3a_uri_recode(buf, sorted[i].name, false, true);
        s3a_buf_append_byte(buf, '=');
        s3a_uri_recode(buf, sorted[i].value, false, true);
    }
}

void s3a_sigv4_canonical_request(struct s3a_buf *buf, const struct s3a_sigv4_request *request,
                                 bool skip_signature)
{
    struct order order;

    if (!sort_headers(request, &order)) {
        buf->status = S3A_TOO_LARGE;
        return;
    }
    s3a_buf_append(buf, request->method);
    s3a_buf_append_byte(buf, '\n');
    s3a_uri_recode(buf, request->path.size > 0 ? request->path : S3A_STR("/"), true, false);
    s3a_buf_append_byte(buf, '\n');
    append_query(buf, request->query, skip_signature);
    s3a_buf_append_byte(buf, '\n');
    append_headers(buf, &order);
    s3a_buf_append_byte(buf, '\n');
    append_names(buf, &order);
    s3a_buf_append_byte(buf, '\n');
    s3a_buf_append(buf, request->payload_hash);
}

void s3a_sigv4_signed_headers(struct s3a_buf *buf, const struct s3a_sigv4_request *request)
{
    struct order order;

    if (!sort_headers(request, &order)) {
        buf->status = S3A_TOO_LARGE;
        return;
    }
    append_names(buf, &order);
}

struct s3a_str s3a_sigv4_day(const struct s3a_sigv4_scope *scope)
{
    size_t size = scope->date.size < S3A_SIGV4_DAY_SIZE ? scope->date.size : S3A_SIGV4_DAY_SIZE;

    return s3a_str_make(scope->date.data, size);
}

void s3a_sigv4_scope_text(struct s3a_buf *buf, const struct s3a_sigv4_scope *scope)
{
    s3a_buf_append(buf, s3a_sigv4_day(scope));
    s3a_buf_append_byte(buf, '/');
    s3a_buf_append(buf, scope->region);
    s3a_buf_append_byte(buf, '/');
    s3a_buf_append(buf, scope->service);
    s3a_buf_append(buf, S3A_STR("/" S3A_SIGV4_SCOPE_END));
}

void s3a_sigv4_string_to_sign(struct s3a_buf *buf, const struct s3a_sigv4_scope *scope,
                              struct s3a_str canonical_request)
{
    uint8_t sha256[S3A_SHA256_SIZE];

    s3a_sha256(canonical_request, sha256);
    s3a_buf_append(buf, S3A_STR(S3A_SIGV4_ALGORITHM "\n"));
    s3a_buf_append(buf, scope->date);
    s3a_buf_append_byte(buf, '\n');
    s3a_sigv4_scope_text(buf, scope);
    s3a_buf_append_byte(buf, '\n');
    s3a_buf_append_hex(buf, sha256, sizeof(sha256));
}

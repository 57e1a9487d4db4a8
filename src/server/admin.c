/* SPDX-License-Identifier: MIT */
#include "admin.h"

#include <netinet/in.h>

#include "fault_page.h"
#include "metrics.h"

#define PREFIX "/-/"

/* It answers, so it is there. (A server that is about to stop does not get here.) */
static enum s3a_code answer_health(struct s3a_exchange *exchange, struct s3a_buf *text,
                                   const char **ret_message)
{
    (void)exchange;
    (void)ret_message;
    s3a_buf_append_text(text, "ok\n");
    return S3A_CODE_NONE;
}

static const struct s3a_page pages[] = {
    {"/-/faults", "GET HEAD PUT POST DELETE", S3A_PAGE_FOR_OPERATORS, "application/json",
     s3a_fault_page_answer},
    {"/-/health", "GET HEAD", S3A_PAGE_FOR_ALL, "text/plain", answer_health},
    {"/-/metrics", "GET HEAD", S3A_PAGE_FOR_OPERATORS, "text/plain; version=0.0.4",
     s3a_metrics_answer},
};

bool s3a_admin_is_at(struct s3a_str path)
{
    return s3a_str_starts_with(path, PREFIX);
}

static bool has_word(const char *words, struct s3a_str word)
{
    struct s3a_str rest = s3a_str_of(words);

    while (rest.data) {
        if (s3a_str_equal(s3a_str_split(&rest, ' '), word)) {
            return true;
        }
    }
    return false;
}

enum s3a_code s3a_admin_find(struct s3a_exchange *exchange, const char **ret_message)
{
    const struct s3a_http_incoming *request = &exchange->head.request;

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (s3a_str_is(request->path, pages[i].path)) {
            exchange->page = &pages[i];
            return has_word(pages[i].methods, request->method) ? S3A_CODE_NONE
                                                               : S3A_CODE_METHOD_NOT_ALLOWED;
        }
    }
    *ret_message = "There is no such page";
    return S3A_CODE_NO_SUCH_KEY;
}

bool s3a_admin_is_local(const struct s3a_exchange *exchange)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info->client_addr;

    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        return ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (address->sa_family == AF_INET6) {
        const struct in6_addr *v6 =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
        return IN6_IS_ADDR_LOOPBACK(v6) ||
               (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == IN_LOOPBACKNET);
    }
    return false;
}

struct s3a_str s3a_admin_body(const struct s3a_exchange *exchange)
{
    return s3a_buf_str(&exchange->body.spool.memory);
}

enum s3a_code s3a_admin_answer(struct s3a_exchange *exchange, const char **ret_message)
{
    enum s3a_code code;

    *ret_message = NULL;
    exchange->answer.http_status = 200;
    code = exchange->page->answer(exchange, &exchange->xml, ret_message);
    if (code == S3A_CODE_NONE && exchange->xml.status != S3A_OK) {
        code = S3A_CODE_INTERNAL_ERROR;
    }
    if (code != S3A_CODE_NONE) {
        s3a_buf_clear(&exchange->xml);
    }
    return code;
}

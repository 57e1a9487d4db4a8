/* SPDX-License-Identifier: MIT */
#include "head.h"

#include <string.h>

/* "http://host:9000/bucket/key" is "/bucket/key": whoever goes through a proxy sends the one for
 * the other (RFC 9112, section 3.2.2). Its host is that of the Host header, which is signed. */
static struct s3a_str without_authority(struct s3a_str target)
{
    struct s3a_str rest = target;

    if (!s3a_str_starts_with_nocase(target, "http://")) {
        return target;
    }
    rest = s3a_str_skip(rest, strlen("http://"));
    return s3a_str_skip(rest, s3a_str_find(rest, '/'));
}

void s3a_head_init(struct s3a_head *head, struct s3a_pool *pool, struct s3a_str method,
                   struct s3a_str target, size_t header_count)
{
    *head = (struct s3a_head){.pool = pool, .request = {.method = method}};
    target = without_authority(target);
    head->request.path = s3a_str_split(&target, '?');
    head->request.query = target;
    if (header_count > S3A_HEAD_HEADERS_MAX) {
        head->message = "Too many headers";
        return;
    }
    head->headers = s3a_pool_alloc(pool, header_count * sizeof(head->headers[0]));
    head->capacity = head->headers ? header_count : 0;
    head->request.headers = head->headers;
}

/* In lower case; '\0' for what cannot stand in a name ("token" of RFC 9110, section 5.6.2). */
static char name_byte(char byte)
{
    if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-') {
        return byte;
    }
    if (byte >= 'A' && byte <= 'Z') {
        return (char)(byte | 0x20);
    }
    return byte != '\0' && strchr("!#$%&'*+.^_`|~", byte) ? byte : '\0';
}

/* A copy in lower case. Empty where it is no name, or where there is no memory. */
static struct s3a_str lower_name(struct s3a_head *head, struct s3a_str name)
{
    char *lower = s3a_pool_alloc(head->pool, name.size);
    bool good = name.size > 0;

    for (size_t i = 0; lower && i < name.size; i++) {
        lower[i] = name_byte(name.data[i]);
        good = good && lower[i] != '\0';
    }
    if (!good) {
        head->message = "A header's name is empty or holds a character that is not allowed there";
    }
    return s3a_str_make(lower, lower && good ? name.size : 0);
}

/* A control character would come back in an answer's head, and could end a line there. */
static bool has_control(struct s3a_str value)
{
    for (size_t i = 0; i < value.size; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (byte < ' ' || byte == 0x7f) {
            return true;
        }
    }
    return false;
}

static void take_length(struct s3a_head *head, struct s3a_str value)
{
    if (head->has_length) {
        head->message = "Content-Length is there twice";
    } else if (!s3a_str_to_uint64(value, UINT64_MAX, &head->length)) {
        head->message = "Content-Length is no number";
    }
    head->has_length = true;
}

void s3a_head_add(struct s3a_head *head, struct s3a_str name, struct s3a_str value)
{
    struct s3a_header *header = &head->headers[head->request.header_count];

    if (head->message || head->request.header_count == head->capacity) {
        return;
    }
    header->name = lower_name(head, name);
    header->value = s3a_str_trim(value);
    if (header->name.size == 0) {
        return;
    }
    head->request.header_count++;
    if (has_control(header->value)) {
        head->message = "A header holds a control character";
    } else if (s3a_str_is(header->name, "content-length")) {
        take_length(head, header->value);
    } else if (s3a_str_is(header->name, "transfer-encoding")) {
        head->is_chunked = true;
    } else if (s3a_str_is(header->name, "expect")) {
        head->waits_for_100 = s3a_str_is_nocase(header->value, "100-continue");
    }
}

enum s3a_code s3a_head_end(struct s3a_head *head)
{
    if (!head->message && head->is_chunked && head->has_length) {
        head->message = "Content-Length and Transfer-Encoding exclude each other";
    }
    if (head->message) {
        return S3A_CODE_INVALID_REQUEST;
    }
    /* What was not taken and has no message met a lack of memory. */
    return head->request.header_count == head->capacity && head->headers ? S3A_CODE_NONE
                                                                         : S3A_CODE_INTERNAL_ERROR;
}

bool s3a_head_method_is_known(const struct s3a_head *head)
{
    static const char *const methods[] = {"GET", "HEAD", "PUT", "POST", "DELETE"};

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (s3a_str_is(head->request.method, methods[i])) {
            return true;
        }
    }
    return false;
}

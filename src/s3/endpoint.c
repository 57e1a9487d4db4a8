/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "uri.h"

/* A host name has at most 253 characters (RFC 1035, section 2.3.4); an address has fewer. */
#define HOST_SIZE_MAX 253

#define GOOD_ONES "https://s3.example.com, http://127.0.0.1:9000, file:///var/lib/locks"

/* How much of an endpoint is quoted in a message. */
#define SHOWN_SIZE_MAX 200

struct scheme {
    const char *prefix;
    enum s3a_scheme scheme;
    uint16_t port;
};

static const struct scheme schemes[] = {
    {"http://", S3A_SCHEME_HTTP, 80},
    {"https://", S3A_SCHEME_HTTPS, 443},
    {"file:", S3A_SCHEME_FILE, 0},
};

static bool is_address_of(int family, struct s3a_str host)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char address[sizeof(struct in6_addr)];

    if (host.size >= sizeof(text)) {
        return false;
    }
    memcpy(text, host.size ? host.data : "", host.size);
    text[host.size] = '\0';
    return strlen(text) == host.size && inet_pton(family, text, address) == 1;
}

bool s3a_host_is_address(struct s3a_str host)
{
    return is_address_of(AF_INET, host) || is_address_of(AF_INET6, host);
}

/* From here on each returns why the endpoint is refused, or NULL where it is not. */

static bool is_host_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_';
}

static const char *parse_host(struct s3a_str host)
{
    if (host.size == 0) {
        return "it names no host";
    }
    if (host.size > HOST_SIZE_MAX || host.data[0] == '.' || host.data[0] == '-') {
        return "its host is none";
    }
    for (size_t i = 0; i < host.size; i++) {
        if (!is_host_byte(host.data[i]) || (host.data[i] == '.' && host.data[i - 1] == '.')) {
            return "its host is none";
        }
    }
    return NULL;
}

/* "host", "host:9000", "[::1]", "[::1]:9000" */
static const char *parse_authority(struct s3a_str authority, struct s3a_endpoint *endpoint)
{
    struct s3a_str port = authority;
    uint64_t value;

    endpoint->authority = authority;
    if (s3a_str_find(authority, '@') < authority.size) {
        return "it may not hold a user name; credentials are given apart";
    }
    if (s3a_str_starts_with(authority, "[")) {
        size_t end = s3a_str_find(authority, ']');
        port = s3a_str_skip(authority, end + 1);
        endpoint->host = s3a_str_make(authority.data + 1, end - 1);
        if (end == authority.size || !is_address_of(AF_INET6, endpoint->host) ||
            (port.size > 0 && port.data[0] != ':')) {
            return "its IPv6 address is none";
        }
        (void)s3a_str_split(&port, ':');
    } else {
        endpoint->host = s3a_str_split(&port, ':');
        const char *why = parse_host(endpoint->host);
        if (why) {
            return why;
        }
    }
    if (!port.data) {
        return NULL;
    }
    if (!s3a_str_to_uint64(port, UINT16_MAX, &value) || value == 0) {
        return "its port is none";
    }
    endpoint->port = (uint16_t)value;
    endpoint->has_port = true;
    return NULL;
}

static struct s3a_str without_end_slashes(struct s3a_str path)
{
    while (path.size > 0 && path.data[path.size - 1] == '/') {
        path.size--;
    }
    return path;
}

static const char *parse_http(struct s3a_str rest, struct s3a_endpoint *endpoint)
{
    size_t end = s3a_str_find(rest, '/');

    endpoint->path = without_end_slashes(s3a_str_skip(rest, end));
    return parse_authority(s3a_str_make(rest.data, end), endpoint);
}

/* "file:///dir", "file:/dir" and "file://localhost/dir" (RFC 8089). */
static const char *parse_file(struct s3a_str rest, struct s3a_endpoint *endpoint)
{
    if (s3a_str_starts_with(rest, "//")) {
        rest = s3a_str_skip(rest, 2);
        if (s3a_str_starts_with(rest, "localhost/")) {
            rest = s3a_str_skip(rest, strlen("localhost"));
        }
    }
    if (!s3a_str_starts_with(rest, "/")) {
        return "it needs an absolute path";
    }
    struct s3a_str directory = without_end_slashes(rest);
    endpoint->path = directory.size > 0 ? directory : S3A_STR("/");
    return NULL;
}

static const char *check_directory(struct s3a_str path)
{
    return s3a_str_find(path, '\0') < path.size ? "its path holds a NUL byte" : NULL;
}

static const char *check_bytes(struct s3a_str text, bool is_file)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < ' ' || byte == 0x7f || (!is_file && (byte == ' ' || byte > 0x7f))) {
            return "it holds a character that no URL may hold";
        }
        if (byte == '?' || byte == '#') {
            return "it may have no query and no fragment";
        }
    }
    return NULL;
}

static const char *parse(struct s3a_str text, struct s3a_endpoint *endpoint)
{
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (!s3a_str_starts_with_nocase(text, schemes[i].prefix)) {
            continue;
        }
        struct s3a_str rest = s3a_str_skip(text, strlen(schemes[i].prefix));
        bool is_file = schemes[i].scheme == S3A_SCHEME_FILE;
        const char *why = check_bytes(text, is_file);
        if (why) {
            return why;
        }
        endpoint->scheme = schemes[i].scheme;
        endpoint->port = schemes[i].port;
        return is_file ? parse_file(rest, endpoint) : parse_http(rest, endpoint);
    }
    return text.size == 0 ? "it is empty" : "it must begin with https://, http:// or file://";
}

/* The endpoint as it may be shown: cut, on one line, and without what stands before an '@', which
 * may be a password. */
static void shown(struct s3a_str text, char ret_shown[SHOWN_SIZE_MAX + 1])
{
    size_t secret_end = s3a_str_find(text, '@');
    size_t used = 0;

    if (secret_end < text.size) {
        text = s3a_str_skip(text, secret_end);
        used = (size_t)snprintf(ret_shown, SHOWN_SIZE_MAX, "...");
    }
    for (size_t i = 0; i < text.size && used < SHOWN_SIZE_MAX; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        ret_shown[used++] = byte < ' ' || byte >= 0x7f ? '?' : (char)byte;
    }
    ret_shown[used] = '\0';
}

enum s3a_status s3a_endpoint_parse(struct s3a_pool *pool, struct s3a_str text,
                                   struct s3a_endpoint *ret_endpoint, struct s3a_error *error)
{
    char quoted[SHOWN_SIZE_MAX + 1];

    s3a_error_clear(error);
    *ret_endpoint = (struct s3a_endpoint){0};
    struct s3a_str copy = s3a_pool_copy(pool, text);
    if (!copy.data) {
        return s3a_error_set_no_memory(error);
    }
    const char *why = parse(copy, ret_endpoint);
    if (!why && ret_endpoint->scheme == S3A_SCHEME_FILE) {
        enum s3a_status status =
            s3a_uri_decode(pool, ret_endpoint->path, false, &ret_endpoint->path);
        if (status == S3A_NO_MEMORY) {
            return s3a_error_set_no_memory(error);
        }
        why = status == S3A_OK ? check_directory(ret_endpoint->path)
                               : "its path has a '%' without two hexadecimal digits";
    }
    if (!why) {
        return S3A_OK;
    }
    shown(text, quoted);
    return s3a_error_set(error, S3A_INVALID, "endpoint \"%s\": %s; good ones are %s", quoted, why,
                         GOOD_ONES);
}

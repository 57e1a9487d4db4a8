/* SPDX-License-Identifier: MIT */
#include "listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

#define PORT_DIGITS_MAX 5

static bool parse_port(const char *text, uint16_t *ret_port)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > PORT_DIGITS_MAX || text[digits] != '\0') {
        return false;
    }
    long port = strtol(text, NULL, 10);
    *ret_port = (uint16_t)port;
    return port <= UINT16_MAX;
}

enum s3a_status s3a_listen_parse(const char *text, struct s3a_listen *ret_listen,
                                 struct s3a_error *error)
{
    const char *colon = strrchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : 0;
    bool bracketed = size > 2 && text[0] == '[' && text[size - 1] == ']';
    struct in6_addr any;

    *ret_listen = (struct s3a_listen){0};
    if (bracketed) {
        text++;
        size -= 2;
    }
    if (size == 0 || size >= S3A_LISTEN_ADDRESS_SIZE) {
        goto refuse;
    }
    memcpy(ret_listen->address, text, size);
    if (inet_pton(bracketed ? AF_INET6 : AF_INET, ret_listen->address, &any) == 1 &&
        parse_port(colon + 1, &ret_listen->port)) {
        return S3A_OK;
    }
refuse:
    *ret_listen = (struct s3a_listen){0};
    return s3a_fault(error, S3A_INVALID,
                     "--listen: \"%s\" is no address and port; good ones are 127.0.0.1:9000, "
                     "0.0.0.0:9000 and [::1]:9000",
                     text);
}

bool s3a_listen_is_loopback(const struct s3a_listen *listen)
{
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET, listen->address, &four) == 1) {
        return ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    return inet_pton(AF_INET6, listen->address, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

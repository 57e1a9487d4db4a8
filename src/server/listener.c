/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "error.h"

/* The kernel cuts it to net.core.somaxconn. */
#define BACKLOG 4096

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* Returns the size of what was parsed, 0 where it is no address. */
static socklen_t parse(const char *text, uint16_t port, union address *ret_address)
{
    memset(ret_address, 0, sizeof(*ret_address));
    if (inet_pton(AF_INET, text, &ret_address->v4.sin_addr) == 1) {
        ret_address->v4.sin_family = AF_INET;
        ret_address->v4.sin_port = htons(port);
        return sizeof(ret_address->v4);
    }
    if (inet_pton(AF_INET6, text, &ret_address->v6.sin6_addr) == 1) {
        ret_address->v6.sin6_family = AF_INET6;
        ret_address->v6.sin6_port = htons(port);
        return sizeof(ret_address->v6);
    }
    return 0;
}

static int bind_and_listen(int fd, const union address *address, socklen_t address_size)
{
    const int on = 1;
    const int off = 0;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) {
        return -1;
    }
    if (address->any.sa_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0) {
        return -1;
    }
    if (bind(fd, &address->any, address_size) != 0) {
        return -1;
    }
    return listen(fd, BACKLOG);
}

static void name_endpoint(struct s3a_listener *listener, const char *scheme,
                          const union address *address)
{
    char text[INET6_ADDRSTRLEN];

    if (address->any.sa_family == AF_INET6) {
        bool any = IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
        inet_ntop(AF_INET6, any ? &in6addr_loopback : &address->v6.sin6_addr, text, sizeof(text));
        listener->port = ntohs(address->v6.sin6_port);
        snprintf(listener->endpoint, sizeof(listener->endpoint), "%s://[%s]:%u", scheme, text,
                 listener->port);
    } else {
        struct in_addr host = address->v4.sin_addr;
        if (host.s_addr == htonl(INADDR_ANY)) {
            host.s_addr = htonl(INADDR_LOOPBACK);
        }
        inet_ntop(AF_INET, &host, text, sizeof(text));
        listener->port = ntohs(address->v4.sin_port);
        snprintf(listener->endpoint, sizeof(listener->endpoint), "%s://%s:%u", scheme, text,
                 listener->port);
    }
}

enum s3a_status s3a_listener_open(const char *address, uint16_t port, const char *scheme,
                                  struct s3a_listener *ret_listener, struct s3a_error *error)
{
    union address wanted;
    union address bound;
    socklen_t wanted_size = parse(address, port, &wanted);
    socklen_t bound_size = sizeof(bound);
    int fd;

    *ret_listener = (struct s3a_listener){.fd = -1};
    if (wanted_size == 0) {
        return s3a_error_set(error, S3A_INVALID,
                             "address: \"%s\" is no IP address (such as 127.0.0.1 or ::1)",
                             address);
    }
    fd = socket(wanted.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind_and_listen(fd, &wanted, wanted_size) != 0 ||
        getsockname(fd, &bound.any, &bound_size) != 0) {
        enum s3a_status status =
            s3a_error_set_errno(error, errno, "listen on %s port %u", address, port);
        if (fd >= 0) {
            close(fd);
        }
        return status;
    }
    ret_listener->fd = fd;
    name_endpoint(ret_listener, scheme, &bound);
    return S3A_OK;
}

void s3a_listener_close(struct s3a_listener *listener)
{
    if (listener->fd >= 0) {
        close(listener->fd);
    }
    listener->fd = -1;
}

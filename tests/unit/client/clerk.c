/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "clerk.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

/* A whole request: its head, and as much body as that announces. */
static void read_request(int fd, char into[CLERK_REQUEST_SIZE])
{
    size_t size = 0;
    ssize_t got;

    into[0] = '\0';
    while (size < CLERK_REQUEST_SIZE - 1 &&
           (got = read(fd, into + size, CLERK_REQUEST_SIZE - 1 - size)) > 0) {
        size += (size_t)got;
        into[size] = '\0';
        const char *body = strstr(into, "\r\n\r\n");
        const char *length = strcasestr(into, "\r\nContent-Length: ");
        size_t announced = length && body && length < body ? strtoul(length + 18, NULL, 10) : 0;
        if (body && size >= (size_t)(body + 4 - into) + announced) {
            return;
        }
    }
}

static void *serve(void *arg)
{
    struct clerk *clerk = arg;
    int silent[CLERK_REQUESTS_MAX];
    size_t silent_count = 0;

    for (size_t i = 0; clerk->answers[i] && i < CLERK_REQUESTS_MAX; i++) {
        int fd = accept(clerk->listener, NULL, NULL);
        if (fd < 0) {
            break;
        }
        read_request(fd, clerk->requests[i]);
        clerk->count++;
        if (*clerk->answers[i]) {
            (void)!send(fd, clerk->answers[i], strlen(clerk->answers[i]), MSG_NOSIGNAL);
            shutdown(fd, SHUT_WR);
            close(fd);
        } else {
            silent[silent_count++] = fd;
        }
    }
    /* Nobody is waited for any more: what comes now is turned away at once. */
    shutdown(clerk->listener, SHUT_RDWR);
    while (silent_count > 0) {
        char byte;
        (void)!read(silent[--silent_count], &byte, 1); /* until they hang up */
        close(silent[silent_count]);
    }
    return NULL;
}

void clerk_open(struct clerk *clerk, const char *const *answers)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);

    memset(clerk, 0, sizeof(*clerk));
    clerk->answers = answers;
    clerk->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(clerk->listener >= 0);
    assert_int_equal(bind(clerk->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(clerk->listener, CLERK_REQUESTS_MAX), 0);
    assert_int_equal(getsockname(clerk->listener, (struct sockaddr *)&address, &size), 0);
    clerk->port = ntohs(address.sin_port);
    snprintf(clerk->url, sizeof(clerk->url), "http://127.0.0.1:%u", clerk->port);
    assert_int_equal(pthread_create(&clerk->thread, NULL, serve, clerk), 0);
}

void clerk_close(struct clerk *clerk)
{
    shutdown(clerk->listener, SHUT_RDWR);
    pthread_join(clerk->thread, NULL);
    close(clerk->listener);
}

void clerk_was_asked(const struct clerk *clerk, size_t index, const char *text)
{
    if (index >= clerk->count || !strstr(clerk->requests[index], text)) {
        fail_msg("request %zu of %zu has no \"%s\":\n%s", index, clerk->count, text,
                 index < clerk->count ? clerk->requests[index] : "");
    }
}

void clerk_was_not_asked(const struct clerk *clerk, size_t index, const char *text)
{
    if (index < clerk->count && strstr(clerk->requests[index], text)) {
        fail_msg("request %zu has \"%s\":\n%s", index, text, clerk->requests[index]);
    }
}

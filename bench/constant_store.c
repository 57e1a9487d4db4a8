/* SPDX-License-Identifier: MIT */
#include "constant_store.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNECTIONS_MAX 4096
#define REQUEST_SIZE_MAX 8192
#define EVENTS_MAX 256

struct connection {
    char in[REQUEST_SIZE_MAX + 1];
    size_t size;
};

static char put_answer[512];
static char get_answer[64 * 1024];
static struct connection *connections[CONNECTIONS_MAX];

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

static void write_answers(unsigned body_size)
{
    static const char head[] = "HTTP/1.1 200 OK\r\n"
                               "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                               "ETag: \"d41d8cd98f00b204e9800998ecf8427e\"\r\n"
                               "x-amz-request-id: 0123456789ABCDEF\r\n"
                               "Server: constant\r\n";

    snprintf(put_answer, sizeof(put_answer), "%sContent-Length: 0\r\n\r\n", head);
    int size = snprintf(get_answer, sizeof(get_answer),
                        "%sLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n"
                        "Content-Type: application/json\r\nContent-Length: %u\r\n\r\n",
                        head, body_size);
    memset(get_answer + size, 'x', body_size);
    get_answer[(unsigned)size + body_size] = '\0';
}

/* The size of the request at the beginning of text; 0: it is not all there. */
static size_t request_size(const char *text, size_t size)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *length = strcasestr(text, "\r\ncontent-length:");

    if (!end) {
        return 0;
    }
    size_t whole = (size_t)(end - text) + strlen("\r\n\r\n");
    if (length && length < end) {
        whole += strtoul(strchr(length, ':') + 1, NULL, 10);
    }
    return size >= whole ? whole : 0;
}

/* False at the end of the connection. One request at a time: nobody here sends two. */
static bool serve(int fd, struct connection *connection)
{
    ssize_t got = recv(fd, connection->in + connection->size, REQUEST_SIZE_MAX - connection->size,
                       MSG_DONTWAIT);

    if (got <= 0) {
        return false;
    }
    connection->size += (size_t)got;
    connection->in[connection->size] = '\0';
    if (request_size(connection->in, connection->size) == 0) {
        return true;
    }
    const char *answer = connection->in[0] == 'P' ? put_answer : get_answer;
    connection->size = 0;
    return send(fd, answer, strlen(answer), MSG_NOSIGNAL) > 0;
}

static void take_connection(int listener, int epoll)
{
    const int on = 1;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0 || fd >= CONNECTIONS_MAX) {
        die("constant store: accept");
    }
    if (!connections[fd]) {
        connections[fd] = malloc(sizeof(*connections[fd]));
    }
    if (!connections[fd]) {
        die("constant store");
    }
    connections[fd]->size = 0;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd,
              &(struct epoll_event){.events = EPOLLIN, .data = {.fd = fd}});
}

static _Noreturn void run(int listener)
{
    struct epoll_event events[EVENTS_MAX];
    int epoll = epoll_create1(EPOLL_CLOEXEC);

    epoll_ctl(epoll, EPOLL_CTL_ADD, listener,
              &(struct epoll_event){.events = EPOLLIN, .data = {.fd = listener}});
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                take_connection(listener, epoll);
            } else if (!serve(fd, connections[fd])) {
                close(fd);
            }
        }
    }
}

void constant_store_start(struct constant_store *store, unsigned body_size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(listener, (struct sockaddr *)&address, size) != 0 ||
        listen(listener, CONNECTIONS_MAX) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
        die("constant store");
    }
    store->port = ntohs(address.sin_port);
    store->pid = fork();
    if (store->pid < 0) {
        die("constant store: fork");
    }
    if (store->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        write_answers(body_size);
        run(listener);
    }
    close(listener);
}

void constant_store_stop(struct constant_store *store)
{
    kill(store->pid, SIGKILL);
    waitpid(store->pid, NULL, 0);
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "error.h"
#include "transport_http.h"

#define SOCKET_CAPACITY_MIN 64

/*
 * A descriptor of libcurl's. The entry stays with the transport, whoever has the number next, so
 * that an event that is late finds something.
 *
 *      closed ──open──► wanted ◄──libcurl──► idle ──anything happens──► dead
 *
 * A connection that libcurl has no request on stays in epoll (rule 2 of transport_http.h), which
 * saves two system calls for each request as well.
 *
 * libcurl 7.88.1 closes a socket that was never connected without a word. Its number may then
 * belong to anybody in this process, so before one is taken for a connection, its inode is asked
 * for. Once it has been idle its end is told, by s3a_http_socket_close().
 */
struct s3a_http_socket {
    struct s3a_watch watch; /* fd -1: closed */
    struct s3a_http_transport *transport;
    uint32_t events; /* what epoll knows; 0: it is not in there */
    bool is_wanted;  /* by libcurl, at this time */
    bool has_been_idle;
    ino_t inode;          /* of connections */
    uint16_t port;        /* its own, once it has been idle */
    struct s3a_list link; /* of its bucket of ports */
};

static void act(struct s3a_http_transport *transport, curl_socket_t fd, int what)
{
    int running;

    CURLMcode code = curl_multi_socket_action(transport->multi, fd, what, &running);
    s3a_check(code == CURLM_OK || code == CURLM_OUT_OF_MEMORY);
    s3a_http_collect(transport);
}

static void unwatch(struct s3a_http_socket *socket)
{
    if (socket->events) {
        (void)s3a_loop_watch(socket->transport->loop, &socket->watch, 0, false);
        socket->events = 0;
    }
}

/* False with errno set. */
static bool watch(struct s3a_http_socket *socket, uint32_t events)
{
    if (socket->events == events) {
        return true;
    }
    if (!s3a_loop_watch(socket->transport->loop, &socket->watch, events, socket->events == 0)) {
        return false;
    }
    socket->events = events;
    return true;
}

static ino_t inode_of(int fd)
{
    struct stat info;

    return fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode) ? info.st_ino : 0;
}

static bool is_itself(const struct s3a_http_socket *socket)
{
    return socket->inode != 0 && inode_of(socket->watch.fd) == socket->inode;
}

static void leave(struct s3a_http_socket *socket)
{
    unwatch(socket);
    s3a_list_remove(&socket->link);
    socket->watch.fd = -1;
    socket->is_wanted = false;
}

/* It ended, which is common, or bytes came that nobody asked for. */
static bool has_anything_happened(const struct s3a_http_socket *socket)
{
    char byte;

    return recv(socket->watch.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
           (errno != EAGAIN && errno != EINTR);
}

/*
 * Something happened on an idle connection. libcurl's own check before it uses a connection again
 * sees only whether it has ended; from now on the descriptor stands for a socket at its end.
 */
static void retire(struct s3a_http_socket *socket)
{
    if (!is_itself(socket)) {
        leave(socket);
        return;
    }
    if (!has_anything_happened(socket)) {
        return; /* the event is of the time when a request was under way */
    }
    unwatch(socket);
    s3a_list_remove(&socket->link);
    /* Closes the connection; nothing can fail: both descriptors are there. */
    s3a_check(dup3(socket->transport->dead_fd, socket->watch.fd, O_CLOEXEC) == socket->watch.fd);
}

static void on_ready(struct s3a_watch *watch, uint32_t events)
{
    struct s3a_http_socket *socket = s3a_list_entry(watch, struct s3a_http_socket, watch);
    int what = 0;

    if (watch->fd < 0) {
        return;
    }
    if (!socket->is_wanted) {
        retire(socket);
        return;
    }
    what |= events & (EPOLLIN | EPOLLHUP) ? CURL_CSELECT_IN : 0;
    what |= events & EPOLLOUT ? CURL_CSELECT_OUT : 0;
    what |= events & EPOLLERR ? CURL_CSELECT_ERR : 0;
    act(socket->transport, watch->fd, what);
}

static bool reserve(struct s3a_http_transport *transport, size_t fd)
{
    size_t capacity = transport->socket_capacity ? transport->socket_capacity : SOCKET_CAPACITY_MIN;
    struct s3a_http_socket **sockets;

    if (fd < transport->socket_capacity) {
        return true;
    }
    while (capacity <= fd) {
        capacity *= 2;
    }
    sockets = realloc(transport->sockets, capacity * sizeof(struct s3a_http_socket *));
    if (!sockets) {
        return false;
    }
    for (size_t i = transport->socket_capacity; i < capacity; i++) {
        sockets[i] = NULL;
    }
    transport->sockets = sockets;
    transport->socket_capacity = capacity;
    return true;
}

static struct s3a_http_socket *find(const struct s3a_http_transport *transport, curl_socket_t fd)
{
    return (size_t)fd < transport->socket_capacity ? transport->sockets[fd] : NULL;
}

/* The entry of a descriptor that is new to us; NULL where there is no memory. */
static struct s3a_http_socket *enter(struct s3a_http_transport *transport, curl_socket_t fd)
{
    struct s3a_http_socket *socket;

    if (!reserve(transport, (size_t)fd)) {
        return NULL;
    }
    if (transport->sockets[fd]) {
        s3a_list_remove(&transport->sockets[fd]->link);
    } else {
        transport->sockets[fd] = malloc(sizeof(*socket));
    }
    socket = transport->sockets[fd];
    if (socket) {
        *socket = (struct s3a_http_socket){.watch = {.ready = on_ready, .fd = fd},
                                           .transport = transport};
        s3a_list_init(&socket->link);
    }
    return socket;
}

static void give_up_soon(struct s3a_http_lane *lane, int why)
{
    struct s3a_http_flight *flight = lane->flight;

    lane->trouble = S3A_LANE_NOT_WATCHED;
    lane->trouble_errno = why;
    s3a_loop_timer_set(lane->transport->loop, &flight->timer, 0);
}

curl_socket_t s3a_http_socket_open(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct s3a_http_lane *lane = data;
    int fd;

    (void)purpose;
    if (!s3a_lane_may_send(lane)) {
        lane->trouble = S3A_LANE_NOT_REPEATED;
        return CURL_SOCKET_BAD;
    }
    fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (fd < 0) {
        lane->trouble = S3A_LANE_NO_SOCKET;
        lane->trouble_errno = errno;
        return CURL_SOCKET_BAD;
    }
    struct s3a_http_socket *socket = find(lane->transport, fd);
    uint32_t events = socket && socket->watch.fd == fd && socket->is_wanted ? socket->events : 0;
    socket = enter(lane->transport, fd);
    if (!socket) {
        lane->trouble = S3A_LANE_NO_MEMORY;
        close(fd);
        return CURL_SOCKET_BAD;
    }
    socket->inode = inode_of(fd);
    /* The one that had this number was closed in the same step: libcurl sees no difference, and
     * will not ask again for what it wants to know of it. */
    socket->is_wanted = events != 0;
    if (events && !watch(socket, events)) {
        give_up_soon(lane, errno);
    }
    return fd;
}

int s3a_http_socket_close(void *data, curl_socket_t fd)
{
    struct s3a_http_socket *socket = find(data, fd);

    if (socket) {
        leave(socket);
    }
    return close(fd);
}

static struct s3a_list *bucket_of(struct s3a_http_transport *transport, int port)
{
    return &transport->ports[(unsigned)port % S3A_HTTP_PORT_BUCKETS];
}

/* From now on it is known by its port, which is all that libcurl tells of a connection that it is
 * about to use. */
static void learn_port(struct s3a_http_socket *socket)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t size = sizeof(address);

    if (getsockname(socket->watch.fd, &address.any, &size) == 0 &&
        (address.any.sa_family == AF_INET || address.any.sa_family == AF_INET6)) {
        socket->port =
            ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
        s3a_list_append(bucket_of(socket->transport, socket->port), &socket->link);
    }
}

bool s3a_http_socket_is_stale(struct s3a_http_transport *transport, int own_port)
{
    struct s3a_list *bucket = bucket_of(transport, own_port);

    for (struct s3a_list *link = bucket->next; link != bucket; link = link->next) {
        struct s3a_http_socket *socket = s3a_list_entry(link, struct s3a_http_socket, link);
        if (socket->port == own_port && !socket->is_wanted && has_anything_happened(socket)) {
            return true;
        }
    }
    return false;
}

static void become_idle(struct s3a_http_socket *socket)
{
    socket->is_wanted = false;
    if (!socket->has_been_idle) {
        socket->has_been_idle = true;
        learn_port(socket);
    }
    /* One that cannot be watched is known to libcurl alone, as it would be without us. */
    (void)watch(socket, EPOLLIN);
}

/* libcurl wants to know of a socket, or no longer. Never fails: that would end every request. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *unused)
{
    struct s3a_http_transport *transport = data;
    struct s3a_http_socket *socket = find(transport, fd);
    char *lane = NULL;

    (void)unused;
    if (what == CURL_POLL_REMOVE) {
        if (socket && socket->watch.fd == fd) {
            if (socket->has_been_idle || is_itself(socket)) {
                become_idle(socket);
            } else {
                leave(socket);
            }
        }
        return 0;
    }
    if (!socket || socket->watch.fd != fd) {
        socket = enter(transport, fd);
    }
    if (socket) {
        socket->is_wanted = true;
    }
    if (!socket || !watch(socket, (what & CURL_POLL_IN ? EPOLLIN : 0u) |
                                      (what & CURL_POLL_OUT ? EPOLLOUT : 0u))) {
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &lane);
        give_up_soon((void *)lane, socket ? errno : ENOMEM);
    }
    return 0;
}

static void on_timer(struct s3a_timer *timer)
{
    act(s3a_list_entry(timer, struct s3a_http_transport, timer), CURL_SOCKET_TIMEOUT, 0);
}

static int on_timeout_change(CURLM *multi, long timeout_ms, void *data)
{
    struct s3a_http_transport *transport = data;

    (void)multi;
    if (timeout_ms < 0) {
        s3a_loop_timer_clear(transport->loop, &transport->timer);
    } else {
        s3a_loop_timer_set(transport->loop, &transport->timer,
                           s3a_loop_now_ms(transport->loop) + (uint64_t)timeout_ms);
    }
    return 0;
}

static enum s3a_status open_dead(struct s3a_http_transport *transport, struct s3a_error *error)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return s3a_error_set_errno(error, errno, "cannot open a socket");
    }
    close(ends[1]);
    transport->dead_fd = ends[0];
    return S3A_OK;
}

enum s3a_status s3a_http_sockets_init(struct s3a_http_transport *transport, struct s3a_error *error)
{
    for (size_t i = 0; i < S3A_HTTP_PORT_BUCKETS; i++) {
        s3a_list_init(&transport->ports[i]);
    }
    transport->timer.fire = on_timer;
    transport->multi = curl_multi_init();
    if (!transport->multi) {
        return s3a_error_set_no_memory(error);
    }
    curl_multi_setopt(transport->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(transport->multi, CURLMOPT_SOCKETDATA, transport);
    curl_multi_setopt(transport->multi, CURLMOPT_TIMERFUNCTION, on_timeout_change);
    curl_multi_setopt(transport->multi, CURLMOPT_TIMERDATA, transport);
    curl_multi_setopt(transport->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    /* Its own idea, four times what is under way at the moment, closes connections between two
     * heartbeats. */
    /* As many as may be in use: urgent ones are as many again. */
    curl_multi_setopt(transport->multi, CURLMOPT_MAXCONNECTS, 2 * (long)transport->requests_max);
    return open_dead(transport, error);
}

void s3a_http_sockets_fini(struct s3a_http_transport *transport)
{
    if (transport->multi) {
        curl_multi_cleanup(transport->multi);
    }
    s3a_loop_timer_clear(transport->loop, &transport->timer);
    for (size_t i = 0; i < transport->socket_capacity; i++) {
        free(transport->sockets[i]);
    }
    free(transport->sockets);
    if (transport->dead_fd >= 0) {
        close(transport->dead_fd);
    }
}

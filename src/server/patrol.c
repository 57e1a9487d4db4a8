/* SPDX-License-Identifier: MIT */
#include "patrol.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "clock.h"
#include "connection.h"
#include "exchange.h"

static uint64_t min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool is_full(const struct s3a_front *front)
{
    const struct s3a_shared *shared = front->shared;

    return atomic_load(&shared->connection_count) >= shared->settings->connections_max;
}

/* So that what takes too long is found out soon, measured by what "too long" means. */
static uint64_t interval_ms(const struct s3a_front *front)
{
    const struct s3a_pace_limits *limits = &front->settings->pace;
    uint64_t ms = min(limits->head_ms, limits->idle_ms) / 4;

    return min(ms, front->is_crowded ? S3A_PATROL_CROWDED_MS : S3A_PATROL_MS);
}

uint64_t s3a_patrol_wait_ms(const struct s3a_front *front, uint64_t max_ms)
{
    uint64_t now_ms;
    uint64_t due_ms;

    if (front->connection_count == 0) {
        return max_ms;
    }
    now_ms = s3a_clock_ms();
    due_ms = front->patrolled_ms + interval_ms(front);
    return due_ms <= now_ms ? 0 : min(due_ms - now_ms, max_ms);
}

static int fd_of(const struct s3a_connection *own)
{
    return MHD_get_connection_info(own->connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

static enum s3a_pace_phase phase_of(const struct s3a_connection *own)
{
    if (!own->exchange) {
        return S3A_PACE_WAITING;
    }
    switch (own->exchange->state) {
    case S3A_EXCHANGE_HEAD:
        return S3A_PACE_HEAD;
    case S3A_EXCHANGE_BODY:
    case S3A_EXCHANGE_DROPPING:
        return S3A_PACE_BODY;
    case S3A_EXCHANGE_ANSWERED:
        return S3A_PACE_ANSWER;
    case S3A_EXCHANGE_COMMITTING:
    case S3A_EXCHANGE_COMMITTED:
    case S3A_EXCHANGE_HELD:
    case S3A_EXCHANGE_RELEASED:
        break;
    }
    return S3A_PACE_OURS;
}

/* False where nothing can be seen: the connection is gone. */
static bool see(const struct s3a_connection *own, struct s3a_pace_sight *ret_sight)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof(info);

    if (getsockopt(fd_of(own), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) {
        return false;
    }
    *ret_sight = (struct s3a_pace_sight){
        .phase = phase_of(own),
        .requests = own->requests,
        .bytes_in = info.tcpi_bytes_received,
        .bytes_out = info.tcpi_bytes_acked,
    };
    return true;
}

/* Has what the client sent not been read yet, or has he taken all that he was sent? Then he waits
 * for us. */
static bool is_our_turn(const struct s3a_connection *own, enum s3a_pace_phase phase)
{
    int queued = 0;

    if (phase == S3A_PACE_ANSWER) {
        return ioctl(fd_of(own), SIOCOUTQ, &queued) == 0 && queued == 0;
    }
    return ioctl(fd_of(own), SIOCINQ, &queued) == 0 && queued > 0;
}

/*
 * libmicrohttpd closes it in its next run, as one whose client is gone. What was not taken of an
 * answer would stay in the kernel for minutes; so that one is reset.
 */
static void cut(struct s3a_connection *own, _Atomic uint64_t *counter)
{
    const struct linger at_once = {.l_onoff = 1};

    if (phase_of(own) == S3A_PACE_ANSWER) {
        (void)setsockopt(fd_of(own), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    }
    (void)shutdown(fd_of(own), SHUT_RDWR);
    own->is_cut = true;
    s3a_count_add(counter, 1);
}

static _Atomic uint64_t *counter_of(struct s3a_metrics *metrics, enum s3a_pace_verdict verdict)
{
    switch (verdict) {
    case S3A_PACE_IDLE:
        return &metrics->cut_idle;
    case S3A_PACE_LATE_HEAD:
        return &metrics->cut_head;
    case S3A_PACE_SLOW:
        return &metrics->cut_slow;
    case S3A_PACE_GOOD:
        break;
    }
    return NULL;
}

static void look_at(struct s3a_front *front, struct s3a_connection *own, uint64_t now_ms)
{
    struct s3a_pace_sight sight;

    if (own->is_cut || !see(own, &sight)) {
        return;
    }
    enum s3a_pace_verdict verdict =
        s3a_pace_look(&own->pace, &front->settings->pace, &sight, now_ms);
    if (verdict == S3A_PACE_GOOD) {
        return;
    }
    if (is_our_turn(own, sight.phase)) {
        s3a_pace_excuse(&own->pace, &sight, now_ms);
        return;
    }
    cut(own, counter_of(&front->metrics, verdict));
}

static bool does_anybody_wait(const struct s3a_front *front)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(front->daemon, MHD_DAEMON_INFO_LISTEN_FD);
    struct pollfd listener = {.fd = info->listen_fd, .events = POLLIN};

    return !front->is_closing && poll(&listener, 1, 0) > 0;
}

/* The one that has been without a request for longest, if that is long. */
static struct s3a_connection *find_vacant(const struct s3a_front *front, uint64_t now_ms)
{
    struct s3a_connection *found = NULL;
    uint64_t longest_ms = S3A_VACANT_MS;

    for (struct s3a_list *link = front->connections.next; link != &front->connections;
         link = link->next) {
        struct s3a_connection *own = s3a_list_entry(link, struct s3a_connection, link);
        uint64_t vacant_ms = s3a_pace_vacant_ms(&own->pace, now_ms);
        if (!own->is_cut && vacant_ms >= longest_ms) {
            longest_ms = vacant_ms;
            found = own;
        }
    }
    return found;
}

static void make_room(struct s3a_front *front, uint64_t now_ms)
{
    struct s3a_connection *vacant;

    for (int i = 0; i < S3A_ROOM_BATCH && (vacant = find_vacant(front, now_ms)); i++) {
        cut(vacant, &front->metrics.cut_room);
    }
}

void s3a_patrol(struct s3a_front *front)
{
    uint64_t now_ms = s3a_clock_ms();

    if (now_ms - front->patrolled_ms < interval_ms(front)) {
        return;
    }
    front->patrolled_ms = now_ms;
    for (struct s3a_list *link = front->connections.next; link != &front->connections;
         link = link->next) {
        look_at(front, s3a_list_entry(link, struct s3a_connection, link), now_ms);
    }
    front->is_crowded = is_full(front) && does_anybody_wait(front);
    if (front->is_crowded) {
        make_room(front, now_ms);
    }
}

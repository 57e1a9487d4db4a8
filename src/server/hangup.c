/* SPDX-License-Identifier: MIT */
#include "hangup.h"

#include <microhttpd.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BATCH 64

enum s3a_status s3a_hangups_init(struct s3a_hangups *hangups)
{
    hangups->fd = epoll_create1(EPOLL_CLOEXEC);
    return hangups->fd >= 0 ? S3A_OK : S3A_SYSTEM;
}

void s3a_hangups_fini(struct s3a_hangups *hangups)
{
    if (hangups->fd >= 0) {
        close(hangups->fd);
    }
    hangups->fd = -1;
}

static int fd_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

void s3a_hangups_watch(struct s3a_hangups *hangups, struct MHD_Connection *connection)
{
    struct epoll_event event = {.events = EPOLLRDHUP | EPOLLONESHOT, .data.ptr = connection};

    (void)epoll_ctl(hangups->fd, EPOLL_CTL_ADD, fd_of(connection), &event);
}

void s3a_hangups_forget(struct s3a_hangups *hangups, struct MHD_Connection *connection)
{
    struct epoll_event event = {0};

    (void)epoll_ctl(hangups->fd, EPOLL_CTL_DEL, fd_of(connection), &event);
}

void s3a_hangups_take(struct s3a_hangups *hangups)
{
    struct epoll_event events[BATCH];
    int count;

    do {
        count = epoll_wait(hangups->fd, events, BATCH, 0);
        for (int i = 0; i < count; i++) {
            (void)MHD_set_connection_option(events[i].data.ptr, MHD_CONNECTION_OPTION_TIMEOUT,
                                            (unsigned)S3A_HUNG_UP_IDLE_S);
        }
    } while (count == BATCH);
}

/* SPDX-License-Identifier: MIT */
#include "server_state.h"

static void add_front(const struct s3a_metrics *metrics, struct s3a_server_statistics *statistics)
{
    /* First what is a part of the other, so that it is never more. */
    statistics->client_errors += s3a_metrics_requests(metrics, 400, 499);
    statistics->server_errors += s3a_metrics_requests(metrics, 500, 599);
    statistics->conditions_failed += s3a_count_read(&metrics->conditions_failed);
    statistics->requests += s3a_metrics_requests(metrics, 100, 599);
    statistics->bytes_in += s3a_count_read(&metrics->bytes_in);
    statistics->bytes_out += s3a_count_read(&metrics->bytes_out);
    uint64_t closed = s3a_count_read(&metrics->connections_closed);
    statistics->connections += s3a_count_read(&metrics->connections_opened) - closed;
    statistics->connections_refused += s3a_count_read(&metrics->connections_refused);
    statistics->connections_cut +=
        s3a_count_read(&metrics->cut_head) + s3a_count_read(&metrics->cut_idle) +
        s3a_count_read(&metrics->cut_room) + s3a_count_read(&metrics->cut_slow);
}

void s3a_server_statistics(const struct s3a_server *server,
                           struct s3a_server_statistics *ret_statistics)
{
    if (!ret_statistics) {
        return;
    }
    *ret_statistics = (struct s3a_server_statistics){0};
    if (!server) {
        return;
    }
    for (size_t i = 0; i < server->front_count; i++) {
        add_front(&server->fronts[i].metrics, ret_statistics);
    }
    const struct s3a_counts *counts = s3a_objects_counts(server->objects);
    ret_statistics->commits = s3a_count_read(&counts->commits);
    ret_statistics->writes = s3a_count_read(&counts->writes);
}

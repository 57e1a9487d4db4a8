/* SPDX-License-Identifier: MIT */
#include "connection.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "access_note.h"
#include "clock.h"
#include "patrol.h"

static struct s3a_connection *own_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info->socket_context;
}

/* Nobody would look after it. */
static void shut_down(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    (void)shutdown(info->connect_fd, SHUT_RDWR);
}

static void end_exchange(struct s3a_connection *own)
{
    s3a_exchange_free(own->exchange);
    own->exchange = NULL;
}

/* Before it is accepted. */
static enum MHD_Result may_connect(void *user, const struct sockaddr *peer, socklen_t size)
{
    struct s3a_front *front = user;
    size_t max = front->settings->connections_per_address_max + S3A_SURPLUS_MAX;

    (void)size;
    if (s3a_addresses_count(&front->shared->addresses, peer) < max) {
        return MHD_YES;
    }
    s3a_count_add(&front->metrics.connections_refused, 1);
    front->has_opened = true; /* this round was not in vain */
    return MHD_NO;
}

static void begin_own(struct s3a_front *front, struct s3a_connection *own,
                      struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    size_t count;

    own->connection = connection;
    own->tls = s3a_certificates_hold(&front->shared->certificates);
    own->address = s3a_addresses_enter(&front->shared->addresses, info->client_addr, &count);
    own->is_surplus = !own->address || count > front->settings->connections_per_address_max;
    s3a_count_add(&front->metrics.connections_refused, own->is_surplus ? 1 : 0);
    s3a_pace_begin(&own->pace, own->tls != NULL, s3a_clock_ms());
    s3a_list_append(&front->connections, &own->link);
}

static void end_own(struct s3a_front *front, struct s3a_connection *own)
{
    end_exchange(own);
    s3a_list_remove(&own->link);
    s3a_addresses_leave(&front->shared->addresses, own->address);
    s3a_certificates_let_go(&front->shared->certificates, own->tls);
    free(own);
}

static void on_connection(void *user, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct s3a_front *front = user;
    struct s3a_connection *own = *context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        front->connection_count++;
        atomic_fetch_add(&front->shared->connection_count, 1);
        s3a_count_add(&front->metrics.connections_opened, 1);
        front->has_opened = true;
        s3a_hangups_watch(&front->hangups, connection);
        *context = own = calloc(1, sizeof(*own));
        if (own) {
            begin_own(front, own, connection);
        } else {
            shut_down(connection);
        }
        return;
    }
    s3a_hangups_forget(&front->hangups, connection);
    front->connection_count--;
    atomic_fetch_sub(&front->shared->connection_count, 1);
    s3a_count_add(&front->metrics.connections_closed, 1);
    front->has_closed = true;
    if (own) {
        end_own(front, own);
        *context = NULL;
    }
}

/*
 * The query must stay as it was sent, and s3a_exchange_new() keeps it so. libmicrohttpd would go on
 * to take it apart, for nothing, with a record for each parameter; where these exceed the
 * connection's memory, 0.9.75 neither answers nor closes it. So it gets an empty one.
 */
static void *on_target(void *user, const char *target, struct MHD_Connection *connection)
{
    struct s3a_front *front = user;
    char *query = target ? strchr(target, '?') : NULL;
    struct s3a_connection *own = own_of(connection);

    if (own) {
        end_exchange(own);
        own->requests++;
        own->exchange = s3a_exchange_new(front, connection, target ? target : "");
        if (own->exchange) {
            own->exchange->is_surplus = own->is_surplus;
        }
    }
    if (query) {
        query[1] = '\0';
    }
    return own ? own->exchange : NULL;
}

static size_t leave_target(void *user, struct MHD_Connection *connection, char *text)
{
    (void)user;
    (void)connection;
    return strlen(text);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *size, void **exchange)
{
    (void)user;
    (void)connection;
    (void)url;
    (void)version;
    return *exchange ? s3a_exchange_handle(*exchange, method, bytes, size) : MHD_NO;
}

static void on_request_end(void *user, struct MHD_Connection *connection, void **exchange,
                           enum MHD_RequestTerminationCode reason)
{
    struct s3a_front *front = user;
    struct s3a_request_outcome outcome;

    if (*exchange) {
        if (s3a_exchange_outcome(*exchange, reason == MHD_REQUEST_TERMINATED_COMPLETED_OK,
                                 &outcome)) {
            s3a_metrics_count(&front->metrics, &outcome);
            s3a_access_note(*exchange, &outcome);
        }
        end_exchange(own_of(connection));
    }
    *exchange = NULL;
}

/* Whose thread this is: GnuTLS asks for a certificate without telling for whom. */
static _Thread_local struct s3a_front *own_front;

void s3a_connections_enter(struct s3a_front *front)
{
    own_front = front;
}

static int choose_certificate(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                              const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                              gnutls_pcert_st **ret_chain, unsigned *ret_chain_size,
                              gnutls_privkey_t *ret_key)
{
    struct s3a_tls *tls = atomic_load(&own_front->shared->certificates.current);

    (void)session;
    (void)names;
    (void)name_count;
    (void)algorithms;
    (void)algorithm_count;
    *ret_chain = tls->chain;
    *ret_chain_size = tls->chain_size;
    *ret_key = tls->key;
    return 0;
}

/* The patrol is there first, and counts what it ends. */
static unsigned idle_s(const struct s3a_front *front)
{
    return (unsigned)((front->settings->pace.idle_ms + 2 * S3A_PATROL_MS) / 1000 + 1);
}

struct MHD_Daemon *s3a_connections_serve(struct s3a_front *front, int listen_fd,
                                         size_t connections_max)
{
    const struct MHD_OptionItem with_tls[] = {
        {MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(intptr_t)choose_certificate},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (char *)(intptr_t)S3A_TLS_PRIORITIES},
        {MHD_OPTION_END, 0, NULL},
    };
    const struct MHD_OptionItem without_tls[] = {{MHD_OPTION_END, 0, NULL}};
    bool has_tls = atomic_load(&front->shared->certificates.current) != NULL;

    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK |
            (has_tls ? MHD_USE_TLS : 0),
        0, may_connect, front, on_request, front, MHD_OPTION_ARRAY,
        has_tls ? with_tls : without_tls, MHD_OPTION_LISTEN_SOCKET, listen_fd,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, front, MHD_OPTION_UNESCAPE_CALLBACK, leave_target,
        NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, front, MHD_OPTION_NOTIFY_COMPLETED,
        on_request_end, front, MHD_OPTION_CONNECTION_LIMIT, (unsigned)connections_max,
        MHD_OPTION_CONNECTION_TIMEOUT, idle_s(front), MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)S3A_CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}

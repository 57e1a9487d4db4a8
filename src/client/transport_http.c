/* SPDX-License-Identifier: MIT */
#include "transport_http.h"

#include <stdlib.h>
#include <string.h>

#include "aws_service.h"
#include "check.h"
#include "credentials.h"
#include "error.h"
#include "libcurl.h"

/* The end of a call, told from the loop instead of from within send. */
static void fail_later(struct s3a_http_transport *transport, struct s3a_call *call)
{
    s3a_list_append(&transport->failed, &call->link);
    s3a_loop_post(transport->loop, &transport->tell_failed);
}

static void tell_failed(struct s3a_task *task)
{
    struct s3a_http_transport *transport =
        s3a_list_entry(task, struct s3a_http_transport, tell_failed);
    struct s3a_list *link = s3a_list_pop(&transport->failed);

    if (!s3a_list_is_empty(&transport->failed)) {
        s3a_loop_post(transport->loop, &transport->tell_failed);
    }
    if (link) {
        s3a_call_finish(s3a_list_entry(link, struct s3a_call, link));
    }
}

static struct s3a_http_lane *take_lane(struct s3a_http_transport *transport)
{
    struct s3a_list *link = s3a_list_pop(&transport->idle);

    if (!link) {
        return s3a_lane_new(transport);
    }
    transport->idle_count--;
    return s3a_list_entry(link, struct s3a_http_lane, link);
}

static void give_back(struct s3a_http_transport *transport, struct s3a_http_lane *lane)
{
    if (transport->idle_count >= transport->requests_max) {
        s3a_lane_free(lane);
        return;
    }
    /* The last one used is the next one: its memory is in the cache. */
    transport->idle_count++;
    s3a_list_append(transport->idle.next, &lane->link);
}

void s3a_flight_leave_lane(struct s3a_http_flight *flight)
{
    struct s3a_http_transport *transport = flight->transport;

    if (flight->lane) {
        s3a_lane_stop(flight->lane);
        give_back(transport, flight->lane);
        transport->running--;
        flight->lane = NULL;
    }
}

/* The flight is over, as far as the network is concerned. */
static void land(struct s3a_http_flight *flight)
{
    struct s3a_http_transport *transport = flight->transport;

    s3a_loop_timer_clear(transport->loop, &flight->timer);
    s3a_list_remove(&flight->link);
    s3a_flight_leave_lane(flight);
    flight->call->flight = NULL;
    free(flight);
}

/* On failure the flight is over, and its end will be told. */
static void start(struct s3a_http_flight *flight)
{
    struct s3a_http_transport *transport = flight->transport;
    struct s3a_call *call = flight->call;

    flight->lane = take_lane(transport);
    if (flight->lane) {
        transport->running++;
        if (s3a_lane_start(flight->lane, flight)) {
            return;
        }
    } else {
        s3a_call_fail(call, S3A_NO_MEMORY, false, "%s", s3a_status_text(S3A_NO_MEMORY));
    }
    land(flight);
    fail_later(transport, call);
}

/* As many again are for those that are urgent. */
static bool has_room(const struct s3a_http_transport *transport, bool is_urgent)
{
    uint64_t max = (uint64_t)transport->requests_max * (is_urgent ? 2 : 1);

    return transport->running < max;
}

void s3a_http_line_up(struct s3a_http_flight *flight)
{
    struct s3a_http_transport *transport = flight->transport;

    s3a_list_append(flight->call->urgent ? &transport->urgent : &transport->waiting, &flight->link);
}

void s3a_http_start_next(struct s3a_http_transport *transport)
{
    struct s3a_list *link;

    do {
        link = has_room(transport, true) ? s3a_list_pop(&transport->urgent) : NULL;
        if (!link && has_room(transport, false)) {
            link = s3a_list_pop(&transport->waiting);
        }
        if (link) {
            start(s3a_list_entry(link, struct s3a_http_flight, link));
        }
    } while (link);
}

void s3a_flight_finish(struct s3a_http_flight *flight)
{
    struct s3a_http_transport *transport = flight->transport;
    struct s3a_call *call = flight->call;

    land(flight);
    s3a_http_start_next(transport);
    s3a_call_finish(call);
}

/* libcurl is through with it. */
static void end(struct s3a_http_flight *flight, CURLcode code)
{
    struct s3a_http_lane *lane = flight->lane;

    if (lane->trouble == S3A_LANE_STALE) {
        /* That connection is closed by now. There may be more of its kind, but always one less. */
        s3a_lane_stop(lane);
        if (s3a_lane_start(lane, flight)) {
            return;
        }
    } else {
        s3a_lane_end(lane, code);
        if (s3a_flight_resend(flight)) {
            return;
        }
    }
    s3a_flight_finish(flight);
}

void s3a_http_collect(struct s3a_http_transport *transport)
{
    struct CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(transport->multi, &left)) != NULL) {
        char *private = NULL;
        CURLcode code = message->data.result;
        s3a_check(message->msg == CURLMSG_DONE);
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        struct s3a_http_lane *lane = (struct s3a_http_lane *)(void *)private;
        end(lane->flight, code);
    }
}

void s3a_flight_set_time(struct s3a_http_flight *flight, uint64_t body_bytes)
{
    struct s3a_http_transport *transport = flight->transport;

    flight->timeout_ms =
        s3a_call_timeout_ms(flight->call, transport->request_timeout_ms, body_bytes);
    s3a_loop_timer_set(transport->loop, &flight->timer, flight->sent_at_ms + flight->timeout_ms);
}

static void on_time_up(struct s3a_timer *timer)
{
    struct s3a_http_flight *flight = s3a_list_entry(timer, struct s3a_http_flight, timer);

    if (flight->lane) {
        s3a_lane_give_up(flight->lane);
    } else if (!flight->is_refused) {
        s3a_call_fail(flight->call, S3A_TIMEOUT, false,
                      "waited %lu ms for its turn: %lu requests are under way",
                      (unsigned long)flight->timeout_ms, (unsigned long)flight->transport->running);
    }
    s3a_flight_finish(flight);
}

static void http_send(struct s3a_transport *base, struct s3a_call *call)
{
    struct s3a_http_transport *transport =
        s3a_list_entry(base, struct s3a_http_transport, transport);
    struct s3a_http_flight *flight = calloc(1, sizeof(*flight));

    call->flight = flight;
    s3a_list_init(&call->link);
    if (!flight) {
        s3a_call_fail(call, S3A_NO_MEMORY, false, "%s", s3a_status_text(S3A_NO_MEMORY));
        fail_later(transport, call);
        return;
    }
    flight->transport = transport;
    flight->call = call;
    flight->sent_at_ms = s3a_loop_now_ms(transport->loop);
    flight->timer.fire = on_time_up;
    s3a_list_init(&flight->link);
    s3a_flight_set_time(flight, call->op.kind == S3A_OP_PUT_OBJECT ? call->body.size : 0);
    if (has_room(transport, call->urgent)) {
        start(flight);
    } else {
        s3a_http_line_up(flight);
    }
}

static void http_abandon(struct s3a_transport *base, struct s3a_call *call)
{
    struct s3a_http_transport *transport =
        s3a_list_entry(base, struct s3a_http_transport, transport);

    s3a_list_remove(&call->link);
    if (call->flight) {
        land(call->flight);
        s3a_http_start_next(transport);
    }
}

static void http_free(struct s3a_transport *base)
{
    struct s3a_http_transport *transport =
        s3a_list_entry(base, struct s3a_http_transport, transport);
    struct s3a_list *link;

    while ((link = s3a_list_pop(&transport->idle)) != NULL) {
        s3a_lane_free(s3a_list_entry(link, struct s3a_http_lane, link));
    }
    s3a_http_sockets_fini(transport);
    s3a_credentials_fini(&transport->credentials);
    explicit_bzero(&transport->key, sizeof(transport->key));
    s3a_bucket_regions_fini(&transport->regions);
    s3a_pool_fini(&transport->pool);
    free(transport);
}

static bool copy(struct s3a_pool *pool, struct s3a_str text, struct s3a_str *ret_copy)
{
    *ret_copy = s3a_pool_copy(pool, text);
    return ret_copy->data;
}

static enum s3a_status copy_options(struct s3a_http_transport *transport,
                                    const struct s3a_transport_http_options *options,
                                    struct s3a_error *error)
{
    struct s3a_endpoint *endpoint = &transport->addressing.endpoint;
    struct s3a_pool *pool = &transport->pool;
    char text[512];
    struct s3a_str copied;

    transport->addressing = options->addressing;
    transport->request_timeout_ms = options->request_timeout_ms;
    transport->requests_max = options->requests_max;
    snprintf(text, sizeof(text), "%s://%.*s",
             endpoint->scheme == S3A_SCHEME_HTTPS ? "https" : "http",
             S3A_STR_ARG(endpoint->authority));
    if (!copy(pool, endpoint->host, &endpoint->host) ||
        !copy(pool, endpoint->authority, &endpoint->authority) ||
        !copy(pool, endpoint->path, &endpoint->path) ||
        !copy(pool, options->region, &transport->region) ||
        !copy(pool, s3a_str_of(text), &copied) ||
        s3a_credentials_copy(&options->credentials, &transport->credentials) != S3A_OK) {
        return s3a_error_set_no_memory(error);
    }
    transport->endpoint = copied.data;
    transport->judge.is_amazon = s3a_aws_is_s3_host(endpoint->host);
    transport->judge.habit = transport->judge.is_amazon ? S3A_ETAGS_ARE_MD5 : S3A_ETAGS_UNKNOWN;
    return s3a_http_environment_read(transport, options->ca_file, error);
}

enum s3a_status s3a_transport_http_new(struct s3a_loop *loop,
                                       const struct s3a_transport_http_options *options,
                                       struct s3a_transport **ret_transport,
                                       struct s3a_error *error)
{
    struct s3a_http_transport *transport = calloc(1, sizeof(*transport));
    enum s3a_status status;

    s3a_check(options->requests_max > 0);
    *ret_transport = NULL;
    if (!transport) {
        return s3a_error_set_no_memory(error);
    }
    s3a_libcurl_start();
    transport->transport = (struct s3a_transport){http_send, http_abandon, http_free};
    transport->loop = loop;
    transport->dead_fd = -1;
    s3a_list_init(&transport->failed);
    transport->tell_failed.run = tell_failed;
    transport->want_credentials = options->want_credentials;
    transport->user = options->user;
    s3a_list_init(&transport->waiting);
    s3a_list_init(&transport->urgent);
    s3a_list_init(&transport->refused);
    s3a_list_init(&transport->idle);
    s3a_pool_init(&transport->pool);
    status = copy_options(transport, options, error);
    if (status == S3A_OK) {
        status = s3a_http_sockets_init(transport, error);
    }
    if (status != S3A_OK) {
        http_free(&transport->transport);
        return status;
    }
    *ret_transport = &transport->transport;
    return S3A_OK;
}

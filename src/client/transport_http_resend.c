/* SPDX-License-Identifier: MIT */
#include "transport_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws_service.h"
#include "clock.h"
#include "credentials.h"

/*
 * What the store refuses before it looks at the request any further, so that nothing has been
 * applied, a write included: for its time, its region, its credentials. Each is made up for once,
 * and at once.
 */

/* What S3 lets pass is 15 minutes; it is the SDKs' threshold. */
#define SKEW_MIN_MS (INT64_C(4) * 60 * 1000)

/* An answer that was so long on its way says nothing about the time. */
#define ROUND_TRIP_MAX_MS (15 * 60 * 1000)

static bool sign_anew(struct s3a_http_flight *flight)
{
    s3a_call_clear_answer(flight->call);
    s3a_lane_stop(flight->lane);
    return s3a_lane_start(flight->lane, flight);
}

/* May it be about the time? A HEAD does not say what it is about. */
static bool is_about_time(const struct s3a_answer *answer)
{
    static const char *const texts[] = {"AccessDeniedException", "AuthFailure",
                                        "InvalidSignatureException", "RequestInTheFuture"};

    if (answer->code == S3A_CODE_REQUEST_TIME_TOO_SKEWED ||
        answer->code == S3A_CODE_REQUEST_EXPIRED ||
        answer->code == S3A_CODE_SIGNATURE_DOES_NOT_MATCH) {
        return true;
    }
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (answer->code == S3A_CODE_OTHER && s3a_str_is(answer->code_text, texts[i])) {
            return true;
        }
    }
    return answer->http_status == 403 && answer->code == S3A_CODE_OTHER &&
           answer->code_text.size == 0;
}

/*
 * The store's clock and ours are too far apart for a signature. From a success nothing is learned:
 * its signature was good, whatever its Date says.
 */
static bool correct_time(struct s3a_http_flight *flight)
{
    struct s3a_http_transport *transport = flight->transport;
    const struct s3a_answer *answer = &flight->call->answer;
    int64_t skew_ms = answer->date_ms - s3a_clock_wall_ms();
    uint64_t round_trip_ms = s3a_loop_now_ms(transport->loop) - flight->sent_at_ms;

    if (flight->is_signed_anew || answer->date_ms == S3A_TIME_NONE || answer->is_aged ||
        round_trip_ms > ROUND_TRIP_MAX_MS || !is_about_time(answer) ||
        llabs(skew_ms - flight->lane->skew_ms) < SKEW_MIN_MS) {
        return false;
    }
    transport->skew_ms = skew_ms;
    flight->is_signed_anew = true;
    s3a_observer_count(flight->call->observer, clock_corrections);
    s3a_observer_log_op(flight->call->observer, S3A_LOG_INFO, &flight->call->op,
                        "the store's clock is %lld s ahead of this machine's; signed by it",
                        (long long)(skew_ms / 1000));
    return sign_anew(flight);
}

/* The host of "https://host:port/path", or of what is less than that. */
static struct s3a_str host_of(struct s3a_str location)
{
    size_t scheme_size = s3a_str_find(location, ':');

    if (s3a_str_starts_with(s3a_str_skip(location, scheme_size), "://")) {
        location = s3a_str_skip(location, scheme_size + strlen("://"));
    }
    location = s3a_str_split(&location, '/');
    return s3a_str_split(&location, ':');
}

/* Where the store says that the bucket is: it may say so by the host alone, which has the bucket in
 * front of it or not. */
static struct s3a_str region_told(const struct s3a_call *call)
{
    const struct s3a_answer *answer = &call->answer;
    struct s3a_str host = host_of(answer->location);

    if (answer->region.size > 0) {
        return answer->region;
    }
    if (s3a_str_starts_with(host, "s3.") || s3a_str_starts_with(host, "s3-")) {
        return s3a_aws_s3_host_region(host);
    }
    return s3a_aws_s3_host_region(s3a_str_skip(host, call->op.bucket.size + 1));
}

static bool is_about_region(const struct s3a_answer *answer)
{
    return answer->http_status == 301 || answer->http_status == 307 ||
           answer->code == S3A_CODE_AUTHORIZATION_HEADER_MALFORMED ||
           (answer->http_status == 400 && answer->code == S3A_CODE_OTHER &&
            answer->code_text.size == 0);
}

/*
 * A redirect is never followed to where it points: all that is taken from it is the region, and the
 * host is made of that and of the endpoint. So credentials go to Amazon's own hosts, or to the very
 * host that the endpoint names, and to nobody else.
 */
static bool change_region(struct s3a_http_flight *flight)
{
    struct s3a_http_transport *transport = flight->transport;
    struct s3a_call *call = flight->call;
    struct s3a_str region = region_told(call);

    if (flight->is_redirected || !is_about_region(&call->answer) || !s3a_aws_is_region(region) ||
        s3a_str_equal(region, flight->lane->region) ||
        !s3a_http_region_is_within_reach(transport, region)) {
        return false;
    }
    s3a_bucket_regions_keep(&transport->regions, call->op.bucket, region);
    flight->is_redirected = true;
    s3a_observer_count(call->observer, redirects);
    s3a_observer_log_op(call->observer, S3A_LOG_INFO, &call->op,
                        "the bucket is in the region %.*s; asked for there", S3A_STR_ARG(region));
    return sign_anew(flight);
}

static bool await_credentials(struct s3a_http_flight *flight)
{
    struct s3a_http_transport *transport = flight->transport;

    if (flight->call->answer.status != S3A_CREDENTIALS || !transport->want_credentials ||
        flight->has_new_keys) {
        return false;
    }
    s3a_observer_count(flight->call->observer, credentials_refused);
    s3a_observer_log_op(flight->call->observer, S3A_LOG_INFO, &flight->call->op,
                        "the credentials were refused (%s); waits for new ones",
                        s3a_code_wire(flight->call->answer.code));
    s3a_flight_leave_lane(flight);
    flight->is_refused = true;
    s3a_list_append(&transport->refused, &flight->link);
    transport->want_credentials(transport->user);
    s3a_http_start_next(transport);
    return true;
}

bool s3a_flight_resend(struct s3a_http_flight *flight)
{
    return flight->call->answer.http_status != 0 &&
           (correct_time(flight) || change_region(flight) || await_credentials(flight));
}

enum s3a_status s3a_transport_http_renew(struct s3a_transport *base,
                                         const struct s3a_credentials *credentials)
{
    struct s3a_http_transport *transport =
        s3a_list_entry(base, struct s3a_http_transport, transport);
    struct s3a_credentials copy;
    struct s3a_list *link;

    if (credentials && s3a_credentials_copy(credentials, &copy) != S3A_OK) {
        return S3A_NO_MEMORY;
    }
    if (credentials) {
        s3a_credentials_fini(&transport->credentials);
        transport->credentials = copy;
    }
    while ((link = s3a_list_pop(&transport->refused)) != NULL) {
        struct s3a_http_flight *flight = s3a_list_entry(link, struct s3a_http_flight, link);
        if (!credentials) {
            s3a_flight_finish(flight);
            continue;
        }
        flight->is_refused = false;
        flight->has_new_keys = true;
        s3a_call_clear_answer(flight->call);
        s3a_http_line_up(flight);
    }
    s3a_http_start_next(transport);
    return S3A_OK;
}

/* Where a bucket is asked for. */

bool s3a_http_region_is_within_reach(const struct s3a_http_transport *transport,
                                     struct s3a_str region)
{
    struct s3a_str host = transport->addressing.endpoint.host;
    char unused[S3A_AWS_URL_SIZE];

    /* A host of Amazon's stands for one region; another's answers for whatever it signs for. */
    return !s3a_aws_is_s3_host(host) || s3a_aws_s3_host_in(host, region, unused);
}

enum s3a_status s3a_http_place_find(const struct s3a_http_transport *transport,
                                    struct s3a_str bucket, struct s3a_pool *pool,
                                    struct s3a_http_place *ret_place)
{
    struct s3a_str region = s3a_bucket_regions_find(&transport->regions, bucket);
    struct s3a_endpoint *endpoint = &ret_place->addressing.endpoint;
    char host[S3A_AWS_URL_SIZE];
    char authority[S3A_AWS_URL_SIZE + 16];

    ret_place->addressing = transport->addressing;
    ret_place->region = transport->region;
    if (!region.data) {
        return S3A_OK;
    }
    ret_place->region = s3a_pool_copy(pool, region);
    if (!ret_place->region.data) {
        return S3A_NO_MEMORY;
    }
    if (!s3a_aws_s3_host_in(endpoint->host, region, host)) {
        return S3A_OK;
    }
    struct s3a_str port = s3a_str_skip(endpoint->authority, endpoint->host.size);
    snprintf(authority, sizeof(authority), "%s%.*s", host, S3A_STR_ARG(port));
    endpoint->host = s3a_pool_copy(pool, s3a_str_of(host));
    endpoint->authority = s3a_pool_copy(pool, s3a_str_of(authority));
    return endpoint->host.data && endpoint->authority.data ? S3A_OK : S3A_NO_MEMORY;
}

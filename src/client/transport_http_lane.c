/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "transport_http.h"

/* A host that does not answer at all has another address, or another day. */
#define CONNECT_TIMEOUT_MS 5000

/* A connection that was idle for longer is not used again: what stands between forgets it without
 * a word (a NAT, a load balancer), and a request would wait for its whole time. Heartbeats come
 * more often. */
#define IDLE_CONNECTION_S 30

/* 16 KiB is the least, and one record of TLS. */
#define UPLOAD_PIECE_SIZE (16 * 1024)
#define LARGE_UPLOAD_PIECE_SIZE (256 * 1024)

#define AUTHORIZATION_SIZE_MAX 4096

#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

bool s3a_lane_may_send(const struct s3a_http_lane *lane)
{
    const struct s3a_http_transport *transport = lane->transport;
    long sent_bytes = -1;

    if (!lane->is_write || !lane->was_sent || lane->http_status == 417) {
        return true;
    }
    if (transport->addressing.endpoint.scheme != S3A_SCHEME_HTTP || *transport->proxy) {
        return false; /* what libcurl has counted as sent is not what the kernel took */
    }
    curl_easy_getinfo(lane->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
    return sent_bytes == 0;
}

/* The next thing that libcurl does is to send the request. */
static int on_sending(void *data, char *peer_address, char *own_address, int peer_port,
                      int own_port)
{
    struct s3a_http_lane *lane = data;

    (void)peer_address;
    (void)own_address;
    (void)peer_port;
    if (!s3a_lane_may_send(lane)) {
        lane->trouble = S3A_LANE_NOT_REPEATED;
        return CURL_PREREQFUNC_ABORT;
    }
    if (s3a_http_socket_is_stale(lane->transport, own_port)) {
        lane->trouble = S3A_LANE_STALE;
        return CURL_PREREQFUNC_ABORT;
    }
    if (lane->trouble == S3A_LANE_NO_SOCKET) {
        lane->trouble = S3A_LANE_FINE; /* another of the host's addresses was good enough */
    }
    lane->was_sent = true;
    s3a_lane_forget_answer(lane);
    return CURL_PREREQFUNC_OK;
}

/* What is the same for every request. */
static bool set_up(struct s3a_http_lane *lane)
{
    struct s3a_http_transport *transport = lane->transport;
    CURL *easy = lane->easy;

    curl_easy_setopt(easy, CURLOPT_PRIVATE, lane);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, lane->reason);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, s3a_lane_take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, lane);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, s3a_lane_take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, lane);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_sending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, lane);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, s3a_http_socket_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, lane);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, s3a_http_socket_close);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transport);
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_USERAGENT, "s3atomic/" S3A_VERSION) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, transport->proxy) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NOPROXY,
                            transport->proxy_bypass ? transport->proxy_bypass : "") == CURLE_OK &&
           (!transport->certificates ||
            curl_easy_setopt(easy, CURLOPT_CAINFO, transport->certificates) == CURLE_OK);
}

struct s3a_http_lane *s3a_lane_new(struct s3a_http_transport *transport)
{
    struct s3a_http_lane *lane = calloc(1, sizeof(*lane));

    if (!lane) {
        return NULL;
    }
    lane->transport = transport;
    s3a_list_init(&lane->link);
    s3a_pool_init(&lane->pool);
    lane->easy = curl_easy_init();
    if (!lane->easy || !set_up(lane)) {
        s3a_lane_free(lane);
        return NULL;
    }
    return lane;
}

void s3a_lane_free(struct s3a_http_lane *lane)
{
    if (!lane) {
        return;
    }
    if (lane->easy) {
        curl_easy_cleanup(lane->easy);
    }
    s3a_pool_fini(&lane->pool);
    free(lane);
}

/* Pieces of text, one behind the other. */
static char *join(struct s3a_pool *pool, const struct s3a_str pieces[], size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        size += pieces[i].size;
    }
    char *text = s3a_pool_alloc(pool, size + 1);
    for (size_t i = 0, at = 0; text && i < count; at += pieces[i].size, i++) {
        memcpy(text + at, pieces[i].data ? pieces[i].data : "", pieces[i].size);
    }
    return text;
}

/* "name: value"; libcurl wants "name;" where the value is empty. "name:" keeps it from adding a
 * header of its own. */
static bool add_line(struct s3a_http_lane *lane, struct s3a_str name, const char *separator,
                     struct s3a_str value)
{
    struct curl_slist *line = &lane->headers[lane->header_count];
    const struct s3a_str pieces[] = {name, s3a_str_of(separator), value};

    line->data = join(&lane->pool, pieces, 3);
    line->next = NULL;
    if (lane->header_count > 0) {
        lane->headers[lane->header_count - 1].next = line;
    }
    lane->header_count++;
    return line->data;
}

static bool add_lines(struct s3a_http_lane *lane, const struct s3a_http_request *request,
                      struct s3a_str authorization)
{
    struct s3a_str none = s3a_str_make("", 0);
    bool is_good = true;
    bool has_type = false;

    lane->header_count = 0;
    for (size_t i = 0; i < request->header_count; i++) {
        const struct s3a_header *header = &request->headers[i];
        has_type = has_type || s3a_str_is(header->name, "content-type");
        is_good =
            add_line(lane, header->name, header->value.size > 0 ? ": " : ";", header->value) &&
            is_good;
    }
    is_good = add_line(lane, S3A_STR("authorization"), ": ", authorization) && is_good;
    is_good = add_line(lane, S3A_STR("accept"), ":", none) && is_good;
    if (!has_type) {
        is_good = add_line(lane, S3A_STR("content-type"), ":", none) && is_good;
    }
    return is_good;
}

static void hash_body(struct s3a_str body, char ret_hash[S3A_SHA256_HEX_SIZE + 1])
{
    uint8_t hash[S3A_SHA256_SIZE];

    if (body.size == 0) {
        memcpy(ret_hash, EMPTY_SHA256, sizeof(EMPTY_SHA256));
    } else {
        s3a_sha256(body, hash);
        s3a_hex(hash, sizeof(hash), ret_hash);
    }
}

/* The rest of the request's headers, all of them signed, and libcurl's list of them. */
static enum s3a_status sign(struct s3a_http_lane *lane, struct s3a_str body,
                            struct s3a_http_request *request)
{
    struct s3a_http_transport *transport = lane->transport;
    char date[S3A_DATE_BASIC_SIZE + 1];
    char hash[S3A_SHA256_HEX_SIZE + 1];
    struct s3a_buf authorization;
    enum s3a_status status = S3A_INVALID;

    s3a_buf_init(&authorization, AUTHORIZATION_SIZE_MAX);
    lane->skew_ms = transport->skew_ms;
    s3a_date_basic(s3a_clock_wall_ms() + lane->skew_ms, date);
    hash_body(body, hash);
    if (!s3a_http_request_add(request, S3A_STR("x-amz-content-sha256"), s3a_str_of(hash)) ||
        !s3a_http_request_add(request, S3A_STR("x-amz-date"), s3a_str_of(date)) ||
        (transport->credentials.session_token.size > 0 &&
         !s3a_http_request_add(request, S3A_STR("x-amz-security-token"),
                               transport->credentials.session_token))) {
        goto out;
    }
    const struct s3a_sigv4_request to_sign = {.method = s3a_str_of(request->method),
                                              .path = request->path,
                                              .query = request->query,
                                              .headers = request->headers,
                                              .header_count = request->header_count,
                                              .payload_hash = s3a_str_of(hash)};
    const struct s3a_sigv4_scope scope = {s3a_str_of(date), lane->region, S3A_STR("s3")};
    s3a_sigv4_authorization(&authorization, &transport->key, &transport->credentials, &scope,
                            &to_sign);
    status = authorization.status;
    if (status == S3A_OK && !add_lines(lane, request, s3a_buf_str(&authorization))) {
        status = S3A_NO_MEMORY;
    }
out:
    s3a_buf_fini(&authorization);
    return status;
}

/* A body goes the way of libcurl's POST, from our memory and together with the head. */
static bool set_method(CURL *easy, const struct s3a_http_request *request, struct s3a_str body)
{
    bool is_large = body.size > S3A_LARGE_BODY_SIZE;
    const char *method = NULL;

    curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    } else if (strcmp(request->method, "PUT") == 0) {
        method = request->method;
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.size > 0 ? body.data : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
        curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE,
                         (long)(is_large ? LARGE_UPLOAD_PIECE_SIZE : UPLOAD_PIECE_SIZE));
    } else if (strcmp(request->method, "GET") != 0) {
        method = request->method;
    }
    return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK;
}

static enum s3a_status prepare(struct s3a_http_lane *lane, const struct s3a_call *call)
{
    struct s3a_http_place place;
    bool has_body = call->op.kind == S3A_OP_PUT_OBJECT;
    struct s3a_str body = has_body ? call->body : s3a_str_make(NULL, 0);
    struct s3a_http_request request;

    enum s3a_status status =
        s3a_http_place_find(lane->transport, call->op.bucket, &lane->pool, &place);
    lane->region = place.region;
    if (status == S3A_OK) {
        status = s3a_op_encode(&call->op, &place.addressing, &lane->pool, &request);
    }
    if (status == S3A_OK) {
        status = sign(lane, body, &request);
    }
    if (status != S3A_OK) {
        return status;
    }
    const struct s3a_str pieces[] = {
        s3a_str_of(place.addressing.endpoint.scheme == S3A_SCHEME_HTTPS ? "https://" : "http://"),
        request.host,
        request.path,
        s3a_str_of(request.query.size > 0 ? "?" : ""),
        request.query,
    };
    const char *url = join(&lane->pool, pieces, 5);
    bool is_good = url && curl_easy_setopt(lane->easy, CURLOPT_URL, url) == CURLE_OK &&
                   set_method(lane->easy, &request, body);
    curl_easy_setopt(lane->easy, CURLOPT_HTTPHEADER, lane->headers);
    return is_good ? S3A_OK : S3A_NO_MEMORY;
}

bool s3a_lane_start(struct s3a_http_lane *lane, struct s3a_http_flight *flight)
{
    struct s3a_call *call = flight->call;

    lane->flight = flight;
    lane->is_write = s3a_op_is_write(call->op.kind);
    lane->was_sent = false;
    lane->trouble = S3A_LANE_FINE;
    lane->trouble_errno = 0;
    lane->reason[0] = '\0';
    lane->body_bytes_max = call->answer.body.size_max;
    s3a_lane_forget_answer(lane);
    enum s3a_status status = prepare(lane, call);
    if (status == S3A_OK && curl_multi_add_handle(lane->transport->multi, lane->easy) != CURLM_OK) {
        status = S3A_NO_MEMORY;
    }
    if (status == S3A_INVALID) {
        s3a_call_fail(call, status, false, "cannot be sent: a header or the key is not allowed");
    } else if (status != S3A_OK) {
        s3a_call_fail(call, status, false, "%s", s3a_status_text(status));
    }
    return status == S3A_OK;
}

void s3a_lane_stop(struct s3a_http_lane *lane)
{
    curl_multi_remove_handle(lane->transport->multi, lane->easy);
    s3a_pool_fini(&lane->pool);
    lane->flight = NULL;
}

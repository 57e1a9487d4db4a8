/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "transport_http.h"

void s3a_lane_forget_answer(struct s3a_http_lane *lane)
{
    lane->answer_header_count = 0;
    lane->head_size = 0;
    lane->head_is_complete = false;
    lane->http_status = 0;
    lane->check.word = S3A_BODY_NO_WORD;
    s3a_buf_clear(&lane->flight->call->answer.body);
}

/* "HTTP/1.1 200 OK" begins a head; those of 1xx come before the one that counts. */
static void begin_head(struct s3a_http_lane *lane, struct s3a_str line)
{
    uint64_t http_status = 0;

    s3a_lane_forget_answer(lane);
    (void)s3a_str_split(&line, ' ');
    (void)s3a_str_to_uint64(s3a_str_split(&line, ' '), 999, &http_status);
    lane->http_status = (int)http_status;
}

static enum s3a_lane_trouble add_header(struct s3a_http_lane *lane, struct s3a_str line)
{
    struct s3a_pool *pool = &lane->flight->call->answer.pool;

    if (lane->answer_header_count == S3A_HTTP_HEADERS_MAX) {
        return S3A_LANE_HEAD_TOO_LARGE;
    }
    char *text = s3a_pool_alloc(pool, line.size + 1);
    if (!text) {
        return S3A_LANE_NO_MEMORY;
    }
    memcpy(text, line.data, line.size);
    struct s3a_str value = s3a_str_make(text, line.size);
    struct s3a_str name = s3a_str_split(&value, ':');
    for (size_t i = 0; i < name.size; i++) {
        text[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + ('a' - 'A')) : text[i];
    }
    lane->answer_headers[lane->answer_header_count++] =
        (struct s3a_header){name, s3a_str_trim(value)};
    return S3A_LANE_FINE;
}

/* A long answer may take long. */
static void allow_for(struct s3a_http_lane *lane)
{
    uint64_t size;

    for (size_t i = 0; i < lane->answer_header_count; i++) {
        if (s3a_str_is(lane->answer_headers[i].name, "content-length") &&
            s3a_str_to_uint64(lane->answer_headers[i].value, lane->body_bytes_max, &size) &&
            size >= S3A_REQUEST_TIMEOUT_STEP_BYTES && lane->flight->call->body.size == 0) {
            s3a_flight_set_time(lane->flight, size);
        }
    }
}

/* One line of a head, or of a trailer, which says nothing that we ask for. */
size_t s3a_lane_take_header(char *bytes, size_t size, size_t count, void *data)
{
    struct s3a_http_lane *lane = data;
    struct s3a_str line = s3a_str_make(bytes, size * count);

    while (line.size > 0 &&
           (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == '\r')) {
        line.size--;
    }
    if (lane->head_is_complete && lane->http_status >= 200) {
        return size * count;
    }
    if (s3a_str_starts_with(line, "HTTP/") && (lane->http_status == 0 || lane->head_is_complete)) {
        begin_head(lane, line);
        return size * count;
    }
    lane->head_size += line.size;
    if (line.size == 0) {
        lane->head_is_complete = true;
        allow_for(lane);
        s3a_body_check_begin(&lane->check, &lane->transport->judge, &lane->flight->call->op,
                             lane->http_status, lane->answer_headers, lane->answer_header_count);
    } else if (lane->head_size > S3A_HTTP_HEAD_SIZE_MAX) {
        lane->trouble = S3A_LANE_HEAD_TOO_LARGE;
    } else {
        lane->trouble = add_header(lane, line);
    }
    return lane->trouble == S3A_LANE_FINE ? size * count : 0;
}

/* What an error says is for us, whatever the caller has room for; and where it is longer than
 * anything that S3 says, its status says enough. */
static void take_error(struct s3a_buf *body, struct s3a_str bytes)
{
    size_t room;

    body->size_max = S3A_ERROR_DOCUMENT_SIZE_MAX;
    room = body->size_max > body->size ? body->size_max - body->size : 0;
    bytes.size = bytes.size < room ? bytes.size : room;
    s3a_buf_append(body, bytes);
}

size_t s3a_lane_take_body(char *bytes, size_t size, size_t count, void *data)
{
    struct s3a_http_lane *lane = data;
    struct s3a_buf *body = &lane->flight->call->answer.body;

    if (lane->http_status >= 300) {
        take_error(body, s3a_str_make(bytes, size * count));
    } else {
        s3a_buf_append(body, s3a_str_make(bytes, size * count));
        s3a_body_check_add(&lane->check, s3a_str_make(bytes, size * count));
    }
    if (body->status != S3A_OK) {
        lane->trouble =
            body->status == S3A_NO_MEMORY ? S3A_LANE_NO_MEMORY : S3A_LANE_BODY_TOO_LARGE;
        return 0;
    }
    return size * count;
}

struct meaning {
    CURLcode code;
    enum s3a_status status;
    const char *advice;
};

/* Where nothing is said of a code, it is an answer that we could make nothing of. */
static const struct meaning meanings[] = {
    {CURLE_COULDNT_RESOLVE_PROXY, S3A_UNREACHABLE, "is the proxy's name right?"},
    {CURLE_COULDNT_RESOLVE_HOST, S3A_UNREACHABLE, "is the endpoint's name right?"},
    {CURLE_COULDNT_CONNECT, S3A_UNREACHABLE, "does the store listen there?"},
    {CURLE_OPERATION_TIMEDOUT, S3A_UNREACHABLE, NULL},
    {CURLE_SSL_CONNECT_ERROR, S3A_UNREACHABLE, "does it speak https?"},
    {CURLE_PEER_FAILED_VERIFICATION, S3A_UNREACHABLE,
     "AWS_CA_BUNDLE may name a file of certificates to trust"},
    {CURLE_SSL_CACERT_BADFILE, S3A_UNREACHABLE, "is AWS_CA_BUNDLE right?"},
    {CURLE_SEND_ERROR, S3A_UNREACHABLE, NULL},
    {CURLE_RECV_ERROR, S3A_UNREACHABLE, NULL},
    {CURLE_GOT_NOTHING, S3A_UNREACHABLE, NULL},
    {CURLE_PARTIAL_FILE, S3A_UNREACHABLE, NULL},
    {CURLE_UNSUPPORTED_PROTOCOL, S3A_PROTOCOL, "is it a store, and does it speak http?"},
    {CURLE_OUT_OF_MEMORY, S3A_NO_MEMORY, NULL},
};

static struct meaning meaning_of(CURLcode code)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
        if (meanings[i].code == code) {
            return meanings[i];
        }
    }
    return (struct meaning){code, S3A_PROTOCOL, NULL};
}

/* Has the request reached anybody? The kernel's word counts where it took no byte of it. */
static bool may_have_arrived(const struct s3a_http_lane *lane)
{
    return lane->was_sent &&
           (lane->trouble == S3A_LANE_NOT_REPEATED || !lane->is_write || !s3a_lane_may_send(lane));
}

static bool tell_trouble(struct s3a_http_lane *lane)
{
    struct s3a_call *call = lane->flight->call;
    const char *endpoint = lane->transport->endpoint;
    bool was_sent = lane->was_sent;

    switch (lane->trouble) {
    case S3A_LANE_FINE:
    case S3A_LANE_STALE:
        return false;
    case S3A_LANE_NOT_REPEATED:
        s3a_call_fail(call, S3A_UNREACHABLE, was_sent,
                      "%s closed the connection instead of answering", endpoint);
        return true;
    case S3A_LANE_NO_SOCKET:
        s3a_call_fail(call, S3A_UNREACHABLE, was_sent, "no socket for a connection to %s: %s",
                      endpoint, strerrordesc_np(lane->trouble_errno));
        return true;
    case S3A_LANE_NOT_WATCHED:
        s3a_call_fail(call, S3A_SYSTEM, was_sent, "cannot wait for %s: %s", endpoint,
                      strerrordesc_np(lane->trouble_errno));
        return true;
    case S3A_LANE_HEAD_TOO_LARGE:
        s3a_call_fail(call, S3A_PROTOCOL, was_sent, "the head of %s's answer is too large",
                      endpoint);
        return true;
    case S3A_LANE_BODY_TOO_LARGE:
        s3a_call_fail(call, S3A_TOO_LARGE, was_sent, "the answer is longer than %llu bytes",
                      (unsigned long long)lane->body_bytes_max);
        return true;
    case S3A_LANE_NO_MEMORY:
        s3a_call_fail(call, S3A_NO_MEMORY, was_sent, "%s", s3a_status_text(S3A_NO_MEMORY));
        return true;
    }
    return false;
}

static void tell_failure(struct s3a_http_lane *lane, CURLcode code)
{
    const struct meaning meaning = meaning_of(code);
    /* What libcurl says of a proxy may be its URL, with a password in it. */
    bool has_reason = lane->reason[0] && code != CURLE_COULDNT_RESOLVE_PROXY;
    const char *reason = has_reason ? lane->reason : curl_easy_strerror(code);

    s3a_call_fail(lane->flight->call, meaning.status, may_have_arrived(lane), "%s: %s%s%s%s",
                  lane->transport->endpoint, reason, meaning.advice ? " (" : "",
                  meaning.advice ? meaning.advice : "", meaning.advice ? ")" : "");
}

static bool has_header(const struct s3a_http_lane *lane, const char *name)
{
    for (size_t i = 0; i < lane->answer_header_count; i++) {
        if (s3a_str_is(lane->answer_headers[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* A body that ends where the connection ends may end anywhere. */
static bool has_body_of_unknown_size(const struct s3a_http_lane *lane)
{
    enum s3a_op_kind kind = lane->flight->call->op.kind;
    bool has_body =
        kind == S3A_OP_GET_OBJECT || kind == S3A_OP_LIST_OBJECTS || kind == S3A_OP_LIST_BUCKETS;

    return has_body && lane->http_status >= 200 && lane->http_status < 300 &&
           lane->http_status != 204 && !has_header(lane, "content-length") &&
           !has_header(lane, "transfer-encoding");
}

/* Shorter ones are found anywhere. */
#define SECRET_SIZE_MIN 8

static void hide(struct s3a_str *text, struct s3a_str secret)
{
    if (text->size >= secret.size && secret.size >= SECRET_SIZE_MIN &&
        memmem(text->data, text->size, secret.data, secret.size)) {
        *text = S3A_STR("(it repeats a secret, and is not shown)");
    }
}

/* A store that repeats what it was sent repeats the session token, too. */
static void hide_secrets(const struct s3a_credentials *credentials, struct s3a_answer *answer)
{
    hide(&answer->message, credentials->secret_key);
    hide(&answer->message, credentials->session_token);
    hide(&answer->code_text, credentials->secret_key);
    hide(&answer->code_text, credentials->session_token);
}

/* The whole answer has come. */
static void take_answer(struct s3a_http_lane *lane)
{
    struct s3a_call *call = lane->flight->call;
    struct s3a_answer *answer = &call->answer;
    struct s3a_body_judge *judge = &lane->transport->judge;

    s3a_answer_decode(&call->op, lane->http_status, lane->answer_headers, lane->answer_header_count,
                      answer);
    hide_secrets(&lane->transport->credentials, answer);
    if (answer->status == S3A_OK && call->op.kind == S3A_OP_PUT_OBJECT) {
        s3a_body_judge_learn(judge, call->body, answer->etag, lane->answer_headers,
                             lane->answer_header_count);
    }
    const char *misfit = answer->status == S3A_OK ? s3a_body_check_end(&lane->check, judge) : NULL;
    if (misfit) {
        s3a_observer_count(call->observer, damaged_bodies);
        s3a_call_fail(call, S3A_PROTOCOL, true, "%s has sent a body that does not fit its %s",
                      lane->transport->endpoint, misfit);
    }
}

void s3a_lane_end(struct s3a_http_lane *lane, CURLcode code)
{
    struct s3a_call *call = lane->flight->call;

    if (code != CURLE_OK) {
        if (!tell_trouble(lane)) {
            tell_failure(lane, code);
        }
    } else if (!lane->head_is_complete || lane->http_status < 200) {
        /* libcurl is content with half a head. */
        s3a_call_fail(call, S3A_UNREACHABLE, true, "%s broke off in the middle of its head",
                      lane->transport->endpoint);
    } else if (has_body_of_unknown_size(lane)) {
        s3a_call_fail(call, S3A_PROTOCOL, true,
                      "%s does not say how long its answer is, so it may have been cut short",
                      lane->transport->endpoint);
    } else {
        take_answer(lane);
    }
    call->answer.body.size_max = (size_t)lane->body_bytes_max;
}

void s3a_lane_give_up(struct s3a_http_lane *lane)
{
    struct s3a_http_flight *flight = lane->flight;
    struct s3a_call *call = flight->call;

    if (!tell_trouble(lane)) {
        s3a_call_fail(call, S3A_TIMEOUT, may_have_arrived(lane), "no %s %s within %lu ms",
                      lane->was_sent ? "answer from" : "connection to", lane->transport->endpoint,
                      (unsigned long)flight->timeout_ms);
    }
    call->answer.body.size_max = (size_t)lane->body_bytes_max;
}

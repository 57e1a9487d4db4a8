/* SPDX-License-Identifier: MIT */
#ifndef S3A_TRANSPORT_HTTP_H
#define S3A_TRANSPORT_HTTP_H

/*
 * The HTTP transport from inside. Everything here happens in the loop's thread.
 *
 *      transport_http.c             calls: their turn, their time, their end
 *      transport_http_resend.c      what was refused unseen: with the right time, region, keys
 *      transport_http_lane.c        a call on its way: libcurl's easy handle, request and signature
 *      transport_http_answer.c      what comes back, and what a failure means
 *      transport_http_socket.c      libcurl's sockets and timer in our loop
 *      transport_http_environment.c proxies and certificates, as the environment names them
 *
 * Three rules are kept against libcurl's habits (7.88.1):
 *
 *  1. A write is never sent twice. libcurl sends a request again by itself where a connection that
 *     had been used before breaks before the first byte of an answer (Curl_retry_request), although
 *     the store may have applied it. The callback just before each sending (CURLOPT_PREREQFUNCTION)
 *     ends that: a second time is refused for writes unless it is certain that nothing reached the
 *     store: the kernel took no byte of it, or the store said 417 before it got the body.
 *  2. An answer belongs to its request. libcurl uses a connection again although bytes have come in
 *     that nobody asked for, and would take them for the next answer. So we go on watching idle
 *     connections, and look once more just before one is used again; one on which anything has
 *     happened never is.
 *  3. Nothing waits for the resolver's threads, which may take minutes (CURLOPT_QUICK_EXIT).
 */

#include <curl/curl.h>

#include "body_check.h"
#include "bucket_regions.h"
#include "list.h"
#include "transport.h"

/* Host, date, hash, token, signature and those that keep libcurl from adding its own. */
#define S3A_LANE_HEADERS_MAX (S3A_HTTP_HEADERS_MAX + 4)

/* An error's document is read whatever a call's own bound; what lies beyond this is passed over. */
#define S3A_ERROR_DOCUMENT_SIZE_MAX (64 * 1024)

/* Above this a request asks first whether its body is wanted (libcurl's own threshold), and its
 * body is sent in larger pieces. */
#define S3A_LARGE_BODY_SIZE (1024 * 1024)

#define S3A_HTTP_PORT_BUCKETS 256

struct s3a_http_transport {
    struct s3a_transport transport;
    struct s3a_loop *loop;
    CURLM *multi;
    struct s3a_timer timer; /* libcurl's */

    struct s3a_pool pool; /* the texts of: */
    struct s3a_addressing addressing;
    struct s3a_str region;
    const char *endpoint;     /* "https://host:port", for messages */
    const char *proxy;        /* "": none */
    const char *proxy_bypass; /* NULL: none */
    const char *certificates; /* NULL: the system's */

    struct s3a_credentials credentials;
    struct s3a_sigv4_key key;
    void (*want_credentials)(void *user);
    void *user;
    int64_t skew_ms; /* the store's clock is ahead by so much, as far as we were told */
    struct s3a_bucket_regions regions;
    struct s3a_body_judge judge;

    uint32_t request_timeout_ms; /* 0: see s3a_call_timeout_ms() */
    uint32_t requests_max;
    uint32_t running;        /* flights with a lane */
    struct s3a_list waiting; /* for less than requests_max to run */
    struct s3a_list urgent;  /* for less than twice as many; they go first */
    struct s3a_list refused; /* flights that wait for other credentials, with their answers */
    struct s3a_list idle;    /* lanes */
    uint32_t idle_count;

    struct s3a_list failed; /* calls that failed within send: their end is told by: */
    struct s3a_task tell_failed;

    struct s3a_http_socket **sockets; /* by descriptor; entries may be NULL */
    size_t socket_capacity;
    struct s3a_list ports[S3A_HTTP_PORT_BUCKETS]; /* connections by their own port */
    int dead_fd;                                  /* a socket at its end */
};

/* A call under way. */
struct s3a_http_flight {
    struct s3a_http_transport *transport;
    struct s3a_call *call;
    struct s3a_http_lane *lane; /* NULL: it waits its turn */
    struct s3a_list link;       /* waiting or refused */
    struct s3a_timer timer;
    uint64_t sent_at_ms;
    uint32_t timeout_ms;
    bool is_signed_anew; /* by the store's clock */
    bool is_redirected;  /* to another region */
    bool is_refused;     /* its answer says that the credentials are no good */
    bool has_new_keys;   /* and it has been sent again since */
};

/* Why we ended a transfer, where libcurl only knows that we did. */
enum s3a_lane_trouble {
    S3A_LANE_FINE,
    S3A_LANE_NOT_REPEATED, /* rule 1 */
    S3A_LANE_STALE,        /* rule 2; nothing was sent, and it is sent over another connection */
    S3A_LANE_NO_SOCKET,    /* trouble_errno */
    S3A_LANE_NOT_WATCHED,  /* trouble_errno */
    S3A_LANE_HEAD_TOO_LARGE,
    S3A_LANE_BODY_TOO_LARGE,
    S3A_LANE_NO_MEMORY,
};

/* An easy handle and all that one request needs; used again and again. */
struct s3a_http_lane {
    struct s3a_http_transport *transport;
    struct s3a_http_flight *flight; /* NULL: idle */
    struct s3a_list link;           /* idle */
    CURL *easy;
    char reason[CURL_ERROR_SIZE];

    /* The request. */
    struct s3a_pool pool;
    struct curl_slist headers[S3A_LANE_HEADERS_MAX];
    size_t header_count;
    int64_t skew_ms;       /* that it was signed with */
    struct s3a_str region; /* the same */
    bool is_write;
    bool was_sent; /* a byte of it may have left */
    enum s3a_lane_trouble trouble;
    int trouble_errno;

    /* The answer; its texts live in the call's answer. */
    struct s3a_header answer_headers[S3A_HTTP_HEADERS_MAX];
    size_t answer_header_count;
    size_t head_size;
    bool head_is_complete;
    int http_status;
    uint64_t body_bytes_max; /* the call's own bound */
    struct s3a_body_check check;
};

/* transport_http_lane.c */

/* NULL where there is no memory. */
struct s3a_http_lane *s3a_lane_new(struct s3a_http_transport *transport);
void s3a_lane_free(struct s3a_http_lane *lane);

/* Sends the flight's call. On failure the call has its status and message. */
S3A_MUST_CHECK bool s3a_lane_start(struct s3a_http_lane *lane, struct s3a_http_flight *flight);

/* Takes the request off the network where it still is, and makes the lane idle. */
void s3a_lane_stop(struct s3a_http_lane *lane);

/* Rule 1: may this request be sent at this moment? */
bool s3a_lane_may_send(const struct s3a_http_lane *lane);

/* transport_http_answer.c */

size_t s3a_lane_take_header(char *bytes, size_t size, size_t count, void *lane);
size_t s3a_lane_take_body(char *bytes, size_t size, size_t count, void *lane);
void s3a_lane_forget_answer(struct s3a_http_lane *lane);

/* libcurl is through: fills the call's answer. */
void s3a_lane_end(struct s3a_http_lane *lane, CURLcode code);

/* Time is up, or the lane cannot be served. */
void s3a_lane_give_up(struct s3a_http_lane *lane);

/* transport_http_socket.c */

S3A_MUST_CHECK enum s3a_status s3a_http_sockets_init(struct s3a_http_transport *transport,
                                                     struct s3a_error *error);
void s3a_http_sockets_fini(struct s3a_http_transport *transport);
curl_socket_t s3a_http_socket_open(void *lane, curlsocktype purpose, struct curl_sockaddr *address);
int s3a_http_socket_close(void *transport, curl_socket_t fd);

/* Has anything happened on the idle connection from this port? */
bool s3a_http_socket_is_stale(struct s3a_http_transport *transport, int own_port);

/* transport_http_environment.c; both texts live in the transport's pool. */

/* Reads proxy, proxy_bypass and certificates, once; ca_file, where it is not NULL, goes before what
 * the environment names. */
S3A_MUST_CHECK enum s3a_status s3a_http_environment_read(struct s3a_http_transport *transport,
                                                         const char *ca_file,
                                                         struct s3a_error *error);

/* transport_http_resend.c */

/* Once the answer is there: it goes on, and will end later. */
bool s3a_flight_resend(struct s3a_http_flight *flight);

/* Where a request goes, and for which region it is signed. */
struct s3a_http_place {
    struct s3a_addressing addressing;
    struct s3a_str region;
};

/* What is not the transport's own text is in pool. */
S3A_MUST_CHECK enum s3a_status s3a_http_place_find(const struct s3a_http_transport *transport,
                                                   struct s3a_str bucket, struct s3a_pool *pool,
                                                   struct s3a_http_place *ret_place);

/* Is it one that this endpoint leads to? */
bool s3a_http_region_is_within_reach(const struct s3a_http_transport *transport,
                                     struct s3a_str region);

/* transport_http.c */

/* It is to wait for its turn, which s3a_http_start_next() gives. */
void s3a_http_line_up(struct s3a_http_flight *flight);

/* Those that wait have their turn, as many as may. */
void s3a_http_start_next(struct s3a_http_transport *transport);

/* It does not need the network at present. */
void s3a_flight_leave_lane(struct s3a_http_flight *flight);

/* It is over: its call is done. */
void s3a_flight_finish(struct s3a_http_flight *flight);

/* Ends the flights whose transfers libcurl has ended. */
void s3a_http_collect(struct s3a_http_transport *transport);

/* The time that it has, now that it is known to have so large a body. */
void s3a_flight_set_time(struct s3a_http_flight *flight, uint64_t body_bytes);

#endif

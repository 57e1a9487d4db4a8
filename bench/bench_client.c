/* SPDX-License-Identifier: MIT */

/*
 * Requests per second through the HTTP transport, each signed, beside libcurl's multi interface
 * sending the very same bytes, signed once, to the same store in the same run; and the memory of a
 * request under way.
 */

#include <curl/curl.h>
#include <malloc.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#include "bench.h"
#include "constant_store.h"
#include "transport.h"

#define BODY_SIZE 200
#define ROUND_NS 100000000 /* of one of the two; they take turns */
#define ROUNDS 21
#define AT_ONCE_MAX 128
#define HELD 1000 /* calls under way when memory is measured */

static const unsigned at_once[] = {1, 32, 128};
static char body[BODY_SIZE];
static struct constant_store store;

struct result {
    uint64_t operations;
    int64_t elapsed_ns;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_client: %s\n", what);
    exit(EXIT_FAILURE);
}

/* Through the transport. */

struct caller {
    struct s3a_call call;
    struct fleet *fleet;
};

struct fleet {
    struct s3a_loop *loop;
    struct s3a_transport *transport;
    struct s3a_task task;
    enum s3a_op_kind kind;
    unsigned count;
    unsigned flying;
    int64_t ends_at_ns;
    struct result *result;
    sem_t is_done;
    struct caller *callers;
};

static void on_done(struct s3a_call *call)
{
    struct caller *caller = s3a_list_entry(call, struct caller, call);
    struct fleet *fleet = caller->fleet;

    if (call->answer.status != S3A_OK) {
        die("a call failed");
    }
    fleet->result->operations++;
    if (bench_now_ns() < fleet->ends_at_ns) {
        s3a_call_clear_answer(call);
        fleet->transport->send(fleet->transport, call);
    } else if (--fleet->flying == 0) {
        sem_post(&fleet->is_done);
    }
}

static void start_fleet(struct s3a_task *task)
{
    struct fleet *fleet = s3a_list_entry(task, struct fleet, task);

    for (unsigned i = 0; i < fleet->count; i++) {
        struct s3a_call *call = &fleet->callers[i].call;
        s3a_call_clear_answer(call);
        call->op.kind = fleet->kind;
        call->body = s3a_str_make(body, fleet->kind == S3A_OP_PUT_OBJECT ? BODY_SIZE : 0);
        fleet->transport->send(fleet->transport, call);
    }
}

static void fly(struct fleet *fleet, enum s3a_op_kind kind, unsigned count, struct result *result)
{
    int64_t started_ns = bench_now_ns();

    fleet->kind = kind;
    fleet->count = count;
    fleet->flying = count;
    fleet->ends_at_ns = started_ns + ROUND_NS;
    fleet->result = result;
    s3a_loop_post(fleet->loop, &fleet->task);
    while (sem_wait(&fleet->is_done) != 0) {
    }
    result->elapsed_ns += bench_now_ns() - started_ns;
}

static void fleet_open(struct fleet *fleet, unsigned count)
{
    struct s3a_pool pool = {NULL};
    struct s3a_error error;
    char endpoint[64];
    struct s3a_transport_http_options options = {
        .region = S3A_STR("us-east-1"),
        .credentials = {S3A_STR("AKIAIOSFODNN7EXAMPLE"), S3A_STR("secret"), {NULL, 0}},
        .requests_max = count,
    };

    snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u", store.port);
    memset(fleet, 0, sizeof(*fleet));
    fleet->task.run = start_fleet;
    fleet->callers = calloc(count, sizeof(*fleet->callers));
    sem_init(&fleet->is_done, 0, 0);
    if (!fleet->callers ||
        s3a_endpoint_parse(&pool, s3a_str_of(endpoint), &options.addressing.endpoint, &error) !=
            S3A_OK ||
        s3a_loop_new(&fleet->loop, &error) != S3A_OK ||
        s3a_transport_http_new(fleet->loop, &options, &fleet->transport, &error) != S3A_OK) {
        die("no transport");
    }
    s3a_pool_fini(&pool);
    for (unsigned i = 0; i < count; i++) {
        struct s3a_call *call = &fleet->callers[i].call;
        fleet->callers[i].fleet = fleet;
        s3a_call_init(call, 1 << 20, on_done);
        call->op.bucket = S3A_STR("benchmark-bucket");
        call->op.key = S3A_STR("jobs/nightly.lock");
    }
}

static void fleet_close(struct fleet *fleet, unsigned count)
{
    s3a_loop_stop(fleet->loop);
    fleet->transport->free(fleet->transport);
    s3a_loop_free(fleet->loop);
    for (unsigned i = 0; i < count; i++) {
        s3a_call_fini(&fleet->callers[i].call);
    }
    free(fleet->callers);
}

/* Through libcurl alone. */

struct bare {
    CURLM *multi;
    int epoll;
    long timeout_ms;
    CURL *handles[AT_ONCE_MAX];
    struct curl_slist *headers;
};

static int on_bare_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *known)
{
    struct bare *bare = user;
    struct epoll_event event = {.data = {.fd = fd}};

    (void)easy;
    event.events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(bare->epoll, EPOLL_CTL_DEL, fd, &event);
    } else if (epoll_ctl(bare->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0) {
        curl_multi_assign(bare->multi, fd, bare);
    }
    return 0;
}

static int on_bare_timeout(CURLM *multi, long timeout_ms, void *user)
{
    (void)multi;
    ((struct bare *)user)->timeout_ms = timeout_ms;
    return 0;
}

static size_t swallow(char *bytes, size_t size, size_t count, void *user)
{
    (void)bytes;
    (void)user;
    return size * count;
}

static void bare_open(struct bare *bare)
{
    static const char *const headers[] = {
        "host: 127.0.0.1:10000",
        "x-amz-content-sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "x-amz-date: 20260101T000000Z",
        "authorization: AWS4-HMAC-SHA256 "
        "Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
        "Signature=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "accept:",
        "content-type:",
    };

    memset(bare, 0, sizeof(*bare));
    bare->multi = curl_multi_init();
    bare->epoll = epoll_create1(EPOLL_CLOEXEC);
    curl_multi_setopt(bare->multi, CURLMOPT_SOCKETFUNCTION, on_bare_socket);
    curl_multi_setopt(bare->multi, CURLMOPT_SOCKETDATA, bare);
    curl_multi_setopt(bare->multi, CURLMOPT_TIMERFUNCTION, on_bare_timeout);
    curl_multi_setopt(bare->multi, CURLMOPT_TIMERDATA, bare);
    curl_multi_setopt(bare->multi, CURLMOPT_MAXCONNECTS, (long)AT_ONCE_MAX);
    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
        bare->headers = curl_slist_append(bare->headers, headers[i]);
    }
    for (unsigned i = 0; i < AT_ONCE_MAX; i++) {
        bare->handles[i] = curl_easy_init();
    }
}

static void prepare(struct bare *bare, CURL *easy, bool is_put)
{
    char url[128];

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/benchmark-bucket/jobs/nightly.lock",
             store.port);
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, bare->headers);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "s3atomic/0");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
    if (is_put) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)BODY_SIZE);
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
    }
}

/* The handles that are through go on until the time is up. How many came to their end. */
static unsigned collect(struct bare *bare, int64_t ends_at_ns, struct result *result)
{
    struct CURLMsg *message;
    unsigned ended = 0;
    int left;

    while ((message = curl_multi_info_read(bare->multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        if (message->data.result != CURLE_OK) {
            die("a bare request failed");
        }
        curl_multi_remove_handle(bare->multi, easy);
        result->operations++;
        if (bench_now_ns() < ends_at_ns) {
            curl_multi_add_handle(bare->multi, easy);
        } else {
            ended++;
        }
    }
    return ended;
}

static void run_bare(struct bare *bare, bool is_put, unsigned count, struct result *result)
{
    int64_t started_ns = bench_now_ns();
    int64_t ends_at_ns = started_ns + ROUND_NS;
    struct epoll_event events[64];
    unsigned flying = count;
    int running;

    for (unsigned i = 0; i < count; i++) {
        prepare(bare, bare->handles[i], is_put);
        curl_multi_add_handle(bare->multi, bare->handles[i]);
    }
    while (flying > 0) {
        int ready = epoll_wait(bare->epoll, events, 64, (int)bare->timeout_ms);
        for (int i = 0; i < ready; i++) {
            int what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                       (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0);
            curl_multi_socket_action(bare->multi, events[i].data.fd, what, &running);
        }
        if (bare->timeout_ms == 0) {
            curl_multi_socket_action(bare->multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        flying -= collect(bare, ends_at_ns, result);
    }
    result->elapsed_ns += bench_now_ns() - started_ns;
}

static void bare_close(struct bare *bare)
{
    for (unsigned i = 0; i < AT_ONCE_MAX; i++) {
        curl_easy_cleanup(bare->handles[i]);
    }
    curl_multi_cleanup(bare->multi);
    curl_slist_free_all(bare->headers);
}

static double per_second(const struct result *result)
{
    return (double)result->operations * 1e9 / (double)result->elapsed_ns;
}

static int order(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

static void add(struct result *sum, const struct result *round)
{
    sum->operations += round->operations;
    sum->elapsed_ns += round->elapsed_ns;
}

/* The ratio is the median of those of each round, since the machine may have other things to do. */
static void compare(struct fleet *fleet, struct bare *bare, bool is_put, unsigned count)
{
    struct result ours = {0}, theirs = {0};
    double ratios[ROUNDS];
    const char *verb = is_put ? "PUT" : "GET";
    char what[64];

    for (int i = 0; i < ROUNDS; i++) {
        struct result our_round = {0}, their_round = {0};
        fly(fleet, is_put ? S3A_OP_PUT_OBJECT : S3A_OP_GET_OBJECT, count, &our_round);
        run_bare(bare, is_put, count, &their_round);
        ratios[i] = per_second(&our_round) / per_second(&their_round);
        add(&ours, &our_round);
        add(&theirs, &their_round);
    }
    qsort(ratios, ROUNDS, sizeof(ratios[0]), order);
    snprintf(what, sizeof(what), "%s 200 B", verb);
    bench_print("client", what, count, ours.operations, ours.elapsed_ns, NULL);
    snprintf(what, sizeof(what), "%s 200 B, libcurl alone", verb);
    bench_print("client", what, count, theirs.operations, theirs.elapsed_ns, NULL);
    printf("{\"bench\":\"client\",\"what\":\"%s 200 B, share of libcurl alone\",\"at_once\":%u,"
           "\"ratio\":%.2f}\n",
           verb, count, ratios[ROUNDS / 2]);
    fflush(stdout);
}

/* Calls that wait for an answer which does not come. */

static void measure_memory(void)
{
    struct fleet fleet;
    struct result unused = {0};

    kill(store.pid, SIGSTOP);
    fleet_open(&fleet, HELD);
    struct mallinfo2 before = mallinfo2();
    fleet.kind = S3A_OP_PUT_OBJECT;
    fleet.count = HELD;
    fleet.flying = HELD;
    fleet.result = &unused;
    s3a_loop_post(fleet.loop, &fleet.task);
    /* All are sent, and wait, once the kernel has as many connections as there are calls. */
    uint64_t bytes = 0;
    for (int quiet = 0; quiet < 20;) {
        struct timespec pause = {.tv_nsec = 10000000};
        nanosleep(&pause, NULL);
        struct mallinfo2 now = mallinfo2();
        uint64_t sum = (uint64_t)(now.uordblks + now.hblkhd);
        quiet = sum == bytes ? quiet + 1 : 0;
        bytes = sum;
    }
    bytes -= (uint64_t)(before.uordblks + before.hblkhd);
    printf("{\"bench\":\"client\",\"what\":\"memory of a PUT under way\",\"at_once\":%u,"
           "\"bytes\":%llu}\n",
           HELD, (unsigned long long)(bytes / HELD));
    kill(store.pid, SIGCONT);
    while (sem_wait(&fleet.is_done) != 0) {
    }
    fleet_close(&fleet, HELD);
}

int main(void)
{
    struct fleet fleet;
    struct bare bare;

    memset(body, 'x', sizeof(body));
    constant_store_start(&store, BODY_SIZE);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    fleet_open(&fleet, AT_ONCE_MAX);
    bare_open(&bare);
    for (size_t i = 0; i < sizeof(at_once) / sizeof(at_once[0]); i++) {
        compare(&fleet, &bare, true, at_once[i]);
        compare(&fleet, &bare, false, at_once[i]);
    }
    bare_close(&bare);
    fleet_close(&fleet, AT_ONCE_MAX);
    measure_memory();
    constant_store_stop(&store);
    return EXIT_SUCCESS;
}

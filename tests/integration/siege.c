/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "siege.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWERS_SIZE_MAX (64 * 1024 * 1024)
#define READ_SIZE (64 * 1024)
/* Calls that the server is given to notice that connections were closed. */
#define TURNS_MAX 20000
/* Readers of the database that the store opened under load, and keeps. */
#define FDS_KEPT_MAX 8

static size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *entries = opendir(path);

    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(entries);
    return count;
}

int siege_open(void **state)
{
    static const char *const buckets[] = {"bucket"};
    struct siege *siege = calloc(1, sizeof(*siege));
    struct s3a_error error;
    char directory[100];

    assert_non_null(siege);
    strcpy(siege->parent, "/tmp/s3atomic-siege-XXXXXX");
    assert_non_null(mkdtemp(siege->parent));
    snprintf(directory, sizeof(directory), "%s/store", siege->parent);
    const struct s3a_server_options options = {
        .directory = directory, .buckets = buckets, .bucket_count = 1};
    if (s3a_server_start(&options, &siege->stage.server, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    peer_open(&siege->stage.peer, siege->stage.server);
    *state = siege;
    siege_expect_alive(siege);
    siege->fds_before = count_entries("/proc/self/fd");
    return 0;
}

void siege_expect_alive(struct siege *siege)
{
    struct stage *stage = &siege->stage;
    struct peer_answer answer = {0};

    stage_expect(stage,
                 &(struct call){.method = "PUT", .path = "/bucket/k", .body = S3A_STR_INIT("v")},
                 200);
    stage_call(stage, &(struct call){.path = "/bucket/k"}, 200, &answer);
    assert_str(s3a_buf_str(&answer.body), "v");
    peer_answer_fini(&answer);
    stage_expect(stage, &(struct call){.method = "DELETE", .path = "/bucket/k"}, 204);
}

/* The server notices one after the other that its connections are gone, while it works for us. */
static void expect_released(struct siege *siege)
{
    size_t fds = count_entries("/proc/self/fd");

    for (int turn = 0; turn < TURNS_MAX && fds > siege->fds_before + FDS_KEPT_MAX; turn++) {
        stage_expect(&siege->stage, &(struct call){.path = "/bucket"}, 200);
        fds = count_entries("/proc/self/fd");
    }
    if (fds > siege->fds_before + FDS_KEPT_MAX) {
        fail_msg("%zu descriptors instead of %zu", fds, siege->fds_before);
    }
    assert_int_equal(stage_count_files(&siege->stage, "incoming"), 0);
}

int siege_close(void **state)
{
    struct siege *siege = *state;

    siege_expect_alive(siege);
    expect_released(siege);
    assert_int_equal(count_entries(siege->parent), 1);
    peer_close(&siege->stage.peer);
    s3a_server_stop(siege->stage.server);
    assert_int_equal(rmdir(siege->parent), 0);
    free(siege);
    return 0;
}

/* All that can be sent before the server closes. */
static void pour(struct peer *peer, struct s3a_str bytes)
{
    while (bytes.size > 0) {
        ssize_t sent = send(peer->fd, bytes.data, bytes.size, MSG_NOSIGNAL);
        if (sent < 0) {
            assert_true(errno == EPIPE || errno == ECONNRESET);
            return;
        }
        bytes = s3a_str_skip(bytes, (size_t)sent);
    }
}

/* Receives what there is; false at the end. A connection that is closed with bytes unread ends with
 * a reset. */
static bool receive_more(struct peer *peer, int flags, struct s3a_str sent, struct s3a_buf *buf)
{
    char *end = s3a_buf_reserve(buf, READ_SIZE);

    assert_non_null(end);
    ssize_t received = recv(peer->fd, end, READ_SIZE, flags);
    if (received < 0 && errno != ECONNRESET && !(flags & MSG_DONTWAIT)) {
        fail_msg("%s, after %s, to: %.*s", strerror(errno), s3a_buf_text(buf), S3A_STR_ARG(sent));
    }
    s3a_buf_added(buf, received > 0 ? (size_t)received : 0);
    return received > 0;
}

/* Takes one answer off the front; false where what is left is none, since the end was cut off. */
static bool take_answer(struct s3a_str *rest, int *ret_status)
{
    const char *end = memmem(rest->data, rest->size, "\r\n\r\n", 4);
    uint64_t status;
    uint64_t length = 0;

    if (!end) {
        return false;
    }
    struct s3a_str head = s3a_str_make(rest->data, (size_t)(end - rest->data));
    assert_true(s3a_str_starts_with(head, "HTTP/1."));
    assert_true(head.size > 12 && s3a_str_to_uint64(s3a_str_make(head.data + 9, 3), 599, &status));
    *rest = s3a_str_skip(*rest, head.size + 4);
    while (head.size > 0) {
        struct s3a_str value = s3a_str_split(&head, '\n');
        struct s3a_str name = s3a_str_split(&value, ':');
        if (s3a_str_is_nocase(name, "content-length")) {
            value.size -= value.size > 0 && value.data[value.size - 1] == '\r';
            assert_true(s3a_str_to_uint64(s3a_str_trim(value), ANSWERS_SIZE_MAX, &length));
        }
    }
    *ret_status = (int)status;
    if (status >= 200 && status != 204 && status != 304) {
        *rest = s3a_str_skip(*rest, (size_t)length);
    }
    return true;
}

/* Judges all that came. */
static struct siege_answers judge(struct s3a_str received, struct s3a_str sent)
{
    struct siege_answers answers = {0};
    struct s3a_str rest = received;
    int status;

    while (rest.size > 0 && take_answer(&rest, &status)) {
        if (status < 200) {
            continue;
        }
        if (status >= 500 && status != 501 && status != 505) {
            fail_msg("%.*s\n... to: %.*s", S3A_STR_ARG(received), S3A_STR_ARG(sent));
        }
        answers.first = answers.count++ > 0 ? answers.first : status;
        answers.last = status;
    }
    return answers;
}

static void begin(struct siege *siege, struct peer *peer, struct s3a_str bytes)
{
    peer_open(peer, siege->stage.server);
    pour(peer, bytes);
    (void)shutdown(peer->fd, SHUT_WR);
}

static struct siege_answers end(struct peer *peer, struct s3a_str bytes)
{
    struct siege_answers answers;
    struct s3a_buf received;

    s3a_buf_init(&received, ANSWERS_SIZE_MAX);
    while (receive_more(peer, 0, bytes, &received)) {
    }
    peer_close(peer);
    answers = judge(s3a_buf_str(&received), bytes);
    s3a_buf_fini(&received);
    return answers;
}

struct siege_answers siege_throw(struct siege *siege, struct s3a_str bytes)
{
    struct peer peer;

    begin(siege, &peer, bytes);
    return end(&peer, bytes);
}

static void expect_refused(const struct siege_answers *answers, struct s3a_str bytes)
{
    if (answers->count > 0 && (answers->first < 400 || answers->last < 400)) {
        fail_msg("%d, %d to: %.*s", answers->first, answers->last, S3A_STR_ARG(bytes));
    }
}

void siege_expect_refused(struct siege *siege, const struct s3a_str *bytes, size_t count)
{
    struct peer *peers = calloc(count, sizeof(*peers));

    assert_non_null(peers);
    for (size_t i = 0; i < count; i++) {
        begin(siege, &peers[i], bytes[i]);
    }
    siege_expect_alive(siege);
    for (size_t i = 0; i < count; i++) {
        struct siege_answers answers = end(&peers[i], bytes[i]);
        expect_refused(&answers, bytes[i]);
    }
    free(peers);
}

void siege_break_off(struct siege *siege, struct s3a_str bytes)
{
    struct siege_answers answers;
    struct s3a_buf received;
    struct peer peer;

    s3a_buf_init(&received, ANSWERS_SIZE_MAX);
    peer_open(&peer, siege->stage.server);
    pour(&peer, bytes);
    siege_expect_alive(siege);
    while (receive_more(&peer, MSG_DONTWAIT, bytes, &received)) {
    }
    peer_abort(&peer);
    answers = judge(s3a_buf_str(&received), bytes);
    expect_refused(&answers, bytes);
    s3a_buf_fini(&received);
}

void siege_write_edited(struct siege *siege, const struct call *call, const char *from,
                        const char *to, struct s3a_buf *ret_bytes)
{
    struct s3a_buf head;

    s3a_buf_init(&head, ANSWERS_SIZE_MAX);
    s3a_buf_init(ret_bytes, ANSWERS_SIZE_MAX);
    call_write_head(siege->stage.server, call, &head);
    const char *place = memmem(head.data, head.size, from, strlen(from));
    if (!place) {
        fail_msg("there is no %s in %s", from, s3a_buf_text(&head));
    }
    size_t before = (size_t)(place - head.data);
    s3a_buf_append(ret_bytes, s3a_str_make(head.data, before));
    s3a_buf_append_text(ret_bytes, to);
    s3a_buf_append(ret_bytes, s3a_str_skip(s3a_buf_str(&head), before + strlen(from)));
    s3a_buf_append(ret_bytes, call->body);
    s3a_buf_fini(&head);
    assert_int_equal(ret_bytes->status, S3A_OK);
}

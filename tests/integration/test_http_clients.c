/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checksum_value.h"
#include "stage.h"

/*
 * The requests of client_requests.txt, which says what they are: each is answered as it has to be,
 * so none with an error of the server (5xx), and none as if there were no such thing (501).
 */

#define LINE_SIZE_MAX 4096
#define FIELDS_MAX 24

struct replay {
    struct stage *stage;
    char upload[64];
    char etag[S3A_ETAG_SIZE_MAX + 1];
    unsigned line;
    unsigned count;
};

static struct s3a_str trimmed(char *field)
{
    return s3a_str_trim(s3a_str_of(field));
}

/* The checksum, or the MD5, of the body, in base64. */
static void append_digest(struct s3a_buf *buf, struct s3a_str name, struct s3a_str body)
{
    uint8_t bytes[S3A_CHECKSUM_SIZE_MAX];
    struct s3a_checksum checksum;

    if (s3a_str_is(name, "md5")) {
        s3a_md5(body, bytes);
        s3a_base64_encode(buf, s3a_str_make(bytes, S3A_MD5_SIZE));
        return;
    }
    enum s3a_checksum_kind kind = s3a_checksum_kind_of_name(name);
    assert_int_not_equal(kind, S3A_CHECKSUM_NONE);
    assert_int_equal(s3a_checksum_init(&checksum, kind), S3A_OK);
    s3a_checksum_add(&checksum, body);
    s3a_checksum_end(&checksum, bytes);
    s3a_base64_encode(buf, s3a_str_make(bytes, s3a_checksum_size(kind)));
}

/* A field with what stands for its {names}. */
static char *filled(struct replay *replay, struct s3a_pool *pool, struct s3a_str field,
                    struct s3a_str body)
{
    struct s3a_buf buf;

    s3a_buf_init(&buf, LINE_SIZE_MAX);
    while (field.data) {
        s3a_buf_append(&buf, s3a_str_split(&field, '{'));
        if (!field.data) {
            break;
        }
        struct s3a_str name = s3a_str_split(&field, '}');
        if (s3a_str_is(name, "upload")) {
            s3a_buf_append_text(&buf, replay->upload);
        } else if (s3a_str_is(name, "etag")) {
            s3a_buf_append_text(&buf, replay->etag);
        } else {
            append_digest(&buf, name, body);
        }
    }
    assert_int_equal(buf.status, S3A_OK);
    struct s3a_str copy = s3a_pool_copy(pool, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
    assert_non_null(copy.data);
    return (char *)(uintptr_t)copy.data;
}

/* One chunk, the last one, and the checksum that was announced: as clients send it over TLS. */
static struct s3a_str in_chunks(struct s3a_pool *pool, struct s3a_str content)
{
    struct s3a_buf buf;

    s3a_buf_init(&buf, LINE_SIZE_MAX);
    s3a_buf_append_format(&buf, "%zx\r\n%.*s\r\n0\r\nx-amz-checksum-crc32:", content.size,
                          S3A_STR_ARG(content));
    append_digest(&buf, S3A_STR("crc32"), content);
    s3a_buf_append_text(&buf, "\r\n\r\n");
    struct s3a_str copy = s3a_pool_copy(pool, s3a_buf_str(&buf));
    s3a_buf_fini(&buf);
    return copy;
}

static void add_header(struct call *call, const char *name, const char *value)
{
    size_t count = 0;

    while (call->headers[count].name) {
        count++;
    }
    assert_true(count + 1 < CALL_HEADERS_MAX);
    call->headers[count].name = name;
    call->headers[count].value = value;
}

static void set_body(struct replay *replay, struct s3a_pool *pool, char *field, struct call *call)
{
    struct s3a_str body = s3a_str_skip(trimmed(field), strlen("= "));

    call->body = s3a_str_of(filled(replay, pool, body, body));
    if (s3a_str_starts_with(call->body, "@")) {
        struct s3a_str content = s3a_str_skip(call->body, 1);
        struct s3a_str size = {0};
        char text[24];
        snprintf(text, sizeof(text), "%zu", content.size);
        size = s3a_pool_copy(pool, s3a_str_of(text));
        add_header(call, "x-amz-decoded-content-length", size.data);
        call->payload_hash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
        call->body = in_chunks(pool, content);
    }
}

static void remember(struct replay *replay, const struct peer_answer *answer)
{
    static const char open[] = "<UploadId>";
    struct s3a_str etag = peer_header(answer, "etag");
    struct s3a_str body = s3a_buf_str(&answer->body);
    const char *at = body.size > 0 ? memmem(body.data, body.size, open, strlen(open)) : NULL;

    if (etag.size > 0) {
        snprintf(replay->etag, sizeof(replay->etag), "%.*s", S3A_STR_ARG(etag));
    }
    if (at) {
        struct s3a_str id = s3a_str_skip(body, (size_t)(at - body.data) + strlen(open));
        id.size = s3a_str_find(id, '<');
        snprintf(replay->upload, sizeof(replay->upload), "%.*s", S3A_STR_ARG(id));
    }
}

static void send_line(struct replay *replay, char **fields, size_t count)
{
    struct s3a_pool pool = {0};
    struct peer_answer answer = {0};
    struct call call = {.method = fields[1]};

    assert_true(count >= 3);
    for (size_t i = 3; i < count; i++) {
        if (fields[i][0] == '=') {
            set_body(replay, &pool, fields[i], &call);
        }
    }
    struct s3a_str query = s3a_str_of(filled(replay, &pool, trimmed(fields[2]), call.body));
    struct s3a_str path = s3a_pool_copy(&pool, s3a_str_split(&query, '?'));
    call.path = path.data;
    call.query = query.data;
    for (size_t i = 3; i < count; i++) {
        char *value = strstr(fields[i], ": ");
        if (fields[i][0] != '=') {
            assert_non_null(value);
            *value = '\0';
            add_header(&call, fields[i], filled(replay, &pool, s3a_str_of(value + 2), call.body));
        }
    }
    call_make(replay->stage->server, &replay->stage->peer, &call, &answer);
    if (answer.status != atoi(fields[0])) {
        print_error("line %u: %s %s: %d, not %s: %s\n", replay->line, fields[1], fields[2],
                    answer.status, fields[0], s3a_buf_text(&answer.body));
    }
    assert_int_equal(answer.status, atoi(fields[0]));
    assert_true(answer.status < 500);
    remember(replay, &answer);
    replay->count++;
    peer_answer_fini(&answer);
    s3a_pool_fini(&pool);
}

static void what_clients_send_is_answered(void **state)
{
    char text[LINE_SIZE_MAX];
    struct replay replay = {.stage = *state};
    FILE *file = fopen(CLIENT_REQUESTS, "r");

    assert_non_null(file);
    while (fgets(text, sizeof(text), file)) {
        char *fields[FIELDS_MAX] = {NULL};
        size_t count = 0;
        char *rest = NULL;
        replay.line++;
        assert_true(strchr(text, '\n') != NULL);
        *strchr(text, '\n') = '\0';
        if (text[0] == '#' || text[0] == '\0') {
            continue;
        }
        for (char *field = strtok_r(text, "\t", &rest); field;
             field = strtok_r(NULL, "\t", &rest)) {
            assert_true(count < FIELDS_MAX);
            fields[count++] = field;
        }
        send_line(&replay, fields, count);
    }
    fclose(file);
    assert_true(replay.count > 60); /* it is all there */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(what_clients_send_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

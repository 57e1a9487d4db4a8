/* SPDX-License-Identifier: MIT */
#include "reply.h"

#include <microhttpd.h>

#define SERVER_NAME "s3atomic"

/* Of a response that has a length but no body, such as the answer to HEAD: never called. */
static ssize_t read_nothing(void *user, uint64_t position, char *buffer, size_t size)
{
    (void)user;
    (void)position;
    (void)buffer;
    (void)size;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *make_without_body(uint64_t announced_size)
{
    return MHD_create_response_from_callback(announced_size, 1, read_nothing, NULL, NULL);
}

static struct MHD_Response *make_from_buf(const struct s3a_buf *buf)
{
    return MHD_create_response_from_buffer(buf->size, buf->data, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *make_from_file(struct s3a_file *file)
{
    struct MHD_Response *response =
        MHD_create_response_from_fd_at_offset64(file->size, file->fd, file->offset);

    if (response) {
        file->fd = -1;
    }
    return response;
}

/* What is read from several files at a time. */
#define STREAM_BLOCK_SIZE (256 * 1024)

static ssize_t read_stream(void *user, uint64_t position, char *buffer, size_t size)
{
    struct s3a_stream *stream = user;
    ssize_t got = stream->read(stream, position, buffer, size);

    return got > 0 ? got : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_stream(void *user)
{
    struct s3a_stream *stream = user;

    stream->free(stream);
}

static struct MHD_Response *make_from_stream(struct s3a_answer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_callback(
        answer->stream->size, STREAM_BLOCK_SIZE, read_stream, answer->stream, free_stream);

    if (response) {
        answer->stream = NULL;
    }
    return response;
}

static struct MHD_Response *make_from_object(struct s3a_answer *answer)
{
    if (answer->stream) {
        return make_from_stream(answer);
    }
    return answer->file.fd >= 0 ? make_from_file(&answer->file) : make_from_buf(&answer->body);
}

static struct MHD_Response *make_body(const struct s3a_op *op, struct s3a_answer *answer,
                                      const struct s3a_buf *xml)
{
    if (answer->code == S3A_CODE_NOT_MODIFIED) {
        /* "the number of octets that would have been sent in the content of a 200 (OK) response"
         * (RFC 9110, section 8.6) */
        return make_without_body(answer->object_size);
    }
    if (answer->code == S3A_CODE_NONE && op->kind == S3A_OP_HEAD_OBJECT) {
        return make_without_body(answer->range_size);
    }
    if (answer->code == S3A_CODE_NONE && op->kind == S3A_OP_GET_OBJECT) {
        return make_from_object(answer);
    }
    return make_from_buf(xml);
}

static bool add_header(struct MHD_Response *response, struct s3a_pool *pool,
                       const struct s3a_header *header)
{
    struct s3a_str name = s3a_pool_copy(pool, header->name);
    struct s3a_str value = s3a_pool_copy(pool, header->value);

    if (!name.data || !value.data) {
        return false;
    }
    /* libmicrohttpd takes no empty value. Spaces around a value do not belong to it. */
    const char *text = value.size > 0 ? value.data : " ";
    return MHD_add_response_header(response, name.data, text) == MHD_YES;
}

struct MHD_Response *s3a_reply_make(const struct s3a_op *op, struct s3a_answer *answer,
                                    struct s3a_str resource, struct s3a_pool *pool,
                                    struct s3a_buf *xml)
{
    struct s3a_http_response head;
    struct MHD_Response *response;
    bool good;

    if (s3a_answer_encode(op, answer, resource, pool, &head, xml) != S3A_OK) {
        return NULL;
    }
    response = make_body(op, answer, xml);
    if (!response) {
        return NULL;
    }
    good = MHD_add_response_header(response, MHD_HTTP_HEADER_SERVER, SERVER_NAME) == MHD_YES;
    for (size_t i = 0; good && i < head.header_count; i++) {
        good = add_header(response, pool, &head.headers[i]);
    }
    if (!good) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}

struct MHD_Response *s3a_reply_make_page(const char *content_type, const char *request_id,
                                         const struct s3a_buf *text)
{
    const char *const headers[][2] = {
        {MHD_HTTP_HEADER_SERVER, SERVER_NAME},
        {MHD_HTTP_HEADER_CONTENT_TYPE, content_type},
        {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
        {"x-amz-request-id", request_id},
    };
    struct MHD_Response *response = make_from_buf(text);

    for (size_t i = 0; response && i < sizeof(headers) / sizeof(headers[0]); i++) {
        if (MHD_add_response_header(response, headers[i][0], headers[i][1]) != MHD_YES) {
            MHD_destroy_response(response);
            response = NULL;
        }
    }
    return response;
}

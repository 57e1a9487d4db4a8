/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "error.h"
#include "op.h"

/* What a story shows of a key and of a store's message: both may be longer than the story, and
 * neither may push out the other. */
#define KEY_SHOWN_MAX 160
#define MESSAGE_SHOWN_MAX 200

void s3a_answer_init(struct s3a_answer *answer, size_t body_max)
{
    memset(answer, 0, sizeof(*answer));
    answer->http_status = 200;
    answer->date_ms = S3A_TIME_NONE;
    answer->modified_ms = S3A_TIME_NONE;
    answer->file.fd = -1;
    s3a_buf_init(&answer->body, body_max);
    s3a_pool_init(&answer->pool);
}

void s3a_answer_fini(struct s3a_answer *answer)
{
    if (answer->file.fd >= 0) {
        close(answer->file.fd);
        answer->file.fd = -1;
    }
    if (answer->stream) {
        answer->stream->free(answer->stream);
        answer->stream = NULL;
    }
    s3a_buf_fini(&answer->body);
    s3a_pool_fini(&answer->pool);
}

void s3a_answer_fail(struct s3a_answer *answer, enum s3a_code code)
{
    answer->code = code;
    answer->http_status = s3a_code_http_status(code);
    answer->status = s3a_code_status(code, answer->http_status);
    answer->message = s3a_str_make(NULL, 0);
}

void s3a_answer_fail_message(struct s3a_answer *answer, enum s3a_code code, const char *format, ...)
{
    char message[S3A_ERROR_MESSAGE_MAX];
    va_list args;

    s3a_answer_fail(answer, code);
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    answer->message = s3a_pool_copy(&answer->pool, s3a_str_of(message));
}

/* A text on its way into a story: the world wrote it, so it is cut (between two characters, where
 * it is UTF-8), and what would move the cursor of a terminal becomes a '?'. */
struct shown {
    char text[MESSAGE_SHOWN_MAX + sizeof("...")];
};

static bool is_middle_of_character(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static struct shown shown(struct s3a_str text, size_t size_max)
{
    struct shown shown;
    size_t size = text.size;

    if (size > size_max) {
        size = size_max;
        while (size > 0 && is_middle_of_character(text.data[size])) {
            size--;
        }
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        shown.text[i] = byte < ' ' || byte == 0x7f ? '?' : text.data[i];
    }
    strcpy(shown.text + size, size < text.size ? "..." : "");
    return shown;
}

/* "NoSuchKey, HTTP 404", "HTTP 404", or "" */
static void tell_codes(const char *code, int http_status, char *ret_text, size_t size)
{
    *ret_text = '\0';
    if (http_status != 0) {
        snprintf(ret_text, size, " (%s%sHTTP %d)", code, *code ? ", " : "", http_status);
    }
}

static struct s3a_str message_of(const struct s3a_answer *answer)
{
    if (answer->message.size > 0) {
        return answer->message;
    }
    return s3a_str_of(answer->code == S3A_CODE_NONE || answer->code == S3A_CODE_OTHER
                          ? s3a_status_text(answer->status)
                          : s3a_code_message(answer->code));
}

bool s3a_answer_is_throttled(const struct s3a_answer *answer)
{
    return answer->http_status == 429 || answer->code == S3A_CODE_SLOW_DOWN ||
           (answer->code == S3A_CODE_OTHER && s3a_code_is_throttling(answer->code_text));
}

enum s3a_status s3a_answer_error(const struct s3a_op *op, const struct s3a_answer *answer,
                                 struct s3a_error *error)
{
    char code[S3A_ERROR_CODE_MAX];
    char codes[S3A_ERROR_CODE_MAX + 32];

    s3a_error_clear(error);
    if (!error || answer->status == S3A_OK) {
        return answer->status;
    }
    snprintf(code, sizeof(code), "%s",
             answer->code == S3A_CODE_OTHER ? shown(answer->code_text, sizeof(code)).text
                                            : s3a_code_wire(answer->code));
    tell_codes(code, answer->http_status, codes, sizeof(codes));
    (void)s3a_error_set(error, answer->status, "%s s3://%s%s%s: %s%s", s3a_op_method(op->kind),
                        shown(op->bucket, S3A_BUCKET_SIZE_MAX).text, op->key.size > 0 ? "/" : "",
                        shown(op->key, KEY_SHOWN_MAX).text,
                        shown(message_of(answer), MESSAGE_SHOWN_MAX).text, codes);
    error->http_status = answer->http_status;
    memcpy(error->code, code, sizeof(code));
    snprintf(error->request_id, sizeof(error->request_id), "%s", answer->request_id);
    snprintf(error->host_id, sizeof(error->host_id), "%s", answer->host_id);
    return answer->status;
}

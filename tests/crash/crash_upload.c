/* SPDX-License-Identifier: MIT */
#include "crash_upload.h"

#include <stdio.h>
#include <string.h>

#define ID_SIZE 256
#define DOCUMENT_SIZE 512

/* What stands between <name> and the next tag; "" where there is none. */
static void find_element(const struct crash_answer *answer, const char *name, char *ret_text,
                         size_t size)
{
    char text[DOCUMENT_SIZE * 2];
    char tag[32];

    snprintf(text, sizeof(text), "%.*s", S3A_STR_ARG(answer->body));
    snprintf(tag, sizeof(tag), "<%s>", name);
    const char *start = strstr(text, tag);
    start = start ? start + strlen(tag) : "";
    snprintf(ret_text, size, "%.*s", (int)strcspn(start, "<"), start);
}

/* The ETag of the answer: its quotes are written in one way or another. */
static void take_etag(struct crash_answer *answer)
{
    char text[sizeof(answer->etag)];

    find_element(answer, "ETag", text, sizeof(text));
    const char *digits = strpbrk(text, "0123456789abcdef");
    while (digits && strncmp(text, "&", 1) == 0 && digits < strchr(text, ';')) {
        digits = strpbrk(digits + 1, "0123456789abcdef");
    }
    digits = digits ? digits : "";
    snprintf(answer->etag, sizeof(answer->etag), "\"%.*s\"",
             (int)strspn(digits, "0123456789abcdef-"), digits);
}

enum crash_sent crash_upload(struct crash_line *line, const struct crash_call *call,
                             struct crash_answer *ret_answer)
{
    char id[ID_SIZE];
    char query[ID_SIZE + 64];
    char document[DOCUMENT_SIZE];
    struct crash_call begin = {.method = "POST", .path = call->path, .query = "uploads"};
    struct crash_call part = {
        .method = "PUT", .path = call->path, .query = query, .body = call->body};
    struct crash_call complete = {.method = "POST",
                                  .path = call->path,
                                  .query = query,
                                  .if_match = call->if_match,
                                  .if_none_match = call->if_none_match};

    enum crash_sent sent = crash_line_ask(line, &begin, ret_answer);
    if (sent != CRASH_ANSWERED || ret_answer->status != 200) {
        return sent;
    }
    find_element(ret_answer, "UploadId", id, sizeof(id));
    snprintf(query, sizeof(query), "partNumber=1&uploadId=%s", id);
    sent = crash_line_ask(line, &part, ret_answer);
    if (sent != CRASH_ANSWERED || ret_answer->status != 200) {
        return sent;
    }
    int size = snprintf(document, sizeof(document),
                        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>%s</ETag>"
                        "</Part></CompleteMultipartUpload>",
                        ret_answer->etag);
    snprintf(query, sizeof(query), "uploadId=%s", id);
    complete.body = s3a_str_make(document, (size_t)size);
    sent = crash_line_ask(line, &complete, ret_answer);
    if (sent == CRASH_ANSWERED && ret_answer->status == 200) {
        take_etag(ret_answer);
    }
    return sent;
}

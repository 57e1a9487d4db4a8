/* SPDX-License-Identifier: MIT */
#include "crash_body.h"

#include <stdio.h>
#include <string.h>

#include "crash_server.h"
#include "digest.h"

/* "0123456789abcdef 00012345\n": the value, and the size of all of it. */
#define HEAD_SIZE 26
#define LARGE_SIZE_MIN (64 * 1024 + 1)
#define SMALL_SIZE_MAX 300
#define MIDDLE_SIZE_MAX 8192
#define MIDDLE_OF 10

static size_t size_of(uint64_t value, unsigned large_of)
{
    uint64_t state = value;

    if (large_of > 0 && crash_random(&state, large_of) == 0) {
        return LARGE_SIZE_MIN + crash_random(&state, CRASH_BODY_SIZE_MAX - LARGE_SIZE_MIN);
    }
    return HEAD_SIZE + crash_random(&state, crash_random(&state, MIDDLE_OF) == 0 ? MIDDLE_SIZE_MAX
                                                                                 : SMALL_SIZE_MAX);
}

/* Behind the head: what only this value has. */
static void fill(uint64_t value, char *bytes, size_t size)
{
    uint64_t state = value;

    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
        uint64_t word = crash_random(&state, UINT64_MAX);
        memcpy(bytes + at, &word, size - at < sizeof(word) ? size - at : sizeof(word));
    }
}

void crash_body_write(uint64_t value, unsigned large_of, struct s3a_buf *buf)
{
    size_t size = size_of(value, large_of);

    s3a_buf_clear(buf);
    s3a_buf_append_format(buf, "%016llx %08zu\n", (unsigned long long)value, size);
    char *bytes = s3a_buf_reserve(buf, size - HEAD_SIZE);
    if (bytes) {
        fill(value, bytes, size - HEAD_SIZE);
        s3a_buf_added(buf, size - HEAD_SIZE);
    }
}

static bool has_md5(struct s3a_str body, const char *etag)
{
    uint8_t md5[S3A_MD5_SIZE];
    char expected[2 * S3A_MD5_SIZE + 3] = "\"";

    s3a_md5(body, md5);
    s3a_hex(md5, sizeof(md5), expected + 1);
    strcat(expected, "\"");
    return strchr(etag, '-') || strcmp(etag, expected) == 0;
}

bool crash_body_read(struct s3a_str body, const char *etag, uint64_t *ret_value)
{
    unsigned long long value;
    char head[HEAD_SIZE + 1] = "";
    static const size_t step = 4096;
    char expected[4096];
    uint64_t state;
    size_t size;

    if (body.size < HEAD_SIZE) {
        return false;
    }
    memcpy(head, body.data, HEAD_SIZE);
    if (sscanf(head, "%16llx %8zu\n", &value, &size) != 2 || size != body.size ||
        head[HEAD_SIZE - 1] != '\n') {
        return false;
    }
    *ret_value = state = value;
    for (size_t at = HEAD_SIZE; at < size; at += step) {
        size_t part = size - at < step ? size - at : step;
        for (size_t i = 0; i < part; i += sizeof(uint64_t)) {
            uint64_t word = crash_random(&state, UINT64_MAX);
            memcpy(expected + i, &word, part - i < sizeof(word) ? part - i : sizeof(word));
        }
        if (memcmp(expected, body.data + at, part) != 0) {
            return false;
        }
    }
    return has_md5(body, etag);
}

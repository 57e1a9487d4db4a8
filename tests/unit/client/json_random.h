/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_RANDOM_H
#define S3A_JSON_RANDOM_H

/* Documents and values that nobody would have thought of, the same in every run. */

#include <string.h>

#include "buf.h"

/* splitmix64 (Steele, Lea, Flood 2014). */
static inline uint64_t random_next(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline size_t random_below(uint64_t *seed, size_t limit)
{
    return (size_t)(random_next(seed) % limit);
}

static inline const char *random_one_of(uint64_t *seed, const char *const *texts, size_t count)
{
    return texts[random_below(seed, count)];
}

#define RANDOM_ONE_OF(seed, texts) random_one_of(seed, texts, sizeof(texts) / sizeof((texts)[0]))

static inline void random_json_string(uint64_t *seed, struct s3a_buf *buf)
{
    static const char *const pieces[] = {
        "a",
        "Z9 ",
        "\xc3\xa9",
        "\xe2\x82\xac",
        "\xf0\x9f\x98\x80",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u0041",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\u001f",
        "{[",
        "]},:",
        "\\b\\f\\r\\t",
        "\x7f",
        "\xf4\x8f\xbf\xbf",
        "\\uDBFF\\uDFFF",
        "//",
    };

    s3a_buf_append_byte(buf, '"');
    for (size_t i = random_below(seed, 6); i > 0; i--) {
        s3a_buf_append_text(buf, RANDOM_ONE_OF(seed, pieces));
    }
    s3a_buf_append_byte(buf, '"');
}

static inline void random_json_value(uint64_t *seed, struct s3a_buf *buf, int depth)
{
    static const char *const spaces[] = {"", "", "", " ", "\n", "\t\r\n  "};
    static const char *const simple[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "17",
        "-2147483649",
        "9223372036854775807",
        "0.5",
        "1e3",
        "-1E-7",
        "0.0",
        "1e+2",
        "1.25",
        "2.2250738585072014e-308",
    };
    size_t kind = random_below(seed, depth > 0 ? 5 : 3);

    s3a_buf_append_text(buf, RANDOM_ONE_OF(seed, spaces));
    if (kind == 0) {
        random_json_string(seed, buf);
    } else if (kind < 3) {
        s3a_buf_append_text(buf, RANDOM_ONE_OF(seed, simple));
    } else {
        s3a_buf_append_byte(buf, kind == 3 ? '{' : '[');
        for (size_t i = random_below(seed, 4); i > 0; i--) {
            if (kind == 3) {
                random_json_string(seed, buf);
                s3a_buf_append_text(buf, RANDOM_ONE_OF(seed, spaces));
                s3a_buf_append_byte(buf, ':');
            }
            random_json_value(seed, buf, depth - 1);
            s3a_buf_append_text(buf, i > 1 ? "," : "");
        }
        s3a_buf_append_byte(buf, kind == 3 ? '}' : ']');
    }
    s3a_buf_append_text(buf, RANDOM_ONE_OF(seed, spaces));
}

#endif

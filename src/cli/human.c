/* SPDX-License-Identifier: MIT */
#include "human.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *s3a_human_duration(int64_t ms, char ret_text[S3A_HUMAN_SIZE])
{
    int64_t seconds = ms / 1000;

    if (ms <= 0) {
        snprintf(ret_text, S3A_HUMAN_SIZE, "0s");
    } else if (ms < 100) {
        snprintf(ret_text, S3A_HUMAN_SIZE, "%dms", (int)ms);
    } else if (ms < 10 * 1000) {
        snprintf(ret_text, S3A_HUMAN_SIZE, "%" PRId64 ".%ds", seconds, (int)(ms % 1000 / 100));
    } else if (seconds < 60) {
        snprintf(ret_text, S3A_HUMAN_SIZE, "%" PRId64 "s", seconds);
    } else if (seconds < 3600) {
        snprintf(ret_text, S3A_HUMAN_SIZE, "%" PRId64 "m%02ds", seconds / 60, (int)(seconds % 60));
    } else if (seconds < 24 * 3600) {
        snprintf(ret_text, S3A_HUMAN_SIZE, "%" PRId64 "h%02dm", seconds / 3600,
                 (int)(seconds / 60 % 60));
    } else {
        snprintf(ret_text, S3A_HUMAN_SIZE, "%" PRId64 "d%02dh", seconds / (24 * 3600),
                 (int)(seconds / 3600 % 24));
    }
    return ret_text;
}

const char *s3a_human_bytes(uint64_t bytes, char ret_text[S3A_HUMAN_SIZE])
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t unit = 0;
    double value = (double)bytes / 1024;

    if (bytes < 1024) {
        snprintf(ret_text, S3A_HUMAN_SIZE, "%" PRIu64 " B", bytes);
        return ret_text;
    }
    for (; value >= 1023.5; value /= 1024) {
        unit++;
    }
    snprintf(ret_text, S3A_HUMAN_SIZE, value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return ret_text;
}

const char *s3a_human_time(int64_t ms, char ret_text[S3A_HUMAN_SIZE])
{
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
    struct tm parts;

    if (!gmtime_r(&seconds, &parts) ||
        strftime(ret_text, S3A_HUMAN_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        snprintf(ret_text, S3A_HUMAN_SIZE, "-");
    }
    return ret_text;
}

size_t s3a_human_utf8_size(const char *text)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max;
        size_t size;
    } forms[] = {
        {0x01, 0x7f, 0x00, 0xff, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    const unsigned char *bytes = (const unsigned char *)text;

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (bytes[0] < forms[i].first_min || bytes[0] > forms[i].first_max) {
            continue;
        }
        if (bytes[1] < forms[i].second_min || bytes[1] > forms[i].second_max) {
            return 0;
        }
        for (size_t k = 2; k < forms[i].size; k++) {
            if (bytes[k] < 0x80 || bytes[k] > 0xbf) {
                return 0;
            }
        }
        return forms[i].size;
    }
    return 0;
}

/* C0, DEL, and C1 (U+0080 to U+009F, which some terminals obey). */
static bool is_control(const char *text, size_t size)
{
    unsigned char first = (unsigned char)text[0];

    return (size == 1 && (first < 0x20 || first == 0x7f)) ||
           (size == 2 && first == 0xc2 && (unsigned char)text[1] < 0xa0);
}

/* U+202A to U+202E and U+2066 to U+2069: they make text run the other way. */
static bool is_direction(const char *text, size_t size)
{
    unsigned char last = size == 3 ? (unsigned char)text[2] : 0;

    return (last >= 0xaa && last <= 0xae && memcmp(text, "\xe2\x80", 2) == 0) ||
           (last >= 0xa6 && last <= 0xa9 && memcmp(text, "\xe2\x81", 2) == 0);
}

void s3a_human_clean(char *text)
{
    char *out = text;

    while (*text) {
        size_t size = s3a_human_utf8_size(text);
        if (size == 0 || is_control(text, size) || is_direction(text, size)) {
            *out++ = '?';
            text += size ? size : 1;
            continue;
        }
        while (size-- > 0) {
            *out++ = *text++;
        }
    }
    *out = '\0';
}

size_t s3a_human_columns(const char *text)
{
    size_t columns = 0;

    for (; *text; text++) {
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return columns;
}

/* SPDX-License-Identifier: MIT */
#include "json_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

/* How much of a word that is in the way is shown. */
#define WORD_SHOWN_MAX 40

struct scan {
    struct s3a_str text;
    size_t at;
    int depth;
    struct s3a_error *error;
};

static const char *here(const struct scan *scan)
{
    return scan->text.data + scan->at;
}

static size_t left(const struct scan *scan)
{
    return scan->text.size - scan->at;
}

/* The byte at hand; -1 at the end. */
static int peek(const struct scan *scan)
{
    return left(scan) > 0 ? (unsigned char)*here(scan) : -1;
}

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_letter(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

/* What a reader takes for one word, although it may not be JSON: NaN, 01, +1, 1.5e3. */
static struct s3a_str word(const struct scan *scan)
{
    size_t size = 0;

    while (size < left(scan)) {
        int byte = here(scan)[size];
        if (!is_digit(byte) && !is_letter(byte) && byte != '.' && byte != '+' && byte != '-') {
            break;
        }
        size++;
    }
    return s3a_str_make(here(scan), size);
}

/* Bytes of the character that starts here, or 0 where it is not UTF-8. */
static size_t character_size(const struct scan *scan)
{
    size_t size = s3a_json_character_size(*here(scan));

    if (size == 1) {
        return 1;
    }
    return size <= left(scan) && s3a_str_is_utf8(s3a_str_make(here(scan), size)) ? size : 0;
}

struct s3a_json_spot s3a_json_spot(struct s3a_str before)
{
    struct s3a_json_spot spot = {1, 1};

    for (size_t i = 0; i < before.size; i++) {
        unsigned char byte = (unsigned char)before.data[i];
        if (byte == '\n') {
            spot = (struct s3a_json_spot){spot.line + 1, 1};
        } else if (byte < 0x80 || byte > 0xbf) {
            spot.column++;
        }
    }
    return spot;
}

static enum s3a_status __attribute__((format(printf, 2, 3)))
fail(const struct scan *scan, const char *format, ...)
{
    struct s3a_json_spot spot = s3a_json_spot(s3a_str_make(scan->text.data, scan->at));
    char message[S3A_ERROR_MESSAGE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    return s3a_error_set(scan->error, S3A_FORMAT, "line %zu, column %zu: %s", spot.line,
                         spot.column, message);
}

static enum s3a_status fail_expected(const struct scan *scan, const char *expected)
{
    struct s3a_str found = word(scan);

    if (left(scan) == 0) {
        return fail(scan, "expected %s, found the end", expected);
    }
    if (found.size > WORD_SHOWN_MAX) {
        return fail(scan, "expected %s, found %.*s...", expected, WORD_SHOWN_MAX, found.data);
    }
    if (found.size > 0) {
        return fail(scan, "expected %s, found %.*s", expected, S3A_STR_ARG(found));
    }
    if (*here(scan) > ' ' && *here(scan) < 0x7f) {
        return fail(scan, "expected %s, found '%c'", expected, *here(scan));
    }
    return fail(scan, "expected %s, found byte 0x%02x", expected, (unsigned)peek(scan));
}

static void skip_space(struct scan *scan)
{
    while (left(scan) > 0 && s3a_json_is_space(*here(scan))) {
        scan->at++;
    }
}

/* Takes the byte where it is the one at hand. */
static bool take(struct scan *scan, char byte)
{
    if (peek(scan) != byte) {
        return false;
    }
    scan->at++;
    return true;
}

static bool take_digits(struct scan *scan)
{
    size_t start = scan->at;

    while (is_digit(peek(scan))) {
        scan->at++;
    }
    return scan->at > start;
}

/* RFC 8259, section 6. */
static bool take_number(struct scan *scan)
{
    take(scan, '-');
    if (!take(scan, '0') && !take_digits(scan)) {
        return false;
    }
    if (take(scan, '.') && !take_digits(scan)) {
        return false;
    }
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+')) {
            take(scan, '-');
        }
        return take_digits(scan);
    }
    return true;
}

static enum s3a_status check_number(struct scan *scan)
{
    struct s3a_str whole = word(scan);
    size_t start = scan->at;

    if (take_number(scan) && scan->at - start == whole.size) {
        if (whole.size <= S3A_JSON_NUMBER_SIZE_MAX) {
            return S3A_OK;
        }
        scan->at = start;
        return fail(scan, "a number of %zu characters, more than %d", whole.size,
                    S3A_JSON_NUMBER_SIZE_MAX);
    }
    scan->at = start;
    return fail_expected(scan, "a number");
}

static enum s3a_status check_literal(struct scan *scan)
{
    struct s3a_str name = word(scan);

    if (s3a_str_is(name, "true") || s3a_str_is(name, "false") || s3a_str_is(name, "null")) {
        scan->at += name.size;
        return S3A_OK;
    }
    return fail_expected(scan, "a value");
}

/* The four digits behind \u; -1 where they are not. */
static long hex4(const struct scan *scan, size_t at)
{
    long value = 0;

    if (scan->text.size - at < 4) {
        return -1;
    }
    for (size_t i = at; i < at + 4; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = scan->text.data[i] ? strchr(digits, scan->text.data[i]) : NULL;
        if (!digit) {
            return -1;
        }
        value = value * 16 + (digit - digits) % 16;
    }
    return value;
}

static bool is_lead(long unit)
{
    return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_trail(long unit)
{
    return unit >= 0xdc00 && unit <= 0xdfff;
}

/* Stands on the backslash. */
static enum s3a_status check_escape(struct scan *scan)
{
    int kind = left(scan) > 1 ? (unsigned char)here(scan)[1] : 0;

    if (kind != 0 && strchr("\"\\/bfnrt", kind)) {
        scan->at += 2;
        return S3A_OK;
    }
    if (kind != 'u') {
        return fail(scan, "a backslash that is no escape");
    }
    long unit = hex4(scan, scan->at + 2);
    if (unit < 0) {
        return fail(scan, "\\u without four hexadecimal digits");
    }
    if (is_lead(unit) && left(scan) >= 8 && here(scan)[6] == '\\' && here(scan)[7] == 'u' &&
        is_trail(hex4(scan, scan->at + 8))) {
        scan->at += 12;
        return S3A_OK;
    }
    if (is_lead(unit) || is_trail(unit)) {
        return fail(scan, "half of a surrogate pair");
    }
    scan->at += 6;
    return S3A_OK;
}

/* Stands on the opening quote. */
static enum s3a_status check_string(struct scan *scan)
{
    struct scan start = *scan;

    scan->at++;
    while (!take(scan, '"')) {
        int byte = peek(scan);
        if (byte < 0) {
            return fail(&start, "a string without its closing quote");
        }
        if (byte < ' ') {
            return fail(scan, "byte 0x%02x in a string, where it must be escaped", (unsigned)byte);
        }
        if (byte == '\\') {
            enum s3a_status status = check_escape(scan);
            if (status != S3A_OK) {
                return status;
            }
            continue;
        }
        size_t size = character_size(scan);
        if (size == 0) {
            return fail(scan, "byte 0x%02x is not UTF-8", (unsigned)byte);
        }
        scan->at += size;
    }
    return S3A_OK;
}

static enum s3a_status check_value(struct scan *scan);

/* Stands on the bracket that opens. */
static enum s3a_status check_container(struct scan *scan, bool is_object)
{
    char end = is_object ? '}' : ']';

    scan->at++;
    skip_space(scan);
    if (take(scan, end)) {
        return S3A_OK;
    }
    for (;;) {
        enum s3a_status status = S3A_OK;
        if (is_object) {
            if (peek(scan) != '"') {
                return fail_expected(scan, "the name of a member, in quotes");
            }
            status = check_string(scan);
            if (status != S3A_OK) {
                return status;
            }
            skip_space(scan);
            if (!take(scan, ':')) {
                return fail_expected(scan, "':'");
            }
            skip_space(scan);
        }
        status = check_value(scan);
        if (status != S3A_OK) {
            return status;
        }
        skip_space(scan);
        if (take(scan, end)) {
            return S3A_OK;
        }
        if (!take(scan, ',')) {
            return fail_expected(scan, is_object ? "',' or '}'" : "',' or ']'");
        }
        skip_space(scan);
    }
}

static enum s3a_status check_value(struct scan *scan)
{
    int first = peek(scan);

    if (first == '{' || first == '[') {
        if (scan->depth == S3A_JSON_DEPTH_MAX) {
            return fail(scan, "nested deeper than %d", S3A_JSON_DEPTH_MAX);
        }
        scan->depth++;
        enum s3a_status status = check_container(scan, first == '{');
        scan->depth--;
        return status;
    }
    if (first == '"') {
        return check_string(scan);
    }
    return first == '-' || is_digit(first) ? check_number(scan) : check_literal(scan);
}

enum s3a_status s3a_json_check(struct s3a_str text, struct s3a_str *ret_value,
                               struct s3a_error *error)
{
    struct scan scan = {.text = text.size > 0 ? text : S3A_STR(""), .error = error};

    *ret_value = s3a_str_make(NULL, 0);
    s3a_error_clear(error);
    if (text.size > S3A_JSON_TEXT_SIZE_MAX) {
        return s3a_error_set(error, S3A_TOO_LARGE, "a JSON text of %zu bytes, more than %d",
                             text.size, S3A_JSON_TEXT_SIZE_MAX);
    }
    skip_space(&scan);
    size_t start = scan.at;
    enum s3a_status status = check_value(&scan);
    if (status != S3A_OK) {
        return status;
    }
    size_t end = scan.at;
    skip_space(&scan);
    if (left(&scan) > 0) {
        return fail_expected(&scan, "the end");
    }
    *ret_value = s3a_str_make(text.data + start, end - start);
    return S3A_OK;
}

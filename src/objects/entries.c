/* SPDX-License-Identifier: MIT */
#include "entries.h"

#include <string.h>

#define CAPACITY_FIRST 16

/*
 * A token is opaque to those who get it. It says which line was the last one: 'k' or 'p' for a key
 * (or bucket) or a common prefix, and its name in hexadecimal digits, which pass through URLs and
 * XML as they are.
 */
#define TOKEN_KEY 'k'
#define TOKEN_PREFIX 'p'

/* Full at 16, 32, 64, ...: doubled then. */
static bool is_full(size_t count)
{
    return count == 0 || (count >= CAPACITY_FIRST && (count & (count - 1)) == 0);
}

static bool grow(struct s3a_answer *answer)
{
    size_t count = answer->entry_count;
    size_t capacity = count == 0 ? CAPACITY_FIRST : 2 * count;
    struct s3a_entry *entries = s3a_pool_alloc(&answer->pool, capacity * sizeof(*entries));

    if (!entries) {
        return false;
    }
    if (count > 0) {
        memcpy(entries, answer->entries, count * sizeof(*entries));
    }
    answer->entries = entries;
    return true;
}

bool s3a_entries_add(struct s3a_answer *answer, const struct s3a_entry *entry)
{
    struct s3a_str name = s3a_pool_copy(&answer->pool, entry->name);
    struct s3a_str etag = s3a_pool_copy(&answer->pool, entry->etag);

    struct s3a_str upload_id = s3a_pool_copy(&answer->pool, entry->upload_id);
    struct s3a_str checksums = s3a_pool_copy(&answer->pool, entry->checksums);

    if (!name.data || !etag.data || !upload_id.data || !checksums.data ||
        (is_full(answer->entry_count) && !grow(answer))) {
        return false;
    }
    struct s3a_entry *added = &answer->entries[answer->entry_count++];
    *added = *entry;
    added->name = name;
    added->etag = etag;
    added->upload_id = upload_id;
    added->checksums = checksums;
    return true;
}

bool s3a_entries_truncate(struct s3a_answer *answer)
{
    static const char digits[] = "0123456789abcdef";
    const struct s3a_entry *last = &answer->entries[answer->entry_count - 1];
    size_t size = 1 + 2 * last->name.size;
    char *token = s3a_pool_alloc(&answer->pool, size + 1);

    if (!token) {
        return false;
    }
    token[0] = last->is_prefix ? TOKEN_PREFIX : TOKEN_KEY;
    for (size_t i = 0; i < last->name.size; i++) {
        unsigned char byte = (unsigned char)last->name.data[i];
        token[1 + 2 * i] = digits[byte >> 4];
        token[2 + 2 * i] = digits[byte & 15];
    }
    answer->truncated = true;
    answer->next_continuation = s3a_str_make(token, size);
    return true;
}

/* -1 where it is no lower-case digit. */
static int digit(char byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

bool s3a_token_decode(struct s3a_pool *pool, struct s3a_str token, struct s3a_str *ret_name,
                      bool *ret_is_prefix)
{
    struct s3a_str digits = s3a_str_skip(token, 1);
    size_t size = digits.size / 2;

    *ret_name = s3a_str_make(NULL, 0);
    *ret_is_prefix = token.size > 0 && token.data[0] == TOKEN_PREFIX;
    if (token.size == 0 || (token.data[0] != TOKEN_PREFIX && token.data[0] != TOKEN_KEY) ||
        digits.size % 2 != 0 || size == 0 || size > S3A_KEY_SIZE_MAX) {
        return false;
    }
    char *name = s3a_pool_alloc(pool, size + 1);
    for (size_t i = 0; name && i < size; i++) {
        int high = digit(digits.data[2 * i]);
        int low = digit(digits.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        name[i] = (char)(high << 4 | low);
    }
    *ret_name = s3a_str_make(name, name ? size : 0);
    return name && s3a_str_is_utf8(*ret_name);
}

bool s3a_name_starts_with(struct s3a_str name, struct s3a_str prefix)
{
    return name.size >= prefix.size && s3a_str_equal(s3a_str_make(name.data, prefix.size), prefix);
}

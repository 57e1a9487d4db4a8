/* SPDX-License-Identifier: MIT */
#include "lock_handle.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "digest.h"
#include "error.h"
#include "lock_options.h"
#include "lock_record.h"
#include "name.h"

#define PREFIX "s3a1-"
#define PREFIX_SIZE (sizeof(PREFIX) - 1)
/* Enough to tell a word that was cut or mistyped; nobody is kept from making one. */
#define CHECKSUM_SIZE 8
#define LEASE_MS_MIN 1
/* checksum, bucket, ETag, owner, token, lease and key, with a line's end behind all but the last */
#define TEXT_SIZE_MAX                                                                              \
    (CHECKSUM_SIZE + S3A_BUCKET_SIZE_MAX + S3A_LOCK_ETAG_SIZE_MAX + S3A_OWNER_HEX_SIZE + 20 + 10 + \
     S3A_KEY_SIZE_MAX + 6)

_Static_assert(PREFIX_SIZE + (TEXT_SIZE_MAX + 2) / 3 * 4 < S3A_LOCK_HANDLE_SIZE, "it always fits");

static void checksum(struct s3a_str text, char ret_checksum[CHECKSUM_SIZE + 1])
{
    uint8_t digest[S3A_SHA256_SIZE];

    s3a_sha256(text, digest);
    s3a_hex(digest, CHECKSUM_SIZE / 2, ret_checksum);
}

enum s3a_status s3a_lock_handle_write(const struct s3a_lock_handle_info *info,
                                      char ret_handle[S3A_LOCK_HANDLE_SIZE],
                                      struct s3a_error *error)
{
    char text[TEXT_SIZE_MAX + 1];
    char sum[CHECKSUM_SIZE + 1];
    struct s3a_buf buf;
    enum s3a_status status = S3A_OK;

    int size = snprintf(text + CHECKSUM_SIZE + 1, sizeof(text) - CHECKSUM_SIZE - 1,
                        "%s\n%s\n%s\n%" PRIu64 "\n%" PRIu32 "\n%s", info->bucket, info->etag,
                        info->owner, info->token, info->lease_ms, info->key);
    checksum(s3a_str_make(text + CHECKSUM_SIZE + 1, (size_t)size), sum);
    memcpy(text, sum, CHECKSUM_SIZE);
    text[CHECKSUM_SIZE] = '\n';
    s3a_buf_init(&buf, S3A_LOCK_HANDLE_SIZE);
    s3a_base64_encode(&buf, s3a_str_make(text, CHECKSUM_SIZE + 1 + (size_t)size));
    struct s3a_str word = s3a_buf_str(&buf);
    if (buf.status != S3A_OK) {
        status = s3a_error_set_no_memory(error);
        goto out;
    }
    memcpy(ret_handle, PREFIX, PREFIX_SIZE);
    char *next = ret_handle + PREFIX_SIZE;
    for (size_t i = 0; i < word.size && word.data[i] != '='; i++) {
        char byte = word.data[i];
        *next++ = byte == '+' ? '-' : byte == '/' ? '_' : byte;
    }
    *next = '\0';
out:
    s3a_buf_fini(&buf);
    return status;
}

/* The text within; 0: there is none. */
static size_t decode(const char *handle, char ret_text[TEXT_SIZE_MAX + 1])
{
    struct s3a_str word = s3a_str_of(handle);
    char padded[S3A_LOCK_HANDLE_SIZE + 4];
    size_t size = 0;

    if (!s3a_str_starts_with(word, PREFIX) || word.size >= S3A_LOCK_HANDLE_SIZE) {
        return 0;
    }
    word = s3a_str_skip(word, PREFIX_SIZE);
    for (; size < word.size; size++) {
        char byte = word.data[size];
        if (byte == '+' || byte == '/' || byte == '=') {
            return 0;
        }
        padded[size] = byte == '-' ? '+' : byte == '_' ? '/' : byte;
    }
    size_t text_size = size * 3 / 4;
    while (size % 4 != 0) {
        padded[size++] = '=';
    }
    bool good = text_size > 0 && text_size <= TEXT_SIZE_MAX &&
                s3a_base64_decode(s3a_str_make(padded, size), (uint8_t *)ret_text, text_size);
    return good ? text_size : 0;
}

/* Copies a line that fits; false where it does not, or is empty. */
static bool copy(struct s3a_str line, char *ret_text, size_t size)
{
    if (line.size == 0 || line.size >= size) {
        return false;
    }
    memcpy(ret_text, line.data, line.size);
    ret_text[line.size] = '\0';
    return true;
}

static bool is_etag(struct s3a_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return text.size > 0;
}

static bool parse(struct s3a_str text, struct s3a_lock_ticket *ticket)
{
    struct s3a_lock_handle_info *info = &ticket->info;
    char sum[CHECKSUM_SIZE + 1];
    uint64_t lease_ms = 0;

    struct s3a_str claimed = s3a_str_split(&text, '\n');
    checksum(text, sum);
    if (!s3a_str_is(claimed, sum)) {
        return false;
    }
    struct s3a_str bucket = s3a_str_split(&text, '\n');
    struct s3a_str etag = s3a_str_split(&text, '\n');
    struct s3a_str owner = s3a_str_split(&text, '\n');
    struct s3a_str token = s3a_str_split(&text, '\n');
    struct s3a_str lease = s3a_str_split(&text, '\n');
    bool good = copy(bucket, info->bucket, sizeof(info->bucket)) &&
                copy(etag, info->etag, sizeof(info->etag)) && is_etag(etag) &&
                copy(owner, info->owner, sizeof(info->owner)) &&
                copy(text, info->key, sizeof(info->key)) && s3a_str_ends_with(text, ".lock") &&
                s3a_lock_owner_read(owner, ticket->grant.owner) &&
                s3a_str_to_uint64(token, S3A_LOCK_TOKEN_MAX, &info->token) &&
                s3a_str_to_uint64(lease, S3A_LEASE_MS_MAX, &lease_ms) && lease_ms >= LEASE_MS_MIN;
    ticket->grant.token = info->token;
    info->lease_ms = (uint32_t)lease_ms;
    return good && s3a_bucket_check(bucket, NULL) == S3A_OK && s3a_key_check(text, NULL) == S3A_OK;
}

enum s3a_status s3a_lock_ticket_read(const char *handle, struct s3a_lock_ticket *ret_ticket,
                                     struct s3a_error *error)
{
    char text[TEXT_SIZE_MAX + 1];

    s3a_error_clear(error);
    memset(ret_ticket, 0, sizeof(*ret_ticket));
    if (!handle) {
        return s3a_error_set(error, S3A_INVALID, "handle: it is NULL");
    }
    size_t size = decode(handle, text);
    if (size == 0 || !parse(s3a_str_make(text, size), ret_ticket)) {
        memset(ret_ticket, 0, sizeof(*ret_ticket));
        return s3a_error_set(error, S3A_INVALID,
                             "handle: it is none, or not the whole of one (it begins with "
                             "\"" PREFIX "\")");
    }
    return S3A_OK;
}

enum s3a_status s3a_lock_handle_read(const char *handle, struct s3a_lock_handle_info *ret_info,
                                     struct s3a_error *error)
{
    struct s3a_lock_ticket ticket;

    if (!ret_info) {
        return s3a_error_set(error, S3A_INVALID, "ret_info: it is NULL");
    }
    enum s3a_status status = s3a_lock_ticket_read(handle, &ticket, error);
    *ret_info = ticket.info;
    return status;
}

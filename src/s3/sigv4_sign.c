/* SPDX-License-Identifier: MIT */
#include "sigv4.h"

#include <string.h>

#include "check.h"
#include "uri.h"

#define HMAC_BLOCK_SIZE 64
/* A canonical request: the query and the path of the longest head, with every byte escaped. */
#define CANONICAL_SIZE_MAX (256 * 1024)

/* A part of the scope that a key is kept for. False, with nothing kept, where it is the same. */
static bool keep(char *kept, size_t *kept_size, struct s3a_str part)
{
    if (*kept_size == part.size && memcmp(kept, part.data ? part.data : "", part.size) == 0) {
        return false;
    }
    memcpy(kept, part.data ? part.data : "", part.size);
    *kept_size = part.size;
    return true;
}

/* Writes down what the key is for. False where that is no change. */
static bool keep_scope(struct s3a_sigv4_key *key, struct s3a_str secret_key,
                       const struct s3a_sigv4_scope *scope)
{
    uint8_t secret_hash[S3A_SHA256_SIZE];
    size_t day_size = sizeof(key->day);
    size_t hash_size = sizeof(key->secret_hash);

    s3a_sha256(secret_key, secret_hash);
    bool is_new =
        keep((char *)key->secret_hash, &hash_size, s3a_str_make(secret_hash, sizeof(secret_hash)));
    is_new |= keep(key->day, &day_size, s3a_sigv4_day(scope));
    is_new |= keep(key->region, &key->region_size, scope->region);
    is_new |= keep(key->service, &key->service_size, scope->service);
    return is_new;
}

/* "AWS4" and the secret as a key of HMAC, which replaces one that is longer than a block by its
 * hash. Returns its size. */
static size_t prefix_secret(struct s3a_str secret_key, uint8_t ret_block[HMAC_BLOCK_SIZE])
{
    const struct s3a_str prefix = S3A_STR("AWS4");
    struct s3a_digest digest;

    if (prefix.size + secret_key.size <= HMAC_BLOCK_SIZE) {
        memcpy(ret_block, prefix.data, prefix.size);
        memcpy(ret_block + prefix.size, secret_key.data ? secret_key.data : "", secret_key.size);
        return prefix.size + secret_key.size;
    }
    s3a_check(s3a_digest_init(&digest, S3A_DIGEST_SHA256) == S3A_OK);
    s3a_digest_add(&digest, prefix);
    s3a_digest_add(&digest, secret_key);
    s3a_digest_end(&digest, ret_block);
    s3a_digest_fini(&digest);
    return S3A_SHA256_SIZE;
}

static void derive_key(struct s3a_str secret_key, const struct s3a_sigv4_scope *scope,
                       uint8_t ret_key[S3A_SHA256_SIZE])
{
    uint8_t block[HMAC_BLOCK_SIZE];
    size_t size = prefix_secret(secret_key, block);
    struct s3a_str so_far = s3a_str_make(ret_key, S3A_SHA256_SIZE);

    s3a_hmac_sha256(s3a_str_make(block, size), s3a_sigv4_day(scope), ret_key);
    s3a_hmac_sha256(so_far, scope->region, ret_key);
    s3a_hmac_sha256(so_far, scope->service, ret_key);
    s3a_hmac_sha256(so_far, S3A_STR(S3A_SIGV4_SCOPE_END), ret_key);
    explicit_bzero(block, sizeof(block));
}

void s3a_sigv4_signature(struct s3a_sigv4_key *key, struct s3a_str secret_key,
                         const struct s3a_sigv4_scope *scope, struct s3a_str string_to_sign,
                         char ret_signature[S3A_SHA256_HEX_SIZE + 1])
{
    uint8_t once[S3A_SHA256_SIZE];
    uint8_t mac[S3A_SHA256_SIZE];
    const uint8_t *signing_key = key->key;

    if (scope->date.size < S3A_SIGV4_DAY_SIZE || scope->region.size > sizeof(key->region) ||
        scope->service.size > sizeof(key->service)) {
        derive_key(secret_key, scope, once); /* a scope for which nothing can be kept */
        signing_key = once;
    } else if (keep_scope(key, secret_key, scope)) {
        derive_key(secret_key, scope, key->key);
    }
    s3a_hmac_sha256(s3a_str_make(signing_key, S3A_SHA256_SIZE), string_to_sign, mac);
    s3a_hex(mac, sizeof(mac), ret_signature);
    explicit_bzero(once, sizeof(once));
}

/* Forgets what was appended since the builder had that size. */
static void cut(struct s3a_buf *buf, size_t size)
{
    buf->size = size;
    buf->data[size] = '\0';
}

/* Signs request. What buf holds behind its present end is overwritten and then forgotten; false
 * where it could not hold it. */
static bool sign(struct s3a_buf *buf, struct s3a_sigv4_key *key, struct s3a_str secret_key,
                 const struct s3a_sigv4_scope *scope, const struct s3a_sigv4_request *request,
                 char ret_signature[S3A_SHA256_HEX_SIZE + 1])
{
    size_t start = buf->size;

    s3a_sigv4_canonical_request(buf, request, false);
    if (buf->status != S3A_OK) {
        return false;
    }
    size_t end = buf->size;
    s3a_sigv4_string_to_sign(buf, scope, s3a_str_make(buf->data + start, end - start));
    if (buf->status != S3A_OK) {
        return false;
    }
    s3a_sigv4_signature(key, secret_key, scope, s3a_str_make(buf->data + end, buf->size - end),
                        ret_signature);
    cut(buf, start);
    return true;
}

void s3a_sigv4_authorization(struct s3a_buf *buf, struct s3a_sigv4_key *key,
                             const struct s3a_credentials *credentials,
                             const struct s3a_sigv4_scope *scope,
                             const struct s3a_sigv4_request *request)
{
    char signature[S3A_SHA256_HEX_SIZE + 1];

    if (!sign(buf, key, credentials->secret_key, scope, request, signature)) {
        return;
    }
    s3a_buf_append(buf, S3A_STR(S3A_SIGV4_ALGORITHM " Credential="));
    s3a_buf_append(buf, credentials->access_key);
    s3a_buf_append_byte(buf, '/');
    s3a_sigv4_scope_text(buf, scope);
    s3a_buf_append(buf, S3A_STR(", SignedHeaders="));
    s3a_sigv4_signed_headers(buf, request);
    s3a_buf_append(buf, S3A_STR(", Signature="));
    s3a_buf_append(buf, s3a_str_make(signature, S3A_SHA256_HEX_SIZE));
}

/* A text that has been built, as the value of a parameter. */
static void append_built(struct s3a_buf *buf, const char *name, struct s3a_buf *built)
{
    s3a_buf_append_text(buf, name);
    s3a_uri_encode(buf, s3a_buf_str(built), false);
    if (buf->status == S3A_OK) {
        buf->status = built->status;
    }
    s3a_buf_clear(built);
}

/* The parameters that a presigned URL has besides its signature. */
static void append_parameters(struct s3a_buf *buf, const struct s3a_credentials *credentials,
                              const struct s3a_sigv4_scope *scope,
                              const struct s3a_sigv4_request *request, uint32_t expires_seconds,
                              struct s3a_buf *scratch)
{
    s3a_buf_append(buf, S3A_STR("X-Amz-Algorithm=" S3A_SIGV4_ALGORITHM));
    s3a_buf_append(scratch, credentials->access_key);
    s3a_buf_append_byte(scratch, '/');
    s3a_sigv4_scope_text(scratch, scope);
    append_built(buf, "&X-Amz-Credential=", scratch);
    s3a_buf_append(buf, S3A_STR("&X-Amz-Date="));
    s3a_buf_append(buf, scope->date);
    s3a_buf_append(buf, S3A_STR("&X-Amz-Expires="));
    s3a_buf_append_uint64(buf, expires_seconds);
    if (credentials->session_token.size > 0) {
        s3a_buf_append(buf, S3A_STR("&X-Amz-Security-Token="));
        s3a_uri_encode(buf, credentials->session_token, false);
    }
    s3a_sigv4_signed_headers(scratch, request);
    append_built(buf, "&X-Amz-SignedHeaders=", scratch);
}

void s3a_sigv4_presign(struct s3a_buf *buf, struct s3a_sigv4_key *key,
                       const struct s3a_credentials *credentials,
                       const struct s3a_sigv4_scope *scope, const struct s3a_sigv4_request *request,
                       uint32_t expires_seconds)
{
    char signature[S3A_SHA256_HEX_SIZE + 1];
    struct s3a_sigv4_request presigned = *request;
    struct s3a_buf scratch;
    size_t start = buf->size;

    s3a_buf_init(&scratch, CANONICAL_SIZE_MAX);
    s3a_buf_append(buf, request->query);
    if (request->query.size > 0) {
        s3a_buf_append_byte(buf, '&');
    }
    append_parameters(buf, credentials, scope, request, expires_seconds, &scratch);
    if (buf->status != S3A_OK) {
        goto out;
    }
    presigned.query = s3a_str_make(buf->data + start, buf->size - start);
    if (!sign(&scratch, key, credentials->secret_key, scope, &presigned, signature)) {
        buf->status = scratch.status;
        goto out;
    }
    s3a_buf_append(buf, S3A_STR("&X-Amz-Signature="));
    s3a_buf_append(buf, s3a_str_make(signature, S3A_SHA256_HEX_SIZE));
out:
    s3a_buf_fini(&scratch);
}

/* SPDX-License-Identifier: MIT */
#include "body_check.h"

#include <string.h>

/* So much is looked at each time, once a store's ETags are known to be MD5s. */
#define LEARN_SIZE_MAX 1024

#define DIRECTORY_BUCKET_SUFFIX "--x-s3"

static struct s3a_str find(const struct s3a_header *headers, size_t header_count, const char *name)
{
    for (size_t i = 0; i < header_count; i++) {
        if (s3a_str_is(headers[i].name, name)) {
            return s3a_str_trim(headers[i].value);
        }
    }
    return s3a_str_make(NULL, 0);
}

static int digit_of(char byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* 32 digits, with their quotes or without. */
static bool parse_md5(struct s3a_str etag, uint8_t ret_md5[S3A_MD5_SIZE])
{
    if (etag.size >= 2 && etag.data[0] == '"' && etag.data[etag.size - 1] == '"') {
        etag = s3a_str_make(etag.data + 1, etag.size - 2);
    }
    if (etag.size != (size_t)2 * S3A_MD5_SIZE) {
        return false;
    }
    for (size_t i = 0; i < S3A_MD5_SIZE; i++) {
        int high = digit_of(etag.data[2 * i]);
        int low = digit_of(etag.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        ret_md5[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

/* With other keys than S3's own, an ETag is of what is stored. Other stores say AES256, too, of
 * objects whose ETags are no MD5s. */
static bool is_encrypted(const struct s3a_body_judge *judge, const struct s3a_header *headers,
                         size_t header_count)
{
    struct s3a_str encryption = find(headers, header_count, "x-amz-server-side-encryption");

    return find(headers, header_count, "x-amz-server-side-encryption-customer-algorithm").data ||
           (encryption.data && !(judge->is_amazon && s3a_str_is(encryption, "AES256")));
}

/* Of all the object's bytes: not one of the checksums of its parts. */
static bool begin_checksum(struct s3a_body_check *check, const struct s3a_header *headers,
                           size_t header_count)
{
    if (s3a_str_is_nocase(find(headers, header_count, "x-amz-checksum-type"), "COMPOSITE")) {
        return false;
    }
    for (size_t i = 0; i < header_count; i++) {
        enum s3a_checksum_kind kind = s3a_checksum_kind_of(headers[i].name);
        if (kind != S3A_CHECKSUM_NONE &&
            s3a_base64_decode(s3a_str_trim(headers[i].value), check->expected,
                              s3a_checksum_size(kind))) {
            return s3a_checksum_init(&check->checksum, kind) == S3A_OK;
        }
    }
    return false;
}

static bool has_size_for_md5(const struct s3a_header *headers, size_t header_count)
{
    uint64_t size;

    return s3a_str_to_uint64(find(headers, header_count, "content-length"),
                             S3A_BODY_CHECK_MD5_SIZE_MAX, &size);
}

static enum s3a_body_word word_of(struct s3a_body_check *check, const struct s3a_body_judge *judge,
                                  const struct s3a_op *op, const struct s3a_header *headers,
                                  size_t header_count)
{
    struct s3a_str content_md5 = find(headers, header_count, "content-md5");

    if (begin_checksum(check, headers, header_count)) {
        return S3A_BODY_CHECKSUM;
    }
    if (!has_size_for_md5(headers, header_count)) {
        return S3A_BODY_NO_WORD;
    }
    if (s3a_base64_decode(content_md5, check->expected, S3A_MD5_SIZE)) {
        return S3A_BODY_CONTENT_MD5;
    }
    return judge->habit == S3A_ETAGS_ARE_MD5 &&
                   !s3a_str_ends_with(op->bucket, DIRECTORY_BUCKET_SUFFIX) &&
                   !is_encrypted(judge, headers, header_count) &&
                   parse_md5(find(headers, header_count, "etag"), check->expected)
               ? S3A_BODY_ETAG
               : S3A_BODY_NO_WORD;
}

void s3a_body_check_begin(struct s3a_body_check *check, const struct s3a_body_judge *judge,
                          const struct s3a_op *op, int http_status,
                          const struct s3a_header *headers, size_t header_count)
{
    check->word = S3A_BODY_NO_WORD;
    if (op->kind != S3A_OP_GET_OBJECT || http_status != 200) {
        return;
    }
    check->word = word_of(check, judge, op, headers, header_count);
    if ((check->word == S3A_BODY_CONTENT_MD5 || check->word == S3A_BODY_ETAG) &&
        s3a_digest_init(&check->md5, S3A_DIGEST_MD5) != S3A_OK) {
        check->word = S3A_BODY_NO_WORD;
    }
}

void s3a_body_check_add(struct s3a_body_check *check, struct s3a_str bytes)
{
    if (check->word == S3A_BODY_CHECKSUM) {
        s3a_checksum_add(&check->checksum, bytes);
    } else if (check->word != S3A_BODY_NO_WORD) {
        s3a_digest_add(&check->md5, bytes);
    }
}

/* Is it the second time? */
static bool is_etag_no_md5(struct s3a_body_judge *judge, const uint8_t *etag, const uint8_t *md5)
{
    bool is_second = judge->has_seen && memcmp(judge->seen_etag, etag, S3A_MD5_SIZE) == 0 &&
                     memcmp(judge->seen_md5, md5, S3A_MD5_SIZE) == 0;

    judge->has_seen = true;
    memcpy(judge->seen_etag, etag, S3A_MD5_SIZE);
    memcpy(judge->seen_md5, md5, S3A_MD5_SIZE);
    return is_second && !judge->is_amazon;
}

const char *s3a_body_check_end(struct s3a_body_check *check, struct s3a_body_judge *judge)
{
    uint8_t found[S3A_CHECKSUM_SIZE_MAX];
    enum s3a_body_word word = check->word;

    check->word = S3A_BODY_NO_WORD;
    if (word == S3A_BODY_NO_WORD) {
        return NULL;
    }
    if (word == S3A_BODY_CHECKSUM) {
        s3a_checksum_end(&check->checksum, found);
        return memcmp(found, check->expected, s3a_checksum_size(check->checksum.kind)) == 0
                   ? NULL
                   : "checksum";
    }
    s3a_digest_end(&check->md5, found);
    if (memcmp(found, check->expected, S3A_MD5_SIZE) == 0) {
        return NULL;
    }
    if (word == S3A_BODY_CONTENT_MD5) {
        return "Content-MD5";
    }
    return is_etag_no_md5(judge, check->expected, found) ? NULL : "ETag";
}

void s3a_body_judge_learn(struct s3a_body_judge *judge, struct s3a_str body, const char *etag,
                          const struct s3a_header *headers, size_t header_count)
{
    uint8_t told[S3A_MD5_SIZE];
    uint8_t found[S3A_MD5_SIZE];
    size_t size_max =
        judge->habit == S3A_ETAGS_UNKNOWN ? S3A_BODY_CHECK_MD5_SIZE_MAX : LEARN_SIZE_MAX;

    if (judge->is_amazon || judge->habit == S3A_ETAGS_ARE_NOT || body.size > size_max ||
        is_encrypted(judge, headers, header_count) || !parse_md5(s3a_str_of(etag), told)) {
        return;
    }
    s3a_md5(s3a_str_make(body.data ? body.data : "", body.size), found);
    judge->habit = memcmp(told, found, S3A_MD5_SIZE) == 0 ? S3A_ETAGS_ARE_MD5 : S3A_ETAGS_ARE_NOT;
}

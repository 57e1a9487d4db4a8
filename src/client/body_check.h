/* SPDX-License-Identifier: MIT */
#ifndef S3A_BODY_CHECK_H
#define S3A_BODY_CHECK_H

/*
 * Is the body of an answer the one that the store has sent? By the best word that the answer gives:
 * a checksum of the whole object, a Content-MD5, or an ETag that is an MD5. What came over TLS has
 * been checked on the wire, but not behind it, and http: not at all beyond TCP's 16 bits.
 *
 * Which ETags are MD5s is not told ("Object" in the Amazon S3 API Reference): those of objects that
 * were put in one piece and are encrypted with S3's own keys or not at all. At Amazon S3 the
 * headers say so. Another store has to show it first, by the ETag of something that we wrote
 * ourselves; and where it sends the very same bytes twice under an ETag that is not theirs, it has
 * ETags of several kinds, and the bytes are good.
 */

#include "op.h"

/* A larger body is not measured by its ETag: MD5 is slow, and heartbeats wait. */
#define S3A_BODY_CHECK_MD5_SIZE_MAX (1024 * 1024)

enum s3a_etag_habit {
    S3A_ETAGS_UNKNOWN,
    S3A_ETAGS_ARE_MD5,
    S3A_ETAGS_ARE_NOT, /* not all of them */
};

/* What is known of a store. */
struct s3a_body_judge {
    bool is_amazon;
    enum s3a_etag_habit habit;
    bool has_seen; /* an ETag that did not fit, and what the MD5 was: */
    uint8_t seen_etag[S3A_MD5_SIZE];
    uint8_t seen_md5[S3A_MD5_SIZE];
};

enum s3a_body_word {
    S3A_BODY_NO_WORD, /* it cannot be checked */
    S3A_BODY_CHECKSUM,
    S3A_BODY_CONTENT_MD5,
    S3A_BODY_ETAG,
};

/* One body on its way. */
struct s3a_body_check {
    enum s3a_body_word word;
    struct s3a_checksum checksum;
    struct s3a_digest md5;
    uint8_t expected[S3A_CHECKSUM_SIZE_MAX];
};

/* The head of the answer is there; names in lower case. */
void s3a_body_check_begin(struct s3a_body_check *check, const struct s3a_body_judge *judge,
                          const struct s3a_op *op, int http_status,
                          const struct s3a_header *headers, size_t header_count);

void s3a_body_check_add(struct s3a_body_check *check, struct s3a_str bytes);

/* All of it was added: NULL, or what it does not fit ("checksum"). */
const char *s3a_body_check_end(struct s3a_body_check *check, struct s3a_body_judge *judge);

/* Something was written, with this answer: are the store's ETags MD5s? */
void s3a_body_judge_learn(struct s3a_body_judge *judge, struct s3a_str body, const char *etag,
                          const struct s3a_header *headers, size_t header_count);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_RECORD_H
#define S3A_LOCK_RECORD_H

/* A lock's object as bytes and headers (§1). */

#include "lock_machine.h"
#include "op.h"

/* However long the texts in it are and however they have to be escaped, a record is shorter. What
 * is longer is no lock. */
#define S3A_LOCK_BODY_SIZE_MAX 4096
/* "at most 1 KiB of body" (§1). */
#define S3A_LOCK_JAVA_BODY_SIZE_MAX 1024

#define S3A_LOCK_HOST_SIZE_MAX 64
#define S3A_LOCK_LABEL_SIZE_MAX 128
#define S3A_LOCK_DATA_SIZE_MAX 256

/* The part of a record that is for people: nothing is decided by it. */
struct s3a_lock_people {
    int64_t granted_at_ms; /* 0: not known */
    int64_t pid;           /* 0: not known */
    char host[S3A_LOCK_HOST_SIZE_MAX + 1];
    char label[S3A_LOCK_LABEL_SIZE_MAX + 1];
    char data[S3A_LOCK_DATA_SIZE_MAX + 1];
};

/* The body: *ret_bytes is to be freed with free(). S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_lock_record_encode(const struct s3a_lock_record *record,
                                                      const struct s3a_lock_people *people,
                                                      struct s3a_str *ret_bytes);

/* What lies at a lock's key, out of an answer to a GET that was S3A_OK. ret_people may be NULL; it
 * is all zero where the object is no record of ours. S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_lock_record_read(const struct s3a_answer *answer,
                                                    struct s3a_lock_view *ret_view,
                                                    struct s3a_lock_people *ret_people);

/* The same for a session's object. What is there instead of one: S3A_LOCK_OBJECT_FOREIGN, or of
 * another version S3A_LOCK_OBJECT_NEWER. */
S3A_MUST_CHECK enum s3a_status s3a_session_record_encode(const struct s3a_lock_record *record,
                                                         const struct s3a_lock_people *people,
                                                         struct s3a_str *ret_bytes);
S3A_MUST_CHECK enum s3a_status s3a_session_record_read(const struct s3a_answer *answer,
                                                       struct s3a_lock_view *ret_view,
                                                       struct s3a_lock_people *ret_people);

/* ".s3atomic/sessions/8c0f....session" */
#define S3A_SESSION_KEY_SIZE (19 + 2 * S3A_SESSION_ID_SIZE + 8)
void s3a_session_key_make(const uint8_t session[S3A_SESSION_ID_SIZE],
                          char ret_key[S3A_SESSION_KEY_SIZE + 1]);

/* "8c0f...": 32 digits and a NUL. */
#define S3A_OWNER_HEX_SIZE (2 * S3A_OWNER_SIZE)
void s3a_lock_owner_hex(const uint8_t owner[S3A_OWNER_SIZE], char ret_hex[S3A_OWNER_HEX_SIZE + 1]);
/* The same, backwards; false where it is anything else. */
bool s3a_lock_owner_read(struct s3a_str text, uint8_t ret_owner[S3A_OWNER_SIZE]);

#endif

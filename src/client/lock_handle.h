/* SPDX-License-Identifier: MIT */
#ifndef S3A_LOCK_HANDLE_H
#define S3A_LOCK_HANDLE_H

/*
 * A grant as one printable word: "s3a1-" and the base64url (RFC 4648, section 5, without padding)
 * of lines: a checksum of what follows, bucket, ETag, owner, token, lease, and the key, which ends
 * with the text and may hold any byte but NUL.
 */

#include <s3atomic/lock.h>

#include "lock_machine.h"

struct s3a_lock_ticket {
    struct s3a_lock_handle_info info;
    struct s3a_grant grant;
};

/* Of what is in info. S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_lock_handle_write(const struct s3a_lock_handle_info *info,
                                                     char ret_handle[S3A_LOCK_HANDLE_SIZE],
                                                     struct s3a_error *error);

/* S3A_INVALID: it is no handle; S3A_NO_MEMORY. */
S3A_MUST_CHECK enum s3a_status s3a_lock_ticket_read(const char *handle,
                                                    struct s3a_lock_ticket *ret_ticket,
                                                    struct s3a_error *error);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_CHECKSUM_CHOICE_H
#define S3A_CHECKSUM_CHOICE_H

/*
 * What an upload in parts is to be checked by: chosen when it begins. Each part then comes with a
 * checksum of that kind, and the object gets one of all its bytes (FULL_OBJECT) or of the checksums
 * of its parts (COMPOSITE). Source: "Checking object integrity", Amazon S3 User Guide.
 */

#include "checksum.h"

enum s3a_checksum_type {
    S3A_CHECKSUM_TYPE_NOT_GIVEN,
    S3A_CHECKSUM_COMPOSITE,
    S3A_CHECKSUM_FULL_OBJECT,
};

struct s3a_checksum_choice {
    enum s3a_checksum_kind kind; /* NONE: no choice was made */
    enum s3a_checksum_type type;
};

/* "COMPOSITE", "FULL_OBJECT"; "" for NOT_GIVEN. */
const char *s3a_checksum_type_name(enum s3a_checksum_type type);

/* NOT_GIVEN for a name that is none. */
enum s3a_checksum_type s3a_checksum_type_of(struct s3a_str name);

/* The type where only the kind is chosen. */
enum s3a_checksum_type s3a_checksum_type_default(enum s3a_checksum_kind kind);

/* Do they go together? Of a digest there is no FULL_OBJECT, since that of a whole cannot be had
 * from those of its parts; and of CRC64NVME, Amazon S3 has no COMPOSITE. */
bool s3a_checksum_choice_is_valid(const struct s3a_checksum_choice *choice);

/* The form in which a store keeps it: "crc32=COMPOSITE", "" where there is none. */
#define S3A_CHECKSUM_CHOICE_SIZE_MAX 31
void s3a_checksum_choice_write(const struct s3a_checksum_choice *choice,
                               char ret_stored[S3A_CHECKSUM_CHOICE_SIZE_MAX + 1]);

/* False where it is no such form. */
bool s3a_checksum_choice_read(struct s3a_str stored, struct s3a_checksum_choice *ret_choice);

#endif

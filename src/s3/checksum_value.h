/* SPDX-License-Identifier: MIT */
#ifndef S3A_CHECKSUM_VALUE_H
#define S3A_CHECKSUM_VALUE_H

/*
 * The checksum of an object as it is told: kept beside the object, and given back to those who ask.
 * "AAAAAA==" is that of all its bytes (FULL_OBJECT); "AAAAAA==-3" is that of the checksums of its
 * three parts (COMPOSITE).
 */

#include "checksum_choice.h"

/* 32 bytes in base64, and "-10000". */
#define S3A_CHECKSUM_TEXT_SIZE_MAX 50
/* "x-amz-checksum-crc64nvme=" before it. */
#define S3A_CHECKSUM_STORED_SIZE_MAX (S3A_CHECKSUM_TEXT_SIZE_MAX + 30)

struct s3a_checksum_value {
    enum s3a_checksum_kind kind; /* NONE: there is none */
    char text[S3A_CHECKSUM_TEXT_SIZE_MAX + 1];
};

/* Of the bytes of a checksum, s3a_checksum_size() of them. */
void s3a_checksum_value_set(struct s3a_checksum_value *value, enum s3a_checksum_kind kind,
                            const uint8_t *bytes);

/* The same of the checksums of so many parts. */
void s3a_checksum_value_set_composite(struct s3a_checksum_value *value, enum s3a_checksum_kind kind,
                                      const uint8_t *bytes, size_t part_count);

/* As a header has it, "AAAAAA==" or "AAAAAA==-3". False where it is none of that kind. */
bool s3a_checksum_value_parse(struct s3a_checksum_value *value, enum s3a_checksum_kind kind,
                              struct s3a_str text);

/* Of one that is there. */
enum s3a_checksum_type s3a_checksum_value_type(const struct s3a_checksum_value *value);

/* Its kind and its type; both not given where there is none. */
struct s3a_checksum_choice s3a_checksum_value_choice(const struct s3a_checksum_value *value);

/* The text without the number of parts; and the bytes that it stands for: false where it is
 * damaged. */
struct s3a_str s3a_checksum_value_digest(const struct s3a_checksum_value *value);
bool s3a_checksum_value_bytes(const struct s3a_checksum_value *value,
                              uint8_t ret_bytes[S3A_CHECKSUM_SIZE_MAX]);

/* The form in which a store keeps it: "crc32=AAAAAA==", "" where there is none. */
void s3a_checksum_value_write(const struct s3a_checksum_value *value,
                              char ret_stored[S3A_CHECKSUM_STORED_SIZE_MAX + 1]);

/* False where it is no such form. */
bool s3a_checksum_value_read(struct s3a_str stored, struct s3a_checksum_value *ret_value);

#endif

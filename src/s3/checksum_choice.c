/* SPDX-License-Identifier: MIT */
#include "checksum_choice.h"

#include <stdio.h>
#include <string.h>

#define SEPARATOR '='

static const char *const type_names[] = {
    [S3A_CHECKSUM_TYPE_NOT_GIVEN] = "",
    [S3A_CHECKSUM_COMPOSITE] = "COMPOSITE",
    [S3A_CHECKSUM_FULL_OBJECT] = "FULL_OBJECT",
};

const char *s3a_checksum_type_name(enum s3a_checksum_type type)
{
    return type_names[type];
}

enum s3a_checksum_type s3a_checksum_type_of(struct s3a_str name)
{
    for (int type = S3A_CHECKSUM_COMPOSITE; type <= S3A_CHECKSUM_FULL_OBJECT; type++) {
        if (s3a_str_is(name, type_names[type])) {
            return (enum s3a_checksum_type)type;
        }
    }
    return S3A_CHECKSUM_TYPE_NOT_GIVEN;
}

enum s3a_checksum_type s3a_checksum_type_default(enum s3a_checksum_kind kind)
{
    return kind == S3A_CHECKSUM_CRC64NVME ? S3A_CHECKSUM_FULL_OBJECT : S3A_CHECKSUM_COMPOSITE;
}

bool s3a_checksum_choice_is_valid(const struct s3a_checksum_choice *choice)
{
    switch (choice->type) {
    case S3A_CHECKSUM_COMPOSITE:
        return choice->kind != S3A_CHECKSUM_CRC64NVME && choice->kind != S3A_CHECKSUM_NONE;
    case S3A_CHECKSUM_FULL_OBJECT:
        return s3a_checksum_is_crc(choice->kind);
    case S3A_CHECKSUM_TYPE_NOT_GIVEN:
        break;
    }
    return choice->kind == S3A_CHECKSUM_NONE;
}

void s3a_checksum_choice_write(const struct s3a_checksum_choice *choice,
                               char ret_stored[S3A_CHECKSUM_CHOICE_SIZE_MAX + 1])
{
    *ret_stored = '\0';
    if (choice->kind != S3A_CHECKSUM_NONE) {
        snprintf(ret_stored, S3A_CHECKSUM_CHOICE_SIZE_MAX + 1, "%s%c%s",
                 s3a_checksum_name(choice->kind), SEPARATOR, s3a_checksum_type_name(choice->type));
    }
}

bool s3a_checksum_choice_read(struct s3a_str stored, struct s3a_checksum_choice *ret_choice)
{
    struct s3a_str name = s3a_str_split(&stored, SEPARATOR);
    const struct s3a_checksum_choice choice = {s3a_checksum_kind_of_name(name),
                                               s3a_checksum_type_of(stored)};
    bool is_valid = s3a_checksum_choice_is_valid(&choice) &&
                    (choice.kind != S3A_CHECKSUM_NONE || (name.size == 0 && !stored.data));

    *ret_choice = is_valid ? choice : (struct s3a_checksum_choice){0};
    return is_valid;
}

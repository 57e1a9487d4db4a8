/* SPDX-License-Identifier: MIT */
#ifndef S3A_PART_SUMS_H
#define S3A_PART_SUMS_H

/*
 * The checksum of an object that is made of parts, from the checksums of these. What Amazon S3 was
 * seen to answer decides, in words, too.
 */

#include "op.h"

struct s3a_part_sums {
    const struct s3a_op *op; /* COMPLETE_UPLOAD */
    struct s3a_answer *answer;
    struct s3a_checksum_choice choice;
    bool as_amazon;
    struct s3a_checksum composite;
    uint8_t joined[S3A_CHECKSUM_SIZE_MAX];
    size_t count;
};

/* A part as it lies there. */
struct s3a_part_sum {
    uint64_t size;
    struct s3a_checksum_value checksum;
};

/*
 * Each returns what is wrong with the request (then the answer says it) or S3A_CODE_NONE. Begin,
 * add the parts in the order of the list, and end. INTERNAL_ERROR: what is stored is damaged.
 */
enum s3a_code s3a_part_sums_begin(struct s3a_part_sums *sums, const struct s3a_op *op,
                                  const struct s3a_checksum_choice *choice, bool as_amazon,
                                  struct s3a_answer *answer);
enum s3a_code s3a_part_sums_add(struct s3a_part_sums *sums, const struct s3a_listed_part *listed,
                                const struct s3a_part_sum *part);
enum s3a_code s3a_part_sums_end(struct s3a_part_sums *sums, struct s3a_checksum_value *ret_value);

#endif

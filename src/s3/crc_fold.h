/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRC_FOLD_H
#define S3A_CRC_FOLD_H

/*
 * Bytes made fewer without a change of their CRC, by the processor's multiplication without
 * carries. Source of the method: "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
 * Instruction", Intel, 2009.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From fewer bytes there is nothing to gain. */
#define S3A_CRC_FOLD_SIZE_MIN 128
#define S3A_CRC_FOLDED_SIZE 16

/* Powers of x, reversed in 64 bits, by which the two halves of 16 bytes are multiplied to move
 * them: by 64 bytes and by 16. */
struct s3a_crc_fold {
    uint64_t far_low;
    uint64_t far_high;
    uint64_t near_low;
    uint64_t near_high;
};

/* Does this processor have it? */
bool s3a_crc_can_fold(void);

/*
 * Where it has, and size is at least S3A_CRC_FOLD_SIZE_MIN: how many bytes have been taken, all but
 * 63 at the most. The CRC of ret_rest, begun with state 0, is the state after them.
 */
size_t s3a_crc_fold(const struct s3a_crc_fold *fold, uint64_t state, const uint8_t *bytes,
                    size_t size, uint8_t ret_rest[S3A_CRC_FOLDED_SIZE]);

#endif

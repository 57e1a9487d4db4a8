/* SPDX-License-Identifier: MIT */
#include "crc_fold.h"

#include "check.h"

#if defined(__x86_64__)

#include <immintrin.h>

/* Only these functions may use what not every processor has. */
#define FOLDS __attribute__((target("pclmul,sse4.1")))

#define LANES 4

bool s3a_crc_can_fold(void)
{
    return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

FOLDS static inline __m128i load(const uint8_t *bytes)
{
    return _mm_loadu_si128((const __m128i *)(const void *)bytes);
}

/* 16 bytes, moved on, and what stands there. */
FOLDS static inline __m128i move(__m128i value, __m128i factors, __m128i there)
{
    __m128i low = _mm_clmulepi64_si128(value, factors, 0x00);
    __m128i high = _mm_clmulepi64_si128(value, factors, 0x11);

    return _mm_xor_si128(_mm_xor_si128(low, high), there);
}

FOLDS size_t s3a_crc_fold(const struct s3a_crc_fold *fold, uint64_t state, const uint8_t *bytes,
                          size_t size, uint8_t ret_rest[S3A_CRC_FOLDED_SIZE])
{
    const size_t step = LANES * sizeof(__m128i);
    __m128i far = _mm_set_epi64x((long long)fold->far_high, (long long)fold->far_low);
    __m128i near = _mm_set_epi64x((long long)fold->near_high, (long long)fold->near_low);
    __m128i lanes[LANES];
    size_t done = step;

    s3a_check(size >= S3A_CRC_FOLD_SIZE_MIN);
    for (int i = 0; i < LANES; i++) {
        lanes[i] = load(bytes + (size_t)i * sizeof(__m128i));
    }
    lanes[0] = _mm_xor_si128(lanes[0], _mm_set_epi64x(0, (long long)state));
    for (; size - done >= step; done += step) {
        for (int i = 0; i < LANES; i++) {
            lanes[i] = move(lanes[i], far, load(bytes + done + (size_t)i * sizeof(__m128i)));
        }
    }
    for (int i = 1; i < LANES; i++) {
        lanes[i] = move(lanes[i - 1], near, lanes[i]);
    }
    _mm_storeu_si128((__m128i *)(void *)ret_rest, lanes[LANES - 1]);
    return done;
}

#else

bool s3a_crc_can_fold(void)
{
    return false;
}

size_t s3a_crc_fold(const struct s3a_crc_fold *fold, uint64_t state, const uint8_t *bytes,
                    size_t size, uint8_t ret_rest[S3A_CRC_FOLDED_SIZE])
{
    (void)fold;
    (void)state;
    (void)bytes;
    (void)size;
    (void)ret_rest;
    s3a_check(!"this processor folds");
    return 0;
}

#endif

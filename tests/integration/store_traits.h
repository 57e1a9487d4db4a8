/* SPDX-License-Identifier: MIT */
#ifndef S3A_STORE_TRAITS_H
#define S3A_STORE_TRAITS_H

/*
 * What a store under test is known to do differently from others, stated beforehand by
 * S3ATOMIC_TEST_DIFFERS, a few of these words:
 *
 *      blind-delete       DELETE is done whatever If-Match says, so one with it is refused here
 *      losers-in-doubt    who loses a race for an object may be answered 500
 *      buckets-twice      making a bucket that one has already is no error, as in us-east-1
 *      raw-prefix         a listing below a prefix with control characters is no XML
 *
 * A story asks for it where it matters, and then holds the store to that: a difference that does
 * not show is as wrong as one that nobody has stated. The scripts have the same (command.bash).
 */

#include <stdbool.h>

bool store_differs(const char *trait);

#endif

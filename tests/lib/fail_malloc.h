/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAIL_MALLOC_H
#define S3A_FAIL_MALLOC_H

/*
 * Makes the nth allocation of this thread from now on fail (1: the next one); 0: none. Only calls
 * from code that is linked into the test itself are counted, not those inside shared libraries.
 */
void fail_malloc_at(unsigned nth);

/* Did it come to that? Also switches it off. */
bool fail_malloc_happened(void);

/*
 * Calls story(arg) with the 1st, 2nd, 3rd, ... allocation failing until one run gets through
 * without a failure. The story itself asserts that what it sees is right and that nothing leaks.
 */
void fail_malloc_sweep(void (*story)(void *arg), void *arg);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_DESCRIPTORS_H
#define S3A_DESCRIPTORS_H

/*
 * Descriptors that programs started by this one are to have: those that it was started with. What
 * is opened here is opened to be closed by exec(); but libraries open some of their own (libcurl
 * 7.88 a pair of sockets for each client), and not all of them say so.
 */

/* Once, first of all in main(): remembers those that are open. */
void s3a_descriptors_note(void);

/*
 * Between fork() and exec(): all that have been opened since are closed by exec(). Nothing is done
 * where they could not be told apart, or by a kernel before Linux 5.11. Async-signal-safe.
 */
void s3a_descriptors_restore(void);

#endif

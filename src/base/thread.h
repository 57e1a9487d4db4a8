/* SPDX-License-Identifier: MIT */
#ifndef S3A_THREAD_H
#define S3A_THREAD_H

#include <pthread.h>

/* pthread_create() of a thread that takes no signal: they are for the program's own threads, and a
 * peer that went away is no reason for one. 0, or the errno. */
int s3a_thread_start(pthread_t *ret_thread, void *(*run)(void *arg), void *arg);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_APART_H
#define S3A_APART_H

/* Runs a story in a process of its own, for what it does to signals, children and terminals; a
 * failure there is one here. */
void apart(void (*story)(void));

/* The same in a session with a new terminal, which is the story's standard input, output and
 * error; what it prints there is thrown away. */
void apart_on_terminal(void (*story)(void));

#endif

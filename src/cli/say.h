/* SPDX-License-Identifier: MIT */
#ifndef S3A_SAY_H
#define S3A_SAY_H

/* Messages for people: one line each on standard error, "s3atomic: ...". Main thread only. */

#include <stdbool.h>

#include <s3atomic/observe.h>
#include <s3atomic/status.h>

/* quiet silences notes; verbose adds details. Errors always come. */
void s3a_say_setup(bool quiet, bool verbose);

void s3a_say_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void s3a_say_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What takes its time: for those who sit at a terminal, or asked for details. Is there anybody? */
bool s3a_say_wants_progress(void);
void s3a_say_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void s3a_say_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What the library's log says, from whatever thread: "s3atomic: info: ...". */
void s3a_say_log(enum s3a_log_level level, const char *message, void *unused);

/* The story of a call that failed. Returns the exit code that goes with it. */
int s3a_say_failure(const struct s3a_error *error);

#endif

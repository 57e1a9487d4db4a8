/* SPDX-License-Identifier: MIT */
#ifndef S3A_UPKEEP_LINE_H
#define S3A_UPKEEP_LINE_H

/* How far something is that takes its time: one line on the terminal, written over and over; and
 * whether somebody wants it to end. */

#include <stdbool.h>

#include <s3atomic/status.h>

struct s3a_upkeep_line {
    bool is_shown; /* standard error is a terminal, and nobody wants it quiet */
    bool is_there; /* something stands in the line */
    int signals;
    int ended_by; /* the signal that came; 0: none */
};

S3A_MUST_CHECK enum s3a_status s3a_upkeep_line_open(struct s3a_upkeep_line *line,
                                                    struct s3a_error *error);
void s3a_upkeep_line_close(struct s3a_upkeep_line *line);

/* Replaces what stands there. False: it is to end. */
bool s3a_upkeep_line_show(struct s3a_upkeep_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Makes room for other output. */
void s3a_upkeep_line_clear(struct s3a_upkeep_line *line);

#endif

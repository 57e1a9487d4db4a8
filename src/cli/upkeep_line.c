/* SPDX-License-Identifier: MIT */
#include "upkeep_line.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "globals.h"

#define LINE_SIZE 256

enum s3a_status s3a_upkeep_line_open(struct s3a_upkeep_line *line, struct s3a_error *error)
{
    *line = (struct s3a_upkeep_line){.is_shown = !s3a_globals.quiet && isatty(STDERR_FILENO),
                                     .signals = -1};
    return s3a_signals_open(&line->signals, error);
}

void s3a_upkeep_line_close(struct s3a_upkeep_line *line)
{
    s3a_upkeep_line_clear(line);
    if (line->signals >= 0) {
        close(line->signals);
    }
}

void s3a_upkeep_line_clear(struct s3a_upkeep_line *line)
{
    if (line->is_there) {
        fputs("\r\033[K", stderr);
        line->is_there = false;
    }
}

bool s3a_upkeep_line_show(struct s3a_upkeep_line *line, const char *format, ...)
{
    char text[LINE_SIZE];
    va_list args;
    int signal;

    if (line->is_shown) {
        va_start(args, format);
        vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        fprintf(stderr, "\r%s\033[K", text);
        line->is_there = true;
    }
    while ((signal = s3a_signals_next(line->signals)) != 0) {
        if (s3a_signals_ends(signal)) {
            line->ended_by = signal;
        } else if (signal == SIGTSTP) {
            s3a_signals_stop();
        }
    }
    return line->ended_by == 0;
}

/* SPDX-License-Identifier: MIT */
#ifndef S3A_FIRE_LOG_H
#define S3A_FIRE_LOG_H

/*
 * What workers write down, each line with one write(2) to a file that all of them append to:
 *
 *      enter TOKEN PID BEGAN AT    it was granted, after BEGAN and before AT
 *      held TOKEN PID BEGAN AT     it was asked for after BEGAN, and was held
 *      lost TOKEN PID BEGAN AT     it was asked for before AT, and was no longer held
 *      exit TOKEN PID BEGAN AT     from AT on it is being given back
 *      deleted TOKEN PID BEGAN AT  it was given back before AT, and left no object
 *      failed STATUS PID BEGAN AT  it was not granted
 *
 * Times are microseconds of CLOCK_BOOTTIME, which all processes of a machine share. A worker may
 * be frozen between any two steps, so lines may come late; each says only what is true however
 * late it comes. A lock that was granted before AT of its "enter", and held after BEGAN of its
 * last "held", was held all the time in between.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FIRE_LINE_SIZE_MAX 128

enum fire_kind {
    FIRE_ENTER,
    FIRE_HELD,
    FIRE_LOST,
    FIRE_EXIT,
    FIRE_DELETED,
    FIRE_FAILED,
};

struct fire_line {
    enum fire_kind kind;
    uint64_t token;
    int64_t pid;
    uint64_t began_us;
    uint64_t at_us;
};

/* size: at least FIRE_LINE_SIZE_MAX. Returns how long the text is, with its newline. */
size_t fire_line_print(const struct fire_line *line, char *ret_text, size_t size);

/* False where it is no line. */
bool fire_line_read(const char *text, struct fire_line *ret_line);

/* A log that is read while it grows. All zero: nothing has been read. */
struct fire_log {
    struct fire_line *lines;
    size_t count;
    size_t capacity;
    uint64_t bad_lines; /* that were none */
    int64_t offset;
};

/* Reads what is new, whole lines only. False where that fails, with errno. */
bool fire_log_read(struct fire_log *log, int fd);
void fire_log_fini(struct fire_log *log);

#endif

/* SPDX-License-Identifier: MIT */
#include "fire_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define READ_SIZE 16384

static const char *const kinds[] = {
    [FIRE_ENTER] = "enter", [FIRE_HELD] = "held",       [FIRE_LOST] = "lost",
    [FIRE_EXIT] = "exit",   [FIRE_DELETED] = "deleted", [FIRE_FAILED] = "failed",
};

size_t fire_line_print(const struct fire_line *line, char *ret_text, size_t size)
{
    int length = snprintf(ret_text, size, "%s %" PRIu64 " %" PRId64 " %" PRIu64 " %" PRIu64 "\n",
                          kinds[line->kind], line->token, line->pid, line->began_us, line->at_us);

    return (size_t)length;
}

bool fire_line_read(const char *text, struct fire_line *ret_line)
{
    char kind[16];
    int end = 0;

    memset(ret_line, 0, sizeof(*ret_line));
    if (sscanf(text, "%15s %" SCNu64 " %" SCNd64 " %" SCNu64 " %" SCNu64 "%n", kind,
               &ret_line->token, &ret_line->pid, &ret_line->began_us, &ret_line->at_us,
               &end) != 5 ||
        (text[end] != '\n' && text[end] != '\0')) {
        return false;
    }
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kind, kinds[i]) == 0) {
            ret_line->kind = (enum fire_kind)i;
            return true;
        }
    }
    return false;
}

static bool add(struct fire_log *log, const char *text)
{
    if (log->count == log->capacity) {
        size_t capacity = log->capacity ? 2 * log->capacity : 1024;
        struct fire_line *lines = realloc(log->lines, capacity * sizeof(*lines));
        if (!lines) {
            return false;
        }
        log->lines = lines;
        log->capacity = capacity;
    }
    if (fire_line_read(text, &log->lines[log->count])) {
        log->count++;
    } else {
        log->bad_lines++;
    }
    return true;
}

bool fire_log_read(struct fire_log *log, int fd)
{
    char text[READ_SIZE + 1];
    ssize_t size;

    while ((size = pread(fd, text, READ_SIZE, log->offset)) > 0) {
        char *line = text;
        char *end;
        text[size] = '\0';
        while ((end = strchr(line, '\n')) != NULL) {
            *end = '\0';
            if (!add(log, line)) {
                return false;
            }
            line = end + 1;
        }
        log->offset += line - text;
        if (line == text && size < READ_SIZE) {
            return true; /* a line that is still being written */
        }
        if (line == text) {
            errno = EBADMSG;
            return false;
        }
    }
    return size == 0;
}

void fire_log_fini(struct fire_log *log)
{
    free(log->lines);
    memset(log, 0, sizeof(*log));
}

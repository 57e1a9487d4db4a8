/* SPDX-License-Identifier: MIT */
#include "descriptors.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/* Who was started with more of them gets what libraries leave open as well. */
#define DESCRIPTORS_MAX 256

static struct {
    bool are_known;
    size_t count;
    unsigned fds[DESCRIPTORS_MAX]; /* above standard error, growing */
} inherited;

static int compare(const void *a, const void *b)
{
    const unsigned *left = a;
    const unsigned *right = b;

    return (*left > *right) - (*left < *right);
}

void s3a_descriptors_note(void)
{
    DIR *directory = opendir("/proc/self/fd");
    struct dirent *entry;

    inherited.are_known = directory != NULL;
    inherited.count = 0;
    while (inherited.are_known && (entry = readdir(directory)) != NULL) {
        int fd = atoi(entry->d_name); /* "." and ".." are 0 */
        if (fd <= STDERR_FILENO || fd == dirfd(directory)) {
            continue;
        }
        if (inherited.count == DESCRIPTORS_MAX) {
            inherited.are_known = false;
        } else {
            inherited.fds[inherited.count++] = (unsigned)fd;
        }
    }
    qsort(inherited.fds, inherited.count, sizeof(inherited.fds[0]), compare);
    if (directory) {
        closedir(directory);
    }
}

/* Those from first to last. */
static void hide(unsigned first, unsigned last)
{
    if (first <= last) {
        (void)close_range(first, last, CLOSE_RANGE_CLOEXEC);
    }
}

void s3a_descriptors_restore(void)
{
    unsigned next = STDERR_FILENO + 1;

    if (!inherited.are_known) {
        return;
    }
    for (size_t i = 0; i < inherited.count; i++) {
        hide(next, inherited.fds[i] - 1);
        next = inherited.fds[i] + 1;
    }
    hide(next, ~0U);
}

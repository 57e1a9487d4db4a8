/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"

void capture_begin(struct capture *capture, int fd)
{
    fflush(NULL);
    capture->fd = fd;
    capture->saved = dup(fd);
    capture->file = memfd_create("capture", MFD_CLOEXEC);
    assert_true(capture->saved >= 0 && capture->file >= 0);
    assert_int_equal(dup2(capture->file, fd), fd);
}

char *capture_end(struct capture *capture)
{
    fflush(NULL);
    assert_int_equal(dup2(capture->saved, capture->fd), capture->fd);
    close(capture->saved);
    off_t size = lseek(capture->file, 0, SEEK_END);
    char *text = calloc(1, (size_t)size + 1);
    assert_non_null(text);
    assert_int_equal(pread(capture->file, text, (size_t)size, 0), size);
    close(capture->file);
    return text;
}

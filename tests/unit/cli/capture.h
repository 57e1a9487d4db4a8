/* SPDX-License-Identifier: MIT */
#ifndef S3A_CAPTURE_H
#define S3A_CAPTURE_H

/* What is written to a descriptor, standard output and error for instance, as a text. */

struct capture {
    int fd;    /* that is captured */
    int saved; /* what it was before */
    int file;
};

void capture_begin(struct capture *capture, int fd);

/* To be freed by the caller. */
char *capture_end(struct capture *capture);

#endif

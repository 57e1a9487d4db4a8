/* SPDX-License-Identifier: MIT */
#ifndef S3A_FAULT_PAGE_H
#define S3A_FAULT_PAGE_H

/*
 * "/-/faults": GET tells of the faults that a server shows, with their counts. PUT makes it show
 * those that come as lines of text, and no others; POST has more; DELETE ends them all. Each is
 * answered with what there is then.
 *
 * A server that was not started to show faults refuses all of it: nobody can make it lie. Neither
 * can a page in somebody's browser, which may well run on this machine: browsers say where a
 * request that could change something comes from, and such requests are refused.
 */

#include "admin.h"

/* See struct s3a_page. */
enum s3a_code s3a_fault_page_answer(struct s3a_exchange *exchange, struct s3a_buf *text,
                                    const char **ret_message);

#endif

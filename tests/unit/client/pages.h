/* SPDX-License-Identifier: MIT */
#ifndef S3A_PAGES_H
#define S3A_PAGES_H

/* A client over a store that answers every listing with the next page of a script, whatever was
 * asked, and keeps what was. */

#include "client_state.h"

#define PAGES_MAX 8
#define PAGE_NAMES_MAX 4

struct page_script {
    enum s3a_status status;               /* S3A_OK, or how the request fails */
    struct s3a_str names[PAGE_NAMES_MAX]; /* up to the first whose data is NULL */
    const char *continuation;             /* NULL: the last page */
    bool is_truncated;                    /* although there is no continuation */
};

struct page_request {
    enum s3a_op_kind kind;
    uint32_t keys_max;
    bool encode_keys;
    char prefix[32];
    char start_after[32];
    char continuation[32];
};

struct pages {
    struct s3a_transport transport;
    struct s3a_client *client;
    struct s3a_task task;
    struct s3a_call *call; /* in flight: listings come one after another */
    const struct page_script *script;
    struct page_request requests[PAGES_MAX];
    size_t request_count;
};

void pages_open(struct pages *pages, const struct page_script *script);
void pages_close(struct pages *pages);

#endif

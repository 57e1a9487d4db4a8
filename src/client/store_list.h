/* SPDX-License-Identifier: MIT */
#ifndef S3A_STORE_LIST_H
#define S3A_STORE_LIST_H

/* Listings of whatever kind, page by page, in the thread of the one who wants them. */

#include "store_state.h"

struct s3a_lister {
    struct s3a_client *client;
    enum s3a_op_kind kind; /* LIST_OBJECTS or LIST_BUCKETS */
    const char *bucket;    /* NULL for LIST_BUCKETS */
    struct s3a_list_options options;

    /* For each line; anything but S3A_OK ends it. name is that of entry, with a NUL. */
    enum s3a_status (*each)(struct s3a_lister *lister, const char *name,
                            const struct s3a_entry *entry);

    uint32_t count; /* of lines so far */
};

S3A_MUST_CHECK enum s3a_status s3a_lister_run(struct s3a_lister *lister, struct s3a_error *error);

#endif

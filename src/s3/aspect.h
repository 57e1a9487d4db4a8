/* SPDX-License-Identifier: MIT */
#ifndef S3A_ASPECT_H
#define S3A_ASPECT_H

/*
 * What S3 lets one configure of a bucket and this store does not: ?cors, ?lifecycle, ?versioning,
 * and so on. Many programs ask for some of it before they do anything else. They are answered what
 * Amazon S3 answers for a bucket that was never configured so; a request to configure it is
 * refused (501), and one to take such a configuration away has nothing to do.
 */

#include "code.h"

struct s3a_aspect {
    const char *name;    /* of the sub-resource: "cors" */
    enum s3a_code code;  /* what GET answers; NONE: an empty document */
    const char *message; /* beside the code; NULL: the table's */
    const char *root;    /* of the document */
    const char *content; /* within it, as XML */
    bool is_removable;   /* there is a DELETE for it */
    bool has_ids;        /* there may be several in a bucket, each with ?id=... */
};

/* NULL where there is none of that name. */
const struct s3a_aspect *s3a_aspect_of_bucket(struct s3a_str name);
const struct s3a_aspect *s3a_aspect_of_object(struct s3a_str name);

#endif

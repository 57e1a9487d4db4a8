/* SPDX-License-Identifier: MIT */
#ifndef S3A_ACCESS_LINE_H
#define S3A_ACCESS_LINE_H

/* One request as a line of the access log. No secret is in it: the signature and the token of a
 * presigned URL are left out. */

#include "buf.h"

struct s3a_access_record {
    int64_t time_ms;     /* wall clock, when it had ended */
    const char *remote;  /* "127.0.0.1" */
    struct s3a_str user; /* access key; empty: nobody that is known */
    struct s3a_str request_id;
    struct s3a_str method;
    struct s3a_str target; /* path and query, as they came */
    const char *operation; /* "PutObject"; NULL: none */
    struct s3a_str bucket; /* empty: none */
    struct s3a_str key;    /* likewise */
    int status;
    const char *code; /* "NoSuchKey"; "": none */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t duration_us;
    bool is_complete; /* false: the connection broke before the end of the answer */
};

/*
 * REMOTE - USER [TIME] "METHOD TARGET HTTP/1.1" STATUS BYTES_OUT REQUEST_ID OPERATION CODE BYTES_IN
 * MICROSECONDS: the common log format, and what is behind it. '-' stands for what there is not;
 * a quotation mark, a backslash and what is no printable ASCII are written \xHH.
 */
void s3a_access_line_common(const struct s3a_access_record *record, struct s3a_buf *line);

/* One JSON object. Bytes that are no UTF-8 are written as the characters of the same number. */
void s3a_access_line_json(const struct s3a_access_record *record, struct s3a_buf *line);

#endif

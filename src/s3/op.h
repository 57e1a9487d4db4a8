/* SPDX-License-Identifier: MIT */
#ifndef S3A_OP_H
#define S3A_OP_H

/*
 * One S3 operation, apart from how it travels: what is asked (struct s3a_op) and what came of it
 * (struct s3a_answer).
 *
 *      client                                             server
 *      op ── op_encode ──► HTTP request ── op_decode ──► op
 *                                                         │  objects: reads and writes
 *      answer ◄─ answer_decode ── HTTP ◄─ answer_encode ─ answer
 *
 * The embedded store takes the short way: its ops go straight to objects and the answers straight
 * back. So S3's semantics stand in one place, and the wire format in another.
 */

#include <sys/types.h>

#include "aspect.h"
#include "buf.h"
#include "canned_acl.h"
#include "checksum_value.h"
#include "code.h"
#include "op_kind.h"
#include "pool.h"
#include "str.h"

#define S3A_KEY_SIZE_MAX 1024
#define S3A_BUCKET_SIZE_MIN 3
#define S3A_BUCKET_SIZE_MAX 63
#define S3A_ETAG_SIZE_MAX 128
#define S3A_REQUEST_ID_SIZE_MAX 127
#define S3A_HOST_ID_SIZE_MAX 127
#define S3A_LIST_KEYS_MAX 1000
#define S3A_DELETIONS_MAX 1000
/* "The user-defined metadata is limited to 2 KB in size" (Amazon S3 User Guide, UsingMetadata). */
#define S3A_METADATA_SIZE_MAX 2048
#define S3A_STORED_HEADERS_MAX 64

/* The store has one owner. */
#define S3A_OWNER_ID S3A_STR("s3atomic")

/* No time: a header that is missing or cannot be read. */
#define S3A_TIME_NONE INT64_MIN

/* One HTTP header. Names are lower case everywhere inside. */
struct s3a_header {
    struct s3a_str name;
    struct s3a_str value;
};

/*
 * The headers that an object keeps and gives back: content-type, content-encoding,
 * content-disposition, content-language, cache-control, expires and every x-amz-meta-*.
 */
struct s3a_headers {
    struct s3a_header items[S3A_STORED_HEADERS_MAX];
    size_t count;
};

/* The value of a header, data NULL where there is none. name is lower case. */
struct s3a_str s3a_headers_find(const struct s3a_headers *headers, const char *name);

/* False where there is no more room. */
bool s3a_headers_add(struct s3a_headers *headers, struct s3a_str name, struct s3a_str value);

/* Is this (lower-case) name one of those that an object keeps? One of x-amz-meta-*? */
bool s3a_header_is_stored(struct s3a_str name);
bool s3a_header_is_metadata(struct s3a_str name);

/* May it be sent? A name of the characters that names have, in lower case, and a value without
 * control characters, which could end the header and begin another. */
bool s3a_header_is_valid(struct s3a_str name, struct s3a_str value);

enum s3a_range_kind {
    S3A_RANGE_NONE,
    S3A_RANGE_FROM_TO, /* bytes=first-last */
    S3A_RANGE_FROM,    /* bytes=first- */
    S3A_RANGE_SUFFIX,  /* bytes=-count, kept in first */
};

struct s3a_range {
    enum s3a_range_kind kind;
    uint64_t first;
    uint64_t last; /* inclusive */
};

/*
 * The range against an object of that size (RFC 9110, section 14.1.2): false where it cannot be
 * satisfied (416). With kind NONE it is the whole object. *ret_size may be 0 only for NONE.
 */
bool s3a_range_resolve(const struct s3a_range *range, uint64_t object_size, uint64_t *ret_offset,
                       uint64_t *ret_size);

/* One of the objects that DELETE_OBJECTS is to remove. */
struct s3a_deletion {
    struct s3a_str key;
    struct s3a_str if_match;   /* data NULL: whatever lies there */
    struct s3a_str version_id; /* data NULL: not given */
};

/* "Maximum number of parts per upload: 10,000" (Amazon S3 User Guide, qfacts). */
#define S3A_PARTS_MAX 10000

/* What COPY_OBJECT and COPY_PART copy, and its conditions: as those of a read. */
struct s3a_source {
    struct s3a_str bucket;
    struct s3a_str key;
    struct s3a_str if_match;
    struct s3a_str if_none_match;
    int64_t if_modified_since_ms;   /* 0: not given */
    int64_t if_unmodified_since_ms; /* 0: not given */
    struct s3a_range range;         /* COPY_PART: FROM_TO or NONE */
};

/* One line of what COMPLETE_UPLOAD puts together. */
struct s3a_listed_part {
    uint32_t number;
    struct s3a_str etag;                  /* quoted or bare */
    enum s3a_checksum_kind checksum_kind; /* NONE: it is listed without */
    struct s3a_str checksum;              /* in base64 */
};

/* What GET_ATTRIBUTES asks for. */
enum {
    S3A_ATTRIBUTE_ETAG = 1,
    S3A_ATTRIBUTE_CHECKSUM = 2,
    S3A_ATTRIBUTE_PARTS = 4,
    S3A_ATTRIBUTE_STORAGE_CLASS = 8,
    S3A_ATTRIBUTE_SIZE = 16,
};

/*
 * What is asked. All views are the caller's and must outlive the operation. All zero asks to list
 * the buckets. A view with data NULL stands for "not given".
 */
struct s3a_op {
    enum s3a_op_kind kind;
    struct s3a_str bucket;
    struct s3a_str key;

    /* Conditions, as the header's value: an ETag quoted or bare, a list of them, or "*". */
    struct s3a_str if_match;
    struct s3a_str if_none_match;
    int64_t if_modified_since_ms;   /* 0: not given; GET and HEAD only */
    int64_t if_unmodified_since_ms; /* 0: not given; GET and HEAD only */

    struct s3a_range range; /* GET and HEAD */

    /* PUT, CREATE_UPLOAD, COPY_OBJECT: what the object keeps. GET and HEAD: what stands in the
     * answer instead (response-content-type=...); servers only. */
    struct s3a_headers headers;
    /* PUT, UPLOAD_PART: of the body, which was checked against it. COMPLETE_UPLOAD: of the object;
     * "-N" behind one that is COMPOSITE may be left out. */
    struct s3a_checksum_value checksum;
    /* CREATE_UPLOAD; COMPLETE_UPLOAD: the type only. Servers only. */
    struct s3a_checksum_choice checksum_choice;
    enum s3a_canned_acl acl; /* CREATE_BUCKET, PUT, PUT_..._ACL */
    struct s3a_str tags;     /* PUT, PUT_..._TAGGING: see tags.h */

    /* Nobody vouches for this request: only what the ACLs let anyone do is done. Servers only. */
    bool is_anonymous;

    /* CREATE_BUCKET: one that is there is as good; it gets the ACL. Servers only. */
    bool accepts_own_bucket;

    bool wants_origin;   /* the answer is to tell who gave it; only over HTTP */
    bool wants_checksum; /* GET and HEAD: x-amz-checksum-mode: ENABLED */
    uint64_t body_size;  /* PUT, UPLOAD_PART: the body itself travels beside the op */

    /* Uploads and copies. Servers only. */
    struct s3a_str upload_id; /* LIST_UPLOADS: goes on behind this one of start_after */
    uint32_t part_number;     /* GET and HEAD: this part of the object; 0: all of it */
    uint32_t part_marker;     /* LIST_PARTS, GET_ATTRIBUTES: goes on behind this one */
    struct s3a_source source;
    bool replaces_headers;               /* COPY_OBJECT: headers are not those of the source */
    bool replaces_tags;                  /* COPY_OBJECT: nor are the tags */
    const struct s3a_listed_part *parts; /* COMPLETE_UPLOAD */
    size_t part_count;
    bool has_object_size; /* COMPLETE_UPLOAD: all of them together must have object_size */
    uint64_t object_size;
    unsigned attributes; /* GET_ATTRIBUTES: S3A_ATTRIBUTE_... */

    /* LIST_OBJECTS, LIST_UPLOADS; keys_max of LIST_PARTS and GET_ATTRIBUTES; also prefix,
     * continuation and keys_max of LIST_BUCKETS */
    struct s3a_str prefix;
    struct s3a_str delimiter;
    struct s3a_str start_after;
    struct s3a_str continuation;
    uint32_t keys_max; /* 0 with has_keys_max false: 1 000 */
    bool has_keys_max;
    bool encode_keys; /* encoding-type=url */
    bool fetch_owner;
    bool is_version_1; /* ListObjects, whose marker is start_after. Servers only. */

    /* LIST_VERSIONS goes on like version 1, or behind one version of start_after. Servers only. */
    struct s3a_str version_marker;

    /* DELETE_OBJECTS */
    const struct s3a_deletion *deletions;
    size_t deletion_count;
    bool is_quiet; /* the answer tells of failures only */

    /* GET, HEAD and DELETE of an object came with ?versionId=null, its only version. Servers only.
     */
    bool names_version;

    /* LIST_BUCKETS: is this one listed? NULL: all are. Servers only. */
    bool (*sees_bucket)(const void *viewer, struct s3a_str bucket);
    const void *viewer;

    /* GET_ASPECT and DELETE_ASPECT. Servers only. */
    const struct s3a_aspect *aspect;
    struct s3a_str aspect_id; /* of the one that is meant, where there may be several */
};

/* One line of a listing. */
struct s3a_entry {
    struct s3a_str name; /* key, common prefix or bucket */
    bool is_prefix;
    int64_t modified_ms; /* created, for a bucket */
    uint64_t size;
    struct s3a_str etag;      /* with its quotes */
    struct s3a_str upload_id; /* LIST_UPLOADS; modified_ms is when it was begun */
    uint32_t part_number;     /* LIST_PARTS, GET_ATTRIBUTES; name is "" */
    /* LIST_PARTS, GET_ATTRIBUTES: see s3a_checksum_value_read(). LIST_UPLOADS: see
     * s3a_checksum_choice_read(). */
    struct s3a_str checksums;
};

/* What came of one of the deletions of an op. */
struct s3a_deleted {
    enum s3a_code code; /* NONE: it is gone, or was not there */
};

/* A body that is not in memory: a descriptor the answer owns. */
struct s3a_file {
    int fd; /* -1: none */
    uint64_t offset;
    uint64_t size;
};

/* A body that is in several files, in the hands of whoever knows how to read it. */
struct s3a_stream {
    uint64_t size; /* of what the answer carries */
    /* Bytes from position on, at least one and at the most size; or -1 with errno: the rest of the
     * body cannot be had. */
    ssize_t (*read)(struct s3a_stream *stream, uint64_t position, char *buffer, size_t size);
    void (*free)(struct s3a_stream *stream);
};

/*
 * What came of it. Its memory is its own: pool for the texts, body for bytes, file or stream for a
 * body in files. Between init and fini it may be used for one operation.
 */
struct s3a_answer {
    enum s3a_code code; /* NONE: success */
    int http_status;    /* 200, 204, 206, or the one that goes with code */
    enum s3a_status status;

    char etag[S3A_ETAG_SIZE_MAX + 1];             /* with its quotes; "" where there is none */
    char request_id[S3A_REQUEST_ID_SIZE_MAX + 1]; /* set by whoever speaks HTTP */
    char host_id[S3A_HOST_ID_SIZE_MAX + 1];       /* the same: x-amz-id-2 */
    int64_t date_ms;                              /* the store's clock when it answered */
    int64_t modified_ms;                          /* Last-Modified of the object */

    /* GET and HEAD */
    uint64_t object_size; /* the whole object's */
    uint64_t range_offset;
    uint64_t range_size; /* what this answer carries (or would, for HEAD) */
    struct s3a_headers headers;
    struct s3a_checksum_value checksum; /* of the object, or the part; PUT: of what was put */
    /* GET and HEAD: how the object is checked. CREATE_UPLOAD, LIST_PARTS: how it will be. */
    struct s3a_checksum_choice checksum_choice;
    struct s3a_buf body;
    struct s3a_file file;
    struct s3a_stream *stream; /* NULL: none; the answer owns it */
    uint32_t part_total;       /* parts that the object is made of; 0: it is none of parts */

    /* uploads */
    struct s3a_str upload_id;
    uint32_t next_part_marker; /* of a list of parts that is truncated */

    /* GET and HEAD: how many tags there are. GET_..._TAGGING, GET_..._ACL: which. */
    size_t tag_count;
    struct s3a_str tags;
    enum s3a_canned_acl acl;

    /* listings */
    struct s3a_entry *entries;
    size_t entry_count;
    bool truncated;
    struct s3a_str next_continuation; /* LIST_UPLOADS goes on behind its last entry instead */

    /* DELETE_OBJECTS: one for each of the op's deletions, in their order */
    struct s3a_deleted *deleted;

    /* errors */
    struct s3a_str message;   /* data NULL: the table's */
    struct s3a_str condition; /* "If-Match", "If-None-Match": which did not hold */
    struct s3a_str header;    /* for 501: which header was not accepted */
    struct s3a_str code_text; /* what stood on the wire, for S3A_CODE_OTHER */

    /* what a client may do about them; only out of HTTP */
    uint32_t retry_after_ms; /* x-amz-retry-after; 0: not given */
    struct s3a_str server;   /* wants_origin: what the store calls itself; data NULL: not told */
    bool has_version;        /* wants_origin: it is about one version of the object */
    bool is_aged;            /* it comes out of somebody's cache, and so does date_ms */
    struct s3a_str region;   /* where the bucket is; data NULL: not told */
    struct s3a_str location; /* of a redirect, a URL or a host; data NULL: not told */

    struct s3a_pool pool;
};

/* body_max bounds body. */
void s3a_answer_init(struct s3a_answer *answer, size_t body_max);
void s3a_answer_fini(struct s3a_answer *answer);

/* Makes it an error of the table: code, http_status, status. Returns nothing: an answer is always
 * complete. */
void s3a_answer_fail(struct s3a_answer *answer, enum s3a_code code);

/* The same, with a message of its own (copied; the table's where there is no memory). */
void s3a_answer_fail_message(struct s3a_answer *answer, enum s3a_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Does it say that requests come too often? */
bool s3a_answer_is_throttled(const struct s3a_answer *answer);

/* Carries an answer's failure into a caller's error: "GET s3://bucket/key: message (code, HTTP
 * 404)", with code, HTTP status and the ids of the request in their fields. Returns answer->status.
 */
enum s3a_status s3a_answer_error(const struct s3a_op *op, const struct s3a_answer *answer,
                                 struct s3a_error *error);

#endif

/* SPDX-License-Identifier: MIT */
#include "read_dispatch.h"

#include "attributes.h"
#include "buckets.h"
#include "check.h"
#include "listing.h"
#include "read_object.h"
#include "uploads.h"

int s3a_read_dispatch(struct s3a_objects *objects, struct s3a_read_turn *turn,
                      const struct s3a_op *op, struct s3a_answer *answer)
{
    struct s3a_database *database = &turn->reader->database;
    struct s3a_snapshot *snapshot = &turn->reader->snapshot;
    bool shares = turn->count > 0;

    turn->count++;
    if (op->kind == S3A_OP_GET_OBJECT || op->kind == S3A_OP_HEAD_OBJECT ||
        op->kind == S3A_OP_GET_ATTRIBUTES) {
        return s3a_object_read(snapshot, shares, &objects->directory, op, answer->date_ms, answer);
    }
    s3a_snapshot_end(snapshot); /* they have transactions of their own */
    switch (op->kind) {
    case S3A_OP_LIST_BUCKETS:
        return s3a_bucket_list_all(database, op, answer);
    case S3A_OP_HEAD_BUCKET:
        return s3a_bucket_head(database, op, answer);
    case S3A_OP_GET_BUCKET_ACL:
    case S3A_OP_GET_OBJECT_ACL:
    case S3A_OP_GET_BUCKET_TAGGING:
    case S3A_OP_GET_OBJECT_TAGGING:
        return s3a_attributes_read(database, op, answer);
    case S3A_OP_GET_ASPECT:
    case S3A_OP_DELETE_ASPECT:
        return s3a_bucket_aspect(database, op, answer);
    case S3A_OP_LIST_OBJECTS:
    case S3A_OP_LIST_VERSIONS:
        return s3a_object_list(database, op, answer);
    case S3A_OP_LIST_PARTS:
        return s3a_list_parts(database, op, answer);
    case S3A_OP_LIST_UPLOADS:
        return s3a_list_uploads(database, op, answer);
    default:
        s3a_check(!"a read");
        return SQLITE_MISUSE;
    }
}

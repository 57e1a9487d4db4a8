/* SPDX-License-Identifier: MIT */
#ifndef S3A_ASSEMBLY_H
#define S3A_ASSEMBLY_H

/*
 * The body of an object that is made of several files, read from one after the other. Only one of
 * them is open at a time, so that it makes no difference how many there are. Until it is freed, the
 * first file of the object is locked, and so nobody removes any of them: see blobs.h.
 */

#include "blobs.h"
#include "op.h"

struct s3a_piece {
    uint64_t start; /* where in the object it begins */
    uint64_t size;
    char blob[S3A_BLOB_ID_SIZE + 1];
};

/* How an assembly came to be, or did not. */
enum s3a_assembled {
    S3A_ASSEMBLED,
    S3A_ASSEMBLED_NOT,   /* the object has just been replaced */
    S3A_ASSEMBLED_BADLY, /* errno */
    S3A_ASSEMBLED_NO_MEMORY,
};

/*
 * size bytes from offset on of an object that begins with anchor. Takes over pieces, which are from
 * malloc() and cover that without a gap, also where it fails. *ret_stream is NULL then.
 */
enum s3a_assembled s3a_assembly_new(const struct s3a_directory *directory, const char *anchor,
                                    struct s3a_piece *pieces, size_t count, uint64_t offset,
                                    uint64_t size, struct s3a_stream **ret_stream);

#endif

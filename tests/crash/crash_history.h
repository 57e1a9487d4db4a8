/* SPDX-License-Identifier: MIT */
#ifndef S3A_CRASH_HISTORY_H
#define S3A_CRASH_HISTORY_H

/* What clients asked of single keys, when, and what they were told. */

#include <stdint.h>

enum crash_kind {
    CRASH_CREATE, /* PUT If-None-Match: * */
    CRASH_UPDATE, /* PUT If-Match */
    CRASH_REMOVE, /* DELETE If-Match */
    CRASH_READ,   /* GET */
};

enum crash_outcome {
    CRASH_DONE,    /* 200, 204 */
    CRASH_REFUSED, /* 412: something is there, and not what If-Match wants */
    CRASH_ABSENT,  /* 404: nothing is there */
    CRASH_UNKNOWN, /* sent, and no answer that says what came of it */
};

/* A value is the name of one body that is written once, hence of an ETag; 0 is none. */
struct crash_op {
    uint64_t invoke_ns;
    uint64_t return_ns; /* not of what is unknown */
    uint64_t value;     /* that is written, or was read */
    uint64_t expected;  /* of If-Match */
    uint32_t key;
    uint8_t kind;
    uint8_t outcome;
};

#endif

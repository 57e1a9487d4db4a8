/* SPDX-License-Identifier: MIT */
#ifndef S3A_PACE_H
#define S3A_PACE_H

/*
 * How long a client may take: the rules alone, without clock and socket. Somebody looks at a
 * connection from time to time and tells what he sees; the answer is whether it may stay.
 *
 *   WAITING   nothing of a request is there: idle_ms. From its first byte on: head_ms
 *   HEAD      the first line is there, the rest is not: head_ms, from the first byte still
 *   BODY      at least bytes_per_s of it come in, over each idle_ms
 *   ANSWER    at least bytes_per_s of it are taken, over each idle_ms
 *   OURS      it waits for us: as long as we like
 *
 * A connection whose TLS handshake is not done counts as one whose first byte has come. Phases that
 * come and go between two looks are not missed by anybody: each look that finds another request, or
 * another phase, begins anew. So what takes too long is found out by the second look after that.
 */

#include <stdbool.h>
#include <stdint.h>

struct s3a_pace_limits {
    uint64_t head_ms;
    uint64_t idle_ms;
    uint64_t bytes_per_s;
};

enum s3a_pace_phase {
    S3A_PACE_WAITING,
    S3A_PACE_HEAD,
    S3A_PACE_BODY,
    S3A_PACE_OURS,
    S3A_PACE_ANSWER,
};

/* What can be seen of a connection. */
struct s3a_pace_sight {
    enum s3a_pace_phase phase;
    uint64_t requests;  /* whose first line has come, since its beginning */
    uint64_t bytes_in;  /* that have come, since its beginning */
    uint64_t bytes_out; /* that the client has confirmed, since its beginning */
};

enum s3a_pace_verdict {
    S3A_PACE_GOOD,
    S3A_PACE_IDLE,      /* nothing came */
    S3A_PACE_LATE_HEAD, /* or the TLS handshake took too long */
    S3A_PACE_SLOW,      /* a body, or an answer, moves too slowly */
};

struct s3a_pace {
    enum s3a_pace_phase phase;
    bool has_begun; /* WAITING: a first byte is there */
    uint64_t requests;
    uint64_t since_ms; /* what the limit counts from */
    uint64_t bytes;    /* WAITING: that had come at the last look; BODY, ANSWER: at since_ms */
};

/* A connection begins. */
void s3a_pace_begin(struct s3a_pace *pace, bool has_tls, uint64_t now_ms);

enum s3a_pace_verdict s3a_pace_look(struct s3a_pace *pace, const struct s3a_pace_limits *limits,
                                    const struct s3a_pace_sight *sight, uint64_t now_ms);

/* The client was found too slow, but it is not for him to move: what he sent is not read yet, or he
 * has taken all there was. From now on it counts anew. */
void s3a_pace_excuse(struct s3a_pace *pace, const struct s3a_pace_sight *sight, uint64_t now_ms);

/* For how long it has been without a request to serve, as of the last look; 0 where it has one. */
uint64_t s3a_pace_vacant_ms(const struct s3a_pace *pace, uint64_t now_ms);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_STORE_PROBE_H
#define S3A_STORE_PROBE_H

/*
 * Finds out what a store makes of conditional writes, at a scratch object of its own:
 *
 *      CREATE ──► CREATE_AGAIN ──► REPLACE_WRONG ──► REPLACE ──► REMOVE_WRONG ──► CLEAN
 *       must       must not be      must not be       must │ ▲        must not      DELETE
 *       be done    done             done          be done  │ │        be done
 *      412: LOOK                             412: LOOK ◄───┘ │
 *                                                  └─────────┘ in the other form, bare
 *
 * One of its questions answered wrongly ends the questions about PUT; the one about DELETE is asked
 * all the same. Without a clear answer it begins again with another object, not for ever. The
 * object is removed in every case, also at an early end. What cannot be prevented is that a process
 * which is killed leaves it behind: its key and its body tell what it is.
 *
 * The key is "<directory of the key that is to be written>/.s3atomic/probe/<32 hexadecimal
 * digits>", so that whoever may write below a prefix only may probe there as well.
 *
 * Everything belongs to the loop's thread.
 */

#include "transport.h"

#define S3A_PROBE_DIRECTORY ".s3atomic/probe/"

enum s3a_conduct {
    S3A_CONDUCT_UNKNOWN,  /* no clear answer */
    S3A_CONDUCT_HONOURED, /* done where the condition holds, and only there */
    S3A_CONDUCT_IGNORED,  /* done whatever the condition says */
    S3A_CONDUCT_REFUSED,  /* not done even where the condition holds */
};

struct s3a_store_traits {
    enum s3a_conduct create;  /* PUT, If-None-Match: * */
    enum s3a_conduct replace; /* PUT, If-Match */
    enum s3a_conduct removal; /* DELETE, If-Match */
    bool wants_bare_etag;     /* If-Match without quotes: it compares them literally */
    char story[160];          /* what is wrong with PUT, for people; "" where nothing is */
};

enum s3a_probe_step {
    S3A_PROBE_CREATE,
    S3A_PROBE_CREATE_AGAIN,
    S3A_PROBE_REPLACE_WRONG,
    S3A_PROBE_REPLACE,
    S3A_PROBE_LOOK,
    S3A_PROBE_REMOVE_WRONG,
    S3A_PROBE_CLEAN,
};

struct s3a_store_probe {
    /* Set before it starts. */
    struct s3a_loop *loop;
    struct s3a_transport *transport;
    bool only_removal; /* PUT is not asked about */

    /* It is known how PUT behaves, or there was trouble; the same of all that is asked. The second
     * may follow the first at once. */
    void (*knows_put)(struct s3a_store_probe *probe);
    void (*knows_all)(struct s3a_store_probe *probe);
    void (*ended)(struct s3a_store_probe *probe); /* it may be freed */
    void *user;

    /* What was found. */
    struct s3a_store_traits traits;
    enum s3a_status trouble; /* S3A_OK, or why nothing is known about PUT */
    struct s3a_error story;  /* of the last answer that was not expected */

    /* Its own. */
    struct s3a_call call;
    struct s3a_timer timer;
    enum s3a_probe_step step;
    unsigned laters; /* the store asked to come back later, in a row */
    unsigned rounds;
    unsigned writes;
    uint64_t random;
    bool is_under_way;
    bool has_told_put;
    bool has_told_all;
    bool begins_again; /* after CLEAN */
    bool is_ending;
    char bucket[64];
    char key[S3A_KEY_SIZE_MAX + 1];
    char etag[S3A_ETAG_SIZE_MAX + 1];
    char if_match[S3A_ETAG_SIZE_MAX + 1];
    char body[160];
};

/* bucket and key are those of the write that waits for it. */
void s3a_store_probe_start(struct s3a_store_probe *probe, struct s3a_str bucket,
                           struct s3a_str key);

/* An early end: what was sent is waited for, for a while, and cleaned up. */
void s3a_store_probe_finish(struct s3a_store_probe *probe);

/* probe_key.c: a key that nobody else has, in the directory of the one that is to be written; and
 * another one in the same directory. */
void s3a_store_probe_name(struct s3a_store_probe *probe, struct s3a_str beside);
void s3a_store_probe_rename(struct s3a_store_probe *probe);

#endif

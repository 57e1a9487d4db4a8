/* SPDX-License-Identifier: MIT */
#ifndef S3A_LEDGER_H
#define S3A_LEDGER_H

/*
 * The connection that writes: transactions, the clock that they carry on, and what is known of the
 * last commit.
 *
 * A commit that fails may be known not to have happened (no space, somebody in the way). After any
 * other error it is in doubt: the log may hold it whole, invisible now, but found by whoever
 * recovers the log after a crash. So the ledger does not leave it at that: it commits once more,
 * which overwrites what was left in the log. When that works, the store is of one mind again, and
 * the ledger can tell what became of the first commit. When it does not, the ledger stays in
 * doubt, and neither writes nor vouches for what is read until a later attempt works.
 */

#include <stdatomic.h>

#include "database.h"
#include "store_clock.h"

struct s3a_ledger {
    struct s3a_database database;
    struct s3a_machine_time machine;
    _Atomic int64_t offset_ms; /* of the store's clock */
    atomic_bool in_doubt;

    /* The transaction under way. */
    struct s3a_store_time time;
    int64_t commits;
    int64_t now_ms;  /* of all that it writes */
    bool is_changed; /* set by whoever writes something */
};

enum s3a_outcome {
    S3A_APPLIED,     /* and durable */
    S3A_NOT_APPLIED, /* and never will be */
    S3A_DOUBTFUL,
};

/* Takes over an open database and reads the machine's clock. */
S3A_MUST_CHECK enum s3a_status s3a_ledger_init(struct s3a_ledger *ledger,
                                               const struct s3a_database *database,
                                               struct s3a_error *error);
void s3a_ledger_fini(struct s3a_ledger *ledger);

/*
 * Reads the clock's record, without a transaction: SQLITE_OK, or an error. *ret_is_current is
 * false where the record is of another boot, and a transaction with is_changed set must bring it
 * up to this one before s3a_ledger_now_ms() can be used.
 */
int s3a_ledger_load(struct s3a_ledger *ledger, bool *ret_is_current);

/* Begins a transaction, with the gate held. SQLITE_OK, or an error and there is none. */
int s3a_ledger_begin(struct s3a_ledger *ledger);

/* Ends it. Where it was not applied, *ret_rc says why. */
enum s3a_outcome s3a_ledger_commit(struct s3a_ledger *ledger, int *ret_rc);

void s3a_ledger_rollback(struct s3a_ledger *ledger);

/* The store's clock. Any thread. */
int64_t s3a_ledger_now_ms(const struct s3a_ledger *ledger);

#endif

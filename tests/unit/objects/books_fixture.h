/* SPDX-License-Identifier: MIT */
#ifndef S3A_BOOKS_FIXTURE_H
#define S3A_BOOKS_FIXTURE_H

/* A store without its threads: a directory with its gate and ledger, what commits to it, and a
 * connection that reads beside it. */

#include "store_fixture.h"

#include "commit.h"
#include "gate.h"
#include "schema.h"

struct books {
    char path[64];
    struct s3a_directory directory;
    struct s3a_gate gate;
    struct s3a_ledger ledger;
    struct s3a_commit commit;
    struct s3a_database reader;
};

/* In a directory that is there: path is set. */
void books_open(struct books *books);
void books_close(struct books *books);

/* In a new directory; and with its directory. */
void books_new(struct books *books);
void books_burn(struct books *books);

#endif

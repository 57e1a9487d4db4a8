/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <errno.h>
#include <string.h>

#include "clock.h"

/* A failed commit is looked into so often before it is left in doubt. */
#define SETTLE_ATTEMPTS 3

enum s3a_status s3a_ledger_init(struct s3a_ledger *ledger, const struct s3a_database *database,
                                struct s3a_error *error)
{
    memset(ledger, 0, sizeof(*ledger));
    ledger->database = *database;
    return s3a_machine_time_read(&ledger->machine, error);
}

void s3a_ledger_fini(struct s3a_ledger *ledger)
{
    s3a_database_close(&ledger->database);
}

int64_t s3a_ledger_now_ms(const struct s3a_ledger *ledger)
{
    return s3a_machine_boot_ms(&ledger->machine) +
           atomic_load_explicit(&ledger->offset_ms, memory_order_relaxed);
}

static int read_record(struct s3a_ledger *ledger)
{
    struct s3a_database *database = &ledger->database;
    int rc = s3a_database_query(database, S3A_SQL_STORE_GET, S3A_NO_PARAMS);

    if (rc != SQLITE_ROW) {
        return rc == SQLITE_DONE ? SQLITE_CORRUPT : rc;
    }
    struct s3a_str boot_id = s3a_column_bytes(database, S3A_SQL_STORE_GET, 0);
    memset(&ledger->time, 0, sizeof(ledger->time));
    if (boot_id.size == S3A_BOOT_ID_SIZE) {
        memcpy(ledger->time.boot_id, boot_id.data, boot_id.size);
    }
    ledger->time.offset_ms = s3a_column_number(database, S3A_SQL_STORE_GET, 1);
    ledger->time.high_ms = s3a_column_number(database, S3A_SQL_STORE_GET, 2);
    ledger->commits = s3a_column_number(database, S3A_SQL_STORE_GET, 3);
    s3a_database_reset(database, S3A_SQL_STORE_GET);
    return SQLITE_OK;
}

static int write_record(struct s3a_ledger *ledger)
{
    return s3a_database_run(&ledger->database, S3A_SQL_STORE_SET,
                            S3A_PARAMS(s3a_param_text(s3a_str_of(ledger->time.boot_id)),
                                       s3a_param_number(ledger->time.offset_ms),
                                       s3a_param_number(ledger->time.high_ms),
                                       s3a_param_number(ledger->commits)));
}

/* True where the record was of this boot. */
static bool carry_clock(struct s3a_ledger *ledger)
{
    ledger->machine.boot_ms = s3a_machine_boot_ms(&ledger->machine);
    ledger->machine.wall_ms = s3a_clock_wall_ms();
    bool is_carried = s3a_store_time_carry(&ledger->time, &ledger->machine);

    atomic_store_explicit(&ledger->offset_ms, ledger->time.offset_ms, memory_order_relaxed);
    ledger->now_ms = s3a_store_time_now(&ledger->time, ledger->machine.boot_ms);
    return !is_carried;
}

int s3a_ledger_load(struct s3a_ledger *ledger, bool *ret_is_current)
{
    int rc = read_record(ledger);

    *ret_is_current = rc == SQLITE_OK && carry_clock(ledger);
    return rc;
}

static int begin(struct s3a_ledger *ledger)
{
    struct s3a_database *database = &ledger->database;

    s3a_database_rollback(database);
    int rc = s3a_database_run(database, S3A_SQL_BEGIN_WRITE, S3A_NO_PARAMS);
    if (rc == SQLITE_OK) {
        rc = read_record(ledger);
    }
    if (rc != SQLITE_OK) {
        s3a_database_rollback(database);
    }
    return rc;
}

/*
 * Commits something, so that what a failed commit may have left in the log is overwritten. Each
 * attempt adds 2 to the count of commits where an ordinary one adds 1: whether the count has become
 * odd, compared with the one before, tells what became of the failed commit.
 */
static enum s3a_outcome settle(struct s3a_ledger *ledger, int64_t commits_before)
{
    for (int i = 0; i < SETTLE_ATTEMPTS; i++) {
        int rc = begin(ledger);
        bool is_applied = (ledger->commits - commits_before) % 2 != 0;
        if (rc == SQLITE_OK) {
            ledger->commits += 2;
            rc = write_record(ledger);
        }
        if (rc == SQLITE_OK) {
            rc = s3a_database_run(&ledger->database, S3A_SQL_COMMIT, S3A_NO_PARAMS);
        }
        if (rc == SQLITE_OK) {
            atomic_store(&ledger->in_doubt, false);
            return is_applied ? S3A_APPLIED : S3A_NOT_APPLIED;
        }
        s3a_database_rollback(&ledger->database);
    }
    atomic_store(&ledger->in_doubt, true);
    return S3A_DOUBTFUL;
}

int s3a_ledger_begin(struct s3a_ledger *ledger)
{
    if (atomic_load(&ledger->in_doubt) && settle(ledger, 0) == S3A_DOUBTFUL) {
        return SQLITE_IOERR;
    }
    int rc = begin(ledger);
    if (rc == SQLITE_OK) {
        ledger->is_changed = !carry_clock(ledger);
    }
    return rc;
}

void s3a_ledger_rollback(struct s3a_ledger *ledger)
{
    s3a_database_rollback(&ledger->database);
}

/* A commit. Where space is limited in some other way than by the disk, the write is cut short in
 * the same manner, but only errno tells: SQLite forgets it on this path. */
static int commit(struct s3a_ledger *ledger)
{
    errno = 0;
    int rc = s3a_database_run(&ledger->database, S3A_SQL_COMMIT, S3A_NO_PARAMS);
    bool is_lack = rc == SQLITE_IOERR_WRITE && (errno == EDQUOT || errno == EFBIG);

    return is_lack ? SQLITE_FULL : rc;
}

/* No frame that ends a commit can be in the log. */
static bool is_certainly_not_applied(int rc)
{
    return (rc & 0xff) == SQLITE_FULL || (rc & 0xff) == SQLITE_BUSY;
}

enum s3a_outcome s3a_ledger_commit(struct s3a_ledger *ledger, int *ret_rc)
{
    int64_t commits_before = ledger->commits;
    int rc = SQLITE_OK;

    if (ledger->is_changed) {
        ledger->time.high_ms = ledger->now_ms;
        ledger->commits++;
        rc = write_record(ledger);
    }
    if (rc != SQLITE_OK) {
        s3a_ledger_rollback(ledger);
        *ret_rc = rc;
        return S3A_NOT_APPLIED;
    }
    rc = commit(ledger);
    *ret_rc = rc;
    if (rc == SQLITE_OK) {
        return S3A_APPLIED;
    }
    s3a_ledger_rollback(ledger);
    if (is_certainly_not_applied(rc) || !ledger->is_changed) {
        return S3A_NOT_APPLIED;
    }
    return settle(ledger, commits_before);
}

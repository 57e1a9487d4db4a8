/* SPDX-License-Identifier: MIT */
#ifndef S3A_STORE_CLOCK_H
#define S3A_STORE_CLOCK_H

/*
 * The store's own clock. Locks are judged by the age of an object: Date - Last-Modified. So this
 * clock must not jump when somebody sets the machine's time:
 *
 *      store's time = CLOCK_BOOTTIME + offset
 *
 * The offset is chosen once for each boot of the machine, and kept in the database, so that all
 * processes agree: such that the time is the wall clock's, but not behind the highest time on
 * record. Within a boot the wall clock is never looked at again.
 *
 * A container may have been given a CLOCK_BOOTTIME of its own (time_namespaces(7)). Two that share
 * a directory would then push each other's time forward without end; so what is counted is the
 * machine's.
 */

#include <stdbool.h>
#include <stdint.h>

#include <s3atomic/status.h>

#define S3A_BOOT_ID_SIZE 36

/* What is on record. All zero: a store that has never been used. */
struct s3a_store_time {
    char boot_id[S3A_BOOT_ID_SIZE + 1]; /* the boot that offset_ms belongs to */
    int64_t offset_ms;
    int64_t high_ms; /* the highest Last-Modified ever given */
};

/* What the machine says. */
struct s3a_machine_time {
    char boot_id[S3A_BOOT_ID_SIZE + 1];
    int64_t namespace_ms; /* how far this process is told CLOCK_BOOTTIME to be ahead */
    int64_t boot_ms;      /* CLOCK_BOOTTIME, of the machine */
    int64_t wall_ms;      /* CLOCK_REALTIME */
};

/* S3A_SYSTEM where /proc does not tell which boot this is. */
S3A_MUST_CHECK enum s3a_status s3a_machine_time_read(struct s3a_machine_time *ret_machine,
                                                     struct s3a_error *error);

/* The milliseconds since it was started, now. */
int64_t s3a_machine_boot_ms(const struct s3a_machine_time *machine);

/* How far ahead a text like that of /proc/self/timens_offsets says that CLOCK_BOOTTIME is. */
int64_t s3a_timens_offset_ms(const char *text);

/* Brings the record up to this boot. True: it was changed and must be kept before any time is
 * given by it. */
bool s3a_store_time_carry(struct s3a_store_time *time, const struct s3a_machine_time *machine);

int64_t s3a_store_time_now(const struct s3a_store_time *time, int64_t boot_ms);

#endif

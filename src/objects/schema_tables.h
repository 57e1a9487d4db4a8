/* SPDX-License-Identifier: MIT */
#ifndef S3A_SCHEMA_TABLES_H
#define S3A_SCHEMA_TABLES_H

/*
 * The tables of a store, and how those of an older format become these.
 *
 * buckets.name and objects.key are compared byte by byte, which is the order of S3.
 *
 * objects: what is in an object stands in body where it has up to S3A_INLINE_SIZE_MAX bytes. A
 * larger one is the file that blob names; where parts is not NULL, it was put together from so many
 * parts, and blob is the id of the upload whose rows in parts name the files. Several objects may
 * name the same blob: copies. body comes last, so that whoever does not want it need not read it.
 * A table with an index, not one tree WITHOUT ROWID: measured on two cores with bodies of 200
 * bytes, new keys in random order come in at 36 000/s instead of 21 000/s, rewriting 4 KiB at
 * 40 000/s instead of 34 000/s, reading is the same, and a page of 1 000 keys of 1 000 000 takes
 * 0.45 ms, not 0.17 ms.
 *
 * uploads: those that were begun and neither completed nor aborted. An id begins with the time, so
 * their order is that of their beginning. present_etag and present_ms: the object that was at the
 * key then; NULL where there was none.
 *
 * parts: of uploads under way, and of objects that are made of them. In an object they are numbered
 * without gaps, and start says where in it each begins; before that it is NULL.
 *
 * garbage: files that nothing needs any more. A name is put here by the commit that takes the last
 * row that needs it away, and taken out after the file is gone. anchor: see file.h; whoever still
 * reads the object has a lock on that file.
 *
 * checksums, tags, acl, policy: texts of those who know them; '' and NULL where there are none.
 *
 * store: one row; see store_clock.h. commit_count says what was ever committed, which tells after
 * an error whether a commit has happened. (In format 1 it was called commits: so a process that has
 * opened the store in that format writes nothing more to it.)
 */

/* Raised by every change of the tables; files of a higher version are not touched. */
#define S3A_SCHEMA_VERSION 2
/* "S3At", in the file's header. */
#define S3A_APPLICATION_ID 0x53334174

#define S3A_TEXT_OF(macro) S3A_TEXT(macro)
#define S3A_TEXT(value) #value

#define S3A_TABLE_OBJECTS                                                                          \
    "(bucket INTEGER NOT NULL, key BLOB NOT NULL,"                                                 \
    " modified_ms INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, blob TEXT,"         \
    " parts INTEGER, headers TEXT NOT NULL, checksums TEXT NOT NULL DEFAULT '',"                   \
    " tags TEXT NOT NULL DEFAULT '', acl TEXT NOT NULL DEFAULT '', body BLOB,"                     \
    " PRIMARY KEY (bucket, key)) STRICT;"

#define S3A_INDEX_OBJECTS "CREATE INDEX objects_by_blob ON objects (blob) WHERE blob IS NOT NULL;"

#define S3A_TABLE_GARBAGE                                                                          \
    "CREATE TABLE garbage (file TEXT PRIMARY KEY, anchor TEXT) STRICT, WITHOUT ROWID;"

#define S3A_TABLES_UPLOADS                                                                         \
    "CREATE TABLE uploads (id TEXT PRIMARY KEY, bucket INTEGER NOT NULL, key BLOB NOT NULL,"       \
    " created_ms INTEGER NOT NULL, headers TEXT NOT NULL, checksums TEXT NOT NULL DEFAULT '',"     \
    " tags TEXT NOT NULL DEFAULT '', acl TEXT NOT NULL DEFAULT '', present_etag TEXT,"             \
    " present_ms INTEGER) STRICT, WITHOUT ROWID;"                                                  \
    "CREATE INDEX uploads_by_key ON uploads (bucket, key, id);"                                    \
    "CREATE TABLE parts (upload TEXT NOT NULL, number INTEGER NOT NULL, start INTEGER,"            \
    " size INTEGER NOT NULL, etag TEXT NOT NULL, modified_ms INTEGER NOT NULL,"                    \
    " checksums TEXT NOT NULL DEFAULT '', blob TEXT NOT NULL, PRIMARY KEY (upload, number))"       \
    " STRICT, WITHOUT ROWID;"                                                                      \
    "CREATE INDEX parts_by_blob ON parts (blob);"

#define S3A_SCHEMA_MARKS                                                                           \
    "PRAGMA application_id = " S3A_TEXT_OF(                                                        \
        S3A_APPLICATION_ID) ";"                                                                    \
                            "PRAGMA user_version = " S3A_TEXT_OF(S3A_SCHEMA_VERSION) ";"

static const char s3a_schema_new[] =
    "CREATE TABLE store (id INTEGER PRIMARY KEY CHECK (id = 1), boot_id TEXT NOT NULL,"
    " offset_ms INTEGER NOT NULL, high_ms INTEGER NOT NULL, commit_count INTEGER NOT NULL) STRICT;"
    "INSERT INTO store VALUES (1, '', 0, 0, 0);"
    "CREATE TABLE buckets (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
    " created_ms INTEGER NOT NULL, acl TEXT NOT NULL DEFAULT '', tags TEXT, policy TEXT) STRICT;"
    "CREATE TABLE objects " S3A_TABLE_OBJECTS S3A_INDEX_OBJECTS S3A_TABLES_UPLOADS S3A_TABLE_GARBAGE
        S3A_SCHEMA_MARKS;

/* The new columns of objects have to stand before the body, so all rows are written once more. */
static const char s3a_schema_from_1[] =
    "ALTER TABLE store RENAME COLUMN commits TO commit_count;"
    "ALTER TABLE buckets ADD COLUMN acl TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE buckets ADD COLUMN tags TEXT;"
    "ALTER TABLE buckets ADD COLUMN policy TEXT;"
    "CREATE TABLE objects_2 " S3A_TABLE_OBJECTS
    "INSERT INTO objects_2 (bucket, key, modified_ms, size, etag, blob, headers, body)"
    " SELECT bucket, key, modified_ms, size, etag, blob, headers, body FROM objects"
    " ORDER BY bucket, key;"
    "DROP TABLE objects;"
    "ALTER TABLE objects_2 RENAME TO objects;" S3A_INDEX_OBJECTS
    "ALTER TABLE garbage RENAME TO garbage_1;" S3A_TABLE_GARBAGE
    "INSERT INTO garbage (file) SELECT blob FROM garbage_1;"
    "DROP TABLE garbage_1;" S3A_TABLES_UPLOADS S3A_SCHEMA_MARKS;

#endif

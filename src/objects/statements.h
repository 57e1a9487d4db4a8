/* SPDX-License-Identifier: MIT */
#ifndef S3A_STATEMENTS_H
#define S3A_STATEMENTS_H

/*
 * Every statement that is run more than once, by name. The tables are in schema_tables.h.
 *
 * An object is found by the name of its bucket and its key in one go: no row means that there is
 * no such bucket, a row whose key is NULL that there is no such object.
 */

#define S3A_FIND_OBJECT                                                                            \
    " FROM buckets AS b LEFT JOIN objects AS o ON o.bucket = b.id AND o.key = ?2 WHERE b.name = "  \
    "?1"

/* clang-format off */
/* X(name, SQL) */
#define S3A_SQL_MAP(X)                                                                             \
    X(BEGIN_READ, "BEGIN")                                                                         \
    X(BEGIN_WRITE, "BEGIN IMMEDIATE")                                                              \
    X(COMMIT, "COMMIT")                                                                            \
    X(ROLLBACK, "ROLLBACK")                                                                        \
                                                                                                   \
    X(STORE_GET, "SELECT boot_id, offset_ms, high_ms, commit_count FROM store")                    \
    X(STORE_SET, "UPDATE store SET boot_id = ?1, offset_ms = ?2, high_ms = ?3, commit_count = ?4") \
                                                                                                   \
    X(BUCKET_FIND, "SELECT id FROM buckets WHERE name = ?1")                                       \
    X(BUCKET_COUNT, "SELECT count(*) FROM buckets")                                                \
    X(BUCKET_ADD, "INSERT INTO buckets (name, created_ms) VALUES (?1, ?2)")                        \
    X(BUCKET_REMOVE, "DELETE FROM buckets WHERE id = ?1")                                          \
    X(BUCKET_IN_USE, "SELECT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1)")                    \
    X(BUCKET_LIST, "SELECT name, created_ms FROM buckets WHERE name >= ?1 ORDER BY name")          \
                                                                                                   \
    X(OBJECT_STATE, "SELECT b.id, o.key, o.etag, o.modified_ms, o.blob" S3A_FIND_OBJECT)           \
    X(OBJECT_HEAD,                                                                                 \
      "SELECT b.id, o.key, o.etag, o.modified_ms, o.blob, o.size, o.headers, o.checksums"          \
      S3A_FIND_OBJECT)                                                                             \
    X(OBJECT_GET,                                                                                  \
      "SELECT b.id, o.key, o.etag, o.modified_ms, o.blob, o.size, o.headers, o.checksums,"         \
      " o.body"                                                                                    \
      S3A_FIND_OBJECT)                                                                             \
    X(OBJECT_PUT,                                                                                  \
      "INSERT INTO objects (bucket, key, modified_ms, size, etag, blob, headers, body,"            \
      " checksums, tags, acl) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"               \
      " ON CONFLICT (bucket, key) DO UPDATE SET"                                                   \
      " modified_ms = ?3, size = ?4, etag = ?5, blob = ?6, parts = NULL, headers = ?7,"            \
      " checksums = ?9, tags = ?10, acl = ?11, body = ?8")                                         \
    X(OBJECT_REMOVE, "DELETE FROM objects WHERE bucket = ?1 AND key = ?2")                         \
    X(OBJECT_LIST,                                                                                 \
      "SELECT key, modified_ms, size, etag FROM objects"                                           \
      " WHERE bucket = ?1 AND key >= ?2 AND key < ?3 ORDER BY key")                                \
                                                                                                   \
    X(BLOB_IN_USE,                                                                                 \
      "SELECT EXISTS (SELECT 1 FROM objects WHERE blob = ?1)"                                      \
      " OR EXISTS (SELECT 1 FROM parts WHERE blob = ?1)")                                          \
    X(GARBAGE_ADD, "INSERT OR IGNORE INTO garbage (file) VALUES (?1)")                             \
    X(GARBAGE_REMOVE, "DELETE FROM garbage WHERE file = ?1")                                       \
    X(GARBAGE_LIST, "SELECT file FROM garbage")                                                    \
    X(GARBAGE_COUNT, "SELECT count(*) FROM garbage")                                               \
    X(IS_GARBAGE, "SELECT EXISTS (SELECT 1 FROM garbage WHERE file = ?1)")
/* clang-format on */

enum s3a_sql {
#define S3A_SQL_ENUM(name, sql) S3A_SQL_##name,
    S3A_SQL_MAP(S3A_SQL_ENUM)
#undef S3A_SQL_ENUM
    S3A_SQL_COUNT
};

/* The columns of OBJECT_STATE, OBJECT_HEAD and OBJECT_GET, in this order. */
enum s3a_object_column {
    S3A_COLUMN_BUCKET,
    S3A_COLUMN_KEY,
    S3A_COLUMN_ETAG,
    S3A_COLUMN_MODIFIED,
    S3A_COLUMN_BLOB,
    S3A_COLUMN_SIZE,
    S3A_COLUMN_HEADERS,
    S3A_COLUMN_CHECKSUMS,
    S3A_COLUMN_BODY,
};

#endif

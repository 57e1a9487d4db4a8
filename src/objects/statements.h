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

/* Whatever the object was before. */
#define S3A_REPLACE_OBJECT                                                                         \
    "ON CONFLICT (bucket, key) DO UPDATE SET modified_ms = excluded.modified_ms,"                  \
    " size = excluded.size, etag = excluded.etag, blob = excluded.blob, parts = excluded.parts,"   \
    " headers = excluded.headers, checksums = excluded.checksums, tags = excluded.tags,"           \
    " acl = excluded.acl, body = excluded.body"

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
    X(BUCKET_FIND, "SELECT id, acl FROM buckets WHERE name = ?1")                                  \
    X(BUCKET_COUNT, "SELECT count(*) FROM buckets")                                                \
    X(BUCKET_ADD, "INSERT INTO buckets (name, created_ms, acl) VALUES (?1, ?2, ?3)")               \
    X(BUCKET_SET_ACL, "UPDATE buckets SET acl = ?2 WHERE id = ?1")                                 \
    X(BUCKET_SET_TAGS, "UPDATE buckets SET tags = ?2 WHERE id = ?1")                               \
    X(BUCKET_REMOVE, "DELETE FROM buckets WHERE id = ?1")                                          \
    X(BUCKET_IN_USE, "SELECT EXISTS (SELECT 1 FROM objects WHERE bucket = ?1)")                    \
    X(BUCKET_LIST, "SELECT name, created_ms FROM buckets WHERE name >= ?1 ORDER BY name")          \
                                                                                                   \
    X(OBJECT_STATE, "SELECT b.id, o.key, o.etag, o.modified_ms, o.blob, o.parts" S3A_FIND_OBJECT)  \
    X(OBJECT_HEAD,                                                                                 \
      "SELECT b.id, o.key, o.etag, o.modified_ms, o.blob, o.parts, o.size, o.headers,"             \
      " o.checksums, o.tags, o.acl, b.acl" S3A_FIND_OBJECT)                                        \
    X(OBJECT_GET,                                                                                  \
      "SELECT b.id, o.key, o.etag, o.modified_ms, o.blob, o.parts, o.size, o.headers,"             \
      " o.checksums, o.tags, o.acl, b.acl, o.body"                                                 \
      S3A_FIND_OBJECT)                                                                             \
    X(OBJECT_PUT,                                                                                  \
      "INSERT INTO objects (bucket, key, modified_ms, size, etag, blob, headers, body,"            \
      " checksums, tags, acl) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"               \
      " ON CONFLICT (bucket, key) DO UPDATE SET"                                                   \
      " modified_ms = ?3, size = ?4, etag = ?5, blob = ?6, parts = NULL, headers = ?7,"            \
      " checksums = ?9, tags = ?10, acl = ?11, body = ?8")                                         \
    X(OBJECT_CHECKSUMS, "SELECT checksums FROM objects WHERE bucket = ?1 AND key = ?2")            \
    X(OBJECT_SET_ACL, "UPDATE objects SET acl = ?3 WHERE bucket = ?1 AND key = ?2")                \
    X(OBJECT_SET_TAGS, "UPDATE objects SET tags = ?3 WHERE bucket = ?1 AND key = ?2")              \
    X(ATTRIBUTES_GET,                                                                              \
      "SELECT b.id, b.acl, b.tags, o.key, o.acl, o.tags" S3A_FIND_OBJECT)                          \
    X(OBJECT_REMOVE, "DELETE FROM objects WHERE bucket = ?1 AND key = ?2")                         \
    X(OBJECT_LIST,                                                                                 \
      "SELECT key, modified_ms, size, etag FROM objects"                                           \
      " WHERE bucket = ?1 AND key >= ?2 AND key < ?3 ORDER BY key")                                \
                                                                                                   \
    X(BLOB_IN_USE,                                                                                 \
      "SELECT EXISTS (SELECT 1 FROM objects WHERE blob = ?1)"                                      \
      " OR EXISTS (SELECT 1 FROM parts WHERE blob = ?1)")                                          \
    X(BLOB_SHARED, "SELECT EXISTS (SELECT 1 FROM objects WHERE blob = ?1)")                        \
    X(GARBAGE_ADD, "INSERT OR IGNORE INTO garbage (file, anchor) VALUES (?1, ?2)")                 \
    X(GARBAGE_REMOVE, "DELETE FROM garbage WHERE file = ?1")                                       \
    X(GARBAGE_LIST, "SELECT file, anchor FROM garbage")                                            \
    X(GARBAGE_COUNT, "SELECT count(*) FROM garbage")                                               \
    X(IS_GARBAGE, "SELECT EXISTS (SELECT 1 FROM garbage WHERE file = ?1)")                         \
                                                                                                   \
    X(OBJECT_COPY,                                                                                 \
      "INSERT INTO objects (bucket, key, modified_ms, size, etag, blob, parts, headers,"           \
      " checksums, tags, acl, body) SELECT ?1, ?2, ?3, size, etag, blob, parts,"                   \
      " ifnull(?6, headers), checksums, ifnull(?7, tags), ?8, body FROM objects"                   \
      " WHERE bucket = ?4 AND key = ?5 " S3A_REPLACE_OBJECT)                                       \
                                                                                                   \
    X(UPLOAD_ADD,                                                                                  \
      "INSERT INTO uploads (id, bucket, key, created_ms, headers, present_etag, present_ms,"       \
      " tags, acl, checksums) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                   \
    X(UPLOAD_FIND,                                                                                 \
      "SELECT u.bucket, u.present_etag, u.present_ms, u.checksums FROM uploads AS u"               \
      " JOIN buckets AS b ON b.id = u.bucket WHERE u.id = ?1 AND b.name = ?2 AND u.key = ?3")      \
    X(UPLOAD_PUT,                                                                                  \
      "INSERT INTO objects (bucket, key, modified_ms, size, etag, blob, parts, headers,"           \
      " checksums, tags, acl, body) SELECT bucket, key, ?2, ?3, ?4, id, ?5, headers, ?6, tags,"    \
      " acl, NULL FROM uploads WHERE id = ?1 " S3A_REPLACE_OBJECT)                                 \
    X(UPLOAD_REMOVE, "DELETE FROM uploads WHERE id = ?1")                                          \
    X(UPLOAD_ANY, "SELECT id FROM uploads WHERE bucket = ?1 LIMIT 1")                              \
    X(UPLOAD_LIST,                                                                                 \
      "SELECT key, id, created_ms, checksums FROM uploads WHERE bucket = ?1 AND key < ?4"          \
      " AND (key, id) > (?2, ?3) ORDER BY key, id")                                                \
                                                                                                   \
    X(PART_FIND, "SELECT blob FROM parts WHERE upload = ?1 AND number = ?2")                       \
    X(PART_SPAN,                                                                                   \
      "SELECT start, size, checksums FROM parts WHERE upload = ?1 AND number = ?2")                \
    X(PART_PUT,                                                                                    \
      "INSERT OR REPLACE INTO parts (upload, number, size, etag, modified_ms, blob, checksums)"    \
      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                                      \
    X(PART_PLACE,                                                                                  \
      "UPDATE parts SET number = ?3, start = ?4 WHERE upload = ?1 AND number = ?2")                \
    X(PART_REMOVE, "DELETE FROM parts WHERE upload = ?1 AND number = ?2")                          \
    X(PARTS_REMOVE, "DELETE FROM parts WHERE upload = ?1")                                         \
    X(PARTS_OF,                                                                                    \
      "SELECT number, size, etag, modified_ms, blob, checksums FROM parts"                         \
      " WHERE upload = ?1 AND number > ?2 ORDER BY number")                                        \
    X(PARTS_WITHIN,                                                                                \
      "SELECT start, size, blob FROM parts WHERE upload = ?1 AND start + size > ?2"                \
      " AND start < ?3 ORDER BY number")
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
    S3A_COLUMN_PARTS,
    S3A_COLUMN_SIZE,
    S3A_COLUMN_HEADERS,
    S3A_COLUMN_CHECKSUMS,
    S3A_COLUMN_TAGS,
    S3A_COLUMN_ACL,
    S3A_COLUMN_BUCKET_ACL,
    S3A_COLUMN_BODY,
};

/* Those of PARTS_OF. */
enum s3a_part_column {
    S3A_PART_NUMBER,
    S3A_PART_SIZE,
    S3A_PART_ETAG,
    S3A_PART_MODIFIED,
    S3A_PART_BLOB,
    S3A_PART_CHECKSUMS,
};

#endif

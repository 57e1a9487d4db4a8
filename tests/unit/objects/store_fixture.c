/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OPEN_DIRECTORIES_MAX 16

void directory_make(char ret_path[64])
{
    strcpy(ret_path, "/tmp/s3a-test-XXXXXX");
    assert_non_null(mkdtemp(ret_path));
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

void directory_remove(const char *path)
{
    assert_int_equal(nftw(path, remove_one, OPEN_DIRECTORIES_MAX, FTW_DEPTH | FTW_PHYS), 0);
}

int directory_count(const char *path, const char *name)
{
    char full[512];
    int count = 0;
    struct dirent *entry;

    snprintf(full, sizeof(full), "%s/%s", path, name);
    DIR *directory = opendir(full);
    while (directory && (entry = readdir(directory))) {
        if (entry->d_name[0] != '.') {
            snprintf(full, sizeof(full), "%s/%s", name, entry->d_name);
            count += 1 + (entry->d_type == DT_DIR ? directory_count(path, full) : 0);
        }
    }
    if (directory) {
        closedir(directory);
    }
    return count;
}

int blob_count(const char *path)
{
    char shelf[16];
    int count = 0;

    for (int i = 0; i < 256; i++) {
        snprintf(shelf, sizeof(shelf), "blobs/%02x", i);
        count += directory_count(path, shelf);
    }
    return count;
}

void store_reopen(struct store *store)
{
    struct s3a_objects_options options = {.directory = store->path, .create_buckets = true};
    struct s3a_error error;

    s3a_objects_close(store->objects);
    store->objects = NULL;
    assert_int_equal(s3a_objects_open(&options, &store->objects, &error), S3A_OK);
}

void store_open(struct store *store)
{
    store->objects = NULL;
    directory_make(store->path);
    store_reopen(store);
}

void store_close(struct store *store)
{
    s3a_objects_close(store->objects);
    store->objects = NULL;
    directory_remove(store->path);
}

struct s3a_op op_of(enum s3a_op_kind kind, const char *key)
{
    return (struct s3a_op){.kind = kind, .bucket = S3A_STR(BUCKET), .key = s3a_str_of(key)};
}

static void fill_spool(struct store *store, struct s3a_str body, struct s3a_spool *ret_spool)
{
    assert_int_equal(s3a_spool_init(ret_spool, store->objects), S3A_OK);
    assert_int_equal(s3a_spool_append(ret_spool, body), S3A_OK);
    s3a_spool_end(ret_spool);
}

enum s3a_status store_call(struct store *store, const struct s3a_op *op, struct s3a_str body,
                           struct s3a_answer *ret_answer)
{
    struct s3a_spool spool = {0};

    s3a_answer_init(ret_answer, SIZE_MAX - 1);
    if (s3a_op_body(op->kind) == S3A_BODY_OBJECT) {
        fill_spool(store, body, &spool);
        (void)s3a_objects_write(store->objects, op, &spool, ret_answer);
        s3a_spool_fini(&spool);
    } else if (s3a_op_is_write(op->kind)) {
        (void)s3a_objects_write(store->objects, op, NULL, ret_answer);
    } else {
        s3a_objects_read(store->objects, op, ret_answer);
    }
    return ret_answer->status;
}

enum s3a_status store_do(struct store *store, const struct s3a_op *op, struct s3a_str body)
{
    struct s3a_answer answer;
    enum s3a_status status = store_call(store, op, body, &answer);

    s3a_answer_fini(&answer);
    return status;
}

enum s3a_status store_put(struct store *store, const char *key, const char *body)
{
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, key);
    return store_do(store, &op, s3a_str_of(body));
}

enum s3a_status store_delete(struct store *store, const char *key)
{
    struct s3a_op op = op_of(S3A_OP_DELETE_OBJECT, key);
    return store_do(store, &op, s3a_str_of(NULL));
}

struct s3a_str body_make(const char *text, size_t size)
{
    char *bytes = malloc(size);
    size_t text_size = strlen(text);

    assert_non_null(bytes);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = i < text_size ? text[i] : (char)('a' + (i * 7 + (unsigned char)text[0]) % 26);
    }
    return s3a_str_make(bytes, size);
}

bool body_is(struct s3a_str body, const char *text)
{
    struct s3a_str expected = body_make(text, body.size);
    bool is_equal = body.size >= strlen(text) && s3a_str_equal(body, expected);

    free((void *)(uintptr_t)expected.data);
    return is_equal;
}

enum s3a_status store_put_large(struct store *store, const char *key, const char *text, size_t size)
{
    struct s3a_op op = op_of(S3A_OP_PUT_OBJECT, key);
    struct s3a_str body = body_make(text, size);
    enum s3a_status status = store_do(store, &op, body);

    free((void *)(uintptr_t)body.data);
    return status;
}

enum s3a_status store_read(struct store *store, const char *key, struct s3a_buf *ret_body)
{
    struct s3a_op op = op_of(S3A_OP_GET_OBJECT, key);
    struct s3a_answer answer;
    enum s3a_status status = store_call(store, &op, s3a_str_of(NULL), &answer);

    s3a_buf_append(ret_body, s3a_buf_str(&answer.body));
    if (answer.file.fd >= 0) {
        char *end = s3a_buf_reserve(ret_body, answer.file.size);
        assert_non_null(end);
        assert_int_equal(pread(answer.file.fd, end, answer.file.size, (off_t)answer.file.offset),
                         answer.file.size);
        s3a_buf_added(ret_body, answer.file.size);
    }
    s3a_answer_fini(&answer);
    return status;
}

void assert_store_has(struct store *store, const char *key, const char *text)
{
    struct s3a_buf body;

    s3a_buf_init(&body, SIZE_MAX - 1);
    assert_int_equal(store_read(store, key, &body), S3A_OK);
    assert_string_equal(s3a_buf_text(&body), text);
    s3a_buf_fini(&body);
}

/* SPDX-License-Identifier: MIT */
#include "users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"

#define KEY_SIZE_MAX 128
#define BUCKET_SIZE_MAX 63

/* Where in the text we are. */
struct reading {
    const char *name;
    char *at;         /* the rest of the line, which ends with a NUL */
    const char *line; /* where the line begins */
    size_t line_number;
    struct s3a_users *users;
    size_t bucket_count;
    struct s3a_error *error;
};

static enum s3a_status complain(const struct reading *reading, const char *where,
                                const char *message)
{
    return s3a_fault(reading->error, S3A_INVALID, "%s:%zu:%zu: %s", reading->name,
                     reading->line_number, (size_t)(where - reading->line) + 1, message);
}

/* The next word of the line, ended by a NUL; NULL: there is none. */
static char *next_word(struct reading *reading)
{
    char *word = reading->at + strspn(reading->at, " \t");
    size_t size = strcspn(word, " \t");

    reading->at = word + size;
    if (*reading->at != '\0') {
        *reading->at++ = '\0';
    }
    return size > 0 ? word : NULL;
}

static enum s3a_status check_bytes(const struct reading *reading, const char *end)
{
    for (const char *byte = reading->line; byte < end; byte++) {
        if ((*byte < ' ' && *byte != '\t') || *byte > '~') {
            return complain(reading, byte,
                            *byte == '\r' ? "lines end with a line feed alone, not with CR LF"
                                          : "a character that is no printable one of ASCII");
        }
    }
    return S3A_OK;
}

static enum s3a_status take_access_key(struct reading *reading, struct s3a_server_key *key)
{
    key->access_key = next_word(reading);
    if (strpbrk(key->access_key, "/,")) {
        return complain(reading, strpbrk(key->access_key, "/,"),
                        "an access key has neither '/' nor ','");
    }
    if (strlen(key->access_key) > KEY_SIZE_MAX) {
        return complain(reading, key->access_key, "an access key has at most 128 characters");
    }
    for (size_t i = 0; i < reading->users->count; i++) {
        if (strcmp(reading->users->keys[i].access_key, key->access_key) == 0) {
            return complain(reading, key->access_key, "this access key stands further up already");
        }
    }
    return S3A_OK;
}

static enum s3a_status take_secret_and_rights(struct reading *reading, struct s3a_server_key *key)
{
    const char *rights;

    key->secret_key = next_word(reading);
    if (!key->secret_key) {
        return complain(reading, reading->at, "here the secret key is missing");
    }
    if (strlen(key->secret_key) > KEY_SIZE_MAX) {
        return complain(reading, key->secret_key, "a secret key has at most 128 characters");
    }
    rights = next_word(reading);
    if (!rights) {
        return complain(reading, reading->at, "here read-only or read-write is missing");
    }
    key->read_only = strcmp(rights, "read-only") == 0;
    if (!key->read_only && strcmp(rights, "read-write") != 0) {
        return complain(reading, rights, "read-only or read-write has to stand here");
    }
    return S3A_OK;
}

static bool is_bucket(const char *word)
{
    size_t size = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-.");

    return size <= BUCKET_SIZE_MAX &&
           (strcmp(word + size, "*") == 0 || (word[size] == '\0' && size >= 3));
}

static enum s3a_status take_buckets(struct reading *reading, struct s3a_server_key *key)
{
    const char **first = reading->users->buckets + reading->bucket_count;
    const char *word;

    while ((word = next_word(reading))) {
        if (!is_bucket(word)) {
            return complain(reading, word,
                            "neither the name of a bucket nor the beginning of one with a * "
                            "behind it");
        }
        reading->users->buckets[reading->bucket_count++] = word;
        key->bucket_count++;
    }
    key->buckets = key->bucket_count > 0 ? first : NULL;
    return S3A_OK;
}

/* The line ends before *end, where a NUL stands. */
static enum s3a_status take_line(struct reading *reading, const char *end)
{
    const char *first = reading->at + strspn(reading->at, " \t");
    struct s3a_server_key *key = &reading->users->keys[reading->users->count];
    enum s3a_status status = check_bytes(reading, end);

    if (status != S3A_OK || *first == '\0' || *first == '#') {
        return status;
    }
    if (reading->users->count == S3A_USERS_MAX) {
        return complain(reading, first, "there may be 1024 of them at the most");
    }
    *key = (struct s3a_server_key){0};
    status = take_access_key(reading, key);
    if (status == S3A_OK) {
        status = take_secret_and_rights(reading, key);
    }
    if (status == S3A_OK) {
        status = take_buckets(reading, key);
    }
    reading->users->count += status == S3A_OK ? 1 : 0;
    return status;
}

/* Room for all that there can be: a bucket takes two bytes of text at least. */
static bool make_room(struct s3a_users *users)
{
    users->keys = calloc(S3A_USERS_MAX + 1, sizeof(users->keys[0]));
    users->buckets = calloc(users->text.size / 2 + 1, sizeof(users->buckets[0]));
    return users->keys && users->buckets;
}

/* users->text is there, with a NUL behind it. */
static enum s3a_status take_text(const char *name, struct s3a_users *users, struct s3a_error *error)
{
    struct reading reading = {.name = name, .users = users, .error = error};
    char *rest = users->text.data;
    char *text_end = rest + users->text.size;
    enum s3a_status status = S3A_OK;

    if (!make_room(users)) {
        return s3a_fault(error, S3A_NO_MEMORY, "%s: there is no memory", name);
    }
    while (status == S3A_OK && rest < text_end) {
        char *end = memchr(rest, '\n', (size_t)(text_end - rest));
        end = end ? end : text_end;
        *end = '\0';
        reading.at = rest;
        reading.line = rest;
        reading.line_number++;
        status = take_line(&reading, end);
        rest = end + 1;
    }
    if (status == S3A_OK && users->count == 0) {
        return s3a_fault(error, S3A_INVALID, "%s: nobody is in it", name);
    }
    return status;
}

static enum s3a_status add_bytes(struct s3a_heap *heap, const char *bytes, size_t size)
{
    heap->data = malloc(size + 1);
    if (!heap->data) {
        return S3A_NO_MEMORY;
    }
    memcpy(heap->data, bytes, size);
    heap->data[size] = '\0';
    heap->size = size;
    heap->capacity = size + 1;
    return S3A_OK;
}

enum s3a_status s3a_users_parse(const char *name, const char *text, size_t size,
                                struct s3a_users *ret_users, struct s3a_error *error)
{
    enum s3a_status status;

    *ret_users = (struct s3a_users){0};
    if (size > S3A_USERS_SIZE_MAX) {
        return s3a_fault(error, S3A_INVALID, "%s: more than 1 MiB", name);
    }
    if (add_bytes(&ret_users->text, text, size) != S3A_OK) {
        return s3a_fault(error, S3A_NO_MEMORY, "%s: there is no memory", name);
    }
    status = take_text(name, ret_users, error);
    if (status != S3A_OK) {
        s3a_users_clear(ret_users);
    }
    return status;
}

static enum s3a_status check_mode(const char *path, int fd, struct s3a_error *error)
{
    struct stat found;

    if (fstat(fd, &found) != 0) {
        return s3a_fault_errno(error, "%s cannot be read", path);
    }
    if (found.st_mode & (S_IRWXO | S_IWGRP)) {
        return s3a_fault(error, S3A_INVALID,
                         "%s holds secrets, and its mode %03o lets others %s it: chmod 600 %s",
                         path, (unsigned)found.st_mode & 0777,
                         found.st_mode & S_IROTH ? "read" : "change or use", path);
    }
    return S3A_OK;
}

static enum s3a_status read_all(const char *path, int fd, struct s3a_heap *heap,
                                struct s3a_error *error)
{
    enum s3a_status status;
    size_t size;

    do {
        status = s3a_heap_read(heap, fd, S3A_USERS_SIZE_MAX, &size);
    } while (status == S3A_OK && size > 0);
    if (status == S3A_SYSTEM) {
        return s3a_fault_errno(error, "%s cannot be read", path);
    }
    return status == S3A_OK
               ? S3A_OK
               : s3a_fault(error, status == S3A_TOO_LARGE ? S3A_INVALID : status, "%s: %s", path,
                           status == S3A_TOO_LARGE ? "more than 1 MiB" : "there is no memory");
}

enum s3a_status s3a_users_read(const char *path, struct s3a_users *ret_users,
                               struct s3a_error *error)
{
    struct s3a_heap bytes = {0};
    enum s3a_status status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    *ret_users = (struct s3a_users){0};
    if (fd < 0) {
        return s3a_fault_errno(error, "%s cannot be read", path);
    }
    status = check_mode(path, fd, error);
    if (status == S3A_OK) {
        status = read_all(path, fd, &bytes, error);
    }
    if (status == S3A_OK) {
        status = s3a_users_parse(path, bytes.data ? bytes.data : "", bytes.size, ret_users, error);
    }
    if (bytes.data) {
        explicit_bzero(bytes.data, bytes.size);
    }
    s3a_heap_clear(&bytes);
    close(fd);
    return status;
}

void s3a_users_clear(struct s3a_users *users)
{
    if (users->text.data) {
        explicit_bzero(users->text.data, users->text.capacity);
    }
    s3a_heap_clear(&users->text);
    free(users->keys);
    free(users->buckets);
    *users = (struct s3a_users){0};
}

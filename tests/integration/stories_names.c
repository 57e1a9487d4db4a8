/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include "stories.h"

#include <stdio.h>

static const char *const odd_keys[] = {
    "odd/a b",
    "odd/a+b",
    "odd/a%2Fb",
    "odd/100%",
    "odd/\xc3\xbc\xc3\xb1",
    "odd/日本語",
    "odd/a?b=c&d",
    "odd/a#b",
    "odd//",
    "odd//a",
    "odd/a//b",
    "/odd",
    "//odd",
    "odd/trailing/",
    "odd/..",
    "odd/../b",
    "odd/./c",
    "odd/a\\b",
    "odd/<a>&amp;",
    "odd/\"q\"'",
    "odd/a\tb",
    "odd/a\x01z",
    "odd/=;,:@!$()*~",
    "odd/[x]{y}|^`",
    "odd/%",
    "odd/%zz",
    "odd/a.lock",
    "..",
    ".",
    "odd/\xf0\x9f\x94\x92",
};
#define ODD_KEYS (sizeof(odd_keys) / sizeof(odd_keys[0]))

struct search {
    const char *key;
    unsigned found;
};

static enum s3a_status look_for(const struct s3a_listing *listing, void *user)
{
    struct search *search = user;

    search->found += strcmp(listing->key, search->key) == 0;
    return S3A_OK;
}

static bool has_control_characters(const char *key)
{
    for (const char *at = key; *at; at++) {
        if ((unsigned char)*at < 0x20 && *at != '\t') {
            return true;
        }
    }
    return false;
}

static void assert_listed(const char *key)
{
    struct search search = {.key = key};
    struct s3a_list_options options = {.prefix = key};
    bool is_raw = has_control_characters(key) && store_differs("raw-prefix");

    if (is_raw) {
        assert_int_equal(
            s3a_store_list(arena.store, arena.bucket, &options, look_for, &search, NULL),
            S3A_PROTOCOL);
        options.prefix = NULL;
    }
    assert_int_equal(s3a_store_list(arena.store, arena.bucket, &options, look_for, &search, NULL),
                     S3A_OK);
    assert_int_equal(search.found, 1);
}

void any_key_is_a_name_of_its_own(void **state)
{
    char etags[ODD_KEYS][129] = {""};
    char longest[1025];

    (void)state;
    for (size_t i = 0; i < ODD_KEYS; i++) {
        assert_int_equal(put_text(odd_keys[i], odd_keys[i], etags[i]), S3A_OK);
    }
    for (size_t i = 0; i < ODD_KEYS; i++) {
        assert_has_text(odd_keys[i], odd_keys[i]);
        assert_listed(odd_keys[i]);
    }
    for (size_t i = 0; i < ODD_KEYS; i++) {
        assert_int_equal(
            s3a_store_delete(arena.store, arena.bucket, odd_keys[i], removable(etags[i]), NULL),
            S3A_OK);
        assert_absent(odd_keys[i]);
    }
    memset(longest, 'k', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(put_text(longest, "long", NULL), S3A_OK);
    assert_has_text(longest, "long");
}

void names_that_cannot_be_are_refused(void **state)
{
    static const char *const buckets[] = {"", "ab", "Upper", "under_score", "-a-", "192.168.0.1"};
    char too_long[1026];

    (void)state;
    for (size_t i = 0; i < sizeof(buckets) / sizeof(buckets[0]); i++) {
        assert_int_equal(s3a_bucket_create(arena.client, buckets[i], NULL), S3A_INVALID);
    }
    memset(too_long, 'k', sizeof(too_long) - 1);
    too_long[sizeof(too_long) - 1] = '\0';
    assert_int_equal(put_text(too_long, "x", NULL), S3A_INVALID);
    assert_int_equal(put_text("\xff\xfe", "x", NULL), S3A_INVALID);
    assert_int_equal(put_text("", "x", NULL), S3A_INVALID);
}

static enum s3a_status look_for_bucket(const char *bucket, int64_t created_ms, void *user)
{
    struct search *search = user;

    assert_true(created_ms > INT64_C(1600000000000));
    search->found += strcmp(bucket, search->key) == 0;
    return S3A_OK;
}

static unsigned count_buckets(const char *bucket)
{
    struct search search = {.key = bucket};

    assert_int_equal(s3a_bucket_list(arena.client, look_for_bucket, &search, NULL), S3A_OK);
    return search.found;
}

static enum s3a_status stop_at_once(const char *bucket, int64_t created_ms, void *user)
{
    unsigned *calls = user;

    (void)bucket;
    (void)created_ms;
    ++*calls;
    return S3A_FAILED;
}

void a_bucket_has_a_life(void **state)
{
    char bucket[64];
    struct s3a_bytes bytes = {"x", 1};
    struct s3a_object object = {.bucket = bucket, .key = "k", .value = &bytes};
    struct s3a_error error;
    unsigned calls = 0;

    (void)state;
    snprintf(bucket, sizeof(bucket), "%.40s-life", arena.bucket);
    assert_int_equal(count_buckets(bucket), 0);
    assert_int_equal(s3a_bucket_create(arena.client, bucket, NULL), S3A_OK);
    if (store_differs("buckets-twice")) {
        assert_int_equal(s3a_bucket_create(arena.client, bucket, &error), S3A_OK);
    } else {
        assert_int_equal(s3a_bucket_create(arena.client, bucket, &error), S3A_BUCKET_EXISTS);
        assert_string_not_equal(error.message, "");
    }
    assert_int_equal(count_buckets(bucket), 1);
    assert_int_equal(s3a_store_put(arena.store, &object, NULL), S3A_OK);
    assert_int_equal(s3a_bucket_delete(arena.client, bucket, NULL), S3A_NOT_EMPTY);
    assert_int_equal(s3a_store_delete(arena.store, bucket, "k", NULL, NULL), S3A_OK);
    assert_int_equal(s3a_bucket_delete(arena.client, bucket, NULL), S3A_OK);
    assert_int_equal(s3a_bucket_delete(arena.client, bucket, NULL), S3A_NO_BUCKET);
    assert_int_equal(count_buckets(bucket), 0);
    assert_int_equal(s3a_bucket_list(arena.client, stop_at_once, &calls, &error), S3A_FAILED);
    assert_int_equal(error.status, S3A_FAILED);
    assert_int_equal(calls, 1);
    assert_int_equal(s3a_bucket_list(arena.client, NULL, NULL, NULL), S3A_INVALID);
    assert_int_equal(s3a_bucket_create(NULL, bucket, NULL), S3A_INVALID);
    assert_int_equal(s3a_bucket_delete(arena.client, NULL, NULL), S3A_INVALID);
}

void a_bucket_that_is_not_there_is_told(void **state)
{
    static const char bucket[] = "s3atomic-not-there";
    struct s3a_bytes bytes = {"x", 1};
    struct s3a_object object = {.bucket = bucket, .key = "k", .value = &bytes};
    struct s3a_object read;

    (void)state;
    enum s3a_status status = s3a_store_get(arena.store, bucket, "k", &read, NULL);
    s3a_object_clear(&read);
    assert_int_equal(status, arena.makes_buckets ? S3A_NOT_FOUND : S3A_NO_BUCKET);
    status = s3a_store_put(arena.store, &object, NULL);
    assert_int_equal(status, arena.makes_buckets ? S3A_OK : S3A_NO_BUCKET);
    if (status == S3A_OK) {
        assert_int_equal(s3a_store_delete(arena.store, bucket, "k", NULL, NULL), S3A_OK);
        assert_int_equal(s3a_bucket_delete(arena.client, bucket, NULL), S3A_OK);
    }
    assert_int_equal(s3a_bucket_delete(arena.client, bucket, NULL), S3A_NO_BUCKET);
}

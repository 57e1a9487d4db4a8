/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include "stories.h"

#include <stdio.h>

#define COUNT 2500
#define SIDE_BY_SIDE 100

/* "list/00000", "list/00001", ...: made once, by the first story that needs them. */
static void fill(void)
{
    static bool is_filled;
    static struct s3a_object objects[SIDE_BY_SIDE];
    static char keys[SIDE_BY_SIDE][32];
    struct s3a_future *futures[SIDE_BY_SIDE];
    struct s3a_bytes bytes = {"x", 1};

    for (size_t i = 0; i < COUNT && !is_filled; i += SIDE_BY_SIDE) {
        for (size_t j = 0; j < SIDE_BY_SIDE; j++) {
            snprintf(keys[j], sizeof(keys[j]), "list/%05zu", i + j);
            objects[j] =
                (struct s3a_object){.bucket = arena.bucket, .key = keys[j], .value = &bytes};
            futures[j] = s3a_store_put_async(arena.store, &objects[j]);
        }
        for (size_t j = 0; j < SIDE_BY_SIDE; j++) {
            assert_int_equal(s3a_future_wait(futures[j], S3A_WAIT_FOREVER, NULL), S3A_OK);
            s3a_future_free(futures[j]);
        }
    }
    is_filled = true;
}

struct seen {
    size_t count;
    size_t prefixes;
    char first[64];
    char last[64];
    size_t stop_after; /* 0: never */
    enum s3a_status stop_status;
};

static enum s3a_status see(const struct s3a_listing *listing, void *user)
{
    struct seen *seen = user;

    assert_true(strcmp(seen->last, listing->key) < 0);
    if (listing->is_prefix) {
        assert_null(listing->etag);
        seen->prefixes++;
    } else {
        assert_int_equal(listing->size, 1);
        assert_int_equal(listing->etag[0], '"');
        assert_true(listing->modified_ms > INT64_C(1600000000000));
    }
    if (seen->count++ == 0) {
        snprintf(seen->first, sizeof(seen->first), "%s", listing->key);
    }
    snprintf(seen->last, sizeof(seen->last), "%s", listing->key);
    return seen->stop_after > 0 && seen->count == seen->stop_after ? seen->stop_status : S3A_OK;
}

static struct seen list(const struct s3a_list_options *options)
{
    struct seen seen = {.count = 0};
    struct s3a_error error;

    fill();
    if (s3a_store_list(arena.store, arena.bucket, options, see, &seen, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    return seen;
}

void a_long_listing_is_complete_and_in_order(void **state)
{
    struct seen seen = list(&(struct s3a_list_options){.prefix = "list/"});

    (void)state;
    assert_int_equal(seen.count, COUNT);
    assert_string_equal(seen.first, "list/00000");
    assert_string_equal(seen.last, "list/02499");
}

void a_listing_can_be_narrowed(void **state)
{
    static const uint32_t bounds[] = {1, 999, 1000, 1001, 2000, 2499, 2500, 2501};
    struct seen seen = list(&(struct s3a_list_options){.prefix = "list/012"});

    (void)state;
    assert_int_equal(seen.count, 100);
    assert_string_equal(seen.first, "list/01200");
    seen = list(&(struct s3a_list_options){.prefix = "list/none"});
    assert_int_equal(seen.count, 0);
    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        seen = list(&(struct s3a_list_options){.prefix = "list/", .keys_max = bounds[i]});
        assert_int_equal(seen.count, bounds[i] < COUNT ? bounds[i] : COUNT);
    }
}

void a_listing_can_begin_behind_a_key(void **state)
{
    struct seen seen =
        list(&(struct s3a_list_options){.prefix = "list/", .start_after = "list/00999"});

    (void)state;
    assert_int_equal(seen.count, COUNT - 1000);
    assert_string_equal(seen.first, "list/01000");
    seen = list(&(struct s3a_list_options){.prefix = "list/", .start_after = "list/02498x"});
    assert_int_equal(seen.count, 1);
    seen = list(&(struct s3a_list_options){.prefix = "list/", .start_after = "list/02499"});
    assert_int_equal(seen.count, 0);
}

void a_listing_rolls_up_what_has_a_delimiter(void **state)
{
    char etag[129] = "";
    struct seen seen;

    (void)state;
    assert_int_equal(put_text("tree/a/1", "x", etag), S3A_OK);
    etag[0] = '\0';
    assert_int_equal(put_text("tree/a/2", "x", etag), S3A_OK);
    etag[0] = '\0';
    assert_int_equal(put_text("tree/b", "x", etag), S3A_OK);
    etag[0] = '\0';
    assert_int_equal(put_text("tree/c d/1", "x", etag), S3A_OK);
    seen = list(&(struct s3a_list_options){.prefix = "tree/", .delimiter = "/"});
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.prefixes, 2);
    assert_string_equal(seen.first, "tree/a/");
    assert_string_equal(seen.last, "tree/c d/");
    seen = list(&(struct s3a_list_options){.prefix = "tree/", .delimiter = "/", .keys_max = 1});
    assert_string_equal(seen.last, "tree/a/");
    seen = list(&(struct s3a_list_options){.prefix = "list/", .delimiter = "99"});
    /* 00099, 00199, ..., but for 0099x and 0199x, which end with it sooner. */
    assert_int_equal(seen.prefixes, 25);
}

void a_listing_ends_when_it_is_told_to(void **state)
{
    static const size_t ends[] = {1, 1000, 1500};
    struct s3a_list_options options = {.prefix = "list/"};
    struct s3a_error error;

    (void)state;
    fill();
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct seen seen = {.stop_after = ends[i], .stop_status = S3A_NOT_MODIFIED};
        assert_int_equal(s3a_store_list(arena.store, arena.bucket, &options, see, &seen, &error),
                         S3A_NOT_MODIFIED);
        assert_int_equal(error.status, S3A_NOT_MODIFIED);
        assert_int_equal(seen.count, ends[i]);
    }
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include <s3atomic/store.h>

#include "error.h"
#include "pages.h"

#define NAMES(...)                                                                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define NAME(text) S3A_STR_INIT(text)

struct seen {
    char names[128]; /* each with a blank behind it */
    size_t count;
    size_t stop_after; /* 0: never */
    struct s3a_error *error;
};

static enum s3a_status see(const struct s3a_listing *listing, void *user)
{
    struct seen *seen = user;
    size_t used = strlen(seen->names);

    assert_string_equal(listing->etag, "");
    assert_int_equal(listing->modified_ms, 0);
    snprintf(seen->names + used, sizeof(seen->names) - used, "%s ", listing->key);
    if (++seen->count != seen->stop_after) {
        return S3A_OK;
    }
    return seen->error ? s3a_error_set(seen->error, S3A_FAILED, "a story of its own") : S3A_FAILED;
}

static enum s3a_status list(struct pages *pages, const struct page_script *script,
                            const struct s3a_list_options *options, struct seen *seen,
                            struct s3a_error *error)
{
    pages_open(pages, script);
    struct s3a_store *store = s3a_store_new(pages->client, s3a_bytes_codec());
    enum s3a_status status = s3a_store_list(store, "bucket", options, see, seen, error);
    s3a_store_free(store);
    pages_close(pages);
    return status;
}

static void page_follows_page(void **state)
{
    static const struct page_script script[] = {
        {.names = NAMES(NAME("a"), NAME("b")), .continuation = "one"},
        {.continuation = "two"}, /* as happens */
        {.names = NAMES(NAME("c"))},
    };
    const struct s3a_list_options options = {.prefix = "p", .start_after = "behind"};
    struct pages pages;
    struct seen seen = {.count = 0};

    (void)state;
    assert_int_equal(list(&pages, script, &options, &seen, NULL), S3A_OK);
    assert_string_equal(seen.names, "a b c ");
    assert_int_equal(pages.request_count, 3);
    assert_string_equal(pages.requests[0].start_after, "behind");
    assert_string_equal(pages.requests[0].continuation, "");
    assert_string_equal(pages.requests[1].start_after, "");
    assert_string_equal(pages.requests[1].continuation, "one");
    assert_string_equal(pages.requests[2].continuation, "two");
    assert_string_equal(pages.requests[2].prefix, "p");
    assert_int_equal(pages.requests[0].keys_max, 1000);
    assert_true(pages.requests[0].encode_keys);
}

static void no_more_is_asked_for_than_is_wanted(void **state)
{
    static const struct page_script script[] = {
        {.names = NAMES(NAME("a"), NAME("b")), .continuation = "one"},
        {.names = NAMES(NAME("c"), NAME("d"), NAME("e")), .continuation = "two"},
    };
    const struct s3a_list_options options = {.keys_max = 4};
    struct pages pages;
    struct seen seen = {.count = 0};

    (void)state;
    assert_int_equal(list(&pages, script, &options, &seen, NULL), S3A_OK);
    assert_string_equal(seen.names, "a b c d ");
    assert_int_equal(pages.request_count, 2);
    assert_int_equal(pages.requests[0].keys_max, 4);
    assert_int_equal(pages.requests[1].keys_max, 2);
}

static void a_failure_in_the_middle_is_told(void **state)
{
    static const struct page_script script[] = {
        {.names = NAMES(NAME("a")), .continuation = "one"},
        {.status = S3A_UNREACHABLE},
    };
    struct pages pages;
    struct seen seen = {.count = 0};
    struct s3a_error error;

    (void)state;
    assert_int_equal(list(&pages, script, NULL, &seen, &error), S3A_UNREACHABLE);
    assert_string_equal(error.message, "GET s3://bucket: as the script has it");
    assert_int_equal(seen.count, 1);
}

static void what_makes_no_sense_is_not_followed(void **state)
{
    static const struct page_script circle[] = {
        {.names = NAMES(NAME("a")), .continuation = "one"},
        {.names = NAMES(NAME("a")), .continuation = "one"},
    };
    static const struct page_script dead_end[] = {{.is_truncated = true}};
    static const struct page_script split[] = {{.names = NAMES({"a\0b", 3})}};
    static const struct page_script *const scripts[] = {circle, dead_end, split};

    (void)state;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        struct pages pages;
        struct seen seen = {.count = 0};
        struct s3a_error error;
        assert_int_equal(list(&pages, scripts[i], NULL, &seen, &error), S3A_PROTOCOL);
        assert_non_null(strstr(error.message, "s3://bucket: "));
    }
}

static void the_callers_own_story_is_left_as_it_is(void **state)
{
    static const struct page_script script[] = {{.names = NAMES(NAME("a"), NAME("b"))}};
    struct pages pages;
    struct s3a_error error;
    struct seen silent = {.stop_after = 1};
    struct seen telling = {.stop_after = 1, .error = &error};

    (void)state;
    assert_int_equal(list(&pages, script, NULL, &silent, &error), S3A_FAILED);
    assert_non_null(strstr(error.message, "ended by the function it called"));
    assert_int_equal(list(&pages, script, NULL, &telling, &error), S3A_FAILED);
    assert_string_equal(error.message, "a story of its own");
    assert_int_equal(list(&pages, script, NULL, &(struct seen){.stop_after = 1}, NULL), S3A_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(page_follows_page),
        cmocka_unit_test(no_more_is_asked_for_than_is_wanted),
        cmocka_unit_test(a_failure_in_the_middle_is_told),
        cmocka_unit_test(what_makes_no_sense_is_not_followed),
        cmocka_unit_test(the_callers_own_story_is_left_as_it_is),
    };
    return cmocka_run_group_tests_name("store_list", tests, NULL, NULL);
}

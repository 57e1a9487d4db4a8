/* SPDX-License-Identifier: MIT */
#include "show.h"

#include <stdlib.h>

#include "globals.h"
#include "test.h"

static const struct s3a_object object = {
    .bucket = "b",
    .key = "k",
    .etag = "\"e\"",
    .size = 1536,
    .modified_ms = 1769903999000,
    .content_type = "text/\033plain",
};

static void assert_shown(bool json, const struct s3a_object *shown, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    s3a_globals.json = json;
    s3a_show_object(out, shown);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void for_people_and_for_programs(void **state)
{
    (void)state;
    assert_shown(false, &object,
                 "etag:         \"e\"\n"
                 "size:         1536 (1.5 KiB)\n"
                 "modified:     2026-01-31T23:59:59Z\n"
                 "content type: text/?plain\n");
    assert_shown(true, &object,
                 "{\"bucket\":\"b\",\"key\":\"k\",\"etag\":\"\\\"e\\\"\",\"size\":1536,"
                 "\"modified_ms\":1769903999000,\"content_type\":\"text/\\u001bplain\"}\n");
}

static void a_small_one_without_a_type(void **state)
{
    struct s3a_object small = {.bucket = "b", .key = "k", .etag = "\"e\"", .size = 5};

    (void)state;
    assert_shown(false, &small,
                 "etag:         \"e\"\n"
                 "size:         5\n"
                 "modified:     1970-01-01T00:00:00Z\n"
                 "content type: -\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_people_and_for_programs),
        cmocka_unit_test(a_small_one_without_a_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

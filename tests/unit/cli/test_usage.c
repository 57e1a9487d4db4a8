/* SPDX-License-Identifier: MIT */
#include "usage.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static char *text;
static size_t size;
static FILE *out;

static void begin(void)
{
    out = open_memstream(&text, &size);
    assert_non_null(out);
}

static void assert_printed(const char *expected)
{
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void short_and_long_names(void **state)
{
    bool flag;
    const char *value;
    const struct s3a_option options[] = {
        {'q', "quiet", NULL, "say nothing", .flag = &flag},
        {0, "label", "TEXT", "shown", .text = &value},
        {'E', "a-name-that-is-long", "VALUE", "below", .text = &value},
    };
    const struct s3a_option_group group = {"Options", options, 3};

    (void)state;
    begin();
    s3a_usage_options(out, &group);
    assert_printed("\nOptions:\n"
                   "  -q, --quiet             say nothing\n"
                   "      --label TEXT        shown\n"
                   "  -E, --a-name-that-is-long VALUE\n"
                   "                          below\n");
}

static void an_empty_group_is_not_mentioned(void **state)
{
    const struct s3a_option_group group = {"Options", NULL, 0};

    (void)state;
    begin();
    s3a_usage_options(out, &group);
    assert_printed("");
}

static void lines_have_79_columns_at_the_most(void **state)
{
    char words[2000] = "";

    (void)state;
    for (int i = 0; i < 150; i++) {
        strcat(words, i % 3 == 0 ? "word " : "another ");
    }
    words[strlen(words) - 1] = '\0';
    begin();
    s3a_usage_wrap(out, words, 0, 26);
    fclose(out);
    size_t total = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        assert_true(strlen(line) <= 79);
        assert_int_equal(strspn(line, " "), 26);
        total += strlen(line + 26) + 1;
    }
    assert_int_equal(total, strlen(words) + 1);
    free(text);
}

static void paragraphs_and_words_wider_than_a_line(void **state)
{
    char wide[101];

    (void)state;
    memset(wide, 'x', 100);
    wide[100] = '\0';
    begin();
    s3a_usage_wrap(out, "one\n\ntwo", 0, 2);
    s3a_usage_wrap(out, wide, 2, 2);
    fclose(out);
    assert_memory_equal(text, "  one\n\n  two\n", 13);
    assert_memory_equal(text + 13, wide, 100);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_and_long_names),
        cmocka_unit_test(an_empty_group_is_not_mentioned),
        cmocka_unit_test(lines_have_79_columns_at_the_most),
        cmocka_unit_test(paragraphs_and_words_wider_than_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

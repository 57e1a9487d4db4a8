/* SPDX-License-Identifier: MIT */
#include "json_line.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static char *text;
static size_t size;
static FILE *out;
static struct s3a_json_line line;

static void begin(void)
{
    out = open_memstream(&text, &size);
    assert_non_null(out);
    s3a_json_begin(&line, out);
}

static void assert_line(const char *expected)
{
    s3a_json_end(&line);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void members_of_every_kind(void **state)
{
    (void)state;
    begin();
    s3a_json_text(&line, "text", "a");
    s3a_json_text(&line, "null", NULL);
    s3a_json_int(&line, "int", INT64_MIN);
    s3a_json_uint(&line, "uint", UINT64_MAX);
    s3a_json_bool(&line, "yes", true);
    s3a_json_bool(&line, "no", false);
    assert_line("{\"text\":\"a\",\"null\":null,\"int\":-9223372036854775808,"
                "\"uint\":18446744073709551615,\"yes\":true,\"no\":false}\n");
}

static void an_empty_object(void **state)
{
    (void)state;
    begin();
    assert_line("{}\n");
}

static void whatever_a_text_holds_it_stays_one_string_on_one_line(void **state)
{
    (void)state;
    begin();
    s3a_json_text(&line, "k\"\n", "q\" b\\ n\n \x01 \x7f ü");
    s3a_json_text(&line, "bad",
                  "\xff"
                  "a\xc3");
    assert_line("{\"k\\\"\\u000a\":\"q\\\" b\\\\ n\\u000a \\u0001 \\u007f ü\","
                "\"bad\":\"\\ufffda\\ufffd\"}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_of_every_kind),
        cmocka_unit_test(an_empty_object),
        cmocka_unit_test(whatever_a_text_holds_it_stays_one_string_on_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

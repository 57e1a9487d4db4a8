/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "fail_malloc.h"
#include "ini.h"

static struct s3a_pool pool;
static struct s3a_ini ini;
static struct s3a_error error;

static void read_text(const char *text)
{
    s3a_pool_fini(&pool);
    assert_int_equal(s3a_ini_parse(&pool, s3a_str_of(text), &ini, &error), S3A_OK);
}

static void assert_value(const char *section, const char *key, const char *value)
{
    struct s3a_str found = s3a_ini_get(&ini, s3a_str_of(section), key);

    if (value) {
        assert_str(found, value);
    } else {
        assert_null(found.data);
    }
}

static void values_stand_in_sections(void **state)
{
    (void)state;
    read_text("[default]\nregion = eu-central-1\nOutput=json\n\n"
              "[profile build]\r\n  \r\nregion=us-east-1 \r\n");
    assert_value("default", "region", "eu-central-1");
    assert_value("default", "output", "json");
    assert_value("profile build", "region", "us-east-1");
    assert_value("profile build", "output", NULL);
    assert_value("Default", "region", NULL);
    assert_true(s3a_ini_has_section(&ini, S3A_STR("profile build")));
    assert_false(s3a_ini_has_section(&ini, S3A_STR("build")));
}

static void comments_and_empty_values_say_nothing(void **state)
{
    (void)state;
    read_text(
        "\xef\xbb\xbf# a\n; b\n[s] # c\nkey = value # d\nhash = a#b;c\nsemi = x ;y\nempty =\n");
    assert_value("s", "key", "value");
    assert_value("s", "hash", "a#b;c");
    assert_value("s", "semi", "x");
    assert_value("s", "empty", NULL);
}

static void the_last_of_two_counts(void **state)
{
    (void)state;
    read_text("[s]\na = 1\nb = 1\n[t]\na = 2\n[s]\na = 3\n");
    assert_value("s", "a", "3");
    assert_value("s", "b", "1");
    assert_value("t", "a", "2");
}

static void settings_are_nested_by_indentation(void **state)
{
    (void)state;
    read_text("[services x]\ns3 =\n  endpoint_url = http://a\n  other = 1\nsts =\n\tendpoint_url = "
              "http://b\nplain = 1\n  endpoint_url = http://c\n");
    assert_value("services x", "s3.endpoint_url", "http://a");
    assert_value("services x", "s3.other", "1");
    assert_value("services x", "sts.endpoint_url", "http://b");
    assert_value("services x", "endpoint_url", NULL);
    assert_value("services x", "plain", "1");
}

static void names_may_be_quoted(void **state)
{
    (void)state;
    read_text("[profile \"build farm\"]\na = 1\n[ sso-session s ]\nb = 2\n");
    assert_value("profile build farm", "a", "1");
    assert_value("sso-session s", "b", "2");
}

static void what_is_no_setting_is_named_by_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *message;
    } wrong[] = {
        {"[s]\nhush\n", "line 2: expected KEY = VALUE or [SECTION]"},
        {"hush = 1\n", "line 1: there is no [SECTION] before it"},
        {"\n\n[hush\n", "line 3: expected ']' at the end of a section's name"},
        {"[profile \"hush]\n", "line 1: a quote in the name of the section has no other half at "
                               "its end"},
        {"[s]\n= hush\n", "line 2: expected KEY = VALUE or [SECTION]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(s3a_ini_parse(&pool, s3a_str_of(wrong[i].text), &ini, &error), S3A_FORMAT);
        assert_string_equal(error.message, wrong[i].message);
    }
    s3a_pool_fini(&pool);
}

static void parse_once(void *arg)
{
    (void)arg;
    enum s3a_status status =
        s3a_ini_parse(&pool, S3A_STR("[profile \"a b\"]\ns3 =\n  url = 1\n"), &ini, &error);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_pool_fini(&pool);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    fail_malloc_sweep(parse_once, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_stand_in_sections),
        cmocka_unit_test(comments_and_empty_values_say_nothing),
        cmocka_unit_test(the_last_of_two_counts),
        cmocka_unit_test(settings_are_nested_by_indentation),
        cmocka_unit_test(names_may_be_quoted),
        cmocka_unit_test(what_is_no_setting_is_named_by_its_line),
        cmocka_unit_test(memory_may_run_out),
    };
    int failed = cmocka_run_group_tests_name("ini", tests, NULL, NULL);

    s3a_pool_fini(&pool);
    return failed;
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <float.h>
#include <stdio.h>
#include <string.h>

#include "json_refused.h"

/* clang-format off: a document in one line, its message in the next */
static const struct refusal refused[] = {
    {"{\"name\":7}", "line 1, column 9: name: expected a string, found 7"},
    {"{\"name\":null}", "line 1, column 9: name: expected a string, found null"},
    {"{\"name\":{}}", "line 1, column 9: name: expected a string, found an object"},
    {"{\"name\":\"a\\u0000b\"}",
     "line 1, column 9: name: expected a string without a NUL character, found \"a\\u0000b\""},
    {"{\"region\":7}", "line 1, column 11: region: expected a string, found 7"},
    {"{\"region\":null}", "line 1, column 11: region: expected a string, found null"},
    {"{\"region\":\"12345678\"}",
     "line 1, column 11: region: expected a string of at most 7 bytes, found \"12345678\""},
    {"{\"region\":\"1234567\xc3\xa9\"}",
     "line 1, column 11: region: expected a string of at most 7 bytes, found \"1234567\\u00e9\""},
    {"{\"region\":\"\\u0000\"}",
     "line 1, column 11: region: expected a string without a NUL character, found \"\\u0000\""},
    {"{\"secret\":1}", "line 1, column 11: secret: expected base64, found 1"},
    {"{\"secret\":null}", "line 1, column 11: secret: expected base64, found null"},
    {"{\"secret\":\"AP/\"}", "line 1, column 11: secret: expected base64, found \"AP/\""},
    {"{\"secret\":\"AP/-\"}", "line 1, column 11: secret: expected base64, found \"AP/-\""},
    {"{\"secret\":\"AP==\"}", "line 1, column 11: secret: expected base64, found \"AP==\""},
    {"{\"secret\":\"A===\"}", "line 1, column 11: secret: expected base64, found \"A===\""},
    {"{\"secret\":\"====\"}", "line 1, column 11: secret: expected base64, found \"====\""},
    {"{\"secret\":\"AP/+ \"}", "line 1, column 11: secret: expected base64, found \"AP/+ \""},
    {"{\"active\":1}", "line 1, column 11: active: expected true or false, found 1"},
    {"{\"active\":\"true\"}", "line 1, column 11: active: expected true or false, found \"true\""},
    {"{\"active\":null}", "line 1, column 11: active: expected true or false, found null"},
    {"{\"small\":-129}",
     "line 1, column 10: small: expected an integer from -128 to 127, found -129"},
    {"{\"small\":128}",
     "line 1, column 10: small: expected an integer from -128 to 127, found 128"},
    {"{\"small\":1.0}", "line 1, column 10: small: expected an integer, found 1.0"},
    {"{\"small\":1e0}", "line 1, column 10: small: expected an integer, found 1e0"},
    {"{\"small\":\"1\"}", "line 1, column 10: small: expected an integer, found \"1\""},
    {"{\"small\":true}", "line 1, column 10: small: expected an integer, found true"},
    {"{\"low\":32768}",
     "line 1, column 8: low: expected an integer from -32768 to 32767, found 32768"},
    {"{\"mid\":2147483648}",
     "line 1, column 8: mid: expected an integer from -2147483648 to 2147483647, found 2147483648"},
    {"{\"wide\":9223372036854775808}",
     "line 1, column 9: wide: expected an integer from -9223372036854775808 to "
     "9223372036854775807, found 9223372036854775808"},
    {"{\"wide\":-9223372036854775809}",
     "line 1, column 9: wide: expected an integer from -9223372036854775808 to "
     "9223372036854775807, found -9223372036854775809"},
    {"{\"byte\":-1}", "line 1, column 9: byte: expected an integer from 0 to 255, found -1"},
    {"{\"byte\":256}", "line 1, column 9: byte: expected an integer from 0 to 255, found 256"},
    {"{\"port\":65536}",
     "line 1, column 9: port: expected an integer from 0 to 65535, found 65536"},
    {"{\"count\":4294967296}",
     "line 1, column 10: count: expected an integer from 0 to 4294967295, found 4294967296"},
    {"{\"huge\":18446744073709551616}", "line 1, column 9: huge: expected an integer from 0 to "
                                        "18446744073709551615, found 18446744073709551616"},
    {"{\"huge\":-1}",
     "line 1, column 9: huge: expected an integer from 0 to 18446744073709551615, found -1"},
    {"{\"huge\":123456789012345678901234567890123456789012345}",
     "line 1, column 9: huge: expected an integer from 0 to 18446744073709551615, found "
     "1234567890123456789012345678901234567890..."},
    {"{\"share\":3.5e38}",
     "line 1, column 10: share: expected a number in the range of a float, found 3.5e38"},
    {"{\"share\":\"1\"}", "line 1, column 10: share: expected a number, found \"1\""},
    {"{\"ratio\":1e999}",
     "line 1, column 10: ratio: expected a number in the range of a double, found 1e999"},
    {"{\"ratio\":-1e999}",
     "line 1, column 10: ratio: expected a number in the range of a double, found -1e999"},
    {"{\"ratio\":null}", "line 1, column 10: ratio: expected a number, found null"},
    {"{\"ratio\":[]}", "line 1, column 10: ratio: expected a number, found an array"},
    {"{\"level\":\"middle\"}", "line 1, column 10: level: expected \"low\" or \"high\" or \"top\" "
                               "or \"below \\\"all\\\"\", found \"middle\""},
    {"{\"level\":7}", "line 1, column 10: level: expected \"low\" or \"high\" or \"top\" or "
                      "\"below \\\"all\\\"\", found 7"},
    {"{\"level\":null}", "line 1, column 10: level: expected \"low\" or \"high\" or \"top\" or "
                         "\"below \\\"all\\\"\", found null"},
    {"{\"level\":\"LOW\"}", "line 1, column 10: level: expected \"low\" or \"high\" or \"top\" or "
                            "\"below \\\"all\\\"\", found \"LOW\""},
};
/* clang-format on */

static void what_does_not_fit_is_told_by_its_place(void **state)
{
    (void)state;
    ASSERT_ALL_REFUSED(refused);
}

struct scalars {
    char *string;
    char chars[8];
    struct s3a_bytes bytes;
    uint64_t huge;
    int8_t small;
    float share;
    enum level level;
};

static const struct s3a_field scalars_fields[] = {
    S3A_FIELD(struct scalars, string, S3A_OPTIONAL),
    S3A_FIELD_CHARS(struct scalars, chars, S3A_OPTIONAL),
    S3A_FIELD(struct scalars, bytes, S3A_OPTIONAL),
    S3A_FIELD(struct scalars, huge, S3A_DEFAULT("0")),
    S3A_FIELD(struct scalars, small, S3A_DEFAULT("0")),
    S3A_FIELD(struct scalars, share, S3A_DEFAULT("0")),
    S3A_FIELD_OF(struct scalars, level, &level_type, S3A_DEFAULT("\"low\"")),
};
static const struct s3a_type scalars_type = S3A_TYPE(struct scalars, scalars_fields);

static struct scalars *decode(const char *text)
{
    struct s3a_error error;
    void *value;

    enum s3a_status status = s3a_json_decode(&scalars_type, s3a_str_of(text), &value, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, S3A_OK);
    return value;
}

static void escapes_are_undone_in_every_kind_of_string(void **state)
{
    (void)state;
    struct scalars *scalars =
        decode("{\"string\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\ud83d\\ude00.\","
               "\"chars\":\"\\u0041\\u00e9\\ud83d\\ude00\",\"bytes\":\"AP\\/\\u002b\","
               "\"level\":\"h\\u0069gh\"}");

    assert_string_equal(scalars->string, "\"\\/\b\f\n\r\tA\xc3\xa9\xf0\x9f\x98\x80.");
    assert_string_equal(scalars->chars, "A\xc3\xa9\xf0\x9f\x98\x80");
    assert_int_equal(scalars->bytes.size, 3);
    assert_memory_equal(scalars->bytes.data, "\x00\xff\xfe", 3);
    assert_int_equal(scalars->level, LEVEL_HIGH);
    s3a_json_free(&scalars_type, scalars);
}

static void bytes_of_any_size_come_out_of_their_base64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *bytes;
    } table[] = {
        {"", ""},
        {"Zg==", "f"},
        {"Zm8=", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"}, /* RFC 4648, section 10 */
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char text[64];
        snprintf(text, sizeof(text), "{\"bytes\":\"%s\"}", table[i].text);
        struct scalars *scalars = decode(text);
        assert_int_equal(scalars->bytes.size, strlen(table[i].bytes));
        assert_memory_equal(scalars->bytes.data, table[i].bytes, scalars->bytes.size);
        s3a_json_free(&scalars_type, scalars);
    }
}

static void integers_are_exact_beyond_what_a_double_holds(void **state)
{
    (void)state;
    struct scalars *scalars = decode("{\"huge\":9007199254740993,\"small\":-0}");

    assert_true(scalars->huge == 9007199254740993u);
    assert_int_equal(scalars->small, 0);
    s3a_json_free(&scalars_type, scalars);
}

/* By way of a double, it would become 1: 1.00000005960464477540 is just above the middle of two
 * floats, and the double next to it is that middle. */
static void a_float_is_rounded_once(void **state)
{
    (void)state;
    struct scalars *scalars = decode("{\"share\":1.000000059604644775390626}");

    assert_true(scalars->share == 1.0f + FLT_EPSILON);
    s3a_json_free(&scalars_type, scalars);
    scalars = decode("{\"share\":3.4028234663852886e38}");
    assert_true(scalars->share == FLT_MAX);
    s3a_json_free(&scalars_type, scalars);
}

/* All of them, until there is no room for more. */
static void a_long_list_of_names_is_cut(void **state)
{
    (void)state;
    struct one {
        uint8_t value;
    };
    static const struct s3a_enum_name names[] = {
        {"a123456789b123456789c123456789d123456789", 1},
        {"e123456789f123456789g123456789h123456789", 2},
        {"i123456789j123456789k123456789l123456789", 3},
        {"m123456789n123456789o123456789p123456789", 4},
    };
    static const struct s3a_type type = S3A_TYPE_ENUM(uint8_t, names);
    static const struct s3a_field fields[] = {S3A_FIELD_OF(struct one, value, &type)};
    static const struct s3a_type one_type = S3A_TYPE(struct one, fields);
    struct s3a_error error;
    void *value;

    assert_int_equal(s3a_json_decode(&one_type, S3A_STR("{\"value\":true}"), &value, &error),
                     S3A_FORMAT);
    assert_string_equal(error.message, "line 1, column 10: value: expected "
                                       "\"a123456789b123456789c123456789d12345678...\" or "
                                       "\"e123456789f123456789g123456789h12345678...\" or "
                                       "\"i123456789j123456789k123456789l12345678...\" or "
                                       "..., found true");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_told_by_its_place),
        cmocka_unit_test(escapes_are_undone_in_every_kind_of_string),
        cmocka_unit_test(bytes_of_any_size_come_out_of_their_base64),
        cmocka_unit_test(integers_are_exact_beyond_what_a_double_holds),
        cmocka_unit_test(a_float_is_rounded_once),
        cmocka_unit_test(a_long_list_of_names_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

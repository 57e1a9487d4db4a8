/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <float.h>
#include <math.h>

#include "codec_sample.h"
#include "json_written.h"

struct scalars {
    char *string;
    char chars[8];
    struct s3a_bytes bytes;
    bool yes;
    int8_t small;
    int64_t wide;
    uint64_t huge;
    float share;
    double ratio;
    enum level level;
};

static const struct s3a_field scalars_fields[] = {
    S3A_FIELD(struct scalars, string), S3A_FIELD_CHARS(struct scalars, chars),
    S3A_FIELD(struct scalars, bytes),  S3A_FIELD(struct scalars, yes),
    S3A_FIELD(struct scalars, small),  S3A_FIELD(struct scalars, wide),
    S3A_FIELD(struct scalars, huge),   S3A_FIELD(struct scalars, share),
    S3A_FIELD(struct scalars, ratio),  S3A_FIELD_OF(struct scalars, level, &level_type),
};
static const struct s3a_type scalars_type = S3A_TYPE(struct scalars, scalars_fields);

static char text[] = "text";

static struct scalars sound(void)
{
    return (struct scalars){.string = text};
}

static void every_kind_is_written(void **state)
{
    (void)state;
    struct scalars scalars = {text,      "1234567",  {"foob", 4}, true, INT8_MIN,
                              INT64_MIN, UINT64_MAX, 0.1f,        0.1,  LEVEL_BELOW};

    assert_text(&scalars_type, &scalars,
                "{\"string\":\"text\",\"chars\":\"1234567\",\"bytes\":\"Zm9vYg==\",\"yes\":true,"
                "\"small\":-128,\"wide\":-9223372036854775808,\"huge\":18446744073709551615,"
                "\"share\":0.1,\"ratio\":0.1,\"level\":\"below \\\"all\\\"\"}");
    scalars = sound();
    assert_text(&scalars_type, &scalars,
                "{\"string\":\"text\",\"chars\":\"\",\"bytes\":\"\",\"yes\":false,\"small\":0,"
                "\"wide\":0,\"huge\":0,\"share\":0.0,\"ratio\":0.0,\"level\":\"low\"}");
}

static void of_two_names_for_a_value_the_first_is_written(void **state)
{
    (void)state;
    struct one {
        int16_t level;
    };
    static const struct s3a_type wide_type = S3A_TYPE_ENUM(int16_t, level_names);
    static const struct s3a_field fields[] = {S3A_FIELD_OF(struct one, level, &wide_type)};
    static const struct s3a_type type = S3A_TYPE(struct one, fields);
    struct one one = {LEVEL_HIGH};

    assert_text(&type, &one, "{\"level\":\"high\"}");
    one.level = LEVEL_BELOW;
    assert_text(&type, &one, "{\"level\":\"below \\\"all\\\"\"}");
    one.level = 255;
    assert_refused(&type, &one, S3A_FORMAT, "level: 255, a value without a name");
}

static void what_json_cannot_hold_is_refused(void **state)
{
    (void)state;
    char bad[] = "caf\xe9";
    struct scalars scalars = sound();

    scalars.string = bad;
    assert_refused(&scalars_type, &scalars, S3A_FORMAT,
                   "string: a string that is not UTF-8, which JSON cannot hold");
    scalars = sound();
    memcpy(scalars.chars, bad, sizeof(bad));
    assert_refused(&scalars_type, &scalars, S3A_FORMAT,
                   "chars: a string that is not UTF-8, which JSON cannot hold");
    scalars = sound();
    scalars.share = -INFINITY;
    assert_refused(&scalars_type, &scalars, S3A_FORMAT, "share: -infinity, which JSON cannot hold");
    scalars = sound();
    scalars.ratio = INFINITY;
    assert_refused(&scalars_type, &scalars, S3A_FORMAT, "ratio: infinity, which JSON cannot hold");
    scalars.ratio = NAN;
    assert_refused(&scalars_type, &scalars, S3A_FORMAT,
                   "ratio: not a number, which JSON cannot hold");
    scalars = sound();
    scalars.level = (enum level)1;
    assert_refused(&scalars_type, &scalars, S3A_FORMAT, "level: 1, a value without a name");
}

static void what_is_not_there_is_refused(void **state)
{
    (void)state;
    struct scalars scalars = sound();

    scalars.string = NULL;
    assert_refused(&scalars_type, &scalars, S3A_INVALID, "string: a string that is NULL");
    scalars = sound();
    scalars.bytes.size = 3;
    assert_refused(&scalars_type, &scalars, S3A_INVALID, "bytes: 3 bytes whose data is NULL");
    scalars = sound();
    memset(scalars.chars, 'x', sizeof(scalars.chars));
    assert_refused(&scalars_type, &scalars, S3A_INVALID, "chars: no NUL character in 8 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_written),
        cmocka_unit_test(of_two_names_for_a_value_the_first_is_written),
        cmocka_unit_test(what_json_cannot_hold_is_refused),
        cmocka_unit_test(what_is_not_there_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "conditions.h"

#define ETAG "\"5d41402abc4b2a76b9719d911017c592\""
#define BARE "5d41402abc4b2a76b9719d911017c592"
#define OTHER "\"7d793037a0760186574b0282f2f435e7\""

#define SECOND INT64_C(1000)
/* The object was written half a second past a full second. */
#define MODIFIED (INT64_C(1795492228) * SECOND + 500)
#define NOW (MODIFIED + 100 * SECOND)

#define GO_ON S3A_CODE_NONE
#define FAILED S3A_CODE_PRECONDITION_FAILED
#define REFUSED S3A_CODE_NOT_IMPLEMENTED
#define MISSING S3A_CODE_NO_SUCH_KEY
#define UNCHANGED S3A_CODE_NOT_MODIFIED

static const struct s3a_present there = {S3A_STR_INIT(ETAG), MODIFIED};

struct row {
    const char *if_match;
    const char *if_none_match;
    bool is_there;
    enum s3a_code code;
    const char *condition;
    const char *header;
};

static void assert_text(const char *text, const char *expected)
{
    if (expected) {
        assert_non_null(text);
        assert_string_equal(text, expected);
    } else {
        assert_null(text);
    }
}

static void assert_rows(const struct row *rows, size_t count,
                        struct s3a_verdict (*judge)(const struct s3a_op *,
                                                    const struct s3a_present *))
{
    for (size_t i = 0; i < count; i++) {
        struct s3a_op op = {.if_match = s3a_str_of(rows[i].if_match),
                            .if_none_match = s3a_str_of(rows[i].if_none_match)};
        struct s3a_verdict verdict = judge(&op, rows[i].is_there ? &there : NULL);
        print_message("# row %zu\n", i);
        assert_int_equal(verdict.code, rows[i].code);
        assert_text(verdict.condition, rows[i].condition);
        assert_text(verdict.header, rows[i].header);
    }
}

static void a_write_is_judged_by_both_of_its_conditions(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NULL, NULL, false, GO_ON},
        {NULL, NULL, true, GO_ON},

        {NULL, "*", false, GO_ON},
        {NULL, "*", true, FAILED, .condition = "If-None-Match"},
        {NULL, " * ", true, FAILED, .condition = "If-None-Match"},
        {NULL, ETAG, false, GO_ON},
        {NULL, ETAG, true, FAILED, .condition = "If-None-Match"},
        {NULL, BARE, true, FAILED, .condition = "If-None-Match"},
        {NULL, "W/" ETAG, true, FAILED, .condition = "If-None-Match"},
        {NULL, OTHER, true, GO_ON},
        {NULL, OTHER ", " ETAG, true, FAILED, .condition = "If-None-Match"},
        {NULL, "", false, REFUSED, .header = "If-None-Match"},
        {NULL, "", true, REFUSED, .header = "If-None-Match"},
        {NULL, "  ", true, REFUSED, .header = "If-None-Match"},

        {ETAG, NULL, true, GO_ON},
        {BARE, NULL, true, GO_ON},
        {" " ETAG " ", NULL, true, GO_ON},
        {OTHER ", " ETAG, NULL, true, GO_ON},
        {"*", NULL, true, GO_ON},
        {OTHER, NULL, true, FAILED, .condition = "If-Match"},
        {"", NULL, true, FAILED, .condition = "If-Match"},
        {"\"\"", NULL, true, FAILED, .condition = "If-Match"},
        {"\"", NULL, true, FAILED, .condition = "If-Match"},
        {"W/" ETAG, NULL, true, FAILED, .condition = "If-Match"},
        {ETAG, NULL, false, MISSING},
        {"*", NULL, false, MISSING},

        {ETAG, OTHER, true, GO_ON},
        {ETAG, "*", true, FAILED, .condition = "If-None-Match"},
        {OTHER, "*", true, FAILED, .condition = "If-Match"},
        {ETAG, "*", false, MISSING},
        {"*", "*", true, FAILED, .condition = "If-None-Match"},
    };
    assert_rows(rows, sizeof(rows) / sizeof(rows[0]), s3a_judge_write);
}

static void a_put_is_judged_as_amazon_does(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NULL, NULL, false, GO_ON},
        {NULL, NULL, true, GO_ON},

        {NULL, "*", false, GO_ON},
        {NULL, "*", true, FAILED, .condition = "If-None-Match"},
        {NULL, " * ", true, FAILED, .condition = "If-None-Match"},
        {NULL, ETAG, false, REFUSED, .header = "If-None-Match"},
        {NULL, ETAG, true, REFUSED, .header = "If-None-Match"},
        {NULL, "", true, REFUSED, .header = "If-None-Match"},

        {ETAG, NULL, true, GO_ON},
        {BARE, NULL, true, GO_ON},
        {" " ETAG " ", NULL, true, GO_ON},
        {OTHER, NULL, true, FAILED, .condition = "If-Match"},
        {"", NULL, true, FAILED, .condition = "If-Match"},
        {"\"\"", NULL, true, FAILED, .condition = "If-Match"},
        {"\"", NULL, true, FAILED, .condition = "If-Match"},
        {"W/" ETAG, NULL, true, FAILED, .condition = "If-Match"},
        {OTHER ", " ETAG, NULL, true, FAILED, .condition = "If-Match"},
        {ETAG, NULL, false, MISSING},
        {"*", NULL, true, REFUSED, .header = "If-Match"},
        {"*", NULL, false, REFUSED, .header = "If-Match"},

        {ETAG, "*", true, REFUSED, .header = "If-Match,If-None-Match"},
        {ETAG, "*", false, REFUSED, .header = "If-Match,If-None-Match"},
        {"*", ETAG, true, REFUSED, .header = "If-Match,If-None-Match"},
    };
    assert_rows(rows, sizeof(rows) / sizeof(rows[0]), s3a_judge_put_as_amazon);
}

static void a_delete_is_judged_as_amazon_does(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NULL, NULL, true, GO_ON},
        {NULL, NULL, false, GO_ON},
        {ETAG, NULL, true, GO_ON},
        {BARE, NULL, true, GO_ON},
        {"*", NULL, true, GO_ON},
        {OTHER, NULL, true, FAILED, .condition = "If-Match"},
        {"", NULL, true, FAILED, .condition = "If-Match"},
        {"*", NULL, false, MISSING},
        {ETAG, NULL, false, MISSING},
        {OTHER, NULL, false, MISSING},
    };
    assert_rows(rows, sizeof(rows) / sizeof(rows[0]), s3a_judge_delete_as_amazon);
}

static void a_delete_that_asks_for_what_amazon_does_not_know_deletes_nothing(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {NULL, ETAG, true, REFUSED, .header = "If-None-Match"},
        {NULL, "*", false, REFUSED, .header = "If-None-Match"},
    };
    assert_rows(rows, sizeof(rows) / sizeof(rows[0]), s3a_judge_delete_as_amazon);
}

struct read_row {
    const char *if_match;
    const char *if_none_match;
    int64_t modified_since;
    int64_t unmodified_since;
    enum s3a_code code;
    const char *condition;
};

static void assert_read_rows(const struct read_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct s3a_op op = {
            .if_match = s3a_str_of(rows[i].if_match),
            .if_none_match = s3a_str_of(rows[i].if_none_match),
            .if_modified_since_ms = rows[i].modified_since,
            .if_unmodified_since_ms = rows[i].unmodified_since,
        };
        struct s3a_verdict verdict = s3a_judge_read(&op, &there, NOW);
        print_message("# row %zu\n", i);
        assert_int_equal(verdict.code, rows[i].code);
        assert_text(verdict.condition, rows[i].condition);
        assert_null(verdict.header);
    }
}

static void a_read_is_judged_by_one_condition(void **state)
{
    (void)state;
    static const struct read_row rows[] = {
        {.code = GO_ON},
        {.if_match = ETAG, .code = GO_ON},
        {.if_match = BARE, .code = GO_ON},
        {.if_match = "*", .code = GO_ON},
        {.if_match = OTHER "," ETAG, .code = GO_ON},
        {.if_match = OTHER ", " BARE, .code = GO_ON},
        {.if_match = OTHER, .code = FAILED, .condition = "If-Match"},
        {.if_match = "", .code = FAILED, .condition = "If-Match"},
        {.if_match = "W/" ETAG, .code = FAILED, .condition = "If-Match"},

        {.if_none_match = ETAG, .code = UNCHANGED},
        {.if_none_match = BARE, .code = UNCHANGED},
        {.if_none_match = "*", .code = UNCHANGED},
        {.if_none_match = "W/" ETAG, .code = UNCHANGED},
        {.if_none_match = OTHER " , W/" ETAG, .code = UNCHANGED},
        {.if_none_match = OTHER, .code = GO_ON},
        {.if_none_match = OTHER ",\"x\"", .code = GO_ON},
        {.if_none_match = "", .code = GO_ON},
    };
    assert_read_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void dates_compare_by_whole_seconds(void **state)
{
    (void)state;
    const int64_t cut = MODIFIED - 500; /* what Last-Modified shows */
    const struct read_row rows[] = {
        {.modified_since = cut, .code = UNCHANGED},
        {.modified_since = cut + SECOND, .code = UNCHANGED},
        {.modified_since = cut - SECOND, .code = GO_ON},
        {.modified_since = NOW, .code = UNCHANGED},
        {.modified_since = NOW + 1, .code = GO_ON},
        {.unmodified_since = cut, .code = GO_ON},
        {.unmodified_since = cut + SECOND, .code = GO_ON},
        {.unmodified_since = cut - SECOND, .code = FAILED, .condition = "If-Unmodified-Since"},
    };
    assert_read_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void entity_tags_come_before_dates(void **state)
{
    (void)state;
    const int64_t before = MODIFIED - 10 * SECOND;
    const int64_t after = MODIFIED + 10 * SECOND;
    const struct read_row rows[] = {
        /* If-Match decides, whatever If-Unmodified-Since says. */
        {.if_match = ETAG, .unmodified_since = before, .code = GO_ON},
        {.if_match = OTHER, .unmodified_since = after, .code = FAILED, .condition = "If-Match"},
        /* So does If-None-Match, against If-Modified-Since. */
        {.if_none_match = ETAG, .modified_since = before, .code = UNCHANGED},
        {.if_none_match = OTHER, .modified_since = after, .code = GO_ON},
        /* What fails comes before what has not changed. */
        {.if_match = OTHER, .if_none_match = ETAG, .code = FAILED, .condition = "If-Match"},
        {.if_match = ETAG, .if_none_match = ETAG, .code = UNCHANGED},
        {.if_match = ETAG, .modified_since = after, .code = UNCHANGED},
        {.unmodified_since = before,
         .if_none_match = ETAG,
         .code = FAILED,
         .condition = "If-Unmodified-Since"},
        {.unmodified_since = after, .modified_since = after, .code = UNCHANGED},
    };
    assert_read_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_write_is_judged_by_both_of_its_conditions),
        cmocka_unit_test(a_put_is_judged_as_amazon_does),
        cmocka_unit_test(a_delete_is_judged_as_amazon_does),
        cmocka_unit_test(a_delete_that_asks_for_what_amazon_does_not_know_deletes_nothing),
        cmocka_unit_test(a_read_is_judged_by_one_condition),
        cmocka_unit_test(dates_compare_by_whole_seconds),
        cmocka_unit_test(entity_tags_come_before_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

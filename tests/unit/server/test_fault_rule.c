/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>

#include "fail_malloc.h"
#include "fault_rule.h"

static void read_rule(struct s3a_fault_rule *rule, const char *text)
{
    struct s3a_error error;

    assert_int_equal(s3a_fault_rule_init(rule, s3a_str_of(text), &error), S3A_OK);
}

static void what_is_left_out_is_everywhere_and_always(void **state)
{
    struct s3a_fault_rule rule;
    const struct s3a_op op = {.kind = S3A_OP_LIST_BUCKETS};

    (void)state;
    read_rule(&rule, "  reset \t ");
    assert_true(s3a_str_is(rule.text, "reset"));
    assert_int_equal(rule.rate, S3A_FAULT_ALWAYS);
    assert_int_equal(rule.every, 1);
    assert_int_equal(rule.after, 0);
    assert_int_equal(rule.first, 0);
    assert_int_equal(rule.seed, 1);
    assert_true(s3a_fault_rule_is_about(&rule, S3A_STR("GET"), &op));
    s3a_fault_rule_fini(&rule);
}

static void takes_every_setting(void **state)
{
    struct s3a_fault_rule rule;

    (void)state;
    read_rule(&rule, "reset-after op=PutObject,DeleteObject method=PUT bucket=data key=jobs/%20a "
                     "rate=2.5% every=3 first=10 after=5 seed=7");
    assert_int_equal(rule.ops, UINT64_C(1) << S3A_OP_PUT_OBJECT | UINT64_C(1)
                                                                      << S3A_OP_DELETE_OBJECT);
    assert_true(s3a_str_is(rule.method, "PUT"));
    assert_true(s3a_str_is(rule.bucket, "data"));
    assert_true(s3a_str_is(rule.key, "jobs/ a"));
    assert_int_equal(rule.rate, 25000);
    assert_int_equal(rule.every, 3);
    assert_int_equal(rule.first, 10);
    assert_int_equal(rule.after, 5);
    assert_int_equal(rule.seed, 7);
    s3a_fault_rule_fini(&rule);
}

static void strikes_where_all_of_it_fits(void **state)
{
    static const struct {
        const char *rule;
        bool is_about;
    } table[] = {
        {"reset", true},
        {"reset op=PutObject", true},
        {"reset op=GetObject,PutObject", true},
        {"reset op=GetObject", false},
        {"reset op=ListObjectsV2", false},
        {"reset method=PUT", true},
        {"reset method=GET", false},
        {"reset bucket=bucket", true},
        {"reset bucket=buck", false},
        {"reset key=jobs/", true},
        {"reset key=jobs/1", true},
        {"reset key=jobs/11", false},
        {"reset key=obs", false},
        {"reset op=PutObject method=PUT bucket=bucket key=j", true},
        {"reset op=PutObject method=PUT bucket=bucket key=i", false},
    };
    const struct s3a_op op = {
        .kind = S3A_OP_PUT_OBJECT, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("jobs/1")};

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_fault_rule rule;
        read_rule(&rule, table[i].rule);
        assert_int_equal(s3a_fault_rule_is_about(&rule, S3A_STR("PUT"), &op), table[i].is_about);
        s3a_fault_rule_fini(&rule);
    }
}

#define KINDS                                                                                      \
    "the first word says what goes wrong: latency, error, reset, freeze (each with -after, too), " \
    "truncate, date, etag, ignore-if-match or ignore-if-none-match"
#define SETTINGS                                                                                   \
    "behind the first word come op=, method=, bucket=, key=, rate=, every=, first=, after= and "   \
    "seed="
#define LATENCY                                                                                    \
    "a latency is one such as 20ms, 10ms..200ms or exponential:50ms, of whole milliseconds and "   \
    "an hour at the most"
#define ERROR                                                                                      \
    "an error is an HTTP status such as 503, or a code such as SlowDown, InternalError, "          \
    "OperationAborted or ExpiredToken"

/* It points at the word. */
static void says_which_word_is_wrong(void **state)
{
    static const struct {
        const char *rule;
        const char *message;
    } table[] = {
        {"", "there is no word in it; a fault is one such as \"reset-after rate=5%\""},
        {" \t ", "there is no word in it; a fault is one such as \"reset-after rate=5%\""},
        {"op=PutObject reset", "word 1, \"op=PutObject\": " KINDS},
        {"reset-aftr rate=5%", "word 1, \"reset-aftr\": " KINDS},
        {"Reset", "word 1, \"Reset\": " KINDS},
        {"reset=5%", "word 1, \"reset=5%\": nothing stands behind it, not even a '='"},
        {"freeze=", "word 1, \"freeze=\": nothing stands behind it, not even a '='"},
        {"ignore-if-match=1",
         "word 1, \"ignore-if-match=1\": nothing stands behind it, not even a '='"},
        {"latency", "word 1, \"latency\": " LATENCY},
        {"latency=20", "word 1, \"latency=20\": " LATENCY},
        {"latency=10ms..", "word 1, \"latency=10ms..\": " LATENCY},
        {"latency=normal:5ms", "word 1, \"latency=normal:5ms\": " LATENCY},
        {"latency=2h", "word 1, \"latency=2h\": " LATENCY},
        {"latency=2s..1s", "word 1, \"latency=2s..1s\": the longer latency stands first"},
        {"error", "word 1, \"error\": " ERROR},
        {"error=", "word 1, \"error=\": " ERROR},
        {"error=slowdown", "word 1, \"error=slowdown\": " ERROR},
        {"error=NotModified", "word 1, \"error=NotModified\": " ERROR},
        {"error=418", "word 1, \"error=418\": by number there are 403, 404, 409, 412, 429, 500, "
                      "501, 502, 503 and 504; others by their code"},
        {"truncate=half", "word 1, \"truncate=half\": a number of bytes stands behind the '='; "
                          "half the body is kept where none is given"},
        {"date=90s", "word 1, \"date=90s\": a date is off by an offset with its sign, such as "
                     "-90s or +2h"},
        {"etag=unquoted", "word 1, \"etag=unquoted\": an ETag can be bare, weak or missing"},
        {"reset PutObject", "word 2, \"PutObject\": " SETTINGS},
        {"reset  rte=5%", "word 2, \"rte=5%\": " SETTINGS},
        {"reset op=PutObject,PutObjet",
         "word 2, \"op=PutObject,PutObjet\": the server has no operation PutObjet; it has "
         "PutObject, GetObject, DeleteObject, ... as Amazon S3's API reference calls them"},
        {"reset op=", "word 2, \"op=\": a value stands behind it: op=..."},
        {"reset rate", "word 2, \"rate\": a value stands behind it: rate=..."},
        {"reset method=put", "word 2, \"method=put\": a method is GET, HEAD, PUT, POST or DELETE"},
        {"reset key=100%", "word 2, \"key=100%\": two hexadecimal digits stand behind a '%'; a "
                           "'%' itself is %25"},
        {"reset rate=5", "word 2, \"rate=5\": a rate is a percentage such as 5% or 0.25%, up to "
                         "100%"},
        {"reset rate=120%", "word 2, \"rate=120%\": a rate is a percentage such as 5% or 0.25%, "
                            "up to 100%"},
        {"reset every=0", "word 2, \"every=0\": a number stands behind the '=', from 1"},
        {"reset seed=1 first=x", "word 3, \"first=x\": a number stands behind the '=', from 1"},
        {"reset after=-1", "word 2, \"after=-1\": a number stands behind the '=', from 0"},
        {"reset seed=1 op=PutObject seed=2", "word 4, \"seed=2\": seed is there twice"},
        {"reset key=caf\xc3\xa9",
         "byte 14 is none of printable ASCII; in a key it is written as %C3"},
        {"reset\nrate=5%", "byte 6 is none of printable ASCII; in a key it is written as %0A"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_fault_rule rule;
        struct s3a_error error;
        assert_int_equal(s3a_fault_rule_init(&rule, s3a_str_of(table[i].rule), &error),
                         S3A_INVALID);
        assert_string_equal(error.message, table[i].message);
    }
}

static void has_a_limit(void **state)
{
    char text[S3A_FAULT_TEXT_MAX + 2];
    struct s3a_fault_rule rule;
    struct s3a_error error;

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text, "reset key=", 10);
    assert_int_equal(s3a_fault_rule_init(&rule, s3a_str_make(text, S3A_FAULT_TEXT_MAX), &error),
                     S3A_OK);
    assert_int_equal(rule.key.size, S3A_FAULT_TEXT_MAX - 10);
    s3a_fault_rule_fini(&rule);
    assert_int_equal(s3a_fault_rule_init(&rule, s3a_str_make(text, S3A_FAULT_TEXT_MAX + 1), &error),
                     S3A_INVALID);
    assert_string_equal(error.message, "a fault has 1023 bytes at the most");
}

static void read_without_memory(void *arg)
{
    struct s3a_fault_rule rule;
    enum s3a_status status =
        s3a_fault_rule_init(&rule, S3A_STR("reset key=a%20b bucket=%41bc"), NULL);

    (void)arg;
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_fault_rule_fini(&rule);
}

static void lives_with_no_memory(void **state)
{
    (void)state;
    fail_malloc_sweep(read_without_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_is_everywhere_and_always),
        cmocka_unit_test(takes_every_setting),
        cmocka_unit_test(strikes_where_all_of_it_fits),
        cmocka_unit_test(says_which_word_is_wrong),
        cmocka_unit_test(has_a_limit),
        cmocka_unit_test(lives_with_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

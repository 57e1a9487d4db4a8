/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "fault_rule.h"

static void read_rule(struct s3a_fault_rule *rule, const char *text)
{
    struct s3a_error error;

    assert_int_equal(s3a_fault_rule_init(rule, s3a_str_of(text), &error), S3A_OK);
}

static void every_fault_has_a_word(void **state)
{
    static const struct {
        const char *text;
        enum s3a_fault_kind kind;
        bool is_after;
    } table[] = {
        {"latency=5ms", S3A_FAULT_LATENCY, false},
        {"latency-after=5ms", S3A_FAULT_LATENCY, true},
        {"error=500", S3A_FAULT_ERROR, false},
        {"error-after=500", S3A_FAULT_ERROR, true},
        {"reset", S3A_FAULT_RESET, false},
        {"reset-after", S3A_FAULT_RESET, true},
        {"freeze", S3A_FAULT_FREEZE, false},
        {"freeze-after", S3A_FAULT_FREEZE, true},
        {"truncate", S3A_FAULT_TRUNCATE, true},
        {"date=+1s", S3A_FAULT_DATE, true},
        {"etag=bare", S3A_FAULT_ETAG, true},
        {"ignore-if-match", S3A_FAULT_IGNORE_IF_MATCH, false},
        {"ignore-if-none-match", S3A_FAULT_IGNORE_IF_NONE_MATCH, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_fault_rule rule;
        read_rule(&rule, table[i].text);
        assert_int_equal(rule.kind, table[i].kind);
        assert_int_equal(rule.is_after, table[i].is_after);
        assert_true(s3a_str_is(rule.what, table[i].text));
        s3a_fault_rule_fini(&rule);
    }
}

static void a_latency_has_a_distribution(void **state)
{
    static const struct {
        const char *text;
        enum s3a_fault_distribution distribution;
        uint64_t min_ms;
        uint64_t max_ms;
    } table[] = {
        {"latency=20ms", S3A_FAULT_UNIFORM, 20, 20},
        {"latency=0..1.5s", S3A_FAULT_UNIFORM, 0, 1500},
        {"latency=1h", S3A_FAULT_UNIFORM, 3600000, 3600000},
        {"latency=exponential:50ms", S3A_FAULT_EXPONENTIAL, 50, 50},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_fault_rule rule;
        read_rule(&rule, table[i].text);
        assert_int_equal(rule.distribution, table[i].distribution);
        assert_int_equal(rule.min_ms, table[i].min_ms);
        assert_int_equal(rule.max_ms, table[i].max_ms);
        s3a_fault_rule_fini(&rule);
    }
}

static void an_error_is_a_status_or_a_code(void **state)
{
    static const struct {
        const char *text;
        enum s3a_code code;
        int http_status;
    } table[] = {
        {"error=500", S3A_CODE_INTERNAL_ERROR, 500},
        {"error=502", S3A_CODE_INTERNAL_ERROR, 502},
        {"error=503", S3A_CODE_SLOW_DOWN, 503},
        {"error=429", S3A_CODE_SLOW_DOWN, 429},
        {"error=409", S3A_CODE_CONDITIONAL_REQUEST_CONFLICT, 409},
        {"error=403", S3A_CODE_ACCESS_DENIED, 403},
        {"error=SlowDown", S3A_CODE_SLOW_DOWN, 503},
        {"error=OperationAborted", S3A_CODE_OPERATION_ABORTED, 409},
        {"error=ExpiredToken", S3A_CODE_EXPIRED_TOKEN, 400},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_fault_rule rule;
        read_rule(&rule, table[i].text);
        assert_int_equal(rule.code, table[i].code);
        assert_int_equal(rule.http_status, table[i].http_status);
        s3a_fault_rule_fini(&rule);
    }
}

static void the_others_take_what_they_need(void **state)
{
    struct s3a_fault_rule rule;

    (void)state;
    read_rule(&rule, "truncate");
    assert_false(rule.keeps_some);
    s3a_fault_rule_fini(&rule);
    read_rule(&rule, "truncate=10");
    assert_true(rule.keeps_some);
    assert_int_equal(rule.bytes_kept, 10);
    s3a_fault_rule_fini(&rule);
    read_rule(&rule, "date=-90s");
    assert_int_equal(rule.offset_ms, -90000);
    s3a_fault_rule_fini(&rule);
    read_rule(&rule, "date=+2h");
    assert_int_equal(rule.offset_ms, 7200000);
    s3a_fault_rule_fini(&rule);
    read_rule(&rule, "etag=weak");
    assert_int_equal(rule.etag, S3A_FAULT_ETAG_WEAK);
    s3a_fault_rule_fini(&rule);
    read_rule(&rule, "etag=missing");
    assert_int_equal(rule.etag, S3A_FAULT_ETAG_MISSING);
    s3a_fault_rule_fini(&rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_has_a_word),
        cmocka_unit_test(a_latency_has_a_distribution),
        cmocka_unit_test(an_error_is_a_status_or_a_code),
        cmocka_unit_test(the_others_take_what_they_need),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>

#include "fail_malloc.h"
#include "faults.h"

static const struct s3a_op put = {
    .kind = S3A_OP_PUT_OBJECT, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("jobs/1")};
static const struct s3a_op get = {
    .kind = S3A_OP_GET_OBJECT, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("jobs/1")};

static void add(struct s3a_faults *faults, const char *text)
{
    struct s3a_error error;

    assert_int_equal(s3a_faults_add(faults, s3a_str_of(text), &error), S3A_OK);
}

static struct s3a_fault_decision decide(struct s3a_faults *faults, const struct s3a_op *op)
{
    struct s3a_fault_decision decision;

    s3a_faults_decide(faults, s3a_str_of(s3a_op_method(op->kind)), op, &decision);
    return decision;
}

static bool is_reset(struct s3a_faults *faults)
{
    return decide(faults, &put).ending == S3A_FAULT_RESET;
}

/* Which of count requests a rule strikes, as a text of '.' and 'x'. */
static void watch_strikes(const char *text, char *ret_strikes, size_t count)
{
    struct s3a_faults faults;

    s3a_faults_init(&faults);
    add(&faults, text);
    for (size_t i = 0; i < count; i++) {
        ret_strikes[i] = is_reset(&faults) ? 'x' : '.';
    }
    ret_strikes[count] = '\0';
    s3a_faults_fini(&faults);
}

static void nothing_goes_wrong_unasked(void **state)
{
    struct s3a_faults faults;
    const struct s3a_fault_decision none = {0};

    (void)state;
    s3a_faults_init(&faults);
    struct s3a_fault_decision decision = decide(&faults, &put);
    assert_memory_equal(&decision, &none, sizeof(none));
    s3a_faults_fini(&faults);
}

static void counts_requests_as_it_is_told(void **state)
{
    static const struct {
        const char *rule;
        const char *strikes;
    } table[] = {
        {"reset", "xxxxxxxxxx"},
        {"reset every=3", "..x..x..x."},
        {"reset first=2", "xx........"},
        {"reset after=7", ".......xxx"},
        {"reset after=2 first=1", "..x......."},
        {"reset after=1 every=2 first=5", "..x.x....."},
        {"reset rate=0%", ".........."},
        {"reset key=other", ".........."},
    };
    char strikes[11];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        watch_strikes(table[i].rule, strikes, 10);
        assert_string_equal(strikes, table[i].strikes);
    }
}

static void the_same_seed_is_the_same_faults(void **state)
{
    char one[201];
    char two[201];

    (void)state;
    watch_strikes("reset rate=20% seed=7", one, 200);
    watch_strikes("reset rate=20% seed=7", two, 200);
    assert_string_equal(one, two);
    watch_strikes("reset rate=20% seed=8", two, 200);
    assert_string_not_equal(one, two);
    /* A rule's name for what it does is part of its chance: losses before and after the operation
     * do not meet in the same requests. */
    watch_strikes("reset-after rate=20% seed=7", two, 200);
    assert_string_not_equal(one, two);
}

/* So that a failure that 20 % show can be looked for with 5 %. */
static void a_lower_rate_strikes_where_a_higher_does(void **state)
{
    char low[1001];
    char high[1001];

    (void)state;
    watch_strikes("reset rate=5% seed=7", low, 1000);
    watch_strikes("reset rate=20% seed=7", high, 1000);
    for (size_t i = 0; i < 1000; i++) {
        assert_true(low[i] == '.' || high[i] == 'x');
    }
}

static void rates_come_true(void **state)
{
    static const struct {
        const char *rule;
        unsigned min;
        unsigned max;
    } table[] = {
        {"reset rate=5%", 9000, 11000},
        {"reset rate=50% seed=0", 99000, 101000},
        {"reset rate=0.1% seed=4", 140, 260},
        {"reset rate=50% every=2 seed=9", 49000, 51000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct s3a_faults faults;
        unsigned count = 0;
        s3a_faults_init(&faults);
        add(&faults, table[i].rule);
        for (unsigned j = 0; j < 200000; j++) {
            count += is_reset(&faults);
        }
        assert_in_range(count, table[i].min, table[i].max);
        s3a_faults_fini(&faults);
    }
}

static double mean_latency(const char *rule, uint64_t *ret_min, uint64_t *ret_max)
{
    struct s3a_faults faults;
    uint64_t sum = 0;

    *ret_min = UINT64_MAX;
    *ret_max = 0;
    s3a_faults_init(&faults);
    add(&faults, rule);
    for (unsigned i = 0; i < 100000; i++) {
        uint64_t ms = decide(&faults, &put).delay_ms;
        sum += ms;
        *ret_min = ms < *ret_min ? ms : *ret_min;
        *ret_max = ms > *ret_max ? ms : *ret_max;
    }
    s3a_faults_fini(&faults);
    return (double)sum / 100000;
}

static void latencies_have_their_distribution(void **state)
{
    uint64_t min;
    uint64_t max;

    (void)state;
    double mean = mean_latency("latency=20ms", &min, &max);
    assert_int_equal(min, 20);
    assert_int_equal(max, 20);
    mean = mean_latency("latency=10ms..30ms", &min, &max);
    assert_int_equal(min, 10);
    assert_int_equal(max, 30);
    assert_true(mean > 19.5 && mean < 20.5);
    mean = mean_latency("latency=exponential:200ms", &min, &max);
    assert_true(min < 2);
    assert_true(max > 1500);
    assert_true(mean > 190 && mean < 210);
    mean = mean_latency("latency=exponential:1h", &min, &max);
    assert_int_equal(max, S3A_FAULT_LATENCY_MAX_MS);
}

static void several_faults_meet_in_one_request(void **state)
{
    struct s3a_faults faults;

    (void)state;
    s3a_faults_init(&faults);
    add(&faults, "latency=20ms");
    add(&faults, "latency=30ms op=PutObject");
    add(&faults, "latency-after=5ms op=PutObject");
    add(&faults, "date=-1s");
    add(&faults, "date=-500ms op=PutObject");
    add(&faults, "etag=bare");
    add(&faults, "ignore-if-match op=PutObject");
    add(&faults, "ignore-if-none-match op=GetObject");
    add(&faults, "error-after=429 op=PutObject");
    struct s3a_fault_decision decision = decide(&faults, &put);
    assert_int_equal(decision.delay_ms, 50);
    assert_int_equal(decision.delay_after_ms, 5);
    assert_int_equal(decision.date_offset_ms, -1500);
    assert_int_equal(decision.etag, S3A_FAULT_ETAG_BARE);
    assert_true(decision.ignores_if_match);
    assert_false(decision.ignores_if_none_match);
    assert_int_equal(decision.ending, S3A_FAULT_ERROR);
    assert_true(decision.is_after);
    assert_int_equal(decision.http_status, 429);
    decision = decide(&faults, &get);
    assert_int_equal(decision.delay_ms, 20);
    assert_int_equal(decision.ending, S3A_FAULT_NONE);
    assert_false(decision.ignores_if_match);
    assert_true(decision.ignores_if_none_match);
    s3a_faults_fini(&faults);
}

static void expect_count(struct s3a_faults *faults, size_t index, uint64_t matched,
                         uint64_t injected)
{
    struct s3a_server_fault_count count;

    assert_true(s3a_faults_count(faults, index, &count));
    assert_int_equal(count.matched, matched);
    assert_int_equal(count.injected, injected);
}

static void one_request_ends_in_one_way(void **state)
{
    struct s3a_faults faults;

    (void)state;
    s3a_faults_init(&faults);
    add(&faults, "error=503 every=2");
    add(&faults, "reset");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(decide(&faults, &put).ending, S3A_FAULT_RESET);
        assert_int_equal(decide(&faults, &put).ending, S3A_FAULT_ERROR);
    }
    expect_count(&faults, 0, 6, 3);
    expect_count(&faults, 1, 6, 3);
    s3a_faults_fini(&faults);
}

static void tells_what_it_did(void **state)
{
    struct s3a_faults faults;
    struct s3a_server_fault_count count;
    struct s3a_buf json;

    (void)state;
    s3a_faults_init(&faults);
    s3a_buf_init(&json, 4096);
    s3a_faults_write_json(&faults, &json);
    assert_string_equal(s3a_buf_text(&json), "{\"faults\":[]}\n");
    add(&faults, "reset op=PutObject after=1");
    add(&faults, "freeze\tkey=\"\\");
    (void)decide(&faults, &put);
    (void)decide(&faults, &put);
    (void)decide(&faults, &get);
    assert_true(s3a_faults_count(&faults, 0, &count));
    assert_string_equal(count.text, "reset op=PutObject after=1");
    assert_false(s3a_faults_count(&faults, 2, &count));
    assert_string_equal(count.text, "");
    s3a_buf_clear(&json);
    s3a_faults_write_json(&faults, &json);
    assert_string_equal(
        s3a_buf_text(&json),
        "{\"faults\":[{\"fault\":\"reset op=PutObject after=1\",\"matched\":2,\"injected\":1},"
        "{\"fault\":\"freeze\\tkey=\\\"\\\\\",\"matched\":0,\"injected\":0}]}\n");
    s3a_buf_fini(&json);
    s3a_faults_fini(&faults);
}

static void count_lifts(void *user)
{
    ++*(unsigned *)user;
}

static void tells_when_faults_are_lifted(void **state)
{
    struct s3a_faults faults;
    unsigned lifts = 0;
    struct s3a_fault_watcher watcher = {.lifted = count_lifts, .user = &lifts};

    (void)state;
    s3a_faults_init(&faults);
    s3a_faults_watch(&faults, &watcher);
    add(&faults, "freeze");
    assert_int_equal(lifts, 0);
    assert_int_equal(decide(&faults, &put).lifts, faults.lifts);
    uint64_t before = faults.lifts;
    s3a_faults_clear(&faults);
    assert_int_equal(lifts, 1);
    assert_int_equal(faults.lifts, before + 1);
    assert_int_equal(decide(&faults, &put).ending, S3A_FAULT_NONE);
    s3a_faults_unwatch(&faults, &watcher);
    s3a_faults_clear(&faults);
    assert_int_equal(lifts, 1);
    s3a_faults_fini(&faults);
}

static void takes_many_lines_or_none(void **state)
{
    struct s3a_faults faults;
    struct s3a_server_fault_count count;
    struct s3a_error error;

    (void)state;
    s3a_faults_init(&faults);
    add(&faults, "freeze op=GetObject");
    assert_int_equal(s3a_faults_add_lines(&faults,
                                          S3A_STR("# what this is about\r\n\r\n"
                                                  "reset first=1 # once\r\n   error=503"),
                                          false, &error),
                     S3A_OK);
    assert_true(s3a_faults_count(&faults, 1, &count));
    assert_string_equal(count.text, "reset first=1");
    assert_true(s3a_faults_count(&faults, 2, &count));
    assert_string_equal(count.text, "error=503");
    assert_int_equal(s3a_faults_add_lines(&faults, S3A_STR("reset\n\nerror=5o3\n"), true, &error),
                     S3A_INVALID);
    assert_int_equal(strncmp(error.message, "line 3: word 1, \"error=5o3\": ", 29), 0);
    assert_false(s3a_faults_count(&faults, 3, &count));
    assert_true(s3a_faults_count(&faults, 2, &count));
    assert_int_equal(s3a_faults_add_lines(&faults, S3A_STR("truncate"), true, &error), S3A_OK);
    assert_true(s3a_faults_count(&faults, 0, &count));
    assert_string_equal(count.text, "truncate");
    assert_false(s3a_faults_count(&faults, 1, &count));
    assert_int_equal(s3a_faults_add_lines(&faults, S3A_STR(""), true, &error), S3A_OK);
    assert_false(s3a_faults_count(&faults, 0, &count));
    s3a_faults_fini(&faults);
}

static void there_is_a_limit_to_what_goes_wrong(void **state)
{
    struct s3a_faults faults;
    struct s3a_error error;

    (void)state;
    s3a_faults_init(&faults);
    for (int i = 0; i < S3A_FAULTS_MAX; i++) {
        add(&faults, "reset");
    }
    assert_int_equal(s3a_faults_add(&faults, S3A_STR("reset"), &error), S3A_INVALID);
    assert_string_equal(error.message, "there are 64 faults at the most");
    s3a_faults_fini(&faults);
}

static void add_without_memory(void *arg)
{
    struct s3a_faults faults;
    struct s3a_server_fault_count count;

    (void)arg;
    s3a_faults_init(&faults);
    enum s3a_status status = s3a_faults_add(&faults, S3A_STR("reset key=a%20b"), NULL);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    assert_int_equal(s3a_faults_count(&faults, 0, &count), status == S3A_OK);
    enum s3a_status then = s3a_faults_add_lines(&faults, S3A_STR("freeze\nerror=503"), true, NULL);
    assert_true(then == S3A_OK || then == S3A_NO_MEMORY);
    assert_int_equal(s3a_faults_count(&faults, 1, &count), then == S3A_OK);
    assert_int_equal(s3a_faults_count(&faults, 0, &count), status == S3A_OK || then == S3A_OK);
    s3a_faults_fini(&faults);
}

static void lives_with_no_memory(void **state)
{
    (void)state;
    fail_malloc_sweep(add_without_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_goes_wrong_unasked),
        cmocka_unit_test(counts_requests_as_it_is_told),
        cmocka_unit_test(the_same_seed_is_the_same_faults),
        cmocka_unit_test(a_lower_rate_strikes_where_a_higher_does),
        cmocka_unit_test(rates_come_true),
        cmocka_unit_test(latencies_have_their_distribution),
        cmocka_unit_test(several_faults_meet_in_one_request),
        cmocka_unit_test(one_request_ends_in_one_way),
        cmocka_unit_test(tells_what_it_did),
        cmocka_unit_test(tells_when_faults_are_lifted),
        cmocka_unit_test(takes_many_lines_or_none),
        cmocka_unit_test(there_is_a_limit_to_what_goes_wrong),
        cmocka_unit_test(lives_with_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "holder.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static const struct s3a_lock_info held = {
    .state = S3A_LOCK_HELD,
    .token = 42,
    .name = "jobs/a.lock",
    .etag = "\"e\"",
    .owner = "00112233445566778899aabbccddeeff",
    .host = "web1",
    .pid = 4711,
    .label = "nightly",
    .data = "d",
    .granted_at_ms = 1000000,
    .last_beat_ms = 3000,
    .expires_in_ms = 29000,
    .beat = 6,
    .lease_ms = 30000,
    .heartbeat_ms = 10000,
};

static void assert_row(const struct s3a_lock_info *info, int64_t now_ms, const char *expected)
{
    struct s3a_table table;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    s3a_table_init(&table, s3a_holder_titles, S3A_TABLE_COLUMNS_MAX);
    assert_true(s3a_holder_add_row(&table, info, now_ms));
    s3a_table_print(&table, out, false);
    s3a_table_fini(&table);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void one_that_is_held(void **state)
{
    (void)state;
    assert_row(
        &held, 1000000 + 65000,
        "STATE  LOCK         HOLDER      LABEL    TOKEN  HELD FOR  EXPIRES IN  LAST BEAT  SESSION\n"
        "held   jobs/a.lock  web1[4711]  nightly  42     1m05s     29s         3.0s       -\n");
}

static void one_that_is_held_under_a_session(void **state)
{
    struct s3a_lock_info info = held;

    (void)state;
    strcpy(info.session, ".s3atomic/sessions/8c0f1e2d3c4b5a69788796a5b4c3d2e1.session");
    assert_row(
        &info, 1000000 + 65000,
        "STATE  LOCK         HOLDER      LABEL    TOKEN  HELD FOR  EXPIRES IN  LAST BEAT  SESSION\n"
        "held   jobs/a.lock  web1[4711]  nightly  42     1m05s     29s         3.0s       "
        "8c0f1e2d\n");
}

static void a_holder_whose_clock_is_ahead_has_held_it_for_no_known_time(void **state)
{
    (void)state;
    assert_row(
        &held, 999999,
        "STATE  LOCK         HOLDER      LABEL    TOKEN  HELD FOR  EXPIRES IN  LAST BEAT  SESSION\n"
        "held   jobs/a.lock  web1[4711]  nightly  42     -         29s         3.0s       -\n");
}

static void one_that_is_free_has_no_holder(void **state)
{
    struct s3a_lock_info info = {.state = S3A_LOCK_FREE, .token = 7, .name = "a.lock"};

    (void)state;
    assert_row(&info, 0,
               "STATE  LOCK    HOLDER  LABEL  TOKEN  HELD FOR  EXPIRES IN  LAST BEAT  SESSION\n"
               "free   a.lock  -       -      7      -         -           -          -\n");
}

static void of_a_foreign_one_only_its_end_is_known(void **state)
{
    struct s3a_lock_info info = {
        .state = S3A_LOCK_EXPIRED, .name = "a.lock", .foreign = true, .expires_in_ms = -5};

    (void)state;
    assert_row(
        &info, 0,
        "STATE    LOCK    HOLDER             LABEL  TOKEN  HELD FOR  EXPIRES IN  LAST BEAT  "
        "SESSION\n"
        "expired  a.lock  (another library)  -      -      -         0s          -          -\n");
}

static void assert_json(const struct s3a_lock_info *info, const char *expected)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    s3a_holder_print_json(out, "b", info);
    fclose(out);
    assert_string_equal(text, expected);
    free(text);
}

static void for_programs(void **state)
{
    struct s3a_lock_info foreign = {
        .state = S3A_LOCK_HELD, .name = "a.lock", .foreign = true, .expires_in_ms = 5};
    struct s3a_lock_info unknown = {.state = (enum s3a_lock_state)99, .foreign = true};

    (void)state;
    assert_json(&held, "{\"bucket\":\"b\",\"key\":\"jobs/a.lock\",\"state\":\"held\","
                       "\"etag\":\"\\\"e\\\"\",\"foreign\":false,\"expires_in_ms\":29000,"
                       "\"token\":42,\"owner\":\"00112233445566778899aabbccddeeff\","
                       "\"host\":\"web1\",\"pid\":4711,\"label\":\"nightly\",\"data\":\"d\","
                       "\"granted_at_ms\":1000000,\"last_beat_ms\":3000,\"beat\":6,"
                       "\"lease_ms\":30000,\"heartbeat_ms\":10000}\n");
    assert_json(&foreign, "{\"bucket\":\"b\",\"key\":\"a.lock\",\"state\":\"held\",\"etag\":\"\","
                          "\"foreign\":true,\"expires_in_ms\":5}\n");
    struct s3a_lock_info under = foreign;
    strcpy(under.session, ".s3atomic/sessions/8c.session");
    assert_json(&under, "{\"bucket\":\"b\",\"key\":\"a.lock\",\"state\":\"held\",\"etag\":\"\","
                        "\"foreign\":true,\"expires_in_ms\":5,"
                        "\"session\":\".s3atomic/sessions/8c.session\"}\n");
    assert_json(&unknown, "{\"bucket\":\"b\",\"key\":\"\",\"state\":\"unknown\",\"etag\":\"\","
                          "\"foreign\":true,\"expires_in_ms\":0}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_held),
        cmocka_unit_test(one_that_is_held_under_a_session),
        cmocka_unit_test(a_holder_whose_clock_is_ahead_has_held_it_for_no_known_time),
        cmocka_unit_test(one_that_is_free_has_no_holder),
        cmocka_unit_test(of_a_foreign_one_only_its_end_is_known),
        cmocka_unit_test(for_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

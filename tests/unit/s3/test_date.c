/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>
#include <time.h>

#include "date.h"

#define MS_MAX INT64_C(253402300799999)

static void writes_the_three_forms(void **state)
{
    (void)state;
    static const struct {
        int64_t time_ms;
        const char *http, *iso, *basic;
    } table[] = {
        {0, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z", "19700101T000000Z"},
        {784111777123, "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.123Z",
         "19941106T084937Z"},
        {951782400999, "Tue, 29 Feb 2000 00:00:00 GMT", "2000-02-29T00:00:00.999Z",
         "20000229T000000Z"},
        {4107542399000, "Sun, 28 Feb 2100 23:59:59 GMT", "2100-02-28T23:59:59.000Z",
         "21000228T235959Z"},
        {MS_MAX, "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59.999Z", "99991231T235959Z"},
        /* cut to the years there are */
        {MS_MAX + 1, "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59.999Z",
         "99991231T235959Z"},
        {INT64_MAX, "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59.999Z",
         "99991231T235959Z"},
        {-1, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z", "19700101T000000Z"},
        {INT64_MIN, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z",
         "19700101T000000Z"},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char http[S3A_DATE_HTTP_SIZE + 1];
        char iso[S3A_DATE_ISO_SIZE + 1];
        char basic[S3A_DATE_BASIC_SIZE + 1];
        s3a_date_http(table[i].time_ms, http);
        s3a_date_iso(table[i].time_ms, iso);
        s3a_date_basic(table[i].time_ms, basic);
        assert_string_equal(http, table[i].http);
        assert_string_equal(iso, table[i].iso);
        assert_string_equal(basic, table[i].basic);
    }
}

/* The C library's calendar, which the code under test does without, is the witness. */
static void check_time(int64_t time_ms)
{
    char text[64];
    char http[S3A_DATE_HTTP_SIZE + 1];
    char iso[S3A_DATE_ISO_SIZE + 1];
    char basic[S3A_DATE_BASIC_SIZE + 1];
    time_t seconds = (time_t)(time_ms / 1000);
    struct tm tm;
    int64_t back_ms;

    gmtime_r(&seconds, &tm);
    s3a_date_http(time_ms, http);
    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    assert_string_equal(http, text);
    assert_true(s3a_date_http_parse(s3a_str_of(http), &back_ms));
    assert_true(back_ms == time_ms / 1000 * 1000);

    strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &tm);
    assert_true(s3a_date_http_parse(s3a_str_of(text), &back_ms));
    assert_true(back_ms == time_ms / 1000 * 1000);

    s3a_date_iso(time_ms, iso);
    assert_true(s3a_date_iso_parse(s3a_str_of(iso), &back_ms));
    assert_true(back_ms == time_ms);

    s3a_date_basic(time_ms, basic);
    assert_true(s3a_date_basic_parse(s3a_str_of(basic), &back_ms));
    assert_true(back_ms == time_ms / 1000 * 1000);
}

static void every_time_comes_back_as_it_went(void **state)
{
    (void)state;
    const int64_t day_ms = 86400000;
    uint64_t random = 20261124;

    for (int64_t day = 0; day * day_ms <= MS_MAX; day += 97) {
        check_time(day * day_ms);
        check_time(day * day_ms + day_ms - 1);
    }
    for (int64_t day = 0; day < 150 * 366; day++) {
        check_time(day * day_ms);
    }
    for (int i = 0; i < 10000; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        check_time((int64_t)((random >> 11) % (uint64_t)(MS_MAX + 1)));
    }
}

static void reads_the_obsolete_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time_ms;
    } table[] = {
        {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777000},
        {"Sun Nov  6 08:49:37 1994", 784111777000},
        {"Sun Nov 06 08:49:37 1994", 784111777000},
        {"Sun, 06 Nov 1994 08:49:37 -0000", 784111777000},
        {"Sun, 06 Nov 1994 08:49:37 +0000", 784111777000},
        {"Thursday, 01-Jan-70 00:00:00 GMT", 0},
        {"Tuesday, 31-Dec-69 23:59:59 GMT", 3155759999000},
        /* a leap second is the second that follows */
        {"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800000},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        int64_t time_ms = -1;
        assert_true(s3a_date_http_parse(s3a_str_of(table[i].text), &time_ms));
        assert_true(time_ms == table[i].time_ms);
    }
}

static void reads_no_other_http_date(void **state)
{
    (void)state;
    const char *bad[] = {
        "",
        " ",
        "0",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Son, 06 Nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Tue, 29 Feb 1900 00:00:00 GMT",
        "Mon, 29 Feb 2100 00:00:00 GMT",
        "Thu, 29 Feb 2023 00:00:00 GMT",
        "Wed, 31 Dec 1969 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:60 GMT",
        "Fri, 31 Dec 99999 23:59:59 GMT",
        "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "1994-11-06T08:49:37Z",
    };
    int64_t time_ms = 42;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(s3a_date_http_parse(s3a_str_of(bad[i]), &time_ms));
        assert_true(time_ms == 42);
    }
    assert_false(s3a_date_http_parse(S3A_STR("Sun, 06 Nov 1994 08:49:37 GMT\0"), &time_ms));
}

static void reads_iso_dates_with_and_without_a_fraction(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time_ms;
    } good[] = {
        {"2026-11-24T03:58:52Z", 1795492732000},
        {"2026-11-24T03:58:52.5Z", 1795492732500},
        {"2026-11-24T03:58:52.067Z", 1795492732067},
        {"2026-11-24T03:58:52.123456789Z", 1795492732123},
        {"2026-11-24T03:58:52.0009Z", 1795492732000},
        {"1970-01-01T00:00:00Z", 0},
    };
    const char *bad[] = {"",
                         "2026-11-24",
                         "2026-11-24T03:58:52",
                         "2026-11-24 03:58:52Z",
                         "2026-11-24T03:58:52z",
                         "2026-11-24T03:58:52.Z",
                         "2026-11-24T03:58:52.1234567890Z",
                         "2026-11-24T03:58:52.1aZ",
                         "2026-11-24T03:58:52+00:00",
                         "2026-13-24T03:58:52Z",
                         "2026-00-24T03:58:52Z",
                         "2025-02-29T03:58:52Z",
                         "20261124T035852Z",
                         "1969-12-31T23:59:59Z",
                         "2026-11-24T03:58:52ZZ"};

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        int64_t time_ms = -1;
        assert_true(s3a_date_iso_parse(s3a_str_of(good[i].text), &time_ms));
        assert_true(time_ms == good[i].time_ms);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t time_ms = 42;
        assert_false(s3a_date_iso_parse(s3a_str_of(bad[i]), &time_ms));
        assert_true(time_ms == 42);
    }
}

static void reads_basic_dates_and_nothing_else(void **state)
{
    (void)state;
    const char *bad[] = {"",
                         "20261124",
                         "20261124T035852",
                         "20261124T035852ZZ",
                         "20261324T035852Z",
                         "20261124t035852z",
                         "2026112aT035852Z",
                         "20261124T245852Z",
                         "19691231T235959Z",
                         "2026-11-24T03:58:52Z"};
    int64_t time_ms = -1;

    assert_true(s3a_date_basic_parse(S3A_STR("20261124T035852Z"), &time_ms));
    assert_true(time_ms == 1795492732000);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(s3a_date_basic_parse(s3a_str_of(bad[i]), &time_ms));
        assert_true(time_ms == 1795492732000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_three_forms),
        cmocka_unit_test(every_time_comes_back_as_it_went),
        cmocka_unit_test(reads_the_obsolete_forms),
        cmocka_unit_test(reads_no_other_http_date),
        cmocka_unit_test(reads_iso_dates_with_and_without_a_fraction),
        cmocka_unit_test(reads_basic_dates_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

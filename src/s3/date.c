/* SPDX-License-Identifier: MIT */
#include "date.h"

#include <string.h>

#define YEAR_MIN 1970
#define YEAR_MAX 9999
#define MS_MAX INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define DAY_MS INT64_C(86400000)

struct date {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second, ms;
    int weekday; /* 0: Sunday */
};

static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const day_names_long[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                             "Thursday", "Friday", "Saturday"};

static bool is_leap_year(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap_year(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to the first of January. */
static int days_before_year(int year)
{
    int before = year - 1;
    return 365 * (year - YEAR_MIN) + (before / 4 - before / 100 + before / 400) - 477;
}

static struct date date_of_ms(int64_t time_ms)
{
    struct date date = {.month = 1};

    time_ms = time_ms < 0 ? 0 : time_ms;
    time_ms = time_ms > MS_MAX ? MS_MAX : time_ms;
    int days = (int)(time_ms / DAY_MS);
    int rest_ms = (int)(time_ms % DAY_MS);
    date.weekday = (days + 4) % 7; /* 1970-01-01 was a Thursday */
    date.year = YEAR_MIN + days / 366;
    while (date.year < YEAR_MAX && days_before_year(date.year + 1) <= days) {
        date.year++;
    }
    days -= days_before_year(date.year);
    while (days >= days_of_month(date.year, date.month)) {
        days -= days_of_month(date.year, date.month++);
    }
    date.day = days + 1;
    date.hour = rest_ms / 3600000;
    date.minute = rest_ms / 60000 % 60;
    date.second = rest_ms / 1000 % 60;
    date.ms = rest_ms % 1000;
    return date;
}

/* False where a part is out of its range. A second of 60 is a leap second, and counts as the one
 * that follows. */
static bool date_to_ms(const struct date *date, int64_t *ret_time_ms)
{
    if (date->year < YEAR_MIN || date->year > YEAR_MAX || date->month < 1 || date->month > 12 ||
        date->day < 1 || date->day > days_of_month(date->year, date->month) || date->hour > 23 ||
        date->minute > 59 || date->second > 60) {
        return false;
    }
    int64_t days = days_before_year(date->year) + date->day - 1;
    for (int month = 1; month < date->month; month++) {
        days += days_of_month(date->year, month);
    }
    int64_t minutes = date->hour * 60 + date->minute;
    int64_t time_ms = days * DAY_MS + (minutes * 60 + date->second) * 1000 + date->ms;
    if (time_ms > MS_MAX) {
        return false;
    }
    *ret_time_ms = time_ms;
    return true;
}

/* Writing: these return the place behind what they wrote. */

static char *put_number(char *at, int value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + digits;
}

static char *put_text(char *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return at + size;
}

void s3a_date_http(int64_t time_ms, char ret_text[S3A_DATE_HTTP_SIZE + 1])
{
    struct date date = date_of_ms(time_ms);
    char *at = put_text(ret_text, day_names[date.weekday]);

    at = put_number(put_text(at, ", "), date.day, 2);
    at = put_text(put_text(at, " "), month_names[date.month - 1]);
    at = put_number(put_text(at, " "), date.year, 4);
    at = put_number(put_text(at, " "), date.hour, 2);
    at = put_number(put_text(at, ":"), date.minute, 2);
    at = put_number(put_text(at, ":"), date.second, 2);
    at = put_text(at, " GMT");
    *at = '\0';
}

void s3a_date_iso(int64_t time_ms, char ret_text[S3A_DATE_ISO_SIZE + 1])
{
    struct date date = date_of_ms(time_ms);
    char *at = put_number(ret_text, date.year, 4);

    at = put_number(put_text(at, "-"), date.month, 2);
    at = put_number(put_text(at, "-"), date.day, 2);
    at = put_number(put_text(at, "T"), date.hour, 2);
    at = put_number(put_text(at, ":"), date.minute, 2);
    at = put_number(put_text(at, ":"), date.second, 2);
    at = put_number(put_text(at, "."), date.ms, 3);
    at = put_text(at, "Z");
    *at = '\0';
}

void s3a_date_basic(int64_t time_ms, char ret_text[S3A_DATE_BASIC_SIZE + 1])
{
    struct date date = date_of_ms(time_ms);
    char *at = put_number(ret_text, date.year, 4);

    at = put_number(put_number(at, date.month, 2), date.day, 2);
    at = put_number(put_text(at, "T"), date.hour, 2);
    at = put_number(put_number(at, date.minute, 2), date.second, 2);
    at = put_text(at, "Z");
    *at = '\0';
}

/* Reading: each takes its part from the front, or returns false. */

static bool take_text(struct s3a_str *rest, const char *text)
{
    if (!s3a_str_starts_with(*rest, text)) {
        return false;
    }
    *rest = s3a_str_skip(*rest, strlen(text));
    return true;
}

static bool take_number(struct s3a_str *rest, size_t digits, int *ret_value)
{
    uint64_t value;

    if (rest->size < digits || !s3a_str_to_uint64(s3a_str_make(rest->data, digits), 9999, &value)) {
        return false;
    }
    *ret_value = (int)value;
    *rest = s3a_str_skip(*rest, digits);
    return true;
}

/* ret_index is that of the name in names. */
static bool take_name(struct s3a_str *rest, const char *const *names, int count, int *ret_index)
{
    for (int i = 0; i < count; i++) {
        if (take_text(rest, names[i])) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

static bool take_month(struct s3a_str *rest, struct date *date)
{
    int index;

    if (!take_name(rest, month_names, 12, &index)) {
        return false;
    }
    date->month = index + 1;
    return true;
}

static bool take_clock(struct s3a_str *rest, struct date *date)
{
    return take_number(rest, 2, &date->hour) && take_text(rest, ":") &&
           take_number(rest, 2, &date->minute) && take_text(rest, ":") &&
           take_number(rest, 2, &date->second);
}

/* The zone, which some clients write as mail has it: -0000 (botocore), +0000. */
static bool take_zone(struct s3a_str *rest)
{
    return take_text(rest, " GMT") || take_text(rest, " -0000") || take_text(rest, " +0000");
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool take_fixdate(struct s3a_str *rest, struct date *date)
{
    return take_name(rest, day_names, 7, &date->weekday) && take_text(rest, ", ") &&
           take_number(rest, 2, &date->day) && take_text(rest, " ") && take_month(rest, date) &&
           take_text(rest, " ") && take_number(rest, 4, &date->year) && take_text(rest, " ") &&
           take_clock(rest, date) && take_zone(rest) && rest->size == 0;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static bool take_rfc850(struct s3a_str *rest, struct date *date)
{
    if (!(take_name(rest, day_names_long, 7, &date->weekday) && take_text(rest, ", ") &&
          take_number(rest, 2, &date->day) && take_text(rest, "-") && take_month(rest, date) &&
          take_text(rest, "-") && take_number(rest, 2, &date->year) && take_text(rest, " ") &&
          take_clock(rest, date) && take_text(rest, " GMT") && rest->size == 0)) {
        return false;
    }
    date->year += date->year < 70 ? 2000 : 1900;
    return true;
}

/* "Sun Nov  6 08:49:37 1994" */
static bool take_asctime(struct s3a_str *rest, struct date *date)
{
    return take_name(rest, day_names, 7, &date->weekday) && take_text(rest, " ") &&
           take_month(rest, date) && take_text(rest, " ") &&
           take_number(rest, take_text(rest, " ") ? 1 : 2, &date->day) && take_text(rest, " ") &&
           take_clock(rest, date) && take_text(rest, " ") && take_number(rest, 4, &date->year) &&
           rest->size == 0;
}

bool s3a_date_http_parse(struct s3a_str text, int64_t *ret_time_ms)
{
    bool (*const forms[])(struct s3a_str *, struct date *) = {take_fixdate, take_rfc850,
                                                              take_asctime};

    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        struct s3a_str rest = text;
        struct date date = {0};
        if (forms[i](&rest, &date)) {
            return date_to_ms(&date, ret_time_ms);
        }
    }
    return false;
}

/* ".5": one to nine digits, of which three count. */
static bool take_fraction(struct s3a_str *rest, struct date *date)
{
    size_t digits = 0;

    for (int unit_ms = 100; digits < rest->size; digits++, unit_ms /= 10) {
        char byte = rest->data[digits];
        if (byte < '0' || byte > '9') {
            break;
        }
        date->ms += (byte - '0') * unit_ms;
    }
    *rest = s3a_str_skip(*rest, digits);
    return digits >= 1 && digits <= 9;
}

bool s3a_date_iso_parse(struct s3a_str text, int64_t *ret_time_ms)
{
    struct s3a_str *rest = &text;
    struct date date = {0};

    if (!(take_number(rest, 4, &date.year) && take_text(rest, "-") &&
          take_number(rest, 2, &date.month) && take_text(rest, "-") &&
          take_number(rest, 2, &date.day) && take_text(rest, "T") && take_clock(rest, &date))) {
        return false;
    }
    if (take_text(rest, ".") && !take_fraction(rest, &date)) {
        return false;
    }
    return take_text(rest, "Z") && rest->size == 0 && date_to_ms(&date, ret_time_ms);
}

bool s3a_date_basic_parse(struct s3a_str text, int64_t *ret_time_ms)
{
    struct s3a_str *rest = &text;
    struct date date = {0};

    return take_number(rest, 4, &date.year) && take_number(rest, 2, &date.month) &&
           take_number(rest, 2, &date.day) && take_text(rest, "T") &&
           take_number(rest, 2, &date.hour) && take_number(rest, 2, &date.minute) &&
           take_number(rest, 2, &date.second) && take_text(rest, "Z") && rest->size == 0 &&
           date_to_ms(&date, ret_time_ms);
}

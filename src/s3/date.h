/* SPDX-License-Identifier: MIT */
#ifndef S3A_DATE_H
#define S3A_DATE_H

/* The three forms of time on S3's wire, to and from milliseconds since 1970. No time zone, no
 * locale, no clock, no global state. Years 1970 to 9999. */

#include "str.h"

#define S3A_DATE_HTTP_SIZE 29  /* "Tue, 24 Nov 2026 03:58:52 GMT" */
#define S3A_DATE_ISO_SIZE 24   /* "2026-11-24T03:58:52.000Z" */
#define S3A_DATE_BASIC_SIZE 16 /* "20261124T035852Z" */

/* Each writes its form and a NUL. Times outside the years are cut to them. */
void s3a_date_http(int64_t time_ms, char ret_text[S3A_DATE_HTTP_SIZE + 1]);
void s3a_date_iso(int64_t time_ms, char ret_text[S3A_DATE_ISO_SIZE + 1]);
void s3a_date_basic(int64_t time_ms, char ret_text[S3A_DATE_BASIC_SIZE + 1]);

/*
 * IMF-fixdate, with -0000 or +0000 for GMT as well, since botocore signs Date headers so, and the
 * two obsolete forms that recipients must accept (RFC 9110, section 5.6.7). A
 * year of two digits lies between 1970 and 2069. The day of the week must be one, but is not
 * compared with the date. False, here and below, for anything else; *ret_time_ms is then left
 * alone.
 */
bool s3a_date_http_parse(struct s3a_str text, int64_t *ret_time_ms);

/* "2026-11-24T03:58:52Z" with or without a fraction of up to nine digits. */
bool s3a_date_iso_parse(struct s3a_str text, int64_t *ret_time_ms);
bool s3a_date_basic_parse(struct s3a_str text, int64_t *ret_time_ms);

#endif

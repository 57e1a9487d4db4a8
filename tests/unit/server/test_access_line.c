/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "access_line.h"

static const struct s3a_access_record put = {
    .time_ms = INT64_C(1795492732000),
    .remote = "127.0.0.1",
    .user = S3A_STR_INIT("AKIDEXAMPLE"),
    .request_id = S3A_STR_INIT("0123456789ABCDEF"),
    .method = S3A_STR_INIT("PUT"),
    .target = S3A_STR_INIT("/bucket/k?x-id=PutObject"),
    .operation = "PutObject",
    .bucket = S3A_STR_INIT("bucket"),
    .key = S3A_STR_INIT("k"),
    .status = 412,
    .code = "PreconditionFailed",
    .bytes_in = 5,
    .bytes_out = 300,
    .duration_us = 1234,
    .is_complete = true,
};

static void assert_line(void (*write)(const struct s3a_access_record *, struct s3a_buf *),
                        const struct s3a_access_record *record, const char *wanted)
{
    struct s3a_buf line;

    s3a_buf_init(&line, 100000);
    write(record, &line);
    assert_string_equal(s3a_buf_text(&line), wanted);
    s3a_buf_fini(&line);
}

static void the_common_form_is_what_others_read(void **state)
{
    (void)state;
    struct s3a_access_record nobody = {.remote = "::1",
                                       .method = S3A_STR_INIT("GET"),
                                       .target = S3A_STR_INIT("/"),
                                       .code = "AccessDenied",
                                       .status = 403};

    assert_line(s3a_access_line_common, &put,
                "127.0.0.1 - AKIDEXAMPLE [24/Nov/2026:03:58:52 +0000] "
                "\"PUT /bucket/k?x-id=PutObject HTTP/1.1\" 412 300 0123456789ABCDEF PutObject "
                "PreconditionFailed 5 1234\n");
    assert_line(s3a_access_line_common, &nobody,
                "::1 - - [01/Jan/1970:00:00:00 +0000] \"GET / HTTP/1.1\" 403 0 - - aborted 0 0\n");
}

static void as_json_everything_has_its_name(void **state)
{
    (void)state;
    assert_line(s3a_access_line_json, &put,
                "{\"time\":\"2026-11-24T03:58:52.000Z\",\"remote\":\"127.0.0.1\","
                "\"user\":\"AKIDEXAMPLE\",\"request_id\":\"0123456789ABCDEF\",\"method\":\"PUT\","
                "\"target\":\"/bucket/k?x-id=PutObject\",\"operation\":\"PutObject\","
                "\"bucket\":\"bucket\",\"key\":\"k\",\"status\":412,"
                "\"code\":\"PreconditionFailed\",\"bytes_in\":5,\"bytes_out\":300,"
                "\"duration_us\":1234,\"complete\":true}\n");
}

static void what_signs_a_url_is_left_out(void **state)
{
    (void)state;
    struct s3a_access_record get = put;

    get.target = S3A_STR("/b/k?X-Amz-Credential=AK&X-Amz-Signature=5ec4e7&x-amz-security-token=70k"
                         "&a&b=");
    struct s3a_buf line;
    s3a_buf_init(&line, 100000);
    s3a_access_line_common(&get, &line);
    s3a_access_line_json(&get, &line);
    const char *text = s3a_buf_text(&line);
    assert_null(strstr(text, "5ec4e7"));
    assert_null(strstr(text, "70k"));
    assert_non_null(strstr(text, "?X-Amz-Credential=AK&X-Amz-Signature=REDACTED&"
                                 "x-amz-security-token=REDACTED&a&b= HTTP"));
    s3a_buf_fini(&line);
}

static void nothing_ends_a_line_or_a_text_before_its_time(void **state)
{
    (void)state;
    struct s3a_access_record bad = put;

    bad.target = S3A_STR("/\"\\\n\x7f\xff");
    bad.key = S3A_STR("\"\\\n\x7f\xff");
    bad.user = S3A_STR("gr\xc3\xbc\xc3\x9f");
    struct s3a_buf line;
    s3a_buf_init(&line, 100000);
    s3a_access_line_common(&bad, &line);
    assert_non_null(strstr(s3a_buf_text(&line), "gr\\xc3\\xbc\\xc3\\x9f"));
    assert_non_null(strstr(s3a_buf_text(&line), "\"PUT /\\x22\\x5c\\x0a\\x7f\\xff HTTP/1.1\""));
    s3a_buf_clear(&line);
    s3a_access_line_json(&bad, &line);
    assert_non_null(strstr(s3a_buf_text(&line), "\"key\":\"\\\"\\\\\\u000a\\u007f\\u00ff\""));
    assert_non_null(strstr(s3a_buf_text(&line), "\"user\":\"gr\xc3\xbc\xc3\x9f\""));
    assert_int_equal(s3a_str_find(s3a_buf_str(&line), '\n'), line.size - 1);
    s3a_buf_fini(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_common_form_is_what_others_read),
        cmocka_unit_test(as_json_everything_has_its_name),
        cmocka_unit_test(what_signs_a_url_is_left_out),
        cmocka_unit_test(nothing_ends_a_line_or_a_text_before_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

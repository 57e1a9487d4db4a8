/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>

#include "doctor_ward.h"

static const char *name_of(struct s3a_doctor_report *report, const char *endpoint,
                           const char *server, const char *request_id)
{
    struct s3a_ward ward = {.report = report};
    struct s3a_ward_ask ask = {.kind = S3A_OP_PUT_OBJECT};

    *report = (struct s3a_doctor_report){.usd_per_month = 0};
    snprintf(report->endpoint, sizeof(report->endpoint), "%s", endpoint);
    snprintf(ask.server, sizeof(ask.server), "%s", server);
    snprintf(ask.request_id, sizeof(ask.request_id), "%s", request_id);
    s3a_ward_recognise(&ward, &ask);
    s3a_ward_price(report);
    return report->store;
}

static void a_store_is_known_by_its_host_its_server_header_or_its_ids(void **state)
{
    struct s3a_doctor_report report;

    (void)state;
    assert_string_equal(name_of(&report, "https://s3.eu-west-1.amazonaws.com", "", ""),
                        "Amazon S3");
    assert_string_equal(
        name_of(&report, "https://a1.r2.cloudflarestorage.com:443/x", "cloudflare", ""),
        "Cloudflare R2");
    assert_string_equal(name_of(&report, "http://10.0.0.1:9000", "MinIO/RELEASE", ""), "MinIO");
    assert_string_equal(name_of(&report, "http://10.0.0.1", "Ceph Object Gateway (reef)", ""),
                        "Ceph RADOS Gateway");
    assert_string_equal(name_of(&report, "http://10.0.0.1", "", "tx00000d3b5-0065f1-1029-default"),
                        "Ceph RADOS Gateway");
    assert_string_equal(name_of(&report, "file:///tmp/store", "", ""),
                        "a directory of this machine");
    assert_string_equal(name_of(&report, "http://10.0.0.1", "nginx", "42"), "");
}

static void a_month_is_told_in_money_where_that_is_known(void **state)
{
    struct s3a_doctor_report report;

    (void)state;
    (void)name_of(&report, "https://s3.eu-west-1.amazonaws.com", "", "");
    assert_int_equal(report.writes_per_month, 259200);
    assert_int_equal((int)(report.usd_per_month * 1000), 1296);
    (void)name_of(&report, "file:///tmp/store", "", "");
    assert_true(report.usd_per_month == 0);
    (void)name_of(&report, "http://10.0.0.1", "", "");
    assert_true(report.usd_per_month < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_is_known_by_its_host_its_server_header_or_its_ids),
        cmocka_unit_test(a_month_is_told_in_money_where_that_is_known),
    };
    return cmocka_run_group_tests_name("doctor_store", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>

#include "aws_service.h"
#include "purse.h"

struct desk_of_aws {
    struct s3a_aws_environment environment;
    struct s3a_profiles profiles;
};

static void open_desk(struct purse *purse, struct desk_of_aws *desk, const char *profile)
{
    assert_int_equal(s3a_aws_environment_read(&purse->pool, &desk->environment, &purse->error),
                     S3A_OK);
    assert_int_equal(
        s3a_profiles_load(&desk->profiles, &desk->environment, s3a_str_of(profile), &purse->error),
        S3A_OK);
}

static void assert_own(struct purse *purse, const struct s3a_aws_place *place, const char *region,
                       const char *expected)
{
    struct desk_of_aws desk;
    char url[S3A_AWS_URL_SIZE];

    open_desk(purse, &desk, NULL);
    s3a_aws_endpoint_own(&desk.environment, &desk.profiles, place, s3a_str_of(region), url);
    assert_string_equal(url, expected);
    s3a_profiles_fini(&desk.profiles);
}

static void each_partition_has_its_domain(void **state)
{
    struct purse *purse = *state;

    assert_own(purse, &s3a_aws_s3, "eu-central-1", "https://s3.eu-central-1.amazonaws.com");
    assert_own(purse, &s3a_aws_s3, "cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn");
    assert_own(purse, &s3a_aws_s3, "us-gov-west-1", "https://s3.us-gov-west-1.amazonaws.com");
    assert_own(purse, &s3a_aws_sts, "us-iso-east-1", "https://sts.us-iso-east-1.c2s.ic.gov");
    assert_own(purse, &s3a_aws_sso, "us-isob-east-1",
               "https://portal.sso.us-isob-east-1.sc2s.sgov.gov");
}

static void fips_and_dual_stack_change_the_name(void **state)
{
    struct purse *purse = *state;

    setenv("AWS_USE_FIPS_ENDPOINT", "true", 1);
    assert_own(purse, &s3a_aws_s3, "us-east-1", "https://s3-fips.us-east-1.amazonaws.com");
    purse_write(purse, ".aws/config", "[default]\nuse_dualstack_endpoint = true\n");
    assert_own(purse, &s3a_aws_s3, "us-east-1",
               "https://s3-fips.dualstack.us-east-1.amazonaws.com");
    assert_own(purse, &s3a_aws_sts, "us-east-1", "https://sts-fips.us-east-1.api.aws");
    /* The environment counts more. */
    setenv("AWS_USE_DUALSTACK_ENDPOINT", "false", 1);
    assert_own(purse, &s3a_aws_s3, "us-east-1", "https://s3-fips.us-east-1.amazonaws.com");
}

static void assert_given(struct purse *purse, const char *expected, const char *expected_where)
{
    struct desk_of_aws desk;
    const char *where;

    open_desk(purse, &desk, "p");
    struct s3a_str url =
        s3a_aws_endpoint_given(&desk.environment, &desk.profiles, &s3a_aws_s3, &where);
    if (expected) {
        assert_str(url, expected);
        assert_string_equal(where, expected_where);
    } else {
        assert_null(url.data);
    }
    s3a_profiles_fini(&desk.profiles);
}

static void the_nearest_word_on_an_endpoint_counts(void **state)
{
    struct purse *purse = *state;

    purse_write(purse, ".aws/config", "[profile p]\nregion = x\n");
    assert_given(purse, NULL, NULL);
    purse_write(purse, ".aws/config", "[profile p]\nendpoint_url = http://profile\n");
    assert_given(purse, "http://profile", "endpoint_url of the profile");
    purse_write(purse, ".aws/config",
                "[profile p]\nendpoint_url = http://profile\nservices = mine\n"
                "[services mine]\ns3 =\n  endpoint_url = http://services\n");
    assert_given(purse, "http://services", "endpoint_url of the profile's services");
    setenv("AWS_ENDPOINT_URL", "http://all", 1);
    assert_given(purse, "http://all", "AWS_ENDPOINT_URL");
    setenv("AWS_ENDPOINT_URL_S3", "http://s3", 1);
    assert_given(purse, "http://s3", "AWS_ENDPOINT_URL_S3");
    setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", 1);
    assert_given(purse, NULL, NULL);
}

static void assert_in(const char *host, const char *region, const char *expected)
{
    char other[S3A_AWS_URL_SIZE];

    assert_int_equal(s3a_aws_s3_host_in(s3a_str_of(host), s3a_str_of(region), other),
                     expected[0] != '\0');
    assert_string_equal(other, expected);
}

static void a_region_is_beside_another_of_its_partition(void **state)
{
    (void)state;
    assert_in("s3.eu-west-1.amazonaws.com", "ap-south-2", "s3.ap-south-2.amazonaws.com");
    assert_in("s3.amazonaws.com", "eu-west-1", "s3.eu-west-1.amazonaws.com");
    assert_in("s3-fips.dualstack.us-east-1.amazonaws.com", "us-east-2",
              "s3-fips.dualstack.us-east-2.amazonaws.com");
    assert_in("s3.cn-north-1.amazonaws.com.cn", "cn-northwest-1",
              "s3.cn-northwest-1.amazonaws.com.cn");
    assert_in("s3.cn-north-1.amazonaws.com.cn", "eu-west-1", "");
    assert_in("s3.eu-west-1.amazonaws.com", "cn-north-1", "");
    assert_in("s3.eu-west-1.amazonaws.com", "eu.west", "");
    assert_in("s3.eu-west-1.amazonaws.com", "", "");
    assert_in("s3.eu-west-1.amazonaws.com.evil.com", "eu-west-2", "");
    assert_in("s3.eu-west-1.evil.com", "eu-west-2", "");
    assert_in("s3.evil.com", "eu-west-2", "");
    assert_in("minio.eu-west-1.amazonaws.com", "eu-west-2", "");
    assert_in("127.0.0.1", "eu-west-2", "");
    assert_in("", "eu-west-2", "");
}

static void a_hosts_region_is_in_its_name(void **state)
{
    (void)state;
    assert_str(s3a_aws_s3_host_region(S3A_STR("s3.eu-west-1.amazonaws.com")), "eu-west-1");
    assert_str(s3a_aws_s3_host_region(S3A_STR("s3-eu-west-1.amazonaws.com")), "eu-west-1");
    assert_str(s3a_aws_s3_host_region(S3A_STR("s3.dualstack.eu-west-1.amazonaws.com")),
               "eu-west-1");
    assert_null(s3a_aws_s3_host_region(S3A_STR("s3.amazonaws.com")).data);
    assert_null(s3a_aws_s3_host_region(S3A_STR("s3-eu-west-1.evil.com")).data);
    assert_null(s3a_aws_s3_host_region(S3A_STR("")).data);
}

static void a_host_of_amazons_is_known_by_its_domain(void **state)
{
    static const char *const good[] = {
        "s3.eu-west-1.amazonaws.com",
        "S3.EU-WEST-1.AMAZONAWS.COM",
        "s3express-euw1-az1.eu-west-1.amazonaws.com",
        "bucket.vpce-1a2b.s3.us-east-1.vpce.amazonaws.com",
        "s3.cn-north-1.amazonaws.com.cn",
        "s3.eusc-de-east-1.amazonaws.eu",
        "s3.eu-west-1.api.aws",
    };
    static const char *const bad[] = {"", "amazonaws.com", "s3.evilamazonaws.com",
                                      "s3.amazonaws.com.evil.com", "127.0.0.1"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(s3a_aws_has_host(s3a_str_of(good[i])));
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(s3a_aws_has_host(s3a_str_of(bad[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PURSE_TEST(each_partition_has_its_domain),
        PURSE_TEST(fips_and_dual_stack_change_the_name),
        PURSE_TEST(the_nearest_word_on_an_endpoint_counts),
        cmocka_unit_test(a_region_is_beside_another_of_its_partition),
        cmocka_unit_test(a_hosts_region_is_in_its_name),
        cmocka_unit_test(a_host_of_amazons_is_known_by_its_domain),
    };
    return cmocka_run_group_tests_name("aws_service", tests, NULL, NULL);
}

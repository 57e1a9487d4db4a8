/* SPDX-License-Identifier: MIT */
#include "aws_service.h"

#include <stdio.h>
#include <string.h>

#define DUAL_STACK "dualstack."

const struct s3a_aws_place s3a_aws_s3 = {"s3", "s3", S3A_AWS_ENDPOINT_URL_S3};
const struct s3a_aws_place s3a_aws_sts = {"sts", "sts", S3A_AWS_ENDPOINT_URL_STS};
const struct s3a_aws_place s3a_aws_sso = {"portal.sso", "sso", S3A_AWS_ENDPOINT_URL_SSO};

/* partitions.json of the SDKs: the first whose prefix fits. */
static const struct {
    const char *prefix;
    const char *domain;
    const char *dual_stack_domain;
} partitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud"},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu"},
    {"", "amazonaws.com", "api.aws"},
};

static size_t partition_of(struct s3a_str region)
{
    size_t i = 0;

    while (!s3a_str_starts_with(region, partitions[i].prefix)) {
        i++;
    }
    return i;
}

struct s3a_str s3a_aws_endpoint_given(const struct s3a_aws_environment *environment,
                                      const struct s3a_profiles *profiles,
                                      const struct s3a_aws_place *place, const char **ret_where)
{
    const enum s3a_aws_variable variables[] = {place->variable, S3A_AWS_ENDPOINT_URL,
                                               S3A_AWS_VARIABLE_COUNT};
    enum s3a_aws_variable variable = s3a_aws_first(environment, variables);
    char key[32];

    *ret_where = "";
    if (s3a_aws_is_true(s3a_aws_get(environment, S3A_AWS_IGNORE_CONFIGURED_ENDPOINT_URLS)) ||
        s3a_aws_is_true(
            s3a_profile_get(profiles, profiles->chosen, "ignore_configured_endpoint_urls"))) {
        return s3a_str_make(NULL, 0);
    }
    if (variable != S3A_AWS_VARIABLE_COUNT) {
        *ret_where = s3a_aws_variable_name(variable);
        return s3a_aws_get(environment, variable);
    }
    struct s3a_str services = s3a_profile_get(profiles, profiles->chosen, "services");
    if (services.data) {
        snprintf(key, sizeof(key), "%s.endpoint_url", place->config_name);
        struct s3a_str url = s3a_profiles_get_section(profiles, "services", services, key);
        if (url.data) {
            *ret_where = "endpoint_url of the profile's services";
            return url;
        }
    }
    *ret_where = "endpoint_url of the profile";
    return s3a_profile_get(profiles, profiles->chosen, "endpoint_url");
}

static bool is_wanted(const struct s3a_aws_environment *environment,
                      const struct s3a_profiles *profiles, enum s3a_aws_variable variable,
                      const char *key)
{
    struct s3a_str value = s3a_aws_get(environment, variable);

    return s3a_aws_is_true(value.data ? value : s3a_profile_get(profiles, profiles->chosen, key));
}

void s3a_aws_endpoint_own(const struct s3a_aws_environment *environment,
                          const struct s3a_profiles *profiles, const struct s3a_aws_place *place,
                          struct s3a_str region, char ret_url[S3A_AWS_URL_SIZE])
{
    bool is_fips = is_wanted(environment, profiles, S3A_AWS_USE_FIPS_ENDPOINT, "use_fips_endpoint");
    bool is_dual =
        is_wanted(environment, profiles, S3A_AWS_USE_DUALSTACK_ENDPOINT, "use_dualstack_endpoint");
    size_t i = partition_of(region);

    /* S3 had its dual stack before there was a rule for all. */
    bool is_s3 = place == &s3a_aws_s3;
    snprintf(ret_url, S3A_AWS_URL_SIZE, "https://%s%s%s.%.*s.%s", place->name,
             is_fips ? "-fips" : "", is_dual && is_s3 ? ".dualstack" : "", S3A_STR_ARG(region),
             is_dual && !is_s3 ? partitions[i].dual_stack_domain : partitions[i].domain);
}

bool s3a_aws_is_region(struct s3a_str region)
{
    for (size_t i = 0; i < region.size; i++) {
        char byte = region.data[i];
        bool is_good = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-';
        if (!is_good) {
            return false;
        }
    }
    return region.size > 0 && region.size <= S3A_AWS_REGION_SIZE_MAX;
}

/* "s3[-fips].[dualstack.]region.domain", in its parts. */
struct s3_host {
    struct s3a_str service;
    bool is_dual;
    struct s3a_str region; /* size 0: it names none */
    size_t partition;
};

static bool parse_host(struct s3a_str host, struct s3_host *ret_parts)
{
    struct s3a_str rest = host;
    struct s3a_str service = s3a_str_split(&rest, '.');
    bool is_dual = s3a_str_starts_with(rest, DUAL_STACK);

    *ret_parts = (struct s3_host){.service = service, .is_dual = is_dual};
    if (!s3a_str_is(service, "s3") && !s3a_str_is(service, "s3-fips")) {
        return false;
    }
    if (s3a_str_is(service, "s3") && s3a_str_is(rest, "amazonaws.com")) {
        ret_parts->partition = partition_of(S3A_STR(""));
        return true;
    }
    rest = is_dual ? s3a_str_skip(rest, sizeof(DUAL_STACK) - 1) : rest;
    ret_parts->region = s3a_str_split(&rest, '.');
    ret_parts->partition = partition_of(ret_parts->region);
    return s3a_aws_is_region(ret_parts->region) &&
           s3a_str_is(rest, partitions[ret_parts->partition].domain);
}

bool s3a_aws_s3_host_in(struct s3a_str host, struct s3a_str region, char ret_host[S3A_AWS_URL_SIZE])
{
    struct s3_host parts;

    ret_host[0] = '\0';
    if (!s3a_aws_is_region(region) || !parse_host(host, &parts) ||
        partition_of(region) != parts.partition) {
        return false;
    }
    snprintf(ret_host, S3A_AWS_URL_SIZE, "%.*s.%s%.*s.%s", S3A_STR_ARG(parts.service),
             parts.is_dual ? DUAL_STACK : "", S3A_STR_ARG(region),
             partitions[parts.partition].domain);
    return true;
}

bool s3a_aws_is_s3_host(struct s3a_str host)
{
    struct s3_host parts;

    return parse_host(host, &parts);
}

struct s3a_str s3a_aws_s3_host_region(struct s3a_str host)
{
    struct s3_host parts;
    struct s3a_str rest = host;

    if (parse_host(host, &parts)) {
        return parts.region.size > 0 ? parts.region : s3a_str_make(NULL, 0);
    }
    struct s3a_str region = s3a_str_split(&rest, '.');
    bool is_old = s3a_str_starts_with(region, "s3-");
    region = is_old ? s3a_str_skip(region, 3) : region;
    return is_old && s3a_aws_is_region(region) &&
                   s3a_str_is(rest, partitions[partition_of(region)].domain)
               ? region
               : s3a_str_make(NULL, 0);
}

static bool is_below(struct s3a_str host, const char *domain)
{
    size_t size = strlen(domain);

    return host.size > size && host.data[host.size - size - 1] == '.' &&
           s3a_str_is_nocase(s3a_str_skip(host, host.size - size), domain);
}

bool s3a_aws_has_host(struct s3a_str host)
{
    for (size_t i = 0; i < sizeof(partitions) / sizeof(partitions[0]); i++) {
        if (is_below(host, partitions[i].domain) ||
            is_below(host, partitions[i].dual_stack_domain)) {
            return true;
        }
    }
    return false;
}

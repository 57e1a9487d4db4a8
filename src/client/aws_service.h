/* SPDX-License-Identifier: MIT */
#ifndef S3A_AWS_SERVICE_H
#define S3A_AWS_SERVICE_H

/* Where the services of AWS are: by the environment, the profile, or their own names. */

#include "profile.h"

#define S3A_AWS_URL_SIZE 256
#define S3A_AWS_REGION_SIZE_MAX 64

/* "s3", "sts", "portal.sso" */
struct s3a_aws_place {
    const char *name;
    const char *config_name; /* in the profile's services */
    enum s3a_aws_variable variable;
};

extern const struct s3a_aws_place s3a_aws_s3;
extern const struct s3a_aws_place s3a_aws_sts;
extern const struct s3a_aws_place s3a_aws_sso;

/*
 * The endpoint that somebody has set: the service's variable, AWS_ENDPOINT_URL, the service's
 * endpoint_url in the section [services] of the profile, the profile's endpoint_url. data NULL:
 * none, or AWS_IGNORE_CONFIGURED_ENDPOINT_URLS. *ret_where is what named it.
 */
struct s3a_str s3a_aws_endpoint_given(const struct s3a_aws_environment *environment,
                                      const struct s3a_profiles *profiles,
                                      const struct s3a_aws_place *place, const char **ret_where);

/* AWS's own, in the partition of the region: "https://sts.eu-central-1.amazonaws.com". FIPS and
 * dual stack as AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT or the profile say. */
void s3a_aws_endpoint_own(const struct s3a_aws_environment *environment,
                          const struct s3a_profiles *profiles, const struct s3a_aws_place *place,
                          struct s3a_str region, char ret_url[S3A_AWS_URL_SIZE]);

/* Is this how a region is called? Whether there is one of that name is another matter. */
bool s3a_aws_is_region(struct s3a_str region);

/*
 * The host of Amazon S3 that is to another region, of the same partition, what this one is to its
 * own: "s3.eu-west-1.amazonaws.com" for "s3.us-east-1.amazonaws.com" or "s3.amazonaws.com"; FIPS
 * and dual stack stay. False where host is no such one, or the region is of another partition.
 */
bool s3a_aws_s3_host_in(struct s3a_str host, struct s3a_str region,
                        char ret_host[S3A_AWS_URL_SIZE]);

/* Is it such a host? */
bool s3a_aws_is_s3_host(struct s3a_str host);

/* The region of such a host, also of one of the old form "s3-eu-west-1.amazonaws.com"; data NULL
 * where it is none. */
struct s3a_str s3a_aws_s3_host_region(struct s3a_str host);

/* Is that host one of AWS's own by its name: of any service, in any partition? */
bool s3a_aws_has_host(struct s3a_str host);

#endif

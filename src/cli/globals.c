/* SPDX-License-Identifier: MIT */
#include "globals.h"

struct s3a_globals s3a_globals;

static const struct s3a_option options[] = {
    {0, "endpoint", "URL",
     "where the store is: https://HOST[:PORT], http://HOST[:PORT], or file:///DIRECTORY. Default: "
     "S3ATOMIC_ENDPOINT, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, else Amazon S3",
     .text = &s3a_globals.endpoint},
    {0, "region", "REGION",
     "default: AWS_REGION, AWS_DEFAULT_REGION, or the profile's, else us-east-1",
     .text = &s3a_globals.region},
    {0, "profile", "NAME", "of ~/.aws/config and ~/.aws/credentials; default: AWS_PROFILE",
     .text = &s3a_globals.profile},
    {0, "unsafe-store", NULL,
     "go on where the store ignores the conditions of writes, which means that two may hold one "
     "lock and that updates may be lost",
     .flag = &s3a_globals.unsafe_store},
    {0, "json", NULL, "print results as JSON, one object a line", .flag = &s3a_globals.json},
    {'q', "quiet", NULL, "say nothing but errors", .flag = &s3a_globals.quiet},
    {'v', "verbose", NULL, "say more", .flag = &s3a_globals.verbose},
    {'h', "help", NULL, "print this and end", .flag = &s3a_globals.help},
    {0, "version", NULL, "print the version and end", .flag = &s3a_globals.version},
};

const struct s3a_option_group s3a_global_options = {"Options of every command", options,
                                                    sizeof(options) / sizeof(options[0])};

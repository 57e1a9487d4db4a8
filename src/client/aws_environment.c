/* SPDX-License-Identifier: MIT */
#include "aws_environment.h"

#include <stdlib.h>

#include "error.h"

static const char *const names[] = {
#define NAME(name) #name,
    S3A_AWS_VARIABLE_MAP(NAME)
#undef NAME
};

enum s3a_status s3a_aws_environment_read(struct s3a_pool *pool,
                                         struct s3a_aws_environment *ret_environment,
                                         struct s3a_error *error)
{
    *ret_environment = (struct s3a_aws_environment){.values = {{NULL, 0}}};
    for (unsigned i = 0; i < S3A_AWS_VARIABLE_COUNT; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            ret_environment->values[i] = s3a_pool_copy(pool, s3a_str_of(value));
            if (!ret_environment->values[i].data) {
                return s3a_error_set_no_memory(error);
            }
        }
    }
    return S3A_OK;
}

const char *s3a_aws_variable_name(enum s3a_aws_variable variable)
{
    return names[variable];
}

enum s3a_aws_variable s3a_aws_first(const struct s3a_aws_environment *environment,
                                    const enum s3a_aws_variable *variables)
{
    while (*variables != S3A_AWS_VARIABLE_COUNT && !environment->values[*variables].data) {
        variables++;
    }
    return *variables;
}

bool s3a_aws_is_true(struct s3a_str value)
{
    return s3a_str_is_nocase(value, "true");
}

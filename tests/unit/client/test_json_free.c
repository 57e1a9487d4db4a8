/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "codec_sample.h"
#include "json_value.h"

/* What these free is judged by the leak checker of a sanitized build, and by what free() itself
 * does with a pointer that is freed twice. */

static void a_value_is_freed_with_all_that_it_points_to(void **state)
{
    (void)state;
    struct config *config = calloc(1, sizeof(*config));

    config->name = strdup("name");
    config->hosts_count = 2;
    config->hosts = calloc(2, sizeof(*config->hosts));
    config->hosts[1].name = strdup("host");
    config->hosts[1].tags_count = 1;
    config->hosts[1].tags = calloc(1, sizeof(char *));
    config->hosts[1].tags[0] = strdup("tag");
    config->weights_count = 1;
    config->weights = calloc(1, sizeof(double));
    config->verbose = calloc(1, sizeof(bool));
    config->burst = calloc(1, sizeof(struct limits));
    config->note = strdup("note");
    s3a_json_free(&config_type, config);
}

static void an_optional_struct_is_freed_with_what_is_in_it(void **state)
{
    (void)state;
    struct site {
        struct host *host;
    };
    static const struct s3a_field fields[] = {
        S3A_FIELD_OPTIONAL(struct site, host, &host_type),
    };
    static const struct s3a_type type = S3A_TYPE(struct site, fields);
    struct site *site = calloc(1, sizeof(*site));

    site->host = calloc(1, sizeof(*site->host));
    site->host->name = strdup("host");
    s3a_json_free(&type, site);
}

static void a_half_built_value_is_freed_as_far_as_it_goes(void **state)
{
    (void)state;
    struct config *config = calloc(1, sizeof(*config));

    config->hosts_count = 3;
    config->hosts = calloc(3, sizeof(*config->hosts));
    config->hosts[0].tags_count = 5;
    s3a_json_free(&config_type, config);

    config = calloc(1, sizeof(*config));
    config->hosts_count = 3;
    s3a_json_free(&config_type, config);
    s3a_json_free(&config_type, calloc(1, sizeof(*config)));
    s3a_json_free(&config_type, NULL);
}

static void a_decoded_value_may_be_rebuilt_before_it_is_freed(void **state)
{
    (void)state;
    void *value;

    assert_int_equal(s3a_json_decode(&config_type, S3A_STR(CONFIG_TEXT), &value, NULL), S3A_OK);
    struct config *config = value;
    free(config->name);
    config->name = strdup("another");
    free(config->burst);
    config->burst = NULL;
    config->weights = realloc(config->weights, 10 * sizeof(double));
    config->weights_count = 10;
    s3a_json_free(&config_type, value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_freed_with_all_that_it_points_to),
        cmocka_unit_test(an_optional_struct_is_freed_with_what_is_in_it),
        cmocka_unit_test(a_half_built_value_is_freed_as_far_as_it_goes),
        cmocka_unit_test(a_decoded_value_may_be_rebuilt_before_it_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

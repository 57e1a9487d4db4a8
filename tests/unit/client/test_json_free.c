/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "codec_sample.h"
#include "json_value.h"

/* What these free is judged by the leak checker of a sanitized build, and by what free() itself
 * does with a pointer that is freed twice. */

static struct config *everything(void)
{
    void *value;

    assert_int_equal(s3a_json_decode(&config_type, S3A_STR(CONFIG_TEXT), &value, NULL), S3A_OK);
    return value;
}

static void a_value_is_freed_with_all_that_it_points_to(void **state)
{
    (void)state;
    s3a_json_free(&config_type, everything());
    s3a_json_free(&config_type, NULL);
}

static void one_call_clears_a_struct(void **state)
{
    (void)state;
    static const struct config nothing;
    struct config *config = everything();
    struct config own = *config;

    free(config);
    s3a_value_clear(&config_type, &own);
    assert_memory_equal(&own, &nothing, sizeof(own));
    s3a_value_clear(&config_type, &own);
    assert_memory_equal(&own, &nothing, sizeof(own));
}

/* Arrays whose elements were not made yet, and counts that say nothing true. */
static void a_half_built_value_is_freed_as_far_as_it_goes(void **state)
{
    (void)state;
    struct config *config = calloc(1, sizeof(*config));

    config->hosts_count = 3;
    config->hosts = calloc(3, sizeof(*config->hosts));
    config->hosts[0].tags_count = 5;
    config->friends_count = 2;
    config->friends = calloc(2, sizeof(*config->friends));
    config->last_count = -1;
    s3a_json_free(&config_type, config);

    config = calloc(1, sizeof(*config));
    config->hosts_count = 3;
    config->last_count = 3;
    s3a_json_free(&config_type, config);
    s3a_json_free(&config_type, calloc(1, sizeof(*config)));
}

static void a_decoded_value_may_be_rebuilt_before_it_is_freed(void **state)
{
    (void)state;
    struct config *config = everything();

    free(config->name);
    config->name = strdup("another");
    free(config->burst);
    config->burst = NULL;
    config->weights = realloc(config->weights, 10 * sizeof(double));
    config->weights_count = 10;
    free((void *)(uintptr_t)config->secret.data);
    config->secret = (struct s3a_bytes){NULL, 0};
    s3a_value_clear(&node_type, &config->tree.children[1]);
    config->tree.children_count = 1;
    free(config->others);
    config->others = strdup("{}");
    s3a_json_free(&config_type, config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_freed_with_all_that_it_points_to),
        cmocka_unit_test(one_call_clears_a_struct),
        cmocka_unit_test(a_half_built_value_is_freed_as_far_as_it_goes),
        cmocka_unit_test(a_decoded_value_may_be_rebuilt_before_it_is_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

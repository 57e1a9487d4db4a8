/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "aspect.h"

static void what_is_not_configured_is_told_as_amazon_tells_it(void **state)
{
    (void)state;
    assert_int_equal(s3a_aspect_of_bucket(S3A_STR("cors"))->code, S3A_CODE_NO_SUCH_CORS);
    assert_int_equal(s3a_aspect_of_bucket(S3A_STR("policy"))->code, S3A_CODE_NO_SUCH_BUCKET_POLICY);
    assert_int_equal(s3a_aspect_of_bucket(S3A_STR("versioning"))->code, S3A_CODE_NONE);
    assert_string_equal(s3a_aspect_of_bucket(S3A_STR("versioning"))->root,
                        "VersioningConfiguration");
}

/* The table is made by macros: each row must hold together. */
static void every_aspect_has_a_code_or_a_document(void **state)
{
    (void)state;
    static const char *const names[] = {
        "accelerate", "analytics",   "cors",           "encryption",        "intelligent-tiering",
        "inventory",  "lifecycle",   "location",       "logging",           "metrics",
        "policy",     "object-lock", "requestPayment", "publicAccessBlock", "ownershipControls",
        "website",    "replication", "notification",   "versioning",        "policyStatus"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct s3a_aspect *aspect = s3a_aspect_of_bucket(s3a_str_of(names[i]));
        assert_non_null(aspect);
        assert_string_equal(aspect->name, names[i]);
        assert_int_equal(aspect->code == S3A_CODE_NONE, aspect->root != NULL);
        assert_int_equal(aspect->root != NULL, aspect->content != NULL);
    }
}

static void an_object_has_few_and_others_none(void **state)
{
    (void)state;
    assert_int_equal(s3a_aspect_of_object(S3A_STR("retention"))->code, S3A_CODE_INVALID_REQUEST);
    assert_null(s3a_aspect_of_object(S3A_STR("cors")));
    assert_null(s3a_aspect_of_bucket(S3A_STR("retention")));
    assert_null(s3a_aspect_of_bucket(S3A_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_configured_is_told_as_amazon_tells_it),
        cmocka_unit_test(every_aspect_has_a_code_or_a_document),
        cmocka_unit_test(an_object_has_few_and_others_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "fuzz_keys.h"

#include "credential_json.h"

/* As processes, instances, containers and single sign-on have them. */
static const struct s3a_credential_json_names names[] = {
    {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"},
    {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"},
    {"accessKeyId", "secretAccessKey", "sessionToken", "expiration"},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define WHERE "what was asked"

static void read_keys(struct s3a_str object, const struct s3a_credential_json_names *name)
{
    struct s3a_pool pool = {0};
    struct s3a_key_set keys;
    struct s3a_error error;
    enum s3a_status status = s3a_credential_json_read(&pool, object, name, WHERE, &keys, &error);

    if (status == S3A_OK) {
        fuzz_check_keys(&keys);
    } else {
        s3a_check(status == S3A_CREDENTIALS && error.status == status);
        s3a_check(s3a_str_starts_with(s3a_str_of(error.message), WHERE ": "));
    }
    struct s3a_str code = s3a_credential_json_text(&pool, object, "Code");
    s3a_check(!code.data || code.data[code.size] == '\0');
    s3a_pool_fini(&pool);
}

/* The document as it is, and what single sign-on has within it. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str text = fuzz_copy(s3a_str_make(bytes, size));
    struct s3a_str object;

    if (s3a_credential_json_open(text, WHERE, &object, NULL) == S3A_OK) {
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            read_keys(object, &names[i]);
        }
        object = s3a_credential_json_member(object, "roleCredentials");
        if (object.data && s3a_json_form(object) == S3A_JSON_OBJECT) {
            read_keys(object, &names[2]);
        }
    }
    fuzz_free(text);
    return 0;
}

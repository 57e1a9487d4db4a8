/* SPDX-License-Identifier: MIT */

/*
 * A configuration that many processes read and change, and of which no change is ever lost.
 *
 *      S3ATOMIC_ENDPOINT=file:///tmp/my-store ./config
 *
 * The object is JSON, {"name":"app","value":1}; in here it is a struct config.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <s3atomic/s3atomic.h>

#define BUCKET "config-bucket"
#define KEY "app-config.json"

struct config {
    char *name;
    int64_t value;
};

/* Which member of the struct is which member of the JSON object. */
static const struct s3a_field config_fields[] = {
    S3A_FIELD(struct config, name),
    S3A_FIELD(struct config, value),
};
static const struct s3a_type config_type = S3A_TYPE(struct config, config_fields);

static char default_name[] = "app";

/*
 * One change by hand: read, change, write. What is written replaces the very state that was read:
 * if another process has written since, nothing happens and the status is S3A_CONFLICT.
 */
static enum s3a_status add_one(struct s3a_store *store, struct s3a_error *error)
{
    struct config initial = {.name = default_name};
    struct s3a_object object;
    struct config *config;
    enum s3a_status status;

    status = s3a_store_get(store, BUCKET, KEY, &object, error);
    if (status == S3A_NOT_FOUND) {
        object.value = &initial; /* its etag is empty: written only where there still is none */
    } else if (status != S3A_OK) {
        goto out;
    }
    config = object.value;
    config->value++;
    status = s3a_store_put(store, &object, error);
    if (status == S3A_OK) {
        printf("%s is %" PRId64 ", as %s\n", config->name, config->value, object.etag);
    }

out:
    s3a_object_clear(&object);
    return status;
}

/* What to change, for s3a_store_update(): it is called again where somebody else was faster. */
static enum s3a_status add(struct s3a_object *object, void *arg)
{
    const int64_t *amount = arg;
    struct config *config = object->value;

    if (!config) {
        return S3A_NOT_FOUND; /* ends the update */
    }
    config->value += *amount;
    return S3A_OK;
}

int main(void)
{
    int64_t amount = 10;
    struct s3a_client *client = NULL;
    struct s3a_store *store = NULL;
    struct s3a_object written = {0};
    struct s3a_error error;
    enum s3a_status status;

    status = s3a_client_new(NULL, &client, &error);
    if (status != S3A_OK) {
        goto out;
    }
    status = s3a_bucket_create(client, BUCKET, &error);
    if (status != S3A_OK && status != S3A_BUCKET_EXISTS) {
        goto out;
    }
    store = s3a_store_new(client, s3a_json_codec(&config_type));
    if (!store) {
        status = S3A_NO_MEMORY;
        goto out;
    }
    do {
        status = add_one(store, &error);
    } while (status == S3A_CONFLICT);
    if (status != S3A_OK) {
        goto out;
    }

    /* The same in one call, with back-off between the tries. */
    status = s3a_store_update(store, BUCKET, KEY, add, &amount, &written, &error);
    if (status == S3A_OK) {
        const struct config *config = written.value;

        printf("%s is %" PRId64 ", as %s\n", config->name, config->value, written.etag);
    }

out:
    if (status != S3A_OK) {
        fprintf(stderr, "config: %s (%s)\n", error.message, s3a_status_name(status));
    }
    s3a_object_clear(&written);
    s3a_store_free(store);
    s3a_client_free(client);
    return status == S3A_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

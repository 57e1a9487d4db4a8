/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "desk.h"

#include <stdio.h>
#include <string.h>

int desk_open(void **state)
{
    static struct desk desk;

    fake_store_open(&desk.fake);
    desk.store = s3a_store_new(desk.fake.client, s3a_bytes_codec());
    assert_non_null(desk.store);
    *state = &desk;
    return 0;
}

int desk_close(void **state)
{
    struct desk *desk = *state;

    if (desk->fake.client) {
        fake_store_close(&desk->fake);
    }
    s3a_store_free(desk->store);
    return 0;
}

static char letter_of(enum s3a_op_kind kind)
{
    switch (kind) {
    case S3A_OP_GET_OBJECT:
        return 'G';
    case S3A_OP_HEAD_OBJECT:
        return 'H';
    case S3A_OP_PUT_OBJECT:
        return 'P';
    case S3A_OP_DELETE_OBJECT:
        return 'D';
    default:
        return 'L';
    }
}

void assert_requests(struct desk *desk, const char *letters)
{
    char seen[FAKE_REQUESTS_MAX + 1];
    struct fake_store *fake = &desk->fake;

    pthread_mutex_lock(&fake->mutex);
    for (size_t i = 0; i < fake->request_count; i++) {
        seen[i] = letter_of(fake->requests[i].kind);
    }
    seen[fake->request_count] = '\0';
    fake->request_count = 0;
    fake->script_size = 0;
    pthread_mutex_unlock(&fake->mutex);
    assert_string_equal(seen, letters);
}

struct s3a_bytes bytes_of(const char *text)
{
    return (struct s3a_bytes){text, strlen(text)};
}

bool is_text(const struct s3a_object *object, const char *text)
{
    const struct s3a_bytes *bytes = object->value;

    return bytes && bytes->size == strlen(text) && memcmp(bytes->data, text, bytes->size) == 0;
}

enum s3a_status desk_put(struct desk *desk, const char *text, char etag[129],
                         struct s3a_error *error)
{
    struct s3a_bytes bytes = bytes_of(text);
    struct s3a_object object = {.bucket = DESK_BUCKET, .key = DESK_KEY, .value = &bytes};

    snprintf(object.etag, sizeof(object.etag), "%s", etag);
    enum s3a_status status = s3a_store_put(desk->store, &object, error);
    memcpy(etag, object.etag, sizeof(object.etag));
    return status;
}

void assert_stored(struct desk *desk, const char *text)
{
    char body[4097];

    fake_store_body(&desk->fake, body, sizeof(body));
    assert_string_equal(body, text);
}

/* SPDX-License-Identifier: MIT */
#include "arena.h"
#include "stories.h"

#include <stdatomic.h>
#include <stdio.h>

#define WRITERS 8
#define INCREMENTS 50

struct counter {
    char *name;
    int64_t value;
    char **hands; /* who changed it, in turn */
    size_t hands_count;
};

static const struct s3a_field counter_fields[] = {
    S3A_FIELD(struct counter, name),
    S3A_FIELD(struct counter, value),
    S3A_FIELD_ARRAY(struct counter, hands, hands_count, &s3a_string_type),
};
static const struct s3a_type counter_type = S3A_TYPE(struct counter, counter_fields);

static struct s3a_store *counters(void)
{
    struct s3a_store *store = s3a_store_new(arena.client, s3a_json_codec(&counter_type));

    assert_non_null(store);
    return store;
}

void a_struct_is_stored_as_json(void **state)
{
    struct s3a_store *store = counters();
    char name[] = "main";
    char hand[] = "a \"hand\"";
    char *hands[] = {hand};
    struct counter counter = {.name = name, .value = 42, .hands = hands, .hands_count = 1};
    struct s3a_object object = {.bucket = arena.bucket, .key = "json", .value = &counter};
    struct s3a_object read;

    (void)state;
    assert_int_equal(s3a_store_put(store, &object, NULL), S3A_OK);
    assert_string_equal(object.content_type, "application/json");
    assert_has_text("json", "{\"name\":\"main\",\"value\":42,\"hands\":[\"a \\\"hand\\\"\"]}");
    assert_int_equal(s3a_store_get(store, arena.bucket, "json", &read, NULL), S3A_OK);
    struct counter *back = read.value;
    assert_string_equal(back->name, "main");
    assert_int_equal(back->value, 42);
    assert_string_equal(back->hands[0], hand);
    assert_string_equal(read.content_type, "application/json");
    back->value = 43;
    assert_int_equal(s3a_store_put(store, &read, NULL), S3A_OK);
    assert_string_not_equal(read.etag, object.etag);
    /* What was put first is stale now. */
    assert_int_equal(s3a_store_put(store, &object, NULL), S3A_CONFLICT);
    s3a_object_clear(&read);
    s3a_store_free(store);
}

void bytes_of_another_form_are_refused(void **state)
{
    struct s3a_store *store = counters();
    struct s3a_object object;
    struct s3a_error error;
    char place[128];

    (void)state;
    assert_int_equal(put_text("no-json", "{\"name\":7}", NULL), S3A_OK);
    assert_int_equal(s3a_store_get(store, arena.bucket, "no-json", &object, &error), S3A_FORMAT);
    snprintf(place, sizeof(place), "s3://%s/no-json: line 1, column 9: name: expected a string",
             arena.bucket);
    assert_memory_equal(error.message, place, strlen(place));
    s3a_store_free(store);
}

/* A codec of one's own: a number in decimal digits. */

static enum s3a_status encode_number(const struct s3a_codec *codec, const void *value,
                                     void **ret_bytes, size_t *ret_size, struct s3a_error *error)
{
    char *text = malloc(32);

    (void)codec;
    (void)error;
    if (!text) {
        return S3A_NO_MEMORY;
    }
    *ret_size = (size_t)snprintf(text, 32, "%ld", *(const long *)value);
    *ret_bytes = text;
    return S3A_OK;
}

static enum s3a_status decode_number(const struct s3a_codec *codec, const void *bytes, size_t size,
                                     void **ret_value, struct s3a_error *error)
{
    char text[32];
    long *value = malloc(sizeof(*value));

    (void)codec;
    (void)error;
    if (!value) {
        return S3A_NO_MEMORY;
    }
    snprintf(text, sizeof(text), "%.*s", (int)size, (const char *)bytes);
    *value = strtol(text, NULL, 10);
    *ret_value = value;
    return S3A_OK;
}

static void free_number(const struct s3a_codec *codec, void *value)
{
    (void)codec;
    free(value);
}

void a_codec_can_be_ones_own(void **state)
{
    static const struct s3a_codec codec = {
        .content_type = "text/x-number",
        .encode = encode_number,
        .decode = decode_number,
        .free_value = free_number,
    };
    struct s3a_store *store = s3a_store_new(arena.client, &codec);
    long number = 12345;
    struct s3a_object object = {.bucket = arena.bucket, .key = "number", .value = &number};
    struct s3a_object read;

    (void)state;
    assert_int_equal(s3a_store_put(store, &object, NULL), S3A_OK);
    assert_int_equal(s3a_store_get(store, arena.bucket, "number", &read, NULL), S3A_OK);
    assert_int_equal(*(long *)read.value, 12345);
    assert_string_equal(read.content_type, "text/x-number");
    s3a_object_clear(&read);
    s3a_store_free(store);
}

struct hand {
    struct s3a_store *store;
    struct counter fresh;
    char name[16];
    unsigned calls;
    enum s3a_status answer;
};

/* Counts, and leaves its name in the list. */
static enum s3a_status count_up(struct s3a_object *object, void *arg)
{
    struct hand *hand = arg;
    struct counter *counter = object->value;

    hand->calls++;
    if (!counter) {
        hand->fresh = (struct counter){.name = hand->name, .value = 0};
        counter = &hand->fresh;
        object->value = counter;
    } else {
        char **hands = realloc(counter->hands, (counter->hands_count + 1) * sizeof(*hands));
        assert_non_null(hands);
        hands[counter->hands_count] = strdup(hand->name);
        counter->hands = hands;
        counter->hands_count++;
    }
    counter->value++;
    return hand->answer;
}

void an_update_creates_changes_and_can_be_called_off(void **state)
{
    struct hand hand = {.store = counters(), .name = "hand"};
    struct s3a_object object;
    struct s3a_error error;

    (void)state;
    assert_int_equal(
        s3a_store_update(hand.store, arena.bucket, "update", count_up, &hand, &object, NULL),
        S3A_OK);
    assert_int_equal(((struct counter *)object.value)->value, 1);
    assert_ptr_not_equal(object.value, &hand.fresh);
    s3a_object_clear(&object);
    assert_int_equal(
        s3a_store_update(hand.store, arena.bucket, "update", count_up, &hand, &object, NULL),
        S3A_OK);
    assert_int_equal(((struct counter *)object.value)->value, 2);
    assert_int_equal(((struct counter *)object.value)->hands_count, 1);
    /* What came back is as good as read. */
    assert_int_equal(s3a_store_put(hand.store, &object, NULL), S3A_OK);
    s3a_object_clear(&object);
    hand.answer = S3A_FAILED;
    assert_int_equal(
        s3a_store_update(hand.store, arena.bucket, "update", count_up, &hand, NULL, &error),
        S3A_FAILED);
    assert_int_equal(hand.calls, 3);
    assert_has_text("update", "{\"name\":\"hand\",\"value\":2,\"hands\":[\"hand\"]}");
    s3a_store_free(hand.store);
}

static atomic_uint failures;

static void count_many(size_t index, void *arg)
{
    struct hand hand = {.store = arg};

    snprintf(hand.name, sizeof(hand.name), "%zu", index);
    for (int i = 0; i < INCREMENTS; i++) {
        if (s3a_store_update(hand.store, arena.bucket, "contended", count_up, &hand, NULL, NULL) !=
            S3A_OK) {
            atomic_fetch_add(&failures, 1);
        }
    }
}

void no_update_is_lost_among_many(void **state)
{
    struct s3a_store *store = counters();
    struct s3a_object object;
    unsigned by_hand[WRITERS] = {0};

    (void)state;
    together(WRITERS, count_many, store);
    assert_int_equal(atomic_load(&failures), 0);
    assert_int_equal(s3a_store_get(store, arena.bucket, "contended", &object, NULL), S3A_OK);
    struct counter *counter = object.value;
    assert_int_equal(counter->value, WRITERS * INCREMENTS);
    /* The one that made it is its name. */
    by_hand[atoi(counter->name)]++;
    for (size_t i = 0; i < counter->hands_count; i++) {
        by_hand[atoi(counter->hands[i])]++;
    }
    for (size_t i = 0; i < WRITERS; i++) {
        assert_int_equal(by_hand[i], INCREMENTS);
    }
    s3a_object_clear(&object);
    s3a_store_free(store);
}

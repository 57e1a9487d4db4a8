/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "codec_sample.h"
#include "fail_malloc.h"
#include "json_random.h"
#include "json_shapes.h"
#include "json_value.h"

static void a_type_has_one_codec(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_json_codec(&config_type);

    assert_non_null(codec);
    assert_string_equal(codec->content_type, "application/json");
    assert_ptr_equal(s3a_json_codec(&config_type), codec);
    assert_ptr_not_equal(s3a_json_codec(&limits_type), codec);
    assert_ptr_equal(s3a_json_codec(&config_type), codec);
}

static void a_type_that_is_not_sound_has_none(void **state)
{
    (void)state;
    assert_null(s3a_json_codec(NULL));
    assert_null(s3a_json_codec(&s3a_string_type));
    assert_null(s3a_json_pretty_codec(&level_type));
}

static void without_memory_there_is_no_codec_this_time(void **state)
{
    (void)state;
    static const struct s3a_type type = S3A_TYPE(struct limits, limits_fields);

    fail_malloc_at(1);
    assert_null(s3a_json_codec(&type));
    assert_true(fail_malloc_happened());
    assert_non_null(s3a_json_codec(&type));
}

#define THREADS 8
#define TYPES 50

struct racer {
    pthread_t thread;
    pthread_barrier_t *start;
    const struct s3a_type *types;
    const struct s3a_codec *codecs[TYPES];
};

static void *race(void *arg)
{
    struct racer *racer = arg;

    pthread_barrier_wait(racer->start);
    for (size_t i = 0; i < TYPES; i++) {
        racer->codecs[i] = s3a_json_codec(&racer->types[i]);
    }
    return NULL;
}

static void threads_that_race_for_a_codec_get_the_same(void **state)
{
    (void)state;
    static struct s3a_type types[TYPES];
    static struct racer racers[THREADS];
    pthread_barrier_t start;

    for (size_t i = 0; i < TYPES; i++) {
        types[i] = limits_type;
    }
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++) {
        racers[i].start = &start;
        racers[i].types = types;
        assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
    }
    pthread_barrier_destroy(&start);
    for (size_t k = 0; k < TYPES; k++) {
        assert_non_null(racers[0].codecs[k]);
        assert_ptr_equal(racers[0].codecs[k]->user, &types[k]);
        for (size_t i = 1; i < THREADS; i++) {
            assert_ptr_equal(racers[i].codecs[k], racers[0].codecs[k]);
        }
    }
}

static void bad_arguments_and_bad_bytes_are_told(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_json_codec(&limits_type);
    struct s3a_error error;
    void *out = &error;
    size_t size = 1;

    assert_int_equal(codec->encode(codec, NULL, &out, &size, &error), S3A_INVALID);
    assert_string_equal(error.message, "there is no value to encode");
    assert_null(out);
    assert_int_equal(size, 0);
    assert_int_equal(codec->decode(codec, NULL, 0, &out, &error), S3A_FORMAT);
    assert_string_equal(error.message, "line 1, column 1: expected a value, found the end");
    assert_int_equal(codec->decode(codec, "{\"max\":\"ten\"}", 13, &out, &error), S3A_FORMAT);
    assert_string_equal(error.message, "line 1, column 8: max: expected an integer, found \"ten\"");
    assert_null(out);
    codec->free_value(codec, NULL);
}

/* What another reader takes from the text; to be freed. */
static json_t *second_opinion(const void *bytes, size_t size)
{
    json_error_t why;
    json_t *json = json_loadb(bytes, size, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &why);

    /* It has no infinity, and no number beyond a double: 1e400 among the unknown members. */
    assert_true(json || json_error_code(&why) == json_error_numeric_overflow);
    return json;
}

/* One byte is another: if that can be read at all, it can be written. */
static void read_damaged(struct shapes *shapes, const struct s3a_type *type, char *bytes,
                         size_t size)
{
    static const char others[] = "0-.\"[{]},:tn\\a\xff";
    void *value;
    void *again;
    size_t again_size;

    bytes[random_below(&shapes->seed, size)] =
        others[random_below(&shapes->seed, sizeof(others) - 1)];
    if (s3a_json_decode(type, s3a_str_make(bytes, size), &value, NULL) != S3A_OK) {
        assert_null(value);
        return;
    }
    assert_int_equal(
        s3a_json_encode(type, value, false, size * 8 + 1000, &again, &again_size, NULL), S3A_OK);
    free(again);
    s3a_json_free(type, value);
}

static void round_trip(struct shapes *shapes, const struct s3a_type *type)
{
    void *value = shapes_value(shapes, type);
    struct s3a_error error;
    json_t *opinions[2];

    for (int is_pretty = 0; is_pretty < 2; is_pretty++) {
        void *bytes;
        size_t size;
        void *back;
        assert_int_equal(s3a_json_encode(type, value, is_pretty, 1000000, &bytes, &size, &error),
                         S3A_OK);
        enum s3a_status status = s3a_json_decode(type, s3a_str_make(bytes, size), &back, &error);
        assert_string_equal(error.message, "");
        assert_int_equal(status, S3A_OK);
        assert_true(shapes_are_same(type, value, back));
        opinions[is_pretty] = second_opinion(bytes, size);
        read_damaged(shapes, type, bytes, size);
        s3a_json_free(type, back);
        free(bytes);
    }
    assert_int_equal(opinions[0] == NULL, opinions[1] == NULL);
    assert_true(!opinions[0] || json_equal(opinions[0], opinions[1]));
    json_decref(opinions[0]);
    json_decref(opinions[1]);
    s3a_json_free(type, value);
}

static void whatever_the_type_what_is_written_is_read_back_the_same(void **state)
{
    (void)state;
    static struct shapes shapes = {.seed = 4};

    for (int round = 0; round < 3000; round++) {
        const struct s3a_type *type = shapes_struct(&shapes, 3);
        struct s3a_error error;
        enum s3a_status status = s3a_json_type_check(type, &error);
        assert_string_equal(error.message, "");
        assert_int_equal(status, S3A_OK);
        for (int i = 0; i < 3; i++) {
            round_trip(&shapes, type);
        }
    }
}

struct sweep {
    const struct s3a_type *type;
    void *bytes;
    size_t size;
};

static void sweep_story(void *arg)
{
    const struct sweep *sweep = arg;
    struct s3a_error error;
    void *value;
    void *again;
    size_t size;
    enum s3a_status status =
        s3a_json_decode(sweep->type, s3a_str_make(sweep->bytes, sweep->size), &value, &error);

    if (status == S3A_OK) {
        status = s3a_json_encode(sweep->type, value, false, 1000000, &again, &size, &error);
        assert_true(status != S3A_OK ||
                    (size == sweep->size && memcmp(again, sweep->bytes, size) == 0));
        free(again);
    }
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_json_free(sweep->type, value);
}

static void whatever_the_type_any_allocation_may_fail(void **state)
{
    (void)state;
    static struct shapes shapes = {.seed = 77};

    for (int round = 0; round < 300; round++) {
        struct sweep sweep = {.type = shapes_struct(&shapes, 3)};
        void *value = shapes_value(&shapes, sweep.type);
        assert_int_equal(
            s3a_json_encode(sweep.type, value, false, 1000000, &sweep.bytes, &sweep.size, NULL),
            S3A_OK);
        fail_malloc_sweep(sweep_story, &sweep);
        free(sweep.bytes);
        s3a_json_free(sweep.type, value);
    }
}

static void the_pretty_codec_reads_the_same(void **state)
{
    (void)state;
    const struct s3a_codec *compact = s3a_json_codec(&limits_type);
    const struct s3a_codec *pretty = s3a_json_pretty_codec(&limits_type);
    struct limits limits = {1, 0.5};
    void *bytes;
    size_t size;
    void *value;

    assert_ptr_not_equal(compact, pretty);
    assert_ptr_equal(s3a_json_pretty_codec(&limits_type), pretty);
    assert_string_equal(pretty->content_type, "application/json");
    assert_int_equal(pretty->encode(pretty, &limits, &bytes, &size, NULL), S3A_OK);
    assert_str(((struct s3a_str){bytes, size}), "{\n  \"max\": 1,\n  \"rate\": 0.5\n}\n");
    assert_int_equal(compact->decode(compact, bytes, size, &value, NULL), S3A_OK);
    assert_int_equal(((struct limits *)value)->max, 1);
    pretty->free_value(pretty, value);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_has_one_codec),
        cmocka_unit_test(a_type_that_is_not_sound_has_none),
        cmocka_unit_test(without_memory_there_is_no_codec_this_time),
        cmocka_unit_test(threads_that_race_for_a_codec_get_the_same),
        cmocka_unit_test(bad_arguments_and_bad_bytes_are_told),
        cmocka_unit_test(the_pretty_codec_reads_the_same),
        cmocka_unit_test(whatever_the_type_what_is_written_is_read_back_the_same),
        cmocka_unit_test(whatever_the_type_any_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

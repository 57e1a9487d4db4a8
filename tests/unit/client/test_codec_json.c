/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "codec_sample.h"
#include "fail_malloc.h"
#include "json_random.h"

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
    assert_string_equal(error.message, "max: expected an integer, found \"ten\"");
    assert_null(out);
    codec->free_value(codec, NULL);
}

static char *random_text(uint64_t *seed)
{
    static const char *const pieces[] = {"",     "a",        "\"",           "\\",   "\n", "\x01",
                                         "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\\u0", "{}", " "};
    struct s3a_buf buf;
    size_t size;

    if (random_below(seed, 8) == 0) {
        return NULL;
    }
    s3a_buf_init(&buf, 1000);
    for (size_t i = random_below(seed, 10) + 1; i > 0; i--) {
        s3a_buf_append_text(&buf, RANDOM_ONE_OF(seed, pieces));
    }
    return s3a_buf_take(&buf, &size);
}

static double random_double(uint64_t *seed)
{
    double value;

    do {
        uint64_t bits = random_next(seed);
        memcpy(&value, &bits, sizeof(value));
    } while (!isfinite(value));
    return random_below(seed, 2) == 0 ? value : (double)random_below(seed, 1000) / 8;
}

static struct limits random_limits(uint64_t *seed)
{
    return (struct limits){(int64_t)random_next(seed), random_double(seed)};
}

/* One that s3a_codec.free_value() can free. */
static struct config *random_config(uint64_t *seed)
{
    struct config *config = calloc(1, sizeof(*config));

    config->name = random_text(seed);
    config->value = (int64_t)(random_next(seed) >> random_below(seed, 64));
    config->small = (int32_t)random_next(seed);
    config->count = (uint32_t)random_next(seed);
    config->ratio = random_double(seed);
    config->active = random_below(seed, 2) == 0;
    config->limits = random_limits(seed);
    config->hosts_count = random_below(seed, 4);
    config->hosts =
        config->hosts_count ? calloc(config->hosts_count, sizeof(*config->hosts)) : NULL;
    for (size_t i = 0; i < config->hosts_count; i++) {
        struct host *host = &config->hosts[i];
        host->name = random_text(seed);
        host->port = (uint32_t)random_below(seed, 65536);
        host->tags_count = random_below(seed, 3);
        host->tags = host->tags_count ? calloc(host->tags_count, sizeof(char *)) : NULL;
        for (size_t k = 0; k < host->tags_count; k++) {
            host->tags[k] = random_text(seed);
        }
    }
    config->weights_count = random_below(seed, 5);
    config->weights = config->weights_count ? calloc(config->weights_count, sizeof(double)) : NULL;
    for (size_t i = 0; i < config->weights_count; i++) {
        config->weights[i] = random_double(seed);
    }
    if (random_below(seed, 2) == 0) {
        config->verbose = calloc(1, sizeof(bool));
        *config->verbose = random_below(seed, 2) == 0;
    }
    if (random_below(seed, 2) == 0) {
        config->burst = calloc(1, sizeof(struct limits));
        *config->burst = random_limits(seed);
    }
    config->note = random_text(seed);
    return config;
}

static void assert_same_text(const char *a, const char *b)
{
    assert_int_equal(a == NULL, b == NULL);
    if (a) {
        assert_string_equal(a, b);
    }
}

/* Bit by bit: -0.0 is not 0.0 here. */
static void assert_same_doubles(const double *a, const double *b, size_t count)
{
    if (count > 0) {
        assert_memory_equal(a, b, count * sizeof(double));
    }
}

static void assert_same_limits(const struct limits *a, const struct limits *b)
{
    assert_true(a->max == b->max);
    assert_same_doubles(&a->rate, &b->rate, 1);
}

static void assert_same_hosts(const struct config *a, const struct config *b)
{
    assert_int_equal(a->hosts_count, b->hosts_count);
    for (size_t i = 0; i < a->hosts_count; i++) {
        assert_same_text(a->hosts[i].name, b->hosts[i].name);
        assert_int_equal(a->hosts[i].port, b->hosts[i].port);
        assert_int_equal(a->hosts[i].tags_count, b->hosts[i].tags_count);
        for (size_t k = 0; k < a->hosts[i].tags_count; k++) {
            assert_same_text(a->hosts[i].tags[k], b->hosts[i].tags[k]);
        }
    }
}

static void assert_same_config(const struct config *a, const struct config *b)
{
    assert_same_text(a->name, b->name);
    assert_true(a->value == b->value);
    assert_true(a->small == b->small);
    assert_true(a->count == b->count);
    assert_same_doubles(&a->ratio, &b->ratio, 1);
    assert_int_equal(a->active, b->active);
    assert_same_limits(&a->limits, &b->limits);
    assert_same_hosts(a, b);
    assert_int_equal(a->weights_count, b->weights_count);
    assert_same_doubles(a->weights, b->weights, a->weights_count);
    assert_int_equal(a->verbose == NULL, b->verbose == NULL);
    if (a->verbose) {
        assert_int_equal(*a->verbose, *b->verbose);
    }
    assert_int_equal(a->burst == NULL, b->burst == NULL);
    if (a->burst) {
        assert_same_limits(a->burst, b->burst);
    }
    assert_same_text(a->note, b->note);
}

static void whatever_is_written_is_read_back_the_same(void **state)
{
    (void)state;
    const struct s3a_codec *codec = s3a_json_codec(&config_type);
    uint64_t seed = 4;

    for (int round = 0; round < 20000; round++) {
        struct config *config = random_config(&seed);
        struct s3a_error error;
        void *bytes;
        size_t size;
        void *back;
        assert_int_equal(codec->encode(codec, config, &bytes, &size, &error), S3A_OK);
        enum s3a_status status = codec->decode(codec, bytes, size, &back, &error);
        assert_string_equal(error.message, "");
        assert_int_equal(status, S3A_OK);
        assert_same_config(config, back);

        void *again;
        size_t again_size;
        assert_int_equal(codec->encode(codec, back, &again, &again_size, &error), S3A_OK);
        assert_int_equal(again_size, size);
        assert_memory_equal(again, bytes, size);
        free(again);
        free(bytes);
        codec->free_value(codec, back);
        codec->free_value(codec, config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_has_one_codec),
        cmocka_unit_test(a_type_that_is_not_sound_has_none),
        cmocka_unit_test(without_memory_there_is_no_codec_this_time),
        cmocka_unit_test(threads_that_race_for_a_codec_get_the_same),
        cmocka_unit_test(bad_arguments_and_bad_bytes_are_told),
        cmocka_unit_test(whatever_is_written_is_read_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

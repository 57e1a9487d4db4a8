/* SPDX-License-Identifier: MIT */

/*
 * JSON to structs and back, in megabytes of text a second, beside bare jansson doing the least that
 * it can: a tree of the same text, and the text of that tree. No struct is filled from it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef S3A_BENCH_JANSSON
#include <jansson.h>
#endif

#include <s3atomic/s3atomic.h>

#include "bench.h"

#define ROUND_NS 40000000 /* of one of the two; they take turns */
#define ROUNDS 15
#define HOSTS 1000
#define SAMPLES 20000

struct host {
    char *name;
    uint16_t port;
    bool active;
    double weight;
    char **tags;
    size_t tags_count;
    int64_t changed_ms;
    char *others;
};

struct hosts {
    char *region;
    struct host *hosts;
    size_t hosts_count;
};

static const struct s3a_field host_fields[] = {
    S3A_FIELD(struct host, name),
    S3A_FIELD(struct host, port),
    S3A_FIELD(struct host, active),
    S3A_FIELD(struct host, weight),
    S3A_FIELD_ARRAY(struct host, tags, tags_count, &s3a_string_type),
    S3A_FIELD(struct host, changed_ms),
    S3A_FIELD_UNKNOWN(struct host, others),
};
static const struct s3a_type host_type = S3A_TYPE(struct host, host_fields);

static const struct s3a_field hosts_fields[] = {
    S3A_FIELD(struct hosts, region),
    S3A_FIELD_ARRAY(struct hosts, hosts, hosts_count, &host_type),
};
static const struct s3a_type hosts_type = S3A_TYPE(struct hosts, hosts_fields);

struct samples {
    double *values;
    size_t count;
};

static const struct s3a_field samples_fields[] = {
    S3A_FIELD_ARRAY(struct samples, values, count, &s3a_double_type),
};
static const struct s3a_type samples_type = S3A_TYPE_BARE(struct samples, samples_fields);

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_json: %s\n", what);
    exit(EXIT_FAILURE);
}

static void *must(void *memory)
{
    if (!memory) {
        die("out of memory");
    }
    return memory;
}

/* A document, its value, and what is measured of the two. */
struct document {
    const char *name;
    const struct s3a_codec *codec;
    void *value;
    char *text;
    size_t size;
};

static void decode(const struct document *document)
{
    void *value;

    if (document->codec->decode(document->codec, document->text, document->size, &value, NULL) !=
        S3A_OK) {
        die("a document was refused");
    }
    document->codec->free_value(document->codec, value);
}

static void encode(const struct document *document)
{
    void *bytes;
    size_t size;

    if (document->codec->encode(document->codec, document->value, &bytes, &size, NULL) != S3A_OK) {
        die("a value was refused");
    }
    free(bytes);
}

#ifdef S3A_BENCH_JANSSON
static json_t *tree;

static void jansson_decode(const struct document *document)
{
    json_t *json = json_loadb(document->text, document->size, JSON_REJECT_DUPLICATES, NULL);

    json_decref(must(json));
}

static void jansson_encode(const struct document *document)
{
    (void)document;
    free(must(json_dumps(tree, JSON_COMPACT)));
}
#endif

/* Megabytes a second of one round. */
static double run(const struct document *document, void (*step)(const struct document *document))
{
    int64_t started_ns = bench_now_ns();
    int64_t now_ns;
    double bytes = 0;

    do {
        step(document);
        bytes += (double)document->size;
        now_ns = bench_now_ns();
    } while (now_ns < started_ns + ROUND_NS);
    return bytes * 1e3 / (double)(now_ns - started_ns);
}

static int order(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

static double median(double *rounds)
{
    qsort(rounds, ROUNDS, sizeof(*rounds), order);
    return rounds[ROUNDS / 2];
}

/* All are medians of their rounds, since the machine may have other things to do. */
static void compare(const struct document *document, const char *verb,
                    void (*ours)(const struct document *document),
                    void (*theirs)(const struct document *document))
{
    double our_rounds[ROUNDS];
    double their_rounds[ROUNDS];
    double ratios[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        our_rounds[i] = run(document, ours);
        their_rounds[i] = theirs ? run(document, theirs) : 1;
        ratios[i] = our_rounds[i] / their_rounds[i];
    }
    printf("{\"bench\":\"json\",\"what\":\"%s %s\",\"bytes\":%zu,\"mb_per_second\":%.0f", verb,
           document->name, document->size, median(our_rounds));
    if (theirs) {
        printf(",\"jansson_mb_per_second\":%.0f,\"ratio\":%.2f", median(their_rounds),
               median(ratios));
    }
    printf("}\n");
    fflush(stdout);
}

static void measure(const char *name, const struct s3a_type *type, const char *text)
{
    struct document document = {.name = name, .codec = s3a_json_codec(type)};
    void *bytes;

    if (!document.codec || document.codec->decode(document.codec, text, strlen(text),
                                                  &document.value, NULL) != S3A_OK) {
        die("a document was refused");
    }
    if (document.codec->encode(document.codec, document.value, &bytes, &document.size, NULL) !=
        S3A_OK) {
        die("a value was refused");
    }
    document.text = bytes;
#ifdef S3A_BENCH_JANSSON
    tree = must(json_loadb(document.text, document.size, 0, NULL));
    compare(&document, "decode", decode, jansson_decode);
    compare(&document, "encode", encode, jansson_encode);
    json_decref(tree);
#else
    compare(&document, "decode", decode, NULL);
    compare(&document, "encode", encode, NULL);
#endif
    free(bytes);
    document.codec->free_value(document.codec, document.value);
}

static char *hosts_text(size_t count)
{
    char *text = must(malloc(200 + count * 250));
    size_t used = (size_t)sprintf(text, "{\"region\":\"eu-central-1\",\"hosts\":[");

    for (size_t i = 0; i < count; i++) {
        used += (size_t)sprintf(
            text + used,
            "%s{\"name\":\"host-%zu.example.com\",\"port\":%zu,\"active\":%s,\"weight\":%zu.%zu,"
            "\"tags\":[\"web\",\"r\\u00fcck\",\"blue\"],\"changed_ms\":%zu%s}",
            i == 0 ? "" : ",", i, 1024 + i % 60000, i % 3 == 0 ? "true" : "false", i % 10, i % 8,
            1790000000000 + i * 7919, i % 10 == 0 ? ",\"zone\":{\"rack\":17,\"row\":\"b\"}" : "");
    }
    memcpy(text + used, "]}", sizeof("]}"));
    return text;
}

/* Of as many digits as a double has, as from a calculation; or of as few as people write. */
static char *samples_text(bool are_short)
{
    char *text = must(malloc(3 + SAMPLES * 32));
    size_t used = 1;

    text[0] = '[';
    for (size_t i = 0; i < SAMPLES; i++) {
        used += (size_t)sprintf(text + used, are_short ? "%s%.3f" : "%s%.17g", i == 0 ? "" : ",",
                                are_short ? (double)(i * 7919 % 1000000) / 1000
                                          : 1000.0 / (double)(i + 3));
    }
    memcpy(text + used, "]", sizeof("]"));
    return text;
}

int main(void)
{
    char *one = hosts_text(1);
    char *many = hosts_text(HOSTS);
    char *easy = samples_text(true);
    char *hard = samples_text(false);

    measure("1 host", &hosts_type, one);
    measure("1 000 hosts", &hosts_type, many);
    measure("numbers of 6 digits", &samples_type, easy);
    measure("numbers of 17 digits", &samples_type, hard);
    free(one);
    free(many);
    free(easy);
    free(hard);
    return EXIT_SUCCESS;
}

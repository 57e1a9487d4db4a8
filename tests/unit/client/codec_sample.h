/* SPDX-License-Identifier: MIT */
#ifndef S3A_CODEC_SAMPLE_H
#define S3A_CODEC_SAMPLE_H

/* A type with something of every kind and form in it. */

#include <s3atomic/codec.h>

struct limits {
    int64_t max;
    double rate;
};

struct host {
    char *name;
    uint32_t port;
    char **tags;
    size_t tags_count;
};

struct config {
    char *name;
    int64_t value;
    int32_t small;
    uint32_t count;
    double ratio;
    bool active;
    struct limits limits;
    struct host *hosts;
    size_t hosts_count;
    double *weights;
    size_t weights_count;
    bool *verbose;
    struct limits *burst;
    char *note;
};

static const struct s3a_field limits_fields[] = {
    S3A_FIELD_INT64(struct limits, max),
    S3A_FIELD_DOUBLE(struct limits, rate),
};
static const struct s3a_type limits_type = S3A_TYPE_STRICT(struct limits, limits_fields);

static const struct s3a_field host_fields[] = {
    S3A_FIELD_STRING(struct host, name),
    S3A_FIELD_UINT32(struct host, port),
    S3A_FIELD_ARRAY(struct host, tags, tags_count, &s3a_string_type),
};
static const struct s3a_type host_type = S3A_TYPE(struct host, host_fields);

static const struct s3a_field config_fields[] = {
    S3A_FIELD_STRING(struct config, name),
    S3A_FIELD_INT64(struct config, value),
    S3A_FIELD_INT32(struct config, small),
    S3A_FIELD_UINT32(struct config, count),
    S3A_FIELD_DOUBLE(struct config, ratio),
    S3A_FIELD_BOOL(struct config, active),
    S3A_FIELD_STRUCT(struct config, limits, &limits_type),
    S3A_FIELD_ARRAY(struct config, hosts, hosts_count, &host_type),
    S3A_FIELD_ARRAY_NAMED(struct config, weights, weights_count, "host-weights", &s3a_double_type),
    S3A_FIELD_OPTIONAL(struct config, verbose, &s3a_bool_type),
    S3A_FIELD_OPTIONAL(struct config, burst, &limits_type),
    S3A_FIELD_OPTIONAL_NAMED(struct config, note, "the note", &s3a_string_type),
};
static const struct s3a_type config_type = S3A_TYPE(struct config, config_fields);

#define CONFIG_TEXT                                                                                \
    "{\"name\":\"main\",\"value\":9223372036854775807,\"small\":-2147483648,"                      \
    "\"count\":4294967295,\"ratio\":0.1,\"active\":true,\"limits\":{\"max\":10,\"rate\":0.5},"     \
    "\"hosts\":[{\"name\":\"a\",\"port\":80,\"tags\":[\"x\",null,\"\"]},"                          \
    "{\"name\":null,\"port\":0,\"tags\":[]}],\"host-weights\":[1.0,-0.0,4.94065645841247e-324],"   \
    "\"verbose\":false,\"burst\":{\"max\":-1,\"rate\":1e+300},\"the note\":\"n\"}"

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_CODEC_SAMPLE_H
#define S3A_CODEC_SAMPLE_H

/* A type with something of every kind and form in it. */

#include <s3atomic/codec.h>

enum level {
    LEVEL_LOW,
    LEVEL_HIGH = 7,
    LEVEL_BELOW = -1,
};

struct limits {
    int64_t max;
    double rate;
};

struct host {
    char *name;
    uint16_t port;
    char **tags;
    size_t tags_count;
    char *others;
};

/* A map's entries: its keys owned, or held. */
struct quota {
    char *who;
    struct limits limits;
};

struct mark {
    char key[8];
    double *points;
    size_t points_count;
};

struct row {
    int8_t *cells;
    size_t count;
};

struct node {
    char *name;
    struct node *next;
    struct node *children;
    size_t children_count;
};

struct config {
    char *name;
    char region[8];
    struct s3a_bytes secret;
    bool active;
    int8_t small;
    int16_t low;
    int32_t mid;
    int64_t wide;
    uint8_t byte;
    uint16_t port;
    uint32_t count;
    uint64_t huge;
    float share;
    double ratio;
    enum level level;
    int8_t floor;
    struct limits limits;
    struct limits *main;
    struct limits *burst;
    struct host *hosts;
    size_t hosts_count;
    double *weights;
    uint8_t weights_count;
    int32_t fixed[3];
    char last[2][8];
    int last_count;
    struct quota *quotas;
    size_t quotas_count;
    struct mark *marks;
    uint16_t marks_count;
    struct row *grid;
    size_t grid_count;
    struct limits **friends;
    size_t friends_count;
    struct node tree;
    char *note;
    struct s3a_bytes hash;
    bool *verbose;
    char **words;
    size_t words_count;
    int64_t assumed;
    char *others;
};

static const struct s3a_enum_name level_names[] = {
    {"low", LEVEL_LOW},
    {"high", LEVEL_HIGH},
    {"top", LEVEL_HIGH},
    {"below \"all\"", LEVEL_BELOW},
};
static const struct s3a_type level_type = S3A_TYPE_ENUM(enum level, level_names);
static const struct s3a_type floor_type = S3A_TYPE_ENUM(int8_t, level_names);

static const struct s3a_field limits_fields[] = {
    S3A_FIELD(struct limits, max),
    S3A_FIELD(struct limits, rate),
};
static const struct s3a_type limits_type = S3A_TYPE_STRICT(struct limits, limits_fields);
static const struct s3a_type limits_pointer_type = S3A_TYPE_POINTER(&limits_type);

static const struct s3a_field host_fields[] = {
    S3A_FIELD(struct host, name),
    S3A_FIELD(struct host, port),
    S3A_FIELD_ARRAY(struct host, tags, tags_count, &s3a_string_type),
    S3A_FIELD_UNKNOWN(struct host, others),
};
static const struct s3a_type host_type = S3A_TYPE(struct host, host_fields);

static const struct s3a_field quota_fields[] = {
    S3A_FIELD(struct quota, who),
    S3A_FIELD_OF(struct quota, limits, &limits_type),
};
static const struct s3a_type quota_type = S3A_TYPE(struct quota, quota_fields);

static const struct s3a_field mark_fields[] = {
    S3A_FIELD_CHARS(struct mark, key),
    S3A_FIELD_ARRAY(struct mark, points, points_count, &s3a_double_type),
};
static const struct s3a_type mark_type = S3A_TYPE(struct mark, mark_fields);

static const struct s3a_field row_fields[] = {
    S3A_FIELD_ARRAY(struct row, cells, count, &s3a_int8_type),
};
static const struct s3a_type row_type = S3A_TYPE_BARE(struct row, row_fields);

static const struct s3a_type node_type;
static const struct s3a_field node_fields[] = {
    S3A_FIELD(struct node, name),
    S3A_FIELD_POINTER(struct node, next, &node_type, S3A_OPTIONAL),
    S3A_FIELD_ARRAY(struct node, children, children_count, &node_type, S3A_OPTIONAL),
};
static const struct s3a_type node_type = S3A_TYPE(struct node, node_fields);

static const struct s3a_field config_fields[] = {
    S3A_FIELD(struct config, name),
    S3A_FIELD_CHARS(struct config, region),
    S3A_FIELD(struct config, secret),
    S3A_FIELD(struct config, active),
    S3A_FIELD(struct config, small),
    S3A_FIELD(struct config, low),
    S3A_FIELD(struct config, mid),
    S3A_FIELD(struct config, wide),
    S3A_FIELD(struct config, byte),
    S3A_FIELD(struct config, port),
    S3A_FIELD(struct config, count),
    S3A_FIELD(struct config, huge),
    S3A_FIELD(struct config, share),
    S3A_FIELD(struct config, ratio),
    S3A_FIELD_OF(struct config, level, &level_type),
    S3A_FIELD_OF(struct config, floor, &floor_type),
    S3A_FIELD_OF(struct config, limits, &limits_type),
    S3A_FIELD_POINTER(struct config, main, &limits_type),
    S3A_FIELD_POINTER(struct config, burst, &limits_type, S3A_OPTIONAL),
    S3A_FIELD_ARRAY(struct config, hosts, hosts_count, &host_type),
    S3A_FIELD_ARRAY(struct config, weights, weights_count, &s3a_double_type, S3A_REQUIRED,
                    "host-weights"),
    S3A_FIELD_FIXED(struct config, fixed, &s3a_int32_type),
    S3A_FIELD_UP_TO(struct config, last, last_count, &s3a_chars_type),
    S3A_FIELD_MAP(struct config, quotas, quotas_count, &quota_type),
    S3A_FIELD_MAP(struct config, marks, marks_count, &mark_type),
    S3A_FIELD_ARRAY(struct config, grid, grid_count, &row_type),
    S3A_FIELD_ARRAY(struct config, friends, friends_count, &limits_pointer_type),
    S3A_FIELD_OF(struct config, tree, &node_type),
    S3A_FIELD(struct config, note, S3A_OPTIONAL, "the note"),
    S3A_FIELD(struct config, hash, S3A_OPTIONAL),
    S3A_FIELD_POINTER(struct config, verbose, &s3a_bool_type, S3A_OPTIONAL),
    S3A_FIELD_ARRAY(struct config, words, words_count, &s3a_string_type, S3A_OPTIONAL),
    S3A_FIELD(struct config, assumed, S3A_DEFAULT("42")),
    S3A_FIELD_UNKNOWN(struct config, others),
};
static const struct s3a_type config_type = S3A_TYPE(struct config, config_fields);

#define CONFIG_TEXT                                                                                \
    "{\"name\":\"main\",\"region\":\"eu-west\",\"secret\":\"AP/+\",\"active\":true,"               \
    "\"small\":-128,\"low\":-32768,\"mid\":-2147483648,\"wide\":-9223372036854775808,"             \
    "\"byte\":255,\"port\":65535,\"count\":4294967295,\"huge\":18446744073709551615,"              \
    "\"share\":0.1,\"ratio\":0.1,\"level\":\"high\",\"floor\":\"below \\\"all\\\"\","              \
    "\"limits\":{\"max\":10,\"rate\":0.5},\"main\":{\"max\":11,\"rate\":0.25},"                    \
    "\"burst\":{\"max\":-1,\"rate\":1e+300},"                                                      \
    "\"hosts\":[{\"name\":\"a\",\"port\":80,\"tags\":[\"x\",\"\"],\"weight\":1.50,"                \
    "\"zone\":{\"a\":[1,{}],\"b\":\"\\u00e9\"}},{\"name\":\"b\",\"port\":0,\"tags\":[]}],"         \
    "\"host-weights\":[1.0,-0.0,4.94065645841247e-324],\"fixed\":[1,-2,3],"                        \
    "\"last\":[\"one\",\"\"],"                                                                     \
    "\"quotas\":{\"zoe\":{\"max\":1,\"rate\":1.0},\"\":{\"max\":2,\"rate\":2.0}},"                 \
    "\"marks\":{\"m\":[1.5,2.5],\"n\":[]},\"grid\":[[1,2],[],[-3]],"                               \
    "\"friends\":[{\"max\":3,\"rate\":3.0},{\"max\":4,\"rate\":4.0}],"                             \
    "\"tree\":{\"name\":\"root\",\"next\":{\"name\":\"n\"},"                                       \
    "\"children\":[{\"name\":\"c\",\"children\":[{\"name\":\"g\"}]},{\"name\":\"d\"}]},"           \
    "\"the note\":\"n\",\"hash\":\"\",\"verbose\":false,\"words\":[\"w\"],\"assumed\":43,"         \
    "\"new\":[1.0,{\"deep\":null}],\"n\\u0065wer\":12345678901234567890123}"

#endif

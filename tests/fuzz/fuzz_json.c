/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <s3atomic/codec.h>

#include "json_text.h"

/* A type with something of every kind and form in it. */
enum colour {
    RED = 1,
    GREEN = -7,
};

struct part {
    int64_t number;
    double rate;
};

struct entry {
    char key[6];
    struct part *part;
};

struct tree {
    struct tree *left;
    struct tree *right;
    char *others;
};

struct line {
    int8_t *cells;
    uint8_t count;
};

struct whole {
    char *name;
    char held[9];
    struct s3a_bytes bytes;
    int64_t wide;
    uint64_t huge;
    uint16_t narrow;
    float share;
    double ratio;
    bool active;
    enum colour colour;
    struct part part;
    struct part **parts;
    size_t parts_count;
    char **words;
    int16_t words_count;
    bool flags[3];
    double some[2];
    uint32_t some_count;
    struct entry *entries;
    size_t entries_count;
    struct line *grid;
    size_t grid_count;
    struct tree tree;
    char *note;
    char *others;
};

static const struct s3a_enum_name colour_names[] = {{"red", RED}, {"green", GREEN}};
static const struct s3a_type colour_type = S3A_TYPE_ENUM(enum colour, colour_names);

static const struct s3a_field part_fields[] = {
    S3A_FIELD(struct part, number),
    S3A_FIELD(struct part, rate, S3A_DEFAULT("0.5")),
};
static const struct s3a_type part_type = S3A_TYPE_STRICT(struct part, part_fields);
static const struct s3a_type part_pointer_type = S3A_TYPE_POINTER(&part_type);

static const struct s3a_field entry_fields[] = {
    S3A_FIELD_CHARS(struct entry, key),
    S3A_FIELD_POINTER(struct entry, part, &part_type),
};
static const struct s3a_type entry_type = S3A_TYPE(struct entry, entry_fields);

static const struct s3a_type tree_type;
static const struct s3a_field tree_fields[] = {
    S3A_FIELD_POINTER(struct tree, left, &tree_type, S3A_OPTIONAL),
    S3A_FIELD_POINTER(struct tree, right, &tree_type, S3A_OPTIONAL),
    S3A_FIELD_UNKNOWN(struct tree, others),
};
static const struct s3a_type tree_type = S3A_TYPE(struct tree, tree_fields);

static const struct s3a_field line_fields[] = {
    S3A_FIELD_ARRAY(struct line, cells, count, &s3a_int8_type),
};
static const struct s3a_type line_type = S3A_TYPE_BARE(struct line, line_fields);

/* What an input need not have, it should not need: most of them have little. */
static const struct s3a_field whole_fields[] = {
    S3A_FIELD(struct whole, name),
    S3A_FIELD_CHARS(struct whole, held, S3A_OPTIONAL),
    S3A_FIELD(struct whole, bytes, S3A_OPTIONAL),
    S3A_FIELD(struct whole, wide, S3A_DEFAULT("-1")),
    S3A_FIELD(struct whole, huge, S3A_DEFAULT("18446744073709551615")),
    S3A_FIELD(struct whole, narrow, S3A_DEFAULT("0")),
    S3A_FIELD(struct whole, share, S3A_DEFAULT("0.1")),
    S3A_FIELD(struct whole, ratio, S3A_DEFAULT("1e300")),
    S3A_FIELD(struct whole, active, S3A_DEFAULT("true")),
    S3A_FIELD_OF(struct whole, colour, &colour_type, S3A_DEFAULT("\"green\"")),
    S3A_FIELD_OF(struct whole, part, &part_type, S3A_DEFAULT("{\"number\":1}")),
    S3A_FIELD_ARRAY(struct whole, parts, parts_count, &part_pointer_type, S3A_OPTIONAL),
    S3A_FIELD_ARRAY(struct whole, words, words_count, &s3a_string_type, S3A_OPTIONAL),
    S3A_FIELD_FIXED(struct whole, flags, &s3a_bool_type, S3A_DEFAULT("[true,false,true]")),
    S3A_FIELD_UP_TO(struct whole, some, some_count, &s3a_double_type, S3A_OPTIONAL),
    S3A_FIELD_MAP(struct whole, entries, entries_count, &entry_type, S3A_OPTIONAL),
    S3A_FIELD_ARRAY(struct whole, grid, grid_count, &line_type, S3A_OPTIONAL),
    S3A_FIELD_OF(struct whole, tree, &tree_type, S3A_DEFAULT("{}")),
    S3A_FIELD(struct whole, note, S3A_OPTIONAL),
    S3A_FIELD_UNKNOWN(struct whole, others),
};
static const struct s3a_type whole_type = S3A_TYPE(struct whole, whole_fields);

/* Every view that a walk over a document gives lies in it, and every string of it is UTF-8. */
static void walk(struct s3a_str document, struct s3a_str value)
{
    struct s3a_str name = s3a_str_make(NULL, 0);
    enum s3a_json_form form = s3a_json_form(value);

    s3a_check(value.size > 0 && value.data >= document.data &&
              value.data + value.size <= document.data + document.size);
    if (form == S3A_JSON_OBJECT || form == S3A_JSON_ARRAY) {
        struct s3a_json_items items = s3a_json_items(value);
        struct s3a_str item;
        while (s3a_json_next(&items, form == S3A_JSON_OBJECT ? &name : NULL, &item)) {
            walk(document, item);
            if (form == S3A_JSON_OBJECT) {
                s3a_check(s3a_json_form(name) == S3A_JSON_STRING);
                walk(document, name);
            }
        }
    } else if (form == S3A_JSON_STRING) {
        struct s3a_str rest = s3a_json_string_begin(value);
        char character[4];
        for (size_t size; (size = s3a_json_string_next(&rest, character)) > 0;) {
            s3a_check(s3a_str_is_utf8(s3a_str_make(character, size)));
        }
    } else if (form == S3A_JSON_NUMBER) {
        double number;
        int64_t integer;
        (void)s3a_json_double(value, &number);
        if (s3a_json_is_integer(value)) {
            (void)s3a_json_int64(value, &integer);
        }
    }
}

/* A value that has been read is written, read and written again as the same text, and what is
 * pretty says the same. */
static void check_value(const struct s3a_codec *codec, const struct s3a_codec *compact,
                        const void *value)
{
    struct s3a_error error;
    void *bytes[3];
    size_t sizes[3];
    void *again;

    s3a_check(codec->encode(codec, value, &bytes[0], &sizes[0], &error) == S3A_OK);
    s3a_check(codec->decode(codec, bytes[0], sizes[0], &again, &error) == S3A_OK);
    s3a_check(compact->encode(compact, value, &bytes[1], &sizes[1], &error) == S3A_OK);
    s3a_check(compact->encode(compact, again, &bytes[2], &sizes[2], &error) == S3A_OK);
    s3a_check(sizes[1] == sizes[2] && memcmp(bytes[1], bytes[2], sizes[1]) == 0);
    codec->free_value(codec, again);
    for (int i = 0; i < 3; i++) {
        free(bytes[i]);
    }
}

static void check_codec(struct s3a_str text)
{
    const struct s3a_codec *codec = s3a_json_codec(&whole_type);
    struct s3a_error error;
    void *value = NULL;
    enum s3a_status status = codec->decode(codec, text.data, text.size, &value, &error);

    if (status != S3A_OK) {
        s3a_check(!value && error.message[0] != '\0');
        return;
    }
    check_value(codec, codec, value);
    check_value(s3a_json_pretty_codec(&whole_type), codec, value);
    codec->free_value(codec, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str text = fuzz_copy(s3a_str_make(bytes, size));
    struct s3a_str value;
    struct s3a_error error;
    enum s3a_status status = s3a_json_check(text, &value, &error);

    s3a_check(status == S3A_OK || error.message[0] != '\0');
    if (status == S3A_OK) {
        s3a_check(s3a_str_is_utf8(text));
        walk(text, value);
    }
    check_codec(text);
    fuzz_free(text);
    return 0;
}

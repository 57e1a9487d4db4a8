/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <s3atomic/codec.h>

#include "json_text.h"

/* A type with something of every kind and form in it. */
struct part {
    int64_t number;
    double rate;
};

struct whole {
    char *name;
    int64_t wide;
    int32_t narrow;
    uint32_t count;
    double ratio;
    bool active;
    struct part part;
    struct part *parts;
    size_t parts_count;
    char **words;
    size_t words_count;
    bool *perhaps;
    struct part *optional;
    char *note;
};

static const struct s3a_field part_fields[] = {
    S3A_FIELD_INT64(struct part, number),
    S3A_FIELD_DOUBLE(struct part, rate),
};
static const struct s3a_type part_type = S3A_TYPE_STRICT(struct part, part_fields);

static const struct s3a_field whole_fields[] = {
    S3A_FIELD_STRING(struct whole, name),
    S3A_FIELD_INT64(struct whole, wide),
    S3A_FIELD_INT32(struct whole, narrow),
    S3A_FIELD_UINT32(struct whole, count),
    S3A_FIELD_DOUBLE(struct whole, ratio),
    S3A_FIELD_BOOL(struct whole, active),
    S3A_FIELD_STRUCT(struct whole, part, &part_type),
    S3A_FIELD_ARRAY(struct whole, parts, parts_count, &part_type),
    S3A_FIELD_ARRAY(struct whole, words, words_count, &s3a_string_type),
    S3A_FIELD_OPTIONAL(struct whole, perhaps, &s3a_bool_type),
    S3A_FIELD_OPTIONAL(struct whole, optional, &part_type),
    S3A_FIELD_OPTIONAL(struct whole, note, &s3a_string_type),
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

/* A value that has been read is written, read and written again as the same text. */
static void check_codec(struct s3a_str text)
{
    const struct s3a_codec *codec = s3a_json_codec(&whole_type);
    struct s3a_error error;
    void *value = NULL;
    void *again = NULL;
    void *bytes = NULL;
    void *more = NULL;
    size_t size = 0;
    size_t more_size = 0;
    enum s3a_status status = codec->decode(codec, text.data, text.size, &value, &error);

    if (status != S3A_OK) {
        s3a_check(!value && error.message[0] != '\0');
        return;
    }
    s3a_check(codec->encode(codec, value, &bytes, &size, &error) == S3A_OK);
    s3a_check(codec->decode(codec, bytes, size, &again, &error) == S3A_OK);
    s3a_check(codec->encode(codec, again, &more, &more_size, &error) == S3A_OK);
    s3a_check(size == more_size && memcmp(bytes, more, size) == 0);
    codec->free_value(codec, value);
    codec->free_value(codec, again);
    free(bytes);
    free(more);
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

/* SPDX-License-Identifier: MIT */
#include "json_shapes.h"

#include <math.h>

#include "json_member.h"
#include "json_random.h"

static const struct s3a_enum_name colours[] = {{"red", 1}, {"green \"\xc3\xa9\"", -2}, {"", 100}};
static const struct s3a_type colour_type = S3A_TYPE_ENUM(int8_t, colours);
static const struct s3a_type shade_type = S3A_TYPE_ENUM(uint64_t, colours);

static const struct s3a_type *const simple[] = {
    &s3a_string_type, &s3a_bytes_type, &s3a_bool_type,   &s3a_int8_type,   &s3a_int16_type,
    &s3a_int32_type,  &s3a_int64_type, &s3a_uint8_type,  &s3a_uint16_type, &s3a_uint32_type,
    &s3a_uint64_type, &s3a_float_type, &s3a_double_type, &colour_type,     &shade_type,
};
static const struct s3a_type *const counts[] = {&s3a_int8_type, &s3a_uint16_type, &s3a_int32_type,
                                                &s3a_uint64_type};

#define ONE_OF(shapes, list) (list)[random_below(&(shapes)->seed, sizeof(list) / sizeof((list)[0]))]

static const struct s3a_type *make_struct(struct shapes *shapes, int depth);

static struct s3a_type *new_type(struct shapes *shapes, enum s3a_kind kind, size_t size)
{
    struct s3a_type *type = &shapes->types[shapes->type_count++];

    *type = (struct s3a_type){.kind = kind, .size = size};
    return type;
}

/* Rows that follow each other, with names of their own. */
static struct s3a_field *new_fields(struct shapes *shapes, size_t count)
{
    struct s3a_field *fields = &shapes->fields[shapes->field_count];

    memset(fields, 0, count * sizeof(*fields));
    for (size_t i = 0; i < count; i++) {
        static const char *const ends[] = {"", " x", "\"", "\\u0041", "\xc3\xa9", "\n"};
        char *name = shapes->names[shapes->field_count];
        snprintf(name, sizeof(shapes->names[0]), "f%zu%s", i, ONE_OF(shapes, ends));
        fields[i].name = name;
        shapes->field_count++;
    }
    return fields;
}

static void place_count(struct shapes *shapes, struct s3a_field *field, size_t *size)
{
    field->count_type = ONE_OF(shapes, counts);
    field->count_offset = *size;
    *size += sizeof(uint64_t);
}

/* An entry of a map: a key that is owned or held, and its value. */
static const struct s3a_type *make_entry(struct shapes *shapes, const struct s3a_type *value)
{
    struct s3a_type *type = new_type(shapes, S3A_KIND_STRUCT, 24 + value->size);
    struct s3a_field *fields = new_fields(shapes, 2);
    bool is_held = random_below(&shapes->seed, 2) == 0;

    fields[0].type = is_held ? &s3a_chars_type : &s3a_string_type;
    fields[0].size = is_held ? 24 : sizeof(char *);
    fields[1].type = value;
    fields[1].size = value->size;
    fields[1].offset = 24;
    type->fields = fields;
    type->count = 2;
    return type;
}

/* Any type but CHARS. */
static const struct s3a_type *make_type(struct shapes *shapes, int depth)
{
    size_t dice = depth > 0 ? random_below(&shapes->seed, 6) : 9;

    if (dice == 0) {
        return make_struct(shapes, depth - 1);
    }
    if (dice == 1) {
        const struct s3a_type *target = make_struct(shapes, depth - 1);
        struct s3a_type *type = new_type(shapes, S3A_KIND_POINTER, sizeof(void *));
        type->target = target;
        return type;
    }
    if (dice == 2) {
        const struct s3a_type *element = make_type(shapes, depth - 1);
        struct s3a_field *field = new_fields(shapes, 1);
        size_t size = sizeof(void *);
        field->form = S3A_FORM_ARRAY;
        field->type = element;
        field->size = element->size;
        place_count(shapes, field, &size);
        struct s3a_type *type = new_type(shapes, S3A_KIND_BARE, size);
        type->fields = field;
        type->count = 1;
        return type;
    }
    return ONE_OF(shapes, simple);
}

static void make_optional(struct shapes *shapes, struct s3a_field *field)
{
    enum s3a_kind kind = field->type->kind;
    bool can = field->form == S3A_FORM_POINTER || field->form == S3A_FORM_ARRAY ||
               field->form == S3A_FORM_MAP || field->count_type ||
               (field->form == S3A_FORM_VALUE &&
                (kind == S3A_KIND_STRING || kind == S3A_KIND_CHARS || kind == S3A_KIND_BYTES));

    field->absent = can && random_below(&shapes->seed, 2) == 0 ? S3A_OPTIONAL : S3A_REQUIRED;
}

static void make_field(struct shapes *shapes, struct s3a_field *field, int depth, size_t *size)
{
    static const enum s3a_form forms[] = {S3A_FORM_VALUE, S3A_FORM_VALUE, S3A_FORM_POINTER,
                                          S3A_FORM_ARRAY, S3A_FORM_FIXED, S3A_FORM_MAP};

    field->form = ONE_OF(shapes, forms);
    bool is_chars = field->form != S3A_FORM_MAP && random_below(&shapes->seed, 6) == 0;
    field->type = is_chars ? &s3a_chars_type : make_type(shapes, depth);
    if (field->form == S3A_FORM_MAP) {
        field->type = make_entry(shapes, field->type);
    }
    field->size = is_chars ? 1 + random_below(&shapes->seed, 24) : field->type->size;
    field->offset = *size;
    if (field->form == S3A_FORM_FIXED) {
        field->capacity = 1 + random_below(&shapes->seed, 3);
        *size += (field->capacity * field->size + 7) / 8 * 8;
    } else {
        *size += field->form == S3A_FORM_VALUE ? (field->size + 7) / 8 * 8 : sizeof(void *);
    }
    if (field->form == S3A_FORM_ARRAY || field->form == S3A_FORM_MAP ||
        (field->form == S3A_FORM_FIXED && random_below(&shapes->seed, 2) == 0)) {
        place_count(shapes, field, size);
    }
    make_optional(shapes, field);
}

static const struct s3a_type *make_struct(struct shapes *shapes, int depth)
{
    size_t count = random_below(&shapes->seed, 5);
    struct s3a_field *fields = new_fields(shapes, count);
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        if (i + 1 == count && random_below(&shapes->seed, 3) == 0) {
            fields[i].form = S3A_FORM_UNKNOWN;
            fields[i].type = &s3a_string_type;
            fields[i].size = sizeof(char *);
            fields[i].offset = size;
            size += sizeof(char *);
        } else {
            make_field(shapes, &fields[i], depth, &size);
        }
    }
    struct s3a_type *type = new_type(shapes, S3A_KIND_STRUCT, size > 0 ? size : 8);
    type->fields = fields;
    type->count = count;
    return type;
}

const struct s3a_type *shapes_struct(struct shapes *shapes, int depth)
{
    shapes->type_count = 0;
    shapes->field_count = 0;
    return make_struct(shapes, depth);
}

static void *must(void *memory)
{
    if (!memory) {
        abort();
    }
    return memory;
}

static char *random_text(struct shapes *shapes, size_t size_max)
{
    static const char *const pieces[] = {"",     "a",        "\"",           "\\",   "\n", "\x01",
                                         "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\\u0", "{}", " "};
    char text[64] = "";

    for (size_t i = random_below(&shapes->seed, 10); i > 0; i--) {
        const char *piece = ONE_OF(shapes, pieces);
        if (strlen(text) + strlen(piece) <= size_max) {
            strcat(text, piece);
        }
    }
    return must(strdup(text));
}

static double random_double(struct shapes *shapes)
{
    double value;

    do {
        uint64_t bits = random_next(&shapes->seed);
        memcpy(&value, &bits, sizeof(value));
    } while (!isfinite(value));
    return random_below(&shapes->seed, 2) == 0 ? value
                                               : (double)random_below(&shapes->seed, 1000) / 8;
}

static float random_float(struct shapes *shapes)
{
    float value;

    do {
        uint32_t bits = (uint32_t)random_next(&shapes->seed);
        memcpy(&value, &bits, sizeof(value));
    } while (!isfinite(value));
    return value;
}

static void fill_struct(struct shapes *shapes, const struct s3a_type *type, char *value);

static void fill_bytes(struct shapes *shapes, char *value)
{
    size_t size = random_below(&shapes->seed, 8);
    uint8_t *data = must(malloc(size + 1));

    for (size_t i = 0; i < size; i++) {
        data[i] = (uint8_t)random_next(&shapes->seed);
    }
    struct s3a_bytes bytes = {data, size};
    memcpy(value, &bytes, sizeof(bytes));
}

static void fill(struct shapes *shapes, const struct s3a_type *type, size_t size, char *value)
{
    double wide = random_double(shapes);
    float narrow = random_float(shapes);
    bool flag = random_below(&shapes->seed, 2) == 0;
    char *text;

    switch (type->kind) {
    case S3A_KIND_STRING:
        s3a_json_set_pointer(value, random_text(shapes, 40));
        break;
    case S3A_KIND_CHARS:
        text = random_text(shapes, size - 1);
        memcpy(value, text, strlen(text));
        free(text);
        break;
    case S3A_KIND_BYTES:
        fill_bytes(shapes, value);
        break;
    case S3A_KIND_BOOL:
        memcpy(value, &flag, sizeof(flag));
        break;
    case S3A_KIND_REAL:
        memcpy(value, type->size == sizeof(float) ? (void *)&narrow : (void *)&wide, type->size);
        break;
    case S3A_KIND_ENUM:
        s3a_json_store(value, size, (uint64_t)ONE_OF(shapes, colours).value);
        break;
    case S3A_KIND_POINTER:
        s3a_json_set_pointer(value, shapes_value(shapes, type->target));
        break;
    case S3A_KIND_STRUCT:
    case S3A_KIND_BARE:
        fill_struct(shapes, type, value);
        break;
    default:
        s3a_json_store(value, size, random_next(&shapes->seed) >> random_below(&shapes->seed, 64));
        break;
    }
}

/* A key that no other entry has. */
static void fill_key(struct shapes *shapes, const struct s3a_field *key, size_t index, char *entry)
{
    char *text = random_text(shapes, 16);
    char unique[40];

    snprintf(unique, sizeof(unique), "%zu%s", index, text);
    free(text);
    if (key->type->kind == S3A_KIND_CHARS) {
        memcpy(entry, unique, strlen(unique));
    } else {
        s3a_json_set_pointer(entry, must(strdup(unique)));
    }
}

static void fill_items(struct shapes *shapes, const struct s3a_field *field, char *value)
{
    size_t count = field->count_type ? random_below(&shapes->seed, 4) : field->capacity;
    char *items = value + field->offset;

    count = field->capacity > 0 && count > field->capacity ? field->capacity : count;
    if (field->form != S3A_FORM_FIXED) {
        items = count > 0 ? must(calloc(count, field->size)) : NULL;
        s3a_json_set_pointer(value + field->offset, items);
    }
    if (field->count_type) {
        s3a_json_store(value + field->count_offset, field->count_type->size, count);
    }
    for (size_t i = 0; i < count; i++) {
        char *item = items + i * field->size;
        if (field->form == S3A_FORM_MAP) {
            const struct s3a_field *rows = field->type->fields;
            fill_key(shapes, &rows[0], i, item);
            fill(shapes, rows[1].type, rows[1].size, item + rows[1].offset);
        } else {
            fill(shapes, field->type, field->size, item);
        }
    }
}

static void fill_field(struct shapes *shapes, const struct s3a_field *field, char *value)
{
    static const char *const unknown[] = {NULL, "{\"~\":1.0}",
                                          "{\"~\":[{\"\\u0061\":null},[]],\"~~\":1e400}"};
    char *member = value + field->offset;
    const char *kept = ONE_OF(shapes, unknown);

    switch (field->form) {
    case S3A_FORM_VALUE:
        fill(shapes, field->type, field->size, member);
        break;
    case S3A_FORM_POINTER:
        s3a_json_set_pointer(member, must(calloc(1, field->size)));
        fill(shapes, field->type, field->size, s3a_json_pointer(member));
        break;
    case S3A_FORM_UNKNOWN:
        s3a_json_set_pointer(member, kept ? must(strdup(kept)) : NULL);
        break;
    default:
        fill_items(shapes, field, value);
        break;
    }
}

static void fill_struct(struct shapes *shapes, const struct s3a_type *type, char *value)
{
    for (size_t i = 0; i < type->count; i++) {
        const struct s3a_field *field = &type->fields[i];
        if (!s3a_json_is_optional(field) || random_below(&shapes->seed, 2) == 0) {
            fill_field(shapes, field, value);
        }
    }
}

void *shapes_value(struct shapes *shapes, const struct s3a_type *type)
{
    char *value = must(calloc(1, type->size));

    fill_struct(shapes, type, value);
    return value;
}

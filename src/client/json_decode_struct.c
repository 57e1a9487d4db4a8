/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "error.h"
#include "json_decode.h"
#include "json_member.h"
#include "json_names.h"
#include "json_write.h"

/* An object on its way into a struct. */
struct object {
    const struct s3a_json_place *place;
    char *value;
    size_t next;                     /* row behind the last one: texts are mostly in order */
    struct s3a_json_names strangers; /* members that no row names */
    const struct s3a_field *keeper;  /* keeps them; NULL: they are ignored or refused */
    struct s3a_buf kept;
    bool seen[S3A_JSON_FIELDS_MAX];
};

/* A name in the text, made short enough for a message. */
struct plain_name {
    char text[256];
};

static struct plain_name plain(struct s3a_str name)
{
    struct plain_name made;
    size_t used = 0;

    while (name.size > 0 && used + 5 <= sizeof(made.text)) {
        used += s3a_json_string_next(&name, made.text + used);
    }
    made.text[used] = '\0';
    return made;
}

enum s3a_status s3a_json_fail_twice(const struct s3a_json_place *place, struct s3a_str name)
{
    struct plain_name made = plain(name);
    struct s3a_json_path path = {.parent = place->path, .name = made.text};
    struct s3a_json_place member = {place->reader, &path, place->type, 0};

    return s3a_json_fail_at(&member, name.data - 1, "stands there twice");
}

static bool is_name(const struct s3a_json_token *token, const char *name)
{
    size_t size = token->inner.size;

    if (token->is_escaped) {
        return s3a_json_string_is(s3a_str_make(token->inner.data - 1, size + 2), s3a_str_of(name));
    }
    return strncmp(name, token->inner.data, size) == 0 && name[size] == '\0';
}

/* The row that names the member; NULL where none does. */
static const struct s3a_field *find_field(struct object *object, const struct s3a_json_token *token)
{
    const struct s3a_type *type = object->place->type;

    for (size_t i = 0; i < type->count; i++) {
        size_t at =
            object->next + i < type->count ? object->next + i : object->next + i - type->count;
        const struct s3a_field *field = &type->fields[at];
        if (field->form != S3A_FORM_UNKNOWN && is_name(token, field->name)) {
            object->next = at + 1 < type->count ? at + 1 : 0;
            return field;
        }
    }
    return NULL;
}

enum s3a_status s3a_json_check_names(const struct s3a_json_place *place)
{
    struct s3a_json_reader *reader = place->reader;
    enum s3a_status status = S3A_OK;
    struct s3a_json_names names;
    bool is_object = *reader->at == '{';

    if (!is_object && *reader->at != '[') {
        reader->at += s3a_json_here(reader).size;
        return S3A_OK;
    }
    s3a_json_names_init(&names, true);
    struct s3a_json_path path = {.parent = place->path};
    struct s3a_json_place item = {reader, &path, NULL, 0};
    bool more = s3a_json_take_begin(reader);
    for (; status == S3A_OK && more; path.index++) {
        struct plain_name name;
        if (is_object) {
            struct s3a_json_token token = s3a_json_take_string(reader);
            if (!s3a_json_names_add(&names, token.inner)) {
                status = s3a_error_set_no_memory(reader->error);
                break;
            }
            name = plain(token.inner);
            path.name = name.text;
            s3a_json_take_colon(reader);
        }
        status = s3a_json_check_names(&item);
        more = status == S3A_OK && s3a_json_take_more(reader);
    }
    struct s3a_str twice = s3a_json_names_twice(&names);
    if (status == S3A_OK && twice.data) {
        status = s3a_json_fail_twice(place, twice);
    }
    s3a_json_names_fini(&names);
    return status;
}

/* Its name has been taken, and the colon. */
static enum s3a_status decode_stranger(struct object *object, struct s3a_str name)
{
    const struct s3a_json_place *place = object->place;
    struct plain_name made = plain(name);
    struct s3a_json_path path = {.parent = place->path, .name = made.text};
    struct s3a_json_place member = {place->reader, &path, NULL, 0};
    const char *start = place->reader->at;

    if (place->type->strict) {
        return s3a_json_fail_at(&member, name.data - 1, "not a known member");
    }
    if (!s3a_json_names_add(&object->strangers, name)) {
        return s3a_error_set_no_memory(place->reader->error);
    }
    enum s3a_status status = s3a_json_check_names(&member);
    if (status == S3A_OK && object->keeper) {
        struct s3a_json_writer writer = {.buf = &object->kept};
        s3a_buf_append_byte(&object->kept, object->kept.size == 0 ? '{' : ',');
        s3a_buf_append(&object->kept, s3a_str_make(name.data - 1, name.size + 2));
        s3a_buf_append_byte(&object->kept, ':');
        size_t size = (size_t)(place->reader->at - start);
        s3a_json_write_text(&writer, s3a_str_make(start, size));
    }
    return status;
}

static enum s3a_status decode_member(struct object *object)
{
    const struct s3a_json_place *place = object->place;
    struct s3a_json_token token = s3a_json_take_string(place->reader);
    const struct s3a_field *field = find_field(object, &token);

    s3a_json_take_colon(place->reader);
    if (!field) {
        return decode_stranger(object, token.inner);
    }
    size_t index = (size_t)(field - place->type->fields);
    if (object->seen[index]) {
        return s3a_json_fail_twice(place, token.inner);
    }
    object->seen[index] = true;
    struct s3a_json_path path = {.parent = place->path, .name = field->name};
    struct s3a_json_place member = {place->reader, &path, field->type, field->size};
    return s3a_json_decode_field(&member, field, object->value);
}

enum s3a_status s3a_json_decode_default(const struct s3a_json_path *path,
                                        const struct s3a_field *field, int depth, void *value,
                                        struct s3a_error *error)
{
    struct s3a_str text = s3a_str_of(field->absent);
    struct s3a_json_reader reader = {
        .text = text,
        .at = text.data + strspn(text.data, " \t\r\n"),
        .depth = depth,
        .is_default = true,
        .error = error,
    };
    struct s3a_json_place place = {&reader, path, field->type, field->size};

    return s3a_json_decode_field(&place, field, value);
}

/* start: where the object stands. */
static enum s3a_status decode_absent(struct object *object, const char *start)
{
    const struct s3a_json_place *place = object->place;
    const struct s3a_type *type = place->type;

    for (size_t i = 0; i < type->count; i++) {
        const struct s3a_field *field = &type->fields[i];
        if (object->seen[i] || field->form == S3A_FORM_UNKNOWN || s3a_json_is_optional(field)) {
            continue;
        }
        struct s3a_json_path path = {.parent = place->path, .name = field->name};
        if (!field->absent) {
            struct s3a_json_place member = {place->reader, &path, field->type, field->size};
            return s3a_json_fail_at(&member, start, "missing");
        }
        enum s3a_status status = s3a_json_decode_default(&path, field, place->reader->depth,
                                                         object->value, place->reader->error);
        if (status != S3A_OK) {
            return status;
        }
    }
    return S3A_OK;
}

/* The members that no row names, where any do: as a row keeps them. */
static enum s3a_status keep_strangers(struct object *object)
{
    struct s3a_str twice = s3a_json_names_twice(&object->strangers);
    size_t size;

    if (twice.data) {
        return s3a_json_fail_twice(object->place, twice);
    }
    if (!object->keeper || object->strangers.count == 0) {
        return S3A_OK;
    }
    s3a_buf_append_byte(&object->kept, '}');
    if (object->kept.status != S3A_OK) {
        return s3a_error_set_no_memory(object->place->reader->error);
    }
    s3a_json_set_pointer(object->value + object->keeper->offset,
                         s3a_buf_take(&object->kept, &size));
    return S3A_OK;
}

static enum s3a_status decode_members(struct object *object)
{
    struct s3a_json_reader *reader = object->place->reader;
    const char *start = reader->at;

    for (bool more = s3a_json_take_begin(reader); more; more = s3a_json_take_more(reader)) {
        enum s3a_status status = decode_member(object);
        if (status != S3A_OK) {
            return status;
        }
    }
    enum s3a_status status = keep_strangers(object);
    return status == S3A_OK ? decode_absent(object, start) : status;
}

enum s3a_status s3a_json_decode_struct(const struct s3a_json_place *place, void *value)
{
    const struct s3a_type *type = place->type;
    struct object object;

    if (*place->reader->at != '{') {
        return s3a_json_fail_found(place, "an object");
    }
    enum s3a_status status = s3a_json_enter(place);
    if (status != S3A_OK) {
        return status;
    }
    object.place = place;
    object.value = value;
    object.next = 0;
    object.keeper = NULL;
    memset(object.seen, 0, type->count);
    for (size_t i = 0; i < type->count; i++) {
        object.keeper = type->fields[i].form == S3A_FORM_UNKNOWN ? &type->fields[i] : object.keeper;
    }
    s3a_json_names_init(&object.strangers, true);
    s3a_buf_init(&object.kept, 2 * (size_t)S3A_JSON_TEXT_SIZE_MAX);
    status = decode_members(&object);
    s3a_json_names_fini(&object.strangers);
    s3a_buf_fini(&object.kept);
    place->reader->depth--;
    return status;
}

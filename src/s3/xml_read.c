/* SPDX-License-Identifier: MIT */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "xml.h"

struct reader {
    XML_Parser parser;
    const struct s3a_xml_events *events;
    void *user;
    char path[S3A_XML_PATH_SIZE_MAX + 1];
    size_t path_sizes[S3A_XML_DEPTH_MAX]; /* of the paths around the element we are in */
    size_t depth;
    struct s3a_buf text;
    enum s3a_status status;
};

static void stop(struct reader *reader, enum s3a_status status)
{
    if (reader->status == S3A_OK) {
        reader->status = status;
        (void)XML_StopParser(reader->parser, XML_FALSE);
    }
}

static const char *without_namespace(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon ? colon + 1 : name;
}

static void on_open(void *user, const char *name, const char **attributes)
{
    struct reader *reader = user;
    size_t used = strlen(reader->path);

    (void)attributes;
    name = without_namespace(name);
    if (reader->depth == S3A_XML_DEPTH_MAX ||
        used + (used > 0) + strlen(name) > S3A_XML_PATH_SIZE_MAX) {
        stop(reader, S3A_FORMAT);
        return;
    }
    reader->path_sizes[reader->depth++] = used;
    if (used > 0) {
        reader->path[used++] = '/';
    }
    strcpy(reader->path + used, name);
    s3a_buf_clear(&reader->text);
    if (reader->events->open) {
        reader->events->open(reader->user, reader->path);
    }
}

static void on_close(void *user, const char *name)
{
    struct reader *reader = user;

    (void)name;
    /* Of <a/>, the end comes even where the beginning stopped the parser. */
    if (reader->status != S3A_OK) {
        return;
    }
    reader->events->close(reader->user, reader->path, s3a_buf_str(&reader->text));
    s3a_buf_clear(&reader->text);
    reader->path[reader->path_sizes[--reader->depth]] = '\0';
}

static void on_text(void *user, const char *text, int size)
{
    struct reader *reader = user;

    s3a_buf_append(&reader->text, s3a_str_make(text, (size_t)size));
    if (reader->text.status != S3A_OK) {
        stop(reader, reader->text.status == S3A_NO_MEMORY ? S3A_NO_MEMORY : S3A_FORMAT);
    }
}

static void on_document_type(void *user, const char *name, const char *system_id,
                             const char *public_id, int has_internal_subset)
{
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)has_internal_subset;
    stop(user, S3A_FORMAT);
}

enum s3a_status s3a_xml_read(struct s3a_str xml, const struct s3a_xml_events *events, void *user)
{
    const XML_Memory_Handling_Suite memory = {malloc, realloc, free};
    struct reader reader = {.events = events, .user = user};

    if (xml.size == 0 || xml.size > S3A_XML_SIZE_MAX) {
        return S3A_FORMAT;
    }
    reader.parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    if (!reader.parser) {
        return S3A_NO_MEMORY;
    }
    s3a_buf_init(&reader.text, S3A_XML_TEXT_SIZE_MAX);
    XML_SetUserData(reader.parser, &reader);
    XML_SetElementHandler(reader.parser, on_open, on_close);
    XML_SetCharacterDataHandler(reader.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reader.parser, on_document_type);
    if (XML_Parse(reader.parser, xml.data, (int)xml.size, XML_TRUE) != XML_STATUS_OK &&
        reader.status == S3A_OK) {
        reader.status =
            XML_GetErrorCode(reader.parser) == XML_ERROR_NO_MEMORY ? S3A_NO_MEMORY : S3A_FORMAT;
    }
    XML_ParserFree(reader.parser);
    s3a_buf_fini(&reader.text);
    return reader.status;
}

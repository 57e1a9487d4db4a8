/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "xml.h"

#define TEXT_SIZE_MAX (1024 * 1024)

/* What the reader says, held to the order in which elements lie in each other. */
struct nesting {
    char path[S3A_XML_PATH_SIZE_MAX + 1];
    size_t depth;
    size_t opened;
    size_t closed;
};

static void on_open(void *user, const char *path)
{
    struct nesting *nesting = user;
    size_t around = strlen(nesting->path);

    s3a_check(strlen(path) <= S3A_XML_PATH_SIZE_MAX);
    s3a_check(strncmp(path, nesting->path, around) == 0);
    s3a_check(around == 0 || path[around] == '/');
    s3a_check(++nesting->depth <= S3A_XML_DEPTH_MAX);
    nesting->opened++;
    strcpy(nesting->path, path);
}

static void on_close(void *user, const char *path, struct s3a_str text)
{
    struct nesting *nesting = user;
    char *slash = strrchr(nesting->path, '/');

    s3a_check(strcmp(path, nesting->path) == 0);
    s3a_check(text.size <= S3A_XML_TEXT_SIZE_MAX && s3a_str_is_utf8(text));
    nesting->depth--;
    nesting->closed++;
    *(slash ? slash : nesting->path) = '\0';
}

static const struct s3a_xml_events events = {on_open, on_close};

/* The name of an element holds no '/', so that a path is taken apart at the right places. */
static void check_reading(struct s3a_str xml)
{
    struct nesting nesting = {0};
    enum s3a_status status = s3a_xml_read(xml, &events, &nesting);

    s3a_check(status == S3A_OK || status == S3A_FORMAT);
    if (status == S3A_OK) {
        s3a_check(nesting.depth == 0 && nesting.opened > 0 && nesting.opened == nesting.closed);
    }
}

static void on_text(void *user, const char *path, struct s3a_str text)
{
    if (strcmp(path, "a/b") == 0) {
        s3a_buf_append(user, text);
    }
}

static bool can_be_read(struct s3a_str text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r') {
            return false;
        }
    }
    /* U+FFFE and U+FFFF are no characters in XML. */
    for (size_t i = 0; i + 2 < text.size; i++) {
        if (memcmp(text.data + i, "\xef\xbf", 2) == 0 && (unsigned char)text.data[i + 2] >= 0xbe) {
            return false;
        }
    }
    return s3a_str_is_utf8(text);
}

/* Whatever is written as text is no markup, and is read as the text that it was. */
static void check_writing(struct s3a_str text)
{
    static const struct s3a_xml_events only_text = {NULL, on_text};
    struct s3a_buf xml;
    struct s3a_buf read;

    s3a_buf_init(&xml, TEXT_SIZE_MAX);
    s3a_buf_init(&read, TEXT_SIZE_MAX);
    s3a_xml_begin(&xml, "a");
    s3a_xml_text(&xml, "b", text);
    s3a_xml_close(&xml, "a");
    s3a_check(xml.status == S3A_OK && s3a_str_is_utf8(s3a_buf_str(&xml)));
    size_t tags = 0;
    for (size_t i = 0; i < xml.size; i++) {
        tags += xml.data[i] == '<';
    }
    s3a_check(tags == 5);
    if (can_be_read(text) && text.size <= S3A_XML_TEXT_SIZE_MAX) {
        s3a_check(s3a_xml_read(s3a_buf_str(&xml), &only_text, &read) == S3A_OK);
        s3a_check(s3a_str_equal(s3a_buf_str(&read), text));
    }
    s3a_buf_fini(&xml);
    s3a_buf_fini(&read);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str text = fuzz_copy(s3a_str_make(bytes, size));

    check_reading(text);
    check_writing(text);
    fuzz_free(text);
    return 0;
}

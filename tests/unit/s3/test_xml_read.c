/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "fail_malloc.h"
#include "xml.h"

static struct s3a_buf heard;

static void on_open(void *user, const char *path)
{
    (void)user;
    s3a_buf_append_format(&heard, "<%s ", path);
}

static void on_close(void *user, const char *path, struct s3a_str text)
{
    (void)user;
    s3a_buf_append_format(&heard, ">%s=%.*s ", path, S3A_STR_ARG(text));
}

static const struct s3a_xml_events events = {on_open, on_close};

static enum s3a_status read_text(const char *xml)
{
    s3a_buf_init(&heard, 1000000);
    return s3a_xml_read(s3a_str_of(xml), &events, NULL);
}

static void assert_heard(const char *xml, const char *expected)
{
    assert_int_equal(read_text(xml), S3A_OK);
    assert_string_equal(s3a_buf_text(&heard), expected);
    s3a_buf_fini(&heard);
}

static void assert_refused(const char *xml)
{
    assert_int_equal(read_text(xml), S3A_FORMAT);
    s3a_buf_fini(&heard);
}

static void elements_are_known_by_their_path(void **state)
{
    (void)state;

    assert_heard("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a><b>1</b><c/></a>",
                 "<a <a/b >a/b=1 <a/c >a/c= >a= ");
    assert_heard("<s3:a xmlns:s3=\"http://s3/\" x=\"y\"><s3:b>1</s3:b></s3:a>",
                 "<a <a/b >a/b=1 >a= ");
}

static void texts_come_decoded_and_whole(void **state)
{
    (void)state;

    assert_heard("<a>&quot;x&amp;y&quot;&#10;&#x1234;<![CDATA[<z>]]> </a>",
                 "<a >a=\"x&y\"\n\xe1\x88\xb4<z>  ");
    assert_heard("<a> before <b>in</b> after </a>", "<a <a/b >a/b=in >a= after  ");
}

static void what_is_not_well_formed_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",         "hello",       "<a>",         "<a></b>",
                                        "<a/><b/>", "<a>\x01</a>", "<a>\xff</a>", "<a>&x;",
                                        "<a b>",    "<a>&#1;",     "<a/>x",       "{\"a\":1}"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_refused(texts[i]);
    }
}

/* No entities but the five: neither files of this machine nor a billion laughs. */
static void a_document_type_is_refused(void **state)
{
    (void)state;

    assert_refused("<!DOCTYPE a><a/>");
    assert_refused("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>");
    assert_refused("<!DOCTYPE a [<!ENTITY x \"xx\"><!ENTITY y \"&x;&x;\">]><a>&y;</a>");
}

static void depth_and_length_have_limits(void **state)
{
    (void)state;
    char *text = malloc(S3A_XML_SIZE_MAX + 2);

    assert_heard("<a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a>",
                 "<a <a/a <a/a/a <a/a/a/a <a/a/a/a/a <a/a/a/a/a/a <a/a/a/a/a/a/a "
                 "<a/a/a/a/a/a/a/a >a/a/a/a/a/a/a/a= >a/a/a/a/a/a/a= >a/a/a/a/a/a= >a/a/a/a/a= "
                 ">a/a/a/a= >a/a/a= >a/a= >a= ");
    assert_refused("<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>");
    memset(text, 'x', S3A_XML_SIZE_MAX + 1);
    memcpy(text, "<a>", 3);
    text[S3A_XML_TEXT_SIZE_MAX + 4] = '\0';
    strcpy(text + 3 + S3A_XML_TEXT_SIZE_MAX, "</a>");
    assert_int_equal(read_text(text), S3A_OK);
    s3a_buf_fini(&heard);
    memcpy(text + 3 + S3A_XML_TEXT_SIZE_MAX, "x</a>", 6);
    assert_refused(text);
    memset(text, 'n', 300);
    text[0] = '<';
    strcpy(text + S3A_XML_PATH_SIZE_MAX + 2, "/>");
    assert_refused(text);
    strcpy(text + S3A_XML_PATH_SIZE_MAX + 1, "/>");
    assert_int_equal(read_text(text), S3A_OK);
    s3a_buf_fini(&heard);
    memset(text, ' ', S3A_XML_SIZE_MAX + 1);
    memcpy(text, "<a/>", 4);
    assert_int_equal(s3a_xml_read(s3a_str_make(text, S3A_XML_SIZE_MAX + 1), &events, NULL),
                     S3A_FORMAT);
    free(text);
}

static void read_with_failing_memory(void *arg)
{
    const struct s3a_xml_events silent = {
        .close = arg ? on_close : NULL,
    };

    s3a_buf_init(&heard, 100);
    enum s3a_status status = s3a_xml_read(S3A_STR("<a>text<b>&amp;more</b></a>"), &silent, NULL);
    assert_true(status == S3A_OK || status == S3A_NO_MEMORY);
    s3a_buf_fini(&heard);
}

static void without_memory_nothing_is_read(void **state)
{
    (void)state;
    bool yes = true;

    fail_malloc_sweep(read_with_failing_memory, &yes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_known_by_their_path),
        cmocka_unit_test(texts_come_decoded_and_whole),
        cmocka_unit_test(what_is_not_well_formed_is_refused),
        cmocka_unit_test(a_document_type_is_refused),
        cmocka_unit_test(depth_and_length_have_limits),
        cmocka_unit_test(without_memory_nothing_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

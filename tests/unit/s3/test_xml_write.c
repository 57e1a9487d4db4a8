/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "xml.h"

static void assert_text(struct s3a_str text, const char *expected)
{
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000);
    s3a_xml_text(&buf, "t", text);
    assert_string_equal(s3a_buf_text(&buf), expected);
    s3a_buf_fini(&buf);
}

static void a_document_has_a_declaration_and_a_namespace(void **state)
{
    (void)state;
    struct s3a_buf buf;

    s3a_buf_init(&buf, 1000);
    s3a_xml_begin(&buf, "List");
    s3a_xml_open(&buf, "In");
    s3a_xml_uint64(&buf, "Size", UINT64_MAX);
    s3a_xml_close(&buf, "In");
    s3a_xml_close(&buf, "List");
    assert_string_equal(s3a_buf_text(&buf),
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<List xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><In>"
                        "<Size>18446744073709551615</Size></In></List>");
    s3a_buf_clear(&buf);
    s3a_xml_begin_plain(&buf, "Error");
    assert_string_equal(s3a_buf_text(&buf), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
    s3a_buf_fini(&buf);
}

static void markup_and_control_characters_are_escaped(void **state)
{
    (void)state;

    assert_text(S3A_STR(""), "<t></t>");
    assert_text(S3A_STR("a&b<c>\"d'"), "<t>a&amp;b&lt;c&gt;&quot;d'</t>");
    assert_text(S3A_STR("\x01\n\x7f"), "<t>&#x1;&#xA;&#x7F;</t>");
    assert_text(s3a_str_make("\0", 1), "<t>&#x0;</t>");
}

static void what_is_not_utf_8_becomes_a_replacement(void **state)
{
    (void)state;

    assert_text(S3A_STR("\xc3\xbc\xe1\x88\xb4\xf0\x9f\x98\x80"),
                "<t>\xc3\xbc\xe1\x88\xb4\xf0\x9f\x98\x80</t>");
    assert_text(S3A_STR("a\xffz"), "<t>a\xef\xbf\xbdz</t>");
    assert_text(S3A_STR("\xc3"), "<t>\xef\xbf\xbd</t>");
    assert_text(S3A_STR("\xed\xa0\x80"),
                "<t>\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</t>");          /* a surrogate */
    assert_text(S3A_STR("\xc0\xaf"), "<t>\xef\xbf\xbd\xef\xbf\xbd</t>"); /* overlong */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_has_a_declaration_and_a_namespace),
        cmocka_unit_test(markup_and_control_characters_are_escaped),
        cmocka_unit_test(what_is_not_utf_8_becomes_a_replacement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

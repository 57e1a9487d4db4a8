/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <stdio.h>

#include "buf.h"
#include "ini.h"

#define TEXT_SIZE_MAX (1024 * 1024)

static bool has_byte(struct s3a_str text, char byte)
{
    return s3a_str_find(text, byte) < text.size;
}

/* Each stands in one line, and says what it says without the lines around it. */
static void check_value(const struct s3a_ini *ini, const struct s3a_ini_value *item)
{
    struct s3a_pool pool = {0};
    struct s3a_ini again;
    struct s3a_buf text;
    char key[256];

    s3a_check(!has_byte(item->section, '\n') && !has_byte(item->key, '\n') &&
              !has_byte(item->value, '\n') && !has_byte(item->key, '='));
    s3a_check(s3a_ini_has_section(ini, item->section));
    if (item->key.size == 0 || item->key.size >= sizeof(key) || has_byte(item->key, '\0')) {
        return;
    }
    snprintf(key, sizeof(key), "%.*s", S3A_STR_ARG(item->key));
    s3a_buf_init(&text, TEXT_SIZE_MAX);
    s3a_buf_append_text(&text, "[\"");
    s3a_buf_append(&text, item->section);
    s3a_buf_append_text(&text, "\"]\n");
    s3a_buf_append(&text, item->key);
    s3a_buf_append_text(&text, " = ");
    s3a_buf_append(&text, item->value);
    s3a_buf_append_text(&text, "\r\n"); /* one such is the line's, more are the value's */
    s3a_check(text.status == S3A_OK);
    s3a_check(s3a_ini_parse(&pool, s3a_buf_str(&text), &again, NULL) == S3A_OK);
    s3a_check(s3a_str_equal(s3a_ini_get(&again, item->section, key), item->value));
    s3a_pool_fini(&pool);
    s3a_buf_fini(&text);
}

/* A file of profiles. What it says may be a secret: a complaint says in which line, and no more. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str text = fuzz_copy(s3a_str_make(bytes, size));
    struct s3a_pool pool = {0};
    struct s3a_error error;
    struct s3a_ini ini;
    unsigned line;
    int end = 0;
    enum s3a_status status = s3a_ini_parse(&pool, text, &ini, &error);

    s3a_check(status == S3A_OK || status == S3A_FORMAT);
    if (status == S3A_FORMAT) {
        s3a_check(sscanf(error.message, "line %u: %n", &line, &end) == 1 && end > 0 && line > 0);
    }
    for (const struct s3a_ini_value *item = ini.values; item; item = item->next) {
        check_value(&ini, item);
    }
    (void)s3a_ini_get(&ini, S3A_STR("default"), "region");
    s3a_pool_fini(&pool);
    fuzz_free(text);
    return 0;
}

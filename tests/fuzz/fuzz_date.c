/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "date.h"

#define MS_MAX INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define UNTOUCHED INT64_C(-77)

static const struct form {
    void (*print)(int64_t time_ms, char *ret_text);
    bool (*parse)(struct s3a_str text, int64_t *ret_time_ms);
    size_t size;
    int64_t unit_ms;
} forms[] = {
    {s3a_date_http, s3a_date_http_parse, S3A_DATE_HTTP_SIZE, 1000},
    {s3a_date_iso, s3a_date_iso_parse, S3A_DATE_ISO_SIZE, 1},
    {s3a_date_basic, s3a_date_basic_parse, S3A_DATE_BASIC_SIZE, 1000},
};

#define FORM_COUNT (sizeof(forms) / sizeof(forms[0]))

/* What is written is read as what it was, up to what the form can say. */
static void check_writing(const struct form *form, int64_t time_ms)
{
    char text[S3A_DATE_HTTP_SIZE + 1];
    int64_t kept_ms = time_ms < 0 ? 0 : time_ms > MS_MAX ? MS_MAX : time_ms;
    int64_t read_ms = UNTOUCHED;

    form->print(time_ms, text);
    s3a_check(strlen(text) == form->size);
    s3a_check(form->parse(s3a_str_of(text), &read_ms));
    s3a_check(read_ms == kept_ms - kept_ms % form->unit_ms);
}

/* What is read lies within the years, and is written and read again as the same. */
static void check_reading(const struct form *form, struct s3a_str text)
{
    int64_t time_ms = UNTOUCHED;

    if (!form->parse(text, &time_ms)) {
        s3a_check(time_ms == UNTOUCHED);
        return;
    }
    s3a_check(time_ms >= 0 && time_ms <= MS_MAX);
    for (size_t i = 0; i < FORM_COUNT; i++) {
        check_writing(&forms[i], time_ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str text = fuzz_copy(s3a_str_make(bytes, size));
    int64_t time_ms = 0;

    for (size_t i = 0; i < FORM_COUNT; i++) {
        check_reading(&forms[i], text);
    }
    memcpy(&time_ms, bytes, size < sizeof(time_ms) ? size : sizeof(time_ms));
    for (size_t i = 0; i < FORM_COUNT; i++) {
        check_writing(&forms[i], time_ms);
        check_writing(&forms[i], time_ms % MS_MAX);
    }
    fuzz_free(text);
    return 0;
}

/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_REFUSED_H
#define S3A_JSON_REFUSED_H

/* Documents that do not fit the sample's type, each with the message that says why. */

#include "codec_sample.h"
#include "json_value.h"

/* One line: a document, and what is said of it. */
struct refusal {
    const char *text;
    const char *message;
};

static inline void assert_all_refused(const struct refusal *refused, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct s3a_str text = s3a_str_of(refused[i].text);
        struct s3a_error error;
        void *value = &error;
        enum s3a_status status = s3a_json_decode(&config_type, text, &value, &error);
        assert_string_equal(error.message, refused[i].message);
        assert_int_equal(status, S3A_FORMAT);
        assert_int_equal(error.status, S3A_FORMAT);
        assert_null(value);
        assert_int_equal(s3a_json_decode(&config_type, text, &value, NULL), S3A_FORMAT);
    }
}

#define ASSERT_ALL_REFUSED(refused)                                                                \
    assert_all_refused(refused, sizeof(refused) / sizeof((refused)[0]))

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_JSON_WRITTEN_H
#define S3A_JSON_WRITTEN_H

/* Values, each with the text or the message that comes of it. */

#include <stdlib.h>
#include <string.h>

#include "json_value.h"

#define WRITTEN_SIZE_MAX 100000

static inline void assert_written(const struct s3a_type *type, const void *value, bool is_pretty,
                                  const char *text)
{
    struct s3a_error error;
    void *bytes;
    size_t size;

    enum s3a_status status =
        s3a_json_encode(type, value, is_pretty, WRITTEN_SIZE_MAX, &bytes, &size, &error);
    assert_string_equal(error.message, "");
    assert_int_equal(status, S3A_OK);
    assert_str(((struct s3a_str){bytes, size}), text);
    free(bytes);
}

static inline void assert_text(const struct s3a_type *type, const void *value, const char *text)
{
    assert_written(type, value, false, text);
}

static inline void assert_refused(const struct s3a_type *type, const void *value,
                                  enum s3a_status expected, const char *message)
{
    struct s3a_error error;
    void *bytes = &error;
    size_t size = 1;

    enum s3a_status status =
        s3a_json_encode(type, value, false, WRITTEN_SIZE_MAX, &bytes, &size, &error);
    assert_string_equal(error.message, message);
    assert_int_equal(status, expected);
    assert_null(bytes);
    assert_int_equal(size, 0);
    assert_int_equal(s3a_json_encode(type, value, false, WRITTEN_SIZE_MAX, &bytes, &size, NULL),
                     expected);
}

#endif

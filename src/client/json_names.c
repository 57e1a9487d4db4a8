/* SPDX-License-Identifier: MIT */
#include "json_names.h"

#include <stdlib.h>

#include "json_text.h"

void s3a_json_names_init(struct s3a_json_names *names, bool are_escaped)
{
    names->are_escaped = are_escaped;
    names->more = NULL;
    names->count = 0;
    names->capacity = S3A_JSON_NAMES_FEW;
}

void s3a_json_names_fini(struct s3a_json_names *names)
{
    free(names->more);
    s3a_json_names_init(names, names->are_escaped);
}

static struct s3a_str *all(struct s3a_json_names *names)
{
    return names->more ? names->more : names->few;
}

bool s3a_json_names_add(struct s3a_json_names *names, struct s3a_str name)
{
    if (names->count == names->capacity) {
        size_t capacity = 2 * names->capacity;
        struct s3a_str *more = realloc(names->more, capacity * sizeof(*more));
        if (!more) {
            return false;
        }
        if (!names->more) {
            memcpy(more, names->few, sizeof(names->few));
        }
        names->more = more;
        names->capacity = capacity;
    }
    all(names)[names->count++] = name;
    return true;
}

/* By what they say, and then by where they stand. */
static int compare_escaped(const void *a, const void *b)
{
    const struct s3a_str *left = a;
    const struct s3a_str *right = b;
    int order = s3a_json_string_compare(*left, *right);

    return order != 0 ? order : (left->data > right->data) - (left->data < right->data);
}

static int compare_plain(const void *a, const void *b)
{
    const struct s3a_str *left = a;
    const struct s3a_str *right = b;
    int order = s3a_str_compare(*left, *right);

    return order != 0 ? order : (left->data > right->data) - (left->data < right->data);
}

struct s3a_str s3a_json_names_twice(struct s3a_json_names *names)
{
    struct s3a_str twice = s3a_str_make(NULL, 0);
    struct s3a_str *sorted = all(names);

    if (names->count < 2) {
        return twice;
    }
    qsort(sorted, names->count, sizeof(*sorted),
          names->are_escaped ? compare_escaped : compare_plain);
    for (size_t i = 1; i < names->count; i++) {
        int order = names->are_escaped ? s3a_json_string_compare(sorted[i - 1], sorted[i])
                                       : s3a_str_compare(sorted[i - 1], sorted[i]);
        if (order == 0 && (!twice.data || sorted[i].data < twice.data)) {
            twice = sorted[i];
        }
    }
    return twice;
}

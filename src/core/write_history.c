/* SPDX-License-Identifier: MIT */
#include "write_history.h"

#define SEPARATOR ','

/* How many digits stand there, size at the most. */
static size_t count_digits(struct s3a_str text, size_t size)
{
    size_t count = 0;

    while (count < size && count < text.size &&
           ((text.data[count] >= '0' && text.data[count] <= '9') ||
            (text.data[count] >= 'a' && text.data[count] <= 'f'))) {
        count++;
    }
    return count;
}

/* The size of the next part that has so many digits, with the separator before it where it is not
 * the first; 0: there is none. */
static size_t part_size(struct s3a_str rest, bool is_first, size_t digits)
{
    size_t before = is_first ? 0 : 1;

    if (!is_first && (rest.size == 0 || rest.data[0] != SEPARATOR)) {
        return 0;
    }
    rest = s3a_str_skip(rest, before);
    bool ends = rest.size == digits || (rest.size > digits && rest.data[digits] == SEPARATOR);
    return ends && count_digits(rest, digits) == digits ? before + digits : 0;
}

void s3a_history_read(struct s3a_str text, struct s3a_history *ret_history)
{
    size_t size = part_size(text, true, S3A_WRITE_ID_SIZE);
    size_t more = size;

    while (more > 0) {
        more = part_size(s3a_str_skip(text, size), false, S3A_WRITE_PARENT_SIZE);
        more = size + more <= S3A_HISTORY_SIZE_MAX ? more : 0;
        size += more;
    }
    if (size > 0) {
        memcpy(ret_history->text, text.data, size);
    }
    ret_history->text[size] = '\0';
}

void s3a_history_make(const char *id, const struct s3a_history *before,
                      struct s3a_history *ret_history)
{
    struct s3a_str parents = s3a_str_of(before->text);
    size_t size = S3A_WRITE_ID_SIZE;

    memcpy(ret_history->text, id, size);
    if (parents.size > 0) {
        ret_history->text[size++] = SEPARATOR;
        memcpy(ret_history->text + size, parents.data, S3A_WRITE_PARENT_SIZE);
        size += S3A_WRITE_PARENT_SIZE;
        parents = s3a_str_skip(parents, S3A_WRITE_ID_SIZE);
    }
    while (parents.size > 0 && size + 1 + S3A_WRITE_PARENT_SIZE <= S3A_HISTORY_SIZE_MAX) {
        memcpy(ret_history->text + size, parents.data, 1 + S3A_WRITE_PARENT_SIZE);
        size += 1 + S3A_WRITE_PARENT_SIZE;
        parents = s3a_str_skip(parents, 1 + S3A_WRITE_PARENT_SIZE);
    }
    ret_history->text[size] = '\0';
}

bool s3a_history_is_of(const char *history, const char *id)
{
    struct s3a_str rest = s3a_str_of(history);

    return s3a_str_equal(s3a_str_split(&rest, SEPARATOR), s3a_str_of(id));
}

bool s3a_history_goes_back_to(const char *history, const char *id)
{
    struct s3a_str rest = s3a_str_of(history);
    struct s3a_str parent = s3a_str_of(id);

    if (parent.size != S3A_WRITE_ID_SIZE) {
        return false;
    }
    parent.size = S3A_WRITE_PARENT_SIZE;
    (void)s3a_str_split(&rest, SEPARATOR);
    while (rest.size > 0) {
        if (s3a_str_equal(s3a_str_split(&rest, SEPARATOR), parent)) {
            return true;
        }
    }
    return false;
}

/* SPDX-License-Identifier: MIT */
#include "write_history.h"

#define NUMBER_SIZE (S3A_WRITE_ID_SIZE - S3A_WRITE_LANE_SIZE)

struct entry {
    struct s3a_str lane;
    struct s3a_str number; /* without zeros in front */
    bool is_beginning;
};

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

/* The first one's size: an id; 0: there is none. */
static size_t read_id(struct s3a_str text, struct entry *ret_entry)
{
    if (count_digits(text, S3A_WRITE_ID_SIZE) < S3A_WRITE_ID_SIZE ||
        (text.size > S3A_WRITE_ID_SIZE && text.data[S3A_WRITE_ID_SIZE] != ',')) {
        return 0;
    }
    ret_entry->is_beginning = false;
    ret_entry->lane = s3a_str_make(text.data, S3A_WRITE_LANE_SIZE);
    ret_entry->number = s3a_str_make(text.data + S3A_WRITE_LANE_SIZE, NUMBER_SIZE);
    while (ret_entry->number.size > 1 && ret_entry->number.data[0] == '0') {
        ret_entry->number = s3a_str_skip(ret_entry->number, 1);
    }
    return S3A_WRITE_ID_SIZE;
}

/* ",LANE.NUMBER" or ",LANE-NUMBER" at the front: its size; 0: there is none. */
static size_t read_parent(struct s3a_str text, struct entry *ret_entry)
{
    struct s3a_str lane = s3a_str_skip(text, 1);
    struct s3a_str number = s3a_str_skip(lane, S3A_WRITE_LANE_SIZE + 1);

    if (text.size == 0 || text.data[0] != ',' || number.size == 0 ||
        count_digits(lane, S3A_WRITE_LANE_SIZE) < S3A_WRITE_LANE_SIZE ||
        (lane.data[S3A_WRITE_LANE_SIZE] != '.' && lane.data[S3A_WRITE_LANE_SIZE] != '-')) {
        return 0;
    }
    size_t digits = count_digits(number, NUMBER_SIZE);
    if (digits == 0 || number.data[0] == '0' ||
        (digits < number.size && number.data[digits] != ',')) {
        return 0;
    }
    ret_entry->is_beginning = lane.data[S3A_WRITE_LANE_SIZE] == '-';
    ret_entry->lane = s3a_str_make(lane.data, S3A_WRITE_LANE_SIZE);
    ret_entry->number = s3a_str_make(number.data, digits);
    return 1 + S3A_WRITE_LANE_SIZE + 1 + digits;
}

/* The entry at *at, which moves behind it. False at the end, or where there is none. */
static bool next(struct s3a_str text, size_t *at, struct entry *ret_entry)
{
    struct s3a_str rest = s3a_str_skip(text, *at);
    size_t size = *at == 0 ? read_id(rest, ret_entry) : read_parent(rest, ret_entry);

    *at += size;
    return size > 0;
}

void s3a_history_read(struct s3a_str text, struct s3a_history *ret_history)
{
    struct entry entry;
    size_t size = 0;
    size_t at = 0;

    while (next(text, &at, &entry) && at <= S3A_HISTORY_SIZE_MAX) {
        size = at;
    }
    if (size > 0) {
        memcpy(ret_history->text, text.data, size);
    }
    ret_history->text[size] = '\0';
}

/* False where there is no room. */
static bool add(struct s3a_history *history, size_t *size, const struct entry *entry)
{
    size_t added = 1 + entry->lane.size + 1 + entry->number.size;
    char *end = history->text + *size;

    if (*size + added > S3A_HISTORY_SIZE_MAX) {
        return false;
    }
    *end++ = ',';
    memcpy(end, entry->lane.data, entry->lane.size);
    end += entry->lane.size;
    *end++ = entry->is_beginning ? '-' : '.';
    memcpy(end, entry->number.data, entry->number.size);
    *size += added;
    return true;
}

void s3a_history_make(const char *id, const struct s3a_history *before,
                      struct s3a_history *ret_history)
{
    struct s3a_str text = s3a_str_of(before->text);
    struct s3a_str lane = s3a_str_make(id, S3A_WRITE_LANE_SIZE);
    struct s3a_str lane_before = s3a_str_make(text.data, S3A_WRITE_LANE_SIZE);
    struct entry entry = {.is_beginning = false};
    size_t size = S3A_WRITE_ID_SIZE;
    bool has_room = true;

    memcpy(ret_history->text, id, size);
    if (text.size == 0) {
        (void)read_id(s3a_str_make(id, size), &entry);
        entry.is_beginning = true;
        has_room = add(ret_history, &size, &entry);
    }
    for (size_t at = 0; has_room && next(text, &at, &entry);) {
        bool is_first = at == S3A_WRITE_ID_SIZE;
        bool has_written_since = s3a_str_equal(entry.lane, lane) ||
                                 (!is_first && s3a_str_equal(entry.lane, lane_before));
        if (has_written_since && !entry.is_beginning) {
            continue;
        }
        has_room = add(ret_history, &size, &entry);
    }
    ret_history->text[size] = '\0';
}

bool s3a_history_is_of(const char *history, const char *id)
{
    struct s3a_str rest = s3a_str_of(history);

    return s3a_str_equal(s3a_str_split(&rest, ','), s3a_str_of(id));
}

bool s3a_history_is_same(const char *history, const char *other)
{
    struct s3a_str one = s3a_str_of(history);
    struct s3a_str two = s3a_str_of(other);

    return s3a_str_equal(s3a_str_split(&one, ','), s3a_str_split(&two, ','));
}

static bool has(struct s3a_str history, const struct entry *sought)
{
    struct entry entry;

    for (size_t at = 0; next(history, &at, &entry);) {
        if (s3a_str_equal(entry.lane, sought->lane) &&
            s3a_str_equal(entry.number, sought->number)) {
            return true;
        }
    }
    return false;
}

bool s3a_history_has(const char *history, const char *id)
{
    struct entry entry;

    return read_id(s3a_str_of(id), &entry) > 0 && has(s3a_str_of(history), &entry);
}

bool s3a_history_shares(const char *history, const char *other)
{
    struct s3a_str text = s3a_str_of(other);
    struct entry entry;

    for (size_t at = 0; next(text, &at, &entry);) {
        if (has(s3a_str_of(history), &entry)) {
            return true;
        }
    }
    return false;
}

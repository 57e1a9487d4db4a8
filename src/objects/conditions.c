/* SPDX-License-Identifier: MIT */
#include "conditions.h"

static const struct s3a_verdict go_on = {.code = S3A_CODE_NONE};
static const struct s3a_verdict no_such_key = {.code = S3A_CODE_NO_SUCH_KEY};

static struct s3a_verdict did_not_hold(const char *condition)
{
    return (struct s3a_verdict){.code = S3A_CODE_PRECONDITION_FAILED, .condition = condition};
}

static struct s3a_verdict not_accepted(const char *header)
{
    return (struct s3a_verdict){.code = S3A_CODE_NOT_IMPLEMENTED, .header = header};
}

static bool is_given(struct s3a_str header)
{
    return header.data != NULL;
}

static bool is_any(struct s3a_str header)
{
    return s3a_str_is(s3a_str_trim(header), "*");
}

static struct s3a_str unquote(struct s3a_str tag)
{
    tag = s3a_str_trim(tag);
    if (tag.size >= 2 && tag.data[0] == '"' && tag.data[tag.size - 1] == '"') {
        return s3a_str_make(tag.data + 1, tag.size - 2);
    }
    return tag;
}

/* One ETag, quoted or bare. */
static bool is_same(struct s3a_str tag, struct s3a_str etag)
{
    return s3a_str_equal(unquote(tag), unquote(etag));
}

/* A list of ETags, or "*". weak: W/"x" stands for "x" (RFC 9110, section 8.8.3.2). */
static bool is_listed(struct s3a_str list, struct s3a_str etag, bool weak)
{
    if (is_any(list)) {
        return true;
    }
    while (is_given(list)) {
        struct s3a_str tag = s3a_str_trim(s3a_str_split(&list, ','));
        if (weak && s3a_str_starts_with(tag, "W/")) {
            tag = s3a_str_skip(tag, 2);
        }
        if (is_same(tag, etag)) {
            return true;
        }
    }
    return false;
}

static struct s3a_verdict judge_if_match(struct s3a_str tag, const struct s3a_present *present)
{
    if (!present) {
        return no_such_key;
    }
    return is_same(tag, present->etag) ? go_on : did_not_hold("If-Match");
}

struct s3a_verdict s3a_judge_write(const struct s3a_op *op, const struct s3a_present *present)
{
    /* An empty list would match nothing, and so let every write pass: nobody means that. */
    if (is_given(op->if_none_match) && s3a_str_trim(op->if_none_match).size == 0) {
        return not_accepted("If-None-Match");
    }
    if (is_given(op->if_match)) {
        if (!present) {
            return no_such_key;
        }
        if (!is_listed(op->if_match, present->etag, false)) {
            return did_not_hold("If-Match");
        }
    }
    if (is_given(op->if_none_match) && present &&
        is_listed(op->if_none_match, present->etag, true)) {
        return did_not_hold("If-None-Match");
    }
    return go_on;
}

struct s3a_verdict s3a_judge_put_as_amazon(const struct s3a_op *op,
                                           const struct s3a_present *present)
{
    bool has_match = is_given(op->if_match);
    bool has_none_match = is_given(op->if_none_match);

    if (has_match && has_none_match) {
        return not_accepted("If-Match,If-None-Match");
    }
    if (has_none_match) {
        if (!is_any(op->if_none_match)) {
            return not_accepted("If-None-Match");
        }
        return present ? did_not_hold("If-None-Match") : go_on;
    }
    if (has_match) {
        return is_any(op->if_match) ? not_accepted("If-Match")
                                    : judge_if_match(op->if_match, present);
    }
    return go_on;
}

struct s3a_verdict s3a_judge_delete_as_amazon(const struct s3a_op *op,
                                              const struct s3a_present *present)
{
    /* S3 does not know this one. To pass over it would delete what was meant to stay. */
    if (is_given(op->if_none_match)) {
        return not_accepted("If-None-Match");
    }
    if (!is_given(op->if_match)) {
        return go_on;
    }
    if (present && is_any(op->if_match)) {
        return go_on;
    }
    return judge_if_match(op->if_match, present);
}

static int64_t seconds(int64_t time_ms)
{
    return time_ms / 1000;
}

struct s3a_verdict s3a_judge_read(const struct s3a_op *op, const struct s3a_present *present,
                                  int64_t now_ms)
{
    int64_t modified = seconds(present->modified_ms);
    int64_t since_ms = op->if_modified_since_ms;
    int64_t unmodified_since_ms = op->if_unmodified_since_ms;

    if (is_given(op->if_match)) {
        if (!is_listed(op->if_match, present->etag, false)) {
            return did_not_hold("If-Match");
        }
    } else if (unmodified_since_ms != 0 && modified > seconds(unmodified_since_ms)) {
        return did_not_hold("If-Unmodified-Since");
    }

    bool changed = true;
    if (is_given(op->if_none_match)) {
        changed = !is_listed(op->if_none_match, present->etag, true);
    } else if (since_ms != 0 && since_ms <= now_ms) {
        changed = modified > seconds(since_ms);
    }
    return changed ? go_on : (struct s3a_verdict){.code = S3A_CODE_NOT_MODIFIED};
}

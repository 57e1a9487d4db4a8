/* SPDX-License-Identifier: MIT */
#include "fault_reader.h"
#include "fault_value.h"

static enum s3a_status take_nothing(struct s3a_fault_reader *reader, struct s3a_str value)
{
    return value.data ? s3a_fault_bad(reader, "nothing stands behind it, not even a '='") : S3A_OK;
}

/* 20ms, 10ms..200ms, exponential:50ms */
static enum s3a_status take_latency(struct s3a_fault_reader *reader, struct s3a_str value)
{
    static const char exponential[] = "exponential:";
    struct s3a_fault_rule *rule = reader->rule;
    struct s3a_str from = value;
    struct s3a_str to = value;

    for (size_t i = 0; i + 1 < value.size; i++) {
        if (value.data[i] == '.' && value.data[i + 1] == '.') {
            from = s3a_str_make(value.data, i);
            to = s3a_str_skip(value, i + 2);
            break;
        }
    }
    if (s3a_str_starts_with(value, exponential)) {
        rule->distribution = S3A_FAULT_EXPONENTIAL;
        from = to = s3a_str_skip(value, sizeof(exponential) - 1);
    }
    if (!s3a_fault_value_ms(from, S3A_FAULT_LATENCY_MAX_MS, &rule->min_ms) ||
        !s3a_fault_value_ms(to, S3A_FAULT_LATENCY_MAX_MS, &rule->max_ms)) {
        return s3a_fault_bad(reader,
                             "a latency is one such as 20ms, 10ms..200ms or exponential:50ms, of "
                             "whole milliseconds and an hour at the most");
    }
    if (rule->min_ms > rule->max_ms) {
        return s3a_fault_bad(reader, "the longer latency stands first");
    }
    return S3A_OK;
}

/* 503, SlowDown */
static enum s3a_status take_error(struct s3a_fault_reader *reader, struct s3a_str value)
{
    static const struct {
        uint64_t http_status;
        enum s3a_code code;
    } usual[] = {
        {403, S3A_CODE_ACCESS_DENIED},
        {404, S3A_CODE_NO_SUCH_KEY},
        {409, S3A_CODE_CONDITIONAL_REQUEST_CONFLICT},
        {412, S3A_CODE_PRECONDITION_FAILED},
        {429, S3A_CODE_SLOW_DOWN},
        {500, S3A_CODE_INTERNAL_ERROR},
        {501, S3A_CODE_NOT_IMPLEMENTED},
        {502, S3A_CODE_INTERNAL_ERROR},
        {503, S3A_CODE_SLOW_DOWN},
        {504, S3A_CODE_INTERNAL_ERROR},
    };
    struct s3a_fault_rule *rule = reader->rule;
    uint64_t number;

    if (s3a_str_to_uint64(value, UINT64_MAX, &number)) {
        for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
            if (usual[i].http_status == number) {
                rule->code = usual[i].code;
                rule->http_status = (int)number;
                return S3A_OK;
            }
        }
        return s3a_fault_bad(reader,
                             "by number there are 403, 404, 409, 412, 429, 500, 501, 502, 503 and "
                             "504; others by their code");
    }
    rule->code = s3a_code_of_wire(value);
    rule->http_status = s3a_code_http_status(rule->code);
    if (value.size == 0 || rule->code == S3A_CODE_OTHER || rule->http_status < 400) {
        return s3a_fault_bad(reader,
                             "an error is an HTTP status such as 503, or a code such as SlowDown, "
                             "InternalError, OperationAborted or ExpiredToken");
    }
    return S3A_OK;
}

static enum s3a_status take_truncate(struct s3a_fault_reader *reader, struct s3a_str value)
{
    struct s3a_fault_rule *rule = reader->rule;

    rule->keeps_some = value.data != NULL;
    if (rule->keeps_some && !s3a_str_to_uint64(value, INT64_MAX, &rule->bytes_kept)) {
        return s3a_fault_bad(reader,
                             "a number of bytes stands behind the '='; half the body is kept where "
                             "none is given");
    }
    return S3A_OK;
}

static enum s3a_status take_date(struct s3a_fault_reader *reader, struct s3a_str value)
{
    bool is_minus = value.size > 0 && value.data[0] == '-';
    bool is_plus = value.size > 0 && value.data[0] == '+';
    uint64_t ms;

    if ((!is_minus && !is_plus) ||
        !s3a_fault_value_ms(s3a_str_skip(value, 1), S3A_FAULT_DATE_MAX_MS, &ms)) {
        return s3a_fault_bad(reader,
                             "a date is off by an offset with its sign, such as -90s or +2h");
    }
    reader->rule->offset_ms = is_minus ? -(int64_t)ms : (int64_t)ms;
    return S3A_OK;
}

static enum s3a_status take_etag(struct s3a_fault_reader *reader, struct s3a_str value)
{
    struct s3a_fault_rule *rule = reader->rule;

    if (s3a_str_is(value, "bare")) {
        rule->etag = S3A_FAULT_ETAG_BARE;
    } else if (s3a_str_is(value, "weak")) {
        rule->etag = S3A_FAULT_ETAG_WEAK;
    } else if (s3a_str_is(value, "missing")) {
        rule->etag = S3A_FAULT_ETAG_MISSING;
    } else {
        return s3a_fault_bad(reader, "an ETag can be bare, weak or missing");
    }
    return S3A_OK;
}

static const struct {
    const char *name;
    enum s3a_fault_kind kind;
    bool is_after;
    enum s3a_status (*take)(struct s3a_fault_reader *reader, struct s3a_str value);
} kinds[] = {
    {"latency", S3A_FAULT_LATENCY, false, take_latency},
    {"latency-after", S3A_FAULT_LATENCY, true, take_latency},
    {"error", S3A_FAULT_ERROR, false, take_error},
    {"error-after", S3A_FAULT_ERROR, true, take_error},
    {"reset", S3A_FAULT_RESET, false, take_nothing},
    {"reset-after", S3A_FAULT_RESET, true, take_nothing},
    {"freeze", S3A_FAULT_FREEZE, false, take_nothing},
    {"freeze-after", S3A_FAULT_FREEZE, true, take_nothing},
    {"truncate", S3A_FAULT_TRUNCATE, true, take_truncate},
    {"date", S3A_FAULT_DATE, true, take_date},
    {"etag", S3A_FAULT_ETAG, true, take_etag},
    {"ignore-if-match", S3A_FAULT_IGNORE_IF_MATCH, false, take_nothing},
    {"ignore-if-none-match", S3A_FAULT_IGNORE_IF_NONE_MATCH, false, take_nothing},
};

enum s3a_status s3a_fault_take_kind(struct s3a_fault_reader *reader, struct s3a_str name,
                                    struct s3a_str value)
{
    struct s3a_fault_rule *rule = reader->rule;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (s3a_str_is(name, kinds[i].name)) {
            rule->kind = kinds[i].kind;
            rule->is_after = kinds[i].is_after;
            rule->what = reader->word;
            return kinds[i].take(reader, value);
        }
    }
    return s3a_fault_bad(reader,
                         "the first word says what goes wrong: latency, error, reset, freeze (each "
                         "with -after, too), truncate, date, etag, ignore-if-match or "
                         "ignore-if-none-match");
}

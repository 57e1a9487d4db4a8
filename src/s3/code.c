/* SPDX-License-Identifier: MIT */
#include "code.h"

struct code_row {
    const char *wire;
    int http_status;
    enum s3a_status status;
    const char *message;
};

static const struct code_row rows[] = {
    [S3A_CODE_NONE] = {"", 200, S3A_OK, ""},
#define ROW(name, wire, http_status, status, message)                                              \
    [S3A_CODE_##name] = {wire, http_status, S3A_##status, message},
    S3A_CODE_MAP(ROW)
#undef ROW
        [S3A_CODE_OTHER] = {"", 500, S3A_SERVER, "An error that this version does not know"},
};

const char *s3a_code_wire(enum s3a_code code)
{
    return rows[code].wire;
}

const char *s3a_code_message(enum s3a_code code)
{
    return rows[code].message;
}

int s3a_code_http_status(enum s3a_code code)
{
    return rows[code].http_status;
}

enum s3a_code s3a_code_of_wire(struct s3a_str wire)
{
    for (int code = S3A_CODE_NONE + 1; code < S3A_CODE_OTHER; code++) {
        if (s3a_str_is(wire, rows[code].wire)) {
            return (enum s3a_code)code;
        }
    }
    return S3A_CODE_OTHER;
}

bool s3a_code_is_throttling(struct s3a_str wire)
{
    static const char *const codes[] = {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    };

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (s3a_str_is(wire, codes[i])) {
            return true;
        }
    }
    return false;
}

static enum s3a_status status_of_http(int http_status)
{
    switch (http_status) {
    case 304:
        return S3A_NOT_MODIFIED;
    case 401:
    case 403:
        return S3A_DENIED;
    case 404:
        return S3A_NOT_FOUND;
    case 409:
        return S3A_RACE;
    case 412:
        return S3A_CONFLICT;
    case 416:
        return S3A_RANGE;
    case 429:
    case 503:
        return S3A_LATER;
    case 405:
    case 501:
        return S3A_UNSUPPORTED;
    default:
        return http_status >= 500 ? S3A_SERVER : S3A_REFUSED;
    }
}

enum s3a_status s3a_code_status(enum s3a_code code, int http_status)
{
    if (http_status >= 200 && http_status < 300 && code == S3A_CODE_NONE) {
        return S3A_OK;
    }
    if (code == S3A_CODE_NONE || code == S3A_CODE_OTHER || http_status == 500) {
        return status_of_http(http_status);
    }
    return rows[code].status;
}

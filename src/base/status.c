/* SPDX-License-Identifier: MIT */
#include <s3atomic/status.h>

struct status_row {
    enum s3a_status status;
    enum s3a_action action;
    const char *name;
    const char *text;
};

static const struct status_row rows[] = {
#define ROW(name, number, action, text) {S3A_##name, S3A_ACTION_##action, #name, text},
    S3A_STATUS_MAP(ROW)
#undef ROW
};

static const struct status_row unknown = {S3A_FAILED, S3A_ACTION_FATAL, "UNKNOWN",
                                          "not a status of this library"};

static const struct status_row *find_row(enum s3a_status status)
{
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].status == status) {
            return &rows[i];
        }
    }
    return &unknown;
}

const char *s3a_status_name(enum s3a_status status)
{
    return find_row(status)->name;
}

const char *s3a_status_text(enum s3a_status status)
{
    return find_row(status)->text;
}

enum s3a_action s3a_status_action(enum s3a_status status)
{
    return find_row(status)->action;
}

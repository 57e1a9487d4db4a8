/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "listing_decode.h"
#include "xml.h"

struct decoder {
    struct s3a_answer *answer;
    bool is_error;
    struct s3a_str code;
    struct s3a_str message;
    struct s3a_str condition;
    struct s3a_str header;
    struct s3a_str request_id;
    struct s3a_str host_id;
    struct s3a_str region;
    struct s3a_str endpoint;
};

static struct s3a_str *find_text(struct decoder *decoder, const char *path)
{
    const struct {
        const char *path;
        struct s3a_str *text;
    } rows[] = {
        {"Error/Code", &decoder->code},
        {"Error/Message", &decoder->message},
        {"Error/Condition", &decoder->condition},
        {"Error/Header", &decoder->header},
        {"Error/RequestId", &decoder->request_id},
        {"Error/HostId", &decoder->host_id},
        {"Error/Region", &decoder->region},
        {"Error/Endpoint", &decoder->endpoint},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(path, rows[i].path) == 0) {
            return rows[i].text;
        }
    }
    return NULL;
}

static void on_close(void *user, const char *path, struct s3a_str text)
{
    struct decoder *decoder = user;
    struct s3a_str *kept = find_text(decoder, path);

    if (kept && text.size > 0) {
        *kept = s3a_pool_copy(&decoder->answer->pool, text);
    } else if (strcmp(path, "Error") == 0) {
        decoder->is_error = true;
    }
}

bool s3a_error_decode(struct s3a_str xml, struct s3a_answer *answer)
{
    static const struct s3a_xml_events events = {.close = on_close};
    struct decoder decoder = {.answer = answer};

    if (s3a_xml_read(xml, &events, &decoder) != S3A_OK || !decoder.is_error ||
        decoder.code.size == 0) {
        return false;
    }
    answer->code = s3a_code_of_wire(decoder.code);
    answer->code_text = decoder.code;
    answer->message = decoder.message;
    answer->condition = decoder.condition;
    answer->header = decoder.header;
    if (answer->request_id[0] == '\0') {
        snprintf(answer->request_id, sizeof(answer->request_id), "%.*s",
                 S3A_STR_ARG(decoder.request_id));
    }
    if (answer->host_id[0] == '\0') {
        snprintf(answer->host_id, sizeof(answer->host_id), "%.*s", S3A_STR_ARG(decoder.host_id));
    }
    answer->region = answer->region.data ? answer->region : decoder.region;
    answer->location = answer->location.data ? answer->location : decoder.endpoint;
    return true;
}

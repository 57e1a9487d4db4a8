/* SPDX-License-Identifier: MIT */
#include "sts_answer.h"

#include <string.h>

#include "date.h"
#include "error.h"
#include "xml.h"

struct reader {
    struct s3a_pool *pool;
    struct s3a_sts_answer *answer;
    struct s3a_str expiration;
    struct s3a_str message;
    bool has_no_room;
};

static struct s3a_str *find_place(struct reader *reader, const char *path)
{
    struct s3a_sts_answer *answer = reader->answer;
    const struct {
        const char *end;
        struct s3a_str *text;
    } places[] = {
        {"/Credentials/AccessKeyId", &answer->credentials.access_key},
        {"/Credentials/SecretAccessKey", &answer->credentials.secret_key},
        {"/Credentials/SessionToken", &answer->credentials.session_token},
        {"/Credentials/Expiration", &reader->expiration},
        {"Error/Code", &answer->code},
        {"Error/Message", &reader->message},
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (s3a_str_ends_with(s3a_str_of(path), places[i].end)) {
            return places[i].text;
        }
    }
    return NULL;
}

static void on_close(void *user, const char *path, struct s3a_str text)
{
    struct reader *reader = user;
    struct s3a_str *place = find_place(reader, path);

    if (place) {
        *place = s3a_pool_copy(reader->pool, s3a_str_trim(text));
        reader->has_no_room |= !place->data;
    }
}

enum s3a_status s3a_sts_answer_read(struct s3a_pool *pool, int http_status, struct s3a_str body,
                                    const char *where, struct s3a_sts_answer *ret_answer,
                                    struct s3a_error *error)
{
    static const struct s3a_xml_events events = {NULL, on_close};
    struct reader reader = {.pool = pool, .answer = ret_answer};

    *ret_answer = (struct s3a_sts_answer){.code = {NULL, 0}};
    enum s3a_status status = s3a_xml_read(body, &events, &reader);
    if (status == S3A_NO_MEMORY || reader.has_no_room) {
        return s3a_error_set_no_memory(error);
    }
    if (http_status != 200) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: %.*s (%.*s, HTTP %d)", where,
                             reader.message.size ? s3a_str_print_size(reader.message) : 7,
                             reader.message.size ? reader.message.data : "refused",
                             S3A_STR_ARG(ret_answer->code), http_status);
    }
    if (status != S3A_OK || ret_answer->credentials.access_key.size == 0 ||
        ret_answer->credentials.secret_key.size == 0) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: there are no credentials in the answer",
                             where);
    }
    if (!s3a_date_iso_parse(reader.expiration, &ret_answer->expires_ms)) {
        return s3a_error_set(error, S3A_CREDENTIALS, "%s: the answer says no time of expiry",
                             where);
    }
    return S3A_OK;
}

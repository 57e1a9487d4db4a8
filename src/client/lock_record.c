/* SPDX-License-Identifier: MIT */
#include "lock_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "digest.h"
#include "json_value.h"

/* What kind of record it is, in its own words. */
struct dialect {
    const char *family;
    const char *format;
    const char *held;
    const char *free;
};

static const struct dialect lock_dialect = {"lock/", "lock/1", "held", "free"};
static const struct dialect session_dialect = {"session/", "session/1", "live", "dead"};

#define SESSION_KEY_PREFIX ".s3atomic/sessions/"
#define SESSION_KEY_SUFFIX ".session"
#define FORMAT_SIZE_MAX 31

/* "<owner>:<token>" */
#define GRANT_TEXT_SIZE (S3A_OWNER_HEX_SIZE + 1 + 20)

/* The JSON text's struct. Optional texts are for people. */
struct body {
    char *format;
    char *state;
    int64_t token;
    char *owner;
    int64_t beat;
    uint32_t lease_ms;
    uint32_t heartbeat_ms;
    char *session;
    char **recent;
    size_t recent_count;
    char *granted_at;
    char *host;
    int64_t *pid;
    char *label;
    char *data;
};

static const struct s3a_field body_fields[] = {
    S3A_FIELD(struct body, format, S3A_REQUIRED, "s3atomic"),
    S3A_FIELD(struct body, state),
    S3A_FIELD(struct body, token),
    S3A_FIELD(struct body, owner),
    S3A_FIELD(struct body, beat),
    S3A_FIELD(struct body, lease_ms),
    S3A_FIELD(struct body, heartbeat_ms),
    S3A_FIELD(struct body, session, S3A_OPTIONAL),
    S3A_FIELD(struct body, granted_at, S3A_OPTIONAL),
    S3A_FIELD(struct body, host, S3A_OPTIONAL),
    S3A_FIELD_POINTER(struct body, pid, &s3a_int64_type, S3A_OPTIONAL),
    S3A_FIELD(struct body, label, S3A_OPTIONAL),
    S3A_FIELD(struct body, data, S3A_OPTIONAL),
    S3A_FIELD_ARRAY(struct body, recent, recent_count, &s3a_string_type),
};
static const struct s3a_type body_type = S3A_TYPE(struct body, body_fields);

/* What every version has. */
struct preamble {
    char *format;
};

static const struct s3a_field preamble_fields[] = {
    S3A_FIELD(struct preamble, format, S3A_REQUIRED, "s3atomic"),
};
static const struct s3a_type preamble_type = S3A_TYPE(struct preamble, preamble_fields);

void s3a_lock_owner_hex(const uint8_t owner[S3A_OWNER_SIZE], char ret_hex[S3A_OWNER_HEX_SIZE + 1])
{
    s3a_hex(owner, S3A_OWNER_SIZE, ret_hex);
}

void s3a_session_key_make(const uint8_t session[S3A_SESSION_ID_SIZE],
                          char ret_key[S3A_SESSION_KEY_SIZE + 1])
{
    char id[2 * S3A_SESSION_ID_SIZE + 1];

    s3a_hex(session, S3A_SESSION_ID_SIZE, id);
    snprintf(ret_key, S3A_SESSION_KEY_SIZE + 1, SESSION_KEY_PREFIX "%s" SESSION_KEY_SUFFIX, id);
}

/* NULL where the text is empty: the member is left out. */
static char *given(const char *text)
{
    return *text ? (char *)(uintptr_t)text : NULL; /* encoding changes nothing */
}

static enum s3a_status encode(const struct dialect *dialect, const struct s3a_lock_record *record,
                              const struct s3a_lock_people *people, struct s3a_str *ret_bytes)
{
    char owner[S3A_OWNER_HEX_SIZE + 1];
    char recent_texts[S3A_RECENT_MAX][GRANT_TEXT_SIZE + 1];
    char *recent[S3A_RECENT_MAX];
    char granted_at[S3A_DATE_ISO_SIZE + 1] = "";
    char session[S3A_SESSION_KEY_SIZE + 1] = "";
    int64_t pid = people->pid;
    void *bytes;
    size_t size;

    s3a_lock_owner_hex(record->grant.owner, owner);
    for (uint32_t i = 0; i < record->recent_count; i++) {
        s3a_lock_owner_hex(record->recent[i].owner, recent_texts[i]);
        snprintf(recent_texts[i] + S3A_OWNER_HEX_SIZE, sizeof(recent_texts[i]) - S3A_OWNER_HEX_SIZE,
                 ":%llu", (unsigned long long)record->recent[i].token);
        recent[i] = recent_texts[i];
    }
    if (record->has_session) {
        s3a_session_key_make(record->session, session);
    }
    if (people->granted_at_ms > 0) {
        s3a_date_iso(people->granted_at_ms, granted_at);
    }
    const struct body body = {
        .format = given(dialect->format),
        .state = given(record->held ? dialect->held : dialect->free),
        .token = (int64_t)record->grant.token,
        .owner = owner,
        .beat = (int64_t)record->beat,
        .lease_ms = record->lease_ms,
        .heartbeat_ms = record->heartbeat_ms,
        .recent = recent,
        .recent_count = record->recent_count,
        .session = given(session),
        .granted_at = given(granted_at),
        .host = given(people->host),
        .pid = pid > 0 ? &pid : NULL,
        .label = given(people->label),
        .data = given(people->data),
    };
    *ret_bytes = s3a_str_make(NULL, 0);
    enum s3a_status status =
        s3a_json_encode(&body_type, &body, false, S3A_LOCK_BODY_SIZE_MAX, &bytes, &size, NULL);
    if (status == S3A_OK) {
        *ret_bytes = s3a_str_make(bytes, size);
    }
    return status;
}

enum s3a_status s3a_lock_record_encode(const struct s3a_lock_record *record,
                                       const struct s3a_lock_people *people,
                                       struct s3a_str *ret_bytes)
{
    return encode(&lock_dialect, record, people, ret_bytes);
}

enum s3a_status s3a_session_record_encode(const struct s3a_lock_record *record,
                                          const struct s3a_lock_people *people,
                                          struct s3a_str *ret_bytes)
{
    return encode(&session_dialect, record, people, ret_bytes);
}

/* -1: it is none. Ours are lower case. */
static int hex_digit(char byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

bool s3a_lock_owner_read(struct s3a_str text, uint8_t ret_owner[S3A_OWNER_SIZE])
{
    if (text.size != S3A_OWNER_HEX_SIZE) {
        return false;
    }
    for (size_t i = 0; i < S3A_OWNER_SIZE; i++) {
        int high = hex_digit(text.data[2 * i]);
        int low = hex_digit(text.data[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        ret_owner[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* The key of a session's object; one that is not as we write it is none. */
static bool read_session(const char *key, struct s3a_lock_record *record)
{
    struct s3a_str text = s3a_str_of(key);
    struct s3a_str prefix = S3A_STR(SESSION_KEY_PREFIX);

    record->has_session = true;
    _Static_assert(S3A_SESSION_ID_SIZE == S3A_OWNER_SIZE, "both are read alike");
    return text.size == S3A_SESSION_KEY_SIZE && memcmp(text.data, prefix.data, prefix.size) == 0 &&
           s3a_str_ends_with(text, SESSION_KEY_SUFFIX) &&
           s3a_lock_owner_read(s3a_str_make(text.data + prefix.size, S3A_OWNER_HEX_SIZE),
                               record->session);
}

static bool read_grant(const char *text, struct s3a_grant *ret_grant)
{
    struct s3a_str rest = s3a_str_of(text);
    struct s3a_str owner = s3a_str_split(&rest, ':');

    return s3a_lock_owner_read(owner, ret_grant->owner) &&
           s3a_str_to_uint64(rest, S3A_LOCK_TOKEN_MAX, &ret_grant->token);
}

/* False where it says what no record of ours can say. */
static bool read_record(const struct dialect *dialect, const struct body *body,
                        struct s3a_lock_record *ret_record)
{
    bool held = body->state && strcmp(body->state, dialect->held) == 0;

    memset(ret_record, 0, sizeof(*ret_record));
    if (!held && !(body->state && strcmp(body->state, dialect->free) == 0)) {
        return false;
    }
    if (body->session && !(held && read_session(body->session, ret_record))) {
        return false;
    }
    if (body->token < 0 || (uint64_t)body->token > S3A_LOCK_TOKEN_MAX || body->beat < 0 ||
        body->recent_count > S3A_RECENT_MAX) {
        return false;
    }
    ret_record->held = held;
    ret_record->grant.token = (uint64_t)body->token;
    ret_record->beat = (uint64_t)body->beat;
    ret_record->lease_ms = body->lease_ms;
    ret_record->heartbeat_ms = body->heartbeat_ms;
    for (size_t i = 0; i < body->recent_count; i++) {
        if (!body->recent[i] || !read_grant(body->recent[i], &ret_record->recent[i])) {
            return false;
        }
    }
    ret_record->recent_count = (uint32_t)body->recent_count;
    return s3a_lock_owner_read(s3a_str_of(body->owner), ret_record->grant.owner);
}

static void read_text(const char *text, char *ret_text, size_t size)
{
    snprintf(ret_text, size, "%s", text ? text : "");
}

static void read_people(const struct body *body, struct s3a_lock_people *ret_people)
{
    if (body->granted_at) {
        (void)s3a_date_iso_parse(s3a_str_of(body->granted_at), &ret_people->granted_at_ms);
    }
    ret_people->pid = body->pid ? *body->pid : 0;
    read_text(body->host, ret_people->host, sizeof(ret_people->host));
    read_text(body->label, ret_people->label, sizeof(ret_people->label));
    read_text(body->data, ret_people->data, sizeof(ret_people->data));
}

/* Something that does not claim to be a record of any version. */
static void read_stranger(const struct s3a_answer *answer, struct s3a_lock_view *view)
{
    struct s3a_str expires = s3a_headers_find(&answer->headers, "expires");
    bool is_java = answer->object_size <= S3A_LOCK_JAVA_BODY_SIZE_MAX &&
                   s3a_date_http_parse(expires, &view->java_expires_ms);

    view->kind = is_java ? S3A_LOCK_OBJECT_JAVA : S3A_LOCK_OBJECT_FOREIGN;
}

/* "lock/1", "" where it claims nothing; in ret_format, cut. */
static enum s3a_status read_format(struct s3a_str bytes, char *ret_format, size_t size)
{
    void *value = NULL;
    enum s3a_status status = s3a_json_decode(&preamble_type, bytes, &value, NULL);

    *ret_format = '\0';
    if (status == S3A_OK) {
        const struct preamble *preamble = value;
        read_text(preamble->format, ret_format, size);
    }
    s3a_json_free(&preamble_type, value);
    return status == S3A_FORMAT ? S3A_OK : status;
}

static enum s3a_status read_ours(const struct dialect *dialect, struct s3a_str bytes,
                                 struct s3a_lock_view *view, struct s3a_lock_people *people)
{
    void *value = NULL;
    enum s3a_status status = s3a_json_decode(&body_type, bytes, &value, NULL);

    if (status == S3A_OK && read_record(dialect, value, &view->record)) {
        view->kind = S3A_LOCK_OBJECT_RECORD;
        if (people) {
            read_people(value, people);
        }
    } else {
        view->kind = S3A_LOCK_OBJECT_FOREIGN; /* damaged: not for us to repair */
    }
    s3a_json_free(&body_type, value);
    return status == S3A_FORMAT ? S3A_OK : status;
}

static enum s3a_status read_view(const struct dialect *dialect, const struct s3a_answer *answer,
                                 struct s3a_lock_view *ret_view, struct s3a_lock_people *ret_people)
{
    struct s3a_str bytes = s3a_buf_str(&answer->body);
    char format[FORMAT_SIZE_MAX + 1];
    enum s3a_status status;

    memset(ret_view, 0, sizeof(*ret_view));
    if (ret_people) {
        memset(ret_people, 0, sizeof(*ret_people));
    }
    memcpy(ret_view->etag, answer->etag, sizeof(ret_view->etag));
    ret_view->store_now_ms = answer->date_ms;
    ret_view->store_modified_ms = answer->modified_ms;
    status = read_format(bytes, format, sizeof(format));
    if (status != S3A_OK) {
        return status;
    }
    if (strcmp(format, dialect->format) == 0) {
        return read_ours(dialect, bytes, ret_view, ret_people);
    }
    if (strncmp(format, dialect->family, strlen(dialect->family)) == 0) {
        ret_view->kind = S3A_LOCK_OBJECT_NEWER;
    } else if (dialect == &lock_dialect) {
        read_stranger(answer, ret_view);
    } else {
        ret_view->kind = S3A_LOCK_OBJECT_FOREIGN;
    }
    return S3A_OK;
}

enum s3a_status s3a_lock_record_read(const struct s3a_answer *answer,
                                     struct s3a_lock_view *ret_view,
                                     struct s3a_lock_people *ret_people)
{
    return read_view(&lock_dialect, answer, ret_view, ret_people);
}

enum s3a_status s3a_session_record_read(const struct s3a_answer *answer,
                                        struct s3a_lock_view *ret_view,
                                        struct s3a_lock_people *ret_people)
{
    return read_view(&session_dialect, answer, ret_view, ret_people);
}

/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "lock_record.h"

static void answer_with(struct s3a_answer *answer, struct s3a_str body, struct s3a_str expires)
{
    s3a_answer_init(answer, 2 * S3A_LOCK_BODY_SIZE_MAX);
    s3a_buf_append(&answer->body, body);
    s3a_check(answer->body.status == S3A_OK);
    answer->object_size = body.size;
    strcpy(answer->etag, "\"etag\"");
    answer->date_ms = 1000;
    answer->modified_ms = 500;
    if (expires.data) {
        s3a_check(s3a_headers_add(&answer->headers, S3A_STR("expires"), expires));
    }
}

/* What decisions are made by lies within what the protocol has a place for. */
static void check_record(const struct s3a_lock_record *record)
{
    s3a_check(record->recent_count <= S3A_RECENT_MAX);
    s3a_check(record->grant.token <= S3A_LOCK_TOKEN_MAX);
    s3a_check(!record->has_session || record->held);
}

static void check_people(const struct s3a_lock_people *people)
{
    s3a_check(memchr(people->host, '\0', sizeof(people->host)));
    s3a_check(memchr(people->label, '\0', sizeof(people->label)));
    s3a_check(memchr(people->data, '\0', sizeof(people->data)));
}

static bool is_same(const struct s3a_lock_record *a, const struct s3a_lock_record *b)
{
    bool is_same = a->held == b->held && a->grant.token == b->grant.token && a->beat == b->beat &&
                   memcmp(a->grant.owner, b->grant.owner, S3A_OWNER_SIZE) == 0 &&
                   a->lease_ms == b->lease_ms && a->heartbeat_ms == b->heartbeat_ms &&
                   a->recent_count == b->recent_count && a->has_session == b->has_session &&
                   memcmp(a->session, b->session, S3A_SESSION_ID_SIZE) == 0;

    for (uint32_t i = 0; is_same && i < a->recent_count; i++) {
        is_same = a->recent[i].token == b->recent[i].token &&
                  memcmp(a->recent[i].owner, b->recent[i].owner, S3A_OWNER_SIZE) == 0;
    }
    return is_same;
}

typedef enum s3a_status (*read_fn)(const struct s3a_answer *answer, struct s3a_lock_view *ret_view,
                                   struct s3a_lock_people *ret_people);
typedef enum s3a_status (*encode_fn)(const struct s3a_lock_record *record,
                                     const struct s3a_lock_people *people,
                                     struct s3a_str *ret_bytes);

/* A record that has been read is written and read again as the same. */
static void check(read_fn read, encode_fn encode, struct s3a_str body, struct s3a_str expires)
{
    struct s3a_answer answer;
    struct s3a_answer answer_again;
    struct s3a_lock_view view;
    struct s3a_lock_view again;
    struct s3a_lock_people people;
    struct s3a_lock_people people_again;
    struct s3a_str bytes;

    answer_with(&answer, body, expires);
    s3a_check(read(&answer, &view, &people) == S3A_OK);
    check_people(&people);
    if (view.kind == S3A_LOCK_OBJECT_RECORD) {
        check_record(&view.record);
        s3a_check(encode(&view.record, &people, &bytes) == S3A_OK);
        s3a_check(bytes.size <= S3A_LOCK_BODY_SIZE_MAX);
        answer_with(&answer_again, bytes, s3a_str_make(NULL, 0));
        s3a_check(read(&answer_again, &again, &people_again) == S3A_OK);
        s3a_check(again.kind == S3A_LOCK_OBJECT_RECORD && is_same(&view.record, &again.record));
        check_people(&people_again);
        s3a_check(strcmp(people.host, people_again.host) == 0);
        s3a_check(strcmp(people.label, people_again.label) == 0);
        s3a_check(strcmp(people.data, people_again.data) == 0);
        s3a_answer_fini(&answer_again);
        fuzz_free(bytes);
    }
    s3a_answer_fini(&answer);
}

/* The first line is the Expires header, where it is not empty; the rest is the body. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct s3a_str body = s3a_str_make(bytes, size > S3A_LOCK_BODY_SIZE_MAX + 100 ? 0 : size);
    struct s3a_str expires = fuzz_take_line(&body);
    uint8_t owner[S3A_OWNER_SIZE];
    char hex[S3A_OWNER_HEX_SIZE + 1];

    if (expires.size == 0) {
        expires = s3a_str_make(NULL, 0);
    }
    check(s3a_lock_record_read, s3a_lock_record_encode, body, expires);
    check(s3a_session_record_read, s3a_session_record_encode, body, expires);
    if (s3a_lock_owner_read(body, owner)) {
        s3a_lock_owner_hex(owner, hex);
        s3a_check(s3a_str_is_nocase(body, hex));
    }
    return 0;
}

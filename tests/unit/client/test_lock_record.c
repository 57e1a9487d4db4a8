/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "fail_malloc.h"
#include "lock_record.h"

/* A record with everything in it, at its longest. */
static void fill_record(struct s3a_lock_record *record)
{
    memset(record, 0, sizeof(*record));
    record->held = true;
    memset(record->grant.owner, 0xab, S3A_OWNER_SIZE);
    record->grant.token = S3A_LOCK_TOKEN_MAX;
    record->beat = INT64_MAX;
    record->lease_ms = UINT32_MAX;
    record->heartbeat_ms = UINT32_MAX;
    for (unsigned i = 0; i < S3A_RECENT_MAX; i++) {
        memset(record->recent[i].owner, (int)i, S3A_OWNER_SIZE);
        record->recent[i].token = S3A_LOCK_TOKEN_MAX - 1 - i;
    }
    record->recent_count = S3A_RECENT_MAX;
}

static void answer_with(struct s3a_answer *answer, struct s3a_str body, const char *expires)
{
    s3a_answer_init(answer, S3A_LOCK_BODY_SIZE_MAX);
    s3a_buf_append(&answer->body, body);
    answer->object_size = body.size;
    strcpy(answer->etag, "\"etag\"");
    answer->date_ms = 1000;
    answer->modified_ms = 500;
    if (expires) {
        assert_true(s3a_headers_add(&answer->headers, S3A_STR("expires"), s3a_str_of(expires)));
    }
}

static enum s3a_lock_object kind_of(const char *body, const char *expires)
{
    struct s3a_answer answer;
    struct s3a_lock_view view;

    answer_with(&answer, s3a_str_of(body), expires);
    assert_int_equal(s3a_lock_record_read(&answer, &view, NULL), S3A_OK);
    s3a_answer_fini(&answer);
    return view.kind;
}

static void a_record_comes_back_as_it_was_written(void **state)
{
    (void)state;
    struct s3a_lock_record record;
    struct s3a_lock_people people = {.granted_at_ms = 1790000000123, .pid = 4711};
    struct s3a_str bytes;
    struct s3a_answer answer;
    struct s3a_lock_view view;
    struct s3a_lock_people seen;

    fill_record(&record);
    strcpy(people.host, "host-1");
    strcpy(people.label, "nightly \"build\"");
    strcpy(people.data, "a\nb");
    assert_int_equal(s3a_lock_record_encode(&record, &people, &bytes), S3A_OK);
    answer_with(&answer, bytes, NULL);
    assert_int_equal(s3a_lock_record_read(&answer, &view, &seen), S3A_OK);
    assert_int_equal(view.kind, S3A_LOCK_OBJECT_RECORD);
    assert_memory_equal(&view.record, &record, sizeof(record));
    assert_string_equal(view.etag, "\"etag\"");
    assert_int_equal(view.store_now_ms, 1000);
    assert_int_equal(view.store_modified_ms, 500);
    assert_int_equal(seen.granted_at_ms, people.granted_at_ms);
    assert_int_equal(seen.pid, 4711);
    assert_string_equal(seen.host, "host-1");
    assert_string_equal(seen.label, "nightly \"build\"");
    assert_string_equal(seen.data, "a\nb");
    s3a_answer_fini(&answer);
    free((void *)(uintptr_t)bytes.data);
}

/* Every byte of a text may have to be written as six. */
static void whatever_the_texts_are_the_record_fits(void **state)
{
    (void)state;
    struct s3a_lock_record record;
    struct s3a_lock_people people = {.granted_at_ms = INT64_MAX, .pid = INT64_MAX};
    struct s3a_str bytes;

    fill_record(&record);
    memset(people.host, 1, S3A_LOCK_HOST_SIZE_MAX);
    memset(people.label, 1, S3A_LOCK_LABEL_SIZE_MAX);
    memset(people.data, 1, S3A_LOCK_DATA_SIZE_MAX);
    assert_int_equal(s3a_lock_record_encode(&record, &people, &bytes), S3A_OK);
    assert_true(bytes.size <= S3A_LOCK_BODY_SIZE_MAX);
    free((void *)(uintptr_t)bytes.data);
}

static const char *free_record(const char *member, const char *value)
{
    static char text[1024];
    static const char *const members[][2] = {
        {"s3atomic", "\"lock/1\""},
        {"state", "\"free\""},
        {"token", "7"},
        {"owner", "\"000102030405060708090a0b0c0d0e0f\""},
        {"beat", "3"},
        {"lease_ms", "30000"},
        {"heartbeat_ms", "10000"},
        {"recent", "[]"},
    };
    size_t size = 0;

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        bool other = member && strcmp(member, members[i][0]) == 0;
        size += (size_t)snprintf(text + size, sizeof(text) - size, "%s\"%s\":%s",
                                 i == 0 ? "{" : ",", members[i][0], other ? value : members[i][1]);
    }
    strcpy(text + size, "}");
    return text;
}

static void damaged_records_are_no_locks_even_with_a_date(void **state)
{
    (void)state;
    static const char *const damages[][2] = {
        {"state", "\"lost\""},
        {"state", "null"},
        {"token", "-1"},
        {"token", "9007199254740992"},
        {"beat", "-1"},
        {"owner", "\"000102030405060708090a0b0c0d0e0\""},
        {"owner", "\"000102030405060708090a0b0c0d0e0G\""},
        {"owner", "null"},
        {"lease_ms", "4294967296"},
        {"recent", "[\"000102030405060708090a0b0c0d0e0f\"]"},
        {"recent", "[null]"},
        {"recent", "[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]"},
        {"recent", "7"},
    };

    assert_int_equal(kind_of(free_record(NULL, NULL), NULL), S3A_LOCK_OBJECT_RECORD);
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        const char *body = free_record(damages[i][0], damages[i][1]);
        assert_int_equal(kind_of(body, NULL), S3A_LOCK_OBJECT_FOREIGN);
        assert_int_equal(kind_of(body, "Tue, 24 Nov 2026 03:58:52 GMT"), S3A_LOCK_OBJECT_FOREIGN);
    }
}

static void newer_versions_are_known_as_such(void **state)
{
    (void)state;
    assert_int_equal(kind_of(free_record("s3atomic", "\"lock/2\""), NULL), S3A_LOCK_OBJECT_NEWER);
    assert_int_equal(kind_of("{\"s3atomic\":\"lock/10-something-long\"}", NULL),
                     S3A_LOCK_OBJECT_NEWER);
    assert_int_equal(kind_of("{\"s3atomic\":\"session/1\"}", NULL), S3A_LOCK_OBJECT_FOREIGN);
    assert_int_equal(kind_of("{\"s3atomic\":null}", NULL), S3A_LOCK_OBJECT_FOREIGN);
}

static void a_small_object_that_expires_is_a_lock_of_the_java_library(void **state)
{
    (void)state;
    const char *uuid = "c8b7a6d5-0000-4000-8000-123456789abc";
    struct s3a_answer answer;
    struct s3a_lock_view view;
    char large[S3A_LOCK_JAVA_BODY_SIZE_MAX + 2];

    answer_with(&answer, s3a_str_of(uuid), "Tue, 24 Nov 2026 03:58:52 GMT");
    assert_int_equal(s3a_lock_record_read(&answer, &view, NULL), S3A_OK);
    assert_int_equal(view.kind, S3A_LOCK_OBJECT_JAVA);
    assert_int_equal(view.java_expires_ms, 1795492732000);
    s3a_answer_fini(&answer);

    assert_int_equal(kind_of(uuid, NULL), S3A_LOCK_OBJECT_FOREIGN);
    assert_int_equal(kind_of(uuid, "soon"), S3A_LOCK_OBJECT_FOREIGN);
    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    assert_int_equal(kind_of(large, "Tue, 24 Nov 2026 03:58:52 GMT"), S3A_LOCK_OBJECT_FOREIGN);
    large[S3A_LOCK_JAVA_BODY_SIZE_MAX] = '\0';
    assert_int_equal(kind_of(large, "Tue, 24 Nov 2026 03:58:52 GMT"), S3A_LOCK_OBJECT_JAVA);
    assert_int_equal(kind_of("", NULL), S3A_LOCK_OBJECT_FOREIGN);
}

static void encode_and_read(void *arg)
{
    (void)arg;
    struct s3a_lock_record record;
    struct s3a_lock_people people = {0};
    struct s3a_str bytes;
    struct s3a_answer answer;
    struct s3a_lock_view view;

    fill_record(&record);
    enum s3a_status status = s3a_lock_record_encode(&record, &people, &bytes);
    if (status != S3A_OK) {
        assert_int_equal(status, S3A_NO_MEMORY);
        assert_null(bytes.data);
        return;
    }
    answer_with(&answer, bytes, NULL);
    if (answer.body.status == S3A_OK) {
        status = s3a_lock_record_read(&answer, &view, NULL);
        /* Never another kind for want of memory. */
        assert_true(status == S3A_NO_MEMORY || view.kind == S3A_LOCK_OBJECT_RECORD);
    }
    s3a_answer_fini(&answer);
    free((void *)(uintptr_t)bytes.data);
}

static void without_memory_nothing_is_taken_for_something_else(void **state)
{
    (void)state;
    fail_malloc_sweep(encode_and_read, NULL);
}

static void a_lock_under_a_session_names_its_key(void **state)
{
    (void)state;
    static const char key[] =
        "\"session\":\".s3atomic/sessions/cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd.session\"";
    struct s3a_lock_record record;
    const struct s3a_lock_people nobody = {0};
    struct s3a_str bytes;
    struct s3a_answer answer;
    struct s3a_lock_view view;

    fill_record(&record);
    record.has_session = true;
    memset(record.session, 0xcd, sizeof(record.session));
    assert_int_equal(s3a_lock_record_encode(&record, &nobody, &bytes), S3A_OK);
    assert_non_null(memmem(bytes.data, bytes.size, key, strlen(key)));
    answer_with(&answer, bytes, NULL);
    assert_int_equal(s3a_lock_record_read(&answer, &view, NULL), S3A_OK);
    assert_memory_equal(&view.record, &record, sizeof(record));
    s3a_answer_fini(&answer);
    free((void *)(uintptr_t)bytes.data);
}

#define UNDER(state, session)                                                                      \
    "{\"s3atomic\":\"lock/1\",\"state\":\"" state "\",\"token\":1,\"owner\":"                      \
    "\"00112233445566778899aabbccddeeff\",\"beat\":0,\"lease_ms\":1,\"heartbeat_ms\":1,"           \
    "\"recent\":[],\"session\":\"" session "\"}"
#define SESSION ".s3atomic/sessions/00112233445566778899aabbccddeeff.session"

static void a_session_that_we_cannot_read_makes_it_no_lock(void **state)
{
    (void)state;
    assert_int_equal(kind_of(UNDER("held", SESSION), NULL), S3A_LOCK_OBJECT_RECORD);
    assert_int_equal(kind_of(UNDER("free", SESSION), NULL), S3A_LOCK_OBJECT_FOREIGN);
    assert_int_equal(kind_of(UNDER("held", ""), NULL), S3A_LOCK_OBJECT_FOREIGN);
    assert_int_equal(kind_of(UNDER("held", SESSION "x"), NULL), S3A_LOCK_OBJECT_FOREIGN);
    assert_int_equal(
        kind_of(UNDER("held", ".s3atomic/sessions/0011223344556677_899aabbccddeeff.session"), NULL),
        S3A_LOCK_OBJECT_FOREIGN);
    assert_int_equal(
        kind_of(UNDER("held", ".s3atomic/Sessions/00112233445566778899aabbccddeeff.session"), NULL),
        S3A_LOCK_OBJECT_FOREIGN);
}

static enum s3a_lock_object session_kind_of(const char *body)
{
    struct s3a_answer answer;
    struct s3a_lock_view view;

    answer_with(&answer, s3a_str_of(body), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_int_equal(s3a_session_record_read(&answer, &view, NULL), S3A_OK);
    s3a_answer_fini(&answer);
    return view.kind;
}

static void a_session_lives_or_is_dead(void **state)
{
    (void)state;
    struct s3a_lock_record record;
    const struct s3a_lock_people nobody = {0};
    struct s3a_str bytes;
    struct s3a_answer answer;
    struct s3a_lock_view view;

    fill_record(&record);
    for (int alive = 0; alive < 2; alive++) {
        record.held = alive;
        assert_int_equal(s3a_session_record_encode(&record, &nobody, &bytes), S3A_OK);
        assert_non_null(memmem(bytes.data, bytes.size, "session/1", 9));
        assert_non_null(memmem(bytes.data, bytes.size, alive ? "\"live\"" : "\"dead\"", 6));
        answer_with(&answer, bytes, NULL);
        assert_int_equal(s3a_session_record_read(&answer, &view, NULL), S3A_OK);
        assert_memory_equal(&view.record, &record, sizeof(record));
        s3a_answer_fini(&answer);
        free((void *)(uintptr_t)bytes.data);
    }
    assert_int_equal(session_kind_of("{\"s3atomic\":\"session/2\"}"), S3A_LOCK_OBJECT_NEWER);
    assert_int_equal(session_kind_of(UNDER("held", SESSION)), S3A_LOCK_OBJECT_FOREIGN);
    assert_int_equal(session_kind_of("x"), S3A_LOCK_OBJECT_FOREIGN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_comes_back_as_it_was_written),
        cmocka_unit_test(a_lock_under_a_session_names_its_key),
        cmocka_unit_test(a_session_that_we_cannot_read_makes_it_no_lock),
        cmocka_unit_test(a_session_lives_or_is_dead),
        cmocka_unit_test(whatever_the_texts_are_the_record_fits),
        cmocka_unit_test(damaged_records_are_no_locks_even_with_a_date),
        cmocka_unit_test(newer_versions_are_known_as_such),
        cmocka_unit_test(a_small_object_that_expires_is_a_lock_of_the_java_library),
        cmocka_unit_test(without_memory_nothing_is_taken_for_something_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

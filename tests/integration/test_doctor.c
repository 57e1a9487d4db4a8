/* SPDX-License-Identifier: MIT */

/* The doctor at our own stores, sound and lying. */

#include "test.h"

#include <stdio.h>
#include <string.h>

#include "faulty.h"

static const struct s3a_doctor_options brief = {.clients = 8, .rounds = 3};

static struct s3a_client_options options_of(struct faulty *faulty)
{
    return (struct s3a_client_options){
        .endpoint = s3a_server_endpoint(faulty->server),
        .access_key = s3a_server_access_key(faulty->server),
        .secret_key = s3a_server_secret_key(faulty->server),
    };
}

static enum s3a_status count_one(const struct s3a_listing *listing, void *user)
{
    (void)listing;
    ++*(unsigned *)user;
    return S3A_OK;
}

static void expect_empty(struct faulty *faulty)
{
    unsigned count = 0;

    s3a_server_faults_clear(faulty->server);
    assert_int_equal(s3a_store_list(faulty->store, FAULTY_BUCKET, NULL, count_one, &count, NULL),
                     S3A_OK);
    assert_int_equal(count, 0);
}

static enum s3a_status examine(struct faulty *faulty, struct s3a_doctor_report *ret_report,
                               struct s3a_error *error)
{
    const struct s3a_client_options options = options_of(faulty);

    return s3a_doctor(&options, FAULTY_BUCKET, &brief, ret_report, error);
}

static void our_server_is_safe(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_doctor_report report;
    struct s3a_error error;

    if (examine(faulty, &report, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    assert_string_equal(report.store, "s3atomic serve");
    assert_int_equal(report.locks.verdict, S3A_DOCTOR_SAFE);
    assert_int_equal(report.delete_on_release.verdict, S3A_DOCTOR_SAFE);
    assert_int_equal(report.sessions.verdict, S3A_DOCTOR_SAFE);
    assert_int_equal(report.objects.verdict, S3A_DOCTOR_SAFE);
    for (int i = 0; i < S3A_DOCTOR_COUNT; i++) {
        assert_int_equal(report.marks[i], S3A_DOCTOR_GOOD);
    }
    assert_false(report.wants_bare_etag);
    assert_true(report.write.count > 0 && report.read.count > 0);
    expect_empty(faulty);
}

static void a_directory_is_safe(void **state)
{
    struct s3a_client_options options = {0};
    struct s3a_doctor_report report;
    struct s3a_server *server;
    char endpoint[256];

    (void)state;
    assert_int_equal(s3a_server_start(NULL, &server, NULL), S3A_OK); /* for its directory */
    snprintf(endpoint, sizeof(endpoint), "file://%s", s3a_server_directory(server));
    options.endpoint = endpoint;
    assert_int_equal(s3a_doctor(&options, "bucket", &brief, &report, NULL), S3A_OK);
    assert_int_equal(report.locks.verdict, S3A_DOCTOR_SAFE);
    assert_int_equal(report.marks[S3A_DOCTOR_CLEAN], S3A_DOCTOR_GOOD);
    s3a_server_stop(server);
}

/* For each lie: which check finds it, what is not safe then, and why. */
static void lies_are_found(void **state)
{
    static const struct {
        const char *fault;
        enum s3a_doctor_id id;
        bool locks;
        bool delete_on_release;
        bool objects;
        const char *reason;
    } lies[] = {
        {"ignore-if-none-match op=PutObject", S3A_DOCTOR_CREATE_PRESENT, false, false, false,
         "If-None-Match on PUT"},
        {"ignore-if-match op=PutObject", S3A_DOCTOR_REPLACE_WRONG, false, false, false,
         "If-Match on PUT"},
        {"ignore-if-match op=DeleteObject", S3A_DOCTOR_REMOVE_WRONG, true, false, true,
         "If-Match on DELETE"},
        {"error=501 op=PutObject first=1", S3A_DOCTOR_CREATE_ABSENT, false, false, false,
         "creates nothing"},
    };
    struct faulty *faulty = *state;

    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct s3a_doctor_report report;
        struct s3a_error error;
        faulty_only(faulty, lies[i].fault);
        enum s3a_status status = examine(faulty, &report, &error);
        if (status != (lies[i].locks ? S3A_OK : S3A_UNSUPPORTED)) {
            fail_msg("%s: %s", lies[i].fault, error.message);
        }
        assert_int_equal(report.marks[lies[i].id], S3A_DOCTOR_BAD);
        assert_int_equal(report.locks.verdict, lies[i].locks ? S3A_DOCTOR_SAFE : S3A_DOCTOR_UNSAFE);
        assert_int_equal(report.sessions.verdict, report.locks.verdict);
        assert_int_equal(report.delete_on_release.verdict,
                         lies[i].delete_on_release ? S3A_DOCTOR_SAFE : S3A_DOCTOR_UNSAFE);
        assert_int_equal(report.objects.verdict,
                         lies[i].objects ? S3A_DOCTOR_SAFE : S3A_DOCTOR_UNSAFE);
        assert_non_null(strstr(report.delete_on_release.reason, lies[i].reason));
        expect_empty(faulty);
    }
}

/* One that keeps to conditions while only one writes, and not when many do. */
static void a_lie_under_load_is_found(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_doctor_report report;

    faulty_only(faulty, "ignore-if-match op=PutObject key=.s3atomic/doctor/ rate=30% seed=3");
    assert_int_equal(examine(faulty, &report, NULL), S3A_UNSUPPORTED);
    assert_int_equal(report.marks[S3A_DOCTOR_REPLACE_RACE], S3A_DOCTOR_BAD);
    expect_empty(faulty);
}

static void clocks_that_disagree_are_found(void **state)
{
    struct faulty *faulty = *state;
    struct s3a_doctor_report report;

    faulty_only(faulty, "date=-20s op=GetObject");
    assert_int_equal(examine(faulty, &report, NULL), S3A_UNSUPPORTED);
    assert_int_equal(report.marks[S3A_DOCTOR_CLOCK], S3A_DOCTOR_BAD);
    assert_true(report.clock_spread_ms >= 18000);
    expect_empty(faulty);
}

/* Losers that get a 5xx, and a store that wants everybody to wait: all of that is no lie. */
static void a_store_in_trouble_is_not_taken_for_a_liar(void **state)
{
    static const char *const faults[] = {"error-after=500 op=PutObject rate=10% seed=4",
                                         "error=503 rate=3% seed=5"};
    struct faulty *faulty = *state;

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct s3a_doctor_report report;
        struct s3a_error error;
        faulty_only(faulty, faults[i]);
        enum s3a_status status = examine(faulty, &report, &error);
        assert_true(status == S3A_OK || status == S3A_UNSUPPORTED);
        assert_true(report.locks.verdict != S3A_DOCTOR_UNSAFE);
        expect_empty(faulty);
    }
}

struct impatience {
    unsigned calls;
    unsigned calls_max;
};

static bool lose_patience(const char *what, unsigned done, unsigned of, void *user)
{
    struct impatience *impatience = user;

    assert_non_null(what);
    assert_true(done <= of);
    return ++impatience->calls < impatience->calls_max;
}

static void ended_early_it_leaves_nothing(void **state)
{
    struct faulty *faulty = *state;
    const struct s3a_client_options options = options_of(faulty);

    for (unsigned calls = 1; calls < 40; calls += 3) {
        struct impatience impatience = {.calls_max = calls};
        struct s3a_doctor_options impatient = brief;
        struct s3a_doctor_report report;
        struct s3a_error error;
        impatient.on_progress = lose_patience;
        impatient.user = &impatience;
        assert_int_equal(s3a_doctor(&options, FAULTY_BUCKET, &impatient, &report, &error),
                         S3A_CANCELLED);
        expect_empty(faulty);
    }
}

static void what_cannot_be_examined_is_told(void **state)
{
    struct faulty *faulty = *state;
    const struct s3a_client_options options = options_of(faulty);
    struct s3a_doctor_options wrong = {.clients = 65};
    struct s3a_doctor_report report;
    struct s3a_error error;

    assert_int_equal(s3a_doctor(&options, "no-such-bucket", &brief, &report, &error),
                     S3A_NO_BUCKET);
    assert_int_equal(s3a_doctor(&options, "b", &brief, &report, &error), S3A_INVALID);
    assert_int_equal(s3a_doctor(&options, FAULTY_BUCKET, &wrong, &report, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "clients"));
    assert_int_equal(s3a_doctor(&options, FAULTY_BUCKET, NULL, NULL, &error), S3A_INVALID);
    faulty_only(faulty, "error=AccessDenied op=PutObject");
    assert_int_equal(examine(faulty, &report, &error), S3A_DENIED);
    faulty_only(faulty, "error=AccessDenied op=DeleteObject");
    assert_int_equal(examine(faulty, &report, &error), S3A_OK);
    assert_int_equal(report.delete_on_release.verdict, S3A_DOCTOR_NOT_KNOWN);
    assert_int_equal(report.marks[S3A_DOCTOR_CLEAN], S3A_DOCTOR_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULTY_TEST(our_server_is_safe),
        cmocka_unit_test(a_directory_is_safe),
        FAULTY_TEST(lies_are_found),
        FAULTY_TEST(a_lie_under_load_is_found),
        FAULTY_TEST(clocks_that_disagree_are_found),
        FAULTY_TEST(a_store_in_trouble_is_not_taken_for_a_liar),
        FAULTY_TEST(ended_early_it_leaves_nothing),
        FAULTY_TEST(what_cannot_be_examined_is_told),
    };
    return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}

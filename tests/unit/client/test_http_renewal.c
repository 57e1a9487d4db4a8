/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdatomic.h>
#include <string.h>

#include "puppet.h"

/* What becomes of requests whose credentials are refused. */

#define EXPIRED_BODY "<Error><Code>ExpiredToken</Code></Error>"
#define EXPIRED "HTTP/1.1 400 Bad Request\r\nContent-Length: 40\r\n\r\n" EXPIRED_BODY

static const struct s3a_credentials fresh = {S3A_STR_INIT("AKIDFRESH"), S3A_STR_INIT("new"),
                                             S3A_STR_INIT("")};

static atomic_uint wanted; /* counted in the loop's thread */

static void renew(void *puppet)
{
    (void)!s3a_transport_http_renew(((struct puppet *)puppet)->transport, &fresh);
}

static void find_none(void *puppet)
{
    (void)!s3a_transport_http_renew(((struct puppet *)puppet)->transport, NULL);
}

static void count(void *puppet)
{
    (void)puppet;
    wanted++;
}

static void open_puppet(struct puppet *puppet, uint32_t timeout_ms)
{
    wanted = 0;
    puppet_open(puppet, &(struct puppet_options){.want_credentials = count,
                                                 .request_timeout_ms = timeout_ms});
}

static void refuse(struct puppet *puppet, struct line *line, struct errand *errand,
                   enum s3a_op_kind kind)
{
    errand_init(errand, puppet, kind, "k");
    errand_send(errand);
    line_accept(puppet, line);
    assert_non_null(strstr(line_read(line), "Credential=AKIDEXAMPLE/"));
    line_send(line, EXPIRED);
}

static void nothing(void *arg)
{
    (void)arg;
}

/* The loop's thread has taken the answer in. */
static void await_want(struct puppet *puppet)
{
    while (wanted == 0)
        puppet_in_loop(puppet, nothing, NULL);
}

static void what_was_refused_is_sent_again_with_new_ones(void **state)
{
    struct puppet puppet;
    struct errand errand;
    struct line line;

    (void)state;
    open_puppet(&puppet, 0);
    refuse(&puppet, &line, &errand, S3A_OP_PUT_OBJECT);
    await_want(&puppet);
    puppet_in_loop(&puppet, renew, &puppet);
    assert_non_null(strstr(line_read(&line), "Credential=AKIDFRESH/"));
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    line_close(&line);
    puppet_close(&puppet);
}

static void those_that_are_refused_too_end_it(void **state)
{
    struct puppet puppet;
    struct errand errand;
    struct line line;

    (void)state;
    open_puppet(&puppet, 0);
    refuse(&puppet, &line, &errand, S3A_OP_PUT_OBJECT);
    await_want(&puppet);
    puppet_in_loop(&puppet, renew, &puppet);
    answer(&line, EXPIRED, &errand, S3A_CREDENTIALS);
    assert_int_equal(wanted, 1);
    errand_fini(&errand);
    line_close(&line);
    puppet_close(&puppet);
}

static void where_there_are_none_the_refusal_stands(void **state)
{
    struct puppet puppet;
    struct errand errand;
    struct line line;

    (void)state;
    open_puppet(&puppet, 0);
    refuse(&puppet, &line, &errand, S3A_OP_GET_OBJECT);
    await_want(&puppet);
    puppet_in_loop(&puppet, find_none, &puppet);
    assert_int_equal(errand_wait(&errand), S3A_CREDENTIALS);
    assert_non_null(strstr(errand_story(&errand), "ExpiredToken"));
    errand_fini(&errand);
    line_close(&line);
    puppet_close(&puppet);
}

static void nobody_waits_for_them_past_his_time(void **state)
{
    struct puppet puppet;
    struct errand errand;
    struct line line;

    (void)state;
    open_puppet(&puppet, 200);
    refuse(&puppet, &line, &errand, S3A_OP_PUT_OBJECT);
    /* The refusal, not a timeout: it is known that nothing was applied. */
    assert_int_equal(errand_wait(&errand), S3A_CREDENTIALS);
    puppet_in_loop(&puppet, renew, &puppet);
    assert_int_equal(errand.done_count, 0); /* more */
    errand_fini(&errand);
    line_close(&line);
    puppet_close(&puppet);
}

static void what_waits_may_be_abandoned(void **state)
{
    struct puppet puppet;
    struct errand errand;
    struct line line;

    (void)state;
    open_puppet(&puppet, 0);
    refuse(&puppet, &line, &errand, S3A_OP_PUT_OBJECT);
    await_want(&puppet);
    errand_abandon(&errand);
    puppet_in_loop(&puppet, renew, &puppet);
    assert_int_equal(errand.done_count, 0);
    errand_fini(&errand);
    line_close(&line);
    puppet_close(&puppet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_refused_is_sent_again_with_new_ones),
        cmocka_unit_test(those_that_are_refused_too_end_it),
        cmocka_unit_test(where_there_are_none_the_refusal_stands),
        cmocka_unit_test(nobody_waits_for_them_past_his_time),
        cmocka_unit_test(what_waits_may_be_abandoned),
    };
    return cmocka_run_group_tests_name("http_renewal", tests, NULL, NULL);
}

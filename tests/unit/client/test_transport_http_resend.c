/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "date.h"
#include "puppet.h"

#define MINUTE_MS (INT64_C(60) * 1000)

/* The clock. */

/* An answer with a Date that is so far ahead, an extra header, and an error. */
static void say(struct line *line, const char *status, int64_t ahead_ms, const char *header,
                const char *code)
{
    char date[S3A_DATE_HTTP_SIZE + 1];
    char body[256];
    char reply[1024];

    s3a_date_http(s3a_clock_wall_ms() + ahead_ms, date);
    snprintf(body, sizeof(body), "<Error><Code>%s</Code></Error>", code);
    if (!*code) {
        body[0] = '\0';
    }
    snprintf(reply, sizeof(reply), "HTTP/1.1 %s\r\nDate: %s\r\n%sContent-Length: %zu\r\n\r\n%s",
             status, date, header, strlen(body), body);
    line_send(line, reply);
}

/* By how many minutes ahead of us the request was signed. */
static int64_t signed_ahead_minutes(const char *request)
{
    const char *date = strstr(request, "x-amz-date: ") + strlen("x-amz-date: ");
    int64_t time_ms = 0;

    assert_true(s3a_date_basic_parse(s3a_str_make(date, S3A_DATE_BASIC_SIZE), &time_ms));
    time_ms -= s3a_clock_wall_ms();
    return (time_ms + (time_ms < 0 ? -MINUTE_MS : MINUTE_MS) / 2) / MINUTE_MS;
}

struct refusal {
    const char *status;
    int64_t ahead_ms;
    const char *header;
    const char *code;
};

static void refuse(struct puppet *puppet, struct line *line, struct errand *errand,
                   enum s3a_op_kind kind, const struct refusal *refusal)
{
    errand_init(errand, puppet, kind, "k");
    errand_send(errand);
    line_accept(puppet, line);
    line_read(line);
    say(line, refusal->status, refusal->ahead_ms, refusal->header, refusal->code);
}

static void what_may_be_about_the_time_is_signed_by_the_stores_clock(void **state)
{
    static const char *const codes[] = {"RequestTimeTooSkewed", "RequestExpired",
                                        "SignatureDoesNotMatch", "RequestInTheFuture"};

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct puppet puppet;
        struct errand errand;
        struct line line;
        const struct refusal refusal = {"403 Forbidden", -30 * MINUTE_MS, "", codes[i]};
        puppet_open(&puppet, &(struct puppet_options){.requests_max = 2});
        refuse(&puppet, &line, &errand, S3A_OP_PUT_OBJECT, &refusal);
        assert_int_equal(signed_ahead_minutes(line_read(&line)), -30);
        line_send(&line, DONE);
        assert_int_equal(errand_wait(&errand), S3A_OK);
        errand_fini(&errand);
        line_close(&line);
        puppet_close(&puppet);
    }
    (void)state;
}

/* It has no body to say it in. */
static void a_head_is_believed_without_a_code(void **state)
{
    static const struct refusal refusal = {"403 Forbidden", 10 * MINUTE_MS, "", ""};
    struct errand errand;
    struct line line;

    refuse(*state, &line, &errand, S3A_OP_HEAD_OBJECT, &refusal);
    assert_int_equal(signed_ahead_minutes(line_read(&line)), 10);
    line_send(&line, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(errand_wait(&errand), S3A_NOT_FOUND);
    errand_fini(&errand);
    line_close(&line);
}

static void what_says_nothing_about_the_time_is_told(void **state)
{
    static const struct {
        struct refusal refusal;
        enum s3a_status status;
    } all[] = {
        /* less than any store minds */
        {{"403 Forbidden", 3 * MINUTE_MS, "", "RequestTimeTooSkewed"}, S3A_DENIED},
        /* out of somebody's cache */
        {{"403 Forbidden", 60 * MINUTE_MS, "Age: 3\r\n", "RequestTimeTooSkewed"}, S3A_DENIED},
        {{"403 Forbidden", 60 * MINUTE_MS, "", "AccessDenied"}, S3A_DENIED},
        {{"404 Not Found", 60 * MINUTE_MS, "", "NoSuchBucket"}, S3A_NO_BUCKET},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct errand errand;
        struct line line;
        refuse(*state, &line, &errand, S3A_OP_PUT_OBJECT, &all[i].refusal);
        assert_int_equal(errand_wait(&errand), all[i].status);
        errand_fini(&errand);
        line_close(&line);
    }
}

/* Its signature was good, whatever the store's clock shows. */
static void from_a_success_nothing_is_learned(void **state)
{
    struct errand errand;
    struct line line;

    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    line_accept(*state, &line);
    line_read(&line);
    say(&line, "200 OK", 60 * MINUTE_MS, "ETag: \"e\"\r\n", "");
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    errand_init(&errand, *state, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    assert_int_equal(signed_ahead_minutes(line_read(&line)), 0);
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    line_close(&line);
}

/* The region. */

#define REDIRECT(status, headers)                                                                  \
    "HTTP/1.1 " status "\r\n" headers "Content-Length: 0\r\nConnection: close\r\n\r\n"
#define IN_WEST_2 "x-amz-bucket-region: eu-west-2\r\n"

static void open_behind_proxy(struct puppet *proxy, struct puppet *client, const char *endpoint)
{
    puppet_open(proxy, &(struct puppet_options){.endpoint = NULL});
    setenv("http_proxy", proxy->endpoint, 1);
    puppet_open(client, &(struct puppet_options){.endpoint = endpoint, .virtual_host = true});
    unsetenv("http_proxy");
}

static void close_both(struct puppet *proxy, struct puppet *client)
{
    puppet_close(client);
    puppet_close(proxy);
}

/* Whatever it was meant for comes to the proxy: for this host, and signed for this region? */
static void expect(struct puppet *proxy, struct line *line, const char *method, const char *host,
                   const char *region)
{
    char first[256];
    char scope[128];

    snprintf(first, sizeof(first), "%s http://%s/k HTTP", method, host);
    snprintf(scope, sizeof(scope), "/%s/s3/aws4_request", region);
    line_accept(proxy, line);
    const char *request = line_read(line);
    if (strncmp(request, first, strlen(first)) != 0 || !strstr(request, scope)) {
        fail_msg("%s", request);
    }
}

static void put(struct errand *errand, struct puppet *client)
{
    errand_init(errand, client, S3A_OP_PUT_OBJECT, "k");
    errand_send(errand);
}

static void redirect_to_west_2(const char *endpoint, const char *before, const char *reply,
                               const char *after)
{
    struct puppet proxy;
    struct puppet client;
    struct errand errand;
    struct line line;

    open_behind_proxy(&proxy, &client, endpoint);
    put(&errand, &client);
    expect(&proxy, &line, "PUT", before, "us-east-1");
    line_send(&line, reply);
    line_close(&line);
    expect(&proxy, &line, "PUT", after, "eu-west-2");
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    line_close(&line);
    /* It is remembered, and for this bucket only. */
    put(&errand, &client);
    expect(&proxy, &line, "PUT", after, "eu-west-2");
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    line_close(&line);
    errand_init(&errand, &client, S3A_OP_GET_OBJECT, "k");
    errand.call.op.bucket = S3A_STR("other");
    errand_send(&errand);
    char other[128];
    snprintf(other, sizeof(other), "other%s", before + strlen("bucket"));
    expect(&proxy, &line, "GET", other, "us-east-1");
    line_send(&line, DONE_XY);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    line_close(&line);
    close_both(&proxy, &client);
}

#define EAST "bucket.s3.us-east-1.amazonaws.com"
#define WEST "bucket.s3.eu-west-2.amazonaws.com"

static void another_region_is_another_host_of_amazons(void **state)
{
    static const char *const replies[] = {
        REDIRECT("301 Moved Permanently", IN_WEST_2),
        REDIRECT("307 Temporary Redirect", "Location: http://" WEST "/k\r\n"),
        REDIRECT("307 Temporary Redirect",
                 "Location: http://bucket.s3-eu-west-2.amazonaws.com/k\r\n"),
        /* where it points does not matter, only the region does */
        REDIRECT("301 Moved Permanently", IN_WEST_2 "Location: http://evil.example.com/k\r\n"),
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 85\r\nConnection: close\r\n\r\n"
        "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-2</Region></Error>  \n",
        "HTTP/1.1 301 Moved Permanently\r\nContent-Length: 102\r\nConnection: close\r\n\r\n"
        "<Error><Code>PermanentRedirect</Code><Endpoint>" WEST "</Endpoint></Error>   ",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        redirect_to_west_2("http://s3.us-east-1.amazonaws.com", EAST, replies[i], WEST);
    }
    redirect_to_west_2("http://s3.amazonaws.com", "bucket.s3.amazonaws.com", replies[0], WEST);
    redirect_to_west_2("http://s3-fips.dualstack.us-east-1.amazonaws.com",
                       "bucket.s3-fips.dualstack.us-east-1.amazonaws.com", replies[0],
                       "bucket.s3-fips.dualstack.eu-west-2.amazonaws.com");
}

static void elsewhere_the_host_stays_and_the_signature_changes(void **state)
{
    (void)state;
    redirect_to_west_2("http://store.example.com:9000", "bucket.store.example.com:9000",
                       REDIRECT("400 Bad Request", IN_WEST_2), "bucket.store.example.com:9000");
}

static void nobody_else_is_sent_anything(void **state)
{
    static const char *const replies[] = {
        REDIRECT("301 Moved Permanently", "Location: http://evil.example.com/k\r\n"),
        REDIRECT("307 Temporary Redirect", "Location: http://bucket.s3.eu-west-2.evil.com/k\r\n"),
        REDIRECT("307 Temporary Redirect",
                 "Location: http://bucket.s3.eu-west-2.amazonaws.com.evil.com/k\r\n"),
        REDIRECT("301 Moved Permanently", "x-amz-bucket-region: evil.example.com/\r\n"),
        REDIRECT("301 Moved Permanently", "x-amz-bucket-region: cn-north-1\r\n"),
        REDIRECT("301 Moved Permanently", "x-amz-bucket-region: us-east-1\r\n"),
        REDIRECT("301 Moved Permanently", ""),
    };
    struct puppet proxy;
    struct puppet client;

    (void)state;
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        struct errand errand;
        struct line line;
        open_behind_proxy(&proxy, &client, "http://s3.us-east-1.amazonaws.com");
        put(&errand, &client);
        expect(&proxy, &line, "PUT", EAST, "us-east-1");
        line_send(&line, replies[i]);
        assert_int_equal(errand_wait(&errand), S3A_REFUSED);
        assert_true(puppet_is_left_alone(&proxy));
        errand_fini(&errand);
        line_close(&line);
        close_both(&proxy, &client);
    }
}

/* Two regions that each name the other are not asked for ever. */
static void one_redirect_is_enough(void **state)
{
    struct puppet proxy;
    struct puppet client;
    struct errand errand;
    struct line line;

    (void)state;
    open_behind_proxy(&proxy, &client, "http://s3.us-east-1.amazonaws.com");
    put(&errand, &client);
    expect(&proxy, &line, "PUT", EAST, "us-east-1");
    line_send(&line, REDIRECT("301 Moved Permanently", IN_WEST_2));
    line_close(&line);
    expect(&proxy, &line, "PUT", WEST, "eu-west-2");
    line_send(&line, REDIRECT("301 Moved Permanently", "x-amz-bucket-region: us-east-1\r\n"));
    assert_int_equal(errand_wait(&errand), S3A_REFUSED);
    assert_true(puppet_is_left_alone(&proxy));
    errand_fini(&errand);
    line_close(&line);
    close_both(&proxy, &client);
}

/* One allocation after another fails while it is sent to the other region. */
static void without_memory_for_it_the_call_ends(void **state)
{
    struct puppet proxy;
    struct puppet client;
    struct errand errand;
    struct line line;

    (void)state;
    open_behind_proxy(&proxy, &client, "http://s3.us-east-1.amazonaws.com");
    put(&errand, &client);
    expect(&proxy, &line, "PUT", EAST, "us-east-1");
    line_send(&line, REDIRECT("301 Moved Permanently", IN_WEST_2));
    line_close(&line);
    expect(&proxy, &line, "PUT", WEST, "eu-west-2");
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    line_close(&line);
    for (unsigned nth = 1;; nth++) {
        errand_init(&errand, &client, S3A_OP_PUT_OBJECT, "k");
        errand.failing_allocation = nth;
        errand_send(&errand);
        if (!errand.failed_on_purpose) {
            break;
        }
        assert_int_equal(errand_wait(&errand), S3A_NO_MEMORY);
        errand_fini(&errand);
    }
    expect(&proxy, &line, "PUT", WEST, "eu-west-2");
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    line_close(&line);
    close_both(&proxy, &client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_be_about_the_time_is_signed_by_the_stores_clock),
        PUPPET_TEST(a_head_is_believed_without_a_code),
        PUPPET_TEST(what_says_nothing_about_the_time_is_told),
        PUPPET_TEST(from_a_success_nothing_is_learned),
        cmocka_unit_test(another_region_is_another_host_of_amazons),
        cmocka_unit_test(elsewhere_the_host_stays_and_the_signature_changes),
        cmocka_unit_test(nobody_else_is_sent_anything),
        cmocka_unit_test(one_redirect_is_enough),
        cmocka_unit_test(without_memory_for_it_the_call_ends),
    };
    return cmocka_run_group_tests_name("transport_http_resend", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail_malloc.h"
#include "home.h"
#include "stage.h"

static struct s3a_server *start(const struct s3a_server_options *options)
{
    struct s3a_server *server;
    struct s3a_error error;

    if (s3a_server_start(options, &server, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    return server;
}

static void without_options_everything_is_made_and_removed(void **state)
{
    (void)state;
    struct s3a_server *server = start(NULL);
    char endpoint[64];
    char directory[4096];

    snprintf(endpoint, sizeof(endpoint), "http://127.0.0.1:%u", s3a_server_port(server));
    assert_string_equal(s3a_server_endpoint(server), endpoint);
    assert_int_equal(strlen(s3a_server_access_key(server)), 20);
    assert_int_equal(strlen(s3a_server_secret_key(server)), 40);
    snprintf(directory, sizeof(directory), "%s", s3a_server_directory(server));
    assert_int_equal(access(directory, F_OK), 0);
    assert_int_equal(call_status(server, &(struct call){.path = "/"}), 200);
    s3a_server_stop(server);
    assert_int_not_equal(access(directory, F_OK), 0);
}

static void what_is_kept_is_there_the_next_time(void **state)
{
    (void)state;
    static const char *const buckets[] = {"bucket"};
    char path[] = "/tmp/test_server-XXXXXX";
    struct s3a_server *server;
    struct s3a_error error;

    assert_non_null(mkdtemp(path));
    struct s3a_server_options options = {
        .directory = path, .keep_files = true, .buckets = buckets, .bucket_count = 1};
    server = start(&options);
    assert_string_equal(s3a_server_directory(server), path);
    assert_int_equal(call_status(server, &(struct call){.method = "PUT",
                                                        .path = "/bucket/k",
                                                        .body = S3A_STR_INIT("hello")}),
                     200);
    s3a_server_stop(server);

    options.keep_files = false;
    assert_int_equal(s3a_server_start(&options, &server, &error), S3A_INVALID);
    assert_non_null(strstr(error.message, "keep_files"));
    assert_null(server);

    options.keep_files = true;
    server = start(&options);
    assert_int_equal(call_status(server, &(struct call){.path = "/bucket/k"}), 200);
    s3a_server_stop(server);

    struct s3a_home home = {.path = strdup(path)};
    s3a_home_fini(&home);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void buckets_are_made_at_the_start_or_by_their_first_object(void **state)
{
    (void)state;
    static const char *const buckets[] = {"first", "second"};
    struct s3a_server_options options = {.buckets = buckets, .bucket_count = 2};
    struct call put = {.method = "PUT", .path = "/third/k", .body = S3A_STR_INIT("hello")};
    struct s3a_server *server = start(&options);

    assert_int_equal(call_status(server, &(struct call){.path = "/first"}), 200);
    assert_int_equal(call_status(server, &(struct call){.path = "/second"}), 200);
    assert_int_equal(call_status(server, &put), 404);
    s3a_server_stop(server);

    options.create_buckets = true;
    server = start(&options);
    assert_int_equal(call_status(server, &put), 200);
    assert_int_equal(call_status(server, &(struct call){.path = "/third"}), 200);
    s3a_server_stop(server);
}

static void a_failed_start_leaves_nothing(void **state)
{
    (void)state;
    char path[64];
    struct s3a_server *first = start(NULL);
    struct s3a_server *second;
    struct s3a_error error;

    snprintf(path, sizeof(path), "/tmp/test_server-%u", s3a_server_port(first));
    struct s3a_server_options options = {.directory = path, .port = s3a_server_port(first)};
    assert_int_equal(s3a_server_start(&options, &second, &error), S3A_SYSTEM);
    assert_int_equal(error.system_errno, EADDRINUSE);
    assert_null(second);
    assert_int_not_equal(access(path, F_OK), 0);

    options.port = 0;
    options.directory = "/tmp/there/is/no/such/parent";
    assert_int_equal(s3a_server_start(&options, &second, &error), S3A_SYSTEM);
    assert_null(second);
    assert_int_equal(s3a_server_start(NULL, NULL, &error), S3A_INVALID);
    s3a_server_stop(first);
}

static void several_pairs_and_several_servers(void **state)
{
    (void)state;
    static const struct s3a_server_key keys[] = {{"AKIDFIRST", "secret/1"},
                                                 {"AKIDSECOND", "secret+2"}};
    struct s3a_server *one = start(&(struct s3a_server_options){.keys = keys, .key_count = 2});
    struct s3a_server *other = start(NULL);

    assert_string_equal(s3a_server_access_key(one), "AKIDFIRST");
    assert_string_equal(s3a_server_secret_key(one), "secret/1");
    assert_int_equal(call_status(one, &(struct call){.path = "/"}), 200);
    assert_int_equal(
        call_status(
            one, &(struct call){.path = "/", .access_key = "AKIDSECOND", .secret_key = "secret+2"}),
        200);
    assert_int_equal(
        call_status(
            one, &(struct call){.path = "/", .access_key = "AKIDSECOND", .secret_key = "secret/1"}),
        403);
    assert_int_equal(call_status(other, &(struct call){.path = "/"}), 200);
    assert_int_equal(call_status(other, &(struct call){.path = "/",
                                                       .access_key = "AKIDFIRST",
                                                       .secret_key = "secret/1"}),
                     403);
    s3a_server_stop(one);
    s3a_server_stop(other);
}

static void a_bucket_may_stand_before_the_domain(void **state)
{
    (void)state;
    static const char *const buckets[] = {"bucket"};
    struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct s3a_server *server = start(&options);
    struct call put = {.method = "PUT",
                       .path = "/k",
                       .host = "bucket.localhost:9000",
                       .body = S3A_STR_INIT("hello")};

    assert_int_equal(call_status(server, &put), 200);
    assert_int_equal(call_status(server, &(struct call){.path = "/bucket/k"}), 200);
    s3a_server_stop(server);

    options.base_domain = "s3.example.com";
    server = start(&options);
    put.host = "bucket.s3.example.com";
    assert_int_equal(call_status(server, &put), 200);
    assert_int_equal(call_status(server, &(struct call){.path = "/bucket/k"}), 200);
    s3a_server_stop(server);
}

static void without_a_server_there_is_nothing_to_tell(void **state)
{
    (void)state;
    s3a_server_stop(NULL);
    assert_null(s3a_server_endpoint(NULL));
    assert_int_equal(s3a_server_port(NULL), 0);
    assert_null(s3a_server_directory(NULL));
    assert_null(s3a_server_access_key(NULL));
    assert_null(s3a_server_secret_key(NULL));
}

static void start_and_stop(void *arg)
{
    static const char *const buckets[] = {"bucket"};
    struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct s3a_server *server;
    enum s3a_status status = s3a_server_start(&options, &server, NULL);

    (void)arg;
    assert_true((status == S3A_OK) == (server != NULL));
    s3a_server_stop(server);
}

static void without_memory_it_does_not_start(void **state)
{
    (void)state;
    fail_malloc_sweep(start_and_stop, NULL);
}

static void what_amazon_refuses_may_be_refused_here(void **state)
{
    (void)state;
    static const char *const buckets[] = {"bucket"};
    struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    const struct call put = {
        .method = "PUT", .path = "/bucket/k", .headers = {{"if-none-match", "\"e\""}}};

    for (int i = 0; i < 2; i++) {
        options.strict_aws = i == 1;
        struct s3a_server *server = start(&options);
        assert_int_equal(call_status(server, &put), options.strict_aws ? 501 : 200);
        s3a_server_stop(server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_everything_is_made_and_removed),
        cmocka_unit_test(what_is_kept_is_there_the_next_time),
        cmocka_unit_test(buckets_are_made_at_the_start_or_by_their_first_object),
        cmocka_unit_test(a_failed_start_leaves_nothing),
        cmocka_unit_test(several_pairs_and_several_servers),
        cmocka_unit_test(a_bucket_may_stand_before_the_domain),
        cmocka_unit_test(without_a_server_there_is_nothing_to_tell),
        cmocka_unit_test(without_memory_it_does_not_start),
        cmocka_unit_test(what_amazon_refuses_may_be_refused_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

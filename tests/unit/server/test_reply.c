/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <fcntl.h>
#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

#include "fail_malloc.h"
#include "reply.h"

struct scene {
    struct s3a_op op;
    struct s3a_answer answer;
    struct s3a_pool pool;
    struct s3a_buf xml;
};

static void set_scene(struct scene *scene, enum s3a_op_kind kind)
{
    *scene = (struct scene){
        .op = {.kind = kind, .bucket = S3A_STR_INIT("bucket"), .key = S3A_STR_INIT("k")}};
    s3a_answer_init(&scene->answer, 1000);
    s3a_buf_init(&scene->xml, S3A_XML_SIZE_MAX);
    strcpy(scene->answer.request_id, "0123456789ABCDEF");
    scene->answer.http_status = 200;
}

static void clear_scene(struct scene *scene)
{
    s3a_answer_fini(&scene->answer);
    s3a_buf_fini(&scene->xml);
    s3a_pool_fini(&scene->pool);
}

static struct MHD_Response *make(struct scene *scene)
{
    return s3a_reply_make(&scene->op, &scene->answer, S3A_STR("/bucket/k"), &scene->pool,
                          &scene->xml);
}

static void the_head_says_who_answers_what(void **state)
{
    (void)state;
    struct scene scene;

    set_scene(&scene, S3A_OP_GET_OBJECT);
    strcpy(scene.answer.etag, "\"e\"");
    assert_true(s3a_headers_add(&scene.answer.headers, S3A_STR("content-type"), S3A_STR("a/b")));
    assert_true(s3a_headers_add(&scene.answer.headers, S3A_STR("x-amz-meta-a"), S3A_STR("")));
    s3a_buf_append_text(&scene.answer.body, "hello");
    scene.answer.object_size = scene.answer.range_size = 5;

    struct MHD_Response *response = make(&scene);
    assert_non_null(response);
    assert_string_equal(MHD_get_response_header(response, "Server"), "s3atomic");
    assert_string_equal(MHD_get_response_header(response, "x-amz-request-id"), "0123456789ABCDEF");
    assert_string_equal(MHD_get_response_header(response, "etag"), "\"e\"");
    assert_string_equal(MHD_get_response_header(response, "content-type"), "a/b");
    assert_string_equal(MHD_get_response_header(response, "x-amz-meta-a"), " ");
    MHD_destroy_response(response);
    clear_scene(&scene);
}

static void a_file_goes_with_the_response(void **state)
{
    (void)state;
    struct scene scene;
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    set_scene(&scene, S3A_OP_GET_OBJECT);
    strcpy(scene.answer.etag, "\"e\"");
    scene.answer.object_size = scene.answer.range_size = 5;
    scene.answer.file = (struct s3a_file){.fd = fd, .size = 5};
    struct MHD_Response *response = make(&scene);
    assert_non_null(response);
    assert_int_equal(scene.answer.file.fd, -1);
    assert_true(fcntl(fd, F_GETFD) >= 0);
    MHD_destroy_response(response);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    clear_scene(&scene);
}

static void an_error_is_told_in_xml(void **state)
{
    (void)state;
    struct scene scene;

    set_scene(&scene, S3A_OP_GET_OBJECT);
    s3a_answer_fail(&scene.answer, S3A_CODE_NO_SUCH_KEY);
    struct MHD_Response *response = make(&scene);
    assert_non_null(response);
    assert_string_equal(MHD_get_response_header(response, "content-type"), "application/xml");
    assert_non_null(strstr(s3a_buf_text(&scene.xml), "<Code>NoSuchKey</Code>"));
    MHD_destroy_response(response);
    clear_scene(&scene);
}

static void make_without_memory(void *arg)
{
    struct scene scene;

    (void)arg;
    set_scene(&scene, S3A_OP_GET_OBJECT);
    s3a_answer_fail(&scene.answer, S3A_CODE_NO_SUCH_KEY);
    struct MHD_Response *response = make(&scene);
    if (response) {
        MHD_destroy_response(response);
    }
    clear_scene(&scene);
    bool failed = fail_malloc_happened();
    assert_true(response || failed);
}

static void without_memory_there_is_none(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth < 20; nth++) {
        fail_malloc_at(nth);
        make_without_memory(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_says_who_answers_what),
        cmocka_unit_test(a_file_goes_with_the_response),
        cmocka_unit_test(an_error_is_told_in_xml),
        cmocka_unit_test(without_memory_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "part_sums.h"

/* Checksums as Amazon S3 gave them for two parts of 5 242 881 times 'a' and one of 10. */
static const struct s3a_part_sum parts[] = {
    {5242881, {S3A_CHECKSUM_CRC32, "NRU+Sw=="}},
    {5242881, {S3A_CHECKSUM_CRC32, "NRU+Sw=="}},
    {10, {S3A_CHECKSUM_CRC32, "TBHN8A=="}},
};

#define COUNT (sizeof(parts) / sizeof(parts[0]))
#define OF_PARTS "5FRUiw==-3"
#define OF_WHOLE "qSEQSA=="

/* A completion: what is said, and what comes of it. */
struct scene {
    struct s3a_checksum_choice choice;
    bool as_amazon;
    struct s3a_op op;
    struct s3a_listed_part listed[COUNT];
    struct s3a_answer answer;
    struct s3a_checksum_value value;
};

static void scene_begin(struct scene *scene, enum s3a_checksum_kind kind,
                        enum s3a_checksum_type type)
{
    *scene = (struct scene){.choice = {kind, type}, .op = {.kind = S3A_OP_COMPLETE_UPLOAD}};
    for (size_t i = 0; i < COUNT; i++) {
        scene->listed[i].number = (uint32_t)i + 1;
        if (kind != S3A_CHECKSUM_NONE) {
            scene->listed[i].checksum_kind = parts[i].checksum.kind;
            scene->listed[i].checksum = s3a_str_of(parts[i].checksum.text);
        }
    }
}

static enum s3a_code scene_run(struct scene *scene)
{
    struct s3a_part_sums sums;

    s3a_answer_fini(&scene->answer);
    s3a_answer_init(&scene->answer, 0);
    enum s3a_code code =
        s3a_part_sums_begin(&sums, &scene->op, &scene->choice, scene->as_amazon, &scene->answer);
    for (size_t i = 0; code == S3A_CODE_NONE && i < COUNT; i++) {
        code = s3a_part_sums_add(&sums, &scene->listed[i], &parts[i]);
    }
    if (code == S3A_CODE_NONE) {
        code = s3a_part_sums_end(&sums, &scene->value);
    }
    assert_int_equal(scene->answer.code, code);
    return code;
}

static void announce(struct scene *scene, const char *text, enum s3a_checksum_type type)
{
    assert_true(
        s3a_checksum_value_parse(&scene->op.checksum, S3A_CHECKSUM_CRC32, s3a_str_of(text)));
    scene->op.checksum_choice.type = type;
}

static void the_whole_is_what_amazon_makes_of_the_parts(void **state)
{
    (void)state;
    static const char *const wholes[] = {
        [S3A_CHECKSUM_COMPOSITE] = OF_PARTS, [S3A_CHECKSUM_FULL_OBJECT] = OF_WHOLE};

    for (int type = S3A_CHECKSUM_COMPOSITE; type <= S3A_CHECKSUM_FULL_OBJECT; type++) {
        struct scene scene;
        scene_begin(&scene, S3A_CHECKSUM_CRC32, (enum s3a_checksum_type)type);
        assert_int_equal(scene_run(&scene), S3A_CODE_NONE);
        assert_int_equal(scene.value.kind, S3A_CHECKSUM_CRC32);
        assert_string_equal(scene.value.text, wholes[type]);
        s3a_answer_fini(&scene.answer);
    }
}

static void one_that_is_announced_must_be_right(void **state)
{
    (void)state;
    struct scene scene;

    scene_begin(&scene, S3A_CHECKSUM_CRC32, S3A_CHECKSUM_COMPOSITE);
    announce(&scene, OF_PARTS, S3A_CHECKSUM_COMPOSITE);
    assert_int_equal(scene_run(&scene), S3A_CODE_NONE);
    announce(&scene, "5FRUiw==", S3A_CHECKSUM_TYPE_NOT_GIVEN);
    assert_int_equal(scene_run(&scene), S3A_CODE_NONE);
    announce(&scene, "5FRUiw==-2", S3A_CHECKSUM_TYPE_NOT_GIVEN);
    assert_int_equal(scene_run(&scene), S3A_CODE_BAD_DIGEST);
    announce(&scene, OF_WHOLE, S3A_CHECKSUM_TYPE_NOT_GIVEN);
    assert_int_equal(scene_run(&scene), S3A_CODE_BAD_DIGEST);
    assert_str(scene.answer.message,
               "The crc32 you specified did not match the calculated checksum.");
    s3a_answer_fini(&scene.answer);

    scene_begin(&scene, S3A_CHECKSUM_CRC32, S3A_CHECKSUM_FULL_OBJECT);
    announce(&scene, OF_WHOLE, S3A_CHECKSUM_FULL_OBJECT);
    assert_int_equal(scene_run(&scene), S3A_CODE_NONE);
    announce(&scene, OF_PARTS, S3A_CHECKSUM_TYPE_NOT_GIVEN);
    assert_int_equal(scene_run(&scene), S3A_CODE_BAD_DIGEST);
    announce(&scene, OF_WHOLE, S3A_CHECKSUM_FULL_OBJECT);
    scene.op.checksum.kind = S3A_CHECKSUM_CRC32C;
    assert_int_equal(scene_run(&scene), S3A_CODE_BAD_DIGEST);
    s3a_answer_fini(&scene.answer);
}

/* Amazon S3 wants the type said, too; here that is so only with --strict-aws. */
static void without_its_type_it_is_right_but_for_amazon(void **state)
{
    (void)state;
    struct scene scene;

    scene_begin(&scene, S3A_CHECKSUM_CRC32, S3A_CHECKSUM_FULL_OBJECT);
    announce(&scene, OF_WHOLE, S3A_CHECKSUM_TYPE_NOT_GIVEN);
    assert_int_equal(scene_run(&scene), S3A_CODE_NONE);
    scene.as_amazon = true;
    assert_int_equal(scene_run(&scene), S3A_CODE_BAD_DIGEST);
    announce(&scene, OF_WHOLE, S3A_CHECKSUM_FULL_OBJECT);
    assert_int_equal(scene_run(&scene), S3A_CODE_NONE);
    s3a_answer_fini(&scene.answer);
}

static void the_type_is_that_of_the_beginning(void **state)
{
    (void)state;
    struct scene scene;

    scene_begin(&scene, S3A_CHECKSUM_CRC32, S3A_CHECKSUM_COMPOSITE);
    scene.op.checksum_choice.type = S3A_CHECKSUM_FULL_OBJECT;
    assert_int_equal(scene_run(&scene), S3A_CODE_INVALID_REQUEST);
    assert_str(scene.answer.message, "The upload was created using the COMPOSITE checksum mode. "
                                     "The complete request must use the same checksum mode.");
    s3a_answer_fini(&scene.answer);
    scene_begin(&scene, S3A_CHECKSUM_NONE, S3A_CHECKSUM_TYPE_NOT_GIVEN);
    scene.op.checksum_choice.type = S3A_CHECKSUM_COMPOSITE;
    assert_int_equal(scene_run(&scene), S3A_CODE_INVALID_REQUEST);
    assert_str(scene.answer.message, "The upload was created using the null checksum mode. The "
                                     "complete request must use the same checksum mode.");
    s3a_answer_fini(&scene.answer);
}

static void each_part_is_listed_with_its_own(void **state)
{
    (void)state;
    struct scene scene;

    scene_begin(&scene, S3A_CHECKSUM_CRC32, S3A_CHECKSUM_COMPOSITE);
    scene.listed[1].checksum = S3A_STR("AAAAAA==");
    assert_int_equal(scene_run(&scene), S3A_CODE_INVALID_PART);
    announce(&scene, OF_PARTS, S3A_CHECKSUM_COMPOSITE);
    assert_int_equal(scene_run(&scene), S3A_CODE_BAD_DIGEST);
    scene.op.checksum.kind = S3A_CHECKSUM_NONE;
    scene.op.checksum_choice.type = S3A_CHECKSUM_TYPE_NOT_GIVEN;
    scene.listed[1].checksum_kind = S3A_CHECKSUM_SHA256;
    assert_int_equal(scene_run(&scene), S3A_CODE_BAD_DIGEST);
    assert_str(scene.answer.message,
               "The sha256 you specified for part 2 did not match what we received.");
    scene.listed[1].checksum_kind = S3A_CHECKSUM_NONE;
    assert_int_equal(scene_run(&scene), S3A_CODE_INVALID_REQUEST);
    assert_str(scene.answer.message,
               "The upload was created using a crc32 checksum. The complete request must include "
               "the checksum for each part. It was missing for part 2 in the request.");
    scene.choice.type = S3A_CHECKSUM_FULL_OBJECT;
    assert_int_equal(scene_run(&scene), S3A_CODE_NONE);
    assert_string_equal(scene.value.text, OF_WHOLE);
    scene.listed[1].checksum_kind = S3A_CHECKSUM_CRC32;
    assert_int_equal(scene_run(&scene), S3A_CODE_INVALID_PART);
    s3a_answer_fini(&scene.answer);
}

static void what_was_begun_without_promises_none(void **state)
{
    (void)state;
    struct scene scene;

    scene_begin(&scene, S3A_CHECKSUM_NONE, S3A_CHECKSUM_TYPE_NOT_GIVEN);
    assert_int_equal(scene_run(&scene), S3A_CODE_NONE);
    assert_int_equal(scene.value.kind, S3A_CHECKSUM_NONE);
    scene.listed[2].checksum_kind = S3A_CHECKSUM_CRC32;
    scene.listed[2].checksum = s3a_str_of(parts[2].checksum.text);
    assert_int_equal(scene_run(&scene), S3A_CODE_INVALID_PART);
    scene.listed[2].checksum_kind = S3A_CHECKSUM_NONE;
    announce(&scene, OF_WHOLE, S3A_CHECKSUM_TYPE_NOT_GIVEN);
    assert_int_equal(scene_run(&scene), S3A_CODE_INVALID_REQUEST);
    s3a_answer_fini(&scene.answer);
}

static void a_part_that_is_damaged_is_our_fault(void **state)
{
    (void)state;
    static const struct s3a_part_sum damaged[] = {{10, {S3A_CHECKSUM_CRC32, "TBHN8A"}},
                                                  {10, {S3A_CHECKSUM_NONE, ""}}};
    struct scene scene;
    struct s3a_part_sums sums;

    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        scene_begin(&scene, S3A_CHECKSUM_CRC32, S3A_CHECKSUM_FULL_OBJECT);
        scene.listed[0].checksum_kind = S3A_CHECKSUM_NONE;
        s3a_answer_init(&scene.answer, 0);
        assert_int_equal(s3a_part_sums_begin(&sums, &scene.op, &scene.choice, false, &scene.answer),
                         S3A_CODE_NONE);
        assert_int_equal(s3a_part_sums_add(&sums, &scene.listed[0], &damaged[i]),
                         S3A_CODE_INTERNAL_ERROR);
        s3a_answer_fini(&scene.answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_is_what_amazon_makes_of_the_parts),
        cmocka_unit_test(one_that_is_announced_must_be_right),
        cmocka_unit_test(without_its_type_it_is_right_but_for_amazon),
        cmocka_unit_test(the_type_is_that_of_the_beginning),
        cmocka_unit_test(each_part_is_listed_with_its_own),
        cmocka_unit_test(what_was_begun_without_promises_none),
        cmocka_unit_test(a_part_that_is_damaged_is_our_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

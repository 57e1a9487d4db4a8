/* SPDX-License-Identifier: MIT */
#include "args.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static struct given {
    bool quiet;
    bool loud;
    const char *text;
    struct s3a_texts many;
    int64_t wait_ms;
    int64_t number;
    unsigned choice;
} given;

static const char *const colours[] = {"red", "green", "blue", NULL};

static const struct s3a_option options[] = {
    {'q', "quiet", NULL, "", .flag = &given.quiet},
    {'l', "loud", NULL, "", .flag = &given.loud},
    {'t', "text", "TEXT", "", .text = &given.text},
    {0, "many", "TEXT", "", .texts = &given.many},
    {'w', "wait", "TIME", "", .duration_ms = &given.wait_ms, .min = 100, .max = 10000},
    {'n', "number", "N", "", .number = &given.number, .min = 0, .max = 255},
    {0, "colour", "C", "", .choice = &given.choice, .choices = colours},
};

static const struct s3a_option global_options[] = {
    {'v', "verbose", NULL, "", .flag = &given.loud},
};

static struct s3a_syntax syntax = {.groups = {{"", options, 7}, {"", global_options, 1}}};
static struct s3a_error error;
static char *words[S3A_TEXTS_MAX + 2];
static size_t operands;

/* Splits a line at its blanks and parses it. */
static enum s3a_status parse(char *line)
{
    size_t count = 0;

    given = (struct given){.wait_ms = 1, .choice = 2};
    for (char *word = strtok(line, " "); word; word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    return s3a_args_parse(&syntax, words, count, &operands, &error);
}

static void assert_refused(char *line, const char *message)
{
    assert_int_equal(parse(line), S3A_INVALID);
    assert_string_equal(error.message, message);
}

static void options_and_operands_mix(void **state)
{
    (void)state;
    char line[] = "one -q --text=a=b two -w2.5 --wait 3 -v -";

    assert_int_equal(parse(line), S3A_OK);
    assert_int_equal(operands, 3);
    assert_string_equal(words[0], "one");
    assert_string_equal(words[1], "two");
    assert_string_equal(words[2], "-");
    assert_true(given.quiet && given.loud);
    assert_string_equal(given.text, "a=b");
    assert_int_equal(given.wait_ms, 3000);
    assert_int_equal(given.choice, 2);
}

static void letters_stand_together_and_the_last_may_take_the_rest(void **state)
{
    (void)state;
    char line[] = "-qltrest -n 7";

    assert_int_equal(parse(line), S3A_OK);
    assert_true(given.quiet && given.loud);
    assert_string_equal(given.text, "rest");
    assert_int_equal(given.number, 7);
    assert_int_equal(operands, 0);
}

static void two_dashes_end_the_options(void **state)
{
    (void)state;
    char line[] = "a -- -q -- b";

    assert_int_equal(parse(line), S3A_OK);
    assert_false(given.quiet);
    assert_int_equal(operands, 4);
    assert_string_equal(words[1], "-q");
    assert_string_equal(words[2], "--");
}

static void nothing_behind_the_first_operand_is_read_where_it_is_somebody_elses(void **state)
{
    (void)state;
    char line[] = "-q cmd -l -- --no-such";

    syntax.stops_at_operand = true;
    enum s3a_status status = parse(line);
    syntax.stops_at_operand = false;
    assert_int_equal(status, S3A_OK);
    assert_true(given.quiet);
    assert_false(given.loud);
    assert_int_equal(operands, 4);
    assert_string_equal(words[2], "--");
}

static void choices_and_repeated_options(void **state)
{
    (void)state;
    char line[] = "--colour green --many a --many=b --many=";

    assert_int_equal(parse(line), S3A_OK);
    assert_int_equal(given.choice, 1);
    assert_int_equal(given.many.count, 3);
    assert_string_equal(given.many.items[1], "b");
    assert_string_equal(given.many.items[2], "");
}

static void too_many_of_them_are_refused(void **state)
{
    char *all[S3A_TEXTS_MAX + 1];
    char word[] = "--many=x";

    (void)state;
    given = (struct given){0};
    for (size_t i = 0; i <= S3A_TEXTS_MAX; i++) {
        all[i] = word;
    }
    assert_int_equal(s3a_args_parse(&syntax, all, S3A_TEXTS_MAX, &operands, &error), S3A_OK);
    assert_int_equal(given.many.count, S3A_TEXTS_MAX);
    assert_int_equal(s3a_args_parse(&syntax, all, 1, &operands, &error), S3A_INVALID);
}

static void what_is_wrong_is_said(void **state)
{
    char unknown[] = "--qiet";
    char far_off[] = "--elephant";
    char letter[] = "-qx";
    char missing[] = "--text";
    char missing_too[] = "-w";
    char valued[] = "--quiet=1";
    char duration[] = "-w soon";
    char range[] = "-w 10001ms";
    char colour[] = "--colour pink";
    char empty[] = "--=";

    (void)state;
    assert_refused(unknown, "there is no option --qiet; did you mean --quiet?");
    assert_refused(far_off, "there is no option --elephant");
    assert_refused(letter, "there is no option -x");
    assert_refused(missing, "--text needs a value: --text TEXT");
    assert_refused(missing_too, "--wait needs a value: --wait TIME");
    assert_refused(valued, "--quiet takes no value");
    assert_refused(duration,
                   "--wait: \"soon\" is no duration; good ones are 2.5, 500ms, 10s, 5m or 1h");
    assert_refused(range, "--wait: 10001ms is out of range: 100ms to 10000ms");
    assert_refused(colour, "--colour: \"pink\" is not one of red, green or blue");
    assert_refused(empty, "there is no option --");
}

static void numbers_are_numbers(void **state)
{
    static const char *const bad[] = {"-1", "256", "+5", "0x5", "5 ", "", "99999999999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char option[] = "--number";
        char value[32];
        char *line[] = {option, value};
        snprintf(value, sizeof(value), "%s", bad[i]);
        given.number = 3;
        assert_int_equal(s3a_args_parse(&syntax, line, 2, &operands, &error), S3A_INVALID);
        assert_int_equal(given.number, 3);
    }
}

static void very_long_words_are_refused_and_quoted_in_part(void **state)
{
    char word[4096];
    char *line[] = {word};

    (void)state;
    memset(word, 'a', sizeof(word));
    memcpy(word, "--", 2);
    word[sizeof(word) - 1] = '\0';
    assert_int_equal(s3a_args_parse(&syntax, line, 1, &operands, &error), S3A_INVALID);
    assert_true(strlen(error.message) < 128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_and_operands_mix),
        cmocka_unit_test(letters_stand_together_and_the_last_may_take_the_rest),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(nothing_behind_the_first_operand_is_read_where_it_is_somebody_elses),
        cmocka_unit_test(choices_and_repeated_options),
        cmocka_unit_test(too_many_of_them_are_refused),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(numbers_are_numbers),
        cmocka_unit_test(very_long_words_are_refused_and_quoted_in_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

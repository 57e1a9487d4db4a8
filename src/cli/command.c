/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <string.h>

#include <s3atomic/s3atomic.h>

#include "exit_code.h"
#include "fault.h"
#include "globals.h"
#include "out.h"
#include "say.h"
#include "suggest.h"
#include "usage.h"

#define NAME_SIZE_MAX 32
#define LINE_SIZE_MAX 256

static const struct s3a_command *const commands[] = {
    &s3a_cmd_lock,   &s3a_cmd_acquire, &s3a_cmd_renew,       &s3a_cmd_release, &s3a_cmd_check,
    &s3a_cmd_status, &s3a_cmd_unlock,  &s3a_cmd_update,      &s3a_cmd_get,     &s3a_cmd_put,
    &s3a_cmd_head,   &s3a_cmd_rm,      &s3a_cmd_ls,          &s3a_cmd_mb,      &s3a_cmd_serve,
    &s3a_cmd_fsck,   &s3a_cmd_backup,  &s3a_cmd_credentials, &s3a_cmd_doctor,  &s3a_cmd_help,
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

const struct s3a_command *s3a_command_find(const char *name, struct s3a_error *error)
{
    struct s3a_suggestion meant = {0};

    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
        s3a_suggest(&meant, name, strlen(name), commands[i]->name);
    }
    if (meant.word) {
        s3a_fault(error, S3A_INVALID, "there is no command \"%s\"; did you mean %s?", name,
                  meant.word);
    } else {
        s3a_fault(error, S3A_INVALID, "there is no command \"%s\"", name);
    }
    return NULL;
}

static void print_exit_codes(FILE *out)
{
    char number[NAME_SIZE_MAX];

    fputs("\nExit status:\n", out);
#define S3A_EXIT_ITEM(name, value, meaning)                                                        \
    snprintf(number, sizeof(number), "%d", value);                                                 \
    s3a_usage_item(out, number, meaning);
    S3A_EXIT_MAP(S3A_EXIT_ITEM)
#undef S3A_EXIT_ITEM
    s3a_usage_item(out, "128 + N", "ended by signal N");
}

void s3a_command_print_all(FILE *out)
{
    fputs("Usage: s3atomic [OPTIONS] COMMAND ...\n\n", out);
    s3a_usage_wrap(out, "Locks and atomic objects on S3 and what speaks it.", 0, 0);
    fputs("\nCommands:\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        s3a_usage_item(out, commands[i]->name, commands[i]->summary);
    }
    s3a_usage_options(out, &s3a_global_options);
    print_exit_codes(out);
    fputs("\nMore: s3atomic COMMAND --help, s3atomic help COMMAND\n", out);
}

void s3a_command_print(const struct s3a_command *command, FILE *out)
{
    struct s3a_option_group own = {"Options", command->options, command->option_count};

    char line[LINE_SIZE_MAX];

    fprintf(out, "Usage: s3atomic %s [OPTIONS]%s%s\n\n", command->name,
            *command->operands ? " " : "", command->operands);
    snprintf(line, sizeof(line), "s3atomic %s %s.", command->name, command->summary);
    s3a_usage_wrap(out, line, 0, 0);
    s3a_usage_options(out, &own);
    s3a_usage_options(out, &s3a_global_options);
    if (command->more) {
        fputc('\n', out);
        s3a_usage_wrap(out, command->more, 0, 0);
    }
}

static int refuse(const struct s3a_command *command, const struct s3a_error *error)
{
    int code = s3a_say_failure(error);

    s3a_say_note("see s3atomic %s%s--help", command ? command->name : "", command ? " " : "");
    return code;
}

static int check_count(const struct s3a_command *command, char **operands, size_t count)
{
    struct s3a_error error;

    if (count < command->operands_min) {
        s3a_fault(&error, S3A_INVALID, "something is missing: s3atomic %s %s", command->name,
                  command->operands);
        return refuse(command, &error);
    }
    if (count > command->operands_max) {
        s3a_fault(&error, S3A_INVALID, "\"%s\" is one word too many: s3atomic %s %s",
                  operands[command->operands_max], command->name, command->operands);
        return refuse(command, &error);
    }
    return S3A_EXIT_DONE;
}

static int print_version(void)
{
    printf("s3atomic %s\n", s3a_version());
    return S3A_EXIT_DONE;
}

static int run_command(const struct s3a_command *command, char **words, size_t count)
{
    struct s3a_syntax syntax = {
        .groups = {{"", command->options, command->option_count}, s3a_global_options},
        .stops_at_operand = command->stops_at_operand,
    };
    struct s3a_error error;
    size_t operands;

    if (s3a_args_parse(&syntax, words, count, &operands, &error) != S3A_OK) {
        return refuse(command, &error);
    }
    s3a_say_setup(s3a_globals.quiet, s3a_globals.verbose);
    if (s3a_globals.version) {
        return print_version();
    }
    if (s3a_globals.help) {
        s3a_command_print(command, stdout);
        return S3A_EXIT_DONE;
    }
    words[operands] = NULL;
    int code = check_count(command, words, operands);
    return code == S3A_EXIT_DONE ? command->run(words, operands) : code;
}

static int run_line(char **words, size_t count)
{
    struct s3a_syntax syntax = {.groups = {s3a_global_options}, .stops_at_operand = true};
    struct s3a_error error;
    size_t operands;

    if (s3a_args_parse(&syntax, words, count, &operands, &error) != S3A_OK) {
        return refuse(NULL, &error);
    }
    if (s3a_globals.version) {
        return print_version();
    }
    if (operands == 0) {
        s3a_command_print_all(s3a_globals.help ? stdout : stderr);
        return s3a_globals.help ? S3A_EXIT_DONE : S3A_EXIT_USAGE;
    }
    const struct s3a_command *command = s3a_command_find(words[0], &error);
    return command ? run_command(command, words + 1, operands - 1) : refuse(NULL, &error);
}

int s3a_command_line(char **words, size_t count)
{
    return s3a_out_finish(run_line(words, count));
}

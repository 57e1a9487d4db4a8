/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit_code.h"
#include "globals.h"
#include "process.h"
#include "say.h"

#define PAGE_SIZE 64

/* Ends with another code than 0 where there is no man, or no such page. */
static char script[] = "man -w \"$1\" >/dev/null 2>&1 && exec man \"$1\"";

/* False: the manual page could not be shown. */
static bool show_page(char *page)
{
    static char shell[] = "/bin/sh";
    static char dash_c[] = "-c";
    char *const words[] = {shell, dash_c, script, shell, page, NULL};
    struct s3a_process_plan plan = {
        .words = words,
        .environment = environ,
        .inherited = &s3a_globals.inherited,
    };
    int wait_status;
    pid_t pid;

    if (s3a_process_start(&plan, &pid, NULL) != S3A_EXIT_DONE) {
        return false;
    }
    while (waitpid(pid, &wait_status, 0) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return s3a_exit_of_wait(wait_status) == S3A_EXIT_DONE;
}

static int help(char **operands, size_t count)
{
    char page[PAGE_SIZE] = "s3atomic";
    const struct s3a_command *command = NULL;
    struct s3a_error error;

    if (count > 0) {
        command = s3a_command_find(operands[0], &error);
        if (!command) {
            return s3a_say_failure(&error);
        }
        snprintf(page, sizeof(page), "s3atomic-%s", command->name);
    }
    if (show_page(page)) {
        return S3A_EXIT_DONE;
    }
    if (command) {
        s3a_command_print(command, stdout);
    } else {
        s3a_command_print_all(stdout);
    }
    return S3A_EXIT_DONE;
}

const struct s3a_command s3a_cmd_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "opens the manual page of a command",
    .more = "Where there is none, what --help prints is shown.",
    .operands_max = 1,
    .run = help,
};

/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <string.h>

#include <s3atomic/client.h>

#include "connect.h"
#include "exit_code.h"
#include "globals.h"
#include "human.h"
#include "now.h"
#include "out.h"
#include "say.h"
#include "table.h"

#define WORD_SIZE 64

static const char *const titles[] = {"SOURCE", "STATE", "BECAUSE"};

static void add_place(const struct s3a_credential_place *place, void *user)
{
    struct s3a_table *table = user;
    const char *state = place->is_used ? "used" : place->is_set ? "not reached" : "not set";
    const char *const cells[] = {place->name, state, place->story};

    s3a_table_add(table, cells,
                  place->is_used  ? S3A_TINT_GOOD
                  : place->is_set ? S3A_TINT_NONE
                                  : S3A_TINT_FAINT);
}

static void print_report(const struct s3a_credential_report *report)
{
    char left[S3A_HUMAN_SIZE] = "";
    char when[S3A_HUMAN_SIZE] = "never";

    if (report->expires_ms > 0) {
        s3a_human_duration(report->expires_ms - s3a_now_wall_ms(), left);
        s3a_human_time(report->expires_ms, when);
    }
    printf("endpoint      %s\n", report->endpoint);
    printf("region        %s\n", report->region);
    printf("credentials   %s\n", report->source);
    if (strcmp(report->source, "none needed") == 0) {
        return;
    }
    printf("access key    ...%s%s\n", report->access_key_end,
           report->has_session_token ? ", with a session token" : "");
    printf("expires       %s%s%s\n", when, *left ? ", in " : "", left);
}

static void print_json(const struct s3a_credential_report *report)
{
    struct s3a_json_line line;

    s3a_json_begin(&line, stdout);
    s3a_json_text(&line, "endpoint", report->endpoint);
    s3a_json_text(&line, "region", report->region);
    s3a_json_text(&line, "source", report->source);
    s3a_json_text(&line, "access_key_end", report->access_key_end);
    s3a_json_bool(&line, "has_session_token", report->has_session_token);
    s3a_json_int(&line, "expires_ms", report->expires_ms);
    s3a_json_end(&line);
}

static int credentials(char **operands, size_t count)
{
    const struct s3a_client_options options = s3a_connect_options();
    struct s3a_credential_report report;
    struct s3a_table table;
    struct s3a_error error;

    (void)operands;
    (void)count;
    s3a_table_init(&table, titles, sizeof(titles) / sizeof(titles[0]));
    enum s3a_status status = s3a_credentials_explain(&options, add_place, &table, &report, &error);
    bool shows_places = !s3a_globals.json && (s3a_globals.verbose || status != S3A_OK);
    if (shows_places && table.rows > 1) {
        s3a_table_print(&table, stdout, s3a_table_wants_colours(stdout));
        printf("\n");
    }
    s3a_table_fini(&table);
    if (status != S3A_OK) {
        return s3a_say_failure(&error);
    }
    if (s3a_globals.json) {
        print_json(&report);
    } else {
        print_report(&report);
    }
    return S3A_EXIT_DONE;
}

const struct s3a_command s3a_cmd_credentials = {
    .name = "credentials",
    .operands = "",
    .summary = "shows where credentials come from, without any secret",
    .more = "With -v, and where there are none, all the places where they are looked for, in their "
            "order.",
    .run = credentials,
};

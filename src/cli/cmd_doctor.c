/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <inttypes.h>
#include <string.h>

#include <s3atomic/doctor.h>

#include "connect.h"
#include "exit_code.h"
#include "globals.h"
#include "human.h"
#include "json_line.h"
#include "say.h"
#include "table.h"
#include "upkeep_line.h"
#include "url.h"

#define CLIENTS_MAX 64
#define ROUNDS_MAX 1000
#define STORY_SIZE 512
#define TITLE_COLUMNS 46

static struct {
    int64_t clients;
    int64_t rounds;
} given = {.clients = 32, .rounds = 20};

static const struct s3a_option options[] = {
    {0, "clients", "COUNT", "that write at once; default: 32", .number = &given.clients, .min = 2,
     .max = CLIENTS_MAX},
    {0, "rounds", "COUNT", "of that; default: 20", .number = &given.rounds, .min = 1,
     .max = ROUNDS_MAX},
};

/* Where it is printed to, and what of it was. */
struct chart {
    struct s3a_upkeep_line line;
    bool colours;
};

static const char *const mark_names[] = {"unknown", "good", "odd", "bad"};
static const char *const mark_words[] = {"?", "ok", "odd", "BAD"};
static const char *const verdict_names[] = {"unknown", "safe", "unsafe"};
static const char *const verdict_words[] = {"NOT KNOWN", "SAFE", "UNSAFE"};

static const char *tint(const struct chart *chart, bool is_good, bool is_bad)
{
    if (!chart->colours) {
        return "";
    }
    return is_good ? "\033[32m" : is_bad ? "\033[31m" : "\033[33m";
}

static const char *tint_end(const struct chart *chart)
{
    return chart->colours ? "\033[0m" : "";
}

static const char *chapter_of(enum s3a_doctor_id id)
{
    switch (id) {
    case S3A_DOCTOR_CREATE_ABSENT:
        return "Conditions";
    case S3A_DOCTOR_CREATE_RACE:
        return "Many at once";
    case S3A_DOCTOR_READ_AFTER_WRITE:
        return "What is read";
    default:
        return NULL;
    }
}

static void print_check(const struct chart *chart, const struct s3a_doctor_check *check)
{
    const char *chapter = chapter_of(check->id);
    char story[STORY_SIZE];

    snprintf(story, sizeof(story), "%s", check->story);
    s3a_human_clean(story);
    if (chapter) {
        printf("\n%s\n", chapter);
    }
    printf("  %s%-3s%s  %-*s%s\n",
           tint(chart, check->mark == S3A_DOCTOR_GOOD, check->mark == S3A_DOCTOR_BAD),
           mark_words[check->mark], tint_end(chart), *story ? TITLE_COLUMNS : 0, check->title,
           story);
    fflush(stdout);
}

static void print_check_json(const struct s3a_doctor_check *check)
{
    struct s3a_json_line line;

    s3a_json_begin(&line, stdout);
    s3a_json_text(&line, "check", check->name);
    s3a_json_text(&line, "mark", mark_names[check->mark]);
    s3a_json_text(&line, "title", check->title);
    s3a_json_text(&line, "story", check->story);
    s3a_json_end(&line);
    fflush(stdout);
}

static void on_check(const struct s3a_doctor_check *check, void *user)
{
    struct chart *chart = user;

    s3a_upkeep_line_clear(&chart->line);
    if (s3a_globals.json) {
        print_check_json(check);
    } else if (!s3a_globals.quiet) {
        print_check(chart, check);
    }
}

static bool on_progress(const char *what, unsigned done, unsigned of, void *user)
{
    struct chart *chart = user;

    return of > 0 ? s3a_upkeep_line_show(&chart->line, "%s: %u of %u", what, done, of)
                  : s3a_upkeep_line_show(&chart->line, "%s", what);
}

static void print_latency(const char *what, const struct s3a_doctor_latency *latency)
{
    if (latency->count > 0) {
        printf("  %-19s%.1f ms (median), 90%%: %.1f, 99%%: %.1f, longest: %.1f\n", what,
               (double)latency->p50_us / 1000, (double)latency->p90_us / 1000,
               (double)latency->p99_us / 1000, (double)latency->max_us / 1000);
    }
}

static void print_measures(const struct s3a_doctor_report *report)
{
    printf("\nMeasures\n");
    print_latency("conditional PUT", &report->write);
    print_latency("GET", &report->read);
    if (report->clock_resolution_ms > 0) {
        printf("  %-19s%.1f s %s this machine's, in steps of %" PRId64
               " ms; its answers agree to %.1f s\n",
               "clock",
               (double)(report->clock_ahead_ms < 0 ? -report->clock_ahead_ms
                                                   : report->clock_ahead_ms) /
                   1000,
               report->clock_ahead_ms < 0 ? "behind" : "ahead of", report->clock_resolution_ms,
               (double)report->clock_spread_ms / 1000);
    }
    printf("  %-19s%" PRIu64 " PUTs a month with a heartbeat of 10 s", "a lock held",
           report->writes_per_month);
    if (report->usd_per_month >= 0) {
        printf(": %.2f USD", report->usd_per_month);
    }
    printf("\n  %-19s%" PRIu64 " requests\n", "this examination", report->requests);
}

static void print_finding(const struct chart *chart, const char *what,
                          const struct s3a_doctor_finding *finding)
{
    printf("  %-19s%s%s%s%s%s\n", what,
           tint(chart, finding->verdict == S3A_DOCTOR_SAFE, finding->verdict == S3A_DOCTOR_UNSAFE),
           verdict_words[finding->verdict], tint_end(chart), *finding->reason ? ": " : "",
           finding->reason);
}

static void print_verdicts(const struct chart *chart, const struct s3a_url *url,
                           const struct s3a_doctor_report *report)
{
    printf("%ss3://%s at %s%s%s%s\n", s3a_globals.quiet ? "" : "\n", url->bucket, report->endpoint,
           *report->store ? " (" : "", report->store, *report->store ? ")" : "");
    print_finding(chart, "locks", &report->locks);
    print_finding(chart, "delete on release", &report->delete_on_release);
    print_finding(chart, "sessions", &report->sessions);
    print_finding(chart, "objects", &report->objects);
}

static void json_finding(struct s3a_json_line *line, const char *name, const char *reason_name,
                         const struct s3a_doctor_finding *finding)
{
    s3a_json_text(line, name, verdict_names[finding->verdict]);
    s3a_json_text(line, reason_name, *finding->reason ? finding->reason : NULL);
}

static void print_report_json(const struct s3a_url *url, const struct s3a_doctor_report *report)
{
    struct s3a_json_line line;

    s3a_json_begin(&line, stdout);
    s3a_json_text(&line, "bucket", url->bucket);
    s3a_json_text(&line, "endpoint", report->endpoint);
    s3a_json_text(&line, "store", *report->store ? report->store : NULL);
    json_finding(&line, "locks", "locks_reason", &report->locks);
    json_finding(&line, "delete_on_release", "delete_on_release_reason",
                 &report->delete_on_release);
    json_finding(&line, "sessions", "sessions_reason", &report->sessions);
    json_finding(&line, "objects", "objects_reason", &report->objects);
    s3a_json_bool(&line, "wants_bare_etag", report->wants_bare_etag);
    s3a_json_bool(&line, "keeps_versions", report->keeps_versions);
    s3a_json_int(&line, "clock_ahead_ms", report->clock_ahead_ms);
    s3a_json_int(&line, "clock_spread_ms", report->clock_spread_ms);
    s3a_json_int(&line, "clock_resolution_ms", report->clock_resolution_ms);
    s3a_json_uint(&line, "write_p50_us", report->write.p50_us);
    s3a_json_uint(&line, "write_p90_us", report->write.p90_us);
    s3a_json_uint(&line, "write_p99_us", report->write.p99_us);
    s3a_json_uint(&line, "write_max_us", report->write.max_us);
    s3a_json_uint(&line, "read_p50_us", report->read.p50_us);
    s3a_json_uint(&line, "read_p90_us", report->read.p90_us);
    s3a_json_uint(&line, "read_p99_us", report->read.p99_us);
    s3a_json_uint(&line, "read_max_us", report->read.max_us);
    s3a_json_uint(&line, "writes_per_month", report->writes_per_month);
    if (report->usd_per_month >= 0) {
        s3a_json_int(&line, "usd_cents_per_month", (int64_t)(report->usd_per_month * 100 + 0.5));
    }
    s3a_json_uint(&line, "requests", report->requests);
    s3a_json_end(&line);
}

static int examine(struct chart *chart, const struct s3a_url *url)
{
    const struct s3a_client_options client_options = s3a_connect_options();
    const struct s3a_doctor_options doctor_options = {
        .clients = (uint32_t)given.clients,
        .rounds = (uint32_t)given.rounds,
        .on_check = on_check,
        .on_progress = on_progress,
        .user = chart,
    };
    struct s3a_doctor_report report;
    struct s3a_error error;
    enum s3a_status status =
        s3a_doctor(&client_options, url->bucket, &doctor_options, &report, &error);

    s3a_upkeep_line_clear(&chart->line);
    if (status != S3A_OK && status != S3A_UNSUPPORTED) {
        int code = s3a_say_failure(&error);
        return chart->line.ended_by ? S3A_EXIT_SIGNAL_BASE + chart->line.ended_by : code;
    }
    if (s3a_globals.json) {
        print_report_json(url, &report);
    } else {
        if (!s3a_globals.quiet) {
            print_measures(&report);
        }
        print_verdicts(chart, url, &report);
    }
    return status == S3A_OK ? S3A_EXIT_DONE : S3A_EXIT_UNSUPPORTED;
}

static int doctor(char **operands, size_t count)
{
    struct chart chart = {.colours = s3a_table_wants_colours(stdout)};
    struct s3a_url url;
    struct s3a_error error;

    (void)count;
    if (s3a_url_parse(operands[0], S3A_URL_BUCKET, &url, &error) != S3A_OK ||
        s3a_upkeep_line_open(&chart.line, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    int code = examine(&chart, &url);
    s3a_upkeep_line_close(&chart.line);
    return code;
}

const struct s3a_command s3a_cmd_doctor = {
    .name = "doctor",
    .operands = "s3://BUCKET",
    .summary = "says whether a store is fit for locks, and what it is like",
    .more = "Tries out in that bucket what locks and compare-and-swap rely on, also with many who "
            "write at once, and measures it. Takes some 1 500 requests (fewer with fewer clients "
            "or rounds) to scratch objects, which it removes.\n\n"
            "Exit status: 0 where locks are safe there, 76 where they are not or where that could "
            "not be found out.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 1,
    .run = doctor,
};

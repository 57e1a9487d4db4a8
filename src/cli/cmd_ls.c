/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"
#include "exit_code.h"
#include "globals.h"
#include "human.h"
#include "out.h"
#include "say.h"
#include "url.h"
#include "verdict.h"

#define TIME_COLUMNS 20
#define SIZE_COLUMNS 12

static struct {
    bool recursive;
    bool details;
} given;

static const struct s3a_option options[] = {
    {'r', "recursive", NULL, "all keys, not only up to the next \"/\"", .flag = &given.recursive},
    {'l', "long", NULL, "with times and sizes (in bytes)", .flag = &given.details},
};

struct view {
    const char *bucket;
    bool terminal; /* names are cleaned, and time and size shown */
    size_t count;
};

/* A name of others', which may hold anything. */
static enum s3a_status print_name(const struct view *view, const char *name)
{
    char *cleaned = NULL;

    if (view->terminal) {
        cleaned = strdup(name);
        if (!cleaned) {
            return S3A_NO_MEMORY;
        }
        s3a_human_clean(cleaned);
    }
    puts(cleaned ? cleaned : name);
    free(cleaned);
    return s3a_out_failed() ? S3A_FAILED : S3A_OK;
}

static enum s3a_status show_bucket(const char *bucket, int64_t created_ms, void *user)
{
    struct view *view = user;
    char created[S3A_HUMAN_SIZE];
    struct s3a_json_line line;

    view->count++;
    if (s3a_globals.json) {
        s3a_json_begin(&line, stdout);
        s3a_json_text(&line, "bucket", bucket);
        s3a_json_int(&line, "created_ms", created_ms);
        s3a_json_end(&line);
        return s3a_out_failed() ? S3A_FAILED : S3A_OK;
    }
    if (given.details) {
        printf("%s  ", s3a_human_time(created_ms, created));
    }
    return print_name(view, bucket);
}

static void show_json(const struct view *view, const struct s3a_listing *listing)
{
    struct s3a_json_line line;

    s3a_json_begin(&line, stdout);
    s3a_json_text(&line, "bucket", view->bucket);
    s3a_json_text(&line, listing->is_prefix ? "prefix" : "key", listing->key);
    if (!listing->is_prefix) {
        s3a_json_text(&line, "etag", listing->etag);
        s3a_json_uint(&line, "size", listing->size);
        s3a_json_int(&line, "modified_ms", listing->modified_ms);
    }
    s3a_json_end(&line);
}

static enum s3a_status show_object(const struct s3a_listing *listing, void *user)
{
    struct view *view = user;
    char modified[S3A_HUMAN_SIZE];

    view->count++;
    if (s3a_globals.json) {
        show_json(view, listing);
        return s3a_out_failed() ? S3A_FAILED : S3A_OK;
    }
    if (given.details && listing->is_prefix) {
        printf("%*s  %*s  ", TIME_COLUMNS, "", SIZE_COLUMNS, "");
    } else if (given.details) {
        printf("%-*s  %*" PRIu64 "  ", TIME_COLUMNS, s3a_human_time(listing->modified_ms, modified),
               SIZE_COLUMNS, listing->size);
    }
    return print_name(view, listing->key);
}

static enum s3a_status list_objects(const struct s3a_url *url, struct view *view,
                                    struct s3a_error *error)
{
    struct s3a_list_options list_options = {
        .prefix = url->key,
        .delimiter = given.recursive ? NULL : "/",
    };
    struct s3a_bytes_store store;

    enum s3a_status status = s3a_bytes_store_open(&store, NULL, error);
    if (status == S3A_OK) {
        status = s3a_store_list(store.store, url->bucket, &list_options, show_object, view, error);
    }
    s3a_bytes_store_close(&store);
    return status;
}

static enum s3a_status list_buckets(struct view *view, struct s3a_error *error)
{
    struct s3a_client *client = NULL;

    enum s3a_status status = s3a_connect(&client, error);
    if (status == S3A_OK) {
        status = s3a_bucket_list(client, show_bucket, view, error);
    }
    s3a_client_free(client);
    return status;
}

static int ls(char **operands, size_t count)
{
    struct s3a_url url = {.key = ""};
    struct view view = {.bucket = url.bucket, .terminal = isatty(STDOUT_FILENO)};
    enum s3a_status status;
    struct s3a_error error;

    if (count == 0) {
        status = list_buckets(&view, &error);
    } else {
        status = s3a_url_parse(operands[0], S3A_URL_PREFIX, &url, &error);
        if (status == S3A_OK) {
            status = list_objects(&url, &view, &error);
        }
    }
    if (status == S3A_FAILED && s3a_out_failed()) {
        return S3A_EXIT_DONE; /* whoever flushes it says so */
    }
    if (status != S3A_OK) {
        return s3a_verdict(&url, NULL, &error);
    }
    if (view.count == 0 && *url.key) {
        s3a_say_note("nothing at s3://%s/%s", url.bucket, url.key);
        return S3A_EXIT_NOTHING;
    }
    return S3A_EXIT_DONE;
}

const struct s3a_command s3a_cmd_ls = {
    .name = "ls",
    .operands = "[s3://BUCKET/[PREFIX]]",
    .summary = "lists buckets, or the objects of one",
    .more = "Keys are printed whole, one a line; those with a \"/\" behind PREFIX are rolled up "
            "to what comes before it.\n\n"
            "Exit status: 1 where PREFIX is given and there is nothing.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_max = 1,
    .run = ls,
};

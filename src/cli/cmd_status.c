/* SPDX-License-Identifier: MIT */
#include "command.h"

#include "connect.h"
#include "exit_code.h"
#include "globals.h"
#include "holder.h"
#include "now.h"
#include "out.h"
#include "say.h"
#include "url.h"
#include "verdict.h"

struct view {
    const char *bucket;
    struct s3a_table table;
    size_t count;
};

static enum s3a_status show(const struct s3a_lock_info *info, void *user)
{
    struct view *view = user;

    view->count++;
    if (s3a_globals.json) {
        s3a_holder_print_json(stdout, view->bucket, info);
        return s3a_out_failed() ? S3A_FAILED : S3A_OK;
    }
    return s3a_holder_add_row(&view->table, info, s3a_now_wall_ms()) ? S3A_OK : S3A_NO_MEMORY;
}

static int list(struct s3a_client *client, const struct s3a_url *url, struct view *view)
{
    struct s3a_error error;
    enum s3a_status status = s3a_lock_list(client, url->bucket, url->key, show, view, &error);

    if (status == S3A_FAILED) {
        return S3A_EXIT_DONE; /* standard output: whoever flushes it says so */
    }
    if (view->count > 0 && !s3a_globals.json) {
        s3a_table_print(&view->table, stdout, s3a_table_wants_colours(stdout));
    }
    if (status != S3A_OK) {
        return s3a_verdict(url, NULL, &error);
    }
    if (view->count == 0) {
        s3a_say_note("no locks at s3://%s/%s", url->bucket, url->key);
    }
    return view->count == 0 && *url->key ? S3A_EXIT_NOTHING : S3A_EXIT_DONE;
}

static int status(char **operands, size_t count)
{
    struct s3a_client *client = NULL;
    struct s3a_error error;
    struct s3a_url url = {.key = ""};
    struct view view = {.bucket = url.bucket};

    (void)count;
    if (s3a_url_parse(operands[0], S3A_URL_PREFIX, &url, &error) != S3A_OK ||
        s3a_connect(&client, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    s3a_table_init(&view.table, s3a_holder_titles, S3A_TABLE_COLUMNS_MAX);
    int code = list(client, &url, &view);
    s3a_table_fini(&view.table);
    s3a_client_free(client);
    return code;
}

const struct s3a_command s3a_cmd_status = {
    .name = "status",
    .operands = "s3://BUCKET/[PREFIX]",
    .summary = "shows the locks of a bucket and who holds them",
    .more = "Only the locks whose names begin with PREFIX. A lock is \"expired\" when its holder "
            "has not been heard of for so long that anybody may take it.\n\n"
            "Exit status: 1 where PREFIX is given and there are none.",
    .operands_min = 1,
    .operands_max = 1,
    .run = status,
};

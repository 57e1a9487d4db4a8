/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "connect.h"
#include "exit_code.h"
#include "filter.h"
#include "globals.h"
#include "human.h"
#include "now.h"
#include "out.h"
#include "process.h"
#include "say.h"
#include "url.h"
#include "verdict.h"

static struct {
    const char *if_match;
    int64_t fence;
    int64_t wait_ms;
    bool dry_run;
} given = {.wait_ms = S3A_UPDATE_TIMEOUT_MS};

static const struct s3a_option options[] = {
    {0, "if-match", "ETAG", "only the very state that ETAG names", .text = &given.if_match},
    {0, "fence", "TOKEN", "not where a higher fencing token has written it", .number = &given.fence,
     .min = 1, .max = INT64_MAX},
    {'w', "wait", "TIME", "how long to try where others are faster (1m)",
     .duration_ms = &given.wait_ms, .min = 1, .max = UINT32_MAX},
    {'n', "dry-run", NULL, "print what would be written, and write nothing",
     .flag = &given.dry_run},
};

/* What the change function works with. */
struct update {
    struct s3a_filter filter;
    struct s3a_bytes_store *store;
    char content_type[sizeof(((struct s3a_object *)0)->content_type)];
    struct s3a_heap output;
    struct s3a_bytes bytes; /* the output, as the codec wants it */
    char if_match[sizeof(((struct s3a_object *)0)->etag)];
    unsigned attempts;
    int filter_code;
    struct s3a_error filter_error;
};

static enum s3a_status change(struct s3a_object *object, void *arg)
{
    static const struct s3a_bytes nothing = {"", 0};
    struct update *update = arg;
    const struct s3a_bytes *old = object->value ? object->value : &nothing;

    if (++update->attempts > 1) {
        s3a_say_detail("somebody else was faster: attempt %u", update->attempts);
    }
    if (*update->if_match && strcmp(object->etag, update->if_match) != 0) {
        return S3A_CONFLICT;
    }
    /* It stays of the type that it was. */
    if (*object->content_type) {
        memcpy(update->content_type, object->content_type, sizeof(update->content_type));
        update->store->codec.content_type = update->content_type;
    }
    s3a_heap_clear(&update->output);
    update->filter_code = s3a_filter_run(&update->filter, old->data, old->size, &update->output,
                                         &update->filter_error);
    if (update->filter_code != S3A_EXIT_DONE) {
        return S3A_FAILED;
    }
    update->bytes = (struct s3a_bytes){update->output.data, update->output.size};
    object->value = &update->bytes;
    return given.dry_run ? S3A_NOT_MODIFIED : S3A_OK;
}

static int print_output(const struct update *update)
{
    if (fwrite(update->output.data, 1, update->output.size, stdout) < update->output.size) {
        s3a_say_error("standard output: %s", strerror(errno));
        return S3A_EXIT_LOCAL_IO;
    }
    return S3A_EXIT_DONE;
}

static void tell_effort(const struct update *update, uint64_t begun_ms)
{
    char text[S3A_HUMAN_SIZE];

    s3a_say_detail("written with attempt %u, after %s", update->attempts,
                   s3a_human_duration((int64_t)(s3a_now_ms() - begun_ms), text));
}

static int run_update(struct update *update, const struct s3a_url *url)
{
    struct s3a_object object = {0};
    struct s3a_error error;

    const struct s3a_update_options bounds = {.timeout_ms = (uint32_t)given.wait_ms,
                                              .fence = (uint64_t)given.fence};
    uint64_t begun_ms = s3a_now_ms();
    enum s3a_status status = s3a_store_update_with(update->store->store, url->bucket, url->key,
                                                   &bounds, change, update, &object, &error);
    if (status == S3A_NOT_MODIFIED) {
        return print_output(update);
    }
    if (status == S3A_OK) {
        tell_effort(update, begun_ms);
        s3a_out_written(url->bucket, url->key, object.etag, update->output.size);
        s3a_object_clear(&object);
        return S3A_EXIT_DONE;
    }
    if (update->filter_code != S3A_EXIT_DONE) {
        s3a_say_failure(&update->filter_error);
        return update->filter_code;
    }
    return s3a_verdict(url,
                       *update->if_match ? "is not what --if-match names"
                                         : "was written by others all the time",
                       &error);
}

static int update(char **operands, size_t count)
{
    struct s3a_bytes_store store = {0};
    size_t words_at = count > 1 && strcmp(operands[1], "--") == 0 ? 2 : 1;
    struct s3a_error error;
    struct s3a_url url = {.key = ""};
    int code;

    if (s3a_url_parse(operands[0], S3A_URL_KEY, &url, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    if (words_at == count) {
        s3a_say_error("which FILTER is to make the new content? s3atomic update %s",
                      s3a_cmd_update.operands);
        return S3A_EXIT_USAGE;
    }
    struct update update = {
        .filter = {operands + words_at, &s3a_globals.inherited, S3A_OBJECT_BYTES_MAX},
        .store = &store,
    };
    if (given.if_match && s3a_etag_parse(given.if_match, update.if_match, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    code = s3a_process_find(operands[words_at], &error);
    if (code != S3A_EXIT_DONE) {
        s3a_say_failure(&error);
        return code;
    }
    if (s3a_bytes_store_open(&store, NULL, &error) == S3A_OK) {
        code = run_update(&update, &url);
    } else {
        code = s3a_say_failure(&error);
    }
    s3a_heap_clear(&update.output);
    s3a_bytes_store_close(&store);
    return code;
}

const struct s3a_command s3a_cmd_update = {
    .name = "update",
    .operands = "s3://BUCKET/KEY -- FILTER [ARG...]",
    .summary = "changes an object by a program, atomically",
    .more = "FILTER finds the object on its standard input (nothing, where there is none yet) and "
            "prints the new content. It is run again where somebody else has written meanwhile, "
            "so it should have no other effect. Prints the ETag of what was written.\n\n"
            "    s3atomic update s3://cfg/app.json -- jq '.value += 1'\n\n"
            "Exit status: FILTER's own where it fails; nothing is written then. 1 where others "
            "were faster all the time, or where --if-match or --fence did not hold.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .stops_at_operand = true,
    .operands_min = 1,
    .operands_max = S3A_OPERANDS_ANY,
    .run = update,
};

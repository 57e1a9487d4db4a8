/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <string.h>

#include "connect.h"
#include "exit_code.h"
#include "filter.h"
#include "globals.h"
#include "out.h"
#include "process.h"
#include "say.h"
#include "url.h"
#include "verdict.h"

/* What the change function works with. */
struct update {
    struct s3a_filter filter;
    struct s3a_bytes_store *store;
    char content_type[sizeof(((struct s3a_object *)0)->content_type)];
    struct s3a_heap output;
    struct s3a_bytes bytes; /* the output, as the codec wants it */
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
    return S3A_OK;
}

static int run_update(struct update *update, const struct s3a_url *url)
{
    struct s3a_object object = {0};
    struct s3a_error error;

    enum s3a_status status = s3a_store_update(update->store->store, url->bucket, url->key, change,
                                              update, &object, &error);
    if (status == S3A_OK) {
        s3a_out_written(url->bucket, url->key, object.etag, update->output.size);
        s3a_object_clear(&object);
        return S3A_EXIT_DONE;
    }
    if (update->filter_code != S3A_EXIT_DONE) {
        s3a_say_failure(&update->filter_error);
        return update->filter_code;
    }
    return s3a_verdict(url, "was written by others all the time", &error);
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
            "were faster for a whole minute.",
    .stops_at_operand = true,
    .operands_min = 1,
    .operands_max = S3A_OPERANDS_ANY,
    .run = update,
};

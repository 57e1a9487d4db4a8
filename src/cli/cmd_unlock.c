/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <string.h>
#include <unistd.h>

#include <s3atomic/lock.h>

#include "connect.h"
#include "exit_code.h"
#include "fault.h"
#include "globals.h"
#include "holder.h"
#include "now.h"
#include "out.h"
#include "say.h"
#include "url.h"

static struct {
    const char *if_match;
    bool force;
} given;

static const struct s3a_option options[] = {
    {'f', "force", NULL, "do not ask, even where its holder may be alive", .flag = &given.force},
    {0, "if-match", "ETAG", "only the very state that ETAG names, as status --json shows it",
     .text = &given.if_match},
};

/* A lock that is to be freed, as it was seen. */
struct abandoned {
    struct s3a_client *client;
    struct s3a_url url;
    struct s3a_lock_info info;
};

static bool show(const struct s3a_lock_info *info)
{
    struct s3a_table table;

    s3a_table_init(&table, s3a_holder_titles, S3A_TABLE_COLUMNS_MAX);
    bool fits = s3a_holder_add_row(&table, info, s3a_now_wall_ms());
    if (fits) {
        s3a_table_print(&table, stderr, s3a_table_wants_colours(stderr));
    }
    s3a_table_fini(&table);
    return fits;
}

/* True for a word that begins with y. */
static bool ask(void)
{
    char answer[16];

    fputs("Free it? What its holder is doing is then no longer protected. [y/N] ", stderr);
    fflush(stderr);
    return fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y');
}

/* S3A_OK: it is to be freed. */
static enum s3a_status agree(const struct s3a_lock_info *info, struct s3a_error *error)
{
    if (given.force) {
        return S3A_OK;
    }
    if (isatty(STDIN_FILENO)) {
        show(info);
        return ask() ? S3A_OK : s3a_fault(error, S3A_CONFLICT, "left as it is");
    }
    if (info->state == S3A_LOCK_EXPIRED) {
        return S3A_OK; /* anybody may take it */
    }
    return s3a_fault(error, S3A_INVALID,
                     "its holder may be alive, and there is no terminal to ask at: --force frees "
                     "it all the same");
}

static enum s3a_status choose_state(const struct abandoned *lock, char ret_etag[129],
                                    struct s3a_error *error)
{
    if (given.if_match) {
        return s3a_etag_parse(given.if_match, ret_etag, error);
    }
    memcpy(ret_etag, lock->info.etag, sizeof(lock->info.etag));
    return S3A_OK;
}

static enum s3a_status free_it(struct abandoned *lock, struct s3a_error *error)
{
    char etag[129];
    enum s3a_status status = choose_state(lock, etag, error);

    if (status == S3A_OK && lock->info.state != S3A_LOCK_FREE) {
        status = agree(&lock->info, error);
    }
    if (status == S3A_OK) {
        status = s3a_lock_break(lock->client, lock->url.bucket, lock->url.key, etag, error);
    }
    return status;
}

static enum s3a_status unlock_url(const char *text, struct abandoned *lock, struct s3a_error *error)
{
    enum s3a_status status = s3a_url_parse(text, S3A_URL_KEY, &lock->url, error);

    if (status == S3A_OK) {
        status = s3a_connect(&lock->client, error);
    }
    if (status == S3A_OK) {
        status =
            s3a_lock_inspect(lock->client, lock->url.bucket, lock->url.key, &lock->info, error);
    }
    return status == S3A_OK ? free_it(lock, error) : status;
}

static int unlock(char **operands, size_t count)
{
    struct abandoned lock = {0};
    struct s3a_error error;

    (void)count;
    enum s3a_status status = unlock_url(operands[0], &lock, &error);
    if (status == S3A_OK) {
        s3a_say_note(lock.info.state == S3A_LOCK_FREE ? "s3://%s/%s was free already"
                                                      : "s3://%s/%s is free",
                     lock.url.bucket, lock.info.name);
    }
    s3a_client_free(lock.client);
    return status == S3A_OK ? S3A_EXIT_DONE : s3a_say_failure(&error);
}

const struct s3a_command s3a_cmd_unlock = {
    .name = "unlock",
    .operands = "s3://BUCKET/NAME",
    .summary = "frees a lock that somebody has abandoned",
    .more = "Frees exactly the state of the lock that was looked at: if it changes meanwhile, for "
            "instance because its holder is alive and beats, it is left as it is. On a terminal it "
            "shows the holder and asks first; elsewhere it frees what has expired, and the rest "
            "only with --force. A holder that is still there loses the lock: it learns so at its "
            "next heartbeat.\n\n"
            "Exit status: 1 where there is no such lock, or it has changed meanwhile, or the "
            "answer was no.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .operands_min = 1,
    .operands_max = 1,
    .run = unlock,
};

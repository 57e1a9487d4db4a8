/* SPDX-License-Identifier: MIT */
#include "holder.h"

#include <inttypes.h>
#include <string.h>

#include "human.h"
#include "json_line.h"

/* A host's name of up to 64 bytes, and a process. */
#define HOLDER_SIZE 128
#define NUMBER_SIZE 24

/* So many digits of a session's 32 tell it from the others. */
#define SESSION_SHOWN 8

const char *const s3a_holder_titles[S3A_TABLE_COLUMNS_MAX] = {
    "STATE", "LOCK", "HOLDER", "LABEL", "TOKEN", "HELD FOR", "EXPIRES IN", "LAST BEAT", "SESSION",
};

static const char *state_name(enum s3a_lock_state state)
{
    switch (state) {
    case S3A_LOCK_FREE:
        return "free";
    case S3A_LOCK_HELD:
        return "held";
    case S3A_LOCK_EXPIRED:
        return "expired";
    }
    return "unknown";
}

static enum s3a_tint state_tint(enum s3a_lock_state state)
{
    switch (state) {
    case S3A_LOCK_FREE:
        return S3A_TINT_FAINT;
    case S3A_LOCK_HELD:
        return S3A_TINT_GOOD;
    case S3A_LOCK_EXPIRED:
        break;
    }
    return S3A_TINT_BAD;
}

/* ".s3atomic/sessions/8c0f....session": the digits. */
static const char *session_digits(const struct s3a_lock_info *info)
{
    const char *slash = strrchr(info->session, '/');

    return slash ? slash + 1 : "";
}

bool s3a_holder_add_row(struct s3a_table *table, const struct s3a_lock_info *info, int64_t now_ms)
{
    char holder[HOLDER_SIZE] = "";
    char token[NUMBER_SIZE] = "";
    char held_for[S3A_HUMAN_SIZE] = "";
    char expires_in[S3A_HUMAN_SIZE] = "";
    char last_beat[S3A_HUMAN_SIZE] = "";
    char session[SESSION_SHOWN + 1] = "";
    bool taken = info->state != S3A_LOCK_FREE;

    if (info->foreign) {
        snprintf(holder, sizeof(holder), "(another library)");
    } else {
        snprintf(token, sizeof(token), "%" PRIu64, info->token);
    }
    if (taken && !info->foreign) {
        snprintf(holder, sizeof(holder), "%s[%" PRId64 "]", info->host, info->pid);
        s3a_human_duration(info->last_beat_ms, last_beat);
        /* The holder's clock against ours: told only where it makes sense. */
        if (info->granted_at_ms > 0 && info->granted_at_ms <= now_ms) {
            s3a_human_duration(now_ms - info->granted_at_ms, held_for);
        }
    }
    if (taken) {
        s3a_human_duration(info->expires_in_ms, expires_in);
    }
    snprintf(session, sizeof(session), "%s", session_digits(info));
    const char *const cells[] = {state_name(info->state),
                                 info->name,
                                 holder,
                                 info->label,
                                 token,
                                 held_for,
                                 expires_in,
                                 last_beat,
                                 session};
    return s3a_table_add(table, cells, state_tint(info->state));
}

void s3a_holder_print_json(FILE *out, const char *bucket, const struct s3a_lock_info *info)
{
    struct s3a_json_line line;

    s3a_json_begin(&line, out);
    s3a_json_text(&line, "bucket", bucket);
    s3a_json_text(&line, "key", info->name);
    s3a_json_text(&line, "state", state_name(info->state));
    s3a_json_text(&line, "etag", info->etag);
    s3a_json_bool(&line, "foreign", info->foreign);
    if (info->state != S3A_LOCK_FREE) {
        s3a_json_int(&line, "expires_in_ms", info->expires_in_ms);
    }
    if (!info->foreign) {
        s3a_json_uint(&line, "token", info->token);
        s3a_json_text(&line, "owner", info->owner);
        s3a_json_text(&line, "host", info->host);
        s3a_json_int(&line, "pid", info->pid);
        s3a_json_text(&line, "label", info->label);
        s3a_json_text(&line, "data", info->data);
        s3a_json_int(&line, "granted_at_ms", info->granted_at_ms);
        s3a_json_int(&line, "last_beat_ms", info->last_beat_ms);
        s3a_json_uint(&line, "beat", info->beat);
        s3a_json_uint(&line, "lease_ms", info->lease_ms);
        s3a_json_uint(&line, "heartbeat_ms", info->heartbeat_ms);
    }
    if (info->session[0]) {
        s3a_json_text(&line, "session", info->session);
    }
    s3a_json_end(&line);
}

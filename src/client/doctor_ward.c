/* SPDX-License-Identifier: MIT */
#include "doctor_ward.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "error.h"
#include "random.h"

/* "Come back later": how often one request is made again, and after which pause. R2 accepts one
 * write per second and key. */
#define LATERS_MAX 8
#define LATER_MS 1100

/* What others have left behind is theirs for so long. */
#define LEFTOVER_MS (3600 * 1000)

static const char *const check_names[] = {
#define NAME_OF(name, text, title) text,
    S3A_DOCTOR_MAP(NAME_OF)
#undef NAME_OF
};

static const char *const check_titles[] = {
#define TITLE_OF(name, text, title) title,
    S3A_DOCTOR_MAP(TITLE_OF)
#undef TITLE_OF
};

bool s3a_ward_goes_on(struct s3a_ward *ward, const char *what, unsigned done, unsigned of)
{
    if (ward->status != S3A_OK) {
        return false;
    }
    if (ward->options.on_progress &&
        !ward->options.on_progress(what, done, of, ward->options.user)) {
        ward->status = s3a_error_set(ward->error, S3A_CANCELLED, "the examination was ended early");
        return false;
    }
    return true;
}

void s3a_ward_tell(struct s3a_ward *ward, enum s3a_doctor_id id, enum s3a_doctor_mark mark,
                   const char *format, ...)
{
    char story[256];
    va_list args;

    va_start(args, format);
    vsnprintf(story, sizeof(story), format, args);
    va_end(args);
    ward->report->marks[id] = mark;
    if (ward->options.on_check) {
        const struct s3a_doctor_check check = {
            .id = id,
            .name = check_names[id],
            .title = check_titles[id],
            .mark = mark,
            .story = story,
        };
        ward->options.on_check(&check, ward->options.user);
    }
}

bool s3a_ward_is_refusal(const struct s3a_ward_ask *ask)
{
    return ask->status == S3A_CONFLICT || ask->status == S3A_NOT_FOUND || ask->status == S3A_RACE;
}

const char *s3a_ward_answer_text(const struct s3a_ward_ask *ask, char ret_text[32])
{
    if (ask->http_status > 0) {
        snprintf(ret_text, 32, "%d", ask->http_status);
    } else {
        snprintf(ret_text, 32, "%s", s3a_status_name(ask->status));
    }
    return ret_text;
}

/* Requests. */

static void note_date(struct s3a_ward *ward, const struct s3a_ward_ask *ask)
{
    int64_t middle_ms = ask->sent_wall_ms + (int64_t)(ask->took_us / 2000);
    int64_t ahead_ms = ask->date_ms - middle_ms;

    if (ask->date_ms == S3A_TIME_NONE || ask->sent_wall_ms == 0) {
        return;
    }
    ward->ahead_min_ms =
        ward->has_dates && ward->ahead_min_ms < ahead_ms ? ward->ahead_min_ms : ahead_ms;
    ward->ahead_max_ms =
        ward->has_dates && ward->ahead_max_ms > ahead_ms ? ward->ahead_max_ms : ahead_ms;
    ward->has_dates = true;
    ward->has_fine_dates = ward->has_fine_dates || ask->date_ms % 1000 != 0;
}

/* Loop's thread. */
static enum s3a_status finish(struct s3a_request *request, struct s3a_error *error)
{
    struct s3a_ward_ask *ask = request->user;
    const struct s3a_answer *answer = &request->call.answer;
    struct s3a_str meta = s3a_headers_find(&answer->headers, "x-amz-meta-s3atomic-doctor");

    ask->took_us = s3a_clock_us() - ask->sent_us - ask->pause_ms * UINT64_C(1000);
    ask->status = s3a_answer_error(&request->call.op, answer, error);
    ask->story = *error;
    ask->http_status = answer->http_status;
    memcpy(ask->etag, answer->etag, sizeof(ask->etag));
    snprintf(ask->server, sizeof(ask->server), "%.*s", S3A_STR_ARG(answer->server));
    snprintf(ask->request_id, sizeof(ask->request_id), "%.31s", answer->request_id);
    snprintf(ask->seen, sizeof(ask->seen), "%.*s", S3A_STR_ARG(s3a_buf_str(&answer->body)));
    ask->has_version = answer->has_version;
    ask->date_ms = answer->date_ms;
    ask->modified_ms = answer->modified_ms;
    ask->keeps_expires =
        s3a_str_is(s3a_headers_find(&answer->headers, "expires"), S3A_WARD_EXPIRES);
    ask->keeps_metadata = s3a_str_is(meta, S3A_WARD_METADATA);
    return ask->status;
}

static bool fill(struct s3a_request *request, const struct s3a_ward_ask *ask)
{
    struct s3a_op *op = &request->call.op;

    op->wants_origin = true;
    op->body_size = ask->body ? strlen(ask->body) : 0;
    if (ask->has_headers) {
        (void)s3a_headers_add(&op->headers, S3A_STR("content-type"), S3A_STR("text/plain"));
        (void)s3a_headers_add(&op->headers, S3A_STR("expires"), S3A_STR(S3A_WARD_EXPIRES));
        (void)s3a_headers_add(&op->headers, S3A_STR("x-amz-meta-s3atomic-doctor"),
                              S3A_STR(S3A_WARD_METADATA));
    }
    return s3a_request_copy(request, ask->if_match, &op->if_match) &&
           s3a_request_copy(request, ask->if_none_match, &op->if_none_match) &&
           s3a_request_copy(request, ask->body, &request->call.body);
}

static void remember_name(struct s3a_ward *ward, const char *name)
{
    for (size_t i = ward->name_count; i > 0; i--) {
        if (strcmp(ward->names[i - 1], name) == 0) {
            return;
        }
    }
    if (ward->name_count < S3A_WARD_NAMES_MAX) {
        snprintf(ward->names[ward->name_count++], S3A_WARD_NAME_SIZE, "%s", name);
    }
}

struct s3a_future *s3a_ward_begin(struct s3a_ward *ward, struct s3a_ward_ask *ask)
{
    struct s3a_client *client = ward->clients[ask->client % S3A_WARD_CLIENTS];
    struct s3a_request *request;
    char key[S3A_WARD_NAME_SIZE + sizeof(ward->directory)];

    ask->status = S3A_NO_MEMORY;
    ask->http_status = 0;
    snprintf(key, sizeof(key), "%s%s", ward->directory, ask->name);
    if (ask->kind == S3A_OP_PUT_OBJECT) {
        remember_name(ward, ask->name);
    }
    ask->status = s3a_request_new(client, ask->kind, ward->bucket, key, &request, &ask->story);
    if (ask->status != S3A_OK) {
        return s3a_future_failed(client->loop, ask->status, &ask->story);
    }
    if (!fill(request, ask)) {
        ask->status = S3A_NO_MEMORY;
        s3a_request_free(request);
        return NULL;
    }
    request->call.is_ungated = true;
    request->is_single = ask->is_single;
    request->pause_ms = ask->pause_ms;
    request->finish = finish;
    request->user = ask;
    ward->report->requests++;
    ask->status = S3A_NO_MEMORY; /* until an answer says something else */
    ask->sent_wall_ms = s3a_clock_wall_ms() + ask->pause_ms;
    ask->sent_us = s3a_clock_us();
    return s3a_request_start(request);
}

void s3a_ward_end(struct s3a_ward *ward, struct s3a_ward_ask *ask, struct s3a_future *future)
{
    struct s3a_error story;

    ask->status = s3a_future_join(future, &story);
    ask->story = story;
    if (ask->http_status > 0 || ask->status == S3A_OK) {
        note_date(ward, ask);
        ward->report->keeps_versions = ward->report->keeps_versions || ask->has_version;
    }
}

/* Nothing more can be found out. */
static bool is_the_end(const struct s3a_ward_ask *ask)
{
    switch (ask->status) {
    case S3A_DENIED: /* some may write, and not delete */
        return ask->kind != S3A_OP_DELETE_OBJECT;
    case S3A_UNREACHABLE:
    case S3A_TIMEOUT:
    case S3A_LATER:
    case S3A_CREDENTIALS:
    case S3A_NO_BUCKET:
    case S3A_NO_MEMORY:
    case S3A_CANCELLED:
    case S3A_INVALID:
    case S3A_SYSTEM:
    case S3A_FULL:
    case S3A_CORRUPT:
        return true;
    default:
        return false;
    }
}

bool s3a_ward_ask(struct s3a_ward *ward, struct s3a_ward_ask *ask)
{
    for (unsigned tries = 0;; tries++) {
        if (ward->status != S3A_OK && !ward->is_cleaning) {
            return false;
        }
        s3a_ward_end(ward, ask, s3a_ward_begin(ward, ask));
        if (ask->status != S3A_LATER || tries == LATERS_MAX) {
            break;
        }
        if (!ward->is_cleaning && !s3a_ward_goes_on(ward, "the store asks to wait", 0, 0)) {
            return false;
        }
        ask->pause_ms = LATER_MS;
    }
    ask->pause_ms = 0;
    if (is_the_end(ask) && !ward->is_cleaning) {
        *ward->error = ask->story;
        ward->error->status = ask->status;
        ward->status = ask->status;
    }
    return ward->status == S3A_OK;
}

/* The end of it. */

static void remove_name(struct s3a_ward *ward, const char *name)
{
    struct s3a_ward_ask ask = {.kind = S3A_OP_DELETE_OBJECT, .name = name};

    (void)s3a_ward_ask(ward, &ask);
}

struct leftovers {
    struct s3a_ward *ward;
    int64_t older_than_ms; /* of the store's time; INT64_MAX: all */
    unsigned count;
};

static enum s3a_status remove_listed(const struct s3a_listing *listing, void *user)
{
    struct leftovers *leftovers = user;
    struct s3a_ward *ward = leftovers->ward;
    struct s3a_error error;

    if (listing->modified_ms >= leftovers->older_than_ms) {
        return S3A_OK;
    }
    leftovers->count++;
    ward->report->requests++;
    return s3a_store_delete(ward->store, ward->bucket, listing->key, NULL, &error);
}

static enum s3a_status remove_below(struct leftovers *leftovers, const char *prefix)
{
    struct s3a_ward *ward = leftovers->ward;
    const struct s3a_list_options options = {.prefix = prefix};
    struct s3a_error error;

    ward->report->requests++;
    return s3a_store_list(ward->store, ward->bucket, &options, remove_listed, leftovers, &error);
}

/* By the store's clock, as far as it was told. */
static void remove_leftovers(struct s3a_ward *ward)
{
    int64_t now_ms = s3a_clock_wall_ms() + (ward->has_dates ? ward->ahead_min_ms : 0);
    struct leftovers old = {.ward = ward, .older_than_ms = now_ms - LEFTOVER_MS};

    (void)!remove_below(&old, S3A_WARD_DIRECTORY);
    (void)!remove_below(&old, S3A_PROBE_DIRECTORY);
}

void s3a_ward_clean(struct s3a_ward *ward)
{
    struct leftovers own = {.ward = ward, .older_than_ms = INT64_MAX};
    struct leftovers more = own;

    ward->is_cleaning = true;
    for (size_t i = 0; i < ward->name_count; i++) {
        remove_name(ward, ward->names[i]);
    }
    enum s3a_status status = remove_below(&own, ward->directory);
    if (status == S3A_OK && own.count > 0) {
        status = remove_below(&more, ward->directory);
    }
    remove_leftovers(ward);
    if (status != S3A_OK) {
        s3a_ward_tell(ward, S3A_DOCTOR_CLEAN, S3A_DOCTOR_UNKNOWN,
                      "s3://%s/%s could not be listed: %s", ward->bucket, ward->directory,
                      s3a_status_text(status));
    } else if (more.count > 0) {
        s3a_ward_tell(ward, S3A_DOCTOR_CLEAN, S3A_DOCTOR_ODD,
                      "what is left below s3://%s/%s can be deleted", ward->bucket,
                      ward->directory);
    } else {
        s3a_ward_tell(ward, S3A_DOCTOR_CLEAN, S3A_DOCTOR_GOOD, "%s",
                      ward->report->keeps_versions ? "but for versions, which the bucket keeps"
                                                   : "");
    }
}

static void make_directory(struct s3a_ward *ward)
{
    uint64_t random[2];

    s3a_random_bytes(random, sizeof(random));
    snprintf(ward->directory, sizeof(ward->directory), "%s%016llx%016llx/", S3A_WARD_DIRECTORY,
             (unsigned long long)random[0], (unsigned long long)random[1]);
}

enum s3a_status s3a_ward_open(struct s3a_ward *ward, const struct s3a_client_options *options)
{
    static const struct s3a_client_options all_default;

    make_directory(ward);
    ward->names = calloc(S3A_WARD_NAMES_MAX, sizeof(*ward->names));
    if (!ward->names) {
        return s3a_error_set_no_memory(ward->error);
    }
    for (unsigned i = 0; i < S3A_WARD_CLIENTS; i++) {
        enum s3a_status status =
            s3a_client_new(options ? options : &all_default, &ward->clients[i], ward->error);
        if (status != S3A_OK) {
            return status;
        }
    }
    ward->store = s3a_store_new(ward->clients[0], s3a_bytes_codec());
    snprintf(ward->report->endpoint, sizeof(ward->report->endpoint), "%s",
             s3a_client_endpoint(ward->clients[0]));
    return ward->store ? S3A_OK : s3a_error_set_no_memory(ward->error);
}

void s3a_ward_close(struct s3a_ward *ward)
{
    s3a_store_free(ward->store);
    for (unsigned i = 0; i < S3A_WARD_CLIENTS; i++) {
        s3a_client_free(ward->clients[i]);
    }
    free(ward->names);
}

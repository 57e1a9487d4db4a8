/* SPDX-License-Identifier: MIT */
#include "store_list.h"

#include "error.h"

/* One page of a listing, taken out of the request that brought it. */
struct page {
    struct s3a_answer answer;
};

static enum s3a_status finish(struct s3a_request *request, struct s3a_error *error)
{
    struct page *page = request->user;
    struct s3a_answer *answer = &request->call.answer;
    enum s3a_status status = s3a_answer_error(&request->call.op, answer, error);

    if (status == S3A_OK) {
        page->answer = *answer;
        s3a_answer_init(answer, 0);
    }
    return status;
}

/* How many lines are wanted of this page. */
static uint32_t page_size(const struct s3a_lister *lister)
{
    uint32_t left = lister->options.keys_max - lister->count;

    return lister->options.keys_max > 0 && left < S3A_LIST_KEYS_MAX ? left : S3A_LIST_KEYS_MAX;
}

static bool fill_op(const struct s3a_lister *lister, const char *continuation,
                    struct s3a_request *request)
{
    struct s3a_op *op = &request->call.op;
    const struct s3a_list_options *options = &lister->options;
    bool is_first = !continuation;

    op->has_keys_max = true;
    op->keys_max = page_size(lister);
    op->encode_keys = op->kind == S3A_OP_LIST_OBJECTS;
    return s3a_request_copy(request, options->prefix, &op->prefix) &&
           s3a_request_copy(request, options->delimiter, &op->delimiter) &&
           s3a_request_copy(request, is_first ? options->start_after : NULL, &op->start_after) &&
           s3a_request_copy(request, continuation, &op->continuation);
}

static enum s3a_status fetch(const struct s3a_lister *lister, const char *continuation,
                             struct page *page, struct s3a_error *error)
{
    struct s3a_request *request;
    enum s3a_status status =
        s3a_request_new(lister->client, lister->kind, lister->bucket, NULL, &request, error);

    if (status != S3A_OK) {
        return status;
    }
    if (!fill_op(lister, continuation, request)) {
        s3a_request_free(request);
        return s3a_error_set_no_memory(error);
    }
    request->finish = finish;
    request->user = page;
    return s3a_future_join(s3a_request_start(request), error);
}

static enum s3a_status protocol_error(const struct s3a_lister *lister, const char *what,
                                      struct s3a_error *error)
{
    return s3a_error_set(error, S3A_PROTOCOL, "GET s3://%s: %s",
                         lister->bucket ? lister->bucket : "", what);
}

/* The caller's own word, with his own story where he told one: error may be in his hands, too. */
static enum s3a_status ended_by_caller(enum s3a_status status, struct s3a_error *error)
{
    if (error && (error->status != status || error->message[0] == '\0')) {
        (void)s3a_error_set(error, status, "the listing was ended by the function it called: %s",
                            s3a_status_text(status));
    }
    return status;
}

static enum s3a_status show(struct s3a_lister *lister, struct page *page, struct s3a_error *error)
{
    struct s3a_answer *answer = &page->answer;

    for (size_t i = 0; i < answer->entry_count; i++) {
        const struct s3a_entry *entry = &answer->entries[i];
        if (lister->options.keys_max > 0 && lister->count == lister->options.keys_max) {
            return S3A_OK;
        }
        struct s3a_str name = s3a_pool_copy(&answer->pool, entry->name);
        if (!name.data) {
            return s3a_error_set_no_memory(error);
        }
        if (s3a_str_find(name, '\0') < name.size) {
            return protocol_error(lister, "a name in the listing holds a NUL byte", error);
        }
        lister->count++;
        enum s3a_status status = lister->each(lister, name.data, entry);
        if (status != S3A_OK) {
            return ended_by_caller(status, error);
        }
    }
    return S3A_OK;
}

static bool is_complete(const struct s3a_lister *lister, const struct page *page)
{
    return !page->answer.truncated ||
           (lister->options.keys_max > 0 && lister->count >= lister->options.keys_max);
}

enum s3a_status s3a_lister_run(struct s3a_lister *lister, struct s3a_error *error)
{
    struct page page;
    struct page next;
    enum s3a_status status = fetch(lister, NULL, &page, error);

    if (status != S3A_OK) {
        return status;
    }
    while ((status = show(lister, &page, error)) == S3A_OK && !is_complete(lister, &page)) {
        struct s3a_str token = page.answer.next_continuation;
        if (token.size == 0) {
            status = protocol_error(lister, "the listing goes on, but does not say where", error);
            break;
        }
        status = fetch(lister, token.data, &next, error);
        if (status != S3A_OK) {
            break;
        }
        if (s3a_str_equal(token, next.answer.next_continuation)) {
            status = protocol_error(lister, "the listing goes round in circles", error);
        }
        s3a_answer_fini(&page.answer);
        page = next;
        if (status != S3A_OK) {
            break;
        }
    }
    s3a_answer_fini(&page.answer);
    return status;
}

/* Objects. */

struct object_listing {
    struct s3a_lister lister;
    s3a_listing_fn each;
    void *user;
};

static enum s3a_status show_object(struct s3a_lister *lister, const char *name,
                                   const struct s3a_entry *entry)
{
    const struct object_listing *objects = s3a_list_entry(lister, struct object_listing, lister);
    struct s3a_listing listing = {.key = name, .is_prefix = entry->is_prefix};

    if (!entry->is_prefix) {
        listing.etag = entry->etag.data ? entry->etag.data : "";
        listing.size = entry->size;
        listing.modified_ms = entry->modified_ms == S3A_TIME_NONE ? 0 : entry->modified_ms;
    }
    return objects->each(&listing, objects->user);
}

enum s3a_status s3a_store_list(struct s3a_store *store, const char *bucket,
                               const struct s3a_list_options *options, s3a_listing_fn each,
                               void *user, struct s3a_error *error)
{
    struct object_listing objects = {.each = each, .user = user};
    enum s3a_status status = s3a_store_check(store, true, error);

    if (status == S3A_OK && !each) {
        status = s3a_error_set(error, S3A_INVALID, "each: it is NULL");
    }
    if (status != S3A_OK) {
        return status;
    }
    objects.lister = (struct s3a_lister){
        .client = store->client,
        .kind = S3A_OP_LIST_OBJECTS,
        .bucket = bucket,
        .each = show_object,
    };
    if (options) {
        objects.lister.options = *options;
    }
    return s3a_lister_run(&objects.lister, error);
}

/* SPDX-License-Identifier: MIT */
#include "listing_decode.h"

#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "uri.h"
#include "xml.h"

#define ENTRIES_FIRST 16

/* A listing on its way out of XML. */
struct decoder {
    const struct form *form;
    struct s3a_answer *answer;
    size_t capacity;
    struct s3a_entry entry; /* the one we are in */
    bool is_encoded;
    bool is_listing; /* the outermost element is that of the form */
    bool is_error;   /* ... or Error */
    enum s3a_status status;
    const char *message;
};

static void stop(struct decoder *decoder, enum s3a_status status, const char *message)
{
    if (decoder->status == S3A_OK) {
        decoder->status = status;
        decoder->message = message;
    }
}

static struct s3a_str keep(struct decoder *decoder, struct s3a_str text)
{
    struct s3a_str copy = s3a_pool_copy(&decoder->answer->pool, text);

    if (!copy.data) {
        stop(decoder, S3A_NO_MEMORY, NULL);
    }
    return copy;
}

static void on_name(struct decoder *decoder, struct s3a_str text)
{
    decoder->entry.name = keep(decoder, text);
}

static void on_etag(struct decoder *decoder, struct s3a_str text)
{
    decoder->entry.etag = keep(decoder, text);
}

static void on_modified(struct decoder *decoder, struct s3a_str text)
{
    (void)s3a_date_iso_parse(text, &decoder->entry.modified_ms);
}

static void on_size(struct decoder *decoder, struct s3a_str text)
{
    if (!s3a_str_to_uint64(text, UINT64_MAX, &decoder->entry.size)) {
        stop(decoder, S3A_PROTOCOL, "The listing gives a Size that is no number");
    }
}

static void on_entry(struct decoder *decoder, struct s3a_str text)
{
    struct s3a_answer *answer = decoder->answer;

    (void)text;
    if (decoder->entry.name.size == 0) {
        stop(decoder, S3A_PROTOCOL, "The listing has an entry without a name");
        return;
    }
    if (answer->entry_count == decoder->capacity) {
        size_t capacity = decoder->capacity ? decoder->capacity * 2 : ENTRIES_FIRST;
        struct s3a_entry *entries =
            s3a_pool_alloc(&answer->pool, capacity * sizeof(answer->entries[0]));
        if (!entries) {
            stop(decoder, S3A_NO_MEMORY, NULL);
            return;
        }
        if (answer->entry_count > 0) {
            memcpy(entries, answer->entries, answer->entry_count * sizeof(entries[0]));
        }
        answer->entries = entries;
        decoder->capacity = capacity;
    }
    answer->entries[answer->entry_count++] = decoder->entry;
}

static void on_prefix(struct decoder *decoder, struct s3a_str text)
{
    decoder->entry.is_prefix = true;
    on_entry(decoder, text);
}

static void on_truncated(struct decoder *decoder, struct s3a_str text)
{
    decoder->answer->truncated = s3a_str_is(text, "true");
}

static void on_encoding(struct decoder *decoder, struct s3a_str text)
{
    decoder->is_encoded = s3a_str_is(text, "url");
}

static void on_continuation(struct decoder *decoder, struct s3a_str text)
{
    if (text.size > 0) {
        decoder->answer->next_continuation = keep(decoder, text);
    }
}

/* Of buckets there is more exactly where there is a continuation. */
static void on_buckets_continuation(struct decoder *decoder, struct s3a_str text)
{
    decoder->answer->truncated = text.size > 0;
    on_continuation(decoder, text);
}

struct element {
    const char *path;
    void (*close)(struct decoder *decoder, struct s3a_str text);
};

/* A kind of listing: its outermost element, the elements that are an entry, and what is read. */
struct form {
    const char *root;
    const char *entries[2];
    struct element elements[10];
};

static const struct form objects_form = {
    .root = "ListBucketResult",
    .entries = {"ListBucketResult/Contents", "ListBucketResult/CommonPrefixes"},
    .elements =
        {
            {"ListBucketResult/Contents/Key", on_name},
            {"ListBucketResult/Contents/ETag", on_etag},
            {"ListBucketResult/Contents/LastModified", on_modified},
            {"ListBucketResult/Contents/Size", on_size},
            {"ListBucketResult/Contents", on_entry},
            {"ListBucketResult/CommonPrefixes/Prefix", on_name},
            {"ListBucketResult/CommonPrefixes", on_prefix},
            {"ListBucketResult/IsTruncated", on_truncated},
            {"ListBucketResult/EncodingType", on_encoding},
            {"ListBucketResult/NextContinuationToken", on_continuation},
        },
};

static const struct form buckets_form = {
    .root = "ListAllMyBucketsResult",
    .entries = {"ListAllMyBucketsResult/Buckets/Bucket", ""},
    .elements =
        {
            {"ListAllMyBucketsResult/Buckets/Bucket/Name", on_name},
            {"ListAllMyBucketsResult/Buckets/Bucket/CreationDate", on_modified},
            {"ListAllMyBucketsResult/Buckets/Bucket", on_entry},
            {"ListAllMyBucketsResult/ContinuationToken", on_buckets_continuation},
        },
};

static void on_open(void *user, const char *path)
{
    struct decoder *decoder = user;
    const struct form *form = decoder->form;

    if (strcmp(path, form->root) == 0) {
        decoder->is_listing = true;
    } else if (strcmp(path, "Error") == 0) {
        decoder->is_error = true;
    } else if (strcmp(path, form->entries[0]) == 0 || strcmp(path, form->entries[1]) == 0) {
        decoder->entry = (struct s3a_entry){.modified_ms = S3A_TIME_NONE};
    }
}

static void on_close(void *user, const char *path, struct s3a_str text)
{
    struct decoder *decoder = user;
    const struct element *elements = decoder->form->elements;
    size_t count = sizeof(decoder->form->elements) / sizeof(elements[0]);

    for (size_t i = 0; i < count && elements[i].path && decoder->status == S3A_OK; i++) {
        if (strcmp(path, elements[i].path) == 0) {
            elements[i].close(decoder, text);
            return;
        }
    }
}

static int compare_entries(const void *a, const void *b)
{
    const struct s3a_entry *entry_a = a;
    const struct s3a_entry *entry_b = b;

    return s3a_str_compare(entry_a->name, entry_b->name);
}

/* Which form the names have may be said behind them; objects and prefixes come apart. */
static enum s3a_status finish(struct decoder *decoder)
{
    struct s3a_answer *answer = decoder->answer;

    for (size_t i = 0; i < answer->entry_count && decoder->is_encoded; i++) {
        struct s3a_str *name = &answer->entries[i].name;
        enum s3a_status status = s3a_uri_decode(&answer->pool, *name, true, name);
        if (status != S3A_OK) {
            decoder->message = "The listing has a name that cannot be decoded";
            return status == S3A_NO_MEMORY ? status : S3A_PROTOCOL;
        }
    }
    if (answer->truncated && answer->next_continuation.size == 0) {
        decoder->message = "The listing is truncated, but does not say where to go on";
        return S3A_PROTOCOL;
    }
    if (answer->entry_count > 0) {
        qsort(answer->entries, answer->entry_count, sizeof(answer->entries[0]), compare_entries);
    }
    return S3A_OK;
}

enum s3a_status s3a_listing_decode(const struct s3a_op *op, struct s3a_str xml,
                                   struct s3a_answer *answer, bool *ret_is_error,
                                   const char **ret_message)
{
    static const struct s3a_xml_events events = {on_open, on_close};
    struct decoder decoder = {
        .form = op->kind == S3A_OP_LIST_BUCKETS ? &buckets_form : &objects_form,
        .answer = answer,
        .status = S3A_OK,
    };
    enum s3a_status status = s3a_xml_read(xml, &events, &decoder);

    *ret_is_error = status == S3A_OK && decoder.is_error;
    *ret_message = NULL;
    if (status != S3A_OK || !decoder.is_listing) {
        *ret_message = "The answer is not the XML of a listing";
        return status == S3A_NO_MEMORY || *ret_is_error ? status : S3A_PROTOCOL;
    }
    status = decoder.status == S3A_OK ? finish(&decoder) : decoder.status;
    *ret_message = decoder.message;
    return status;
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "pages.h"

#include <stdio.h>
#include <string.h>

static void copy(struct s3a_str from, char *ret_text, size_t size)
{
    snprintf(ret_text, size, "%.*s", S3A_STR_ARG(from));
}

static void record(struct pages *pages, const struct s3a_op *op)
{
    struct page_request *request = &pages->requests[pages->request_count];

    request->kind = op->kind;
    request->keys_max = op->keys_max;
    request->encode_keys = op->encode_keys;
    copy(op->prefix, request->prefix, sizeof(request->prefix));
    copy(op->start_after, request->start_after, sizeof(request->start_after));
    copy(op->continuation, request->continuation, sizeof(request->continuation));
}

static void fill(const struct page_script *page, struct s3a_answer *answer)
{
    answer->entries = s3a_pool_alloc(&answer->pool, PAGE_NAMES_MAX * sizeof(answer->entries[0]));
    assert_non_null(answer->entries);
    while (answer->entry_count < PAGE_NAMES_MAX && page->names[answer->entry_count].data) {
        answer->entries[answer->entry_count] = (struct s3a_entry){
            .name = page->names[answer->entry_count], .modified_ms = S3A_TIME_NONE};
        answer->entry_count++;
    }
    answer->truncated = page->continuation || page->is_truncated;
    answer->next_continuation = s3a_pool_copy(&answer->pool, s3a_str_of(page->continuation));
}

static void run(struct s3a_task *task)
{
    struct pages *pages = s3a_list_entry(task, struct pages, task);
    const struct page_script *page = &pages->script[pages->request_count];

    assert_true(pages->request_count < PAGES_MAX);
    record(pages, &pages->call->op);
    pages->request_count++;
    if (page->status == S3A_OK) {
        fill(page, &pages->call->answer);
    } else {
        s3a_call_fail(pages->call, page->status, false, "as the script has it");
    }
    s3a_call_finish(pages->call);
}

static void send(struct s3a_transport *transport, struct s3a_call *call)
{
    struct pages *pages = s3a_list_entry(transport, struct pages, transport);

    pages->call = call;
    s3a_loop_post(pages->client->loop, &pages->task);
}

static void abandon(struct s3a_transport *transport, struct s3a_call *call)
{
    (void)transport;
    (void)call;
    fail_msg("nothing here is abandoned");
}

static void free_transport(struct s3a_transport *transport)
{
    (void)transport;
}

void pages_open(struct pages *pages, const struct page_script *script)
{
    const struct s3a_client_options options = {.endpoint = "file:///nowhere"};

    memset(pages, 0, sizeof(*pages));
    pages->transport = (struct s3a_transport){send, abandon, free_transport};
    pages->task.run = run;
    pages->script = script;
    assert_int_equal(s3a_client_new_over(&options, &pages->transport, &pages->client, NULL),
                     S3A_OK);
}

void pages_close(struct pages *pages)
{
    s3a_client_free(pages->client);
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "stage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int stage_open(void **state)
{
    static const char *const buckets[] = {"bucket"};
    struct s3a_server_options options = {.buckets = buckets, .bucket_count = 1};
    struct stage *stage = calloc(1, sizeof(*stage));
    struct s3a_error error;

    assert_non_null(stage);
    if (s3a_server_start(&options, &stage->server, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    peer_open(&stage->peer, stage->server);
    *state = stage;
    return 0;
}

int stage_close(void **state)
{
    struct stage *stage = *state;

    peer_close(&stage->peer);
    s3a_server_stop(stage->server);
    free(stage);
    return 0;
}

void stage_call(struct stage *stage, const struct call *call, int status,
                struct peer_answer *answer)
{
    peer_answer_fini(answer);
    call_make(stage->server, &stage->peer, call, answer);
    if (answer->status != status) {
        fail_msg("%s %s: %d instead of %d: %s", call->method ? call->method : "GET", call->path,
                 answer->status, status, s3a_buf_text(&answer->body));
    }
}

void stage_expect(struct stage *stage, const struct call *call, int status)
{
    struct peer_answer answer = {0};

    stage_call(stage, call, status, &answer);
    peer_answer_fini(&answer);
}

void stage_expect_error(struct stage *stage, const struct call *call, int status, const char *code)
{
    struct peer_answer answer = {0};
    char element[100];

    stage_call(stage, call, status, &answer);
    snprintf(element, sizeof(element), "<Code>%s</Code>", code);
    if (!peer_body_has(&answer, element)) {
        fail_msg("no %s in %s", element, s3a_buf_text(&answer.body));
    }
    peer_answer_fini(&answer);
}

size_t stage_count_files(const struct stage *stage, const char *name)
{
    char path[4096];
    size_t count = 0;
    DIR *entries;

    snprintf(path, sizeof(path), "%s/%s", s3a_server_directory(stage->server), name);
    entries = opendir(path);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries)) {
        count += entry->d_name[0] != '.';
    }
    closedir(entries);
    return count;
}

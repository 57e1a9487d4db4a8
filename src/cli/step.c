/* SPDX-License-Identifier: MIT */
#include "step.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"
#include "fault.h"
#include "globals.h"
#include "json_line.h"
#include "out.h"

#define SUFFIX ".lock"

/* The whole of standard input, without the spaces and line ends around it. */
static enum s3a_status read_input(char ret_handle[S3A_LOCK_HANDLE_SIZE], struct s3a_error *error)
{
    char text[S3A_LOCK_HANDLE_SIZE + 16];
    size_t size = 0;
    ssize_t got = 1;

    while (got > 0 && size < sizeof(text)) {
        got = read(STDIN_FILENO, text + size, sizeof(text) - size);
        if (got < 0 && errno == EINTR) {
            got = 1;
            continue;
        }
        if (got < 0) {
            return s3a_fault_errno(error, "standard input");
        }
        size += (size_t)got;
    }
    size_t start = 0;
    while (start < size && isspace((unsigned char)text[start])) {
        start++;
    }
    while (size > start && isspace((unsigned char)text[size - 1])) {
        size--;
    }
    if (size == start) {
        return s3a_fault(error, S3A_INVALID,
                         "no handle, neither by --handle nor on standard input");
    }
    if (size - start >= S3A_LOCK_HANDLE_SIZE) {
        return s3a_fault(error, S3A_INVALID, "standard input: longer than any handle");
    }
    memcpy(ret_handle, text + start, size - start);
    ret_handle[size - start] = '\0';
    return S3A_OK;
}

static enum s3a_status find_handle(const char *given, char ret_handle[S3A_LOCK_HANDLE_SIZE],
                                   struct s3a_error *error)
{
    if (!given) {
        return read_input(ret_handle, error);
    }
    if (strlen(given) >= S3A_LOCK_HANDLE_SIZE) {
        return s3a_fault(error, S3A_INVALID, "--handle: longer than any handle");
    }
    strcpy(ret_handle, given);
    return S3A_OK;
}

/* The key is the name, with ".lock" appended unless it ends so. */
static bool is_of(const struct s3a_lock_handle_info *info, const struct s3a_url *url)
{
    size_t size = strlen(url->key);
    bool same = strncmp(info->key, url->key, size) == 0 &&
                (info->key[size] == '\0' || strcmp(info->key + size, SUFFIX) == 0);

    return same && strcmp(info->bucket, url->bucket) == 0;
}

enum s3a_status s3a_step_open(struct s3a_step *step, const char *url, const char *given_handle,
                              struct s3a_error *error)
{
    enum s3a_status status = s3a_url_parse(url, S3A_URL_KEY, &step->url, error);

    if (status == S3A_OK) {
        status = find_handle(given_handle, step->handle, error);
    }
    if (status == S3A_OK) {
        status = s3a_lock_handle_read(step->handle, &step->info, error);
    }
    if (status == S3A_OK && !is_of(&step->info, &step->url)) {
        return s3a_fault(error, S3A_INVALID, "the handle is of s3://%s/%s, not of %s",
                         step->info.bucket, step->info.key, url);
    }
    return status == S3A_OK ? s3a_connect(&step->client, error) : status;
}

static void print(const struct s3a_step *step)
{
    struct s3a_json_line line;

    if (!s3a_globals.json) {
        puts(step->handle);
        return;
    }
    s3a_json_begin(&line, stdout);
    s3a_json_text(&line, "bucket", step->info.bucket);
    s3a_json_text(&line, "key", step->info.key);
    s3a_json_uint(&line, "token", step->info.token);
    s3a_json_text(&line, "owner", step->info.owner);
    s3a_json_uint(&line, "lease_ms", step->info.lease_ms);
    s3a_json_text(&line, "handle", step->handle);
    s3a_json_end(&line);
}

bool s3a_step_hand_over(struct s3a_step *step, struct s3a_lock *lock, struct s3a_error *error)
{
    if (s3a_lock_detach(lock, step->handle, error) != S3A_OK ||
        s3a_lock_handle_read(step->handle, &step->info, error) != S3A_OK) {
        return false;
    }
    print(step);
    fflush(stdout);
    if (s3a_out_failed()) {
        s3a_fault(error, S3A_SYSTEM, "standard output: the handle could not be printed");
        return false;
    }
    return true;
}

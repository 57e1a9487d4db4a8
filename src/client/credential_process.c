/* SPDX-License-Identifier: MIT */

/*
 * credential_process of a profile (AWS SDKs and Tools Reference Guide, "Process credential
 * provider"): a program that writes JSON to its standard output. It is run without a shell.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "credential_json.h"
#include "error.h"

#define WORDS_MAX 64
#define OUTPUT_SIZE_MAX (64 * 1024)
#define TIMEOUT_MS (60 * 1000)
#define LOOK_MS 100

extern char **environ;

static bool is_set(const struct s3a_credential_search *search, struct s3a_str profile,
                   const char **ret_story)
{
    bool is_there = s3a_profile_get(&search->profiles, profile, "credential_process").data;

    *ret_story = is_there ? "credential_process of the profile" : "no credential_process there";
    return is_there;
}

/* The next word as a shell would see it, which is not there: quotes and backslashes, nothing
 * else. False: a quote is open at the end. */
static bool next_word(struct s3a_str *rest, char *into, size_t *ret_size)
{
    char quote = 0;
    size_t size = 0;

    while (rest->size > 0) {
        char byte = rest->data[0];
        if (!quote && (byte == ' ' || byte == '\t')) {
            break;
        }
        *rest = s3a_str_skip(*rest, 1);
        if (byte == '\\' && quote != '\'' && rest->size > 0) {
            into[size++] = rest->data[0];
            *rest = s3a_str_skip(*rest, 1);
        } else if (quote ? byte == quote : (byte == '"' || byte == '\'')) {
            quote = quote ? 0 : byte;
        } else {
            into[size++] = byte;
        }
    }
    into[size] = '\0';
    *ret_size = size;
    return !quote;
}

static enum s3a_status split(struct s3a_pool *pool, struct s3a_str command,
                             char *ret_words[WORDS_MAX + 1], struct s3a_error *error)
{
    size_t count = 0, size;

    command = s3a_str_trim(command);
    while (command.size > 0 && count < WORDS_MAX) {
        ret_words[count] = s3a_pool_alloc(pool, command.size + 1);
        if (!ret_words[count]) {
            return s3a_error_set_no_memory(error);
        }
        if (!next_word(&command, ret_words[count++], &size)) {
            return s3a_error_set(error, S3A_CREDENTIALS,
                                 "credential_process: a quote is open at its end");
        }
        command = s3a_str_trim(command);
    }
    ret_words[count] = NULL;
    return command.size == 0 ? S3A_OK
                             : s3a_error_set(error, S3A_CREDENTIALS,
                                             "credential_process: more than %d words", WORDS_MAX);
}

/* With the signals as a program expects them, and nothing of ours but standard error. */
static int start(char **words, int output, pid_t *ret_child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    int failed;

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGCHLD);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    failed = posix_spawnp(ret_child, words[0], &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Until it closes its output. */
static enum s3a_status read_output(const struct s3a_credential_search *search, int fd,
                                   struct s3a_buf *buf, struct s3a_error *error)
{
    uint64_t until_ms = s3a_clock_ms() + TIMEOUT_MS;
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    while (s3a_clock_ms() < until_ms) {
        if (search->is_unwanted && atomic_load(search->is_unwanted)) {
            return s3a_error_set(error, S3A_CANCELLED, "cancelled");
        }
        if (poll(&ready, 1, LOOK_MS) <= 0) {
            continue;
        }
        char *into = s3a_buf_reserve(buf, 1024);
        ssize_t got = into ? read(fd, into, 1024) : 0;
        if (!into || (got < 0 && errno != EINTR)) {
            return s3a_error_set(error, into ? S3A_SYSTEM : buf->status,
                                 "credential_process: what it writes cannot be read");
        }
        if (got == 0) {
            return S3A_OK;
        }
        s3a_buf_added(buf, got > 0 ? (size_t)got : 0);
    }
    return s3a_error_set(error, S3A_TIMEOUT, "credential_process: it has not ended after %d s",
                         TIMEOUT_MS / 1000);
}

/* A program that ignores SIGCHLD cannot know how its children end: what was written decides. */
static enum s3a_status await_end(pid_t child, struct s3a_error *error)
{
    int how = 0;
    pid_t ended;

    do {
        ended = waitpid(child, &how, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended < 0 || (WIFEXITED(how) && WEXITSTATUS(how) == 0)) {
        return S3A_OK;
    }
    return WIFEXITED(how) ? s3a_error_set(error, S3A_CREDENTIALS,
                                          "credential_process: it ended with %d", WEXITSTATUS(how))
                          : s3a_error_set(error, S3A_CREDENTIALS,
                                          "credential_process: signal %d ended it", WTERMSIG(how));
}

static enum s3a_status run(const struct s3a_credential_search *search, char **words,
                           struct s3a_buf *output, struct s3a_error *error)
{
    int ends[2];
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return s3a_error_set_errno(error, errno, "credential_process: pipe");
    }
    int failed = start(words, ends[1], &child);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        s3a_error_set_errno(error, failed, "credential_process: %s", words[0]);
        return s3a_error_set(error, S3A_CREDENTIALS, "credential_process: %s cannot be run",
                             words[0]);
    }
    enum s3a_status status = read_output(search, ends[0], output, error);
    if (status != S3A_OK) {
        kill(child, SIGKILL);
    }
    close(ends[0]);
    struct s3a_error ended;
    enum s3a_status end = await_end(child, &ended);
    if (status == S3A_OK && end != S3A_OK) {
        return s3a_error_set(error, end, "%s", ended.message);
    }
    return status;
}

static enum s3a_status read_keys(struct s3a_pool *pool, struct s3a_str text,
                                 struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    static const struct s3a_credential_json_names names = {"AccessKeyId", "SecretAccessKey",
                                                           "SessionToken", "Expiration"};
    static const char where[] = "credential_process";
    struct s3a_str object;
    enum s3a_status status = s3a_credential_json_open(text, where, &object, error);

    if (status != S3A_OK) {
        return status;
    }
    if (!s3a_str_is(s3a_credential_json_member(object, "Version"), "1")) {
        return s3a_error_set(error, S3A_CREDENTIALS,
                             "%s: the Version of what it says is not 1, or missing", where);
    }
    return s3a_credential_json_read(pool, object, &names, where, ret_keys, error);
}

static enum s3a_status find(struct s3a_credential_search *search, struct s3a_str profile,
                            struct s3a_key_set *ret_keys, struct s3a_error *error)
{
    struct s3a_buf output;
    char *words[WORDS_MAX + 1];

    *ret_keys = (struct s3a_key_set){.expires_ms = 0};
    s3a_buf_init(&output, OUTPUT_SIZE_MAX);
    enum s3a_status status =
        split(&search->pool, s3a_profile_get(&search->profiles, profile, "credential_process"),
              words, error);
    if (status == S3A_OK) {
        status = run(search, words, &output, error);
    }
    if (status == S3A_OK) {
        status = read_keys(&search->pool, s3a_buf_str(&output), ret_keys, error);
    }
    if (output.data) {
        explicit_bzero(output.data, output.capacity);
    }
    s3a_buf_fini(&output);
    return status;
}

const struct s3a_credential_source s3a_process_source = {"process", is_set, find};

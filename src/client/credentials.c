/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include <stdlib.h>
#include <string.h>

#include "error.h"

static const struct s3a_credential_names options = {"access_key", "secret_key", "session_token",
                                                    S3A_INVALID};

const struct s3a_credential_names s3a_environment_credentials = {
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", S3A_CREDENTIALS};
const struct s3a_credential_names s3a_file_credentials = {
    "aws_access_key_id", "aws_secret_access_key", "aws_session_token", S3A_CREDENTIALS};
const struct s3a_credential_names s3a_named_credentials = {"the access key", "the secret key",
                                                           "the session token", S3A_CREDENTIALS};

static bool copy_text(struct s3a_str text, struct s3a_str *ret_copy)
{
    char *copy = malloc(text.size + 1);

    *ret_copy = s3a_str_make(NULL, 0);
    if (!copy) {
        return false;
    }
    memcpy(copy, text.data ? text.data : "", text.size);
    copy[text.size] = '\0';
    *ret_copy = s3a_str_make(copy, text.size);
    return true;
}

static void wipe(struct s3a_str *text)
{
    /* The view is of our own memory, whatever its type says. */
    void *bytes = (void *)(uintptr_t)text->data;

    if (bytes) {
        explicit_bzero(bytes, text->size);
        free(bytes);
    }
    *text = s3a_str_make(NULL, 0);
}

void s3a_credentials_fini(struct s3a_credentials *credentials)
{
    wipe(&credentials->access_key);
    wipe(&credentials->secret_key);
    wipe(&credentials->session_token);
}

enum s3a_status s3a_credentials_copy(const struct s3a_credentials *credentials,
                                     struct s3a_credentials *ret_copy)
{
    *ret_copy = (struct s3a_credentials){.access_key = {NULL, 0}};
    if (!copy_text(credentials->access_key, &ret_copy->access_key) ||
        !copy_text(credentials->secret_key, &ret_copy->secret_key) ||
        !copy_text(credentials->session_token, &ret_copy->session_token)) {
        s3a_credentials_fini(ret_copy);
        return S3A_NO_MEMORY;
    }
    return S3A_OK;
}

/* Would it stand in a header, whole and alone? A secret is never sent, so it may hold spaces: only
 * what nobody types is refused there, such as the end of the line of the file it was read from. */
static bool is_sendable(struct s3a_str text, unsigned char first, const char *but)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte < first || byte == 0x7f || strchr(but, byte)) {
            return false;
        }
    }
    return true;
}

static enum s3a_status check(const struct s3a_credentials *found,
                             const struct s3a_credential_names *names, struct s3a_error *error)
{
    const char *name = NULL;

    if (found->access_key.size > S3A_ACCESS_KEY_SIZE_MAX) {
        name = names->access_key;
    } else if (found->secret_key.size > S3A_SECRET_KEY_SIZE_MAX) {
        name = names->secret_key;
    } else if (found->session_token.size > S3A_SESSION_TOKEN_SIZE_MAX) {
        name = names->session_token;
    }
    if (name) {
        return s3a_error_set(error, names->fault, "%s is too long", name);
    }
    if (!is_sendable(found->access_key, '!', "/,")) {
        name = names->access_key;
    } else if (!is_sendable(found->secret_key, ' ', "")) {
        name = names->secret_key;
    } else if (!is_sendable(found->session_token, '!', "")) {
        name = names->session_token;
    }
    if (name) {
        return s3a_error_set(error, names->fault,
                             "%s holds a character that has no place in it (a space, or the end of "
                             "a line?)",
                             name);
    }
    return S3A_OK;
}

enum s3a_status s3a_credentials_take(const struct s3a_credentials *found,
                                     const struct s3a_credential_names *names,
                                     struct s3a_credentials *ret_credentials,
                                     struct s3a_error *error)
{
    bool has_access_key = found->access_key.size > 0;
    enum s3a_status status;

    *ret_credentials = (struct s3a_credentials){.access_key = {NULL, 0}};
    if (!has_access_key || found->secret_key.size == 0) {
        return s3a_error_set(error, names->fault, "%s is given without %s",
                             has_access_key ? names->access_key
                                            : (found->secret_key.size > 0 ? names->secret_key
                                                                          : names->session_token),
                             has_access_key ? names->secret_key : names->access_key);
    }
    status = check(found, names, error);
    if (status == S3A_OK && s3a_credentials_copy(found, ret_credentials) != S3A_OK) {
        status = s3a_error_set_no_memory(error);
    }
    return status;
}

enum s3a_status s3a_credentials_given(const char *access_key, const char *secret_key,
                                      const char *session_token, bool *ret_is_given,
                                      struct s3a_credentials *ret_credentials,
                                      struct s3a_error *error)
{
    const struct s3a_credentials found = {s3a_str_of(access_key), s3a_str_of(secret_key),
                                          s3a_str_of(session_token)};

    s3a_error_clear(error);
    *ret_credentials = (struct s3a_credentials){.access_key = {NULL, 0}};
    *ret_is_given = found.access_key.size + found.secret_key.size + found.session_token.size > 0;
    return *ret_is_given ? s3a_credentials_take(&found, &options, ret_credentials, error) : S3A_OK;
}

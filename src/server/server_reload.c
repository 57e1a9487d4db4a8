/* SPDX-License-Identifier: MIT */
/* What may change while a server runs. */

#include "clock.h"
#include "error.h"
#include "server_state.h"

enum s3a_status s3a_server_read_certificate(struct s3a_server *server, struct s3a_error *error)
{
    const struct s3a_settings *settings = &server->settings;
    struct s3a_tls *tls;
    enum s3a_status status;

    if (!settings->tls_cert_file) {
        return S3A_OK;
    }
    status = s3a_tls_new(settings->tls_cert_file, settings->tls_key_file,
                         s3a_clock_wall_ms() / 1000, &tls, error);
    if (status == S3A_OK) {
        tls->before = server->shared.tls;
        server->shared.tls = tls;
    }
    return status;
}

/* All of them, or none. */
static enum s3a_status exchange_keys(struct s3a_server *server, struct s3a_keyring *keyring,
                                     struct s3a_error *error)
{
    struct s3a_auth auths[S3A_FRONTS_MAX] = {0};
    enum s3a_status status = S3A_OK;

    for (size_t i = 0; status == S3A_OK && i < server->front_count; i++) {
        status = s3a_auth_init(&auths[i], keyring);
    }
    for (size_t i = 0; status == S3A_OK && i < server->front_count; i++) {
        s3a_front_exchange_auth(&server->fronts[i], &auths[i]);
    }
    for (size_t i = 0; i < server->front_count; i++) {
        s3a_auth_fini(&auths[i]);
    }
    return status == S3A_OK ? S3A_OK : s3a_error_set_no_memory(error);
}

enum s3a_status s3a_server_reload(struct s3a_server *server,
                                  const struct s3a_server_options *options, struct s3a_error *error)
{
    struct s3a_keyring *keyring = NULL;
    enum s3a_status status = S3A_OK;

    s3a_error_clear(error);
    if (!server || !options) {
        return s3a_error_set(error, S3A_INVALID, "%s: it is NULL", server ? "options" : "server");
    }
    if (options->key_count > 0) {
        status = s3a_keyring_new(options->keys, options->key_count, &keyring, error);
    }
    if (status == S3A_OK) {
        status = s3a_server_read_certificate(server, error);
    }
    if (status == S3A_OK && server->shared.log) {
        status = s3a_access_log_reopen(server->shared.log, error);
    }
    if (status == S3A_OK && keyring) {
        status = exchange_keys(server, keyring, error);
    }
    s3a_keyring_unref(keyring);
    return status;
}

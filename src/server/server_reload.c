/* SPDX-License-Identifier: MIT */
/* What may change while a server runs. First all of it is made, which may fail; then all of it is
 * put to use, which cannot. */

#include <unistd.h>

#include "clock.h"
#include "error.h"
#include "server_state.h"

/* What is to be used from now on: so far as it is there. */
struct reload {
    struct s3a_keyring *keyring;
    struct s3a_auth auths[S3A_FRONTS_MAX];
    struct s3a_tls *tls;
    int log_fd; /* -1: none */
};

enum s3a_status s3a_server_read_certificate(const struct s3a_server *server,
                                            struct s3a_tls **ret_tls, struct s3a_error *error)
{
    const struct s3a_settings *settings = &server->settings;

    *ret_tls = NULL;
    if (!settings->tls_cert_file) {
        return S3A_OK;
    }
    return s3a_tls_new(settings->tls_cert_file, settings->tls_key_file, s3a_clock_wall_ms() / 1000,
                       ret_tls, error);
}

static enum s3a_status make_keys(const struct s3a_server *server,
                                 const struct s3a_server_options *options, struct reload *reload,
                                 struct s3a_error *error)
{
    enum s3a_status status =
        s3a_keyring_new(options->keys, options->key_count, &reload->keyring, error);

    for (size_t i = 0; status == S3A_OK && i < server->front_count; i++) {
        if (s3a_auth_init(&reload->auths[i], reload->keyring) != S3A_OK) {
            status = s3a_error_set_no_memory(error);
        }
    }
    return status;
}

static enum s3a_status make(const struct s3a_server *server,
                            const struct s3a_server_options *options, struct reload *reload,
                            struct s3a_error *error)
{
    enum s3a_status status = S3A_OK;

    if (options->key_count > 0) {
        status = make_keys(server, options, reload, error);
    }
    if (status == S3A_OK) {
        status = s3a_server_read_certificate(server, &reload->tls, error);
    }
    if (status == S3A_OK && server->shared.log) {
        status = s3a_access_log_open_next(server->shared.log, &reload->log_fd, error);
    }
    return status;
}

/* What is no longer used is in *reload afterwards, except for what others see to. */
static void put_to_use(struct s3a_server *server, struct reload *reload)
{
    for (size_t i = 0; reload->keyring && i < server->front_count; i++) {
        s3a_front_exchange_auth(&server->fronts[i], &reload->auths[i]);
    }
    if (reload->tls) {
        s3a_certificates_show(&server->shared.certificates, reload->tls);
        reload->tls = NULL;
    }
    if (reload->log_fd >= 0) {
        s3a_access_log_continue(server->shared.log, reload->log_fd);
        reload->log_fd = -1;
    }
}

static void fini(struct reload *reload)
{
    for (size_t i = 0; i < S3A_FRONTS_MAX; i++) {
        s3a_auth_fini(&reload->auths[i]);
    }
    s3a_keyring_unref(reload->keyring);
    s3a_tls_free(reload->tls);
    if (reload->log_fd >= 0) {
        close(reload->log_fd);
    }
}

enum s3a_status s3a_server_reload(struct s3a_server *server,
                                  const struct s3a_server_options *options, struct s3a_error *error)
{
    struct reload reload = {.log_fd = -1};
    enum s3a_status status;

    s3a_error_clear(error);
    if (!server || !options) {
        return s3a_error_set(error, S3A_INVALID, "%s: it is NULL", server ? "options" : "server");
    }
    status = make(server, options, &reload, error);
    if (status == S3A_OK) {
        put_to_use(server, &reload);
    }
    fini(&reload);
    return status;
}

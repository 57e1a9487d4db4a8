/* SPDX-License-Identifier: MIT */
#include <s3atomic/server.h>

#include <stdlib.h>
#include <unistd.h>

#include "error.h"
#include "server_state.h"

static enum s3a_status make_bucket(struct s3a_server *server, const char *name,
                                   struct s3a_error *error)
{
    struct s3a_op op = {.kind = S3A_OP_CREATE_BUCKET, .bucket = s3a_str_of(name)};
    struct s3a_answer answer;
    enum s3a_status status;

    s3a_answer_init(&answer, 0);
    status = s3a_objects_write(server->objects, &op, NULL, &answer);
    if (status == S3A_BUCKET_EXISTS) {
        status = S3A_OK;
    }
    if (status != S3A_OK) {
        status = s3a_answer_error(&op, &answer, error);
    }
    s3a_answer_fini(&answer);
    return status;
}

static enum s3a_status open_store(struct s3a_server *server, struct s3a_error *error)
{
    struct s3a_objects_options options = {.directory = server->home.path,
                                          .create_buckets = server->settings.create_buckets,
                                          .as_amazon = server->settings.strict_aws};
    enum s3a_status status = s3a_objects_open(&options, &server->objects, error);

    for (size_t i = 0; status == S3A_OK && i < server->settings.bucket_count; i++) {
        status = make_bucket(server, server->settings.buckets[i], error);
    }
    return status;
}

static enum s3a_status take_faults(struct s3a_server *server,
                                   const struct s3a_server_options *options,
                                   struct s3a_error *error)
{
    if (!options) {
        return S3A_OK;
    }
    if (options->fault_count > 0 && !options->faults) {
        return s3a_error_set(error, S3A_INVALID, "fault_count: %zu, with no faults",
                             options->fault_count);
    }
    for (size_t i = 0; i < options->fault_count; i++) {
        enum s3a_status status = s3a_server_fault_add(server, options->faults[i], error);
        if (status != S3A_OK) {
            s3a_error_prefix(error, "faults[%zu]", i);
            return status;
        }
    }
    server->faults.may_be_set_remotely = options->allow_faults || options->fault_count > 0;
    return S3A_OK;
}

/* Each takes one connection at least. */
static size_t count_fronts(size_t connections)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t count = processors < 1 ? 1 : (size_t)processors;

    count = count < S3A_FRONTS_MAX ? count : S3A_FRONTS_MAX;
    return count < connections ? count : connections;
}

static enum s3a_status start_fronts(struct s3a_server *server, struct s3a_error *error)
{
    size_t connections = server->settings.connections_max;
    size_t count = count_fronts(connections);
    enum s3a_status status = S3A_OK;

    server->shared.settings = &server->settings;
    server->shared.objects = server->objects;
    server->shared.faults = &server->faults;
    server->shared.fronts = server->fronts;
    server->shared.front_count = count;
    for (size_t i = 0; status == S3A_OK && i < count; i++) {
        server->front_count++; /* one that fails is to be joined, too */
        size_t share = connections / count + (i < connections % count ? 1 : 0);
        status =
            s3a_front_start(&server->fronts[i], &server->shared, server->listener.fd, share, error);
    }
    return status;
}

static enum s3a_status show_certificate(struct s3a_server *server, struct s3a_error *error)
{
    struct s3a_tls *tls;
    enum s3a_status status = s3a_server_read_certificate(server, &tls, error);

    if (tls) {
        s3a_certificates_show(&server->shared.certificates, tls);
    }
    return status;
}

enum s3a_status s3a_server_start(const struct s3a_server_options *options,
                                 struct s3a_server **ret_server, struct s3a_error *error)
{
    struct s3a_server *server;
    enum s3a_status status;

    s3a_error_clear(error);
    if (!ret_server) {
        return s3a_error_set(error, S3A_INVALID, "ret_server: it is NULL");
    }
    *ret_server = NULL;
    server = calloc(1, sizeof(*server));
    if (!server) {
        return s3a_error_set_no_memory(error);
    }
    server->listener.fd = -1;
    s3a_faults_init(&server->faults);
    s3a_addresses_init(&server->shared.addresses);
    s3a_certificates_init(&server->shared.certificates);
    status = s3a_settings_init(&server->settings, options, error);
    if (status == S3A_OK) {
        status = take_faults(server, options, error);
    }
    if (status == S3A_OK) {
        status = show_certificate(server, error);
    }
    if (status == S3A_OK && server->settings.access_log) {
        status = s3a_access_log_init(&server->log, server->settings.access_log, error);
        server->shared.log = &server->log;
    }
    if (status == S3A_OK) {
        status = s3a_listener_open(server->settings.address, server->settings.port,
                                   server->settings.tls_cert_file ? "https" : "http",
                                   &server->listener, error);
    }
    if (status == S3A_OK) {
        status = s3a_home_init(&server->home, server->settings.directory,
                               server->settings.keep_files, error);
    }
    if (status == S3A_OK) {
        status = open_store(server, error);
    }
    if (status == S3A_OK) {
        status = start_fronts(server, error);
    }
    if (status != S3A_OK) {
        s3a_server_stop(server);
        return status;
    }
    *ret_server = server;
    return S3A_OK;
}

void s3a_server_stop(struct s3a_server *server)
{
    if (!server) {
        return;
    }
    s3a_listener_close(&server->listener);
    for (size_t i = 0; i < server->front_count; i++) {
        s3a_front_stop(&server->fronts[i]);
    }
    for (size_t i = 0; i < server->front_count; i++) {
        s3a_front_join(&server->fronts[i]);
    }
    s3a_faults_fini(&server->faults);
    s3a_access_log_fini(&server->log);
    s3a_objects_close(server->objects);
    s3a_home_fini(&server->home);
    s3a_certificates_fini(&server->shared.certificates);
    s3a_addresses_fini(&server->shared.addresses);
    s3a_settings_fini(&server->settings);
    free(server);
}

uint64_t s3a_server_request_count(const struct s3a_server *server)
{
    uint64_t count = 0;

    for (size_t i = 0; i < server->front_count; i++) {
        count += atomic_load(&server->fronts[i].request_count);
    }
    return count;
}

const char *s3a_server_endpoint(const struct s3a_server *server)
{
    return server ? server->listener.endpoint : NULL;
}

const char *s3a_server_ca_file(const struct s3a_server *server)
{
    return server ? server->settings.tls_cert_file : NULL;
}

uint16_t s3a_server_port(const struct s3a_server *server)
{
    return server ? server->listener.port : 0;
}

const char *s3a_server_directory(const struct s3a_server *server)
{
    return server ? server->home.path : NULL;
}

const char *s3a_server_access_key(const struct s3a_server *server)
{
    return server ? server->settings.keyring->keys[0].access_key : NULL;
}

const char *s3a_server_secret_key(const struct s3a_server *server)
{
    return server ? server->settings.keyring->keys[0].secret_key : NULL;
}

enum s3a_status s3a_server_fault_add(struct s3a_server *server, const char *fault,
                                     struct s3a_error *error)
{
    s3a_error_clear(error);
    if (!server || !fault) {
        return s3a_error_set(error, S3A_INVALID, "%s: it is NULL", server ? "fault" : "server");
    }
    return s3a_faults_add(&server->faults, s3a_str_of(fault), error);
}

void s3a_server_faults_clear(struct s3a_server *server)
{
    if (server) {
        s3a_faults_clear(&server->faults);
    }
}

bool s3a_server_fault_count(struct s3a_server *server, size_t index,
                            struct s3a_server_fault_count *ret_count)
{
    return server && ret_count && s3a_faults_count(&server->faults, index, ret_count);
}

/* SPDX-License-Identifier: MIT */
#include "client_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws_service.h"
#include "check.h"
#include "client_options.h"
#include "error.h"
#include "lock_release.h"
#include "lock_work.h"
#include "random.h"
#include "request.h"

enum s3a_status s3a_client_check(const struct s3a_client *client, struct s3a_error *error)
{
    s3a_error_clear(error);
    if (!client) {
        return s3a_error_set(error, S3A_INVALID, "client: it is NULL");
    }
    if (!s3a_loop_is_ours(client->loop)) {
        return s3a_error_set(error, S3A_INVALID,
                             "the client belongs to the parent process: make one after fork()");
    }
    return S3A_OK;
}

enum s3a_status s3a_client_check_blocking(const struct s3a_client *client, struct s3a_error *error)
{
    enum s3a_status status = s3a_client_check(client, error);

    if (status == S3A_OK && s3a_loop_is_inside(client->loop)) {
        return s3a_error_set(error, S3A_INVALID,
                             "a callback must not block: use the asynchronous call");
    }
    return status;
}

void s3a_client_note_end(struct s3a_client *client)
{
    if (client->is_ending && !client->end_is_told && client->runs == 0 && client->lock_count == 0 &&
        s3a_store_gate_has_ended(&client->gate)) {
        client->end_is_told = true;
        sem_post(&client->has_ended);
    }
}

static void begin_to_end(struct s3a_task *task)
{
    struct s3a_client *client = s3a_list_entry(task, struct s3a_client, end_task);

    client->is_ending = true;
    s3a_requests_cancel(client);
    s3a_lock_drivers_end(client);
    s3a_store_gate_end(&client->gate);
    s3a_client_note_end(client);
}

static void wait_for_end(struct s3a_client *client)
{
    s3a_loop_post(client->loop, &client->end_task);
    while (sem_wait(&client->has_ended) != 0) {
        s3a_check(errno == EINTR);
    }
    s3a_loop_stop(client->loop);
}

/* As far as it has been built. */
static void destroy(struct s3a_client *client)
{
    if (client->loop) {
        s3a_loop_stop(client->loop);
    }
    s3a_credential_keeper_stop(client->keeper);
    if (client->transport) {
        client->transport->free(client->transport);
    }
    s3a_loop_free(client->loop);
    s3a_lock_table_fini(&client->lock_table);
    s3a_write_lanes_fini(&client->write_lanes);
    sem_destroy(&client->has_ended);
    s3a_observer_fini(&client->observer);
    free(client->spare_work);
    free(client->endpoint);
    free(client);
}

static void want_credentials(void *user)
{
    struct s3a_client *client = user;

    s3a_credential_keeper_renew(client->keeper);
}

/* Where there is no memory to keep them, those in use are refused once more, and asked for anew. */
static void on_keys(const struct s3a_key_set *keys, void *user)
{
    struct s3a_client *client = user;
    struct s3a_transport *transport = client->gate.inner;

    s3a_observer_log(&client->observer, S3A_LOG_INFO, "%s",
                     keys ? "there are new credentials" : "there are no new credentials");
    if (s3a_transport_http_renew(transport, keys ? &keys->credentials : NULL) != S3A_OK) {
        (void)!s3a_transport_http_renew(transport, NULL);
    }
}

/* What stands in options and environment stays as it is. */
static bool may_be_renewed(const struct s3a_client_settings *settings)
{
    return settings->source && settings->source != &s3a_environment_source;
}

/* What was queued for it may go on, and it may have been the last that the end waits for. */
static void gate_changed(void *user)
{
    struct s3a_client *client = user;

    s3a_lock_releases_go_on(client);
    s3a_client_note_end(client);
}

static void put_gate(struct s3a_client *client, const struct s3a_client_settings *settings,
                     struct s3a_transport *transport)
{
    enum s3a_gate_policy policy = settings->unsafe_store ? S3A_GATE_UNSAFE : S3A_GATE_ASK;

    if (settings->addressing.endpoint.scheme == S3A_SCHEME_FILE) {
        policy = S3A_GATE_OPEN;
    } else if (s3a_aws_has_host(settings->addressing.endpoint.host)) {
        policy = S3A_GATE_TRUSTED;
    }
    s3a_store_gate_init(&client->gate, client->loop, transport, policy, gate_changed, client);
    client->transport = &client->gate.outer;
}

static enum s3a_status connect_http(struct s3a_client *client,
                                    const struct s3a_client_settings *settings,
                                    struct s3a_error *error)
{
    bool is_kept = may_be_renewed(settings);
    const struct s3a_transport_http_options http = {
        .addressing = settings->addressing,
        .region = settings->region,
        .credentials = settings->keys.credentials,
        .ca_file = settings->ca_file,
        .request_timeout_ms = settings->request_timeout_ms,
        .requests_max = settings->requests_max,
        .want_credentials = is_kept ? want_credentials : NULL,
        .user = client,
    };
    struct s3a_transport *transport;
    enum s3a_status status = s3a_transport_http_new(client->loop, &http, &transport, error);

    if (status == S3A_OK) {
        put_gate(client, settings, transport);
    }
    if (status == S3A_OK && is_kept) {
        status = s3a_credential_keeper_start(client->loop, settings, on_keys, client,
                                             &client->keeper, error);
    }
    return status;
}

static enum s3a_status connect_store(struct s3a_client *client,
                                     const struct s3a_client_settings *settings,
                                     struct s3a_error *error)
{
    struct s3a_transport *transport;

    if (settings->addressing.endpoint.scheme != S3A_SCHEME_FILE) {
        return connect_http(client, settings, error);
    }
    enum s3a_status status =
        s3a_transport_embedded_new(client->loop, settings->addressing.endpoint.path.data,
                                   settings->request_timeout_ms, &transport, error);
    if (status == S3A_OK) {
        put_gate(client, settings, transport);
    }
    return status;
}

static enum s3a_status build(struct s3a_client *client, const struct s3a_client_settings *settings,
                             struct s3a_transport *transport, struct s3a_error *error)
{
    enum s3a_status status;

    s3a_observer_init(&client->observer, settings->on_log, settings->log_user, settings->log_level);
    client->body_bytes_max = settings->body_bytes_max;
    client->total_timeout_ms = settings->total_timeout_ms;
    s3a_retry_bucket_init(&client->retries, &settings->retries, s3a_random_uint64());
    client->end_task.run = begin_to_end;
    s3a_list_init(&client->requests);
    s3a_lock_releases_init(client);
    s3a_write_lanes_init(&client->write_lanes);
    s3a_check(sem_init(&client->has_ended, 0, 0) == 0);
    client->endpoint = strndup(settings->endpoint.data, settings->endpoint.size);
    client->spare_work = calloc(1, sizeof(*client->spare_work));
    if (!client->endpoint || !client->spare_work ||
        s3a_lock_table_init(&client->lock_table) != S3A_OK) {
        return s3a_error_set_no_memory(error);
    }
    status = s3a_loop_new(&client->loop, error);
    if (status == S3A_OK && transport) {
        put_gate(client, settings, transport);
    } else if (status == S3A_OK) {
        status = connect_store(client, settings, error);
    }
    return status;
}

enum s3a_status s3a_client_new_over(const struct s3a_client_options *options,
                                    struct s3a_transport *transport, struct s3a_client **ret_client,
                                    struct s3a_error *error)
{
    struct s3a_client_settings settings;
    struct s3a_client *client = NULL;
    enum s3a_status status;

    *ret_client = NULL;
    status = s3a_client_settings_init(&settings, options, error);
    if (status != S3A_OK) {
        return status;
    }
    client = calloc(1, sizeof(*client));
    status = client ? build(client, &settings, transport, error) : s3a_error_set_no_memory(error);
    s3a_client_settings_fini(&settings);
    if (status == S3A_OK) {
        *ret_client = client;
    } else if (client) {
        destroy(client);
    }
    return status;
}

enum s3a_status s3a_client_new(const struct s3a_client_options *options,
                               struct s3a_client **ret_client, struct s3a_error *error)
{
    s3a_error_clear(error);
    if (!ret_client) {
        return s3a_error_set(error, S3A_INVALID, "ret_client: it is NULL");
    }
    return s3a_client_new_over(options, NULL, ret_client, error);
}

void s3a_client_free(struct s3a_client *client)
{
    /* A forked child does not have the thread; what is the parent's stays as it is. */
    if (!client || !s3a_loop_is_ours(client->loop)) {
        return;
    }
    s3a_check(!s3a_loop_is_inside(client->loop));
    wait_for_end(client);
    destroy(client);
}

const char *s3a_client_endpoint(const struct s3a_client *client)
{
    return client ? client->endpoint : "";
}

void s3a_client_statistics(struct s3a_client *client, struct s3a_client_statistics *ret_statistics)
{
    *ret_statistics = (struct s3a_client_statistics){.retries = 0};
    if (client && s3a_loop_is_ours(client->loop)) {
        s3a_observer_read(&client->observer, ret_statistics);
    }
}

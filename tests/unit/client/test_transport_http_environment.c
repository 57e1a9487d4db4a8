/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "puppet.h"

static int forget_environment(void **state)
{
    static const char *const names[] = {"http_proxy", "https_proxy",   "HTTPS_PROXY",
                                        "all_proxy",  "ALL_PROXY",     "no_proxy",
                                        "NO_PROXY",   "AWS_CA_BUNDLE", "HTTP_PROXY"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        unsetenv(names[i]);
    }
    return puppet_set_up(state);
}

#define ENVIRONMENT_TEST(name)                                                                     \
    cmocka_unit_test_setup_teardown(name, forget_environment, puppet_tear_down)

/* One PUT to the endpoint; what comes to the puppet, wherever it was meant to go. */
static void put_by_way_of(struct puppet *puppet, const char *endpoint, const char *first_line)
{
    struct puppet client;
    struct errand errand;
    struct line line;

    puppet_open(&client, &(struct puppet_options){.endpoint = endpoint});
    errand_init(&errand, &client, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    line_accept(puppet, &line);
    if (strncmp(line_read(&line), first_line, strlen(first_line)) != 0) {
        fail_msg("%s", line.in.data);
    }
    line_send(&line, DONE);
    assert_int_equal(errand_wait(&errand), S3A_OK);
    errand_fini(&errand);
    line_close(&line);
    puppet_close(&client);
}

static void a_store_elsewhere_is_asked_by_way_of_the_proxy(void **state)
{
    struct puppet *puppet = *state;

    setenv("http_proxy", puppet->endpoint, 1);
    put_by_way_of(puppet, "http://s3.invalid:9000",
                  "PUT http://s3.invalid:9000/bucket/k HTTP/1.1\r\n");
    unsetenv("http_proxy");
    setenv("ALL_PROXY", puppet->endpoint, 1);
    put_by_way_of(puppet, "http://s3.invalid", "PUT http://s3.invalid/bucket/k HTTP/1.1\r\n");
}

static void what_is_on_this_machine_is_asked_itself(void **state)
{
    struct puppet *puppet = *state;
    char endpoint[64];

    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    put_by_way_of(puppet, puppet->endpoint, "PUT /bucket/k HTTP/1.1\r\n");
    snprintf(endpoint, sizeof(endpoint), "http://localhost:%u", puppet->port);
    put_by_way_of(puppet, endpoint, "PUT /bucket/k HTTP/1.1\r\n");
}

static void assert_connection_is_refused(const char *endpoint)
{
    struct puppet client;
    struct errand errand;

    puppet_open(&client, &(struct puppet_options){.endpoint = endpoint});
    errand_init(&errand, &client, S3A_OP_PUT_OBJECT, "k");
    errand_send(&errand);
    assert_int_equal(errand_wait(&errand), S3A_UNREACHABLE);
    errand_fini(&errand);
    puppet_close(&client);
}

static void a_proxy_that_is_not_there_is_not_gone_around(void **state)
{
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    assert_connection_is_refused("http://s3.invalid");
}

static void what_a_client_of_the_web_may_set_is_not_heeded(void **state)
{
    struct puppet *puppet = *state;

    /* A CGI program finds the header "Proxy:" of whoever asks it something in HTTP_PROXY. */
    setenv("HTTP_PROXY", puppet->endpoint, 1);
    assert_connection_is_refused("http://0.0.0.0:1");
    assert_true(puppet_is_left_alone(puppet));
}

static void hosts_that_need_no_proxy_are_asked_themselves(void **state)
{
    struct puppet *puppet = *state;
    char endpoint[64];

    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("no_proxy", "0.0.0.0", 1);
    snprintf(endpoint, sizeof(endpoint), "http://0.0.0.0:%u", puppet->port);
    put_by_way_of(puppet, endpoint, "PUT /bucket/k HTTP/1.1\r\n");
}

/* A certificate for 127.0.0.1 that vouches for itself, good from now on for an hour. */
struct identity {
    EVP_PKEY *key;
    X509 *certificate;
    SSL_CTX *context;
    char path[64];
};

static void identity_make(struct identity *identity)
{
    identity->key = EVP_EC_gen("P-256");
    identity->certificate = X509_new();
    X509 *certificate = identity->certificate;
    assert_non_null(identity->key);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_set_version(certificate, 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, identity->key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"puppet", -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *hosts = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    assert_non_null(hosts);
    X509_add_ext(certificate, hosts, -1);
    X509_EXTENSION_free(hosts);
    assert_true(X509_sign(certificate, identity->key, EVP_sha256()) > 0);
    identity->context = SSL_CTX_new(TLS_server_method());
    assert_int_equal(SSL_CTX_use_certificate(identity->context, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(identity->context, identity->key), 1);
    strcpy(identity->path, "/tmp/s3atomic-test-XXXXXX");
    int fd = mkstemp(identity->path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "w");
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    fclose(file);
}

static void identity_free(struct identity *identity)
{
    unlink(identity->path);
    SSL_CTX_free(identity->context);
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
}

static SSL *shake_hands(struct identity *identity, struct line *line, bool is_trusted)
{
    SSL *ssl = SSL_new(identity->context);

    SSL_set_fd(ssl, line->fd);
    int accepted = SSL_accept(ssl);
    if (is_trusted) {
        assert_int_equal(accepted, 1);
    }
    return ssl;
}

static void read_request(SSL *ssl)
{
    char request[4096] = "";
    size_t size = 0;

    while (!strstr(request, "\r\n\r\n")) {
        int got = SSL_read(ssl, request + size, (int)(sizeof(request) - 1 - size));
        assert_true(got > 0);
        size += (size_t)got;
        request[size] = '\0';
    }
    assert_true(strncmp(request, "PUT /bucket/k HTTP/1.1\r\n", 24) == 0);
}

static void trust_decides_whether_anything_is_sent(void **state)
{
    struct puppet *puppet = *state;
    struct identity identity;
    struct puppet client;
    struct errand errand;
    struct line line;
    char endpoint[64];

    identity_make(&identity);
    snprintf(endpoint, sizeof(endpoint), "https://127.0.0.1:%u", puppet->port);
    for (int round = 0; round < 3; round++) {
        const bool is_trusted = round > 0;
        if (round == 1) {
            setenv("AWS_CA_BUNDLE", identity.path, 1);
        } else if (round == 2) { /* the option goes before the environment */
            setenv("AWS_CA_BUNDLE", "/dev/null", 1);
        }
        puppet_open(&client,
                    &(struct puppet_options){.endpoint = endpoint,
                                             .ca_file = round == 2 ? identity.path : NULL});
        errand_init(&errand, &client, S3A_OP_PUT_OBJECT, "k");
        errand_send(&errand);
        line_accept(puppet, &line);
        SSL *ssl = shake_hands(&identity, &line, is_trusted);
        if (is_trusted) {
            read_request(ssl);
            assert_true(SSL_write(ssl, DONE, sizeof(DONE) - 1) > 0);
            assert_int_equal(errand_wait(&errand), S3A_OK);
            s3a_call_clear_answer(&errand.call);
            errand_send(&errand);
            /* The same connection; and its end leaves a write in doubt here as well. */
            read_request(ssl);
            line_reset(&line);
            assert_int_equal(errand_wait(&errand), S3A_IN_DOUBT);
            assert_true(puppet_is_left_alone(puppet));
        } else {
            assert_int_equal(errand_wait(&errand), S3A_UNREACHABLE);
            assert_non_null(strstr(errand_story(&errand), "AWS_CA_BUNDLE"));
            line_close(&line);
        }
        SSL_free(ssl);
        errand_fini(&errand);
        puppet_close(&client);
    }
    identity_free(&identity);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ENVIRONMENT_TEST(a_store_elsewhere_is_asked_by_way_of_the_proxy),
        ENVIRONMENT_TEST(what_is_on_this_machine_is_asked_itself),
        ENVIRONMENT_TEST(a_proxy_that_is_not_there_is_not_gone_around),
        ENVIRONMENT_TEST(what_a_client_of_the_web_may_set_is_not_heeded),
        ENVIRONMENT_TEST(hosts_that_need_no_proxy_are_asked_themselves),
        ENVIRONMENT_TEST(trust_decides_whether_anything_is_sent),
    };
    return cmocka_run_group_tests_name("transport_http_environment", tests, NULL, NULL);
}

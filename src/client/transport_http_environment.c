/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "transport_http.h"

/* The first of the variables that is set to anything; NULL: none. */
static const char *first_of(const char *const names[])
{
    for (size_t i = 0; names[i]; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            return value;
        }
    }
    return NULL;
}

static bool is_loopback(struct s3a_str host)
{
    return s3a_str_is_nocase(host, "localhost") || s3a_str_is(host, "::1") ||
           (host.size > 10 &&
            s3a_str_is_nocase(s3a_str_skip(host, host.size - 10), ".localhost")) ||
           (s3a_host_is_address(host) && s3a_str_starts_with(host, "127."));
}

static bool keep(struct s3a_http_transport *transport, const char *value, const char **ret_text)
{
    *ret_text = value ? s3a_pool_copy(&transport->pool, s3a_str_of(value)).data : NULL;
    return !value || *ret_text;
}

/*
 * libcurl would read the environment for each request, and in any thread. The names are its own
 * (HTTP_PROXY is not among them: a CGI program gets it from whoever asks it something), and
 * AWS_CA_BUNDLE, which the SDKs of AWS know. What is on this machine is reached without a proxy.
 */
enum s3a_status s3a_http_environment_read(struct s3a_http_transport *transport, const char *ca_file,
                                          struct s3a_error *error)
{
    static const char *const http[] = {"http_proxy", "all_proxy", "ALL_PROXY", NULL};
    static const char *const https[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
                                        NULL};
    static const char *const bypass[] = {"no_proxy", "NO_PROXY", NULL};
    static const char *const certificates[] = {"AWS_CA_BUNDLE", NULL};
    const struct s3a_endpoint *endpoint = &transport->addressing.endpoint;
    const char *proxy = NULL;

    if (!is_loopback(endpoint->host)) {
        proxy = first_of(endpoint->scheme == S3A_SCHEME_HTTPS ? https : http);
    }
    if (!keep(transport, proxy ? proxy : "", &transport->proxy) ||
        !keep(transport, first_of(bypass), &transport->proxy_bypass) ||
        !keep(transport, ca_file ? ca_file : first_of(certificates), &transport->certificates)) {
        return s3a_error_set_no_memory(error);
    }
    return S3A_OK;
}

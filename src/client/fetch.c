/* SPDX-License-Identifier: MIT */
#include "fetch.h"

#include <curl/curl.h>
#include <poll.h>
#include <string.h>

#include "error.h"
#include "libcurl.h"

#define PAUSE_STEP_MS 50

static size_t take(char *bytes, size_t size, size_t count, void *user)
{
    struct s3a_fetched *fetched = user;

    s3a_buf_append(&fetched->body, s3a_str_make(bytes, size * count));
    return fetched->body.status == S3A_OK ? size * count : 0;
}

static int on_progress(void *user, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up)
{
    const struct s3a_fetch *fetch = user;

    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    return fetch->is_unwanted && atomic_load(fetch->is_unwanted);
}

static void choose_proxy(CURL *easy, const struct s3a_fetch *fetch)
{
    static const enum s3a_aws_variable https[] = {S3A_https_proxy, S3A_HTTPS_PROXY, S3A_all_proxy,
                                                  S3A_ALL_PROXY, S3A_AWS_VARIABLE_COUNT};
    static const enum s3a_aws_variable http[] = {S3A_http_proxy, S3A_all_proxy, S3A_ALL_PROXY,
                                                 S3A_AWS_VARIABLE_COUNT};
    static const enum s3a_aws_variable bypass[] = {S3A_no_proxy, S3A_NO_PROXY,
                                                   S3A_AWS_VARIABLE_COUNT};
    const struct s3a_aws_environment *environment = fetch->environment;
    bool is_https = s3a_str_starts_with_nocase(s3a_str_of(fetch->url), "https:");
    enum s3a_aws_variable proxy = s3a_aws_first(environment, is_https ? https : http);
    enum s3a_aws_variable none = s3a_aws_first(environment, bypass);

    /* "" keeps libcurl from reading the environment itself. */
    curl_easy_setopt(easy, CURLOPT_PROXY,
                     fetch->is_near || proxy == S3A_AWS_VARIABLE_COUNT
                         ? ""
                         : s3a_aws_get(environment, proxy).data);
    curl_easy_setopt(easy, CURLOPT_NOPROXY,
                     none == S3A_AWS_VARIABLE_COUNT ? "" : s3a_aws_get(environment, none).data);
    if (s3a_aws_get(environment, S3A_AWS_CA_BUNDLE).data) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, s3a_aws_get(environment, S3A_AWS_CA_BUNDLE).data);
    }
}

static void set_up(CURL *easy, const struct s3a_fetch *fetch, struct s3a_fetched *fetched,
                   struct curl_slist *headers, char reason[CURL_ERROR_SIZE])
{
    curl_easy_setopt(easy, CURLOPT_URL, fetch->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, reason);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, fetch->method);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)fetch->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, fetched);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, fetch);
    if (fetch->body.data) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->body.size);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, fetch->body.data);
    }
    choose_proxy(easy, fetch);
}

static enum s3a_status judge(CURLcode code, const struct s3a_fetch *fetch,
                             struct s3a_fetched *fetched, const char *reason,
                             struct s3a_error *error)
{
    const char *why = *reason ? reason : curl_easy_strerror(code);

    fetched->was_silent = code == CURLE_OPERATION_TIMEDOUT;
    switch (code) {
    case CURLE_OK:
        return S3A_OK;
    case CURLE_ABORTED_BY_CALLBACK:
        return s3a_error_set(error, S3A_CANCELLED, "cancelled");
    case CURLE_OUT_OF_MEMORY:
        return s3a_error_set_no_memory(error);
    case CURLE_WRITE_ERROR:
        return fetched->body.status == S3A_NO_MEMORY
                   ? s3a_error_set_no_memory(error)
                   : s3a_error_set(error, S3A_TOO_LARGE, "%s: its answer is too large", fetch->url);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return s3a_error_set(error, S3A_INVALID, "\"%s\" is no URL of http: or https:", fetch->url);
    case CURLE_OPERATION_TIMEDOUT:
        return s3a_error_set(error, S3A_TIMEOUT, "%s: no answer within %u ms", fetch->url,
                             fetch->timeout_ms);
    default:
        return s3a_error_set(error, S3A_UNREACHABLE, "%s: %s", fetch->url, why);
    }
}

static enum s3a_status fetch_once(CURL *easy, const struct s3a_fetch *fetch,
                                  struct s3a_fetched *fetched, struct s3a_error *error)
{
    struct curl_slist headers[S3A_FETCH_HEADERS_MAX + 2];
    /* libcurl would wait for "100 Continue", and name a type of its own. */
    static const char *const plain[] = {"Expect:", "Accept: */*"};
    char reason[CURL_ERROR_SIZE] = "";
    size_t count = 0;
    long http_status = 0;

    for (size_t i = 0; i < S3A_FETCH_HEADERS_MAX && fetch->headers[i]; i++) {
        headers[count++].data = (char *)(uintptr_t)fetch->headers[i];
    }
    for (size_t i = 0; i < 2; i++) {
        headers[count++].data = (char *)(uintptr_t)plain[i];
    }
    for (size_t i = 0; i < count; i++) {
        headers[i].next = i + 1 < count ? &headers[i + 1] : NULL;
    }
    s3a_buf_clear(&fetched->body);
    fetched->http_status = 0;
    curl_easy_reset(easy);
    set_up(easy, fetch, fetched, headers, reason);
    CURLcode code = curl_easy_perform(easy);
    if (code == CURLE_OK) {
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &http_status);
        fetched->http_status = (int)http_status;
    }
    return judge(code, fetch, fetched, reason, error);
}

bool s3a_fetch_pause(const atomic_bool *is_unwanted, uint32_t pause_ms)
{
    for (uint32_t waited_ms = 0; waited_ms < pause_ms; waited_ms += PAUSE_STEP_MS) {
        if (is_unwanted && atomic_load(is_unwanted)) {
            return false;
        }
        (void)poll(NULL, 0, PAUSE_STEP_MS);
    }
    return true;
}

static bool is_worth_another(enum s3a_status status, int http_status)
{
    return status == S3A_UNREACHABLE || status == S3A_TIMEOUT ||
           (status == S3A_OK && (http_status == 429 || http_status >= 500));
}

enum s3a_status s3a_fetch(const struct s3a_fetch *fetch, struct s3a_fetched *ret_fetched,
                          struct s3a_error *error)
{
    enum s3a_status status;
    unsigned left = fetch->attempts ? fetch->attempts : 1;

    *ret_fetched = (struct s3a_fetched){0};
    s3a_buf_init(&ret_fetched->body, S3A_FETCH_SIZE_MAX);
    s3a_libcurl_start();
    CURL *easy = curl_easy_init();
    if (!easy) {
        return s3a_error_set_no_memory(error);
    }
    do {
        s3a_error_clear(error);
        status = fetch_once(easy, fetch, ret_fetched, error);
    } while (--left > 0 && is_worth_another(status, ret_fetched->http_status) &&
             s3a_fetch_pause(fetch->is_unwanted, fetch->pause_ms));
    curl_easy_cleanup(easy);
    return status;
}

void s3a_fetched_fini(struct s3a_fetched *fetched)
{
    if (fetched->body.data) {
        explicit_bzero(fetched->body.data, fetched->body.capacity);
    }
    s3a_buf_fini(&fetched->body);
}

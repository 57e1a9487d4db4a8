/* SPDX-License-Identifier: MIT */

/* Keys and tokens are in no log and in no error, whatever goes wrong; and in no memory but a
 * client's own. */

#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faulty.h"

#define TOKEN "hush-session-token-0123456789"

/* What was said: written in the clients' threads, one at a time here. */
static struct {
    char text[1024 * 1024];
    size_t size;
} said;

static void keep(const char *text)
{
    size_t size = strlen(text);

    assert_true(said.size + size + 2 < sizeof(said.text));
    memcpy(said.text + said.size, text, size);
    said.size += size;
    said.text[said.size++] = '\n';
    said.text[said.size] = '\0';
}

static void hear(enum s3a_log_level level, const char *message, void *user)
{
    (void)level;
    (void)user;
    keep(message);
}

static void keep_error(const struct s3a_error *error)
{
    keep(error->message);
    keep(error->code);
    keep(error->request_id);
    keep(error->host_id);
}

static void assert_never_said(const char *secret)
{
    if (strstr(said.text, secret)) {
        fail_msg("\"%s\" was said: %s", secret, said.text);
    }
}

static void read_and_write(struct s3a_client *client)
{
    struct s3a_store *store = s3a_store_new(client, s3a_bytes_codec());
    struct s3a_bytes bytes = {"hello", 5};
    struct s3a_object object = {.bucket = FAULTY_BUCKET, .key = "k", .value = &bytes};
    struct s3a_lock_info info;
    struct s3a_error error;

    assert_non_null(store);
    (void)!s3a_store_put(store, &object, &error);
    keep_error(&error);
    (void)!s3a_store_get(store, FAULTY_BUCKET, "k", &object, &error);
    keep_error(&error);
    s3a_object_clear(&object);
    (void)!s3a_store_delete(store, FAULTY_BUCKET, "k", NULL, &error);
    keep_error(&error);
    (void)!s3a_lock_inspect(client, FAULTY_BUCKET, "l", &info, &error);
    keep_error(&error);
    (void)!s3a_bucket_create(client, FAULTY_BUCKET, &error);
    keep_error(&error);
    s3a_store_free(store);
}

static struct s3a_client *client_of(const char *endpoint, const char *secret_key)
{
    const struct s3a_client_options options = {
        .endpoint = endpoint,
        .access_key = "AKIDSECRETIVE0001",
        .secret_key = secret_key,
        .session_token = TOKEN,
        .attempts_max = 2,
        .on_log = hear,
        .log_level = S3A_LOG_DEBUG,
    };
    struct s3a_client *client;
    struct s3a_error error;

    if (s3a_client_new(&options, &client, &error) != S3A_OK) {
        fail_msg("%s", error.message);
    }
    return client;
}

static void nothing_that_is_said_holds_a_secret(void **state)
{
    static const char *const faults[] = {NULL,
                                         "error=500 rate=50%",
                                         "reset rate=50%",
                                         "reset-after rate=50%",
                                         "truncate rate=50%",
                                         "error=AccessDenied",
                                         "error=503",
                                         "error=SignatureDoesNotMatch",
                                         "etag=missing rate=50%"};
    struct faulty *faulty = *state;
    const char *secret_key = s3a_server_secret_key(faulty->server);
    struct s3a_client_options options = {
        .endpoint = s3a_server_endpoint(faulty->server),
        .access_key = s3a_server_access_key(faulty->server),
        .secret_key = secret_key,
        .attempts_max = 2,
        .on_log = hear,
        .log_level = S3A_LOG_DEBUG,
    };

    said.size = 0;
    for (int with_token = 0; with_token < 2; with_token++) {
        struct s3a_client *client;
        options.session_token = with_token ? TOKEN : NULL;
        assert_int_equal(s3a_client_new(&options, &client, NULL), S3A_OK);
        for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
            faulty_only(faulty, faults[i]);
            read_and_write(client);
        }
        s3a_client_free(client);
    }
    struct s3a_client *stranger = client_of(s3a_server_endpoint(faulty->server), "hush-wrong-key");
    read_and_write(stranger);
    s3a_client_free(stranger);
    struct s3a_client *lonely = client_of("http://127.0.0.1:1", "hush-wrong-key");
    read_and_write(lonely);
    s3a_client_free(lonely);
    assert_non_null(strstr(said.text, "request id "));
    assert_non_null(strstr(said.text, "again in "));
    assert_non_null(strstr(said.text, "InvalidAccessKeyId"));
    assert_never_said(secret_key);
    assert_never_said("hush");
    assert_never_said("Signature=");
    assert_never_said("AWS4-HMAC");
    assert_never_said("x-amz-security-token");
}

/* A secret that stands nowhere but where the library keeps it: here it is made, and compared, byte
 * by byte. */
#define SECRET_SIZE 40

/* Bytes that belong to nothing are looked at, too. */
#define LOOKS_ANYWHERE __attribute__((no_sanitize("address", "thread", "undefined")))

static LOOKS_ANYWHERE unsigned char secret_byte(int i)
{
    return (unsigned char)('A' + i * 7 % 26);
}

static void make_secret(char secret[SECRET_SIZE + 1])
{
    for (int i = 0; i < SECRET_SIZE; i++) {
        secret[i] = (char)secret_byte(i);
    }
    secret[SECRET_SIZE] = '\0';
}

static LOOKS_ANYWHERE bool is_secret(const unsigned char *bytes)
{
    for (int i = 0; i < SECRET_SIZE; i++) {
        if (bytes[i] != secret_byte(i)) {
            return false;
        }
    }
    return true;
}

/* The data of the program and of its libraries: what is in files, and what comes right behind. */
static LOOKS_ANYWHERE unsigned search_globals(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512];
    uintptr_t end_of_file = 0;
    unsigned found = 0;
    unsigned regions = 0;

    assert_non_null(maps);
    while (fgets(line, sizeof(line), maps)) {
        uintptr_t from;
        uintptr_t to;
        char mode[8];
        int path_at = 0;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %7s %*s %*s %*s %n", &from, &to, mode,
                   &path_at) != 3) {
            continue;
        }
        bool is_file = line[path_at] == '/';
        bool is_behind = from == end_of_file && line[path_at] != '[';
        end_of_file = is_file ? to : 0;
        if ((!is_file && !is_behind) || strncmp(mode, "rw", 2) != 0) {
            continue;
        }
        regions++;
        for (uintptr_t at = from; at + SECRET_SIZE <= to; at++) {
            found += is_secret((const unsigned char *)at);
        }
    }
    fclose(maps);
    assert_true(regions > 1);
    return found;
}

/* The thread sanitizer lays terabytes of its own beside them. */
#if defined(__SANITIZE_THREAD__)
#define CAN_SEARCH false
#elif defined(__has_feature)
#define CAN_SEARCH (!__has_feature(thread_sanitizer))
#else
#define CAN_SEARCH true
#endif

static char canary[SECRET_SIZE + 1];

static void no_global_holds_a_secret(void **state)
{
    struct faulty *faulty = *state;
    char secret[SECRET_SIZE + 1];

    if (!CAN_SEARCH) {
        skip();
    }
    /* The search finds one where there is one. */
    make_secret(canary);
    assert_int_equal(search_globals(), 1);
    explicit_bzero(canary, sizeof(canary));
    assert_int_equal(search_globals(), 0);
    make_secret(secret);
    struct s3a_client *client = client_of(s3a_server_endpoint(faulty->server), secret);
    explicit_bzero(secret, sizeof(secret));
    read_and_write(client);
    assert_int_equal(search_globals(), 0);
    s3a_client_free(client);
    assert_int_equal(search_globals(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FAULTY_TEST(nothing_that_is_said_holds_a_secret),
        FAULTY_TEST(no_global_holds_a_secret),
    };
    return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}

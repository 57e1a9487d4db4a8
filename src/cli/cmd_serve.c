/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <s3atomic/server.h>

#include "exit_code.h"
#include "fault.h"
#include "globals.h"
#include "listen.h"
#include "out.h"
#include "say.h"
#include "users.h"

#define LISTEN_DEFAULT "127.0.0.1:9000"

static struct {
    const char *directory;
    const char *listen;
    struct s3a_texts buckets;
    bool create_buckets;
    bool strict_aws;
    const char *access_key;
    const char *secret_key;
    const char *users;
    const char *access_log;
    unsigned log_format;
    const char *tls_cert;
    const char *tls_key;
    struct s3a_texts faults;
    bool allow_faults;
    int64_t head_timeout_ms;
    int64_t idle_timeout_ms;
    int64_t min_rate;
    int64_t connections;
    int64_t connections_per_address;
} given = {.listen = LISTEN_DEFAULT};

static const char *const log_formats[] = {"common", "json", NULL};

static const struct s3a_option options[] = {
    {'d', "dir", "DIRECTORY",
     "where everything is kept; made where it is missing. Default: a new one below TMPDIR that is "
     "removed at the end",
     .text = &given.directory},
    {0, "listen", "ADDRESS:PORT",
     "default " LISTEN_DEFAULT ", which only this machine can reach; port 0 is a free one",
     .text = &given.listen},
    {0, "bucket", "NAME", "make this bucket where it is missing; may be given several times",
     .texts = &given.buckets},
    {0, "auto-create", NULL, "writing to a bucket that does not exist makes it",
     .flag = &given.create_buckets},
    {0, "strict-aws", NULL, "refuse the conditions that Amazon S3 refuses (501), to test against",
     .flag = &given.strict_aws},
    {0, "access-key", "KEY", "default: S3ATOMIC_ACCESS_KEY, else one is made up",
     .text = &given.access_key},
    {0, "secret-key", "KEY",
     "default: S3ATOMIC_SECRET_KEY, else one is made up. Others can see a command line; better "
     "use the environment",
     .text = &given.secret_key},
    {0, "users", "FILE",
     "several key pairs, a line each: ACCESS_KEY SECRET_KEY read-only|read-write [BUCKET...]. "
     "Default: the lines of S3ATOMIC_USERS. Read again at HUP",
     .text = &given.users},
    {0, "tls-cert", "FILE",
     "speak HTTPS, and show this certificate (PEM), followed by those of its issuers. Read again "
     "at "
     "HUP",
     .text = &given.tls_cert},
    {0, "tls-key", "FILE", "the certificate's key (PEM)", .text = &given.tls_key},
    {0, "access-log", "FILE",
     "a line for each request; - is standard output. Opened again at HUP, so that it can be moved "
     "away",
     .text = &given.access_log},
    {0, "log-format", "FORMAT", "of these lines: common (the default) or json",
     .choice = &given.log_format, .choices = log_formats},
    {0, "head-timeout", "DURATION",
     "a client has so long for its TLS handshake, and for the head of a request (default 20s)",
     .duration_ms = &given.head_timeout_ms, .min = 100, .max = 3600000},
    {0, "idle-timeout", "DURATION", "a connection where nothing moves is closed (default 65s)",
     .duration_ms = &given.idle_timeout_ms, .min = 100, .max = 3600000},
    {0, "min-rate", "BYTES",
     "a second, over --idle-timeout: who sends a body or takes an answer more slowly is cut off "
     "(default 500)",
     .number = &given.min_rate, .min = 1, .max = UINT32_MAX},
    {0, "connections", "N",
     "that may be open (default 4096, so far as the limit on descriptors allows)",
     .number = &given.connections, .min = 1, .max = 100000},
    {0, "connections-per-address", "N", "of these from one address (default: half of them)",
     .number = &given.connections_per_address, .min = 1, .max = 100000},
    {0, "fault", "FAULT",
     "for tests: what goes wrong, such as 'reset-after op=PutObject rate=5%'; may be given several "
     "times. s3atomic-faults(7) tells of all there is",
     .texts = &given.faults},
    {0, "allow-faults", NULL,
     "for tests: this machine's users, and whoever has a key that may write, can have faults while "
     "it runs, at /-/faults; so they can with --fault",
     .flag = &given.allow_faults},
};

static const char *or_environment(const char *value, const char *name)
{
    const char *found = value ? value : getenv(name);

    return found && *found ? found : NULL;
}

/* One pair: from the options, else from the environment. */
static enum s3a_status take_pair(struct s3a_server_key *ret_key, struct s3a_error *error)
{
    *ret_key = (struct s3a_server_key){
        .access_key = or_environment(given.access_key, "S3ATOMIC_ACCESS_KEY"),
        .secret_key = or_environment(given.secret_key, "S3ATOMIC_SECRET_KEY"),
    };
    if (!ret_key->access_key != !ret_key->secret_key) {
        return s3a_fault(error, S3A_INVALID,
                         "%s is missing: give both keys, or none to have them made up",
                         ret_key->access_key ? "S3ATOMIC_SECRET_KEY" : "S3ATOMIC_ACCESS_KEY");
    }
    return S3A_OK;
}

/* Everybody who may use it. What is said by an option goes before what the environment says. */
struct people {
    struct s3a_server_key pair;
    struct s3a_users users;
    const struct s3a_server_key *keys;
    size_t key_count;
};

static enum s3a_status take_people(struct people *people, struct s3a_error *error)
{
    const char *lines = getenv("S3ATOMIC_USERS");
    enum s3a_status status = S3A_OK;

    *people = (struct people){0};
    if (given.users && (given.access_key || given.secret_key)) {
        return s3a_fault(error, S3A_INVALID,
                         "--users and --%s-key exclude each other: a pair more is a line more",
                         given.access_key ? "access" : "secret");
    }
    if (given.users) {
        status = s3a_users_read(given.users, &people->users, error);
    } else if (lines && *lines && !given.access_key && !given.secret_key) {
        status = s3a_users_parse("S3ATOMIC_USERS", lines, strlen(lines), &people->users, error);
    } else {
        status = take_pair(&people->pair, error);
    }
    people->keys = people->users.count > 0 ? people->users.keys : &people->pair;
    people->key_count = people->users.count > 0   ? people->users.count
                        : people->pair.access_key ? 1
                                                  : 0;
    return status;
}

static void announce(const struct s3a_server *server, bool keys_given)
{
    const char *endpoint = s3a_server_endpoint(server);
    const char *secret_key = keys_given ? NULL : s3a_server_secret_key(server);
    struct s3a_json_line line;

    if (s3a_globals.json) {
        s3a_json_begin(&line, stdout);
        s3a_json_text(&line, "endpoint", endpoint);
        s3a_json_text(&line, "directory", s3a_server_directory(server));
        s3a_json_text(&line, "access_key", s3a_server_access_key(server));
        s3a_json_text(&line, "secret_key", secret_key);
        s3a_json_end(&line);
    } else {
        printf("export AWS_ENDPOINT_URL=%s\nexport AWS_REGION=us-east-1\n"
               "export AWS_ACCESS_KEY_ID=%s\n",
               endpoint, s3a_server_access_key(server));
        if (secret_key) {
            printf("export AWS_SECRET_ACCESS_KEY=%s\n", secret_key);
        }
    }
    fflush(stdout);
}

/* Are there files that may have changed? Then HUP is no reason to end. */
static bool has_files(void)
{
    return given.users || given.tls_cert || given.access_log;
}

static void reload(struct s3a_server *server)
{
    struct s3a_server_options server_options = {0};
    struct people people;
    struct s3a_error error;
    enum s3a_status status = take_people(&people, &error);

    if (status == S3A_OK) {
        server_options.keys = people.keys;
        server_options.key_count = people.key_count;
        status = s3a_server_reload(server, &server_options, &error);
    }
    if (status == S3A_OK) {
        s3a_say_note("HUP came: what is in the files counts from now on");
    } else {
        s3a_say_failure(&error);
        s3a_say_error("HUP came, and all stays as it was");
    }
    s3a_users_clear(&people.users);
}

/* Until INT, TERM, QUIT or, where there is nothing to be read again, HUP comes. */
static int wait_for_end(struct s3a_server *server, int signals)
{
    struct pollfd polled = {.fd = signals, .events = POLLIN};
    int signal;

    for (;;) {
        while ((signal = s3a_signals_next(signals)) != 0) {
            if (signal == SIGHUP && has_files()) {
                reload(server);
            } else if (s3a_signals_ends(signal)) {
                return signal;
            } else if (signal == SIGTSTP) {
                s3a_signals_stop();
            }
        }
        if (poll(&polled, 1, -1) < 0 && errno != EINTR) {
            return SIGTERM;
        }
    }
}

/* Each connection takes a descriptor, and the usual limit is 1024; what a process may have at the
 * most is often far more. Where that is not to be had, the server makes do with what there is. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int run_server(const struct s3a_server_options *server_options, int signals)
{
    struct s3a_server *server = NULL;
    struct s3a_error error;

    raise_descriptor_limit();
    if (s3a_server_start(server_options, &server, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    s3a_say_note("serving %s%s at %s; INT (Ctrl-C) or TERM ends it", s3a_server_directory(server),
                 server_options->directory ? "" : ", which is removed at the end,",
                 s3a_server_endpoint(server));
    /* Last, so that whoever waits for it knows that all has been said. */
    announce(server, server_options->key_count > 0);
    int signal = wait_for_end(server, signals);
    s3a_say_detail("%s came: finishing what is under way", s3a_signals_name(signal));
    s3a_server_stop(server);
    return S3A_EXIT_DONE;
}

static int serve(char **operands, size_t count)
{
    struct s3a_listen listen;
    struct people people;
    struct s3a_error error;
    int signals;

    (void)operands;
    (void)count;
    if (s3a_listen_parse(given.listen, &listen, &error) != S3A_OK ||
        take_people(&people, &error) != S3A_OK || s3a_signals_open(&signals, &error) != S3A_OK) {
        return s3a_say_failure(&error);
    }
    if (!s3a_listen_is_loopback(&listen) && !given.tls_cert) {
        s3a_say_note("others can reach %s, and what they send and get is not encrypted: "
                     "--tls-cert and --tls-key would",
                     given.listen);
    }
    if (given.allow_faults || given.faults.count > 0) {
        s3a_say_note("it shows faults on request: it is for tests, and may lie");
    }
    struct s3a_server_options server_options = {
        .directory = given.directory,
        .keep_files = given.directory != NULL,
        .address = listen.address,
        .port = listen.port,
        .keys = people.keys,
        .key_count = people.key_count,
        .access_log = given.access_log,
        .access_log_json = given.log_format == 1,
        .tls_cert_file = given.tls_cert,
        .tls_key_file = given.tls_key,
        .buckets = given.buckets.items,
        .bucket_count = given.buckets.count,
        .create_buckets = given.create_buckets,
        .strict_aws = given.strict_aws,
        .head_timeout_ms = (uint32_t)given.head_timeout_ms,
        .idle_timeout_ms = (uint32_t)given.idle_timeout_ms,
        .bytes_per_s_min = (uint32_t)given.min_rate,
        .connections_max = (size_t)given.connections,
        .connections_per_address_max = (size_t)given.connections_per_address,
        .faults = given.faults.items,
        .fault_count = given.faults.count,
        .allow_faults = given.allow_faults,
    };
    int code = run_server(&server_options, signals);
    s3a_users_clear(&people.users);
    close(signals);
    return code;
}

const struct s3a_command s3a_cmd_serve = {
    .name = "serve",
    .operands = "",
    .summary = "serves a directory as an S3 store",
    .more = "Prints what others need to reach it, in a form that a shell can read; a secret only "
            "where it was made up. The directory can be used by file:///DIRECTORY at the same "
            "time.",
    .options = options,
    .option_count = sizeof(options) / sizeof(options[0]),
    .run = serve,
};

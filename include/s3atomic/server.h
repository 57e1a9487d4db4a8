/* SPDX-License-Identifier: MIT */
#ifndef S3ATOMIC_SERVER_H
#define S3ATOMIC_SERVER_H

/*
 * The embedded S3 server: the store of a directory behind HTTP, in this process. For tests, and
 * for other languages and machines.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <s3atomic/client.h>
#include <s3atomic/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct s3a_server;

/* A key pair, and what the one who has it may do. All zero but the keys: everything. Whatever he
 * may not do is answered 403 AccessDenied. */
struct s3a_server_key {
    const char *access_key;
    const char *secret_key;

    /* He may get, list and look, and change nothing. */
    bool read_only;

    /* The buckets that there are for him: names, and beginnings of names with a * behind them
     * ("ci-*"). A listing shows him no others. Without any: all. */
    const char *const *buckets;
    size_t bucket_count;
};

/* All zero: a new directory below TMPDIR (else /tmp) that is removed at the end, a free port on
 * the loopback address, one random key pair, no bucket. Strings are copied. */
struct s3a_server_options {
    /* Made where it is missing. NULL: a new one. */
    const char *directory;

    /* s3a_server_stop() leaves the files. Without it, it removes what the store keeps in the
     * directory (and the directory, where that leaves it empty); a directory that held a store
     * before is refused without it, so that nobody loses one by accident. */
    bool keep_files;

    /* "127.0.0.1", "::1", "0.0.0.0", ...; NULL: "127.0.0.1". */
    const char *address;

    /* 0: a free one. */
    uint16_t port;

    /* Who may talk to it. Without any: one pair is made up; s3a_server_access_key() tells it. */
    const struct s3a_server_key *keys;
    size_t key_count;

    /* Made at the start where they are missing. */
    const char *const *buckets;
    size_t bucket_count;

    /* A PUT to a bucket that does not exist makes it. */
    bool create_buckets;

    /* Conditions that Amazon S3 itself does not take are answered 501 (NotImplemented) as it does:
     * If-Match: * and If-None-Match with an ETag on a PUT, both at once, If-None-Match on a DELETE.
     * Without it they mean what RFC 9110 says. For tests of programs that will meet Amazon S3. */
    bool strict_aws;

    /* "s3.example.com": requests for bucket.s3.example.com are for that bucket. NULL:
     * "localhost", so that bucket.localhost works. */
    const char *base_domain;

    /* Files (PEM) with the server's certificate, followed by those of its issuers, and with its
     * key, which is not encrypted and which not everybody may read. With them the server speaks
     * HTTPS (TLS 1.2 and later), and nothing else. S3A_INVALID where they do not belong together,
     * and where the certificate has expired. */
    const char *tls_cert_file;
    const char *tls_key_file;

    /* A line for each request is appended to this file, "-": standard output; NULL: no log. Lines
     * in the common log format with more behind it, or JSON objects (s3atomic-serve(1)); no secret
     * is in them. A file that cannot take them costs lines, and nobody waits for it.
     * s3a_server_reload() opens it again, so that it can be moved away. */
    const char *access_log;
    bool access_log_json;

    /*
     * How long a client may take. It has head_timeout_ms for the TLS handshake, and for the head of
     * a request from its first byte on; 0: 20 000. A connection where nothing moves for
     * idle_timeout_ms is closed; 0: 65 000 (a proxy in front of it should give up earlier). Over
     * each such span at least bytes_per_s_min of a request's body must come, or of an answer be
     * taken; 0: 500. Who is slower is cut off, and a body that breaks off changes nothing. Time
     * that the server takes is not counted. Times are from 100 to 3 600 000, and kept to within a
     * quarter of the shorter one, or a second.
     */
    uint32_t head_timeout_ms;
    uint32_t idle_timeout_ms;
    uint32_t bytes_per_s_min;

    /*
     * How many connections may be open. 0: 4096, or what the limit on the process's descriptors
     * leaves; S3A_INVALID where it leaves less than was asked for. Whoever comes then waits; those
     * connections that have been without a request for longest, a second at least, make room.
     * From one address (from one /64 of IPv6): 0 is half of all. A connection more is answered 503
     * (SlowDown) and closed.
     */
    size_t connections_max;
    size_t connections_per_address_max;

    /* For tests of whoever talks to it: what goes wrong from the start, as texts for
     * s3a_server_fault_add(). With any, or with allow_faults, the server's operators may have more
     * over HTTP, at /-/faults (s3atomic-faults(7)). Without, nobody but this process may. */
    const char *const *faults;
    size_t fault_count;
    bool allow_faults;
};

/*
 * Starts a server; it answers when this returns. options may be NULL. S3A_INVALID: an option, the
 * error names it. S3A_SYSTEM: the port is taken, the directory cannot be used, ...
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_server_start(const struct s3a_server_options *options,
                                                        struct s3a_server **ret_server,
                                                        struct s3a_error *error);

/* "http://127.0.0.1:34567". These live as long as the server. */
S3A_API const char *s3a_server_endpoint(const struct s3a_server *server);
S3A_API uint16_t s3a_server_port(const struct s3a_server *server);
S3A_API const char *s3a_server_directory(const struct s3a_server *server);

/*
 * Takes over what may change while a server runs, and drops no connection: the keys, where options
 * has any, and what is now in the files of certificate and key; the access
 * log goes on in the file that has its name now. Everything else in options is
 * passed over. Requests that come after this has returned are judged by the new keys, requests
 * under way by those that they began with. Where it fails, all stays as it was: S3A_INVALID,
 * with an error that names the option or the file; S3A_SYSTEM, S3A_NO_MEMORY. Not beside itself,
 * nor beside s3a_server_stop().
 */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_server_reload(struct s3a_server *server,
                                                         const struct s3a_server_options *options,
                                                         struct s3a_error *error);

/* The first of the key pairs that it was started with. */
S3A_API const char *s3a_server_access_key(const struct s3a_server *server);
S3A_API const char *s3a_server_secret_key(const struct s3a_server *server);

/* The file of its certificate, for a client that is to trust it (ca_file, AWS_CA_BUNDLE); NULL
 * where it speaks HTTP. */
S3A_API const char *s3a_server_ca_file(const struct s3a_server *server);

/* A client that talks to it, endpoint, credentials and all. Free it before the server stops. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_server_client(struct s3a_server *server,
                                                         struct s3a_client **ret_client,
                                                         struct s3a_error *error);

/*
 * Faults on request, for tests of whoever talks to the server: s3atomic-faults(7) has the grammar
 * of their texts. "reset-after op=PutObject key=jobs/ rate=5% seed=7" cuts the connection of every
 * twentieth PUT below jobs/, after it was applied. All of these may be called from any thread.
 */
#define S3A_SERVER_FAULT_TEXT_MAX 1023

/* One more fault. S3A_INVALID: the error's message names the word that is wrong. */
S3A_API S3A_MUST_CHECK enum s3a_status s3a_server_fault_add(struct s3a_server *server,
                                                            const char *fault,
                                                            struct s3a_error *error);

/* From now on everything goes well again, and requests that were frozen go on. */
S3A_API void s3a_server_faults_clear(struct s3a_server *server);

struct s3a_server_fault_count {
    char text[S3A_SERVER_FAULT_TEXT_MAX + 1]; /* as it was given */
    uint64_t matched;                         /* requests that it was about */
    uint64_t injected;                        /* and that it struck */
};

/* Of the fault that was added as number index since they were cleared, from 0. False where there
 * are not so many. */
S3A_API bool s3a_server_fault_count(struct s3a_server *server, size_t index,
                                    struct s3a_server_fault_count *ret_count);

/* What it has done since it was started; /-/metrics tells the same, and more, over HTTP. */
struct s3a_server_statistics {
    uint64_t requests;            /* that were answered */
    uint64_t client_errors;       /* of these: with 4xx */
    uint64_t server_errors;       /* of these: with 5xx */
    uint64_t conditions_failed;   /* of these: 412 */
    uint64_t bytes_in;            /* of requests' bodies */
    uint64_t bytes_out;           /* of answers' bodies */
    uint64_t connections;         /* that are open */
    uint64_t connections_refused; /* beyond connections_per_address_max */
    uint64_t connections_cut;     /* for want of what the client should have done; or for room */
    uint64_t commits;             /* to the disk */
    uint64_t writes;              /* within these */
};

/* Any thread; waits for nobody, and costs nobody anything. */
S3A_API void s3a_server_statistics(const struct s3a_server *server,
                                   struct s3a_server_statistics *ret_statistics);

/* Takes no new requests, finishes those under way (5 s at the most), commits, and frees the
 * server. NULL is accepted. */
S3A_API void s3a_server_stop(struct s3a_server *server);

#ifdef __cplusplus
}
#endif

#endif

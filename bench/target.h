/* SPDX-License-Identifier: MIT */
#ifndef S3A_TARGET_H
#define S3A_TARGET_H

/*
 * Who is measured: this server in a process of its own, nginx beside it, s3rver, and whatever S3
 * server somebody has named. Whatever fails ends the program.
 *
 * What a benchmark may be told is in the environment, where ./run bench puts it:
 *
 *      S3A_BENCH_FULL      not empty: the large sizes, which take minutes
 *      S3A_BENCH_ENDPOINT  http://HOST:PORT of another S3 server; AWS_ACCESS_KEY_ID and
 *                          AWS_SECRET_ACCESS_KEY are for it
 *      S3A_BENCH_S3RVER    the port of an s3rver on the loopback address
 *      TMPDIR              where stores are made; /tmp
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"

#define TARGET_BUCKET "bench"
/* Longest head of a request. */
#define TARGET_HEAD_SIZE 4096

struct bench_target {
    const char *name;
    char host[128];
    char port[8];
    pid_t pid; /* 0: somebody else's, of whom no processor time and no memory is known */
    char access_key[129];
    char secret_key[257]; /* "": takes requests without a signature */
    int stop_fd;          /* ours: closed, it stops */
};

/* A new directory below TMPDIR. */
void target_make_directory(char *ret_path, size_t size);
void target_remove_directory(const char *path);

/* This server, with the bucket; directory NULL: a new one. Must be called before there is any
 * thread. */
void target_start_server(const char *directory, struct bench_target *ret_target);
/* nginx with a worker for each processor: any path below /constant/ is 200 bytes, GET and PUT below
 * /files/ are files of directory. */
void target_start_nginx(const char *directory, struct bench_target *ret_target);
void target_stop(struct bench_target *target);

/* Those that the environment names. False: none. */
bool target_find_s3rver(struct bench_target *ret_target);
bool target_find_endpoint(struct bench_target *ret_target);
bool target_is_full(void);

/* A request as it is sent, signed where the target wants it. */
struct target_request {
    const char *method;
    const char *path;
    const char *query;        /* "": none */
    const char *payload_hash; /* NULL: UNSIGNED-PAYLOAD */
    uint64_t body_size;
};

/* Values of the headers that sign a request for a quarter of an hour. */
struct target_signature {
    char host[sizeof(((struct bench_target *)0)->host) + 8];
    char date[32];
    struct s3a_buf authorization;
};

void target_sign(const struct bench_target *target, const struct target_request *request,
                 struct target_signature *ret_signature);

/* Its head, up to the empty line. */
void target_write_head(const struct bench_target *target, const struct target_request *request,
                       struct s3a_buf *ret_head);

/* "VmRSS:", "VmHWM:", ... of the target's process, in KiB. */
unsigned long target_memory_kib(const struct bench_target *target, const char *name);

/* A line for the memory that it takes now. */
void target_print_memory(const struct bench_target *target, const char *bench, const char *what);

#endif

/* SPDX-License-Identifier: MIT */

/*
 * Pages of 1 000 of many keys, over HTTP: the first one, one from deep inside, folders at the top
 * (each of them a jump over 1 000 keys), and one folder; of a million keys that came in no order.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "check.h"
#include "http_client.h"
#include "objects.h"

#define NAME "listing"
#define KEYS 1000000
#define FOLDER_KEYS 1000
/* Shares no factor with KEYS: its multiples are all of them. */
#define STRIDE 618033
#define ROUNDS 50
#define GOAL_MS 20

/* Writes under way while keys are made. */
#define WRITES 2048

struct filler {
    pthread_mutex_t mutex;
    pthread_cond_t is_done;
    unsigned under_way;
};

struct filling {
    struct filler *filler;
    struct s3a_op op;
    struct s3a_spool spool;
    struct s3a_answer answer;
    struct s3a_write write;
    char key[64];
    bool is_used;
};

static void on_written(struct s3a_write *write)
{
    struct filling *filling = write->user;
    struct filler *filler = filling->filler;

    pthread_mutex_lock(&filler->mutex);
    if (--filler->under_way == 0) {
        pthread_cond_signal(&filler->is_done);
    }
    pthread_mutex_unlock(&filler->mutex);
}

static void begin_write(struct s3a_objects *objects, struct filling *filling, unsigned number)
{
    snprintf(filling->key, sizeof(filling->key), "folder-%04u/key-%07u", number / FOLDER_KEYS,
             number);
    filling->op = (struct s3a_op){.kind = S3A_OP_PUT_OBJECT,
                                  .bucket = S3A_STR(TARGET_BUCKET),
                                  .key = s3a_str_of(filling->key)};
    s3a_answer_init(&filling->answer, 0);
    s3a_check(s3a_spool_init(&filling->spool, objects) == S3A_OK);
    s3a_check(s3a_spool_append(&filling->spool, s3a_str_of(filling->key)) == S3A_OK);
    s3a_spool_end(&filling->spool);
    filling->write = (struct s3a_write){.op = &filling->op,
                                        .body = &filling->spool,
                                        .answer = &filling->answer,
                                        .done = on_written,
                                        .user = filling};
    s3a_objects_submit(objects, &filling->write);
}

static void end_write(struct filling *filling)
{
    s3a_check(filling->answer.status == S3A_OK);
    s3a_spool_fini(&filling->spool);
    s3a_answer_fini(&filling->answer);
}

/* Makes the keys, through the store: over HTTP it would take minutes. */
static void fill(const char *directory)
{
    static struct filling fillings[WRITES];
    const struct s3a_objects_options options = {.directory = directory, .create_buckets = true};
    struct filler filler = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
    struct s3a_objects *objects;
    struct s3a_error error;

    if (s3a_objects_open(&options, &objects, &error) != S3A_OK) {
        bench_die(error.message);
    }
    for (unsigned made = 0; made < KEYS;) {
        unsigned count = KEYS - made < WRITES ? KEYS - made : WRITES;
        filler.under_way = count;
        for (unsigned i = 0; i < count; i++) {
            fillings[i].filler = &filler;
            begin_write(objects, &fillings[i], (unsigned)((uint64_t)(made + i) * STRIDE % KEYS));
        }
        pthread_mutex_lock(&filler.mutex);
        while (filler.under_way > 0) {
            pthread_cond_wait(&filler.is_done, &filler.mutex);
        }
        pthread_mutex_unlock(&filler.mutex);
        for (unsigned i = 0; i < count; i++) {
            end_write(&fillings[i]);
        }
        made += count;
    }
    s3a_objects_close(objects);
}

static void measure(const struct bench_target *server, const char *what, const char *query,
                    const char *expected)
{
    const struct target_request request = {
        .method = "GET", .path = "/" TARGET_BUCKET, .query = query};
    struct bench_times times = {0};
    struct bench_values worst = {0};
    struct http_client client;
    struct http_answer answer;
    int64_t start_ns = bench_now_ns();

    http_connect(&client, server);
    for (unsigned i = 0; i < ROUNDS; i++) {
        int64_t before_ns = bench_now_ns();
        http_ask(&client, &request, &answer);
        bench_times_add(&times, bench_now_ns() - before_ns);
        http_expect(&answer, what);
        if (!strstr(answer.text, expected)) {
            bench_die(answer.text);
        }
    }
    http_close(&client);
    bench_print(NAME, what, 1, ROUNDS, bench_now_ns() - start_ns, &times);
    bench_values_add(&worst, bench_within_us(&times, 0.99) / 1000);
    bench_print_goal(NAME, what, 1, &worst, "<=", GOAL_MS, " ms");
    bench_times_free(&times);
}

int main(void)
{
    struct bench_target server;
    char directory[256];

    target_make_directory(directory, sizeof(directory));
    fill(directory);
    target_start_server(directory, &server);
    measure(&server, "first 1 000", "list-type=2", "<KeyCount>1000<");
    measure(&server, "1 000 from the middle", "list-type=2&start-after=folder-0500%2Fkey-0500500",
            "key-0500501");
    measure(&server, "1 000 folders", "delimiter=%2F&list-type=2", "<KeyCount>1000<");
    measure(&server, "one folder", "delimiter=%2F&list-type=2&prefix=folder-0001%2F",
            "key-0001000");
    target_stop(&server);
    target_remove_directory(directory);
    return EXIT_SUCCESS;
}

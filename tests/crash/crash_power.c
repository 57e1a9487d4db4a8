/* SPDX-License-Identifier: MIT */
#include <ftw.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <s3atomic/upkeep.h>

#include "crash.h"
#include "crash_body.h"
#include "crash_replay.h"
#include "crash_writer.h"
#include "objects.h"

#define WRITERS 12
/* The server is killed so often on the way, for what is recovered has to be durable as well. */
#define LIVES 3
#define WRITES_PER_LIFE 120 /* of each writer */
#define COMPLAINTS_MAX 10

struct power {
    struct crash_plan *plan;
    struct crash_writer writers[WRITERS];
    struct crash_tally tally;
    uint64_t images;
    uint64_t reads;
    uint64_t open; /* of the reads: what was under way at that moment, and may be either */
    uint64_t violations;
};

static void *write_some(void *arg)
{
    struct crash_writer *writer = arg;

    for (int i = 0; i < WRITES_PER_LIFE && crash_writer_act(writer); i++) {
    }
    return NULL;
}

/* In the middle of what the others do. */
static void *write_and_kill(void *arg)
{
    struct power *power = arg;

    for (int i = 0; i < WRITES_PER_LIFE; i++) {
        (void)crash_writer_act(&power->writers[0]);
    }
    (void)crash_server_kill(&power->plan->server);
    return NULL;
}

static bool live(struct power *power)
{
    pthread_t threads[WRITERS];
    unsigned started = 0;
    bool is_verified = power->plan->server.pid > 0 || crash_server_start(&power->plan->server);

    for (unsigned i = 0; is_verified && i < WRITERS; i++) {
        /* Its connection may be one to the server that was killed: then the second is another. */
        is_verified =
            crash_writer_verify(&power->writers[i]) || crash_writer_verify(&power->writers[i]);
    }
    while (is_verified && started < WRITERS &&
           pthread_create(&threads[started], NULL, started == 0 ? write_and_kill : write_some,
                          started == 0 ? (void *)power : &power->writers[started]) == 0) {
        started++;
    }
    for (unsigned i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    return started == WRITERS;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

static void violation(struct power *power, const char *path, uint64_t position, const char *what)
{
    if (++power->violations <= COMPLAINTS_MAX) {
        fprintf(stderr, "crash: violation: after %" PRIu64 " changes (%s): %s\n", position, path,
                what);
    }
}

/* What a read finds: 0 where there is nothing, UINT64_MAX where it is torn or cannot be read. */
static uint64_t read_value(struct s3a_objects *objects, unsigned writer, unsigned slot,
                           struct s3a_buf *body)
{
    char key[64];
    struct s3a_answer answer;
    uint64_t value = UINT64_MAX;
    struct s3a_op op = {.kind = S3A_OP_GET_OBJECT, .bucket = S3A_STR(CRASH_BUCKET)};

    snprintf(key, sizeof(key), "w%u/k%u", writer, slot);
    op.key = s3a_str_of(key);
    s3a_answer_init(&answer, CRASH_BODY_SIZE_MAX);
    s3a_objects_read(objects, &op, &answer);
    s3a_buf_clear(body);
    s3a_buf_append(body, s3a_buf_str(&answer.body));
    if (answer.status == S3A_OK && answer.file.fd >= 0) {
        char *end = s3a_buf_reserve(body, answer.file.size);
        ssize_t size = end ? pread(answer.file.fd, end, answer.file.size, 0) : -1;
        s3a_buf_added(body, size > 0 ? (size_t)size : 0);
    }
    if (answer.http_status == 404) {
        value = 0;
    } else if (answer.status != S3A_OK ||
               !crash_body_read(s3a_buf_str(body), answer.etag, &value)) {
        value = UINT64_MAX;
    }
    s3a_answer_fini(&answer);
    return value;
}

/* Might this be there, if the power had been lost at that moment? */
static bool may_be_there(struct power *power, const struct crash_writer *writer, unsigned slot,
                         uint64_t position, uint64_t value)
{
    uint64_t known = 0;
    bool is_possible = false;
    bool is_open = false;

    for (size_t i = 0; i < writer->step_count; i++) {
        const struct crash_step *step = &writer->steps[i];
        if (step->slot != slot || step->from > position) {
            continue;
        }
        if (step->until > position) {
            is_open = true;
            is_possible = is_possible || value == step->value;
        } else if (step->is_applied) {
            known = step->value;
        }
    }
    power->open += is_open;
    return is_possible || value == known;
}

static void check_values(struct power *power, struct s3a_objects *objects, const char *path,
                         uint64_t position)
{
    char text[160];
    struct s3a_buf body;

    s3a_buf_init(&body, CRASH_BODY_SIZE_MAX);
    for (unsigned i = 0; i < WRITERS; i++) {
        for (unsigned slot = 0; slot < CRASH_WRITER_KEYS; slot++) {
            uint64_t value = read_value(objects, i, slot, &body);
            power->reads++;
            if (!may_be_there(power, &power->writers[i], slot, position, value)) {
                snprintf(text, sizeof(text), "w%u/k%u is %" PRIx64 ", which cannot be", i, slot,
                         value);
                violation(power, path, position, text);
            }
        }
    }
    s3a_buf_fini(&body);
}

/* What is left is opened as any store is. */
static void check_image(struct power *power, const char *path, uint64_t position)
{
    struct s3a_objects_options options = {.directory = path};
    struct s3a_objects *objects = NULL;
    struct s3a_error error = {0};

    power->images++;
    if (s3a_objects_open(&options, &objects, &error) != S3A_OK) {
        violation(power, path, position, error.message);
        return;
    }
    check_values(power, objects, path, position);
    s3a_objects_close(objects);
    if (s3a_directory_check(path, NULL, NULL, &error) != S3A_OK) {
        violation(power, path, position, error.message);
    }
}

static int by_number(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;

    return (*left > *right) - (*left < *right);
}

static void show(const struct power *power)
{
    if (isatty(STDOUT_FILENO)) {
        printf("\rcrash: %" PRIu64 " of %" PRIu64 " power losses, %" PRIu64 " violations\033[K",
               power->images, power->plan->images, power->violations);
        fflush(stdout);
    }
}

static bool lose_power(struct power *power, struct crash_replay *replay)
{
    struct crash_plan *plan = power->plan;
    uint64_t count = crash_replay_count(replay);
    uint64_t *positions = calloc(plan->images, sizeof(*positions));
    char path[CRASH_PATH_SIZE + 32];
    bool goes_on = positions != NULL;

    for (uint64_t i = 0; goes_on && i < plan->images; i++) {
        positions[i] = 1 + crash_random(&plan->server.random, count);
    }
    if (goes_on) {
        qsort(positions, plan->images, sizeof(*positions), by_number);
    }
    for (uint64_t i = 0; goes_on && i < plan->images && !crash_is_interrupted(plan); i++) {
        show(power);
        snprintf(path, sizeof(path), "%s/image%" PRIu64, plan->server.home, i);
        goes_on = crash_replay_to(replay, positions[i]) &&
                  crash_replay_image(replay, path, &plan->server.random);
        if (goes_on) {
            check_image(power, path, positions[i]);
        }
        (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
    free(positions);
    return goes_on;
}

static int conclude(const struct power *power, uint64_t changes, uint64_t start_ns)
{
    uint64_t violations = power->violations + atomic_load(&power->tally.violations);

    if (isatty(STDOUT_FILENO)) {
        printf("\r\033[K");
    }
    printf("crash: seed %" PRIu64 ", %" PRIuFAST64 " writes acknowledged to %d writers, %d kills, "
           "%" PRIu64 " changes written down, in %.1f s\n",
           power->plan->seed, atomic_load(&power->tally.acknowledged), WRITERS, LIVES, changes,
           (double)(crash_now_ns() - start_ns) / 1e9);
    printf("crash: %" PRIu64 " power losses, %" PRIu64 " objects read, %" PRIu64
           " of them under way at that moment, %" PRIu64 " violation%s\n",
           power->images, power->reads, power->open, violations, violations == 1 ? "" : "s");
    return violations > 0;
}

static int run(struct power *power)
{
    struct crash_plan *plan = power->plan;
    uint64_t start_ns = crash_now_ns();
    bool is_carried_out = crash_server_start(&plan->server);

    for (unsigned i = 0; i < WRITERS; i++) {
        crash_writer_init(&power->writers[i], i, plan->seed, plan->server.port, &power->tally);
        power->writers[i].disk = plan->server.disk;
    }
    for (int i = 0; i < LIVES && is_carried_out; i++) {
        is_carried_out = live(power);
    }
    struct crash_replay *replay =
        is_carried_out ? crash_replay_open(plan->server.log, plan->forgotten) : NULL;
    is_carried_out = replay && lose_power(power, replay);
    int result = is_carried_out ? conclude(power, crash_replay_count(replay), start_ns) : 2;
    crash_replay_close(replay);
    for (unsigned i = 0; i < WRITERS; i++) {
        crash_writer_fini(&power->writers[i]);
    }
    return result;
}

int crash_power(struct crash_plan *plan)
{
    struct power *power = calloc(1, sizeof(*power));
    int result = 2;

    if (!plan->server.library) {
        fprintf(stderr, "crash: for that, --disk LIBRARY is needed\n");
    } else if (power) {
        power->plan = plan;
        result = run(power);
    }
    free(power);
    return plan->interrupted ? 128 + plan->interrupted : result;
}

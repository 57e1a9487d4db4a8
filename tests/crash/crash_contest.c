/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"
#include "crash_body.h"
#include "crash_judge.h"
#include "crash_line.h"

#define CLIENTS 32
#define KEYS 16
#define LARGE_OF 200
#define KEY_LARGEST UINT64_C(0xffffffffff)

#define RETRY_US 2000
#define PATIENCE_NS (UINT64_C(60) * 1000000000)
#define TICK_US 2000
#define SHOW_NS UINT64_C(250000000)
/* After a threshold of operations, a kill comes this much later, at any time. */
#define KILL_DELAY_US 20000

/* What a client takes to be there: what it was told last. */
struct belief {
    uint64_t value; /* 0: nothing, as far as it knows */
    char etag[80];
};

struct contest;

struct client {
    struct contest *contest;
    pthread_t thread;
    uint64_t number;
    uint64_t random;
    uint64_t written; /* values so far */
    struct belief beliefs[KEYS];
    struct crash_line line;
    struct s3a_buf body;
    struct crash_op *ops;
    size_t count;
    size_t capacity;
};

struct contest {
    struct crash_plan *plan;
    atomic_uint_fast64_t left; /* operations to be asked for */
    atomic_uint_fast64_t asked;
    atomic_uint surprises; /* answers that no server gives, torn bodies, no server at all */
    atomic_uint refused;   /* 503: certainly not applied */
    struct client clients[CLIENTS];
};

static void surprise(struct contest *contest, const char *what, const struct crash_op *op,
                     int status)
{
    if (atomic_fetch_add(&contest->surprises, 1) < 10) {
        fprintf(stderr, "crash: violation: %s (status %d, key %" PRIu32 ")\n", what, status,
                op->key);
    }
}

static bool record(struct client *client, const struct crash_op *op)
{
    if (client->count == client->capacity) {
        size_t capacity = client->capacity ? 2 * client->capacity : 1024;
        struct crash_op *ops = realloc(client->ops, capacity * sizeof(*ops));
        if (!ops) {
            return false;
        }
        client->ops = ops;
        client->capacity = capacity;
    }
    client->ops[client->count++] = *op;
    return true;
}

static void choose(struct client *client, struct crash_op *op)
{
    uint64_t chance = crash_random(&client->random, 100);

    op->key = (uint32_t)crash_random(&client->random, KEYS);
    const struct belief *belief = &client->beliefs[op->key];
    if (chance < 35) {
        op->kind = CRASH_READ;
    } else if (belief->value == 0 || chance < 45) {
        op->kind = CRASH_CREATE;
    } else {
        op->kind = chance < 80 ? CRASH_UPDATE : CRASH_REMOVE;
        op->expected = belief->value;
    }
    if (op->kind == CRASH_CREATE || op->kind == CRASH_UPDATE) {
        op->value = (client->number + 1) << 40 | ++client->written;
    }
}

static enum crash_sent ask(struct client *client, struct crash_op *op,
                           struct crash_answer *ret_answer)
{
    static const char *const methods[] = {"PUT", "PUT", "DELETE", "GET"};
    char path[64];
    struct crash_call call = {.method = methods[op->kind],
                              .path = path,
                              .if_none_match = op->kind == CRASH_CREATE,
                              .if_match = op->expected ? client->beliefs[op->key].etag : NULL};

    snprintf(path, sizeof(path), "/" CRASH_BUCKET "/key%" PRIu32, op->key);
    if (op->value != 0) {
        crash_body_write(op->value, LARGE_OF, &client->body);
        call.body = s3a_buf_str(&client->body);
    }
    op->invoke_ns = crash_now_ns();
    enum crash_sent sent = crash_line_ask(&client->line, &call, ret_answer);
    op->return_ns = crash_now_ns();
    return sent;
}

static void believe(struct client *client, const struct crash_op *op, uint64_t value,
                    const char *etag)
{
    struct belief *belief = &client->beliefs[op->key];

    belief->value = value;
    snprintf(belief->etag, sizeof(belief->etag), "%s", etag);
}

/* What the answer says; false where it is none that may be given. */
static bool understand(struct client *client, struct crash_op *op,
                       const struct crash_answer *answer)
{
    switch (answer->status) {
    case 200:
        op->outcome = CRASH_DONE;
        if (op->kind == CRASH_READ && !crash_body_read(answer->body, answer->etag, &op->value)) {
            return false;
        }
        believe(client, op, op->value, answer->etag);
        return op->kind != CRASH_REMOVE && answer->etag[0] == '"';
    case 204:
        op->outcome = CRASH_DONE;
        believe(client, op, 0, "");
        return op->kind == CRASH_REMOVE;
    case 404:
        op->outcome = CRASH_ABSENT;
        believe(client, op, 0, "");
        return op->kind != CRASH_CREATE;
    case 412:
        op->outcome = CRASH_REFUSED;
        return op->kind != CRASH_READ;
    default:
        op->outcome = CRASH_UNKNOWN;
        return answer->status == 500;
    }
}

/* One operation, and what came of it. False: the client cannot go on. */
static bool act(struct client *client, struct crash_op *op)
{
    struct contest *contest = client->contest;
    struct crash_answer answer;
    uint64_t start_ns = crash_now_ns();
    enum crash_sent sent;

    while ((sent = ask(client, op, &answer)) == CRASH_NOT_SENT) {
        if (crash_now_ns() - start_ns > PATIENCE_NS) {
            surprise(contest, "nobody answers", op, 0);
            return false;
        }
        crash_pause_us(RETRY_US);
    }
    if (sent == CRASH_NO_ANSWER) {
        op->outcome = CRASH_UNKNOWN;
    } else if (answer.status == 503) {
        atomic_fetch_add(&contest->refused, 1);
        return true; /* as if it had never been asked */
    } else if (!understand(client, op, &answer)) {
        surprise(contest, "an answer that makes no sense, or a torn body", op, answer.status);
        return true;
    }
    return (op->kind == CRASH_READ && op->outcome == CRASH_UNKNOWN) || record(client, op);
}

static void *run_client(void *arg)
{
    struct client *client = arg;
    struct contest *contest = client->contest;
    uint_fast64_t left = atomic_load(&contest->left);

    do {
        while (left > 0 && !atomic_compare_exchange_weak(&contest->left, &left, left - 1)) {
        }
        if (left > 0) {
            struct crash_op op = {0};
            choose(client, &op);
            if (!act(client, &op)) {
                atomic_store(&contest->left, 0);
            }
            atomic_fetch_add(&contest->asked, 1);
            left = atomic_load(&contest->left);
        }
    } while (left > 0);
    return NULL;
}

static void show(const struct contest *contest, uint64_t kills, uint64_t *shown_ns)
{
    if (isatty(STDOUT_FILENO) && crash_now_ns() - *shown_ns > SHOW_NS) {
        *shown_ns = crash_now_ns();
        printf("\rcrash: %" PRIuFAST64 " of %" PRIu64 " operations, %" PRIu64 " kills\033[K",
               atomic_load(&contest->asked), contest->plan->operations, kills);
        fflush(stdout);
    }
}

/* Kills the server at even distances, started anew each time. False: it could not be. */
static bool conduct(struct contest *contest, uint64_t *ret_kills)
{
    struct crash_plan *plan = contest->plan;
    uint64_t step = plan->operations / (plan->kills + 1);
    uint64_t shown_ns = 0;

    *ret_kills = 0;
    while (atomic_load(&contest->left) > 0) {
        show(contest, *ret_kills, &shown_ns);
        if (crash_is_interrupted(plan)) {
            atomic_store(&contest->left, 0);
        } else if (*ret_kills < plan->kills &&
                   atomic_load(&contest->asked) >= (*ret_kills + 1) * step) {
            crash_pause_us(crash_random(&plan->server.random, KILL_DELAY_US));
            if (!crash_server_kill(&plan->server)) {
                atomic_fetch_add(&contest->surprises, 1);
                fprintf(stderr, "crash: violation: the server had ended by itself\n");
            }
            ++*ret_kills;
            if (!crash_server_start(&plan->server)) {
                atomic_store(&contest->left, 0);
                return false;
            }
        } else {
            crash_pause_us(TICK_US);
        }
    }
    return true;
}

/* After everybody: what is there at last, which tells much of what nobody knows. */
static bool read_all(struct contest *contest)
{
    bool is_read = true;

    for (uint32_t i = 0; is_read && i < KEYS; i++) {
        struct crash_op op = {.kind = CRASH_READ, .key = i};
        is_read = act(&contest->clients[0], &op);
    }
    return is_read;
}

static bool run_clients(struct contest *contest, uint64_t *ret_kills)
{
    unsigned started = 0;
    bool is_carried_out = true;

    for (unsigned i = 0; i < CLIENTS && is_carried_out; i++) {
        struct client *client = &contest->clients[i];
        *client =
            (struct client){.contest = contest, .number = i, .random = contest->plan->seed + i};
        crash_line_init(&client->line, contest->plan->server.port);
        s3a_buf_init(&client->body, CRASH_BODY_SIZE_MAX);
        is_carried_out = pthread_create(&client->thread, NULL, run_client, client) == 0;
        started += is_carried_out;
    }
    is_carried_out = is_carried_out && conduct(contest, ret_kills);
    atomic_store(&contest->left, 0);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(contest->clients[i].thread, NULL);
    }
    return is_carried_out && read_all(contest);
}

/* All that the clients have seen, one after another. From malloc(). */
static struct crash_op *gather(struct contest *contest, size_t *ret_count)
{
    size_t count = 0;

    *ret_count = 0;
    for (unsigned i = 0; i < CLIENTS; i++) {
        count += contest->clients[i].count;
    }
    struct crash_op *ops = calloc(count + 1, sizeof(*ops));
    for (unsigned i = 0; i < CLIENTS && ops; i++) {
        const struct client *client = &contest->clients[i];
        if (client->count > 0) {
            memcpy(ops + *ret_count, client->ops, client->count * sizeof(*ops));
        }
        *ret_count += client->count;
    }
    return ops;
}

static int conclude(struct contest *contest, uint64_t kills, uint64_t start_ns)
{
    struct crash_judgement judgement = {0};
    uint64_t end_ns = crash_now_ns();
    size_t count;
    struct crash_op *ops = gather(contest, &count);
    bool is_judged = ops && crash_judge(ops, count, stderr, &judgement);
    unsigned violations = judgement.violations + atomic_load(&contest->surprises);

    free(ops);
    if (isatty(STDOUT_FILENO)) {
        printf("\r\033[K");
    }
    if (!is_judged) {
        fprintf(stderr, "crash: out of memory\n");
        return 2;
    }
    printf("crash: seed %" PRIu64
           ", %zu operations by %d clients on %u keys in %.1f s, %u answered "
           "503; judged in %.1f s\n",
           contest->plan->seed, count, CLIENTS, judgement.keys, (double)(end_ns - start_ns) / 1e9,
           atomic_load(&contest->refused), (double)(crash_now_ns() - end_ns) / 1e9);
    printf("crash: %" PRIu64
           " kills, %u operations in doubt, %u of them seen to have happened; %s, "
           "%u violation%s\n",
           kills, judgement.unknown, judgement.took_effect,
           judgement.undecided ? "not decided"
           : violations        ? "not linearizable"
                               : "linearizable",
           violations, violations == 1 ? "" : "s");
    return violations > 0 || judgement.undecided > 0;
}

int crash_contest(struct crash_plan *plan)
{
    struct contest *contest = calloc(1, sizeof(*contest));
    uint64_t start_ns = crash_now_ns();
    uint64_t kills = 0;
    int result = 2;

    if (contest && crash_server_start(&plan->server)) {
        contest->plan = plan;
        atomic_store(&contest->left, plan->operations);
        if (run_clients(contest, &kills)) {
            result = conclude(contest, kills, start_ns);
        }
        for (unsigned i = 0; i < CLIENTS; i++) {
            free(contest->clients[i].ops);
            if (contest->clients[i].contest) {
                crash_line_fini(&contest->clients[i].line);
                s3a_buf_fini(&contest->clients[i].body);
            }
        }
    }
    free(contest);
    return plan->interrupted ? 128 + plan->interrupted : result;
}

/* SPDX-License-Identifier: MIT */
#include "crash_judge.h"

#include <inttypes.h>
#include <stdlib.h>

#include "crash_search.h"

/* Operations that are shown beside the one at which the search came to its end. */
#define EVIDENCE_MAX 24

/* Where each value was written: a table with open addressing. */
struct authors {
    struct crash_move **table;
    size_t mask;
};

struct judge {
    struct crash_move *moves;
    struct authors authors;
    FILE *out;
    struct crash_judgement *judgement;
};

static bool writes(const struct crash_op *op)
{
    return (op->kind == CRASH_CREATE || op->kind == CRASH_UPDATE) &&
           (op->outcome == CRASH_DONE || op->outcome == CRASH_UNKNOWN);
}

static bool expects(const struct crash_op *op)
{
    return op->kind == CRASH_UPDATE || op->kind == CRASH_REMOVE;
}

/* What the answer says was there: the value that was read, or that If-Match has met. */
static uint64_t met(const struct crash_op *op)
{
    if (op->outcome != CRASH_DONE || op->kind == CRASH_CREATE) {
        return 0;
    }
    return op->kind == CRASH_READ ? op->value : op->expected;
}

static struct crash_move **place_of(const struct authors *authors, uint64_t value)
{
    size_t at = (size_t)(value * UINT64_C(0x9e3779b97f4a7c15) >> 16) & authors->mask;

    while (authors->table[at] && authors->table[at]->op->value != value) {
        at = (at + 1) & authors->mask;
    }
    return &authors->table[at];
}

static struct crash_move *author_of(const struct judge *judge, uint64_t value, uint32_t key)
{
    struct crash_move *move = value == 0 ? NULL : *place_of(&judge->authors, value);

    return move && move->op->key == key ? move : NULL;
}

static void print_op(FILE *out, const struct crash_op *op, uint64_t start_ns)
{
    static const char *const kinds[] = {"create", "update", "remove", "read"};
    static const char *const outcomes[] = {"done", "refused", "absent", "unknown"};

    fprintf(out, "  %12.6f", (double)(op->invoke_ns - start_ns) / 1e9);
    if (op->outcome == CRASH_UNKNOWN) {
        fprintf(out, "  %12s", "?");
    } else {
        fprintf(out, "  %12.6f", (double)(op->return_ns - start_ns) / 1e9);
    }
    fprintf(out, "  %s", kinds[op->kind]);
    if (expects(op)) {
        fprintf(out, " of %" PRIx64, op->expected);
    }
    if (op->value != 0) {
        fprintf(out, "%s%" PRIx64, op->kind == CRASH_READ ? ": " : " as ", op->value);
    }
    fprintf(out, ", %s\n", outcomes[op->outcome]);
}

/* The operations that were under way at the same time, and those just before. */
static void show(const struct judge *judge, const struct crash_move *first, size_t count,
                 const struct crash_move *stuck, const char *why)
{
    size_t at = (size_t)(stuck - first);
    size_t from = at > EVIDENCE_MAX / 2 ? at - EVIDENCE_MAX / 2 : 0;

    fprintf(judge->out, "key %" PRIu32 ": %s\n", stuck->op->key, why);
    for (size_t i = from; i < count && i < from + EVIDENCE_MAX; i++) {
        fprintf(judge->out, "%s", &first[i] == stuck ? " >" : "  ");
        print_op(judge->out, first[i].op, judge->moves[0].op->invoke_ns);
    }
}

static bool learn_authors(struct judge *judge, size_t count)
{
    size_t size = 16;

    while (size < 2 * count) {
        size *= 2;
    }
    judge->authors = (struct authors){calloc(size, sizeof(struct crash_move *)), size - 1};
    for (size_t i = 0; judge->authors.table && i < count; i++) {
        if (writes(judge->moves[i].op)) {
            *place_of(&judge->authors, judge->moves[i].op->value) = &judge->moves[i];
        }
    }
    return judge->authors.table != NULL;
}

/* Somebody has met the value at this time, at the latest: so it was written before, even if nobody
 * was told; and what that write has met was there before it. */
static void infer(const struct judge *judge, struct crash_move *author, uint64_t by_ns)
{
    while (author && author->op->outcome == CRASH_UNKNOWN && by_ns < author->deadline_ns) {
        judge->judgement->took_effect += author->deadline_ns == CRASH_NEVER;
        author->deadline_ns = by_ns;
        author = author->op->kind == CRASH_UPDATE ? author->author : NULL;
    }
}

/* False: the answer is one that no order explains. */
static bool study(const struct judge *judge, struct crash_move *move)
{
    const struct crash_op *op = move->op;

    if (op->outcome == CRASH_UNKNOWN) {
        judge->judgement->unknown++;
    }
    if (expects(op)) {
        move->author = author_of(judge, op->expected, op->key);
    }
    if (met(op) == 0) {
        bool is_possible = op->outcome != CRASH_DONE || op->kind == CRASH_CREATE;
        is_possible = is_possible && !(op->kind == CRASH_CREATE && op->outcome == CRASH_ABSENT) &&
                      !(op->kind == CRASH_READ && op->outcome == CRASH_REFUSED);
        return is_possible;
    }
    return author_of(judge, met(op), op->key) != NULL;
}

/*
 * What nobody has seen may be left out: a value that was written stays until somebody names it, so
 * it was never there if a later answer tells of something else. Only where nothing but refusals
 * come later may these have met it.
 */
static bool may_matter(const struct crash_move *move, uint64_t last_told_ns,
                       uint64_t last_refusal_ns)
{
    const struct crash_op *op = move->op;

    if (op->outcome != CRASH_UNKNOWN || move->deadline_ns != CRASH_NEVER) {
        return true;
    }
    if (op->kind == CRASH_READ || (expects(op) && !move->author)) {
        return false;
    }
    return op->kind == CRASH_REMOVE || move->is_used || last_refusal_ns > last_told_ns;
}

static void leave_out(struct crash_move *moves, size_t count)
{
    uint64_t last_told_ns = 0;
    uint64_t last_refusal_ns = 0;

    for (size_t i = 0; i < count; i++) {
        const struct crash_op *op = moves[i].op;
        if (op->outcome == CRASH_REFUSED && op->return_ns > last_refusal_ns) {
            last_refusal_ns = op->return_ns;
        } else if (op->outcome != CRASH_UNKNOWN && op->outcome != CRASH_REFUSED &&
                   op->invoke_ns > last_told_ns) {
            last_told_ns = op->invoke_ns;
        }
    }
    for (size_t i = 0; i < count; i++) {
        moves[i].is_left_out = !may_matter(&moves[i], last_told_ns, last_refusal_ns);
    }
}

static bool judge_key(const struct judge *judge, struct crash_move *moves, size_t count)
{
    const struct crash_move *stuck;

    leave_out(moves, count);
    enum crash_finding finding = crash_search(moves, count, &stuck);
    if (finding == CRASH_NO_ORDER) {
        judge->judgement->violations++;
        show(judge, moves, count, stuck, "no order explains the answer marked with >");
    } else if (finding == CRASH_UNDECIDED) {
        judge->judgement->undecided++;
        show(judge, moves, count, stuck, "too many possible orders");
    }
    return finding != CRASH_NO_MEMORY;
}

/* Who has met what, and when. */
static void draw_conclusions(const struct judge *judge, struct crash_move *moves, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct crash_op *op = moves[i].op;
        struct crash_move *author = met(op) ? author_of(judge, met(op), op->key) : moves[i].author;
        if (author) {
            author->is_used = true;
        }
        if (met(op)) {
            infer(judge, author, op->return_ns);
        }
    }
}

/* One key after another. */
static bool judge_keys(const struct judge *judge, size_t count)
{
    bool is_judged = true;

    for (size_t start = 0, end; start < count && is_judged; start = end) {
        struct crash_move *moves = &judge->moves[start];
        struct crash_move *impossible = NULL;
        for (end = start; end < count && judge->moves[end].op->key == moves->op->key; end++) {
            if (!study(judge, &judge->moves[end])) {
                impossible = &judge->moves[end];
            }
        }
        judge->judgement->keys++;
        draw_conclusions(judge, moves, end - start);
        if (impossible) {
            judge->judgement->violations++;
            show(judge, moves, end - start, impossible,
                 "nobody can have been given the answer marked with >");
        } else {
            is_judged = judge_key(judge, moves, end - start);
        }
    }
    return is_judged;
}

static int by_key_and_time(const void *a, const void *b)
{
    const struct crash_op *left = a;
    const struct crash_op *right = b;

    if (left->key != right->key) {
        return left->key < right->key ? -1 : 1;
    }
    return (left->invoke_ns > right->invoke_ns) - (left->invoke_ns < right->invoke_ns);
}

bool crash_judge(struct crash_op *ops, size_t count, FILE *out,
                 struct crash_judgement *ret_judgement)
{
    struct judge judge = {.out = out, .judgement = ret_judgement};
    bool is_judged = false;

    *ret_judgement = (struct crash_judgement){0};
    judge.moves = calloc(count + 1, sizeof(*judge.moves));
    if (judge.moves) {
        qsort(ops, count, sizeof(*ops), by_key_and_time);
        for (size_t i = 0; i < count; i++) {
            judge.moves[i] = (struct crash_move){
                .op = &ops[i],
                .deadline_ns = ops[i].outcome == CRASH_UNKNOWN ? CRASH_NEVER : ops[i].return_ns};
        }
        is_judged = learn_authors(&judge, count) && judge_keys(&judge, count);
    }
    free(judge.authors.table);
    free(judge.moves);
    return is_judged;
}

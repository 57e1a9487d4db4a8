/* SPDX-License-Identifier: MIT */
#include "crash_search.h"

#include <stdlib.h>
#include <string.h>

#define WORDS (CRASH_PENDING_MAX / 64)

/* What the register may hold, and which of the pending operations have had their moment. */
struct state {
    uint64_t value;
    uint64_t done[WORDS];
};

struct states {
    size_t count;
    struct state items[CRASH_STATES_MAX];
};

struct search {
    struct crash_move *pending[CRASH_PENDING_MAX]; /* by slot; NULL: a free one */
    unsigned slots[CRASH_PENDING_MAX];             /* those that are in use */
    unsigned slot_count;
    bool is_overrun;
    struct states *now;
    struct states *next;
    struct states *seen; /* on the way to the next ones */
};

static bool is_done(const struct state *state, unsigned slot)
{
    return (state->done[slot / 64] >> (slot % 64)) & 1;
}

static void set_done(struct state *state, unsigned slot, bool done)
{
    uint64_t bit = UINT64_C(1) << (slot % 64);

    state->done[slot / 64] = done ? state->done[slot / 64] | bit : state->done[slot / 64] & ~bit;
}

/* False where it is there already, or there is no room. */
static bool add(struct search *search, struct states *states, const struct state *state)
{
    for (size_t i = states->count; i-- > 0;) {
        if (memcmp(&states->items[i], state, sizeof(*state)) == 0) {
            return false;
        }
    }
    if (states->count == CRASH_STATES_MAX) {
        search->is_overrun = true;
        return false;
    }
    states->items[states->count++] = *state;
    return true;
}

static bool changes(const struct crash_op *op)
{
    return op->kind != CRASH_READ && (op->outcome == CRASH_DONE || op->outcome == CRASH_UNKNOWN);
}

/* Would the register, holding this, give the answer? */
static bool fits(const struct crash_op *op, uint64_t value)
{
    switch (op->outcome) {
    case CRASH_ABSENT:
        return value == 0;
    case CRASH_REFUSED:
        return value != 0 && (op->kind == CRASH_CREATE || value != op->expected);
    default:
        break;
    }
    switch (op->kind) {
    case CRASH_CREATE:
        return value == 0;
    case CRASH_READ:
        return value == op->value;
    default:
        return value == op->expected;
    }
}

/* All that changes nothing, and may have its moment now. */
static void look(const struct search *search, struct state *state)
{
    for (unsigned i = 0; i < search->slot_count; i++) {
        unsigned slot = search->slots[i];
        const struct crash_op *op = search->pending[slot]->op;
        if (!changes(op) && !is_done(state, slot) && fits(op, state->value)) {
            set_done(state, slot, true);
        }
    }
}

/* From one state on, through whatever pending writes, to those in which slot has had its moment. */
static void carry_on(struct search *search, const struct state *from, unsigned slot)
{
    if (is_done(from, slot)) {
        add(search, search->next, from);
        return;
    }
    search->seen->count = 0;
    add(search, search->seen, from);
    for (size_t at = 0; at < search->seen->count && !search->is_overrun; at++) {
        for (unsigned i = 0; i < search->slot_count; i++) {
            struct state to = search->seen->items[at];
            unsigned by = search->slots[i];
            const struct crash_op *op = search->pending[by]->op;
            if (!changes(op) || is_done(&to, by) || !fits(op, to.value)) {
                continue;
            }
            to.value = op->kind == CRASH_REMOVE ? 0 : op->value;
            set_done(&to, by, true);
            look(search, &to);
            add(search, is_done(&to, slot) ? search->next : search->seen, &to);
        }
    }
}

static void swap(struct search *search)
{
    struct states *now = search->now;

    search->now = search->next;
    search->next = now;
    search->next->count = 0;
}

/* Nobody asks any more whether it has had its moment. */
static void release(struct search *search, unsigned index)
{
    unsigned slot = search->slots[index];

    for (size_t i = 0; i < search->now->count; i++) {
        struct state state = search->now->items[i];
        set_done(&state, slot, false);
        add(search, search->next, &state);
    }
    swap(search);
    search->pending[slot] = NULL;
    search->slots[index] = search->slots[--search->slot_count];
}

/* What it expects was there, and is there no more: it will never have its moment. */
static bool is_too_late(const struct search *search, const struct crash_move *move)
{
    if (move->deadline_ns != CRASH_NEVER || move->op->kind == CRASH_CREATE ||
        !move->author->is_past) {
        return false;
    }
    for (size_t i = 0; i < search->now->count; i++) {
        if (search->now->items[i].value == move->op->expected) {
            return false;
        }
    }
    return true;
}

static void forget_the_late(struct search *search)
{
    for (unsigned i = search->slot_count; i-- > 0;) {
        if (is_too_late(search, search->pending[search->slots[i]])) {
            release(search, i);
        }
    }
}

static void call(struct search *search, struct crash_move *move)
{
    unsigned slot = 0;

    while (slot < CRASH_PENDING_MAX && search->pending[slot]) {
        slot++;
    }
    if (slot == CRASH_PENDING_MAX) {
        search->is_overrun = true;
        return;
    }
    search->pending[slot] = move;
    search->slots[search->slot_count++] = slot;
    for (size_t i = 0; i < search->now->count && !changes(move->op); i++) {
        struct state *state = &search->now->items[i];
        set_done(state, slot, fits(move->op, state->value));
    }
}

static void give_back(struct search *search, struct crash_move *move)
{
    unsigned index = 0;

    while (search->pending[search->slots[index]] != move) {
        index++;
    }
    for (size_t i = 0; i < search->now->count && !search->is_overrun; i++) {
        carry_on(search, &search->now->items[i], search->slots[index]);
    }
    swap(search);
    move->is_past = true;
    release(search, index);
    forget_the_late(search);
}

static int by_deadline(const void *a, const void *b)
{
    const struct crash_move *const *left = a;
    const struct crash_move *const *right = b;

    return ((*left)->deadline_ns > (*right)->deadline_ns) -
           ((*left)->deadline_ns < (*right)->deadline_ns);
}

/* At one and the same time calls come first: then the two may have happened in either order. */
static enum crash_finding go_through(struct search *search, struct crash_move *moves, size_t count,
                                     struct crash_move *const *returns,
                                     const struct crash_move **ret_stuck)
{
    size_t called = 0;

    for (size_t i = 0; i < count && returns[i]->deadline_ns != CRASH_NEVER; i++) {
        *ret_stuck = returns[i];
        if (returns[i]->deadline_ns < returns[i]->op->invoke_ns) {
            return CRASH_NO_ORDER; /* seen before it was asked for */
        }
        while (called < count && moves[called].op->invoke_ns <= returns[i]->deadline_ns) {
            if (!moves[called].is_left_out) {
                call(search, &moves[called]);
            }
            called++;
        }
        if (!search->is_overrun) {
            give_back(search, returns[i]);
        }
        if (search->is_overrun) {
            return CRASH_UNDECIDED;
        }
        if (search->now->count == 0) {
            return CRASH_NO_ORDER;
        }
    }
    return CRASH_ORDER_FOUND;
}

enum crash_finding crash_search(struct crash_move *moves, size_t count,
                                const struct crash_move **ret_stuck)
{
    struct states *states = calloc(3, sizeof(*states));
    struct crash_move **returns = calloc(count + 1, sizeof(struct crash_move *));
    enum crash_finding finding = CRASH_NO_MEMORY;

    *ret_stuck = NULL;
    if (states && returns) {
        struct search search = {.now = &states[0], .next = &states[1], .seen = &states[2]};
        search.now->count = 1;
        for (size_t i = 0; i < count; i++) {
            returns[i] = &moves[i];
        }
        qsort(returns, count, sizeof(struct crash_move *), by_deadline);
        finding = go_through(&search, moves, count, returns, ret_stuck);
    }
    free(returns);
    free(states);
    return finding;
}

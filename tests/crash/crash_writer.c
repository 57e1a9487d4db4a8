/* SPDX-License-Identifier: MIT */
#include "crash_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "crash_body.h"
#include "crash_server.h"
#include "crash_upload.h"

#define LARGE_OF 12
#define IN_PARTS_OF 8
#define COMPLAINTS_MAX 20
#define READ_TRIES 2000
#define READ_PAUSE_US 5000

void crash_writer_init(struct crash_writer *writer, unsigned number, uint64_t seed, uint16_t port,
                       struct crash_tally *tally)
{
    *writer = (struct crash_writer){.number = number, .random = seed + number, .tally = tally};
    crash_line_init(&writer->line, port);
    s3a_buf_init(&writer->body, CRASH_BODY_SIZE_MAX);
}

void crash_writer_fini(struct crash_writer *writer)
{
    crash_line_fini(&writer->line);
    s3a_buf_fini(&writer->body);
    free(writer->steps);
}

static uint64_t position(const struct crash_writer *writer)
{
    return writer->disk ? atomic_load(&writer->disk->position) : 0;
}

static void keep_step(struct crash_writer *writer, const struct crash_step *step)
{
    if (!writer->disk) {
        return;
    }
    if (writer->step_count == writer->step_capacity) {
        writer->step_capacity = writer->step_capacity ? 2 * writer->step_capacity : 256;
        writer->steps = realloc(writer->steps, writer->step_capacity * sizeof(*writer->steps));
        if (!writer->steps) {
            abort();
        }
    }
    writer->steps[writer->step_count++] = *step;
}

/* It is known now what has come of the last one, which was in doubt. */
static void settle_step(struct crash_writer *writer, unsigned slot, bool is_applied)
{
    for (size_t i = writer->step_count; i-- > 0;) {
        if (writer->steps[i].slot == slot) {
            writer->steps[i].until = position(writer);
            writer->steps[i].is_applied = is_applied;
            return;
        }
    }
}

unsigned crash_writer_objects(const struct crash_writer *writer)
{
    unsigned count = 0;

    for (unsigned i = 0; i < CRASH_WRITER_KEYS; i++) {
        count += writer->slots[i].value != 0;
    }
    return count;
}

static void path_of(const struct crash_writer *writer, unsigned slot, char ret_path[64])
{
    snprintf(ret_path, 64, "/" CRASH_BUCKET "/w%u/k%u", writer->number, slot);
}

static void violation(struct crash_writer *writer, unsigned slot, const char *what, int status,
                      uint64_t value)
{
    const struct crash_slot *its = &writer->slots[slot];

    if (atomic_fetch_add(&writer->tally->violations, 1) < COMPLAINTS_MAX) {
        fprintf(stderr,
                "crash: violation: w%u/k%u: %s (status %d, value %" PRIx64 "); acknowledged was "
                "%" PRIx64 "%s%" PRIx64 "\n",
                writer->number, slot, what, status, value, its->value,
                its->is_in_doubt ? ", in doubt is " : ", and nothing is in doubt: ", its->wanted);
    }
}

/* From here on it is this, whatever it was before: so that one violation is told once. */
static void settle(struct crash_slot *slot, uint64_t value, const char *etag)
{
    slot->value = value;
    slot->is_in_doubt = false;
    slot->wanted = 0;
    snprintf(slot->etag, sizeof(slot->etag), "%s", etag);
}

/* Reads one, and compares it with what has to be there. */
static bool read_slot(struct crash_writer *writer, unsigned number)
{
    struct crash_slot *slot = &writer->slots[number];
    struct crash_tally *tally = writer->tally;
    struct crash_answer answer = {0};
    uint64_t value = 0;
    char path[64];
    struct crash_call call = {.method = "GET", .path = path};

    path_of(writer, number, path);
    for (int i = 0; i < READ_TRIES; i++) {
        if (crash_line_ask(&writer->line, &call, &answer) != CRASH_ANSWERED) {
            return false;
        }
        if (answer.status != 503 && answer.status != 500) {
            break;
        }
        crash_pause_us(READ_PAUSE_US); /* while the disk fails; that comes to an end */
    }
    atomic_fetch_add(&tally->reads, 1);
    if (answer.status == 200 && !crash_body_read(answer.body, answer.etag, &value)) {
        violation(writer, number, "what is there is torn", answer.status, value);
        return true;
    }
    if (answer.status != 200 && answer.status != 404) {
        violation(writer, number, "it cannot be read", answer.status, value);
        return true;
    }
    bool is_as_before = value == slot->value;
    bool is_as_wanted = slot->is_in_doubt && value == slot->wanted;
    if (!is_as_before && !is_as_wanted) {
        violation(writer, number, value ? "what is there is something else" : "it is lost",
                  answer.status, value);
    }
    if (slot->is_in_doubt) {
        atomic_fetch_add(&tally->applied, is_as_wanted);
        settle_step(writer, number, is_as_wanted);
    }
    settle(slot, value, answer.etag);
    return true;
}

bool crash_writer_verify(struct crash_writer *writer)
{
    /* It may be one to a server that was killed since it was used last. */
    crash_line_hang_up(&writer->line);
    for (unsigned i = 0; i < CRASH_WRITER_KEYS; i++) {
        if (!read_slot(writer, i)) {
            return false;
        }
    }
    return true;
}

enum expectation {
    TO_SUCCEED,
    TO_BE_REFUSED
};

/* Chooses a write for a slot whose content is known. */
static enum expectation choose(struct crash_writer *writer, const struct crash_slot *slot,
                               struct crash_call *call)
{
    uint64_t chance = crash_random(&writer->random, 100);
    bool is_there = slot->value != 0;

    call->method = "PUT";
    if (chance < 10) { /* a condition that does not hold */
        call->if_none_match = is_there;
        call->if_match = is_there ? NULL : "\"0123456789abcdef0123456789abcdef\"";
        return TO_BE_REFUSED;
    }
    if (chance < 30) {
        return TO_SUCCEED; /* without a condition */
    }
    if (!is_there) {
        call->if_none_match = true;
        return TO_SUCCEED;
    }
    if (chance < 50) {
        call->method = "DELETE";
    }
    call->if_match = chance < 90 ? slot->etag : NULL;
    return TO_SUCCEED;
}

static void conclude(struct crash_writer *writer, unsigned number, const struct crash_call *call,
                     enum expectation expectation, const struct crash_answer *answer)
{
    struct crash_slot *slot = &writer->slots[number];
    struct crash_tally *tally = writer->tally;
    bool is_removal = call->method[0] == 'D';

    if (answer->status == 503) {
        atomic_fetch_add(&tally->refused, 1);
    } else if (answer->status == 500) {
        atomic_fetch_add(&tally->failed, 1);
        atomic_fetch_add(&tally->doubts, 1);
        slot->is_in_doubt = true;
    } else if (expectation == TO_BE_REFUSED) {
        atomic_fetch_add(&tally->conditions, 1);
        if (answer->status != (slot->value ? 412 : 404)) {
            violation(writer, number, "a condition that does not hold was not refused",
                      answer->status, slot->wanted);
        }
    } else if (answer->status == (is_removal ? 204 : 200)) {
        atomic_fetch_add(&tally->acknowledged, 1);
        settle(slot, slot->wanted, answer->etag);
    } else {
        violation(writer, number, "a write was refused that has to be possible", answer->status,
                  slot->wanted);
    }
}

/* Refusals and what was not sent are no steps. status 0: no answer. */
static void keep_what_came_of_it(struct crash_writer *writer, struct crash_step *step, int status,
                                 enum expectation expectation)
{
    bool is_done = status == 200 || status == 204;

    if (expectation == TO_SUCCEED && (is_done || writer->slots[step->slot].is_in_doubt)) {
        step->until = is_done ? position(writer) : UINT64_MAX;
        keep_step(writer, step);
    }
}

bool crash_writer_act(struct crash_writer *writer)
{
    unsigned number = (unsigned)crash_random(&writer->random, CRASH_WRITER_KEYS);
    struct crash_slot *slot = &writer->slots[number];
    struct crash_answer answer;
    struct crash_call call = {0};
    char path[64];

    if (slot->is_in_doubt) {
        return read_slot(writer, number);
    }
    path_of(writer, number, path);
    call.path = path;
    enum expectation expectation = choose(writer, slot, &call);
    slot->wanted = 0;
    if (call.method[0] == 'P') {
        slot->wanted = (uint64_t)(writer->number + 1) << 40 | ++writer->written;
        crash_body_write(slot->wanted, LARGE_OF, &writer->body);
        call.body = s3a_buf_str(&writer->body);
    }
    struct crash_step step = {.slot = number,
                              .value = slot->wanted,
                              .from = position(writer),
                              .until = UINT64_MAX,
                              .is_applied = true};
    bool in_parts = slot->wanted != 0 && expectation == TO_SUCCEED &&
                    crash_random(&writer->random, IN_PARTS_OF) == 0;
    enum crash_sent sent = in_parts ? crash_upload(&writer->line, &call, &answer)
                                    : crash_line_ask(&writer->line, &call, &answer);
    if (sent == CRASH_ANSWERED) {
        conclude(writer, number, &call, expectation, &answer);
    } else if (sent == CRASH_NO_ANSWER && expectation == TO_SUCCEED) {
        atomic_fetch_add(&writer->tally->doubts, 1);
        slot->is_in_doubt = true;
    }
    keep_what_came_of_it(writer, &step, sent == CRASH_ANSWERED ? answer.status : 0, expectation);
    return sent == CRASH_ANSWERED;
}

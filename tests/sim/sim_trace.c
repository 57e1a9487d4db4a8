/* SPDX-License-Identifier: MIT */
#include "sim_world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* The story of a run, for people: one line for each thing that happens. */

#define TOKEN_SHOWN 100000 /* the last digits tell tokens apart */

static const char *const place_names[] = {"LOOK", "WAIT", "TAKE", "HOLD", "BEAT", "CHECK", "OVER",
                                          "FREE", "SEEK", "REST", "PEEK", "KILL", "ENDED"};
static const char *const event_names[] = {"start",   "answer",  "wake",         "release!",
                                          "cancel!", "detach!", "session lost!"};

void sim_say_now(struct sim *sim, const char *format, ...)
{
    va_list args;

    fprintf(sim->trace, "%8" PRIu64 " ", sim->now_ms);
    va_start(args, format);
    vfprintf(sim->trace, format, args);
    va_end(args);
    fputc('\n', sim->trace);
}

/* Whose record: the first half of an identity stays the same from attempt to attempt. */
static int contender_of(const struct sim *sim, const struct s3a_lock_record *record)
{
    for (unsigned i = 0; i < sim->contender_count; i++) {
        if (memcmp(sim->contenders[i].machine.seed, record->grant.owner, 8) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *sim_text_of_object(const struct sim *sim, const struct s3a_lock_view *view)
{
    static char text[128];
    const struct s3a_lock_record *record = &view->record;

    switch (view->kind) {
    case S3A_LOCK_OBJECT_ABSENT:
        return "nothing";
    case S3A_LOCK_OBJECT_FOREIGN:
        return "a file that is no lock";
    case S3A_LOCK_OBJECT_NEWER:
        return "a lock of a newer version";
    case S3A_LOCK_OBJECT_JAVA:
        snprintf(text, sizeof(text), "a lock of the Java library until %" PRId64,
                 view->java_expires_ms - SIM_EPOCH_MS);
        return text;
    case S3A_LOCK_OBJECT_RECORD:
        break;
    }
    snprintf(text, sizeof(text), "%s c%d token ..%05" PRIu64 " beat %" PRIu64 " etag %.4s",
             record->held ? "held" : "free", contender_of(sim, record),
             record->grant.token % TOKEN_SHOWN, record->beat, view->etag);
    return text;
}

static void say_told(struct sim *sim, unsigned number, const struct s3a_lock_action *action)
{
    const struct s3a_lock_machine *machine = &sim->contenders[number].machine;

    if (action->tell & S3A_LOCK_TELL_GRANTED) {
        sim_say(sim, "c%u HAS IT, token ..%05" PRIu64, number,
                machine->record.grant.token % TOKEN_SHOWN);
    }
    if (action->tell & S3A_LOCK_TELL_DANGER) {
        sim_say(sim, "c%u is in danger", number);
    }
    if (action->tell & S3A_LOCK_TELL_LOST) {
        sim_say(sim, "c%u LOST it, reason %d", number, (int)machine->lost_reason);
    }
    if (action->tell & (S3A_LOCK_TELL_FAILED | S3A_LOCK_TELL_ENDED)) {
        sim_say(sim, "c%u %s: %s", number,
                action->tell & S3A_LOCK_TELL_FAILED ? "did not get it" : "has given it back",
                s3a_status_name(action->status));
    }
}

void sim_say_step(struct sim *sim, unsigned number, enum s3a_lock_place from,
                  const struct s3a_lock_event *event, const struct s3a_lock_action *action)
{
    const struct s3a_lock_machine *machine = &sim->contenders[number].machine;
    char what[96] = "";

    if (event->kind == S3A_LOCK_ANSWER) {
        bool read = event->status == S3A_OK && event->view && (!event->etag || !event->etag[0]);
        snprintf(what, sizeof(what), " %s%s%s", s3a_status_name(event->status), read ? ": " : "",
                 read ? sim_text_of_object(sim, event->view) : "");
    }
    sim_say(sim, "c%u %s -- %s%s -> %s", number, place_names[from], event_names[event->kind], what,
            place_names[machine->at]);
    if (action->record) {
        sim_say(sim, "c%u sends #%" PRIu64 ": %s %.4s: %s token ..%05" PRIu64 " beat %" PRIu64,
                number, sim->requests + 1,
                action->request == S3A_LOCK_REQUEST_CREATE ? "create" : "replace", action->etag,
                action->record->held ? "held" : "free", action->record->grant.token % TOKEN_SHOWN,
                action->record->beat);
    } else if (action->request == S3A_LOCK_REQUEST_DELETE) {
        sim_say(sim, "c%u sends #%" PRIu64 ": delete %.4s", number, sim->requests + 1,
                action->etag);
    } else if (action->request != S3A_LOCK_REQUEST_NONE) {
        sim_say(sim, "c%u sends #%" PRIu64 ": get", number, sim->requests + 1);
    }
    say_told(sim, number, action);
}

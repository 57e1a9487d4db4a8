/* SPDX-License-Identifier: MIT */
#include "observer.h"

#include <stdio.h>
#include <string.h>

#include "call.h"
#include "clock.h"
#include "error.h"
#include "transport.h"

#define STEPS (1u << S3A_LATENCY_STEPS_LOG2)
#define MESSAGE_SIZE_MAX 1024
#define KEY_SHOWN_MAX 160

const char *s3a_log_level_name(enum s3a_log_level level)
{
    static const char *const names[] = {"warning", "info", "debug"};

    return (unsigned)level < sizeof(names) / sizeof(names[0]) ? names[level] : "unknown";
}

const char *s3a_operation_name(enum s3a_operation operation)
{
    static const char *const names[S3A_OPERATION_COUNT] = {"get",    "head", "put",
                                                           "delete", "list", "other"};

    return (unsigned)operation < S3A_OPERATION_COUNT ? names[operation] : "unknown";
}

void s3a_observer_init(struct s3a_observer *observer, s3a_log_fn on_log, void *user,
                       enum s3a_log_level level)
{
    *observer = (struct s3a_observer){.on_log = on_log, .user = user, .level = level};
    pthread_mutex_init(&observer->mutex, NULL);
}

void s3a_observer_fini(struct s3a_observer *observer)
{
    pthread_mutex_destroy(&observer->mutex);
}

/* The log. */

bool s3a_observer_hears(const struct s3a_observer *observer, enum s3a_log_level level)
{
    return observer && observer->on_log && level <= observer->level;
}

/* What the world wrote is in it, too. */
static void tell(const struct s3a_observer *observer, enum s3a_log_level level, char *message)
{
    for (char *byte = message; *byte; byte++) {
        *byte = (unsigned char)*byte < ' ' || *byte == 0x7f ? '?' : *byte;
    }
    observer->on_log(level, message, observer->user);
}

void s3a_observer_log(const struct s3a_observer *observer, enum s3a_log_level level,
                      const char *format, ...)
{
    char message[MESSAGE_SIZE_MAX];
    va_list args;

    if (s3a_observer_hears(observer, level)) {
        va_start(args, format);
        vsnprintf(message, sizeof(message), format, args);
        va_end(args);
        tell(observer, level, message);
    }
}

void s3a_observer_log_op(const struct s3a_observer *observer, enum s3a_log_level level,
                         const struct s3a_op *op, const char *format, ...)
{
    char message[MESSAGE_SIZE_MAX];
    va_list args;

    if (!s3a_observer_hears(observer, level)) {
        return;
    }
    int shown = op->key.size < KEY_SHOWN_MAX ? (int)op->key.size : KEY_SHOWN_MAX;
    int used = snprintf(message, sizeof(message), "%s s3://%.*s%s%.*s: ", s3a_op_method(op->kind),
                        S3A_STR_ARG(op->bucket), shown > 0 ? "/" : "", shown,
                        op->key.data ? op->key.data : "");
    va_start(args, format);
    vsnprintf(message + used, sizeof(message) - (size_t)used, format, args);
    va_end(args);
    tell(observer, level, message);
}

/* The numbers. */

static enum s3a_operation operation_of(enum s3a_op_kind kind)
{
    switch (kind) {
    case S3A_OP_GET_OBJECT:
        return S3A_OPERATION_GET;
    case S3A_OP_HEAD_OBJECT:
        return S3A_OPERATION_HEAD;
    case S3A_OP_PUT_OBJECT:
        return S3A_OPERATION_PUT;
    case S3A_OP_DELETE_OBJECT:
        return S3A_OPERATION_DELETE;
    case S3A_OP_LIST_OBJECTS:
        return S3A_OPERATION_LIST;
    default:
        return S3A_OPERATION_OTHER;
    }
}

/* 0 to 7 have a class each; then each power of two has eight. */
static unsigned class_of(uint64_t us)
{
    unsigned shift = 0;

    while (us >> shift >= 2 * STEPS) {
        shift++;
    }
    unsigned class = shift * STEPS + (unsigned)(us >> shift);
    return class < S3A_LATENCY_CLASSES ? class : S3A_LATENCY_CLASSES - 1;
}

/* The largest of a class. */
static uint64_t bound_of(unsigned class)
{
    unsigned shift = class < 2 * STEPS ? 0 : class / STEPS - 1;

    return (((uint64_t) class - shift * STEPS + 1) << shift) - 1;
}

static uint64_t *count_of(struct s3a_operation_statistics *counts, enum s3a_status status)
{
    switch (s3a_status_action(status)) {
    case S3A_ACTION_DONE:
        return &counts->done;
    case S3A_ACTION_CONFLICT:
        return &counts->conflicts;
    case S3A_ACTION_RETRY:
        return &counts->failed;
    case S3A_ACTION_IN_DOUBT:
        return &counts->in_doubt;
    case S3A_ACTION_FATAL:
        break;
    }
    return &counts->refused;
}

void s3a_observer_send(struct s3a_observer *observer, struct s3a_transport *transport,
                       struct s3a_call *call)
{
    call->observer = observer;
    call->sent_us = s3a_clock_us();
    transport->send(transport, call);
}

void s3a_observer_abandon(struct s3a_observer *observer, struct s3a_transport *transport,
                          struct s3a_call *call)
{
    s3a_observer_count(observer, operations[operation_of(call->op.kind)].abandoned);
    s3a_observer_log_op(observer, S3A_LOG_DEBUG, &call->op, "the answer is not waited for");
    transport->abandon(transport, call);
}

static void tell_end(const struct s3a_observer *observer, const struct s3a_call *call,
                     uint64_t took_us)
{
    const struct s3a_answer *answer = &call->answer;
    bool has_host_id = answer->host_id[0] != '\0';
    struct s3a_error error;
    char ids[S3A_REQUEST_ID_SIZE_MAX + S3A_HOST_ID_SIZE_MAX + 32] = "";

    if (answer->request_id[0]) {
        snprintf(ids, sizeof(ids), ", request id %s%s%s", answer->request_id,
                 has_host_id ? " " : "", answer->host_id);
    }
    unsigned ms = (unsigned)(took_us / 1000);
    unsigned tenth = (unsigned)(took_us / 100 % 10);
    if (answer->status == S3A_OK) {
        s3a_observer_log_op(observer, S3A_LOG_DEBUG, &call->op, "%d, %zu bytes, %u.%u ms%s",
                            answer->http_status, answer->body.size, ms, tenth, ids);
        return;
    }
    (void)s3a_answer_error(&call->op, answer, &error);
    s3a_observer_log(observer, S3A_LOG_DEBUG, "%s: %s, %u.%u ms%s", error.message,
                     s3a_status_name(answer->status), ms, tenth, ids);
}

void s3a_observer_note(struct s3a_observer *observer, enum s3a_operation operation,
                       enum s3a_status status, uint64_t took_us)
{
    struct s3a_latencies *latencies = &observer->latencies[operation];

    pthread_mutex_lock(&observer->mutex);
    (*count_of(&observer->counts.operations[operation], status))++;
    latencies->counts[class_of(took_us)]++;
    latencies->max_us = took_us > latencies->max_us ? took_us : latencies->max_us;
    pthread_mutex_unlock(&observer->mutex);
}

void s3a_observer_note_end(struct s3a_observer *observer, const struct s3a_call *call)
{
    uint64_t took_us = s3a_clock_us() - call->sent_us;

    s3a_observer_note(observer, operation_of(call->op.kind), call->answer.status, took_us);
    if (s3a_observer_hears(observer, S3A_LOG_DEBUG)) {
        tell_end(observer, call, took_us);
    }
}

/* No more than one in a hundred (100 - percentage) took longer. */
static uint64_t percentile(const struct s3a_latencies *latencies, unsigned percentage)
{
    uint64_t total = 0;
    uint64_t seen = 0;
    unsigned class = 0;

    for (unsigned i = 0; i < S3A_LATENCY_CLASSES; i++) {
        total += latencies->counts[i];
    }
    if (total == 0) {
        return 0;
    }
    uint64_t wanted = (total * percentage + 99) / 100;
    while ((seen += latencies->counts[class]) < wanted) {
        class ++;
    }
    return bound_of(class) < latencies->max_us ? bound_of(class) : latencies->max_us;
}

void s3a_observer_read(struct s3a_observer *observer, struct s3a_client_statistics *ret_statistics)
{
    pthread_mutex_lock(&observer->mutex);
    *ret_statistics = observer->counts;
    for (unsigned i = 0; i < S3A_OPERATION_COUNT; i++) {
        struct s3a_operation_statistics *operation = &ret_statistics->operations[i];
        operation->latency_p50_us = percentile(&observer->latencies[i], 50);
        operation->latency_p90_us = percentile(&observer->latencies[i], 90);
        operation->latency_p99_us = percentile(&observer->latencies[i], 99);
        operation->latency_max_us = observer->latencies[i].max_us;
    }
    pthread_mutex_unlock(&observer->mutex);
}

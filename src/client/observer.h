/* SPDX-License-Identifier: MIT */
#ifndef S3A_OBSERVER_H
#define S3A_OBSERVER_H

/*
 * What a client tells of itself: its log, and its statistics. Everything is written by the loop's
 * thread; the mutex is for those who read the numbers. An observer that is NULL sees nothing.
 */

#include <pthread.h>

#include <s3atomic/observe.h>

struct s3a_call;
struct s3a_op;
struct s3a_transport;

/* By size: eight for each power of two. */
#define S3A_LATENCY_STEPS_LOG2 3
#define S3A_LATENCY_CLASSES 256

struct s3a_latencies {
    uint32_t counts[S3A_LATENCY_CLASSES];
    uint64_t max_us;
};

struct s3a_observer {
    s3a_log_fn on_log; /* NULL: nobody listens */
    void *user;
    enum s3a_log_level level;

    pthread_mutex_t mutex; /* of all that follows */
    struct s3a_client_statistics counts;
    struct s3a_latencies latencies[S3A_OPERATION_COUNT];
};

void s3a_observer_init(struct s3a_observer *observer, s3a_log_fn on_log, void *user,
                       enum s3a_log_level level);
void s3a_observer_fini(struct s3a_observer *observer);

/* Is a message of that level wanted? */
bool s3a_observer_hears(const struct s3a_observer *observer, enum s3a_log_level level);

void s3a_observer_log(const struct s3a_observer *observer, enum s3a_log_level level,
                      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same, behind "PUT s3://bucket/key: ". */
void s3a_observer_log_op(const struct s3a_observer *observer, enum s3a_log_level level,
                         const struct s3a_op *op, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* One more of these: a member of observer->counts. */
#define s3a_observer_count(observer, member)                                                       \
    do {                                                                                           \
        if (observer) {                                                                            \
            pthread_mutex_lock(&(observer)->mutex);                                                \
            (observer)->counts.member++;                                                           \
            pthread_mutex_unlock(&(observer)->mutex);                                              \
        }                                                                                          \
    } while (0)

/* Sends a call through the transport, and takes it back: its outcome is counted and told. */
void s3a_observer_send(struct s3a_observer *observer, struct s3a_transport *transport,
                       struct s3a_call *call);
void s3a_observer_abandon(struct s3a_observer *observer, struct s3a_transport *transport,
                          struct s3a_call *call);

/* An answer of that status has come after so long. */
void s3a_observer_note(struct s3a_observer *observer, enum s3a_operation operation,
                       enum s3a_status status, uint64_t took_us);

/* For s3a_call_finish(). */
void s3a_observer_note_end(struct s3a_observer *observer, const struct s3a_call *call);

void s3a_observer_read(struct s3a_observer *observer, struct s3a_client_statistics *ret_statistics);

#endif

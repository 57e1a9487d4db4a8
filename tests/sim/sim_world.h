/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIM_WORLD_H
#define S3A_SIM_WORLD_H

/* What the parts of the world share. */

#include "sim.h"

#define SIM_LATENCY_MS 40 /* at the most, one way, where nothing is slow */

enum sim_event_kind {
    SIM_EVENT_ARRIVE, /* a request reaches the store */
    SIM_EVENT_ANSWER, /* an answer reaches its contender */
    SIM_EVENT_ALARM,  /* a timeout, or the time that a machine asked for */
    SIM_EVENT_JAVA,
};

struct sim_event {
    uint64_t at_ms;
    enum sim_event_kind kind;
    unsigned contender;
    bool silent;                /* ARRIVE: nobody waits for the answer */
    enum s3a_status instead_of; /* ARRIVE: what is answered whatever was done; S3A_OK: the truth */
    struct sim_request request;
    struct sim_reply reply;
    struct sim_event *next; /* among the spare ones */
};

/* sim_events.c: those of one moment happen in the order in which they were posted. */
struct sim_event *sim_event_new(struct sim *sim, enum sim_event_kind kind, unsigned contender);
void sim_event_free(struct sim *sim, struct sim_event *event);
void sim_event_post(struct sim *sim, struct sim_event *event, uint64_t at_ms);
struct sim_event *sim_event_pop(struct sim *sim);
uint64_t sim_event_next_ms(const struct sim *sim);
void sim_queue_fini(struct sim_queue *queue);

/* sim_net.c: a contender's request, with all that may happen to it on its way. */
void sim_send(struct sim *sim, unsigned number, const struct s3a_lock_action *action);
void sim_arrive(struct sim *sim, struct sim_event *event);

/* sim_store.c: judges the condition and applies, at this very moment. */
void sim_store_apply(struct sim *sim, const struct sim_request *request,
                     struct sim_reply *ret_reply);
int64_t sim_store_clock(const struct sim *sim);
void sim_store_write(struct sim *sim, enum s3a_lock_object kind,
                     const struct s3a_lock_record *record, int64_t expires_ms);

/* sim_session.c */
struct sim_session *sim_session_find(struct sim *sim, const uint8_t id[S3A_SESSION_ID_SIZE]);
void sim_session_after_step(struct sim *sim, unsigned number, const struct s3a_lock_action *action);
void sim_session_check_take(struct sim *sim, const struct sim_request *request);
void sim_session_write(struct sim *sim, const struct sim_request *request);

/* Until when it is held, its session's lease and all; local time, 0: it is not. */
uint64_t sim_good_until_ms(const struct sim *sim, const struct sim_contender *contender);

/* sim_chaos.c and sim_session_chaos.c */
void sim_make_etag(const struct s3a_lock_record *record, char *ret_etag);
void sim_tell(struct sim *sim, unsigned number, enum s3a_lock_event_kind kind);

/* sim.c: what a contender's clock shows, and the first true time at which it shows that. */
uint64_t sim_local_time(const struct sim *sim, const struct sim_contender *contender);
uint64_t sim_true_time(const struct sim_contender *contender, uint64_t local_ms);

/* sim_java.c */
void sim_java_begin(struct sim *sim, bool reckless);
void sim_java_act(struct sim *sim);

/* sim_check.c */
void sim_breach(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_check_step(struct sim *sim, unsigned number, uint64_t good_until_ms,
                    const struct s3a_lock_action *action);
void sim_check_write(struct sim *sim, const struct sim_request *request);
void sim_check_delete(struct sim *sim, const struct sim_request *request);
void sim_check_leases(struct sim *sim);
void sim_check_removal(struct sim *sim);
void sim_check_robbery(struct sim *sim);

/* sim_kept.c: what was given back sooner than its shortest hold allows. */
bool sim_same_grant(const struct s3a_grant *a, const struct s3a_grant *b);
void sim_note_kept(struct sim *sim, unsigned number);
void sim_check_kept(struct sim *sim, const struct sim_request *request);

/* sim_trace.c */
#define sim_say(sim, ...)                                                                          \
    do {                                                                                           \
        if ((sim)->trace) {                                                                        \
            sim_say_now(sim, __VA_ARGS__);                                                         \
        }                                                                                          \
    } while (0)
void sim_say_now(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_say_step(struct sim *sim, unsigned number, enum s3a_lock_place from,
                  const struct s3a_lock_event *event, const struct s3a_lock_action *action);
const char *sim_text_of_object(const struct sim *sim, const struct s3a_lock_view *view);

#endif

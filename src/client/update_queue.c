/* SPDX-License-Identifier: MIT */
#include "update_queue.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "clock.h"
#include "wait.h"

void s3a_update_queues_init(struct s3a_update_queues *queues)
{
    s3a_check(pthread_mutex_init(&queues->mutex, NULL) == 0);
    s3a_list_init(&queues->queues);
}

void s3a_update_queues_fini(struct s3a_update_queues *queues)
{
    s3a_check(s3a_list_is_empty(&queues->queues));
    pthread_mutex_destroy(&queues->mutex);
}

static struct s3a_update_member *member_of(struct s3a_list *link)
{
    return s3a_list_entry(link, struct s3a_update_member, link);
}

static struct s3a_update_queue *new_queue(struct s3a_update_queues *queues, const char *bucket,
                                          const char *key)
{
    size_t bucket_size = strlen(bucket) + 1;
    size_t key_size = strlen(key) + 1;
    struct s3a_update_queue *queue = calloc(1, sizeof(*queue) + bucket_size + key_size);

    if (queue) {
        queue->queues = queues;
        s3a_list_init(&queue->link);
        s3a_list_init(&queue->waiting);
        s3a_list_init(&queue->joined);
        s3a_check(pthread_cond_init(&queue->returned, NULL) == 0);
        queue->key = queue->names + bucket_size;
        memcpy(queue->names, bucket, bucket_size);
        memcpy(queue->names + bucket_size, key, key_size);
    }
    return queue;
}

static void free_queue(struct s3a_update_queue *queue)
{
    s3a_list_remove(&queue->link);
    pthread_cond_destroy(&queue->returned);
    free(queue);
}

/* With the mutex, as all that follows without its own. */
static struct s3a_update_queue *find(struct s3a_update_queues *queues, const char *bucket,
                                     const char *key)
{
    struct s3a_list *link = queues->queues.next;

    for (; link != &queues->queues; link = link->next) {
        struct s3a_update_queue *queue = s3a_list_entry(link, struct s3a_update_queue, link);
        if (strcmp(queue->key, key) == 0 && strcmp(queue->names, bucket) == 0) {
            return queue;
        }
    }
    return NULL;
}

static void call(struct s3a_update_member *member, enum s3a_update_role role)
{
    member->role = role;
    pthread_cond_signal(&member->called);
}

/* The first who waits is the next to lead. */
static void pass_the_lead(struct s3a_update_queue *queue)
{
    struct s3a_list *first = s3a_list_pop(&queue->waiting);

    queue->is_led = first != NULL;
    if (first) {
        call(member_of(first), S3A_UPDATE_LEADS);
    }
}

bool s3a_update_queue_join(struct s3a_update_queues *queues, const char *bucket, const char *key,
                           struct s3a_update_member *member)
{
    pthread_mutex_lock(&queues->mutex);
    struct s3a_update_queue *queue = find(queues, bucket, key);
    bool is_nested = queue && queue->is_changing && pthread_equal(queue->changer, pthread_self());

    if (!queue || is_nested) {
        queue = new_queue(queues, bucket, key);
        if (queue && !is_nested) {
            s3a_list_append(&queues->queues, &queue->link);
        }
    }
    if (queue) {
        queue->members++;
        *member = (struct s3a_update_member){.queue = queue, .role = S3A_UPDATE_WAITS};
        s3a_wait_init(&member->called);
        s3a_list_append(&queue->waiting, &member->link);
        if (!queue->is_led) {
            pass_the_lead(queue);
        }
    }
    pthread_mutex_unlock(&queues->mutex);
    return queue != NULL;
}

/* A turn is given back and a write is settled, whatever the time; waiting has an end. */
enum s3a_update_role s3a_update_queue_wait(struct s3a_update_member *member, uint64_t deadline_ms)
{
    pthread_mutex_t *mutex = &member->queue->queues->mutex;

    pthread_mutex_lock(mutex);
    while (member->role == S3A_UPDATE_WAITS || member->role == S3A_UPDATE_JOINED) {
        int64_t rest_ms = (int64_t)(deadline_ms - s3a_clock_ms());
        if (member->role == S3A_UPDATE_JOINED) {
            pthread_cond_wait(&member->called, mutex);
        } else if (rest_ms > 0) {
            struct timespec until = s3a_wait_until(rest_ms);
            pthread_cond_timedwait(&member->called, mutex, &until);
        } else {
            s3a_list_remove(&member->link);
            member->role = S3A_UPDATE_LATE;
        }
    }
    enum s3a_update_role role = member->role;
    pthread_mutex_unlock(mutex);
    return role;
}

static void set_changing(struct s3a_update_queue *queue, bool is_changing)
{
    pthread_mutex_lock(&queue->queues->mutex);
    queue->is_changing = is_changing;
    queue->changer = pthread_self();
    pthread_mutex_unlock(&queue->queues->mutex);
}

void s3a_update_queue_begin_change(struct s3a_update_member *member)
{
    set_changing(member->queue, true);
}

void s3a_update_queue_end_change(struct s3a_update_member *member)
{
    set_changing(member->queue, false);
}

void s3a_update_queue_return(struct s3a_update_member *member, bool is_joined)
{
    struct s3a_update_queue *queue = member->queue;

    pthread_mutex_lock(&queue->queues->mutex);
    s3a_check(member->role == S3A_UPDATE_TURN);
    member->role = is_joined ? S3A_UPDATE_JOINED : S3A_UPDATE_ENDED;
    if (is_joined) {
        s3a_list_append(&queue->joined, &member->link);
    }
    queue->is_turn = false;
    pthread_cond_signal(&queue->returned);
    pthread_mutex_unlock(&queue->queues->mutex);
}

bool s3a_update_queue_call_next(struct s3a_update_member *leader, void *round)
{
    struct s3a_update_queue *queue = leader->queue;

    pthread_mutex_lock(&queue->queues->mutex);
    struct s3a_list *next = s3a_list_pop(&queue->waiting);
    if (next) {
        queue->is_turn = true;
        member_of(next)->round = round;
        call(member_of(next), S3A_UPDATE_TURN);
    }
    while (queue->is_turn) {
        pthread_cond_wait(&queue->returned, &queue->queues->mutex);
    }
    pthread_mutex_unlock(&queue->queues->mutex);
    return next != NULL;
}

void s3a_update_queue_each(struct s3a_update_member *leader,
                           void (*each)(struct s3a_update_member *member, void *arg), void *arg)
{
    struct s3a_list *joined = &leader->queue->joined;

    /* Those who have joined sleep, and nobody but the leader lets one in. */
    for (struct s3a_list *link = joined->next; link != joined; link = link->next) {
        each(member_of(link), arg);
    }
}

void s3a_update_queue_settle(struct s3a_update_member *leader, enum s3a_status status,
                             const struct s3a_error *story)
{
    struct s3a_update_queue *queue = leader->queue;
    struct s3a_list *link;

    pthread_mutex_lock(&queue->queues->mutex);
    while ((link = s3a_list_pop(&queue->joined)) != NULL) {
        member_of(link)->status = status;
        member_of(link)->story = *story;
        call(member_of(link), S3A_UPDATE_ENDED);
    }
    pthread_mutex_unlock(&queue->queues->mutex);
}

void s3a_update_queue_again(struct s3a_update_member *leader)
{
    struct s3a_update_queue *queue = leader->queue;

    pthread_mutex_lock(&queue->queues->mutex);
    for (struct s3a_list *link = queue->joined.next; link != &queue->joined; link = link->next) {
        /* It looks at its own deadline from now on. */
        call(member_of(link), S3A_UPDATE_WAITS);
    }
    s3a_list_move(&queue->joined, &queue->waiting);
    s3a_list_move(&queue->waiting, &queue->joined);
    pthread_mutex_unlock(&queue->queues->mutex);
}

void s3a_update_queue_leave(struct s3a_update_member *member)
{
    struct s3a_update_queue *queue = member->queue;
    struct s3a_update_queues *queues = queue->queues;

    pthread_mutex_lock(&queues->mutex);
    s3a_check(s3a_list_is_empty(&queue->joined) || member->role != S3A_UPDATE_LEADS);
    if (member->role == S3A_UPDATE_LEADS) {
        pass_the_lead(queue);
    }
    queue->members--;
    if (queue->members == 0) {
        free_queue(queue);
    }
    pthread_mutex_unlock(&queues->mutex);
    pthread_cond_destroy(&member->called);
}

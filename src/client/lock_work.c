/* SPDX-License-Identifier: MIT */
#include "lock_work.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "session_state.h"

struct s3a_lock_bed {
    int64_t granted_at_ms;
    struct s3a_lock_rest rest; /* and behind it label and data, each with its NUL */
};

/* For those that want to be woken: most that are under a session do not. */
struct alarmed_bed {
    struct s3a_timer timer;
    struct s3a_lock *lock;
    struct s3a_lock_bed bed;
};

static struct alarmed_bed *alarmed(const struct s3a_lock *lock)
{
    return lock->has_alarm ? s3a_list_entry(lock->bed, struct alarmed_bed, bed) : NULL;
}

static void woken(struct s3a_timer *timer)
{
    s3a_lock_driver_woken(s3a_list_entry(timer, struct s3a_lock_work, timer)->lock);
}

static void alarm_rings(struct s3a_timer *timer)
{
    s3a_lock_driver_woken(s3a_list_entry(timer, struct alarmed_bed, timer)->lock);
}

static void fill_in_process(struct s3a_lock_people *people)
{
    people->pid = getpid();
    if (gethostname(people->host, sizeof(people->host)) != 0) {
        people->host[0] = '\0';
    }
    people->host[sizeof(people->host) - 1] = '\0';
    if (!s3a_str_is_utf8(s3a_str_of(people->host))) {
        people->host[0] = '\0';
    }
}

static void init(struct s3a_lock_work *work, struct s3a_lock *lock)
{
    memset(work, 0, sizeof(*work));
    work->lock = lock;
    work->timer.fire = woken;
    s3a_call_init(&work->call, S3A_LOCK_BODY_SIZE_MAX, s3a_lock_driver_answered);
    fill_in_process(&work->people);
    lock->work = work;
}

bool s3a_lock_work_new(struct s3a_lock *lock)
{
    struct s3a_lock_work *work = malloc(sizeof(*work));

    if (work) {
        init(work, lock);
    }
    return work != NULL;
}

static bool is_spare(const struct s3a_lock *lock)
{
    return lock->work == lock->client->spare_work;
}

void s3a_lock_work_free(struct s3a_lock *lock)
{
    struct s3a_lock_work *work = lock->work;

    if (!work) {
        return;
    }
    s3a_loop_timer_clear(lock->client->loop, &work->timer);
    free((void *)(uintptr_t)work->body.data);
    s3a_call_fini(&work->call);
    if (is_spare(lock)) {
        work->lock = NULL;
    } else {
        free(work);
    }
    lock->work = NULL;
}

static void stop_alarm(struct s3a_lock *lock)
{
    if (lock->has_alarm) {
        s3a_loop_timer_clear(lock->client->loop, &alarmed(lock)->timer);
    }
}

void s3a_lock_bed_free(struct s3a_lock *lock)
{
    stop_alarm(lock);
    free(lock->has_alarm ? (void *)alarmed(lock) : (void *)lock->bed);
    lock->bed = NULL;
    lock->has_alarm = false;
}

/* Label and data, one behind the other. */
static char *texts_of(struct s3a_lock_bed *bed)
{
    return (char *)&bed->rest + s3a_lock_rest_bytes(&bed->rest);
}

static size_t size_of(struct s3a_lock_bed *bed)
{
    const char *label = texts_of(bed);
    const char *data = label + strlen(label) + 1;

    return (size_t)(data - (char *)bed) + strlen(data) + 1;
}

void s3a_lock_etag(const struct s3a_lock *lock, char ret_etag[S3A_LOCK_ETAG_SIZE_MAX + 1])
{
    struct s3a_str etag =
        lock->work ? s3a_str_of(lock->work->machine.etag) : s3a_lock_rest_etag(&lock->bed->rest);

    memcpy(ret_etag, etag.data, etag.size);
    ret_etag[etag.size] = '\0';
}

static void get_up(struct s3a_lock *lock)
{
    struct s3a_lock_work *work = lock->work;
    struct s3a_lock_bed *bed = lock->bed;
    struct s3a_lock_people *people = &work->people;
    const char *label = texts_of(bed);
    struct s3a_grant grant = {.token = atomic_load(&lock->token)};
    bool is_owner = s3a_lock_owner_read(s3a_str_of(lock->owner), grant.owner);

    s3a_check(is_owner);
    s3a_lock_machine_wake(&work->machine, &bed->rest, &grant,
                          lock->session ? lock->session->id : NULL);
    memcpy(work->dated_owner, grant.owner, sizeof(grant.owner));
    people->granted_at_ms = bed->granted_at_ms;
    strcpy(people->label, label);
    strcpy(people->data, label + strlen(label) + 1);
}

bool s3a_lock_wake(struct s3a_lock *lock, bool is_to_send)
{
    if (lock->work) {
        return true;
    }
    bool has_own = is_to_send && s3a_lock_work_new(lock);
    if (!has_own) {
        s3a_check(!lock->client->spare_work->lock);
        init(lock->client->spare_work, lock);
    }
    get_up(lock);
    stop_alarm(lock);
    return has_own;
}

/* One that is large enough, with an alarm where it takes one. False: no memory. */
static bool make_bed(struct s3a_lock *lock, size_t size, bool has_alarm)
{
    has_alarm = has_alarm || lock->has_alarm;
    if (lock->bed && lock->has_alarm == has_alarm && size_of(lock->bed) >= size) {
        return true;
    }
    void *memory = malloc((has_alarm ? offsetof(struct alarmed_bed, bed) : 0) + size);
    if (!memory) {
        return false;
    }
    s3a_lock_bed_free(lock);
    lock->has_alarm = has_alarm;
    if (has_alarm) {
        struct alarmed_bed *bed = memory;
        bed->timer = (struct s3a_timer){.fire = alarm_rings};
        bed->lock = lock;
        lock->bed = &bed->bed;
    } else {
        lock->bed = memory;
    }
    return true;
}

static void lie_down(struct s3a_lock *lock)
{
    const struct s3a_lock_work *work = lock->work;
    struct s3a_lock_bed *bed = lock->bed;

    s3a_lock_machine_rest(&work->machine, &bed->rest);
    char *label = texts_of(bed);
    strcpy(label, work->people.label);
    strcpy(label + strlen(label) + 1, work->people.data);
    bed->granted_at_ms = work->people.granted_at_ms;
}

void s3a_lock_sleep(struct s3a_lock *lock, uint64_t wake_ms)
{
    struct s3a_lock_work *work = lock->work;
    bool has_alarm = wake_ms != S3A_LOCAL_TIME_NEVER;

    /* A session goes on beating whatever becomes of the memory. */
    if (work->keeps || work->is_under_way || !s3a_lock_machine_may_rest(&work->machine)) {
        s3a_check(!is_spare(lock));
        return;
    }
    size_t size = offsetof(struct s3a_lock_bed, rest) + s3a_lock_rest_size(&work->machine) +
                  strlen(work->people.label) + 1 + strlen(work->people.data) + 1;
    bool has_bed = make_bed(lock, size, has_alarm);
    s3a_check(has_bed || !is_spare(lock)); /* it takes no more than it did when it woke */
    if (!has_bed) {
        return;
    }
    lie_down(lock);
    if (has_alarm) {
        s3a_loop_timer_set(lock->client->loop, &alarmed(lock)->timer, wake_ms);
    }
    s3a_lock_work_free(lock);
}

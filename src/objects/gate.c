/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "clock.h"
#include "error.h"

/* Somebody who removes the file again and again is not waited for. */
#define REOPENS_MAX 100

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* of what follows, and every fd */
static struct s3a_list gates = {&gates, &gates};
static pthread_once_t watch_forks_once = PTHREAD_ONCE_INIT;
static bool watches_forks;

static void before_fork(void)
{
    pthread_mutex_lock(&mutex);
}

static void after_fork_in_parent(void)
{
    pthread_mutex_unlock(&mutex);
}

static void after_fork_in_child(void)
{
    for (struct s3a_list *link = gates.next; link != &gates; link = link->next) {
        struct s3a_gate *gate = s3a_list_entry(link, struct s3a_gate, link);
        close(gate->fd); /* not LOCK_UN: that would end the parent's turn */
        gate->fd = -1;
        atomic_store(&gate->is_inherited, true);
    }
    s3a_list_init(&gates);
    pthread_mutex_unlock(&mutex);
}

static void watch_forks(void)
{
    watches_forks = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child) == 0;
}

static int open_file(const struct s3a_directory *directory)
{
    int fd = openat(directory->root_fd, "gate", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd >= 0) {
        s3a_directory_give(directory, directory->root_fd, "gate");
    }
    return fd;
}

enum s3a_status s3a_gate_open(struct s3a_gate *gate, const struct s3a_directory *directory,
                              struct s3a_error *error)
{
    gate->fd = -1;
    gate->directory = directory;
    atomic_init(&gate->is_inherited, false);
    pthread_once(&watch_forks_once, watch_forks);
    if (!watches_forks) {
        return s3a_error_set_no_memory(error);
    }
    pthread_mutex_lock(&mutex);
    gate->fd = open_file(directory);
    int open_errno = errno;
    if (gate->fd >= 0) {
        s3a_list_append(&gates, &gate->link);
    }
    pthread_mutex_unlock(&mutex);
    return gate->fd >= 0 ? S3A_OK
                         : s3a_error_set_errno(error, open_errno, "open %s/gate", directory->path);
}

void s3a_gate_close(struct s3a_gate *gate)
{
    pthread_mutex_lock(&mutex);
    if (gate->fd >= 0) {
        s3a_list_remove(&gate->link);
        close(gate->fd);
        gate->fd = -1;
    }
    pthread_mutex_unlock(&mutex);
}

bool s3a_gate_is_inherited(const struct s3a_gate *gate)
{
    return atomic_load_explicit(&gate->is_inherited, memory_order_relaxed);
}

static bool lock(struct s3a_gate *gate, int operation)
{
    int result;

    do {
        result = flock(gate->fd, operation);
    } while (result != 0 && errno == EINTR);
    return result == 0;
}

/* Is it still the file that others find? */
static bool is_named(const struct s3a_gate *gate)
{
    struct stat about;

    return fstat(gate->fd, &about) == 0 && about.st_nlink > 0;
}

static bool reopen(struct s3a_gate *gate)
{
    pthread_mutex_lock(&mutex);
    int fd = open_file(gate->directory);
    if (fd >= 0) {
        close(gate->fd);
        gate->fd = fd;
    }
    pthread_mutex_unlock(&mutex);
    return fd >= 0;
}

static bool take(struct s3a_gate *gate, int operation)
{
    for (int i = 0; i < REOPENS_MAX && lock(gate, operation); i++) {
        if (is_named(gate)) {
            return true;
        }
        s3a_gate_leave(gate);
        if (!reopen(gate)) {
            break;
        }
    }
    return false;
}

bool s3a_gate_enter(struct s3a_gate *gate)
{
    return take(gate, LOCK_EX);
}

bool s3a_gate_try(struct s3a_gate *gate)
{
    return take(gate, LOCK_EX | LOCK_NB);
}

bool s3a_gate_enter_within(struct s3a_gate *gate, uint64_t wait_ms)
{
    uint64_t start_ms = s3a_clock_ms();

    while (!s3a_gate_try(gate)) {
        if (s3a_clock_ms() - start_ms >= wait_ms) {
            return false;
        }
        poll(NULL, 0, 1);
    }
    return true;
}

void s3a_gate_leave(struct s3a_gate *gate)
{
    s3a_check(lock(gate, LOCK_UN));
}

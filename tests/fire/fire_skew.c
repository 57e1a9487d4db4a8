/* SPDX-License-Identifier: MIT */
#include "fire.h"

#include <glob.h>
#include <inttypes.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIBRARY "/usr/lib/*/faketime/libfaketimeMT.so.1"
#define HOUR_US INT64_C(3600000000)
#define WAIT_US_MIN 900000
#define TOLERANCE_US INT64_C(60000000)

/* A process is of no use whose waits end at once because of what it is told of the time. */
static bool waits_are_right(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_condattr_t attributes;
    pthread_cond_t cond;
    struct timespec until;
    uint64_t began_us = fire_now_us();

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&cond, &attributes);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 1;
    pthread_mutex_lock(&mutex);
    while (pthread_cond_timedwait(&cond, &mutex, &until) == 0) {
    }
    pthread_mutex_unlock(&mutex);
    pthread_cond_destroy(&cond);
    pthread_condattr_destroy(&attributes);
    return fire_now_us() - began_us >= WAIT_US_MIN;
}

int fire_tell_clocks(void)
{
    if (!waits_are_right()) {
        return 1;
    }
    printf("%" PRIu64 " %" PRId64 "\n", fire_now_us(), fire_wall_us());
    return 0;
}

void fire_skew_set(const char *library, int hours)
{
    char offset[16];

    snprintf(offset, sizeof(offset), "%+dh", hours);
    setenv("LD_PRELOAD", library, 1);
    setenv("FAKETIME", offset, 1);
    setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
    setenv("FAKETIME_FORCE_MONOTONIC_FIX", "0", 1); /* or waits by CLOCK_MONOTONIC end at once */
}

void fire_skew_clear(pid_t pid)
{
    char name[64];

    snprintf(name, sizeof(name), "/faketime_shm_%d", (int)pid);
    shm_unlink(name);
    snprintf(name, sizeof(name), "/faketime_sem_%d", (int)pid);
    sem_unlink(name);
}

/* What a process says that is an hour ahead. */
static bool ask(const char *library, uint64_t *ret_now_us, int64_t *ret_wall_us)
{
    int ends[2];
    int status;

    if (pipe(ends) != 0) {
        return false;
    }
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        fire_skew_set(library, 1);
        execl("/proc/self/exe", "fire", "clocks", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *answer = fdopen(ends[0], "r");
    bool done =
        pid > 0 && answer && fscanf(answer, "%" SCNu64 " %" SCNd64, ret_now_us, ret_wall_us) == 2;
    if (answer) {
        fclose(answer);
    } else {
        close(ends[0]);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && done && status == 0;
}

bool fire_skew_find(char *ret_library, size_t size, const char **ret_why)
{
    glob_t found;
    uint64_t now_us = 0;
    int64_t wall_us = 0;

    *ret_why = "libfaketime is not installed";
    if (glob(LIBRARY, 0, NULL, &found) != 0) {
        return false;
    }
    int length = snprintf(ret_library, size, "%s", found.gl_pathv[0]);
    globfree(&found);
    *ret_why = "libfaketime does not work here";
    if (length < 0 || (size_t)length >= size || !ask(ret_library, &now_us, &wall_us)) {
        return false;
    }
    *ret_why = "libfaketime does not leave CLOCK_BOOTTIME alone";
    return llabs((int64_t)(now_us - fire_now_us())) < TOLERANCE_US &&
           llabs(wall_us - fire_wall_us() - HOUR_US) < TOLERANCE_US;
}

/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <string.h>

#include "fail_malloc.h"

#define SWEEP_MAX 10000

static _Thread_local unsigned countdown;
static _Thread_local bool happened;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t size_max);

static bool fails_now(void)
{
    if (countdown == 0 || --countdown > 0) {
        return false;
    }
    happened = true;
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

char *__wrap_strndup(const char *text, size_t size_max)
{
    size_t size = strnlen(text, size_max);
    char *copy = __wrap_malloc(size + 1);

    if (copy) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

char *__wrap_strdup(const char *text)
{
    return __wrap_strndup(text, strlen(text));
}

void fail_malloc_at(unsigned nth)
{
    countdown = nth;
    happened = false;
}

bool fail_malloc_happened(void)
{
    bool result = happened;

    fail_malloc_at(0);
    return result;
}

void fail_malloc_sweep(void (*story)(void *arg), void *arg)
{
    for (unsigned nth = 1; nth < SWEEP_MAX; nth++) {
        fail_malloc_at(nth);
        story(arg);
        if (!fail_malloc_happened()) {
            return;
        }
    }
    fail_msg("still failing after %d allocations", SWEEP_MAX);
}

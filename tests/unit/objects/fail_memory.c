/* SPDX-License-Identifier: MIT */
#include "fail_memory.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "test.h"

static void *take(int size)
{
    return malloc((size_t)size);
}

static void *resize(void *memory, int size)
{
    return realloc(memory, (size_t)size);
}

static int size_of(void *memory)
{
    return memory ? (int)malloc_usable_size(memory) : 0;
}

static int round_up(int size)
{
    return (size + 7) & ~7;
}

static int begin(void *data)
{
    (void)data;
    return SQLITE_OK;
}

static void end(void *data)
{
    (void)data;
}

void fail_memory_install(void)
{
    static const sqlite3_mem_methods methods = {take,     free,  resize, size_of,
                                                round_up, begin, end,    NULL};

    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods), SQLITE_OK);
}

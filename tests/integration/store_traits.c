/* SPDX-License-Identifier: MIT */
#include "store_traits.h"

#include <stdlib.h>
#include <string.h>

bool store_differs(const char *trait)
{
    const char *stated = getenv("S3ATOMIC_TEST_DIFFERS");
    size_t size = strlen(trait);

    for (const char *at = stated; at && (at = strstr(at, trait)) != NULL; at += size) {
        bool begins = at == stated || at[-1] == ' ';
        if (begins && (at[size] == ' ' || at[size] == '\0')) {
            return true;
        }
    }
    return false;
}

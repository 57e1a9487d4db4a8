/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "random.h"
#include "store_probe.h"

void s3a_store_probe_name(struct s3a_store_probe *probe, struct s3a_str beside)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[16];
    size_t size = beside.size;

    while (size > 0 && beside.data[size - 1] != '/') {
        size--;
    }
    if (s3a_str_starts_with(beside, ".s3atomic/") ||
        size + strlen(S3A_PROBE_DIRECTORY) + 2 * sizeof(random) > S3A_KEY_SIZE_MAX) {
        size = 0;
    }
    memcpy(probe->key, beside.data ? beside.data : "", size);
    size += (size_t)sprintf(probe->key + size, "%s", S3A_PROBE_DIRECTORY);
    s3a_random_bytes(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++) {
        probe->key[size++] = digits[random[i] >> 4];
        probe->key[size++] = digits[random[i] & 15];
    }
    probe->key[size] = '\0';
}

void s3a_store_probe_rename(struct s3a_store_probe *probe)
{
    char beside[sizeof(probe->key)];
    size_t size = strlen(probe->key) - strlen(S3A_PROBE_DIRECTORY) - 32;

    memcpy(beside, probe->key, size);
    s3a_store_probe_name(probe, s3a_str_make(beside, size));
}

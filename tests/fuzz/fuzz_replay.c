/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <stdio.h>

#include "fuzz.h"

/*
 * usage: fuzz_replay NAME DIRECTORY
 *
 * Runs the target over every file of the directory: as it is, cut off behind each byte, and with
 * each byte replaced by some that are often trouble. A target that breaks a promise aborts. Says
 * in TAP how many inputs that were.
 */

#define INPUT_SIZE_MAX (64 * 1024)
/* Of longer inputs, only so many places are tried. */
#define PLACES_MAX 600

static size_t tried;

static void try_input(const uint8_t *bytes, size_t size)
{
    (void)LLVMFuzzerTestOneInput(bytes, size);
    tried++;
}

static void try_variants(uint8_t *bytes, size_t size)
{
    static const uint8_t replacements[] = {0x00, '\n', '%', '<', '"', 0x7f, 0xc0, 0xff, '9', '/'};
    size_t step = 1 + size / PLACES_MAX;

    try_input(bytes, size);
    for (size_t at = 0; at < size; at += step) {
        uint8_t kept = bytes[at];
        try_input(bytes, at);
        for (size_t i = 0; i < sizeof(replacements); i++) {
            bytes[at] = replacements[i];
            try_input(bytes, size);
        }
        bytes[at] = kept;
    }
}

static void try_file(const char *directory, const char *name)
{
    static uint8_t bytes[INPUT_SIZE_MAX];
    char path[4096];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    s3a_check(file);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    s3a_check(!ferror(file) && size < sizeof(bytes));
    fclose(file);
    try_variants(bytes, size);
}

int main(int argc, char **argv)
{
    size_t count = 0;

    s3a_check(argc == 3);
    printf("1..1\n");
    fflush(stdout);
    DIR *directory = opendir(argv[2]);
    s3a_check(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        if (entry->d_name[0] != '.') {
            try_file(argv[2], entry->d_name);
            count++;
        }
    }
    closedir(directory);
    printf("%s 1 - %s: %zu files, %zu inputs\n", count > 0 ? "ok" : "not ok", argv[1], count,
           tried);
    return count > 0 ? 0 : 1;
}

/* SPDX-License-Identifier: MIT */
#ifndef S3A_DESK_H
#define S3A_DESK_H

/* A store of bytes over the fake store, and what most stories do with it. */

#include <s3atomic/store.h>

#include "fake_store.h"

#define DESK_BUCKET "bucket"
#define DESK_KEY "key"

struct desk {
    struct fake_store fake;
    struct s3a_store *store;
};

/* For cmocka: *state becomes a struct desk. */
int desk_open(void **state);
int desk_close(void **state);

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_open, desk_close)

/* The script of the network, from here on. */
#define desk_script(desk, ...)                                                                     \
    fake_store_script(&(desk)->fake, (const enum fake_fault[]){__VA_ARGS__},                       \
                      sizeof((const enum fake_fault[]){__VA_ARGS__}) / sizeof(enum fake_fault))

/* The requests since the last look, one letter each: Get, Head, Put, Delete, List. */
void assert_requests(struct desk *desk, const char *letters);

/* A view of a text, for the bytes codec. */
struct s3a_bytes bytes_of(const char *text);
bool is_text(const struct s3a_object *object, const char *text);

/* Puts text under an etag ("": creates); the new etag is written back. */
enum s3a_status desk_put(struct desk *desk, const char *text, char etag[129],
                         struct s3a_error *error);

/* The fake store holds exactly this. */
void assert_stored(struct desk *desk, const char *text);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_SIEGE_H
#define S3A_SIEGE_H

/*
 * A server under attack. Its directory lies alone in a directory of the test's own, so that
 * whatever leaves it is seen; and after each story it must still answer, and have closed what it
 * opened. (What it keeps of memory, LeakSanitizer sees.)
 */

#include "stage.h"

struct siege {
    struct stage stage;
    char parent[64];   /* where nothing lies but the server's directory */
    size_t fds_before; /* descriptors of the process while it is at rest */
};

/* For cmocka: *state becomes a struct siege. The end checks all that is said above. */
int siege_open(void **state);
int siege_close(void **state);

#define SIEGE_TEST(name) cmocka_unit_test_setup_teardown(name, siege_open, siege_close)

/* What came back over a connection until its end. */
struct siege_answers {
    size_t count;
    int first;
    int last;
};

/*
 * Sends the bytes over a connection of their own, says that no more will come, and reads until the
 * server has closed. Whatever came must be whole answers, and none of them a failure of the
 * server's (5xx, but for 501 and 505). The server may close at any time.
 */
struct siege_answers siege_throw(struct siege *siege, struct s3a_str bytes);

/* The same for many at once, each over a connection of its own, and nothing was let in: no answer
 * is a success. (At once, since the server gives those a while who have said that no more comes.)
 */
void siege_expect_refused(struct siege *siege, const struct s3a_str *bytes, size_t count);

/* Sends what is no whole request, looks whether the server answers others, and goes away without a
 * word. If there was an answer by then, it is no success. */
void siege_break_off(struct siege *siege, struct s3a_str bytes);

/* The head of a signed call with the first place that says from saying to instead. */
void siege_write_edited(struct siege *siege, const struct call *call, const char *from,
                        const char *to, struct s3a_buf *ret_bytes);

/* Does the server answer as it did? */
void siege_expect_alive(struct siege *siege);

#endif

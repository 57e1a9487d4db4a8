/* SPDX-License-Identifier: MIT */
#ifndef S3A_ADMIN_H
#define S3A_ADMIN_H

/*
 * What the server says of itself, and lets be done to it: pages below "/-/". A bucket's name has
 * at least three characters, so that no bucket is ever behind that path.
 */

#include "exchange.h"

enum s3a_page_access {
    /* Whoever reaches the server. */
    S3A_PAGE_FOR_ALL,
    /*
     * Whoever connects from this machine, and whoever signs with one of the key pairs. (A proxy on
     * this machine makes everybody's requests come from it: it should pass on nothing below "/-/".)
     */
    S3A_PAGE_FOR_OPERATORS,
};

struct s3a_page {
    const char *path;
    const char *methods; /* "GET HEAD" */
    enum s3a_page_access access;
    const char *content_type;

    /*
     * The request has come to its end; s3a_admin_body() is what came with it. Writes the answer's
     * body into text, which is bounded. S3A_CODE_NONE: 200, or what else
     * exchange->answer.http_status was set to. Otherwise the error to answer, with *ret_message or
     * NULL for the table's.
     */
    enum s3a_code (*answer)(struct s3a_exchange *exchange, struct s3a_buf *text,
                            const char **ret_message);
};

/* Is this path one of ours? (There need be no such page.) */
bool s3a_admin_is_at(struct s3a_str path);

/*
 * Finds the page of the exchange's head, and looks whether the method is one of its. S3A_CODE_NONE:
 * exchange->page is set. NO_SUCH_KEY, METHOD_NOT_ALLOWED.
 */
enum s3a_code s3a_admin_find(struct s3a_exchange *exchange, const char **ret_message);

/* Does the connection come from this machine? */
bool s3a_admin_is_local(const struct s3a_exchange *exchange);

/* The body that came, S3A_BODY_SMALL_SIZE_MAX at the most; until the exchange is answered. */
struct s3a_str s3a_admin_body(const struct s3a_exchange *exchange);

/* Makes the answer: exchange->answer's status, and its text in exchange->xml. S3A_CODE_NONE, or the
 * error to answer instead. */
enum s3a_code s3a_admin_answer(struct s3a_exchange *exchange, const char **ret_message);

#endif

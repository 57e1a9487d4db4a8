/* SPDX-License-Identifier: MIT */
#ifndef S3A_URI_H
#define S3A_URI_H

/* Percent-encoding as S3 signs it, and the URLs that people write. */

#include <s3atomic/status.h>

#include "buf.h"
#include "pool.h"
#include "str.h"

/*
 * Everything but A-Z a-z 0-9 - . _ ~ becomes %XX with upper-case digits; '/' stays where keep_slash
 * is set (paths), not otherwise (queries). Source: "Signature Calculations: UriEncode()".
 */
void s3a_uri_encode(struct s3a_buf *buf, struct s3a_str text, bool keep_slash);

/*
 * Undoes %XX; '+' is a space where plus_is_space is set (queries of HTML forms), itself otherwise.
 * The result lives in pool, or is the text itself where there is nothing to undo. S3A_INVALID for a
 * '%' without two digits behind it, S3A_NO_MEMORY; the text is then returned as it is.
 */
S3A_MUST_CHECK enum s3a_status s3a_uri_decode(struct s3a_pool *pool, struct s3a_str text,
                                              bool plus_is_space, struct s3a_str *ret_text);

/*
 * What s3a_uri_encode() makes of an encoded text once it is decoded: the form that is signed,
 * however the sender wrote it. A '%' without two digits behind it stands for itself.
 */
void s3a_uri_recode(struct s3a_buf *buf, struct s3a_str text, bool keep_slash, bool plus_is_space);

/* Compares two parts of a query as memcmp would compare what s3a_uri_recode() makes of them. */
int s3a_uri_compare(struct s3a_str a, struct s3a_str b);

/* The next "name=value" of a raw query; value is empty with data NULL where there is no '='.
 * False at the end. Empty parts are passed over. Nothing is decoded. */
bool s3a_query_next(struct s3a_str *rest, struct s3a_str *ret_name, struct s3a_str *ret_value);

enum s3a_scheme {
    S3A_SCHEME_HTTP,
    S3A_SCHEME_HTTPS,
    S3A_SCHEME_FILE,
};

/* An endpoint: "https://s3.example.com:9000", "http://[::1]:9000", "file:///var/lib/locks". */
struct s3a_endpoint {
    enum s3a_scheme scheme;
    struct s3a_str host;      /* without the brackets of an IPv6 address */
    struct s3a_str authority; /* host as it stands in the URL, with the port where one is given */
    uint16_t port;            /* the scheme's own where none is given */
    bool has_port;
    struct s3a_str path; /* file: the directory, decoded. Otherwise a prefix without trailing
                            '/', usually empty */
};

/*
 * Takes an endpoint apart; the texts live in pool. The error says what is wrong and shows a good
 * one: no scheme, an unknown scheme, no host, a port that is none, user names, queries and
 * fragments are refused; file: needs an absolute path.
 */
S3A_MUST_CHECK enum s3a_status s3a_endpoint_parse(struct s3a_pool *pool, struct s3a_str text,
                                                  struct s3a_endpoint *ret_endpoint,
                                                  struct s3a_error *error);

/* Is this host an IPv4 or IPv6 address (so that no bucket can stand before it)? */
bool s3a_host_is_address(struct s3a_str host);

#endif

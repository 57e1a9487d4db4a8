/* SPDX-License-Identifier: MIT */
#ifndef S3A_TLS_H
#define S3A_TLS_H

/*
 * The certificate that a server shows, and its key: from files, checked before anybody connects,
 * and never changed once they are read. TLS itself is GnuTLS's, by way of libmicrohttpd.
 */

#include <gnutls/abstract.h>

#include <s3atomic/status.h>

#include "list.h"

/* TLS 1.2 and later; the server chooses among the ciphers. */
#define S3A_TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

/* Certificates between the server's own and one that clients trust. */
#define S3A_TLS_CHAIN_MAX 16
#define S3A_TLS_FILE_SIZE_MAX ((size_t)1024 * 1024)

struct s3a_tls {
    gnutls_pcert_st chain[S3A_TLS_CHAIN_MAX];
    unsigned chain_size;
    gnutls_privkey_t key;
    struct s3a_list link; /* for whoever keeps several (certificates.h) */
    size_t connections;   /* likewise */
};

/*
 * Reads both files (PEM). now_s is the time, seconds since 1970. S3A_INVALID, and the error says
 * which file and what is wrong with it: it is no certificate or no key, the key belongs to another
 * certificate, it is encrypted, everybody may read it, the certificate has expired or is not valid
 * yet. S3A_SYSTEM: it cannot be read. S3A_NO_MEMORY.
 */
S3A_MUST_CHECK enum s3a_status s3a_tls_new(const char *cert_file, const char *key_file,
                                           int64_t now_s, struct s3a_tls **ret_tls,
                                           struct s3a_error *error);

/* NULL is accepted. */
void s3a_tls_free(struct s3a_tls *tls);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef S3A_CERTIFICATES_H
#define S3A_CERTIFICATES_H

/*
 * The certificate that a server shows, and those it has shown before, as long as they are in use.
 *
 * GnuTLS asks for a certificate without telling for which connection, at some time after it was
 * accepted, and goes on to use what it was given. So each connection holds the certificate that was
 * shown when it began; it may have been given that one or one that came later. Hence a certificate
 * goes once nobody holds it, nor any that was shown before it.
 */

#include <pthread.h>
#include <stdatomic.h>

#include "list.h"
#include "tls.h"

struct s3a_certificates {
    _Atomic(struct s3a_tls *) current; /* NULL: no TLS */
    pthread_mutex_t mutex;             /* of what follows */
    struct s3a_list all;               /* the oldest first */
};

void s3a_certificates_init(struct s3a_certificates *certificates);

/* Frees them all: nobody may hold one. */
void s3a_certificates_fini(struct s3a_certificates *certificates);

/* From now on this one is shown; it is the server's own then. */
void s3a_certificates_show(struct s3a_certificates *certificates, struct s3a_tls *tls);

/* For a connection that begins: the one that is shown now, or NULL. To be let go of at its end. */
struct s3a_tls *s3a_certificates_hold(struct s3a_certificates *certificates);

/* NULL is accepted. */
void s3a_certificates_let_go(struct s3a_certificates *certificates, struct s3a_tls *tls);

/* How many are in memory. */
size_t s3a_certificates_count(struct s3a_certificates *certificates);

#endif

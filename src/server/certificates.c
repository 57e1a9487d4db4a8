/* SPDX-License-Identifier: MIT */
#include "certificates.h"

#include "check.h"

static struct s3a_tls *oldest(const struct s3a_certificates *certificates)
{
    return s3a_list_entry(certificates->all.next, struct s3a_tls, link);
}

/* With the mutex. */
static void free_unused(struct s3a_certificates *certificates)
{
    while (!s3a_list_is_empty(&certificates->all)) {
        struct s3a_tls *tls = oldest(certificates);
        if (tls->connections > 0 || tls == atomic_load(&certificates->current)) {
            return;
        }
        s3a_list_remove(&tls->link);
        s3a_tls_free(tls);
    }
}

void s3a_certificates_init(struct s3a_certificates *certificates)
{
    atomic_init(&certificates->current, NULL);
    s3a_check(pthread_mutex_init(&certificates->mutex, NULL) == 0);
    s3a_list_init(&certificates->all);
}

void s3a_certificates_fini(struct s3a_certificates *certificates)
{
    atomic_store(&certificates->current, NULL);
    free_unused(certificates);
    s3a_check(s3a_list_is_empty(&certificates->all));
    pthread_mutex_destroy(&certificates->mutex);
}

void s3a_certificates_show(struct s3a_certificates *certificates, struct s3a_tls *tls)
{
    pthread_mutex_lock(&certificates->mutex);
    s3a_list_append(&certificates->all, &tls->link);
    atomic_store(&certificates->current, tls);
    free_unused(certificates);
    pthread_mutex_unlock(&certificates->mutex);
}

struct s3a_tls *s3a_certificates_hold(struct s3a_certificates *certificates)
{
    if (!atomic_load(&certificates->current)) {
        return NULL; /* and there never will be one */
    }
    pthread_mutex_lock(&certificates->mutex);
    struct s3a_tls *tls = atomic_load(&certificates->current);
    tls->connections++;
    pthread_mutex_unlock(&certificates->mutex);
    return tls;
}

void s3a_certificates_let_go(struct s3a_certificates *certificates, struct s3a_tls *tls)
{
    if (!tls) {
        return;
    }
    pthread_mutex_lock(&certificates->mutex);
    tls->connections--;
    free_unused(certificates);
    pthread_mutex_unlock(&certificates->mutex);
}

size_t s3a_certificates_count(struct s3a_certificates *certificates)
{
    size_t count = 0;

    pthread_mutex_lock(&certificates->mutex);
    for (struct s3a_list *link = certificates->all.next; link != &certificates->all;
         link = link->next) {
        count++;
    }
    pthread_mutex_unlock(&certificates->mutex);
    return count;
}

/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "date.h"
#include "error.h"

#define KEY_ID_SIZE 64
#define READ_SIZE 16384

static enum s3a_status read_all(int fd, const char *name, struct s3a_buf *buf,
                                struct s3a_error *error)
{
    ssize_t size = 1;

    while (size > 0) {
        char *room = s3a_buf_reserve(buf, READ_SIZE);
        if (!room) {
            return buf->status == S3A_NO_MEMORY
                       ? s3a_error_set_no_memory(error)
                       : s3a_error_set(error, S3A_INVALID, "%s is too large", name);
        }
        do {
            size = read(fd, room, READ_SIZE);
        } while (size < 0 && errno == EINTR);
        s3a_buf_added(buf, size > 0 ? (size_t)size : 0);
    }
    return size == 0 ? S3A_OK : s3a_error_set_errno(error, errno, "read %s", name);
}

static enum s3a_status read_file(const char *name, bool is_secret, struct s3a_buf *buf,
                                 struct s3a_error *error)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    enum s3a_status status;
    struct stat found;

    if (fd < 0) {
        return s3a_error_set_errno(error, errno, "read %s", name);
    }
    if (fstat(fd, &found) != 0) {
        status = s3a_error_set_errno(error, errno, "read %s", name);
    } else if (is_secret && (found.st_mode & S_IRWXO)) {
        status = s3a_error_set(error, S3A_INVALID,
                               "%s holds a secret, and its mode %03o lets everybody use it: "
                               "chmod 600 %s",
                               name, (unsigned)found.st_mode & 0777, name);
    } else {
        status = read_all(fd, name, buf, error);
    }
    close(fd);
    return status;
}

static gnutls_datum_t datum_of(const struct s3a_buf *buf)
{
    return (gnutls_datum_t){(unsigned char *)buf->data, (unsigned)buf->size};
}

static enum s3a_status complain(struct s3a_error *error, const char *file, const char *what, int rc)
{
    if (rc == GNUTLS_E_MEMORY_ERROR) {
        return s3a_error_set_no_memory(error);
    }
    return s3a_error_set(error, S3A_INVALID, "%s: %s (%s)", file, what, gnutls_strerror(rc));
}

/* The first certificate is the server's own. */
static enum s3a_status check_dates(const char *file, const gnutls_datum_t *pem, int64_t now_s,
                                   struct s3a_error *error)
{
    char text[S3A_DATE_ISO_SIZE + 1] = "";
    gnutls_x509_crt_t own;
    int rc = gnutls_x509_crt_init(&own);

    if (rc != GNUTLS_E_SUCCESS) {
        return complain(error, file, "it cannot be read", rc);
    }
    rc = gnutls_x509_crt_import(own, pem, GNUTLS_X509_FMT_PEM);
    int64_t from_s = gnutls_x509_crt_get_activation_time(own);
    int64_t until_s = gnutls_x509_crt_get_expiration_time(own);
    gnutls_x509_crt_deinit(own);
    if (rc != GNUTLS_E_SUCCESS) {
        return complain(error, file, "there is no certificate in it", rc);
    }
    if (now_s > until_s) {
        s3a_date_iso(until_s * 1000, text);
        return s3a_error_set(error, S3A_INVALID, "%s: the certificate has expired, %s", file, text);
    }
    if (now_s < from_s) {
        s3a_date_iso(from_s * 1000, text);
        return s3a_error_set(error, S3A_INVALID, "%s: the certificate is not valid before %s", file,
                             text);
    }
    return S3A_OK;
}

static enum s3a_status take_chain(struct s3a_tls *tls, const char *file, const gnutls_datum_t *pem,
                                  struct s3a_error *error)
{
    unsigned count = S3A_TLS_CHAIN_MAX;
    int rc = gnutls_pcert_list_import_x509_raw(tls->chain, &count, pem, GNUTLS_X509_FMT_PEM,
                                               GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED |
                                                   GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED);

    if (rc == GNUTLS_E_CERTIFICATE_LIST_UNSORTED) {
        return s3a_error_set(error, S3A_INVALID,
                             "%s: the certificates are not in order, the server's own first, then "
                             "each issuer's",
                             file);
    }
    if (rc != GNUTLS_E_SUCCESS) {
        return complain(error, file, "there is no chain of certificates in it", rc);
    }
    tls->chain_size = count;
    return S3A_OK;
}

static enum s3a_status take_key(struct s3a_tls *tls, const char *file, const gnutls_datum_t *pem,
                                struct s3a_error *error)
{
    int rc = gnutls_privkey_init(&tls->key);

    if (rc == GNUTLS_E_SUCCESS) {
        rc = gnutls_privkey_import_x509_raw(tls->key, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    }
    if (rc == GNUTLS_E_DECRYPTION_FAILED) {
        return s3a_error_set(error, S3A_INVALID, "%s: the key is encrypted; it must not be", file);
    }
    return rc == GNUTLS_E_SUCCESS ? S3A_OK : complain(error, file, "there is no key in it", rc);
}

/* Do key and certificate belong together? */
static enum s3a_status check_match(const struct s3a_tls *tls, const char *cert_file,
                                   const char *key_file, struct s3a_error *error)
{
    unsigned char ids[2][KEY_ID_SIZE] = {{0}};
    size_t sizes[2] = {KEY_ID_SIZE, KEY_ID_SIZE};
    gnutls_pubkey_t of_key;
    int rc = gnutls_pubkey_init(&of_key);

    if (rc != GNUTLS_E_SUCCESS) {
        return complain(error, key_file, "it cannot be used", rc);
    }
    rc = gnutls_pubkey_import_privkey(of_key, tls->key, 0, 0);
    if (rc == GNUTLS_E_SUCCESS) {
        rc = gnutls_pubkey_get_key_id(of_key, GNUTLS_KEYID_USE_SHA256, ids[0], &sizes[0]);
    }
    if (rc == GNUTLS_E_SUCCESS) {
        rc = gnutls_pubkey_get_key_id(tls->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, ids[1],
                                      &sizes[1]);
    }
    gnutls_pubkey_deinit(of_key);
    if (rc != GNUTLS_E_SUCCESS) {
        return complain(error, key_file, "it cannot be used", rc);
    }
    if (sizes[0] != sizes[1] || memcmp(ids[0], ids[1], sizes[0]) != 0) {
        return s3a_error_set(error, S3A_INVALID, "%s: this is not the key of the certificate in %s",
                             key_file, cert_file);
    }
    return S3A_OK;
}

enum s3a_status s3a_tls_new(const char *cert_file, const char *key_file, int64_t now_s,
                            struct s3a_tls **ret_tls, struct s3a_error *error)
{
    struct s3a_tls *tls = calloc(1, sizeof(*tls));
    struct s3a_buf cert;
    struct s3a_buf key;
    enum s3a_status status;

    *ret_tls = NULL;
    s3a_buf_init(&cert, S3A_TLS_FILE_SIZE_MAX);
    s3a_buf_init(&key, S3A_TLS_FILE_SIZE_MAX);
    if (!tls) {
        return s3a_error_set_no_memory(error);
    }
    status = read_file(cert_file, false, &cert, error);
    if (status == S3A_OK) {
        status = read_file(key_file, true, &key, error);
    }
    const gnutls_datum_t cert_pem = datum_of(&cert);
    const gnutls_datum_t key_pem = datum_of(&key);
    if (status == S3A_OK) {
        status = check_dates(cert_file, &cert_pem, now_s, error);
    }
    if (status == S3A_OK) {
        status = take_chain(tls, cert_file, &cert_pem, error);
    }
    if (status == S3A_OK) {
        status = take_key(tls, key_file, &key_pem, error);
    }
    if (status == S3A_OK) {
        status = check_match(tls, cert_file, key_file, error);
    }
    if (key.data) {
        explicit_bzero(key.data, key.capacity);
    }
    s3a_buf_fini(&key);
    s3a_buf_fini(&cert);
    if (status != S3A_OK) {
        s3a_tls_free(tls);
        return status;
    }
    *ret_tls = tls;
    return S3A_OK;
}

void s3a_tls_free(struct s3a_tls *tls)
{
    if (!tls) {
        return;
    }
    for (unsigned i = 0; i < tls->chain_size; i++) {
        gnutls_pcert_deinit(&tls->chain[i]);
    }
    if (tls->key) {
        gnutls_privkey_deinit(tls->key);
    }
    free(tls);
}

/* SPDX-License-Identifier: MIT */
#ifndef S3A_CREDENTIAL_KEEPER_H
#define S3A_CREDENTIAL_KEEPER_H

/*
 * Sees to it that there are credentials: a thread that asks their source again before they expire,
 * and when the store says that they are not accepted any more. While a source cannot be asked, the
 * old ones stay in use: it is for the store to say that they are no good.
 */

#include "client_options.h"
#include "loop.h"

struct s3a_credential_keeper;

/* Loop's thread. keys NULL: the source was asked, and had none; there may be some later. */
typedef void (*s3a_credential_keeper_fn)(const struct s3a_key_set *keys, void *user);

/* A keeper for what settings->source has found; the settings are copied. */
S3A_MUST_CHECK enum s3a_status s3a_credential_keeper_start(
    struct s3a_loop *loop, const struct s3a_client_settings *settings,
    s3a_credential_keeper_fn on_keys, void *user, struct s3a_credential_keeper **ret_keeper,
    struct s3a_error *error);

/* Any thread. Those in use have been refused: on_keys tells what came of it. */
void s3a_credential_keeper_renew(struct s3a_credential_keeper *keeper);

/* Ends the thread, whatever it waits for; the loop must be running no longer or not yet. NULL is
 * accepted. */
void s3a_credential_keeper_stop(struct s3a_credential_keeper *keeper);

#endif

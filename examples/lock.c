/* SPDX-License-Identifier: MIT */

/*
 * A critical section that spans machines: one process at a time works,
 * wherever it is started.
 *
 *      S3ATOMIC_ENDPOINT=file:///tmp/my-store ./lock
 *
 * Without S3ATOMIC_ENDPOINT it talks to Amazon S3, with the credentials of
 * your AWS environment. Start it twice at once: the second waits for the first.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <s3atomic/s3atomic.h>

#define BUCKET "my-bucket"
#define STEPS 3

/* Called while the lock is held; heartbeats keep it so. */
static enum s3a_status work(struct s3a_lock *lock, void *arg)
{
    const char *job = arg;

    printf("%s: it is our turn, token %" PRIu64 "\n", job, s3a_lock_token(lock));
    for (int step = 1; step <= STEPS; step++) {
        /* Asks no server; ask before whatever must not be done twice. */
        if (!s3a_lock_is_held(lock)) {
            return S3A_LOST;
        }
        printf("%s: step %d of %d\n", job, step, STEPS);
    }
    return S3A_OK;
}

int main(void)
{
    const struct s3a_lock_options options = {
        .heartbeat_ms = 10 * 1000,     /* "still here", every ten seconds */
        .max_hold_ms = 30 * 60 * 1000, /* and never for longer than half an hour */
        .wait_ms = 60 * 1000,          /* while another holds it */
        .label = "nightly report",     /* for people who ask who that is */
    };
    char job[] = "report";
    struct s3a_client *client = NULL;
    struct s3a_error error;
    enum s3a_status status;

    status = s3a_client_new(NULL, &client, &error);
    if (status != S3A_OK) {
        goto out;
    }
    status = s3a_bucket_create(client, BUCKET, &error);
    if (status != S3A_OK && status != S3A_BUCKET_EXISTS) {
        goto out;
    }
    status = s3a_lock_run(client, BUCKET, "process-lock", &options, work, job, &error);

out:
    if (status != S3A_OK) {
        fprintf(stderr, "lock: %s (%s)\n", error.message, s3a_status_name(status));
    }
    s3a_client_free(client);
    return status == S3A_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

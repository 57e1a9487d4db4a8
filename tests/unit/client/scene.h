/* SPDX-License-Identifier: MIT */
#ifndef S3A_SCENE_H
#define S3A_SCENE_H

/* Two clients of one directory: ours has a session, the other wants what is held under it. */

#include <s3atomic/s3atomic.h>

#define BUCKET "bucket"

struct scene {
    char path[64];
    struct s3a_client *ours; /* NULL: freed by the test */
    struct s3a_client *other;
};

/* For cmocka: *state is a scene. */
int scene_open(void **state);
int scene_close(void **state);

#define STORY(name) cmocka_unit_test_setup_teardown(name, scene_open, scene_close)

/* One more. */
struct s3a_client *scene_client(const struct scene *scene);

/* Another process in the middle of its commit, as far as the store can tell: no write gets through
 * until the descriptor is closed. */
int scene_close_gate(const struct scene *scene);

/* These succeed. */
struct s3a_session *open_session(struct s3a_client *client,
                                 const struct s3a_session_options *options);
struct s3a_lock *take(struct s3a_client *client, const char *name, struct s3a_session *session);
void inspect(struct s3a_client *client, const char *name, struct s3a_lock_info *ret_info);

/* What comes of trying; what was got is given back. */
enum s3a_status try(struct s3a_client *client, const char *name,
                    const struct s3a_lock_options *options, struct s3a_error *error);

#endif

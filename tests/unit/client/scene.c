/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "test.h"

struct s3a_client *scene_client(const struct scene *scene)
{
    char endpoint[96];
    struct s3a_client *client;

    snprintf(endpoint, sizeof(endpoint), "file://%s", scene->path);
    assert_int_equal(
        s3a_client_new(&(struct s3a_client_options){.endpoint = endpoint}, &client, NULL), S3A_OK);
    return client;
}

int scene_open(void **state)
{
    static struct scene scene;

    strcpy(scene.path, "/tmp/s3atomic-session-XXXXXX");
    assert_non_null(mkdtemp(scene.path));
    scene.ours = scene_client(&scene);
    scene.other = scene_client(&scene);
    assert_int_equal(s3a_bucket_create(scene.ours, BUCKET, NULL), S3A_OK);
    *state = &scene;
    return 0;
}

int scene_close(void **state)
{
    struct scene *scene = *state;
    char command[128];

    s3a_client_free(scene->ours);
    s3a_client_free(scene->other);
    snprintf(command, sizeof(command), "rm -rf '%s'", scene->path);
    return system(command);
}

struct s3a_session *open_session(struct s3a_client *client,
                                 const struct s3a_session_options *options)
{
    struct s3a_session *session;
    struct s3a_error error;

    assert_int_equal(s3a_session_open(client, BUCKET, options, &session, &error), S3A_OK);
    assert_true(s3a_session_is_good(session));
    return session;
}

struct s3a_lock *take(struct s3a_client *client, const char *name, struct s3a_session *session)
{
    const struct s3a_lock_options options = {.session = session, .wait_ms = S3A_WAIT_FOREVER};
    struct s3a_lock *lock;
    struct s3a_error error;

    assert_int_equal(s3a_lock_acquire(client, BUCKET, name, &options, &lock, &error), S3A_OK);
    assert_true(s3a_lock_is_held(lock));
    return lock;
}

enum s3a_status try(struct s3a_client *client, const char *name,
                    const struct s3a_lock_options *options, struct s3a_error *error)
{
    struct s3a_lock *lock;
    enum s3a_status status = s3a_lock_acquire(client, BUCKET, name, options, &lock, error);

    assert_true((status == S3A_OK) == (lock != NULL));
    s3a_lock_free(lock);
    return status;
}

void inspect(struct s3a_client *client, const char *name, struct s3a_lock_info *ret_info)
{
    assert_int_equal(s3a_lock_inspect(client, BUCKET, name, ret_info, NULL), S3A_OK);
}

int scene_close_gate(const struct scene *scene)
{
    char path[80];

    snprintf(path, sizeof(path), "%s/gate", scene->path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    return fd;
}

/* SPDX-License-Identifier: MIT */
#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "blobs.h"
#include "fail_calls.h"

struct place {
    char path[64];
    struct s3a_directory directory;
    char id[S3A_BLOB_ID_SIZE + 1];
    int fd;
};

/* A body that has arrived. */
static void place_open(struct place *place)
{
    directory_make(place->path);
    assert_int_equal(s3a_directory_open(&place->directory, place->path, NULL), S3A_OK);
    assert_int_equal(s3a_blob_create(&place->directory, place->id, &place->fd), S3A_OK);
    assert_int_equal(write(place->fd, "body", 4), 4);
}

static void place_close(struct place *place)
{
    close(place->fd);
    s3a_directory_close(&place->directory);
    directory_remove(place->path);
}

static bool remove_blob(const struct place *place)
{
    return s3a_blob_unlink(&place->directory, place->id) &&
           s3a_blob_sync_shelf(&place->directory, place->id);
}

static void assert_files(const struct place *place, int incoming, int blobs)
{
    assert_int_equal(directory_count(place->path, "incoming"), incoming);
    assert_int_equal(blob_count(place->path), blobs);
}

static void a_body_has_both_names_until_a_row_has_one_of_them(void **state)
{
    (void)state;
    struct place place;
    char text[8];

    place_open(&place);
    assert_files(&place, 1, 0);
    assert_int_equal(s3a_blob_open(&place.directory, place.id), -1);
    assert_int_equal(s3a_blob_stage(&place.directory, place.id, place.fd), S3A_OK);
    assert_files(&place, 1, 1);
    assert_true(s3a_blob_settle(&place.directory, place.id));
    assert_files(&place, 0, 1);
    int fd = s3a_blob_open(&place.directory, place.id);
    assert_int_equal(read(fd, text, sizeof(text)), 4);
    close(fd);
    assert_true(remove_blob(&place));
    assert_files(&place, 0, 0);
    place_close(&place);
}

/* Content, both names, and the name of the shelf. */
#define SYNCS 4

/* Whoever made it may have been killed before he could sync it: then that is still to be done. */
static void a_shelf_that_is_there_may_not_be_durable_yet(void **state)
{
    (void)state;
    struct place place;
    struct s3a_directory other;

    place_open(&place);
    fail_calls_at(FAIL_CALL_SYNC, SYNCS, 1, EIO);
    assert_int_equal(s3a_blob_stage(&place.directory, place.id, place.fd), S3A_SYSTEM);
    assert_int_equal(fail_calls_end(), 1);
    assert_true(s3a_blob_unlink(&place.directory, place.id));
    fail_calls_at(FAIL_CALL_SYNC, SYNCS, 1, EIO);
    assert_int_equal(s3a_blob_stage(&place.directory, place.id, place.fd), S3A_SYSTEM);
    assert_int_equal(fail_calls_end(), 1);
    assert_true(s3a_blob_unlink(&place.directory, place.id));
    assert_int_equal(s3a_blob_stage(&place.directory, place.id, place.fd), S3A_OK);
    /* It is now, and need not be synced again, but others cannot know. */
    assert_true(s3a_blob_unlink(&place.directory, place.id));
    fail_calls_at(FAIL_CALL_SYNC, SYNCS, 1, EIO);
    assert_int_equal(s3a_blob_stage(&place.directory, place.id, place.fd), S3A_OK);
    assert_int_equal(fail_calls_end(), 0);
    assert_int_equal(s3a_directory_open(&other, place.path, NULL), S3A_OK);
    assert_true(s3a_blob_unlink(&other, place.id));
    fail_calls_at(FAIL_CALL_SYNC, SYNCS, 1, EIO);
    assert_int_equal(s3a_blob_stage(&other, place.id, place.fd), S3A_SYSTEM);
    assert_int_equal(fail_calls_end(), 1);
    s3a_directory_close(&other);
    place_close(&place);
}

static void what_no_row_will_name_loses_both_names(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    assert_int_equal(s3a_blob_stage(&place.directory, place.id, place.fd), S3A_OK);
    assert_true(s3a_blob_discard(&place.directory, place.id));
    assert_files(&place, 0, 0);
    place_close(&place);
}

static void what_is_gone_already_may_be_removed_again(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    for (int i = 0; i < 2; i++) {
        assert_true(s3a_blob_settle(&place.directory, place.id));
        assert_true(s3a_blob_discard(&place.directory, place.id));
        assert_true(remove_blob(&place));
    }
    place_close(&place);
}

static void while_it_arrives_it_is_locked(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    int fd = openat(place.directory.incoming_fd, place.id, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    close(place.fd);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    place.fd = fd;
    place_close(&place);
}

/* A sweep may come between the making of a file and its lock, and take it for an old one. */
static void a_new_file_that_a_sweep_was_faster_to_lock_is_given_up_for_another(void **state)
{
    (void)state;
    struct place place;
    char id[S3A_BLOB_ID_SIZE + 1];
    int fd;

    place_open(&place);
    fail_calls_at(FAIL_CALL_LOCK, 1, 3, EWOULDBLOCK);
    assert_int_equal(s3a_blob_create(&place.directory, id, &fd), S3A_OK);
    assert_int_equal(fail_calls_end(), 3);
    assert_files(&place, 2, 0);
    close(fd);

    fail_calls_at(FAIL_CALL_LOCK, 1, 1000, EWOULDBLOCK);
    assert_int_equal(s3a_blob_create(&place.directory, id, &fd), S3A_SYSTEM);
    (void)fail_calls_end();
    assert_int_equal(fd, -1);
    assert_files(&place, 2, 0);
    place_close(&place);
}

/* Each call on the way fails once, the disk full or broken: never half a success, and nothing is
 * left once the body is given up. */
static void a_body_that_cannot_be_made_durable_is_no_success(void **state)
{
    (void)state;
    struct place place;
    int failures = 1;
    int nth;

    for (nth = 1; failures > 0; nth++) {
        place_open(&place);
        fail_calls_at(FAIL_CALL_SYNC | FAIL_CALL_LINK | FAIL_CALL_OPEN | FAIL_CALL_MKDIR, nth, 1,
                      ENOSPC);
        enum s3a_status status = s3a_blob_stage(&place.directory, place.id, place.fd);
        failures = fail_calls_end();
        assert_int_equal(status, failures ? S3A_FULL : S3A_OK);
        assert_true(s3a_blob_discard(&place.directory, place.id));
        assert_files(&place, 0, 0);
        place_close(&place);
    }
    assert_true(nth > 6);
}

static void a_file_that_stays_is_not_called_gone(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    assert_int_equal(s3a_blob_stage(&place.directory, place.id, place.fd), S3A_OK);
    fail_calls_at(FAIL_CALL_UNLINK, 1, 3, EACCES);
    assert_false(s3a_blob_discard(&place.directory, place.id));
    assert_false(s3a_blob_settle(&place.directory, place.id));
    assert_false(remove_blob(&place));
    assert_int_equal(fail_calls_end(), 3);
    assert_files(&place, 1, 1);

    /* Nor is one that a power loss could bring back. */
    fail_calls_at(FAIL_CALL_SYNC, 1, 1, EIO);
    assert_false(remove_blob(&place));
    assert_int_equal(fail_calls_end(), 1);
    place_close(&place);
}

static void only_names_of_the_store_are_taken_for_such(void **state)
{
    (void)state;
    static const char *const not_valid[] = {
        "",
        "README",
        "0123456789abcdef0123456789abcde",
        "0123456789abcdef0123456789abcdef0",
        "0123456789ABCDEF0123456789abcdef",
        "../../../../../../../../etc/passw",
    };

    assert_true(s3a_blob_id_is_valid(S3A_STR("0123456789abcdef0123456789abcdef")));
    assert_false(s3a_blob_id_is_valid(s3a_str_make("0123456789abcdef0123456789abcd\0f", 32)));
    for (size_t i = 0; i < sizeof(not_valid) / sizeof(not_valid[0]); i++) {
        assert_false(s3a_blob_id_is_valid(s3a_str_of(not_valid[i])));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_has_both_names_until_a_row_has_one_of_them),
        cmocka_unit_test(a_shelf_that_is_there_may_not_be_durable_yet),
        cmocka_unit_test(what_no_row_will_name_loses_both_names),
        cmocka_unit_test(what_is_gone_already_may_be_removed_again),
        cmocka_unit_test(while_it_arrives_it_is_locked),
        cmocka_unit_test(a_new_file_that_a_sweep_was_faster_to_lock_is_given_up_for_another),
        cmocka_unit_test(a_body_that_cannot_be_made_durable_is_no_success),
        cmocka_unit_test(a_file_that_stays_is_not_called_gone),
        cmocka_unit_test(only_names_of_the_store_are_taken_for_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "books_fixture.h"

#include <stdio.h>

#include "fail_memory.h"
#include "readers.h"

struct place {
    struct books books;
    struct s3a_readers readers;
};

static void place_open(struct place *place)
{
    char path[128];

    books_new(&place->books);
    snprintf(path, sizeof(path), "%s/%s", place->books.path, S3A_DATABASE_NAME);
    s3a_readers_init(&place->readers, path);
}

static void place_close(struct place *place)
{
    s3a_readers_fini(&place->readers);
    books_burn(&place->books);
}

static struct s3a_reader *take(struct place *place)
{
    struct s3a_reader *reader;

    assert_int_equal(s3a_readers_take(&place->readers, &reader), SQLITE_OK);
    return reader;
}

static void the_last_one_given_back_is_lent_first(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    struct s3a_reader *one = take(&place);
    struct s3a_reader *two = take(&place);
    assert_ptr_not_equal(one, two);
    s3a_readers_give_back(&place.readers, two);
    s3a_readers_give_back(&place.readers, one);
    assert_ptr_equal(take(&place), one);
    assert_ptr_equal(take(&place), two);
    s3a_readers_give_back(&place.readers, two);
    s3a_readers_give_back(&place.readers, one);
    place_close(&place);
}

static void a_reader_cannot_write(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    struct s3a_reader *reader = take(&place);
    assert_int_equal(s3a_database_run(&reader->database, S3A_SQL_GARBAGE_ADD,
                                      S3A_PARAMS(s3a_param_text(S3A_STR("x")))) &
                         0xff,
                     SQLITE_READONLY);
    s3a_readers_give_back(&place.readers, reader);
    place_close(&place);
}

static void *take_one_more(void *arg)
{
    struct place *place = arg;
    struct s3a_reader *reader;
    int rc = s3a_readers_take(&place->readers, &reader);

    if (rc == SQLITE_OK) {
        s3a_readers_give_back(&place->readers, reader);
    }
    return reader;
}

static void who_comes_when_all_are_lent_waits_for_one(void **state)
{
    (void)state;
    static struct s3a_reader *readers[S3A_READERS_MAX];
    struct place place;
    pthread_t thread;
    void *got;

    place_open(&place);
    for (int i = 0; i < S3A_READERS_MAX; i++) {
        readers[i] = take(&place);
    }
    assert_int_equal(pthread_create(&thread, NULL, take_one_more, &place), 0);
    s3a_readers_give_back(&place.readers, readers[5]);
    assert_int_equal(pthread_join(thread, &got), 0);
    assert_ptr_equal(got, readers[5]);
    for (int i = 0; i < S3A_READERS_MAX; i++) {
        if (i != 5) {
            s3a_readers_give_back(&place.readers, readers[i]);
        }
    }
    place_close(&place);
}

static void take_without_memory(void *arg)
{
    struct place *place = arg;
    struct s3a_reader *reader;
    int rc = s3a_readers_take(&place->readers, &reader);

    if (rc == SQLITE_OK) {
        assert_int_equal(place->readers.count, 1);
        s3a_readers_give_back(&place->readers, reader);
    } else {
        assert_int_equal(rc & 0xff, SQLITE_NOMEM);
        assert_null(reader);
        assert_int_equal(place->readers.count, 0);
    }
}

/* One that cannot be opened takes nobody's place. */
static void without_memory_there_is_none(void **state)
{
    (void)state;
    struct place place;

    place_open(&place);
    fail_malloc_sweep(take_without_memory, &place);
    place_close(&place);
}

static void all_zero_has_nothing_to_close(void **state)
{
    (void)state;
    struct s3a_readers readers = {.count = 0};

    s3a_readers_fini(&readers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_one_given_back_is_lent_first),
        cmocka_unit_test(a_reader_cannot_write),
        cmocka_unit_test(who_comes_when_all_are_lent_waits_for_one),
        cmocka_unit_test(without_memory_there_is_none),
        cmocka_unit_test(all_zero_has_nothing_to_close),
    };
    fail_memory_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}

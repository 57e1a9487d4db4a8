/* SPDX-License-Identifier: MIT */
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <s3atomic/store.h>

#include "rough_network.h"

/*
 * Several threads update one object over a network that does what networks do. Each change appends
 * a word of its own. In the end every word of an update that was told to be done stands there once,
 * every one that was told to be in doubt at most once, and no other.
 */

#define WRITERS 6
#define ROUNDS 12
#define WORD_SIZE 16
#define CONTENT_MAX (WRITERS * ROUNDS * WORD_SIZE)

struct words {
    struct s3a_store *store;
    enum s3a_status status[WRITERS][ROUNDS];
};

struct change {
    char word[WORD_SIZE];
    char content[CONTENT_MAX];
    struct s3a_bytes bytes;
};

static enum s3a_status append_word(struct s3a_object *object, void *arg)
{
    struct change *change = arg;
    const struct s3a_bytes *before = object->value;
    size_t size = before ? before->size : 0;

    assert_true(size + WORD_SIZE < CONTENT_MAX);
    if (size > 0) {
        memcpy(change->content, before->data, size);
    }
    int added = snprintf(change->content + size, WORD_SIZE, "%s", change->word);
    change->bytes = (struct s3a_bytes){change->content, size + (size_t)added};
    object->value = &change->bytes;
    return S3A_OK;
}

struct writer {
    pthread_t thread;
    struct words *words;
    size_t index;
};

static void *write_words(void *arg)
{
    struct writer *writer = arg;
    struct words *words = writer->words;
    static _Thread_local struct change change;

    for (size_t i = 0; i < ROUNDS; i++) {
        snprintf(change.word, sizeof(change.word), "<%zu.%zu>", writer->index, i);
        words->status[writer->index][i] =
            s3a_store_update(words->store, "bucket", "words", append_word, &change, NULL, NULL);
    }
    return NULL;
}

static void write_together(struct words *words)
{
    struct writer writers[WRITERS];

    for (size_t i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){.words = words, .index = i};
        assert_int_equal(pthread_create(&writers[i].thread, NULL, write_words, &writers[i]), 0);
    }
    for (size_t i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
    }
}

static char *content_of(struct s3a_store *store)
{
    struct s3a_object object;
    enum s3a_status status;

    do {
        status = s3a_store_get(store, "bucket", "words", &object, NULL);
    } while (s3a_status_action(status) == S3A_ACTION_RETRY || status == S3A_RACE);
    assert_int_equal(status, S3A_OK);
    const struct s3a_bytes *bytes = object.value;
    char *text = strndup(bytes->data, bytes->size);
    assert_non_null(text);
    s3a_object_clear(&object);
    return text;
}

static unsigned count_of(const char *text, const char *word)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, word)); at += strlen(word)) {
        count++;
    }
    return count;
}

/* How many were told to be done. */
static unsigned judge(struct words *words)
{
    char *text = content_of(words->store);
    size_t expected_size = 0;
    unsigned done = 0;

    for (size_t i = 0; i < WRITERS; i++) {
        for (size_t j = 0; j < ROUNDS; j++) {
            char word[WORD_SIZE];
            snprintf(word, sizeof(word), "<%zu.%zu>", i, j);
            unsigned count = count_of(text, word);
            if (words->status[i][j] == S3A_OK) {
                assert_int_equal(count, 1);
                done++;
            } else {
                assert_int_equal(words->status[i][j], S3A_IN_DOUBT);
                assert_in_range(count, 0, 1);
            }
            expected_size += count * strlen(word);
        }
    }
    assert_int_equal(strlen(text), expected_size);
    free(text);
    return done;
}

static void run(const struct rough_chances *chances, uint64_t seed, unsigned done_min)
{
    struct rough_network network;
    static struct words words;

    rough_network_open(&network, chances, seed);
    words.store = s3a_store_new(network.client, s3a_bytes_codec());
    assert_non_null(words.store);
    write_together(&words);
    unsigned done = judge(&words);
    print_message("# %u of %u done, %u faults\n", done, WRITERS * ROUNDS, network.faults);
    assert_true(done >= done_min);
    assert_true(network.faults > 0);
    s3a_store_free(words.store);
    rough_network_close(&network);
}

static void no_answer_that_is_lost_makes_a_change_twice(void **state)
{
    static const struct rough_chances chances = {.request_lost = 50, .answer_lost = 100};

    (void)state;
    run(&chances, 1, WRITERS * ROUNDS / 2);
}

static void no_request_that_comes_late_or_twice_does_harm(void **state)
{
    static const struct rough_chances chances = {.late = 80, .twice = 150};

    (void)state;
    run(&chances, 2, WRITERS * ROUNDS / 2);
}

static void what_the_store_turns_down_is_tried_until_it_is_done(void **state)
{
    static const struct rough_chances chances = {.later = 150, .race = 150};

    (void)state;
    /* Nothing of this is ever in doubt. */
    run(&chances, 3, WRITERS * ROUNDS);
}

static void all_of_it_at_once(void **state)
{
    static const struct rough_chances chances = {
        .request_lost = 40, .answer_lost = 40, .late = 40, .twice = 40, .later = 40, .race = 40};

    (void)state;
    for (uint64_t seed = 10; seed < 12; seed++) {
        run(&chances, seed, WRITERS * ROUNDS / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_answer_that_is_lost_makes_a_change_twice),
        cmocka_unit_test(no_request_that_comes_late_or_twice_does_harm),
        cmocka_unit_test(what_the_store_turns_down_is_tried_until_it_is_done),
        cmocka_unit_test(all_of_it_at_once),
    };
    return cmocka_run_group_tests_name("store_faults", tests, NULL, NULL);
}

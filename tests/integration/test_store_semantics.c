/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdio.h>

#include "stories.h"

/* usage: test_store_semantics file|http|endpoint: see arena.h */

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_without_etag_creates_and_nothing_else),
        cmocka_unit_test(a_put_replaces_only_what_it_names),
        cmocka_unit_test(a_put_over_what_was_deleted_is_a_conflict),
        cmocka_unit_test(an_overwrite_takes_whatever_lies_there),
        cmocka_unit_test(a_delete_may_name_what_it_removes),
        cmocka_unit_test(of_many_that_create_one_wins),
        cmocka_unit_test(of_many_that_replace_one_wins),
        cmocka_unit_test(an_etag_is_taken_bare_or_quoted),
        cmocka_unit_test(a_body_of_any_size_comes_back),
        cmocka_unit_test(a_body_can_grow_and_shrink),
        cmocka_unit_test(a_body_larger_than_the_clients_bound_is_refused),
        cmocka_unit_test(a_head_tells_all_but_the_value),
        cmocka_unit_test(many_requests_are_under_way_at_once),
        cmocka_unit_test(a_cancelled_request_ends_and_so_does_a_client),
        cmocka_unit_test(any_key_is_a_name_of_its_own),
        cmocka_unit_test(names_that_cannot_be_are_refused),
        cmocka_unit_test(a_bucket_has_a_life),
        cmocka_unit_test(a_bucket_that_is_not_there_is_told),
        cmocka_unit_test(a_long_listing_is_complete_and_in_order),
        cmocka_unit_test(a_listing_can_be_narrowed),
        cmocka_unit_test(a_listing_can_begin_behind_a_key),
        cmocka_unit_test(a_listing_rolls_up_what_has_a_delimiter),
        cmocka_unit_test(a_listing_ends_when_it_is_told_to),
        cmocka_unit_test(a_struct_is_stored_as_json),
        cmocka_unit_test(bytes_of_another_form_are_refused),
        cmocka_unit_test(a_codec_can_be_ones_own),
        cmocka_unit_test(an_update_creates_changes_and_can_be_called_off),
        cmocka_unit_test(no_update_is_lost_among_many),
    };

    if (argc != 2 || !arena_open(argv[1])) {
        printf("1..0 # SKIP no such store here\n"); /* as TAP has it */
        return 0;
    }
    int failed = cmocka_run_group_tests_name(argv[1], tests, NULL, NULL);
    arena_close();
    return failed;
}

/* SPDX-License-Identifier: MIT */
#ifndef S3A_STORIES_H
#define S3A_STORIES_H

/* The stories of the store's semantics, by what they are about. */

#include "test.h"

/* stories_conditions.c */
void a_put_without_etag_creates_and_nothing_else(void **state);
void a_put_replaces_only_what_it_names(void **state);
void a_put_over_what_was_deleted_is_a_conflict(void **state);
void an_overwrite_takes_whatever_lies_there(void **state);
void a_delete_may_name_what_it_removes(void **state);
void of_many_that_create_one_wins(void **state);
void of_many_that_replace_one_wins(void **state);
void an_etag_is_taken_bare_or_quoted(void **state);

/* stories_bodies.c */
void a_body_of_any_size_comes_back(void **state);
void a_body_can_grow_and_shrink(void **state);
void a_body_larger_than_the_clients_bound_is_refused(void **state);
void a_head_tells_all_but_the_value(void **state);
void many_requests_are_under_way_at_once(void **state);
void a_cancelled_request_ends_and_so_does_a_client(void **state);

/* stories_names.c */
void any_key_is_a_name_of_its_own(void **state);
void names_that_cannot_be_are_refused(void **state);
void a_bucket_has_a_life(void **state);
void a_bucket_that_is_not_there_is_told(void **state);

/* stories_lists.c */
void a_long_listing_is_complete_and_in_order(void **state);
void a_listing_can_be_narrowed(void **state);
void a_listing_can_begin_behind_a_key(void **state);
void a_listing_rolls_up_what_has_a_delimiter(void **state);
void a_listing_ends_when_it_is_told_to(void **state);

/* stories_values.c */
void a_struct_is_stored_as_json(void **state);
void bytes_of_another_form_are_refused(void **state);
void a_codec_can_be_ones_own(void **state);
void an_update_creates_changes_and_can_be_called_off(void **state);
void no_update_is_lost_among_many(void **state);

#endif

// Package storetest is what package store promises, as tests that must pass on
// both engines.
package storetest

import (
	"database/sql"
	"testing"

	"livingprofile/internal/clock"
	"livingprofile/store"
)

// A Fixture is an open store, its clock, and its data as somebody sees it who
// has the database and no key.
type Fixture struct {
	DB    *store.DB
	SQL   *sql.DB
	Clock *clock.Fake
	// Tokens is how many of each kind a hundred use at once.
	Tokens int
}

// Run holds stores to the contract. open returns a fresh one; the tests that
// keep to subjects of their own share one.
func Run(t *testing.T, open func(*testing.T) Fixture) {
	shared := []struct {
		name string
		test func(*testing.T, Fixture)
	}{
		{"a_change_is_written_whole", writtenWhole},
		{"a_change_that_cannot_be_written_leaves_nothing", nothingWritten},
		{"a_stale_base_is_a_conflict", staleBase},
		{"any_version_conflicts_with_nothing", anyVersion},
		{"a_subject_is_made_once", madeOnce},
		{"an_erased_subject_is_gone", erasedGone},
		{"an_unknown_subject_is_not_found", unknownSubject},
		{"versions_of_a_subject_have_no_gaps", contiguousVersions},
		{"work_is_enqueued_with_its_change", workWithChange},
		{"of_many_writers_on_one_subject_none_is_lost", countOnOne},
		{"of_many_writers_on_many_subjects_none_is_lost", countOnMany},
		{"a_reader_with_a_cursor_misses_no_entry", cursorMissesNothing},
		{"history_comes_in_pages_newest_first", historyPages},
		{"history_is_filtered_by_kind", historyKinds},
		{"an_entry_is_read_by_its_version", entryByVersion},
		{"all_that_is_held_reads_back", factsRoundTrip},
		{"nothing_held_is_the_zero_value", factsOfNothing},
		{"identifiers_read_back_oldest_first", identifiersRoundTrip},
		{"the_holder_who_proved_it_comes_first", holdersVerifiedFirst},
		{"a_proved_identifier_has_one_owner", oneOwner},
		{"identifiers_are_proved_removed_and_made_main", identifierChanges},
		{"records_read_back_oldest_first", recordsRoundTrip},
		{"a_record_is_proved_by_its_entry", provedRecord},
		{"a_sealed_value_opens_in_its_own_place_only", sealedInPlace},
		{"a_spoilt_job_does_not_hold_up_the_others", spoiltJob},
		{"requests_read_back_newest_first", requestsRoundTrip},
		{"a_request_belongs_to_its_subject", requestOfAnother},
		{"a_copy_is_taken_once", copyTakenOnce},
		{"a_file_stays_with_its_request", attachmentsStay},
		{"an_erasure_takes_what_goes_and_leaves_what_stays", erasedWhole},
		{"an_erasure_is_finished_by_whoever_finds_it", erasedInTheMiddle},
		{"an_erasure_takes_nothing_else", planOfAnother},
		{"an_address_alone_waits_for_staff", joinDecided},
		{"what_was_weighed_goes_with_the_record", joinErased},
		{"joined_by_a_third", joinedByAThird},
		{"joined_at_the_same_time", joinOutrun},
		{"joining_changes_no_record", joinProperty},
		{"a_person_reads_all_of_their_records_and_no_other", togetherAndApart},
		{"a_copy_of_two_is_gone_when_they_are_taken_apart", copyOfTwo},
		{"an_erasure_is_on_the_erasure_list", erasureListed},
		{"a_hold_on_a_person_reads_back_and_ends", holdsRoundTrip},
		{"who_is_enrolled_is_found_by_name", enrolled},
		{"activities_come_in_pages_newest_first", activityPages},
		{"an_event_is_taken_once", activityOnce},
		{"a_removed_activity_does_not_come_back", activityRemoved},
		{"an_activity_belongs_to_its_subject", activityOfAnother},
		{"what_a_person_says_of_rules_reads_back", activityState},
		{"an_event_of_a_system_has_its_effect_once", eventOnce},
		{"what_became_of_events_reads_back", eventsReadBack},
		{"an_entry_is_known_by_its_person", entryIsOurs},
		{"a_page_is_taken_whole_or_not", allOrNothing},
		{"conflicts_read_back", conflictsRoundTrip},
		{"automated_decisions_read_back_reviewed", automatedRoundTrip},
		{"errands_read_back_and_are_moved_once", errandsRoundTrip},
		{"referrals_read_back_and_belong_to_their_system", referralsRoundTrip},
		{"people_of_a_breach_are_told_once", breaches},
		{"what_systems_find_the_erased_by_is_not_that_of_the_living", farewellOfTheLiving},
		{"an_offer_shows_to_whom_it_is_for", offersRoundTrip},
		{"offers_go_with_their_person", offersErased},
	}
	alone := []struct {
		name string
		test func(*testing.T, Fixture)
	}{
		{"checkpoints_are_numbered_once", checkpoints},
		{"two_records_are_joined_and_taken_apart", joinedAndSeparated},
		{"joining_loosens_nothing", joinIsCautious},
		{"one_history_of_joined_records_comes_in_pages", togetherStory},
		{"a_declaration_is_written_once", declarations},
		{"the_queue_is_ordered_filtered_and_paged", queues},
		{"what_presses_is_counted_by_brand", presses},
		{"requests_are_counted_by_week", requestCounts},
		{"a_search_reads_all_lanes_newest_first", searches},
		{"figures_count_people_by_their_last_word", counts},
		{"figures_count_joined_records_once", countsOnce},
		{"consent_records_are_due_that_count", dueConsents},
		{"an_import_knows_how_far_it_was", positions},
		{"a_file_comes_to_each_state_once", uploadsMoveOnce},
		{"the_file_of_a_trial_is_kept", uploadsAreKept},
		{"an_answer_is_given_again_for_a_day", answers},
		{"a_request_is_begun_once", beginsOnce},
		{"an_approval_comes_to_each_state_once", approvalsMoveOnce},
		{"a_draft_takes_the_place_of_what_was_seen", draftsMeet},
		{"a_token_of_any_kind_is_used_once", usedOnce},
		{"an_answer_is_sealed", sealedAnswer},
		{"the_feed_misses_nothing", feedMissesNothing},
		{"the_feed_is_moved_by_one_process", feedIsMovedOnce},
		{"the_feed_can_go_to_the_end", feedGoesToTheEnd},
		{"a_delivery_is_claimed_once", deliveriesAreClaimedOnce},
		{"a_delivery_waits_behind_no_backlog", deliveriesWaitBehindNoBacklog},
		{"a_delivery_is_settled_by_its_latest_attempt", deliveryIsFenced},
		{"what_is_acknowledged_is_over", acknowledged},
		{"what_waits_is_probed_and_hurried", deliveriesAreHurried},
		{"what_failed_often_keeps_its_waits", deliveriesKeepTheirWaits},
		{"what_was_given_up_is_taken_up", deliveriesAreRevived},
		{"what_does_not_get_through_is_seen", amissIsSeen},
		{"a_number_tells_who_was_not_held", notHeldIsToldAnew},
		{"deliveries_are_told_again", deliveriesAreReplayed},
		{"deliveries_of_joined_records_are_told_again", deliveriesOfJoinedRecordsAreReplayed},
		{"deliveries_are_swept_but_for_the_last", deliveriesAreSwept},
		{"a_yes_is_said_once", aYesIsSaidOnce},
		{"deliveries_of_a_wrong_clock_come_back", deliveriesOfAWrongClock},
		{"a_secret_ends_after_its_successor_begins", secretsChange},
		{"deliveries_are_paged_by_state", deliveriesArePaged},
		{"attempts_are_kept_and_counted", attemptsAreKept},
		{"backlogs_are_kept_by_the_hour", backlogsAreKept},
		{"older_secrets_are_ended", secretsAreEnded},
		{"a_pause_has_a_note", modesHaveNotes},
		{"a_certificate_knows_who_was_told", erasureTold},
		{"a_farewell_ends_when_everybody_was_told", farewellEnds},
		{"a_farewell_ends_with_its_time", farewellExpires},
		{"a_copy_has_its_time", copiesExpire},
		{"an_offer_has_its_time", offersExpire},
		{"events_of_systems_have_their_time", eventsSwept},
		{"activities_have_their_time", activitiesExpire},
		{"automated_decisions_have_their_time", automatedExpire},
		{"values_are_looked_at_when_the_profile_changed", retentionDues},
		{"what_is_kept_ends_with_its_key", keptEnds},
		{"rules_are_asked_when_something_happened", activityDues},
		{"audiences_read_back_newest_first", audiencesRoundTrip},
		{"of_the_files_of_an_audience_the_last_is_kept", handouts},
		{"a_crowd_is_everybody_once", crowds},
	}
	f := open(t)
	t.Run("shared", func(t *testing.T) {
		for _, tt := range shared {
			t.Run(tt.name, func(t *testing.T) {
				t.Parallel()
				tt.test(t, f)
			})
		}
	})
	for _, tt := range alone {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, open(t)) })
	}
}

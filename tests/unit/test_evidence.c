/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is known of data that nobody has proved to be copied, until all is over. */
#include "config.h"

#include "operation/evidence.h"
#include "suite.h"

#define SIGNATURE 7
#define TABLE     70
#define SEGMENT   1000

static const struct kernel_log_state clean = {.is_read = true, .next = 200};
static const struct kernel_log_state failed = {
	.is_read = true, .next = 200, .failure_end = 150, .told_end = 150};
static const struct kernel_log_state unread = {0};

/* The step from TABLE, which is proved, when the log went up to 100. */
static struct evidence begin(bool is_complete)
{
	struct evidence evidence = {0};

	evidence_begin(&evidence, &(struct kernel_log_state){.is_read = true, .next = 100}, 1,
		&(struct evidence_step){.table = TABLE,
			.to_sectors = SEGMENT,
			.is_complete = is_complete,
			.is_kernel_known = true});
	return evidence;
}

/* Then that of TABLE + 1 begins, which was compared, and is the last. */
static enum doubt end_after_comparison(const struct kernel_log_state *log, uint64_t from_sectors)
{
	struct evidence evidence = begin(false);
	struct kernel_log_state later = *log;

	evidence_note_table(&evidence, log, TABLE + 1, true, true);
	evidence_note_equal(&evidence, log, SIGNATURE, from_sectors, true);
	later.next++;
	evidence_begin(&evidence, &later, 1,
		&(struct evidence_step){
			.table = TABLE + 1, .is_complete = true, .is_kernel_known = true});
	return evidence_end_doubt(&evidence, &later, true);
}

START_TEST(log_that_was_read_whole_need_not_be_kept_by_the_kernel)
{
	struct evidence evidence = begin(false);
	struct kernel_log_state broken = clean;

	ck_assert_uint_eq(evidence_unchecked_from(&evidence, &clean), 200);
	ck_assert_uint_eq(evidence_unchecked_from(&evidence, &unread), 100);
	ck_assert_uint_eq(evidence_unchecked_from(&evidence, &failed), 100);
	broken.whole_from = 101;
	ck_assert_uint_eq(evidence_unchecked_from(&evidence, &broken), 100);
	/* Of what began before anything was known of it, nothing was checked. */
	ck_assert_uint_eq(evidence_unchecked_from(&(struct evidence){0}, &clean), 0);
}
END_TEST

/* It was let go of before a look has shown it: what was compared does not begin where it did. */
START_TEST(segment_that_no_look_has_shown_is_told_at_the_end)
{
	ck_assert_uint_eq(end_after_comparison(&failed, 2 * SEGMENT), DOUBT_MISSED);
	ck_assert_uint_eq(end_after_comparison(&unread, 2 * SEGMENT), DOUBT_MISSED);
	/* The log has proved all of it. */
	ck_assert_uint_eq(end_after_comparison(&clean, 2 * SEGMENT), DOUBT_NONE);
	/* This is the next one; or nobody knows. */
	ck_assert_uint_eq(end_after_comparison(&failed, SEGMENT), DOUBT_NONE);
	ck_assert_uint_eq(end_after_comparison(&failed, 0), DOUBT_NONE);
}
END_TEST

/* A step of somebody else's, in doubt, but without a failure that the log tells of. */
START_TEST(segment_that_others_have_let_go_of_in_doubt_is_told_at_the_end)
{
	struct evidence evidence = begin(false);

	evidence_note_table(&evidence, &clean, TABLE + 1, true, true);
	evidence_note_table(&evidence, _i == 0 ? &clean : &unread, TABLE + 2, true, true);
	ck_assert_int_eq(evidence.is_missed, _i == 1);
	evidence_begin(&evidence, &clean, 1,
		&(struct evidence_step){
			.table = TABLE + 2, .is_complete = true, .is_kernel_known = true});
	ck_assert_uint_eq(
		evidence_end_doubt(&evidence, &clean, true), _i == 0 ? DOUBT_NONE : DOUBT_MISSED);
}
END_TEST

/* The same, where nothing is copied any more before our step. */
START_TEST(segment_that_others_have_let_go_of_before_our_step_is_told_at_the_end)
{
	struct evidence evidence = begin(false);

	evidence_note_table(&evidence, &clean, TABLE + 1, true, true);
	evidence_begin(&evidence, &unread, 1,
		&(struct evidence_step){
			.table = TABLE + 2, .is_complete = true, .is_kernel_known = true});
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &clean, true), DOUBT_MISSED);
}
END_TEST

/* The step was not made, and the volume was activated anew: what was proved is copied again. */
START_TEST(segment_that_is_copied_anew_loses_its_proof)
{
	struct evidence evidence = begin(true);

	ck_assert(!evidence_note_table(&evidence, &clean, TABLE, false, true));
	ck_assert(evidence_note_table(&evidence, &clean, TABLE, true, true));
	ck_assert_uint_eq(evidence.table, TABLE);
	ck_assert(evidence_is_let_go(&evidence, &failed, TABLE + 1));
	/* A table that is wiped shows no step, and what was seen before is not forgotten. */
	ck_assert(!evidence_is_let_go(&evidence, &failed, 0));
	ck_assert(!evidence_note_table(&evidence, &failed, 0, true, true));
	ck_assert_uint_eq(evidence.table, TABLE);
	ck_assert(!evidence.is_missed);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_FAILURE);
	ck_assert(!evidence_note_table(&evidence, &clean, TABLE, true, true));
}
END_TEST

/* Whether the step that was proved was made nobody knows: others may have made it. */
START_TEST(step_before_a_while_without_a_daemon_is_not_known_to_be_made)
{
	struct evidence evidence = begin(true);

	evidence_note_unwatched(&evidence, true);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_NONE);
	evidence_note_unwatched(&evidence, false);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_UNTOLD);
	/* Without a failure nobody is in doubt, whatever the kernel. */
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &unread, false), DOUBT_NONE);
}
END_TEST

START_TEST(step_that_is_not_known_to_be_made_is_missed_where_the_log_tells_of_a_failure)
{
	struct evidence evidence = begin(false);
	bool is_failure = _i != 0;

	evidence_note_unwatched(&evidence, false);
	evidence_note_table(
		&evidence, is_failure ? &failed : &unread, TABLE + (_i < 2), true, is_failure);
	/* Not where the table is the one before it. */
	ck_assert_int_eq(evidence.is_missed, _i == 1);
	ck_assert_int_eq(evidence_is_let_go(&evidence, &failed, TABLE + 2), true);
}
END_TEST

/* What the kernel writes after the device has gone is about something else. */
START_TEST(failure_after_the_end_is_none)
{
	struct evidence evidence = begin(false);

	ck_assert(!evidence_note_gone(&evidence, &unread));
	ck_assert(evidence_note_gone(&evidence, &clean));
	ck_assert(!evidence_note_gone(&evidence, &failed));
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_NONE);
	ck_assert_ptr_eq(evidence_end_log(&evidence, &failed), &evidence.gone);
	ck_assert(evidence_note_there(&evidence));
	ck_assert(!evidence_note_there(&evidence));
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_FAILURE);
}
END_TEST

START_TEST(failure_before_the_end_counts)
{
	struct evidence evidence = begin(false);

	evidence_note_gone(&evidence, &failed);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &clean, true), DOUBT_FAILURE);
	evidence_forget_tables(&evidence);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &clean, true), DOUBT_NONE);
}
END_TEST

/* It may have been there again while no daemon ran: that is not known, so people are told. */
START_TEST(failure_after_the_end_while_no_daemon_ran_is_a_doubt)
{
	struct evidence evidence = begin(_i == 1);

	evidence_note_gone(&evidence, &clean);
	evidence.is_unwatched = true;
	ck_assert_uint_eq(
		evidence_end_doubt(&evidence, &failed, true), _i == 1 ? DOUBT_NONE : DOUBT_UNTOLD);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &clean, true), DOUBT_NONE);
}
END_TEST

/* The log tells of another failure each time while the copies are compared: that has no end. */
START_TEST(comparison_that_is_worthless_time_and_again_is_told)
{
	struct evidence evidence = begin(false);

	for (int round = 0; round < 2; round++) {
		ck_assert(!evidence_take_vain(&evidence, SIGNATURE));
		for (int i = 0; i < 2; i++) {
			evidence_note_equal(&evidence, &clean, SIGNATURE, 0, true);
			ck_assert(!evidence_take_vain(&evidence, SIGNATURE));
		}
		evidence_note_equal(&evidence, &clean, SIGNATURE, 0, true);
		/* Others are compared the first time. */
		ck_assert(!evidence_take_vain(&evidence, SIGNATURE + 1));
		ck_assert(evidence_take_vain(&evidence, SIGNATURE));
	}
}
END_TEST

/* Its lvpoll may have ended before it made its step, or was never started. */
START_TEST(step_whose_end_nobody_has_seen_is_not_known_to_be_made)
{
	struct evidence evidence = begin(true);

	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_NONE);
	evidence_note_unseen_end(&evidence);
	ck_assert_uint_eq(evidence_end_doubt(&evidence, &failed, true), DOUBT_UNTOLD);
	/* Nothing was proved, or the step is known to be made. */
	evidence = (struct evidence){0};
	evidence_note_unseen_end(&evidence);
	ck_assert(!evidence.is_step_unknown);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(log_that_was_read_whole_need_not_be_kept_by_the_kernel),
		SUITE_TEST(segment_that_no_look_has_shown_is_told_at_the_end),
		SUITE_LOOP(segment_that_others_have_let_go_of_in_doubt_is_told_at_the_end, 2),
		SUITE_TEST(segment_that_others_have_let_go_of_before_our_step_is_told_at_the_end),
		SUITE_TEST(segment_that_is_copied_anew_loses_its_proof),
		SUITE_TEST(step_before_a_while_without_a_daemon_is_not_known_to_be_made),
		SUITE_LOOP(
			step_that_is_not_known_to_be_made_is_missed_where_the_log_tells_of_a_failure,
			3),
		SUITE_TEST(comparison_that_is_worthless_time_and_again_is_told),
		SUITE_TEST(step_whose_end_nobody_has_seen_is_not_known_to_be_made),
		SUITE_TEST(failure_after_the_end_is_none),
		SUITE_TEST(failure_before_the_end_counts),
		SUITE_LOOP(failure_after_the_end_while_no_daemon_ran_is_a_doubt, 2),
	};

	return suite_run("evidence", tests, SUITE_COUNT(tests));
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Observations, translated into events. */
#include "config.h"

#include "classify_fixture.h"

#define SEEN(VERDICT)                                                                              \
	{                                                                                          \
		.kind = OBSERVED, .verdict = LVMPOLLD_##VERDICT, .signature = SIGNATURE,           \
		.has_loss = LVMPOLLD_##VERDICT == LVMPOLLD_DATA_LOSS                               \
	}
#define STALLED(VERDICT)                                                                           \
	{                                                                                          \
		.kind = OBSERVED, .verdict = LVMPOLLD_##VERDICT, .signature = SIGNATURE,           \
		.is_stalled = true, .has_loss = LVMPOLLD_##VERDICT == LVMPOLLD_DATA_LOSS           \
	}
#define NOTHING_IN(KIND)                                                                           \
	{                                                                                          \
		.kind = OBSERVED_##KIND, .signature = SIGNATURE                                    \
	}

static enum operation_event look(const struct operation *operation, struct observation observation)
{
	return classify_look(operation, &observation, NOW_MS);
}

/* States in which what the kernel shows decides. */
static const enum operation_state free_states[] = {
	STATE_LOOKING, STATE_COPYING, STATE_WAITING, STATE_DORMANT};

static const struct {
	struct observation observation;
	enum operation_event event;
	enum operation_event of_abort;
} decisions[] = {
	{SEEN(WATCH), EVENT_SEES_COPYING, EVENT_SEES_STEP},
	{SEEN(WATCH_TIMED), EVENT_SEES_COPYING, EVENT_SEES_STEP},
	{SEEN(STEP), EVENT_SEES_STEP, EVENT_SEES_STEP},
	{SEEN(POLL), EVENT_SEES_UNKNOWN, EVENT_SEES_STEP},
	{SEEN(DONE), EVENT_SEES_DONE, EVENT_SEES_STEP},
	{STALLED(DONE), EVENT_SEES_DONE, EVENT_SEES_STEP},
	{SEEN(DATA_LOSS), EVENT_SEES_LOSS, EVENT_SEES_STEP},
	{STALLED(WATCH), EVENT_SEES_STEP, EVENT_SEES_STEP},
	{STALLED(POLL), EVENT_SEES_STEP, EVENT_SEES_STEP},
	/* What would lose data comes before all else. */
	{STALLED(DATA_LOSS), EVENT_SEES_LOSS, EVENT_SEES_STEP},
	{NOTHING_IN(SUSPENDED), EVENT_SEES_SUSPENDED, EVENT_SEES_STEP},
	{NOTHING_IN(GONE), EVENT_SEES_GONE, EVENT_SEES_GONE},
};

START_TEST(classify_look_decides)
{
	for (size_t i = 0; i < SUITE_COUNT(free_states); i++) {
		set_state(polled, free_states[i]);
		set_state(abort_operation, free_states[i]);
		ck_assert_int_eq(look(polled, decisions[_i].observation), decisions[_i].event);
		ck_assert_int_eq(
			look(abort_operation, decisions[_i].observation), decisions[_i].of_abort);
	}
}
END_TEST

/* No lvpoll is to look where the kernel does all of it. */
START_TEST(classify_look_at_a_stall_where_the_kernel_does_all)
{
	const struct lvmpolld_plugin plugin = {.kernel_only = true};
	const struct plugin_entry entry = {.interface = &plugin};
	const struct observation stalled = STALLED(WATCH);
	struct observation suspended = NOTHING_IN(SUSPENDED);
	const struct plugin_entry *former = polled->terms->plugin;

	suspended.is_stalled = true;
	polled->terms->plugin = &entry;
	for (size_t i = 0; i < SUITE_COUNT(free_states); i++) {
		set_state(polled, free_states[i]);
		ck_assert_int_eq(look(polled, stalled), EVENT_SEES_COPYING);
		ck_assert_int_eq(look(polled, suspended), EVENT_SEES_STUCK);
	}
	polled->terms->plugin = former;
}
END_TEST

/* Also where the look that has shown it was another daemon's, or another request's. */
START_TEST(classify_look_never_forgets_a_loss)
{
	device.loss = LOSS_NOTED;
	for (size_t i = 0; i < SUITE_COUNT(free_states); i++) {
		set_state(polled, free_states[i]);
		set_state(abort_operation, free_states[i]);
		ck_assert_int_eq(look(polled, decisions[_i].observation), EVENT_SEES_LOSS);
		ck_assert_int_eq(
			look(abort_operation, decisions[_i].observation), decisions[_i].of_abort);
	}
}
END_TEST

static const char *const log_failures[] = {"failed", NULL};
static const char *const every_kernel[] = {"*", NULL};

#define CLEAN                                                                                      \
	{                                                                                          \
		.is_read = true, .next = 9                                                         \
	}
#define FAILED                                                                                     \
	{                                                                                          \
		.is_read = true, .next = 9, .failure_end = 9, .told_end = 9                        \
	}
#define IN_SYNC(LOG)                                                                               \
	{                                                                                          \
		.kind = OBSERVED, .verdict = LVMPOLLD_STEP, .signature = SIGNATURE,                \
		.copies = {.count = 1}, .copies_signature = SIGNATURE, .log = LOG                  \
	}

#define NOT_UNDERSTOOD(LOG)                                                                        \
	{                                                                                          \
		.kind = OBSERVED, .verdict = LVMPOLLD_POLL, .signature = SIGNATURE,                \
		.copies = {.count = 1}, .copies_signature = SIGNATURE, .log = LOG                  \
	}

/* What a look means for what can be verified; COMPARED: the signature of copies that were equal. */
static const struct {
	enum plugin_verify verify;
	uint64_t compared;
	struct observation observation;
	enum operation_event event;
} verifications[] = {
	{PLUGIN_VERIFY_DOUBT, 0, IN_SYNC(CLEAN), EVENT_SEES_STEP},
	{PLUGIN_VERIFY_DOUBT, 0, IN_SYNC(FAILED), EVENT_SEES_DOUBT},
	{PLUGIN_VERIFY_DOUBT, SIGNATURE, IN_SYNC(FAILED), EVENT_SEES_DOUBT},
	{PLUGIN_VERIFY_DOUBT, 0, IN_SYNC({0}), EVENT_SEES_DOUBT},
	{PLUGIN_VERIFY_DOUBT, SIGNATURE, IN_SYNC({0}), EVENT_SEES_STEP},
	{PLUGIN_VERIFY_DOUBT, SIGNATURE + 1, IN_SYNC({0}), EVENT_SEES_DOUBT},
	{PLUGIN_VERIFY_ALWAYS, 0, IN_SYNC(CLEAN), EVENT_SEES_DOUBT},
	{PLUGIN_VERIFY_ALWAYS, SIGNATURE, IN_SYNC(CLEAN), EVENT_SEES_STEP},
	{PLUGIN_VERIFY_NEVER, 0, IN_SYNC(FAILED), EVENT_SEES_STEP},
	/* Nothing is to be compared: no mirror is in the table. */
	{PLUGIN_VERIFY_ALWAYS, 0, SEEN(STEP), EVENT_SEES_STEP},
	/* An lvpoll must not meet the end of the copy. */
	{PLUGIN_VERIFY_DOUBT, 0, STALLED(WATCH), EVENT_SEES_UNMOVED},
	{PLUGIN_VERIFY_NEVER, 0, STALLED(WATCH), EVENT_SEES_STEP},
	{PLUGIN_VERIFY_DOUBT, 0,
		{.kind = OBSERVED_SUSPENDED, .is_stalled = true, .log = {.is_read = true}},
		EVENT_SEES_STEP},
	{PLUGIN_VERIFY_DOUBT, 0,
		{.kind = OBSERVED_SUSPENDED,
			.is_stalled = true,
			.log = {.is_read = true},
			.table_signature = SIGNATURE,
			.verdict = LVMPOLLD_WATCH},
		EVENT_SEES_STUCK},
	/* Whether all is copied nobody knows. */
	{PLUGIN_VERIFY_ALWAYS, 0, NOT_UNDERSTOOD(CLEAN), EVENT_SEES_DOUBT},
	{PLUGIN_VERIFY_DOUBT, 0, NOT_UNDERSTOOD(FAILED), EVENT_SEES_DOUBT},
	{PLUGIN_VERIFY_DOUBT, 0, NOT_UNDERSTOOD(CLEAN), EVENT_SEES_UNKNOWN},
	{PLUGIN_VERIFY_NEVER, 0, NOT_UNDERSTOOD(FAILED), EVENT_SEES_UNKNOWN},
	{PLUGIN_VERIFY_ALWAYS, 0, SEEN(POLL), EVENT_SEES_UNKNOWN},
	{PLUGIN_VERIFY_DOUBT, 0, {.kind = OBSERVED_SUSPENDED, .is_stalled = true},
		EVENT_SEES_STUCK},
	{PLUGIN_VERIFY_DOUBT, 0, {.kind = OBSERVED_SUSPENDED}, EVENT_SEES_SUSPENDED},
};

START_TEST(classify_look_takes_no_step_in_doubt)
{
	struct lvmpolld_plugin plugin = fixture_plugin;
	struct plugin_entry entry = {.interface = &plugin, .verify = verifications[_i].verify};
	struct terms *terms = fixture_terms_of(&entry, 1, 1, false, "15", NULL);
	struct operation *operation = operation_new(NULL, &device, terms);

	plugin.read_copies = fixture_read_copies;
	plugin.log_failures = log_failures;
	plugin.log_kernels = every_kernel;
	operation->evidence.compared = verifications[_i].compared;
	ck_assert_int_eq(look(operation, verifications[_i].observation), verifications[_i].event);
	terms_release(terms);
	operation_free(operation);
}
END_TEST

/* The data was copied in table SIGNATURE. */
static void verify_table(struct operation *operation)
{
	verify(operation);
	operation->evidence.table = SIGNATURE;
}

START_TEST(classify_look_sees_that_others_have_let_go_of_what_has_failed)
{
	struct observation seen = SEEN(WATCH);

	seen.log = (struct kernel_log_state)FAILED;
	seen.table_signature = SIGNATURE;
	verify_table(polled);
	verify_table(abort_operation);
	ck_assert_int_eq(look(polled, seen), EVENT_SEES_COPYING);
	seen.table_signature++;
	ck_assert_int_eq(look(polled, seen), EVENT_SEES_LET_GO);
	ck_assert_int_eq(look(abort_operation, seen), EVENT_SEES_STEP);
	/* Where nothing is copied any more, lvm2 may be about to remove it. */
	seen.verdict = LVMPOLLD_STEP;
	ck_assert_int_eq(look(polled, seen), EVENT_SEES_ENDING);
	seen.verdict = LVMPOLLD_WATCH;
	/* It must be ended first. */
	polled->attempt.is_orphan = true;
	ck_assert_int_eq(look(polled, seen), EVENT_SEES_COPYING);
	polled->attempt.is_orphan = false;
	seen.log.failure_end = seen.log.told_end = 0;
	ck_assert_int_eq(look(polled, seen), EVENT_SEES_COPYING);
}
END_TEST

START_TEST(classify_look_confirms_no_doubtful_end)
{
	struct observation gone = NOTHING_IN(GONE);

	verify_table(polled);
	set_state(polled, STATE_CONFIRMING);
	ck_assert_int_eq(look(polled, gone), EVENT_SEES_END);
	gone.log = (struct kernel_log_state)FAILED;
	/* lvm2 is asked whether anything is left. */
	ck_assert_int_eq(look(polled, gone), EVENT_SEES_OTHERWISE);
	ck_assert_uint_eq(classify_end_doubt(polled, &gone.log), DOUBT_FAILURE);
	/* Without the kernel nothing of this is known. */
	polled->is_watchable = false;
	ck_assert_uint_eq(classify_end_doubt(polled, &gone.log), DOUBT_NONE);
	verify_table(abort_operation);
	ck_assert_uint_eq(classify_end_doubt(abort_operation, &gone.log), DOUBT_NONE);
}
END_TEST

START_TEST(classify_look_takes_no_step_twice)
{
	polled->attempt.signature = SIGNATURE;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)), EVENT_SEES_SAME);
	polled->attempt.signature = SIGNATURE + 1;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)), EVENT_SEES_STEP);
}
END_TEST

START_TEST(classify_look_takes_no_step_too_early)
{
	polled->not_before_ms = NOW_MS + 1;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)), EVENT_SEES_EARLY);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(POLL)), EVENT_SEES_EARLY);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(WATCH)), EVENT_SEES_COPYING);
	/* That is none. */
	ck_assert_int_eq(look(polled, (struct observation)SEEN(DONE)), EVENT_SEES_DONE);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(DATA_LOSS)), EVENT_SEES_LOSS);
	polled->not_before_ms = NOW_MS;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)), EVENT_SEES_STEP);
}
END_TEST

/* An lvpoll says that all is over. */
static const struct {
	struct observation observation;
	enum operation_event event;
} confirmations[] = {
	{NOTHING_IN(GONE), EVENT_SEES_END},
	{SEEN(WATCH), EVENT_SEES_OTHERWISE},
	{SEEN(WATCH_TIMED), EVENT_SEES_OTHERWISE},
	{SEEN(STEP), EVENT_SEES_OTHERWISE},
	{SEEN(DATA_LOSS), EVENT_SEES_LOSS},
	/* Whether it copies nobody knows: the next look tells. */
	{NOTHING_IN(SUSPENDED), EVENT_SEES_SUSPENDED},
	{{.kind = OBSERVED_SUSPENDED, .is_stalled = true}, EVENT_SEES_OTHERWISE},
};

START_TEST(classify_look_confirms_an_end)
{
	set_state(polled, STATE_CONFIRMING);
	ck_assert_int_eq(look(polled, confirmations[_i].observation), confirmations[_i].event);
}
END_TEST

static enum lvmpolld_standing read_staying_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	(void)request;
	return volume ? fixture_standing : LVMPOLLD_STANDING_FAILED;
}

START_TEST(classify_look_confirms_the_end_of_what_stays)
{
	struct lvmpolld_plugin plugin = staying_plugin;
	struct plugin_entry entry = {.interface = &plugin};

	set_state(polled, STATE_CONFIRMING);
	polled->terms->plugin = &staying_entry;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(POLL)), EVENT_SEES_END);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)), EVENT_SEES_END);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(WATCH)), EVENT_SEES_OTHERWISE);
	ck_assert_int_eq(look(polled, (struct observation)NOTHING_IN(GONE)), EVENT_SEES_END);
	/* Where it was to stay somebody has removed it: the lvpoll may have found another one. */
	plugin.read_report = read_staying_report;
	polled->terms->plugin = &entry;
	ck_assert_int_eq(look(polled, (struct observation)NOTHING_IN(GONE)), EVENT_SEES_OTHERWISE);
	polled->terms->plugin = &staying_entry;
	/* The lvpoll did not find it: it was given another name. */
	ck_assert_int_eq(look(polled, (struct observation){.kind = OBSERVED,
					      .verdict = LVMPOLLD_POLL,
					      .vg_name = (char *)"vg1",
					      .lv_name = (char *)"renamed"}),
		EVENT_SEES_OTHERWISE);
}
END_TEST

START_TEST(classify_look_sees_what_a_step_has_done)
{
	set_state(polled, STATE_RUNNING);
	polled->attempt.purpose = ATTEMPT_STEP;
	polled->attempt.signature = SIGNATURE;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)), EVENT_SEES_SAME);
	ck_assert_int_eq(look(polled, (struct observation)NOTHING_IN(SUSPENDED)), EVENT_SEES_SAME);
	/* Its own end is awaited: its status is the result. */
	ck_assert_int_eq(look(polled, (struct observation)NOTHING_IN(GONE)), EVENT_SEES_SAME);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(DATA_LOSS)), EVENT_SEES_LOSS);
	polled->attempt.signature = SIGNATURE + 1;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(WATCH)), EVENT_STEP_IS_DONE);
}
END_TEST

/* The next segment is copied already when it is seen; unless all is, and lvpoll is at its end. */
START_TEST(classify_look_sees_what_a_step_has_done_whatever_lvpoll_says)
{
	const struct observation partly = SEEN(STEP);
	struct observation whole = SEEN(STEP);

	whole.is_whole = true;
	set_state(polled, STATE_RUNNING);
	polled->attempt.purpose = ATTEMPT_STEP;
	polled->attempt.signature = SIGNATURE + 1;
	ck_assert_int_eq(look(polled, partly), EVENT_STEP_IS_DONE);
	ck_assert_int_eq(look(polled, whole), EVENT_SEES_SAME);
	polled->attempt.has_shown_more = true;
	ck_assert_int_eq(look(polled, whole), EVENT_STEP_IS_DONE);
	polled->attempt.signature = SIGNATURE;
	ck_assert_int_eq(look(polled, partly), EVENT_SEES_SAME);
}
END_TEST

/* It polls since the kernel was of no help: one unknown table must not leave it running. */
START_TEST(classify_look_sees_that_the_kernel_is_of_help_again)
{
	set_state(polled, STATE_RUNNING);
	polled->attempt.purpose = ATTEMPT_POLL;
	polled->attempt.signature = SIGNATURE + 1;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(POLL)), EVENT_SEES_SAME);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(WATCH)), EVENT_STEP_IS_DONE);
	set_state(abort_operation, STATE_RUNNING);
	abort_operation->attempt.purpose = ATTEMPT_ABORT;
	ck_assert_int_eq(look(abort_operation, (struct observation)SEEN(WATCH)), EVENT_SEES_SAME);
}
END_TEST

static const struct {
	enum back_off_reason reason;
	bool ends_by_change;
	bool has_other_process; /* that must end first */
	bool ends_by_look;      /* whatever the table is, but not while it is suspended */
} pauses[] = {
	{BACK_OFF_NOT_BEFORE, false, false, false},
	{BACK_OFF_INTERVAL, false, false, false},
	{BACK_OFF_SEARCH, false, true, false},
	{BACK_OFF_ORPHAN, false, true, false},
	{BACK_OFF_BUSY, false, true, false},
	{BACK_OFF_NOT_STARTED, false, false, false},
	{BACK_OFF_NOT_EXECUTABLE, false, false, false},
	{BACK_OFF_SIGNAL, true, false, false},
	{BACK_OFF_VAIN, true, false, false},
	{BACK_OFF_STATUS, true, false, false},
	{BACK_OFF_CONTRADICTED, true, false, false},
	{BACK_OFF_NOT_SEEN, true, false, false},
	{BACK_OFF_NO_ANSWER, true, false, false},
	{BACK_OFF_SILENT, true, false, false},
	{BACK_OFF_UNVERIFIED, true, false, false},
	{BACK_OFF_UNWATCHED, true, false, false},
	{BACK_OFF_SUSPENDED, true, false, true},
	{BACK_OFF_UNMOVED, true, false, true},
};

START_TEST(classify_look_ends_a_pause_for_what_has_changed)
{
	set_state(polled, STATE_BACKING_OFF);
	ck_assert_uint_eq(SUITE_COUNT(pauses), BACK_OFF_COUNT);
	polled->back_off.reason = pauses[_i].reason;
	polled->back_off.signature = SIGNATURE;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)),
		pauses[_i].ends_by_look ? EVENT_SEES_CHANGE : EVENT_SEES_SAME);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(DATA_LOSS)), EVENT_SEES_LOSS);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(DONE)),
		pauses[_i].has_other_process ? EVENT_SEES_SAME : EVENT_SEES_CHANGE);
	ck_assert_int_eq(look(polled, (struct observation)NOTHING_IN(SUSPENDED)), EVENT_SEES_SAME);
	/* A look that finds it gone has the verdict of the one before. */
	ck_assert_int_eq(look(polled, (struct observation){.kind = OBSERVED_GONE,
					      .verdict = LVMPOLLD_WATCH}),
		pauses[_i].ends_by_change ? EVENT_SEES_CHANGE : EVENT_SEES_SAME);
	polled->back_off.signature = SIGNATURE + 1;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)),
		pauses[_i].ends_by_change ? EVENT_SEES_CHANGE : EVENT_SEES_SAME);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(classify_look_at_a_stall_where_the_kernel_does_all),
		SUITE_LOOP(classify_look_decides, SUITE_COUNT(decisions)),
		SUITE_LOOP(classify_look_never_forgets_a_loss, SUITE_COUNT(decisions)),
		SUITE_LOOP(classify_look_takes_no_step_in_doubt, SUITE_COUNT(verifications)),
		SUITE_TEST(classify_look_sees_that_others_have_let_go_of_what_has_failed),
		SUITE_TEST(classify_look_confirms_no_doubtful_end),
		SUITE_TEST(classify_look_takes_no_step_twice),
		SUITE_TEST(classify_look_takes_no_step_too_early),
		SUITE_LOOP(classify_look_confirms_an_end, SUITE_COUNT(confirmations)),
		SUITE_TEST(classify_look_confirms_the_end_of_what_stays),
		SUITE_TEST(classify_look_sees_what_a_step_has_done),
		SUITE_TEST(classify_look_sees_what_a_step_has_done_whatever_lvpoll_says),
		SUITE_TEST(classify_look_sees_that_the_kernel_is_of_help_again),
		SUITE_LOOP(classify_look_ends_a_pause_for_what_has_changed, SUITE_COUNT(pauses)),
	};

	return suite_run_fixture(
		"classify", tests, SUITE_COUNT(tests), create_operations, free_operations);
}

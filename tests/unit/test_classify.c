/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Observations, exits and reports, translated into events. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/classify.h"
#include "operation_fixture.h"
#include "report_fixture.h"
#include "suite.h"

#define NOW_MS    1000000
#define SIGNATURE 7

static struct operation *polled, *abort_operation;
static struct device device;

static struct operation *make(bool is_abort)
{
	struct terms *terms = fixture_terms_of(&fixture_entry, 1, 1, is_abort, "15", NULL);
	struct operation *operation = operation_new(NULL, NULL, terms);

	ck_assert_ptr_nonnull(operation);
	terms_release(terms);
	operation->device = &device;
	operation->is_watched = true;
	operation->attempt.vg_name = strdup("vg1");
	operation->attempt.lv_name = strdup("lv1");
	return operation;
}

static void create_operations(void)
{
	fixture_standing = LVMPOLLD_STANDING_GOES_ON;
	device.loss = LOSS_UNSEEN;
	polled = make(false);
	abort_operation = make(true);
}

static void free_operations(void)
{
	operation_free(polled);
	operation_free(abort_operation);
}

static void set_state(struct operation *operation, enum operation_state state)
{
	*(enum operation_state *)&operation->state = state;
}

/* --- looks --- */

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

static bool read_copies(const struct lvmpolld_request *request, const struct lvmpolld_target *table,
	size_t count, struct lvmpolld_copies *copies)
{
	(void)request;
	(void)table;
	(void)count;
	(void)copies;
	return true;
}

static const char *const log_failures[] = {"failed", NULL};
static const char *const every_kernel[] = {"*", NULL};

#define CLEAN                                                                                      \
	{                                                                                          \
		.is_read = true, .next = 9                                                         \
	}
#define FAILED                                                                                     \
	{                                                                                          \
		.is_read = true, .next = 9, .failure_end = 9                                       \
	}
#define IN_SYNC(LOG)                                                                               \
	{                                                                                          \
		.kind = OBSERVED, .verdict = LVMPOLLD_STEP, .signature = SIGNATURE,                \
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
	{PLUGIN_VERIFY_DOUBT, 0, STALLED(WATCH), EVENT_SEES_COPYING},
	{PLUGIN_VERIFY_NEVER, 0, STALLED(WATCH), EVENT_SEES_STEP},
	{PLUGIN_VERIFY_DOUBT, 0,
		{.kind = OBSERVED_SUSPENDED, .is_stalled = true, .log = {.is_read = true}},
		EVENT_SEES_STEP},
	{PLUGIN_VERIFY_DOUBT, 0, {.kind = OBSERVED_SUSPENDED, .is_stalled = true},
		EVENT_SEES_SUSPENDED},
};

START_TEST(classify_look_takes_no_step_in_doubt)
{
	struct lvmpolld_plugin plugin = fixture_plugin;
	struct plugin_entry entry = {.interface = &plugin, .verify = verifications[_i].verify};
	struct terms *terms = fixture_terms_of(&entry, 1, 1, false, "15", NULL);
	struct operation *operation = operation_new(NULL, &device, terms);

	plugin.read_copies = read_copies;
	plugin.log_failures = log_failures;
	plugin.log_kernels = every_kernel;
	operation->evidence.compared = verifications[_i].compared;
	ck_assert_int_eq(look(operation, verifications[_i].observation), verifications[_i].event);
	terms_release(terms);
	operation_free(operation);
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

/* The volume of a merge, and of a conversion, stays. */
static enum lvmpolld_outcome read_any_exit(const struct lvmpolld_request *operation,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)operation;
	(void)ended;
	(void)progress;
	return LVMPOLLD_FINISHED;
}

static const struct lvmpolld_plugin staying_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "staying",
	.operation = "staying",
	.description = "Leaves its device there",
	.supports_abort = true,
	.read_exit = read_any_exit,
};

static const struct plugin_entry staying_entry = {
	.name = (char *)"staying",
	.interface = &staying_plugin,
};

START_TEST(classify_look_confirms_the_end_of_what_stays)
{
	set_state(polled, STATE_CONFIRMING);
	polled->terms->plugin = &staying_entry;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(POLL)), EVENT_SEES_END);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)), EVENT_SEES_END);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(WATCH)), EVENT_SEES_OTHERWISE);
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
} pauses[] = {
	{BACK_OFF_NOT_BEFORE, false, false},
	{BACK_OFF_INTERVAL, false, false},
	{BACK_OFF_ORPHAN, false, true},
	{BACK_OFF_BUSY, false, true},
	{BACK_OFF_NOT_STARTED, false, false},
	{BACK_OFF_NOT_EXECUTABLE, false, false},
	{BACK_OFF_SIGNAL, true, false},
	{BACK_OFF_VAIN, true, false},
	{BACK_OFF_STATUS, true, false},
	{BACK_OFF_CONTRADICTED, true, false},
	{BACK_OFF_NOT_SEEN, true, false},
	{BACK_OFF_NO_ANSWER, true, false},
	{BACK_OFF_SILENT, true, false},
	{BACK_OFF_UNVERIFIED, true, false},
};

START_TEST(classify_look_ends_a_pause_for_what_has_changed)
{
	set_state(polled, STATE_BACKING_OFF);
	ck_assert_uint_eq(SUITE_COUNT(pauses), BACK_OFF_COUNT);
	polled->back_off.reason = pauses[_i].reason;
	polled->back_off.signature = SIGNATURE;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)), EVENT_SEES_SAME);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(DATA_LOSS)), EVENT_SEES_LOSS);
	ck_assert_int_eq(look(polled, (struct observation)SEEN(DONE)),
		pauses[_i].has_other_process ? EVENT_SEES_SAME : EVENT_SEES_CHANGE);
	polled->back_off.signature = SIGNATURE + 1;
	ck_assert_int_eq(look(polled, (struct observation)SEEN(STEP)),
		pauses[_i].ends_by_change ? EVENT_SEES_CHANGE : EVENT_SEES_SAME);
}
END_TEST

/* --- ends of commands --- */

static enum operation_event end_with(
	struct operation *operation, bool by_signal, int value, bool was_terminated)
{
	const struct lvmpolld_progress progress = {.struct_size = sizeof(progress)};

	operation->attempt.result = (struct request_result){.by_signal = by_signal, .value = value};
	return classify_exit(operation, was_terminated, &progress);
}

static const struct {
	bool by_signal;
	int value;
	enum operation_event event;
} exits[] = {
	{false, 5, EVENT_EXIT_FAILED},
	{false, 4, EVENT_EXIT_FAILED},
	{false, 1, EVENT_EXIT_FAILED},
	{false, 0, EVENT_EXIT_UNPROVED},
	{false, 100, EVENT_EXIT_NOT_RUN},
	{false, 101, EVENT_EXIT_NOT_RUN},
	{false, 126, EVENT_EXIT_NOT_RUN},
	{false, 127, EVENT_EXIT_NOT_RUN},
	{true, SIGKILL, EVENT_EXIT_SIGNAL},
	{true, SIGSEGV, EVENT_EXIT_SIGNAL},
	/* Somebody else's. */
	{true, SIGTERM, EVENT_EXIT_SIGNAL},
};

START_TEST(classify_exit_by_itself)
{
	set_state(polled, STATE_RUNNING);
	ck_assert_int_eq(
		end_with(polled, exits[_i].by_signal, exits[_i].value, false), exits[_i].event);
}
END_TEST

START_TEST(classify_exit_that_has_shown_the_end)
{
	set_state(polled, STATE_RUNNING);
	polled->attempt.has_shown_end = true;
	ck_assert_int_eq(end_with(polled, false, 0, false), EVENT_EXIT_OVER);
	ck_assert_int_eq(end_with(polled, false, 5, false), EVENT_EXIT_FAILED);
	/* That it was aborted is for the metadata to say. */
	set_state(abort_operation, STATE_RUNNING);
	abort_operation->attempt.has_shown_end = true;
	ck_assert_int_eq(end_with(abort_operation, false, 0, false), EVENT_EXIT_UNPROVED);
}
END_TEST

static enum lvmpolld_outcome continue_always(const struct lvmpolld_request *operation,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)operation;
	(void)ended;
	(void)progress;
	return LVMPOLLD_CONTINUES;
}

static const struct lvmpolld_plugin going_on_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "going_on",
	.operation = "going_on",
	.description = "Is never over",
	.read_exit = continue_always,
};

static const struct plugin_entry going_on_entry = {
	.name = (char *)"going_on",
	.interface = &going_on_plugin,
};

START_TEST(classify_exit_that_the_plugin_knows_to_be_none)
{
	set_state(polled, STATE_RUNNING);
	polled->terms->plugin = &going_on_entry;
	ck_assert_int_eq(end_with(polled, false, 0, false), EVENT_EXIT_CONTINUES);
	/* But the shell's word for "not found" is not lvm's. */
	ck_assert_int_eq(end_with(polled, false, 127, false), EVENT_EXIT_NOT_RUN);
}
END_TEST

static const struct {
	enum ending_reason ending;
	enum operation_event event;
	bool is_settled; /* it does not matter how it ends */
} endings[] = {
	{ENDING_STEP_DONE, EVENT_ENDED_STEP, false},
	{ENDING_GAVE_WAY, EVENT_ENDED_POLL, false},
	{ENDING_SILENCE, EVENT_ENDED_SILENT, true},
	{ENDING_LOSS, EVENT_ENDED_LOSS, true},
	{ENDING_ABORT, EVENT_ENDED_ABORT, true},
	{ENDING_STOP, EVENT_ENDED_STOP, true},
	{ENDING_FORGET, EVENT_ENDED_FORGOTTEN, true},
};

START_TEST(classify_exit_of_what_the_daemon_has_ended)
{
	bool is_settled = endings[_i].is_settled;

	ck_assert_uint_eq(SUITE_COUNT(endings), ENDING_COUNT);
	set_state(polled, STATE_ENDING);
	polled->ending = endings[_i].ending;
	ck_assert_int_eq(end_with(polled, true, SIGTERM, true), endings[_i].event);
	/* lvm2 since 2.03.40 ends with a status when it gets SIGTERM. */
	ck_assert_int_eq(end_with(polled, false, 5, true), endings[_i].event);
	/* It ends well, whatever it was sent meanwhile. */
	ck_assert_int_eq(end_with(polled, false, 0, true),
		is_settled ? endings[_i].event : EVENT_EXIT_UNPROVED);
	polled->attempt.has_shown_end = true;
	ck_assert_int_eq(
		end_with(polled, false, 0, true), is_settled ? endings[_i].event : EVENT_EXIT_OVER);
	ck_assert_int_eq(end_with(polled, true, SIGKILL, true),
		is_settled ? endings[_i].event : EVENT_EXIT_SIGNAL);
}
END_TEST

/* --- reports --- */

/* ROW may be empty. */
static struct report *parse(const char *row)
{
	struct lvmpolld_error error;
	struct report *report;
	char text[2048];

	snprintf(text, sizeof(text), "%s%s", row, row[0] ? "\n" : "");
	report = report_parse(text, strlen(text), &error);
	ck_assert_msg(report, "%s", error.sentence);
	return report;
}

static enum operation_event read_row(
	const struct operation *operation, const char *row, bool is_gone)
{
	struct report *report = parse(row);
	struct report_volume volume = {0};
	enum operation_event event = classify_report(operation, report, is_gone, &volume);

	report_free(report);
	return event;
}

START_TEST(classify_report_that_is_none)
{
	struct report_volume volume;

	ck_assert_int_eq(classify_report(polled, NULL, false, &volume), EVENT_REPORT_NO_ANSWER);
	ck_assert_int_eq(classify_report(polled, NULL, true, &volume), EVENT_REPORT_NO_ANSWER);
}
END_TEST

static const struct {
	enum lvmpolld_standing standing;
	bool is_gone;
	enum operation_event event;
	enum operation_event of_abort;
} standings[] = {
	{LVMPOLLD_STANDING_GOES_ON, false, EVENT_REPORT_GOES_ON, EVENT_REPORT_GOES_ON},
	{LVMPOLLD_STANDING_GOES_ON, true, EVENT_REPORT_INACTIVE, EVENT_REPORT_GOES_ON},
	{LVMPOLLD_STANDING_OVER, false, EVENT_REPORT_OVER, EVENT_REPORT_OVER},
	{LVMPOLLD_STANDING_OVER, true, EVENT_REPORT_OVER, EVENT_REPORT_OVER},
	{LVMPOLLD_STANDING_FAILED, false, EVENT_REPORT_HOPELESS, EVENT_REPORT_HOPELESS},
	{LVMPOLLD_STANDING_FAILED, true, EVENT_REPORT_HOPELESS, EVENT_REPORT_HOPELESS},
	{LVMPOLLD_STANDING_CANNOT_TELL, false, EVENT_REPORT_GOES_ON, EVENT_REPORT_GOES_ON},
	{LVMPOLLD_STANDING_CANNOT_TELL, true, EVENT_REPORT_INACTIVE, EVENT_REPORT_GOES_ON},
};

START_TEST(classify_report_of_a_volume_that_is_there)
{
	const char *row = fixture_volume_row(1, 1, "lv1");

	fixture_standing = standings[_i].standing;
	ck_assert_int_eq(read_row(polled, row, standings[_i].is_gone), standings[_i].event);
	ck_assert_int_eq(
		read_row(abort_operation, row, standings[_i].is_gone), standings[_i].of_abort);
}
END_TEST

/* lvpoll's word counts where the plugin knows nothing better. */
START_TEST(classify_report_where_lvpoll_has_shown_the_end)
{
	const char *row = fixture_volume_row(1, 1, "lv1");

	polled->attempt.has_shown_end = true;
	ck_assert_int_eq(read_row(polled, row, false), EVENT_REPORT_GOES_ON);
	fixture_standing = LVMPOLLD_STANDING_CANNOT_TELL;
	ck_assert_int_eq(read_row(polled, row, false), EVENT_REPORT_OVER);
	polled->attempt.result.value = 5;
	ck_assert_int_eq(read_row(polled, row, false), EVENT_REPORT_GOES_ON);
}
END_TEST

/* What failed to be copied to a disk that is missing is taken for copied when the disk is back. */
START_TEST(classify_report_of_missing_disks_after_a_failure)
{
	char row[2048];
	const char *whole = fixture_volume_row(1, 1, "lv1");
	const char *field = "LVM2_VG_PARTIAL='", *found = strstr(whole, field);

	ck_assert_ptr_nonnull(found);
	found += strlen(field);
	snprintf(row, sizeof(row), "%.*spartial%s", (int)(found - whole), whole, found);
	ck_assert_int_eq(read_row(polled, row, false), EVENT_REPORT_GOES_ON);
	polled->attempt.pid = 2;
	polled->attempt.result.value = 5;
	ck_assert_int_eq(read_row(polled, row, false), EVENT_REPORT_HOPELESS);
	/* An abort takes nothing away. */
	abort_operation->attempt.pid = 2;
	abort_operation->attempt.result.value = 5;
	ck_assert_int_eq(read_row(abort_operation, row, false), EVENT_REPORT_GOES_ON);
}
END_TEST

START_TEST(classify_report_of_another_name)
{
	const char *row = fixture_volume_row(1, 1, "renamed");

	ck_assert_int_eq(read_row(polled, row, false), EVENT_REPORT_RENAMED);
	ck_assert_int_eq(read_row(abort_operation, row, false), EVENT_REPORT_RENAMED);
	/* Its end counts more. */
	fixture_standing = LVMPOLLD_STANDING_OVER;
	ck_assert_int_eq(read_row(polled, row, false), EVENT_REPORT_OVER);
}
END_TEST

/* To abort is right without a device, too; but once: then its status tells. */
START_TEST(classify_report_for_an_abort_without_a_device)
{
	const char *row = fixture_volume_row(1, 1, "lv1");

	free(abort_operation->attempt.vg_name);
	abort_operation->attempt.vg_name = NULL;
	ck_assert_int_eq(read_row(abort_operation, row, true), EVENT_REPORT_STEP);
}
END_TEST

START_TEST(classify_report_of_a_volume_that_is_not_there)
{
	ck_assert_int_eq(read_row(polled, fixture_group_row(1, false), _i == 1), EVENT_REPORT_OVER);
	ck_assert_int_eq(
		read_row(abort_operation, fixture_group_row(1, false), _i == 1), EVENT_REPORT_OVER);
	/* On the disks that are missing the metadata may be newer. */
	ck_assert_int_eq(
		read_row(polled, fixture_group_row(1, true), _i == 1), EVENT_REPORT_NO_ANSWER);
}
END_TEST

/* Without an answer of the plugin's: gone from kernel and metadata is over, else nobody knows. */
START_TEST(classify_report_without_the_plugin_s_answer)
{
	polled->terms->plugin = &staying_entry;
	ck_assert_int_eq(
		read_row(polled, fixture_group_row(1, false), false), EVENT_REPORT_NO_ANSWER);
	ck_assert_int_eq(read_row(polled, fixture_group_row(1, false), true), EVENT_REPORT_OVER);
}
END_TEST

/* Hidden, removed, never there: nobody can tell. */
START_TEST(classify_report_without_the_group)
{
	ck_assert_int_eq(read_row(polled, "", false), EVENT_REPORT_NOT_SEEN);
	ck_assert_int_eq(
		read_row(polled, fixture_volume_row(2, 1, "lv1"), false), EVENT_REPORT_NOT_SEEN);
	ck_assert_int_eq(read_row(polled, "", true), EVENT_REPORT_ABSENT);
	ck_assert_int_eq(read_row(abort_operation, "", true), EVENT_REPORT_NOT_SEEN);
	/* Whether its device is gone nobody has looked. */
	polled->is_watched = false;
	ck_assert_int_eq(read_row(polled, "", true), EVENT_REPORT_NOT_SEEN);
}
END_TEST

/* --- pauses and endings --- */

static const struct {
	enum operation_event event;
	pid_t pid;
	struct request_result result;
	int failure;
	enum back_off_reason reason;
} reasons[] = {
	{EVENT_SEES_EARLY, 0, {0}, 0, BACK_OFF_NOT_BEFORE},
	{EVENT_SEES_SAME, 1, {.value = 0}, 0, BACK_OFF_VAIN},
	{EVENT_SEES_SAME, 1, {.value = 5}, 0, BACK_OFF_STATUS},
	{EVENT_SEES_SAME, 1, {.by_signal = true, .value = SIGTERM}, 0, BACK_OFF_VAIN},
	{EVENT_EXIT_SIGNAL, 1, {.by_signal = true, .value = SIGKILL}, 0, BACK_OFF_SIGNAL},
	{EVENT_NOT_EXECUTABLE, 0, {0}, ENOEXEC, BACK_OFF_NOT_EXECUTABLE},
	{EVENT_EXIT_NOT_RUN, 1, {.value = 127}, 0, BACK_OFF_NOT_EXECUTABLE},
	{EVENT_NOT_ADOPTED, 1, {0}, 0, BACK_OFF_ORPHAN},
	{EVENT_ENDED_POLL, 1, {.by_signal = true, .value = SIGTERM}, 0, BACK_OFF_INTERVAL},
	{EVENT_ENDED_SILENT, 1, {.by_signal = true, .value = SIGTERM}, 0, BACK_OFF_SILENT},
	{EVENT_REPORT_GOES_ON, 1, {.value = 5}, 0, BACK_OFF_STATUS},
	{EVENT_REPORT_GOES_ON, 1, {.value = 0}, 0, BACK_OFF_CONTRADICTED},
	{EVENT_REPORT_NOT_SEEN, 1, {.value = 5}, 0, BACK_OFF_NOT_SEEN},
	{EVENT_REPORT_NO_ANSWER, 1, {.value = 5}, 0, BACK_OFF_NO_ANSWER},
	{EVENT_NOT_COMPARED, 0, {0}, 0, BACK_OFF_UNVERIFIED},
	{EVENT_NOT_STARTED, 0, {0}, EBUSY, BACK_OFF_BUSY},
	{EVENT_NOT_STARTED, 0, {0}, ENOMEM, BACK_OFF_NOT_STARTED},
};

START_TEST(classify_pause_by_what_led_to_it)
{
	polled->attempt.pid = reasons[_i].pid;
	polled->attempt.result = reasons[_i].result;
	polled->attempt.failure = reasons[_i].failure;
	ck_assert_int_eq(classify_pause(polled, reasons[_i].event), reasons[_i].reason);
}
END_TEST

/* Whatever leads to a pause in the table has a reason of its own. */
START_TEST(classify_pause_knows_all_that_leads_to_one)
{
	for (unsigned state = 0; state < STATE_COUNT; state++)
		for (unsigned event = 0; event < EVENT_COUNT; event++) {
			bool is_known = false;

			if (table_cell((enum operation_state)state, (enum operation_event)event) !=
				STATE_BACKING_OFF)
				continue;
			for (size_t i = 0; i < SUITE_COUNT(reasons); i++)
				is_known |= reasons[i].event == event;
			ck_assert_msg(is_known, "%s", event_name((enum operation_event)event));
		}
}
END_TEST

static const struct {
	enum operation_event event;
	enum ending_reason ending;
} ending_events[] = {{EVENT_STEP_IS_DONE, ENDING_STEP_DONE}, {EVENT_ORPHAN_LEFT, ENDING_STEP_DONE},
	{EVENT_WAY_IS_WANTED, ENDING_GAVE_WAY}, {EVENT_IS_SILENT, ENDING_SILENCE},
	{EVENT_SEES_LOSS, ENDING_LOSS}, {EVENT_ABORTED, ENDING_ABORT}, {EVENT_STOP, ENDING_STOP},
	{EVENT_FORGOTTEN, ENDING_FORGET}};

START_TEST(classify_ending_by_what_led_to_it)
{
	ck_assert_int_eq(classify_ending(ending_events[_i].event), ending_events[_i].ending);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(classify_look_decides, SUITE_COUNT(decisions)),
		SUITE_LOOP(classify_look_never_forgets_a_loss, SUITE_COUNT(decisions)),
		SUITE_LOOP(classify_look_takes_no_step_in_doubt, SUITE_COUNT(verifications)),
		SUITE_TEST(classify_look_takes_no_step_twice),
		SUITE_TEST(classify_look_takes_no_step_too_early),
		SUITE_LOOP(classify_look_confirms_an_end, SUITE_COUNT(confirmations)),
		SUITE_TEST(classify_look_confirms_the_end_of_what_stays),
		SUITE_TEST(classify_look_sees_what_a_step_has_done),
		SUITE_TEST(classify_look_sees_what_a_step_has_done_whatever_lvpoll_says),
		SUITE_TEST(classify_look_sees_that_the_kernel_is_of_help_again),
		SUITE_LOOP(classify_look_ends_a_pause_for_what_has_changed, SUITE_COUNT(pauses)),
		SUITE_LOOP(classify_exit_by_itself, SUITE_COUNT(exits)),
		SUITE_TEST(classify_exit_that_has_shown_the_end),
		SUITE_TEST(classify_exit_that_the_plugin_knows_to_be_none),
		SUITE_LOOP(classify_exit_of_what_the_daemon_has_ended, SUITE_COUNT(endings)),
		SUITE_TEST(classify_report_that_is_none),
		SUITE_LOOP(classify_report_of_a_volume_that_is_there, SUITE_COUNT(standings)),
		SUITE_TEST(classify_report_where_lvpoll_has_shown_the_end),
		SUITE_TEST(classify_report_of_another_name),
		SUITE_TEST(classify_report_for_an_abort_without_a_device),
		SUITE_TEST(classify_report_of_missing_disks_after_a_failure),
		SUITE_LOOP(classify_report_of_a_volume_that_is_not_there, 2),
		SUITE_TEST(classify_report_without_the_plugin_s_answer),
		SUITE_TEST(classify_report_without_the_group),
		SUITE_LOOP(classify_pause_by_what_led_to_it, SUITE_COUNT(reasons)),
		SUITE_TEST(classify_pause_knows_all_that_leads_to_one),
		SUITE_LOOP(classify_ending_by_what_led_to_it, SUITE_COUNT(ending_events)),
	};

	return suite_run_fixture(
		"classify", tests, SUITE_COUNT(tests), create_operations, free_operations);
}

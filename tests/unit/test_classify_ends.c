/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exits and reports, pauses and endings, translated into events. */
#include "config.h"

#include "classify_fixture.h"
#include "lifecycle/classify_ends.h"

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

static enum lvmpolld_outcome continue_always(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)request;
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
	/* A step whose work was done has not failed. */
	polled->attempt.end = ATTEMPT_ENDED_BY_US;
	ck_assert_int_eq(read_row(polled, row, true), EVENT_REPORT_INACTIVE);
	polled->attempt.end = ATTEMPT_ENDED_ITSELF;
	/* No step begins that the kernel does not prove. */
	verify(polled);
	ck_assert_int_eq(read_row(polled, row, false), EVENT_REPORT_GOES_ON);
	ck_assert_int_eq(read_row(polled, row, true), EVENT_REPORT_INACTIVE);
	polled->is_watchable = false;
	ck_assert_int_eq(read_row(polled, row, true), EVENT_REPORT_HOPELESS);
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
	/* It could not be started, and nobody looks: its names may be others by now. */
	abort_operation->attempt.vg_name = strdup("vg0");
	abort_operation->is_watchable = false;
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

/*
 * Without an answer of the plugin's: gone from kernel and metadata is over where lvpoll has said
 * so, and is no success where nobody has.
 */
START_TEST(classify_report_without_the_plugin_s_answer)
{
	polled->terms->plugin = &staying_entry;
	ck_assert_int_eq(
		read_row(polled, fixture_group_row(1, false), false), EVENT_REPORT_NO_ANSWER);
	ck_assert_int_eq(
		read_row(polled, fixture_group_row(1, false), true), EVENT_REPORT_HOPELESS);
	polled->attempt.has_shown_end = true;
	ck_assert_int_eq(read_row(polled, fixture_group_row(1, false), true), EVENT_REPORT_OVER);
	polled->attempt.result.value = 5;
	ck_assert_int_eq(
		read_row(polled, fixture_group_row(1, false), true), EVENT_REPORT_HOPELESS);
}
END_TEST

/* Of what is gone nothing is left to be aborted; but not where the abort itself has failed. */
START_TEST(classify_report_of_an_abort_without_the_plugin_s_answer)
{
	const char *row = fixture_group_row(1, false);

	abort_operation->terms->plugin = &staying_entry;
	ck_assert_int_eq(read_row(abort_operation, row, false), EVENT_REPORT_NO_ANSWER);
	ck_assert_int_eq(read_row(abort_operation, row, true), EVENT_REPORT_HOPELESS);
	abort_operation->attempt.pid = 2;
	ck_assert_int_eq(read_row(abort_operation, row, true), EVENT_REPORT_OVER);
	abort_operation->attempt.result.value = 5;
	ck_assert_int_eq(read_row(abort_operation, row, true), EVENT_REPORT_HOPELESS);
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
	polled->is_watchable = false;
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
	{EVENT_SEES_STUCK, 0, {0}, 0, BACK_OFF_SUSPENDED},
	{EVENT_SEES_SAME, 1, {.value = 0}, 0, BACK_OFF_VAIN},
	{EVENT_SEES_SAME, 1, {.value = 5}, 0, BACK_OFF_STATUS},
	{EVENT_SEES_SAME, 1, {.by_signal = true, .value = SIGTERM}, 0, BACK_OFF_VAIN},
	{EVENT_EXIT_SIGNAL, 1, {.by_signal = true, .value = SIGKILL}, 0, BACK_OFF_SIGNAL},
	{EVENT_NOT_EXECUTABLE, 0, {0}, ENOEXEC, BACK_OFF_NOT_EXECUTABLE},
	{EVENT_EXIT_NOT_RUN, 1, {.value = 127}, 0, BACK_OFF_NOT_EXECUTABLE},
	{EVENT_NOT_ADOPTED, 1, {0}, EMFILE, BACK_OFF_ORPHAN},
	{EVENT_NOT_ADOPTED, 0, {0}, EINPROGRESS, BACK_OFF_SEARCH},
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
	{EVENT_SEES_LOSS, ENDING_LOSS}, {EVENT_SEES_LET_GO, ENDING_LOSS},
	{EVENT_ABORTED, ENDING_ABORT}, {EVENT_STOP, ENDING_STOP}, {EVENT_FORGOTTEN, ENDING_FORGET}};

START_TEST(classify_ending_by_what_led_to_it)
{
	ck_assert_int_eq(classify_ending(ending_events[_i].event), ending_events[_i].ending);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(classify_exit_by_itself, SUITE_COUNT(exits)),
		SUITE_TEST(classify_exit_that_has_shown_the_end),
		SUITE_TEST(classify_exit_that_the_plugin_knows_to_be_none),
		SUITE_LOOP(classify_exit_of_what_the_daemon_has_ended, SUITE_COUNT(endings)),
		SUITE_TEST(classify_report_that_is_none),
		SUITE_LOOP(classify_report_of_a_volume_that_is_there, SUITE_COUNT(standings)),
		SUITE_TEST(classify_report_where_lvpoll_has_shown_the_end),
		SUITE_TEST(classify_report_of_missing_disks_after_a_failure),
		SUITE_TEST(classify_report_of_another_name),
		SUITE_TEST(classify_report_for_an_abort_without_a_device),
		SUITE_LOOP(classify_report_of_a_volume_that_is_not_there, 2),
		SUITE_TEST(classify_report_without_the_plugin_s_answer),
		SUITE_TEST(classify_report_of_an_abort_without_the_plugin_s_answer),
		SUITE_TEST(classify_report_without_the_group),
		SUITE_LOOP(classify_pause_by_what_led_to_it, SUITE_COUNT(reasons)),
		SUITE_TEST(classify_pause_knows_all_that_leads_to_one),
		SUITE_LOOP(classify_ending_by_what_led_to_it, SUITE_COUNT(ending_events)),
	};

	return suite_run_fixture(
		"classify_ends", tests, SUITE_COUNT(tests), create_operations, free_operations);
}

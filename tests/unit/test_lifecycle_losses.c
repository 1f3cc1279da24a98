/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* That data would be lost comes before all else, and is kept. */
#include "config.h"

#include "handover_fixture.h"

static bool is_given_up(void)
{
	struct terms *terms = fixture_terms(1, 1);
	bool result = record_has_loss(&operations.records, &terms->asked) > 0;

	terms_release(terms);
	return result;
}

/* In a turn that waits, also with a stall that is not heard of yet: _i is 1. */
START_TEST(lifecycle_no_turn_for_what_would_lose_data)
{
	configuration->lvm_max_running = 0;
	begin(false, "15");
	show(LVMPOLLD_STEP, 1);
	note((struct observation){.kind = OBSERVED,
		.verdict = LVMPOLLD_DATA_LOSS,
		.signature = 1,
		.is_stalled = _i == 1});
	lifecycle_on_news(&operations);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(operations.scheduler.waiting + operations.scheduler.running, 0);
	ck_assert(is_given_up());
	ck_assert(hears_failed(false));
}
END_TEST

START_TEST(lifecycle_ends_a_command_that_would_lose_data)
{
	struct operation *operation = begin_step();

	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	ck_assert(lvpoll()->is_terminated);
	ck_assert(hears_failed(false));
	ck_assert(is_given_up());
	show(LVMPOLLD_DATA_LOSS, 2);
	/* It ends well all the same: that is no end of the operation. */
	standin_exit(lvpoll(), 0);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
}
END_TEST

/* It hangs on the disk that fails: nobody else waits for its turn. */
START_TEST(lifecycle_a_command_that_would_lose_data_and_hangs_holds_no_turn)
{
	struct operation *operation = begin_step();

	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert_uint_eq(operations.scheduler.running, 1);
	standin_be_silent(lvpoll());
	ck_assert_uint_eq(operations.scheduler.running, 0);
	ck_assert_int_eq(operation->state, STATE_ENDING);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(operations.scheduler.running, 0);
}
END_TEST

/* As when the disk was full when the operation began: it must not be gone on with all the same. */
START_TEST(lifecycle_what_has_no_record_is_refused_for_good_too)
{
	struct operation *operation = begin(false, "15");

	recorder_remove(operation);
	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert(is_given_up());
	ck_assert_int_eq(ask_from(NULL, false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
}
END_TEST

/* lvpoll ends with status 0 also where it could not find the volume: that was not aborted then. */
START_TEST(lifecycle_what_is_given_up_stays_so_where_an_abort_did_not_find_it)
{
	struct operation *abort_operation;

	begin(false, "15");
	show(LVMPOLLD_DATA_LOSS, 1);
	abort_operation = begin(true, "15");
	show(LVMPOLLD_DATA_LOSS, 1);
	standin_exit(lvpoll(), 0);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_int_eq(abort_operation->state, STATE_BACKING_OFF);
	ck_assert(is_given_up());
	run_out(abort_operation->timer);
	show(LVMPOLLD_DATA_LOSS, 1);
	standin_exit(lvpoll(), 0);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(true));
	ck_assert(!is_given_up());
	ck_assert(hears(true, false, 0));
}
END_TEST

/* An abort is under way when it is seen; then the device goes and comes, and shows nothing. */
START_TEST(lifecycle_a_loss_outlives_all_later_looks)
{
	struct operation *operation = begin_abort_of_a_move(), *abort_operation = find(true);

	show(LVMPOLLD_DATA_LOSS, 1);
	show_kind(OBSERVED_GONE);
	show(LVMPOLLD_WATCH, 2);
	ck_assert_int_eq(operation->state, STATE_YIELDING);
	standin_exit(lvpoll(), 5);
	report(fixture_volume_row(1, 1, "lv1"));
	lose_patience(abort_operation);
	ck_assert_ptr_null(find(false));
	ck_assert_ptr_null(standin_find("lvpoll"));
	ck_assert(is_given_up());
	/* Nor is it begun again with another system directory. */
	ck_assert_int_eq(ask_from("/etc/lvm", false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_null(find(false));
}
END_TEST

/* A look that nobody has heard of when the operation ends for another reason. */
START_TEST(lifecycle_a_loss_is_heard_of_when_its_operation_is_over)
{
	struct operation *operation = begin_step();
	struct device *device = operation->device;

	fixture_standing = LVMPOLLD_STANDING_FAILED;
	standin_exit(lvpoll(), 5);
	device_lock(device);
	device->observation.has_loss = true;
	device_unlock(device);
	report(fixture_volume_row(1, 1, "lv1"));
	ck_assert_ptr_null(find(false));
	ck_assert(is_given_up());
}
END_TEST

/* A file is where the folder of the notes should be. */
static void block_notes(void)
{
	FILE *file = fopen(scratch_path("state.given_up"), "w");

	ck_assert_ptr_nonnull(file);
	fclose(file);
}

static void show_unwritten_loss(void)
{
	block_notes();
	begin(false, "15");
	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert_ptr_null(find(false));
	ck_assert(!is_given_up());
	ck_assert_uint_eq(operations.unwritten_losses, 1);
}

START_TEST(lifecycle_a_loss_that_cannot_be_noted_is_remembered)
{
	show_unwritten_loss();
	ck_assert_int_eq(ask_from(NULL, false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_int_eq(ask_from("/etc/lvm", false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
	run_out(operations.loss_retry);
	ck_assert_uint_eq(operations.unwritten_losses, 1);
	ck_assert_int_eq(unlink(scratch_path("state.given_up")), 0);
	run_out(operations.loss_retry);
	ck_assert(is_given_up());
	ck_assert_uint_eq(operations.unwritten_losses, 0);
}
END_TEST

START_TEST(lifecycle_a_loss_is_noted_in_the_end)
{
	show_unwritten_loss();
	ck_assert_int_eq(unlink(scratch_path("state.given_up")), 0);
	losses_end(&operations);
	ck_assert(is_given_up());
}
END_TEST

START_TEST(lifecycle_a_loss_that_could_not_be_noted_goes_with_an_abort)
{
	show_unwritten_loss();
	begin(true, "15");
	show(LVMPOLLD_WATCH, 1);
	standin_print(lvpoll(), "  vg1/lv1: Moved: 100.00%");
	standin_exit(lvpoll(), 0);
	ck_assert_uint_eq(operations.unwritten_losses, 1);
	report(fixture_group_row(1, false));
	ck_assert_ptr_null(find(true));
	ck_assert_uint_eq(operations.unwritten_losses, 0);
	ck_assert(TAILQ_EMPTY(&operations.devices.all));
}
END_TEST

/* Whether it was given up is not known: it is treated as given up. */
START_TEST(lifecycle_a_note_that_cannot_be_read_counts)
{
	ck_assert_int_eq(symlink("state.given_up", scratch_path("state.given_up")), 0);
	ck_assert_int_eq(ask_from(NULL, false, "15"), OPERATIONS_ACCEPTED);
	ck_assert_ptr_null(find(false));
	ck_assert(hears_failed(false));
}
END_TEST

/* The device stays with its loss; what the next operation on it comes to is not known. */
START_TEST(lifecycle_findings_do_not_stay_with_a_loss)
{
	struct operation *operation = begin(false, "15");
	struct device *device = operation->device;
	char text[FINDINGS_TEXT_SIZE];

	device_lock(device);
	findings_add(&device->findings, "mismatches", 1);
	device_unlock(device);
	show(LVMPOLLD_DATA_LOSS, 1);
	ck_assert_ptr_null(find(false));
	ck_assert_ptr_eq(TAILQ_FIRST(&operations.devices.all), device);
	device_write_findings(device, text);
	ck_assert_str_eq(text, "");
}
END_TEST

/* Nobody has looked since: another move may have its name by now. */
START_TEST(lifecycle_an_abort_of_what_is_given_up_needs_a_look)
{
	struct operation *abort_operation;

	begin_step();
	show(LVMPOLLD_DATA_LOSS, 1);
	standin_die(lvpoll(), SIGTERM);
	ck_assert_ptr_null(find(false));
	abort_operation = begin(true, "15");
	ck_assert_int_eq(abort_operation->state, STATE_LOOKING);
	show_kind(OBSERVED_GONE);
	ck_assert_int_eq(abort_operation->state, STATE_ASKING);
}
END_TEST

/* The daemon ends before the life cycle has heard of it. */
START_TEST(lifecycle_a_loss_that_was_seen_last_is_noted_at_the_end)
{
	begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	operations_stop(&operations);
	note((struct observation){.kind = OBSERVED, .has_loss = true});
	losses_end(&operations);
	ck_assert_uint_eq(count_entries("state.given_up"), 1);
}
END_TEST

static int count_losses(
	const struct wire_message *message, void *context, struct lvmpolld_error *unused)
{
	(void)unused;
	*(unsigned *)context += !strcmp(wire_string(message, "item"), "loss");
	return 0;
}

/* How many losses the program after an upgrade is told of. */
static unsigned count_handed_over(void)
{
	unsigned count = 0;

	hand_over(count_losses, &count);
	return count;
}

/* The next look may not show it any more: the new program would take the step. */
START_TEST(lifecycle_a_loss_that_nobody_has_read_is_handed_over)
{
	begin(false, "15");
	show(LVMPOLLD_WATCH, 1);
	ck_assert_uint_eq(count_handed_over(), 0);
	note((struct observation){.kind = OBSERVED, .has_loss = true});
	ck_assert_int_eq(find(false)->device->loss, LOSS_UNSEEN);
	ck_assert_uint_eq(count_handed_over(), 1);
}
END_TEST

/* Who has it forgotten is told, and it stays; with the knowledge the note stays. */
START_TEST(lifecycle_a_loss_that_nobody_has_read_is_not_forgotten)
{
	struct operation *operation = begin(false, "15");
	bool has_loss;

	show(LVMPOLLD_WATCH, 1);
	note((struct observation){.kind = OBSERVED, .has_loss = true});
	ck_assert_int_eq(operations_forget(&operations, operation->number, false, &has_loss),
		FORGOTTEN_NOT_AT_RISK);
	ck_assert(has_loss);
	ck_assert_int_eq(
		operations_forget(&operations, operation->number, true, &has_loss), FORGOTTEN);
	lifecycle_settle(&operations);
	ck_assert_ptr_null(find(false));
	ck_assert_uint_eq(count_entries("state.given_up"), 1);
}
END_TEST

static void keep_first(int64_t at_s, const char *text, void *context)
{
	char *first = context;

	(void)at_s;
	if (first[0] == '\0')
		snprintf(first, 64, "%s", text);
}

static const char *first_event(const struct operation *operation)
{
	static char first[64];

	first[0] = '\0';
	log_memory_visit(operation->terms->memory, keep_first, first);
	return first;
}

/* Its device was kept: what was said of the former operation is not about the next one. */
START_TEST(lifecycle_a_story_begins_anew_after_a_loss)
{
	struct operation *operation;

	begin(false, "15");
	show(LVMPOLLD_DATA_LOSS, 1);
	operation = begin(true, "15");
	ck_assert_str_eq(first_event(operation), "its abort begins");
	ck_assert_ptr_eq(operation->terms->memory, operation->device->terms->memory);
}
END_TEST

START_TEST(lifecycle_a_story_that_is_handed_over_goes_on_after_a_loss)
{
	struct operation *operation;
	struct terms *terms = fixture_terms(1, 1);

	begin(false, "15");
	show(LVMPOLLD_DATA_LOSS, 1);
	log_memory_add(terms->memory, 1, "handed over");
	operation = lifecycle_new_operation(&operations, terms);
	ck_assert_ptr_nonnull(operation);
	ck_assert_str_eq(first_event(operation), "handed over");
	lifecycle_drop_operation(operation);
	terms_release(terms);
}
END_TEST

static void hold(struct device *device)
{
	devices_lock(&operations.devices);
	devices_hold_locked(&operations.devices, device);
	devices_unlock(&operations.devices);
}

/* The look is over, and has shown a loss, or not; its device has no operation. */
static void conclude(struct device *device, bool has_loss)
{
	device_lock(device);
	device->observation.has_loss = has_loss;
	device_unlock(device);
	devices_lock(&operations.devices);
	ck_assert(devices_release_locked(&operations.devices, device));
	devices_add_news_locked(&operations.devices, device);
	devices_unlock(&operations.devices);
	lifecycle_on_news(&operations);
}

/* It is forgotten while its device is looked at. What that shows is kept: _i is 1. */
START_TEST(lifecycle_look_that_ends_after_its_operation)
{
	struct operation *operation = begin(false, "15");
	struct device *device = operation->device;
	bool has_loss;

	show(LVMPOLLD_WATCH, 1);
	hold(device);
	ck_assert_int_eq(
		operations_forget(&operations, operation->number, false, &has_loss), FORGOTTEN);
	lifecycle_settle(&operations);
	ck_assert_ptr_null(find(false));
	ck_assert_ptr_eq(devices_find(&operations.devices, device->terms->asked.lvid), device);
	conclude(device, _i == 1);
	ck_assert_int_eq(is_given_up(), _i == 1);
	ck_assert_int_eq(TAILQ_EMPTY(&operations.devices.all), _i == 0);
}
END_TEST

/* The look at the former operation's device is under way yet: the next one has another plugin. */
START_TEST(lifecycle_device_that_is_kept_is_the_next_operations)
{
	struct operation *operation = begin(false, "15");
	struct device *device = operation->device;
	struct plugin_entry other = fixture_entry;
	bool has_loss;

	show(LVMPOLLD_WATCH, 1);
	device_lock(device);
	device->progress.percent = 50;
	device_unlock(device);
	hold(device);
	operations_forget(&operations, operation->number, false, &has_loss);
	lifecycle_settle(&operations);
	ck_assert_int_eq(operations_begin(&operations,
				 fixture_terms_of(&other, 1, 1, false, "15", NULL), &waiter),
		OPERATIONS_ACCEPTED);
	ck_assert_ptr_eq(find(false)->device, device);
	ck_assert_ptr_eq(device->terms->plugin, &other);
	ck_assert(device_progress(device).percent < 0);
	conclude(device, false);
	ck_assert_ptr_nonnull(find(false));
	operations_forget(&operations, find(false)->number, false, &has_loss);
	lifecycle_settle(&operations);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(lifecycle_no_turn_for_what_would_lose_data, 2),
		SUITE_LOOP(lifecycle_look_that_ends_after_its_operation, 2),
		SUITE_TEST(lifecycle_device_that_is_kept_is_the_next_operations),
		SUITE_TEST(lifecycle_ends_a_command_that_would_lose_data),
		SUITE_TEST(lifecycle_a_command_that_would_lose_data_and_hangs_holds_no_turn),
		SUITE_TEST(lifecycle_what_has_no_record_is_refused_for_good_too),
		SUITE_TEST(lifecycle_what_is_given_up_stays_so_where_an_abort_did_not_find_it),
		SUITE_TEST(lifecycle_a_loss_outlives_all_later_looks),
		SUITE_TEST(lifecycle_a_loss_is_heard_of_when_its_operation_is_over),
		SUITE_TEST(lifecycle_a_loss_that_cannot_be_noted_is_remembered),
		SUITE_TEST(lifecycle_a_loss_is_noted_in_the_end),
		SUITE_TEST(lifecycle_a_loss_that_could_not_be_noted_goes_with_an_abort),
		SUITE_TEST(lifecycle_a_note_that_cannot_be_read_counts),
		SUITE_TEST(lifecycle_findings_do_not_stay_with_a_loss),
		SUITE_TEST(lifecycle_an_abort_of_what_is_given_up_needs_a_look),
		SUITE_TEST(lifecycle_a_loss_that_was_seen_last_is_noted_at_the_end),
		SUITE_TEST(lifecycle_a_loss_that_nobody_has_read_is_handed_over),
		SUITE_TEST(lifecycle_a_loss_that_nobody_has_read_is_not_forgotten),
		SUITE_TEST(lifecycle_a_story_begins_anew_after_a_loss),
		SUITE_TEST(lifecycle_a_story_that_is_handed_over_goes_on_after_a_loss),
	};

	return suite_run_fixture(
		"lifecycle_losses", tests, SUITE_COUNT(tests), create_operations, free_operations);
}

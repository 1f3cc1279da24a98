/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at watched devices, with a kernel that the test controls. */
#include "config.h"

#include "look_fixture.h"
#include "monitor/schedule.h"

static struct device *take_news(void)
{
	struct device *taken;

	devices_lock(&devices);
	taken = devices_take_news_locked(&devices);
	devices_unlock(&devices);
	return taken;
}

static struct observation observation(void)
{
	struct observation copy;

	device_lock(device);
	copy = device->observation;
	device_unlock(device);
	return copy;
}

START_TEST(look_tells_of_each_verdict_that_matters)
{
	watch();
	look_and_see(LVMPOLLD_WATCH);
	settle();
	ck_assert(!look_and_see(LVMPOLLD_WATCH));
	ck_assert(!look_and_see(LVMPOLLD_WATCH_TIMED));
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert_ptr_eq(take_news(), device);
	ck_assert_int_eq(observation().verdict, LVMPOLLD_STEP);
}
END_TEST

/* Somebody else's step: what is copied now is other data. */
START_TEST(look_tells_of_another_table)
{
	watch();
	look_and_see(LVMPOLLD_WATCH);
	settle();
	ck_assert(!look_and_see(LVMPOLLD_WATCH));
	line.length_sectors = 8;
	ck_assert(look_and_see(LVMPOLLD_WATCH));
	settle();
	ck_assert(!look_and_see(LVMPOLLD_WATCH));
}
END_TEST

/* The lines of a volume below are part of the table, and of which volume they are is, too. */
START_TEST(look_tells_of_another_volume_below)
{
	uint64_t signature;

	watch();
	line.lv_name = "data_rimage_0";
	look_and_see(LVMPOLLD_WATCH);
	settle();
	ck_assert(!look_and_see(LVMPOLLD_WATCH));
	signature = observation().signature;
	line.lv_name = "data_rimage_2";
	ck_assert(look_and_see(LVMPOLLD_WATCH));
	ck_assert_uint_ne(observation().signature, signature);
}
END_TEST

START_TEST(look_tells_another_layer)
{
	watch();
	look_and_see(LVMPOLLD_WATCH);
	ck_assert(!is_told_other_layer);
	is_other_layer = true;
	look_and_see(LVMPOLLD_WATCH);
	ck_assert(is_told_other_layer);
}
END_TEST

/* A step of one phase may leave the lines of the table as they are. */
START_TEST(look_tells_phases_apart)
{
	uint64_t first;

	watch();
	look_and_see(LVMPOLLD_STEP);
	first = observation().signature;
	told_phase = 1;
	look_and_see(LVMPOLLD_STEP);
	ck_assert_uint_ne(observation().signature, first);
	ck_assert_uint_eq(device_progress(device).phase, 1);
	told_phase = 0;
	look_and_see(LVMPOLLD_STEP);
	ck_assert_uint_eq(observation().signature, first);
	ck_assert_uint_eq(device_progress(device).phase, 0);
}
END_TEST

/* In these nothing is at any place: no command has let go of any. */
START_TEST(look_knows_a_table_that_is_wiped)
{
	watch();
	look_and_see(LVMPOLLD_WATCH);
	ck_assert_uint_ne(observation().table_signature, 0);
	line.type = "error";
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert_uint_eq(observation().table_signature, 0);
	/* The next one is news, though the operation knows that it copies. */
	settle();
	line.type = "mirror";
	ck_assert(look_and_see(LVMPOLLD_WATCH));
	target_count = 0;
	look_and_see(LVMPOLLD_STEP);
	ck_assert_uint_eq(observation().table_signature, 0);
}
END_TEST

/* What is written afterwards is not about it; but what could not be read before may be. */
START_TEST(look_tells_of_the_log_up_to_the_end)
{
	uint64_t last;

	kernel_log.state.is_read = _i == 1;
	watch();
	look_and_see(LVMPOLLD_WATCH);
	answer = DEVICE_MAPPER_GONE;
	look_now();
	last = tables_read;
	ck_assert_uint_eq(observation().log.next, last);
	look_now();
	ck_assert_uint_eq(observation().log.next, _i == 1 ? last : tables_read);
	look_and_see(LVMPOLLD_WATCH);
	ck_assert_uint_eq(observation().log.next, tables_read);
}
END_TEST

/* What was seen of the device still holds, but a turn must not be judged by an old log. */
START_TEST(look_tells_of_the_log_where_the_device_cannot_be_read)
{
	uint64_t signature;

	watch();
	look_and_see(LVMPOLLD_STEP);
	signature = observation().signature;
	answer = DEVICE_MAPPER_UNREADABLE;
	look_now();
	ck_assert_uint_eq(observation().log.next, tables_read);
	ck_assert_uint_eq(observation().signature, signature);
	ck_assert_int_eq(observation().kind, OBSERVED);
	/* What is written after it has gone is not about it. */
	answer = DEVICE_MAPPER_GONE;
	look_now();
	signature = tables_read;
	answer = DEVICE_MAPPER_UNREADABLE;
	look_now();
	ck_assert_uint_eq(observation().log.next, signature);
}
END_TEST

/* In a move the kernel forgets what could not be copied when the rest is: it is in sync then. */
START_TEST(look_does_not_forget_that_data_would_be_lost)
{
	watch();
	ck_assert(look_and_see(LVMPOLLD_DATA_LOSS));
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert_ptr_eq(take_news(), device);
	ck_assert_int_eq(observation().kind, OBSERVED);
	ck_assert(observation().has_loss);
	watch();
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert(observation().has_loss);
}
END_TEST

/* As when somebody suspends the volume before the life cycle has heard of it. */
START_TEST(look_does_not_forget_it_while_the_device_is_suspended)
{
	watch();
	ck_assert(look_and_see(LVMPOLLD_DATA_LOSS));
	is_suspended = true;
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert(observation().has_loss);
	is_suspended = false;
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert_ptr_eq(take_news(), device);
	ck_assert(observation().has_loss);
}
END_TEST

static void unwatch(void)
{
	devices_lock(&devices);
	devices_unwatch_locked(&devices, device);
	devices_unlock(&devices);
}

/* As when the turn of the volume comes during the look: after its step the kernel has forgotten. */
START_TEST(look_that_ends_too_late_still_tells_that_data_would_be_lost)
{
	watch();
	meanwhile = unwatch;
	/* Where the operation is over the device waits for that. */
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert_int_eq(observation().kind, OBSERVED_NOTHING_YET);
	watch();
	ck_assert(look_and_see(LVMPOLLD_DATA_LOSS));
	meanwhile = NULL;
	ck_assert_ptr_eq(take_news(), device);
	watch();
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert(observation().has_loss);
}
END_TEST

/* A look before a step says nothing of what is there after it. */
START_TEST(look_of_former_watching_is_no_news)
{
	watch();
	ck_assert(look_and_see(LVMPOLLD_STEP));
	watch();
	ck_assert_ptr_null(take_news());
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert_ptr_eq(take_news(), device);
}
END_TEST

/* Whatever the plugin tells is movement. */
START_TEST(look_notes_how_far_it_is_in_sectors_and_without)
{
	struct extent extent;

	watch();
	done_sectors = 250;
	look_and_see(LVMPOLLD_WATCH);
	device_lock(device);
	extent = device->rate.extent;
	device_unlock(device);
	ck_assert(extent.is_in_sectors && extent.done == 250 && extent.total == TOTAL_SECTORS);
	is_percent_alone = true;
	device_forget(device);
	look_and_see(LVMPOLLD_WATCH);
	device_lock(device);
	extent = device->rate.extent;
	device_unlock(device);
	ck_assert(!extent.is_in_sectors && extent.done * 4 == extent.total);
}
END_TEST

/* The only news of an operation that does not get on. */
START_TEST(look_tells_of_a_stall_until_it_is_heard)
{
	looking_entry.stall_check_s = 1;
	watch();
	look_and_see(LVMPOLLD_WATCH);
	settle();
	ck_assert(!look_and_see(LVMPOLLD_WATCH));
	devices_lock(&devices);
	device->watch.moved_ms -= 2000;
	devices_unlock(&devices);
	ck_assert(look_and_see(LVMPOLLD_WATCH));
	watch();
	ck_assert(look_and_see(LVMPOLLD_WATCH));
	ck_assert_ptr_eq(take_news(), device);
	ck_assert(observation().is_stalled);
}
END_TEST

static bool read_copies(const struct lvmpolld_request *request, const struct lvmpolld_target *table,
	size_t count, struct lvmpolld_copies *copies)
{
	const struct copy copy = {.length_sectors = 8};

	(void)request;
	(void)table;
	(void)count;
	copies_add(copies, &copy);
	return true;
}

/* What must be equal before a step is known with it, and the kernel's log is read behind it. */
START_TEST(look_tells_what_a_step_must_find_equal)
{
	struct lvmpolld_plugin verifying = looking_plugin;
	uint64_t signature;

	verifying.read_copies = read_copies;
	looking_entry.interface = &verifying;
	has_lines = true;
	watch();
	look_and_see(LVMPOLLD_WATCH);
	ck_assert_uint_eq(observation().copies.count, 0);
	look_and_see(LVMPOLLD_STEP);
	ck_assert_uint_eq(observation().copies.count, 1);
	ck_assert_uint_ne(observation().copies_signature, 0);
	ck_assert_uint_eq(observation().log.next, tables_read);
	/* It was copied anew. */
	signature = observation().copies_signature;
	shown_event++;
	look_and_see(LVMPOLLD_STEP);
	ck_assert_uint_ne(observation().copies_signature, signature);
	/* A step might be made by an lvpoll that polls. */
	look_and_see(LVMPOLLD_POLL);
	ck_assert_uint_eq(observation().copies.count, 1);
	has_lines = false;
	look_and_see(LVMPOLLD_STEP);
	ck_assert(observation().copies.is_unknown);
	ck_assert_uint_eq(observation().copies_signature, 0);
	looking_entry.verify = PLUGIN_VERIFY_NEVER;
	look_and_see(LVMPOLLD_STEP);
	ck_assert(!observation().copies.is_unknown);
}
END_TEST

/* The kernel hangs: each further question about it would hang, too. */
START_TEST(look_without_an_answer_is_not_begun_again)
{
	struct look_begun look, other;

	watch();
	ck_assert(look_take_due(&devices, &look));
	want_look();
	ck_assert(!look_take_due(&devices, &other));
	ck_assert_int_eq(schedule_next_ms(&devices), -1);
	/* Whoever begins to watch it meanwhile waits, too. */
	watch();
	ck_assert(!look_take_due(&devices, &other));
	look_give_up(&devices, &look, false);
	ck_assert(look_take_due(&devices, &look));
	look_give_up(&devices, &look, false);
	ck_assert(!look_take_due(&devices, &look));
}
END_TEST

/* As where the one before it in the same question hangs. */
START_TEST(look_that_is_given_up_is_made_again)
{
	struct look_begun look;

	watch();
	ck_assert(look_take_due(&devices, &look));
	look_give_up(&devices, &look, true);
	ck_assert(look_take_due(&devices, &look));
	look_give_up(&devices, &look, false);
}
END_TEST

START_TEST(look_may_outlive_its_device)
{
	struct terms *terms = terms_hold(device->terms);
	struct look look = {.answer = DEVICE_MAPPER_SEEN};

	watch();
	ck_assert(look_take_due(&devices, &look.begun));
	devices_remove(&devices, device);
	ck_assert(!look_conclude(&devices, &look, &kernel_log, true));
	/* For destroy_device. */
	device = devices_get(&devices, terms);
	terms_release(terms);
}
END_TEST

/* The operation is forgotten, and the next one on the device begins: its plugin reads no table. */
static void begin_another(void)
{
	static const struct lvmpolld_plugin another = {LVMPOLLD_PLUGIN_HEADER, .name = "another"};
	static const struct plugin_entry entry = {.name = (char *)"another", .interface = &another};
	struct terms *terms = fixture_terms_of(&entry, 1, 1, false, "15", NULL);

	meanwhile = NULL;
	devices_lock(&devices);
	devices_unwatch_locked(&devices, device);
	devices_unlock(&devices);
	device_renew(device, terms);
	terms_release(terms);
	watch();
}

/* The answer is to its question: the next plugin did not ask, and may understand something else. */
START_TEST(look_is_read_by_the_plugin_that_it_was_begun_for)
{
	watch();
	meanwhile = begin_another;
	look_and_see(LVMPOLLD_DATA_LOSS);
	ck_assert(observation().has_loss);
}
END_TEST

static unsigned handles[2], opened;

static void *open_handle(const struct lvmpolld_request *request)
{
	(void)request;
	return &handles[opened++];
}

static void close_handle(void *handle)
{
	ck_assert_ptr_eq(handle, &handles[opened - 1]);
}

static struct lvmpolld_plugin keeping_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "keeping",
	.read_targets = read_targets,
	.open = open_handle,
	.close = close_handle,
};
static const struct plugin_entry keeping = {
	.name = (char *)"keeping", .interface = &keeping_plugin};

/* The operation is over, and the next one of the same plugin begins. */
static void begin_again(void)
{
	struct terms *terms = fixture_terms_of(&keeping, 1, 1, false, "15", NULL);

	meanwhile = NULL;
	device_close(device);
	device_renew(device, terms);
	terms_release(terms);
}

START_TEST(look_is_not_read_with_the_handle_of_another_operation)
{
	static struct operation standin;

	opened = 0;
	begin_again();
	watch();
	/* As long as there is no operation there is no handle. */
	look_and_see(LVMPOLLD_WATCH);
	ck_assert_ptr_null(given_handle);
	device->operations[0] = &standin;
	look_and_see(LVMPOLLD_WATCH);
	ck_assert_ptr_eq(given_handle, &handles[0]);
	meanwhile = begin_again;
	watch();
	look_and_see(LVMPOLLD_WATCH);
	ck_assert_ptr_null(given_handle);
	watch();
	look_and_see(LVMPOLLD_WATCH);
	ck_assert_ptr_eq(given_handle, &handles[1]);
	device->operations[0] = NULL;
	device_close(device);
	ck_assert_ptr_null(device->handle);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(look_tells_what_a_step_must_find_equal),
		SUITE_TEST(look_tells_of_each_verdict_that_matters),
		SUITE_TEST(look_tells_of_another_table),
		SUITE_TEST(look_tells_of_another_volume_below),
		SUITE_TEST(look_tells_another_layer),
		SUITE_TEST(look_tells_phases_apart),
		SUITE_TEST(look_knows_a_table_that_is_wiped),
		SUITE_TEST(look_tells_of_the_log_where_the_device_cannot_be_read),
		SUITE_LOOP(look_tells_of_the_log_up_to_the_end, 2),
		SUITE_TEST(look_does_not_forget_that_data_would_be_lost),
		SUITE_TEST(look_does_not_forget_it_while_the_device_is_suspended),
		SUITE_TEST(look_that_ends_too_late_still_tells_that_data_would_be_lost),
		SUITE_TEST(look_of_former_watching_is_no_news),
		SUITE_TEST(look_notes_how_far_it_is_in_sectors_and_without),
		SUITE_TEST(look_tells_of_a_stall_until_it_is_heard),
		SUITE_TEST(look_without_an_answer_is_not_begun_again),
		SUITE_TEST(look_that_is_given_up_is_made_again),
		SUITE_TEST(look_may_outlive_its_device),
		SUITE_TEST(look_is_read_by_the_plugin_that_it_was_begun_for),
		SUITE_TEST(look_is_not_read_with_the_handle_of_another_operation),
	};

	return suite_run_fixture("look", tests, SUITE_COUNT(tests), create_device, destroy_device);
}

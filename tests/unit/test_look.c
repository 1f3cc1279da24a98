/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at watched devices, with a kernel that the test controls. */
#include "config.h"

#include <string.h>

#include "monitor/device_mapper.h"
#include "monitor/look.h"
#include "monitor/schedule.h"
#include "suite.h"
#include "operation_fixture.h"

static struct devices devices;

/* What the kernel and the plugin say at the next look. */
static enum device_mapper_answer answer;
static enum lvmpolld_verdict verdict;
static bool is_suspended;
/* What happens to the volume while the kernel is asked; or NULL. */
static void (*meanwhile)(void);
static uint64_t done_sectors, step_sectors;

#define TOTAL_SECTORS 1000

/* In place of the kernel's own: only look.c asks. */
enum device_mapper_answer device_mapper_read_table(const char *lvid, const char *layer,
	struct device_mapper_table *table, struct lvmpolld_error *error)
{
	(void)lvid;
	(void)layer;
	(void)error;
	memset(table, 0, sizeof(*table));
	table->is_suspended = is_suspended;
	if (meanwhile)
		meanwhile();
	return answer;
}

void device_mapper_release_table(struct device_mapper_table *table)
{
	(void)table;
}

bool device_mapper_find_event(
	const struct device_mapper_events *events, uint64_t device, uint32_t *event_number)
{
	(void)events;
	(void)device;
	(void)event_number;
	return false;
}

static enum lvmpolld_verdict read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	(void)request;
	(void)targets;
	(void)count;
	progress->done_sectors = done_sectors;
	progress->total_sectors = TOTAL_SECTORS;
	progress->step_sectors = step_sectors;
	return verdict;
}

static const struct lvmpolld_plugin looking_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "looking",
	.operation = "looking",
	.description = "Says what a test wants",
	.read_targets = read_targets,
};

static struct plugin_entry looking_entry = {
	.name = (char *)"looking",
	.interface = &looking_plugin,
};

static struct device *device;

static void create_device(void)
{
	struct terms *terms = fixture_terms_of(&looking_entry, 1, 1, false, "15", NULL);

	ck_assert_int_eq(devices_init(&devices), 0);
	looking_entry.stall_check_s = 0;
	done_sectors = step_sectors = 0;
	is_suspended = false;
	meanwhile = NULL;
	device = devices_get(&devices, terms);
	ck_assert_ptr_nonnull(device);
	terms_release(terms);
}

static void destroy_device(void)
{
	devices_remove(&devices, device);
	devices_destroy(&devices);
}

static void watch(void)
{
	devices_lock(&devices);
	devices_watch_locked(&devices, device);
	devices_unlock(&devices);
}

/* It copies, and that is known. */
static void settle(void)
{
	devices_lock(&devices);
	device->watch.is_settled = true;
	devices_unlock(&devices);
}

/* One look, at which the kernel shows the device and the plugin gives that verdict. */
static bool look_and_see(enum lvmpolld_verdict given)
{
	answer = DEVICE_MAPPER_SEEN;
	verdict = given;
	devices_lock(&devices);
	device->watch.is_look_wanted = true;
	devices_unlock(&devices);
	return look_at_due(&devices, true);
}

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
	settle();
	ck_assert(!look_and_see(LVMPOLLD_WATCH));
	ck_assert(!look_and_see(LVMPOLLD_WATCH_TIMED));
	ck_assert(look_and_see(LVMPOLLD_STEP));
	ck_assert_ptr_eq(take_news(), device);
	ck_assert_int_eq(observation().verdict, LVMPOLLD_STEP);
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

/* As when somebody suspends the volume before the main thread has heard of it. */
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
	ck_assert(!look_and_see(LVMPOLLD_STEP));
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

/* The only news of an operation that does not get on. */
START_TEST(look_tells_of_a_stall_until_it_is_heard)
{
	looking_entry.stall_check_s = 1;
	watch();
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

/* What is copied MS after the last movement, and how long the next look is waited for then. */
static int64_t copy_and_look(int64_t ms, uint64_t sectors)
{
	int64_t interval_ms;

	devices_lock(&devices);
	device->watch.moved_ms -= ms;
	devices_unlock(&devices);
	done_sectors += sectors;
	step_sectors = TOTAL_SECTORS - done_sectors;
	ck_assert(!look_and_see(LVMPOLLD_WATCH));
	devices_lock(&devices);
	interval_ms = device->watch.next_look_ms - device->watch.last_look_ms;
	devices_unlock(&devices);
	return interval_ms;
}

START_TEST(look_is_taken_ever_more_often_towards_a_step)
{
	watch();
	settle();
	ck_assert_int_le(copy_and_look(0, 0), 250);
	/* Half of it in 1 s; four fifths of the rest in 0.8 s. */
	ck_assert_int_le(copy_and_look(1000, 500), 260);
	ck_assert_int_le(copy_and_look(800, 400), 51);
	ck_assert_int_le(copy_and_look(0, 0), 51);
}
END_TEST

START_TEST(look_is_taken_more_rarely_where_a_step_is_late)
{
	watch();
	settle();
	copy_and_look(0, 0);
	copy_and_look(1000, 500);
	devices_lock(&devices);
	device->watch.step_due_ms -= 1000 + 400;
	devices_unlock(&devices);
	ck_assert_int_ge(copy_and_look(0, 0), 51);
	ck_assert_int_le(copy_and_look(0, 0), 200);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(look_tells_of_each_verdict_that_matters),
		SUITE_TEST(look_does_not_forget_that_data_would_be_lost),
		SUITE_TEST(look_does_not_forget_it_while_the_device_is_suspended),
		SUITE_TEST(look_that_ends_too_late_still_tells_that_data_would_be_lost),
		SUITE_TEST(look_of_former_watching_is_no_news),
		SUITE_TEST(look_tells_of_a_stall_until_it_is_heard),
		SUITE_TEST(look_is_taken_ever_more_often_towards_a_step),
		SUITE_TEST(look_is_taken_more_rarely_where_a_step_is_late),
	};

	return suite_run_fixture("look", tests, SUITE_COUNT(tests), create_device, destroy_device);
}

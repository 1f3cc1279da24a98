/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Devices and their table, in one thread and in two: one adds, watches and removes as the life
 * cycle does, the other looks as the monitor does. ThreadSanitizer checks what they share.
 */
#include "config.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "operation/device.h"
#include "operation_fixture.h"
#include "suite.h"

#define TURNS   4000
#define DEVICES 16

static struct devices devices;

static void create_devices(void)
{
	ck_assert_int_eq(devices_init(&devices), 0);
}

static void destroy_devices(void)
{
	devices_destroy(&devices);
}

static struct device *add(unsigned number)
{
	struct terms *terms = fixture_terms(1, number);
	struct device *device = devices_get(&devices, terms);

	ck_assert_ptr_nonnull(device);
	terms_release(terms);
	return device;
}

static struct device *take_news(void)
{
	struct device *device;

	devices_lock(&devices);
	device = devices_take_news_locked(&devices);
	devices_unlock(&devices);
	return device;
}

START_TEST(devices_are_found_by_lvid_alone)
{
	struct device *first = add(1), *second = add(2);
	struct terms *again = fixture_terms_of(&fixture_entry, 1, 1, true, "0", "/etc/other");
	char *lvid = strdup(first->terms->asked.lvid);

	ck_assert_ptr_ne(first, second);
	ck_assert_ptr_eq(devices_find(&devices, lvid), first);
	ck_assert_ptr_eq(devices_get(&devices, again), first);
	ck_assert_ptr_null(devices_find(&devices, "nothing"));
	devices_remove(&devices, first);
	ck_assert_ptr_null(devices_find(&devices, lvid));
	devices_remove(&devices, second);
	terms_release(again);
	free(lvid);
}
END_TEST

START_TEST(devices_have_news_once_and_in_order)
{
	struct device *first = add(1), *second = add(2), *third = add(3);

	devices_lock(&devices);
	devices_add_news_locked(&devices, second);
	devices_add_news_locked(&devices, first);
	devices_add_news_locked(&devices, second);
	devices_add_news_locked(&devices, third);
	devices_unlock(&devices);
	devices_remove(&devices, first);
	ck_assert_ptr_eq(take_news(), second);
	ck_assert_ptr_eq(take_news(), third);
	ck_assert_ptr_null(take_news());
	devices_remove(&devices, second);
	devices_remove(&devices, third);
}
END_TEST

START_TEST(devices_are_watched_and_unwatched)
{
	struct device *device = add(1);
	unsigned epoch;

	devices_lock(&devices);
	devices_unwatch_locked(&devices, device);
	ck_assert(TAILQ_EMPTY(&devices.watched));
	devices_watch_locked(&devices, device);
	epoch = device->watch.epoch;
	ck_assert(device->watch.is_look_wanted);
	ck_assert_ptr_eq(TAILQ_FIRST(&devices.watched), device);
	devices_watch_locked(&devices, device);
	ck_assert_uint_ne(device->watch.epoch, epoch);
	ck_assert_ptr_null(TAILQ_NEXT(device, watched_link));
	ck_assert_uint_eq(devices.watched_count, 1);
	devices_unwatch_locked(&devices, device);
	ck_assert(TAILQ_EMPTY(&devices.watched));
	ck_assert_uint_eq(devices.watched_count, 0);
	devices_unlock(&devices);
	devices_remove(&devices, device);
}
END_TEST

/* AddressSanitizer sees that what is looked at is still there, and freed in the end. */
START_TEST(devices_stay_while_they_are_looked_at)
{
	struct device *device = add(1);
	char *identifier = strdup(device->terms->asked.lvid);

	devices_lock(&devices);
	devices_hold_locked(&devices, device);
	devices_hold_locked(&devices, device);
	devices_unlock(&devices);
	devices_remove(&devices, device);
	ck_assert_ptr_null(devices_find(&devices, identifier));
	devices_lock(&devices);
	ck_assert(!devices_release_locked(&devices, device));
	ck_assert_str_eq(device->terms->asked.lvid, identifier);
	ck_assert(!devices_release_locked(&devices, device));
	devices_unlock(&devices);
	free(identifier);
}
END_TEST

START_TEST(devices_stay_after_a_look)
{
	struct device *device = add(1);

	devices_lock(&devices);
	devices_hold_locked(&devices, device);
	ck_assert(devices_release_locked(&devices, device));
	devices_unlock(&devices);
	ck_assert_ptr_eq(devices_find(&devices, device->terms->asked.lvid), device);
	devices_remove(&devices, device);
}
END_TEST

/* The other thread: looks at whatever is watched until it is told to stop. */
static atomic_bool is_stopping;
static atomic_ulong looks;

static struct device *begin_look(void)
{
	struct device *device;

	devices_lock(&devices);
	device = TAILQ_FIRST(&devices.watched);
	if (device) {
		devices_hold_locked(&devices, device);
		TAILQ_REMOVE(&devices.watched, device, watched_link);
		TAILQ_INSERT_TAIL(&devices.watched, device, watched_link);
	}
	devices_unlock(&devices);
	return device;
}

/* The table's lock first, the device's second. */
static void end_look(struct device *device, uint64_t done_sectors)
{
	devices_lock(&devices);
	if (devices_release_locked(&devices, device) && device->watch.is_watched) {
		device_lock(device);
		device->observation.kind = OBSERVED;
		device->observation.signature++;
		device->progress.done_sectors = done_sectors + 1;
		device_unlock(device);
		devices_add_news_locked(&devices, device);
	}
	devices_unlock(&devices);
}

static void *look(void *unused)
{
	while (!is_stopping) {
		struct device *device = begin_look();
		uint64_t done_sectors;

		if (!device)
			continue;
		/* Without the table's lock: the device may be removed now, and stays allocated. */
		device_lock(device);
		done_sectors = device->progress.done_sectors;
		device_unlock(device);
		ck_assert_uint_eq(strlen(device->terms->asked.lvid), 64);
		end_look(device, done_sectors);
		looks++;
	}
	return unused;
}

/* What the first thread does to one of its devices in one turn. */
static struct device *begin_again(struct device *device, unsigned number)
{
	if (device)
		devices_remove(&devices, device);
	device = add(number);
	devices_lock(&devices);
	devices_watch_locked(&devices, device);
	devices_unlock(&devices);
	return device;
}

static void read_news(void)
{
	struct observation observation;
	struct device *device;

	while ((device = take_news())) {
		ck_assert(device_copy_observation(device, &observation));
		ck_assert_int_eq(observation.kind, OBSERVED);
		ck_assert_uint_gt(device_progress(device).done_sectors, 0);
		observation_release(&observation);
	}
}

START_TEST(devices_are_shared_by_two_threads)
{
	struct device *list[DEVICES] = {NULL};
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, look, NULL), 0);
	for (unsigned turn = 0; turn < TURNS || looks < TURNS; turn++) {
		unsigned number = turn % DEVICES;

		list[number] = begin_again(list[number], number);
		read_news();
	}
	is_stopping = true;
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	for (size_t i = 0; i < DEVICES; i++)
		devices_remove(&devices, list[i]);
	ck_assert_ptr_null(take_news());
}
END_TEST

/* The copy is whole and its own; that it stalls is heard once. */
START_TEST(devices_show_what_was_seen)
{
	struct device *device = add(1);
	struct observation seen;

	ck_assert(device_progress(device).percent < 0);
	device_lock(device);
	device->observation = (struct observation){.kind = OBSERVED,
		.verdict = LVMPOLLD_STEP,
		.signature = 7,
		.is_stalled = true,
		.vg_name = strdup("vg"),
		.lv_name = strdup("pvmove0")};
	device_unlock(device);
	ck_assert(device_copy_observation(device, &seen));
	ck_assert_int_eq(seen.verdict, LVMPOLLD_STEP);
	ck_assert_uint_eq(seen.signature, 7);
	ck_assert(seen.is_stalled);
	ck_assert_str_eq(seen.vg_name, "vg");
	ck_assert_str_eq(seen.lv_name, "pvmove0");
	ck_assert_ptr_null(seen.device_name);
	observation_release(&seen);
	ck_assert(device_copy_observation(device, &seen));
	ck_assert(!seen.is_stalled);
	observation_release(&seen);
	devices_remove(&devices, device);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(devices_are_found_by_lvid_alone),
		SUITE_TEST(devices_have_news_once_and_in_order),
		SUITE_TEST(devices_are_watched_and_unwatched),
		SUITE_TEST(devices_stay_while_they_are_looked_at),
		SUITE_TEST(devices_stay_after_a_look),
		SUITE_TEST(devices_show_what_was_seen),
		SUITE_TEST(devices_are_shared_by_two_threads),
	};

	return suite_run_fixture(
		"devices", tests, SUITE_COUNT(tests), create_devices, destroy_devices);
}

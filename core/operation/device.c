/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices, and the table of those for which something is to be done. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libdevmapper.h>

#include "loader/calls.h"
#include "loader/plugin_log.h"
#include "operation/device.h"

/* libdevmapper's tables do not grow: enough for thousands of devices at 8 bytes each. */
#define DEVICES_SIZE_HINT 2048

int devices_init(struct devices *devices)
{
	int result;

	memset(devices, 0, sizeof(*devices));
	TAILQ_INIT(&devices->all);
	result = lock_init(&devices->lock, LOCK_RANK_DEVICES);
	if (result < 0)
		return result;
	devices_lock(devices);
	TAILQ_INIT(&devices->watched);
	TAILQ_INIT(&devices->news);
	devices->by_lvid = dm_hash_create(DEVICES_SIZE_HINT);
	result = devices->by_lvid ? 0 : -ENOMEM;
	devices_unlock(devices);
	if (result < 0)
		lock_destroy(&devices->lock);
	return result;
}

void devices_destroy(struct devices *devices)
{
	devices_lock(devices);
	dm_hash_destroy(devices->by_lvid);
	devices_unlock(devices);
	lock_destroy(&devices->lock);
}

NO_LOCK_ANALYSIS void devices_lock(struct devices *devices)
{
	lock_take(&devices->lock);
}

NO_LOCK_ANALYSIS void devices_unlock(struct devices *devices)
{
	lock_release(&devices->lock);
}

NO_LOCK_ANALYSIS void device_lock(struct device *device)
{
	lock_take(&device->lock);
}

NO_LOCK_ANALYSIS void device_unlock(struct device *device)
{
	lock_release(&device->lock);
}

void device_forget(struct device *device)
{
	bool has_loss;

	device_lock(device);
	has_loss = device->observation.has_loss;
	observation_release(&device->observation);
	device->observation = (struct observation){.has_loss = has_loss};
	device->progress =
		(struct lvmpolld_progress){.struct_size = sizeof(device->progress), .percent = -1};
	device->rate = (struct rate){.count = 0};
	free(device->disks);
	device->disks = NULL;
	device->quarter = 0;
	device->stalled_since_ms = 0;
	device->findings.count = 0;
	device_unlock(device);
}

void device_renew(struct device *device, struct terms *terms)
{
	struct terms *former = device->terms;

	device->terms = terms_hold(terms);
	terms_release(former);
	device_forget(device);
}

static void *open_handle(const struct terms *terms)
{
	const struct log_subject subject = terms_subject(terms);
	void *handle;

	plugin_log_begin(&subject, false);
	handle = plugin_open(terms->plugin, &terms->asked);
	plugin_log_end();
	return handle;
}

struct lvmpolld_request device_asked(struct device *device, const struct terms *terms)
{
	struct lvmpolld_request asked = terms->asked;

	if (!device->handle && (device->operations[0] || device->operations[1]))
		device->handle = open_handle(device->terms);
	/* Whoever aborts what is no operation of his plugin's gets nothing of that. */
	if (terms->plugin == device->terms->plugin)
		asked.handle = device->handle;
	return asked;
}

void device_close(struct device *device)
{
	plugin_close(device->terms->plugin, device->handle);
	device->handle = NULL;
}

static struct device *device_new(struct terms *terms)
{
	struct device *device = calloc(1, sizeof(*device));

	if (!device)
		return NULL;
	if (lock_init(&device->lock, LOCK_RANK_DEVICE) < 0) {
		free(device);
		return NULL;
	}
	device->terms = terms_hold(terms);
	device_forget(device);
	return device;
}

/* It is out of the table. A thread that looked at it may still hold its lock. */
static void device_free(struct device *device)
{
	device_lock(device);
	observation_release(&device->observation);
	free(device->disks);
	device_unlock(device);
	lock_destroy(&device->lock);
	terms_release(device->terms);
	free(device);
}

struct device *devices_find(struct devices *devices, const char *lvid)
{
	struct device *device;

	devices_lock(devices);
	device = dm_hash_lookup(devices->by_lvid, lvid);
	devices_unlock(devices);
	return device;
}

struct device *devices_get(struct devices *devices, struct terms *terms)
{
	struct device *device = devices_find(devices, terms->asked.lvid);
	bool is_added;

	if (device)
		return device;
	device = device_new(terms);
	if (!device)
		return NULL;
	devices_lock(devices);
	is_added = dm_hash_insert(devices->by_lvid, terms->asked.lvid, device);
	devices_unlock(devices);
	if (is_added) {
		TAILQ_INSERT_TAIL(&devices->all, device, link);
		return device;
	}
	device_free(device);
	return NULL;
}

static void forget_news(struct devices *devices, struct device *device) REQUIRES(devices_role)
{
	if (device->watch.has_news)
		TAILQ_REMOVE(&devices->news, device, news_link);
	device->watch.has_news = false;
}

void devices_remove(struct devices *devices, struct device *device)
{
	TAILQ_REMOVE(&devices->all, device, link);
	devices_lock(devices);
	devices_unwatch_locked(devices, device);
	forget_news(devices, device);
	dm_hash_remove(devices->by_lvid, device->terms->asked.lvid);
	device->watch.is_removed = true;
	if (device->watch.references == 0)
		device_free(device);
	devices_unlock(devices);
}

void devices_watch_locked(struct devices *devices, struct device *device)
{
	if (!device->watch.is_watched) {
		TAILQ_INSERT_TAIL(&devices->watched, device, watched_link);
		devices->watched_count++;
	}
	/* Observations so far are out of date; a new one will be reported. */
	forget_news(devices, device);
	device->watch.is_watched = true;
	device->watch.is_begun = true;
	device->watch.is_copying = false;
	device->watch.is_look_wanted = true;
	device->watch.epoch++;
}

void devices_note_ended(struct devices *devices, struct device *device)
{
	devices_lock(devices);
	device->watch.ended++;
	devices_unlock(devices);
}

void devices_unwatch_locked(struct devices *devices, struct device *device)
{
	if (device->watch.is_watched) {
		TAILQ_REMOVE(&devices->watched, device, watched_link);
		devices->watched_count--;
	}
	device->watch.is_watched = false;
}

void devices_hold_locked(struct devices *devices, struct device *device)
{
	(void)devices;
	device->watch.references++;
}

bool devices_release_locked(struct devices *devices, struct device *device)
{
	(void)devices;
	device->watch.references--;
	if (!device->watch.is_removed)
		return true;
	if (device->watch.references == 0)
		device_free(device);
	return false;
}

bool devices_is_held(struct devices *devices, const struct device *device)
{
	bool is_held;

	devices_lock(devices);
	is_held = device->watch.references > 0;
	devices_unlock(devices);
	return is_held;
}

void devices_add_news_locked(struct devices *devices, struct device *device)
{
	if (!device->watch.has_news)
		TAILQ_INSERT_TAIL(&devices->news, device, news_link);
	device->watch.has_news = true;
}

struct device *devices_take_news_locked(struct devices *devices)
{
	struct device *device = TAILQ_FIRST(&devices->news);

	if (device)
		forget_news(devices, device);
	return device;
}

static bool copy_name(char **copy, const char *name)
{
	*copy = name ? strdup(name) : NULL;
	return !name || *copy;
}

bool device_copy_observation(struct device *device, struct observation *copy)
{
	bool is_whole;

	device_lock(device);
	*copy = device->observation;
	is_whole = copy_name(&copy->device_name, device->observation.device_name);
	is_whole = copy_name(&copy->vg_name, device->observation.vg_name) && is_whole;
	is_whole = copy_name(&copy->lv_name, device->observation.lv_name) && is_whole;
	/* The life cycle resets it when it has read the observation. */
	device->observation.is_stalled = false;
	device_unlock(device);
	return is_whole;
}

void observation_release(struct observation *observation)
{
	free(observation->device_name);
	free(observation->vg_name);
	free(observation->lv_name);
}

struct lvmpolld_progress device_progress(struct device *device)
{
	struct lvmpolld_progress progress;

	device_lock(device);
	progress = device->progress;
	device_unlock(device);
	return progress;
}

void device_write_findings(struct device *device, char text[FINDINGS_TEXT_SIZE])
{
	device_lock(device);
	findings_write(&device->findings, text);
	device_unlock(device);
}

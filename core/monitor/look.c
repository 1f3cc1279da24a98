/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looks at watched devices: what the kernel shows of them, and what of that is news. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "loader/calls.h"
#include "loader/disks.h"
#include "loader/plugin_log.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "monitor/look.h"
#include "monitor/schedule.h"
#include "operation/progress_log.h"
#include "util/checksum.h"

/* What a volume below is, whatever the name of the volume: that may be another one by now. */
static uint64_t sign_suffix(
	const struct device_mapper_table *table, const char *lv_name, uint64_t value)
{
	size_t length = table->lv_name ? strlen(table->lv_name) : 0;

	if (length > 0 && strncmp(lv_name, table->lv_name, length) == 0)
		lv_name += length;
	return checksum_add(value, lv_name, strlen(lv_name) + 1);
}

/*
 * Differs where the lines of TABLE do. It is on record, so it must stay the same from version to
 * version. The status in the lines does not count: while a mirror whose leg has failed goes on
 * copying, it differs each time, and a step that changed nothing would be followed by the next at
 * once.
 */
static uint64_t sign_lines(const struct device_mapper_table *table, uint64_t value)
{
	for (size_t i = 0; i < table->target_count; i++) {
		const struct lvmpolld_target *target = &table->targets[i];

		value = checksum_add(value, &target->start_sectors, sizeof(target->start_sectors));
		value = checksum_add(
			value, &target->length_sectors, sizeof(target->length_sectors));
		value = checksum_add(value, target->type, strlen(target->type) + 1);
		if (target->lv_name)
			value = sign_suffix(table, target->lv_name, value);
	}
	return value;
}

/*
 * All I/O to it fails, as after "dmsetup wipe_table", and where lvm2 takes a volume away; or it has
 * no table at all.
 */
static bool is_wiped(const struct device_mapper_table *table)
{
	for (size_t i = 0; i < table->target_count; i++)
		if (strcmp(table->targets[i].type, "error") != 0)
			return false;
	return true;
}

/*
 * Differs where the names, the lines of TABLE or the PHASE do, which is what a step is to change.
 */
static uint64_t sign(const struct device_mapper_table *table, unsigned phase)
{
	uint64_t value = CHECKSUM_START;

	if (table->vg_name) {
		value = checksum_add(value, table->vg_name, strlen(table->vg_name) + 1);
		value = checksum_add(value, table->lv_name, strlen(table->lv_name) + 1);
	}
	/* Nothing where the plugin has no phases: the program before an upgrade may know none. */
	if (phase > 0)
		value = checksum_add(value, &phase, sizeof(phase));
	return sign_lines(table, value);
}

static void replace(char **string, const char *value)
{
	if (*string && value && !strcmp(*string, value))
		return;
	free(*string);
	*string = value ? strdup(value) : NULL;
}

/* What is known so far: a plugin adds to it. */
static void copy_known(struct look *look)
{
	struct device *device = look->begun.device;

	device_lock(device);
	look->progress = device->progress;
	look->has_loss = device->observation.has_loss;
	if (device->disks)
		look->disks = *device->disks;
	look->findings = device->findings;
	device_unlock(device);
}

/* What a step must find equal; what cannot be read is not known. The lines may be newer. */
static void read_copies(struct look *look, const struct lvmpolld_request *asked)
{
	if (look->has_lines)
		plugin_read_copies(look->begun.terms->plugin, asked, look->lines.targets,
			look->lines.target_count, &look->copies);
	else
		look->copies.is_unknown = true;
}

/*
 * What the plugin makes of the answer. A device whose abort was asked for first is looked at for
 * its move, too: that goes on if the abort fails, and must not lose data then.
 */
static void read_answer(struct look *look)
{
	const struct terms *terms = look->begun.terms;
	const struct log_subject subject = terms_subject(terms);
	struct lvmpolld_request asked;

	look->verdict = LVMPOLLD_POLL;
	copy_known(look);
	if (look->answer != DEVICE_MAPPER_SEEN || look->table.is_suspended)
		return;
	/* Else it has outlived its operation: the next one's handle is not for it. */
	asked = terms == look->begun.device->terms ? device_asked(look->begun.device, terms)
						   : terms->asked;
	asked.abort = false;
	asked.other_layer = look->table.is_other_layer;
	/* A plugin that has told of a loss in the log need not tell it at each look. */
	plugin_log_begin(&subject, look->has_loss);
	look->verdict = plugin_read_targets(terms->plugin, &asked, look->table.targets,
		look->table.target_count, &look->progress);
	plugin_log_begin(&subject, false);
	plugin_read_disks(
		terms->plugin, &asked, look->table.targets, look->table.target_count, &look->disks);
	plugin_read_findings(terms->plugin, &asked, look->table.targets, look->table.target_count,
		&look->findings);
	if ((look->verdict == LVMPOLLD_STEP || look->verdict == LVMPOLLD_POLL) &&
		plugin_verifies(terms->plugin) && !is_wiped(&look->table))
		read_copies(look, &asked);
	plugin_log_end();
}

/* A status that cannot be read is said once, and again after it could be read meanwhile. */
static void log_unreadable(const struct look *look, struct device_watch *watch)
{
	bool is_unreadable = look->answer == DEVICE_MAPPER_UNREADABLE;

	if (is_unreadable && !watch->is_unreadable)
		log_terms(LOG_LEVEL_WARN, look->begun.terms, "%s; trying again",
			look->error.sentence);
	watch->is_unreadable = is_unreadable;
}

static void log_failed_devices(const struct device *device, unsigned former, unsigned failed)
{
	if (failed > former)
		log_terms(LOG_LEVEL_ERROR, device->terms, "%u of its devices failed", failed);
}

/* What people are told: how fast it gets on, and between which disks. A suspended device rests. */
static void record_statistics(const struct look *look) REQUIRES(device_role)
{
	struct device *device = look->begun.device;
	const struct extent extent = extent_of(&look->progress);
	int64_t now_ms = schedule_clock_ms();

	if (look->answer != DEVICE_MAPPER_SEEN || extent.total == 0 ||
		(look->verdict == LVMPOLLD_POLL && !look->table.is_suspended))
		return;
	rate_note(&device->rate, now_ms, extent);
	progress_log_stall(device, now_ms);
	if (look->disks.count == 0 || (device->disks && device->disks->count == look->disks.count))
		return;
	/* When out of memory the disks are not listed. */
	if (!device->disks)
		device->disks = calloc(1, sizeof(*device->disks));
	if (device->disks)
		*device->disks = look->disks;
}

static void record_progress(const struct look *look) REQUIRES(device_role)
{
	struct device *device = look->begun.device;
	const struct lvmpolld_progress former = device->progress;

	device->progress = look->progress;
	progress_log_quarter(device, &former, schedule_clock_ms());
}

static bool is_loss(const struct look *look)
{
	return look->answer == DEVICE_MAPPER_SEEN && look->verdict == LVMPOLLD_DATA_LOSS;
}

/* What must be equal, at this device, in this table; 0 where nothing must. */
static uint64_t sign_copies(const struct look *look, uint64_t signature)
{
	uint64_t value = copies_sign(&look->copies);

	if (look->copies.count == 0 || look->copies.is_unknown)
		return 0;
	value = checksum_add(value, &look->table.device, sizeof(look->table.device));
	/* A copy that was made anew, in a table that was loaded anew, ends with an event. */
	value = checksum_add(value, &look->table.event_number, sizeof(look->table.event_number));
	value = checksum_add(value, &signature, sizeof(signature));
	return value != 0 ? value : 1;
}

static void record_seen(struct look *look) REQUIRES(device_role)
{
	struct device *device = look->begun.device;
	struct observation *observation = &device->observation;

	log_failed_devices(device, device->progress.failed_devices, look->progress.failed_devices);
	observation->verdict = look->verdict;
	observation->kind = OBSERVED;
	observation->signature = sign(&look->table, look->progress.phase);
	observation->table_signature =
		is_wiped(&look->table) ? 0 : sign_lines(&look->table, CHECKSUM_START);
	observation->copies = look->copies;
	observation->copies_signature = sign_copies(look, observation->signature);
	observation->ended = look->begun.ended;
	replace(&observation->device_name, look->table.name);
	replace(&observation->vg_name, look->table.vg_name);
	replace(&observation->lv_name, look->table.lv_name);
	record_progress(look);
	device->findings = look->findings;
	observation->is_whole = look->progress.percent < 0 || look->progress.percent >= 100;
}

/* What is written after the device has gone is not about it. */
static void record_log(const struct look *look) REQUIRES(device_role)
{
	struct observation *observation = &look->begun.device->observation;

	if (look->answer != DEVICE_MAPPER_GONE || observation->kind != OBSERVED_GONE ||
		!observation->log.is_read)
		observation->log = look->log;
}

/* The device could not be read: what was seen before still holds, but the log tells more by now. */
static void record_unreadable(const struct look *look)
{
	struct device *device = look->begun.device;

	device_lock(device);
	if (device->observation.kind != OBSERVED_GONE)
		record_log(look);
	device_unlock(device);
}

/*
 * Writes down what was seen. IS_KNOWN: that it copies is no news. Returns true where the main
 * thread must hear of it.
 */
static bool record_observation(struct look *look, bool is_stalled, bool is_known)
{
	struct device *device = look->begun.device;
	struct observation *observation;
	uint64_t former_table;
	bool is_news, was_stall_told;

	device_lock(device);
	was_stall_told = device->stalled_since_ms > 0;
	record_statistics(look);
	observation = &device->observation;
	former_table = observation->table_signature;
	observation->epoch = look->begun.epoch;
	record_log(look);
	/* Where the device could not be read, what was seen before still holds. */
	if (look->answer == DEVICE_MAPPER_GONE) {
		observation->kind = OBSERVED_GONE;
		observation->signature = 0;
	} else if (look->answer == DEVICE_MAPPER_SEEN && look->table.is_suspended) {
		observation->kind = OBSERVED_SUSPENDED;
	} else if (look->answer == DEVICE_MAPPER_SEEN) {
		record_seen(look);
	}
	/* The life cycle takes it back when it has read it. */
	observation->is_stalled |= is_stalled;
	/* A loss stays: the life cycle may not have read the look that has shown it. */
	observation->has_loss |= is_loss(look);
	/* While it copies and goes on copying the same there is nothing to tell. */
	is_news = !is_known || was_stall_told != (device->stalled_since_ms > 0) ||
		  observation->table_signature != former_table || observation->is_stalled ||
		  observation->has_loss || observation->kind == OBSERVED_GONE ||
		  (observation->kind == OBSERVED && observation->verdict != LVMPOLLD_WATCH &&
			  observation->verdict != LVMPOLLD_WATCH_TIMED);
	device_unlock(device);
	return is_news;
}

/*
 * A look that began before the watch of its device was ended or begun anew is dropped, but not a
 * loss that it has shown: the kernel may no longer show that to the next. Returns true if it has.
 */
static bool record_late_loss(const struct look *look)
{
	struct device *device = look->begun.device;

	if (!is_loss(look))
		return false;
	device_lock(device);
	device->observation.has_loss = true;
	device_unlock(device);
	return true;
}

/* Ends LOOK: when the next is due, and what this one has shown. Returns true where there is news.
 */
static bool conclude_locked(struct devices *devices, struct look *look, bool has_events)
	REQUIRES(devices_role)
{
	struct device *device = look->begun.device;
	struct device_watch *watch = &device->watch;
	bool is_stalled, is_news;

	if (!devices_release_locked(devices, device))
		return false;
	log_unreadable(look, watch);
	is_stalled = schedule_next_look_locked(devices, look, has_events);
	if (look->answer == DEVICE_MAPPER_UNREADABLE && !is_stalled && watch->is_watched) {
		if (look->begun.epoch == watch->epoch)
			record_unreadable(look);
		return false;
	}
	if (watch->is_watched && look->begun.epoch == watch->epoch)
		is_news = record_observation(look, is_stalled, watch->is_copying);
	else
		/* Whoever waits for its end, since the operation is over, learns of it, too. */
		is_news = record_late_loss(look) || !watch->is_watched;
	if (is_news) {
		/* That it copies again will be news. */
		watch->is_copying = false;
		devices_add_news_locked(devices, device);
	}
	return is_news;
}

static void release_tables(struct look *look)
{
	device_mapper_release_table(&look->table);
	device_mapper_release_table(&look->lines);
}

bool look_take_due(struct devices *devices, struct look_begun *begun)
{
	begun->device =
		schedule_take_due(devices, schedule_clock_ms(), &begun->epoch, &begun->ended);
	if (begun->device)
		begun->terms = terms_hold(begun->device->terms);
	return begun->device;
}

bool look_conclude(
	struct devices *devices, struct look *look, struct kernel_log *log, bool has_events)
{
	bool is_news;

	look->log = kernel_log_read(log);
	read_answer(look);
	devices_lock(devices);
	is_news = conclude_locked(devices, look, has_events);
	devices_unlock(devices);
	release_tables(look);
	terms_release(look->begun.terms);
	return is_news;
}

void look_give_up(struct devices *devices, const struct look_begun *begun, bool is_wanted)
{
	devices_lock(devices);
	if (devices_release_locked(devices, begun->device)) {
		begun->device->watch.is_look_wanted |= is_wanted;
		if (!begun->device->watch.is_watched)
			devices_add_news_locked(devices, begun->device);
	}
	devices_unlock(devices);
	terms_release(begun->terms);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model of device-mapper: the tables of volumes, what they copy, and their events. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <libdevmapper.h>

#include "monitor/device_mapper.h"
#include "util/error.h"
#include "world.h"

#define SEGMENT_SECTORS UINT64_C(8192)

static bool is_running(const struct volume *volume)
{
	return volume->is_active && !volume->is_wiped && volume->suspended == 0 &&
	       volume->kind != KIND_THIN && (volume->kind != KIND_CACHE || volume->is_cleaner);
}

/* What is copied after a failure makes up for it: who waits is patient anew. */
static void forgive(struct volume *volume)
{
	int64_t left_us = (volume->regions - volume->done) * S_US / volume->rate;
	int64_t busy_us = world.now_us - volume->counted_us;

	if (volume->failing_us < volume->counted_us + (busy_us < left_us ? busy_us : left_us))
		volume->failing_us = 0;
}

/* What it has copied by now. */
static void count(struct volume *volume)
{
	int64_t copied = (world.now_us - volume->counted_us) * volume->rate / S_US;

	if (!is_running(volume)) {
		volume->counted_us = world.now_us;
		return;
	}
	if (volume->failing_us > 0 && volume->done < volume->regions)
		forgive(volume);
	/* The rest of a region is copied, too. */
	volume->counted_us += copied * S_US / volume->rate;
	volume->done += copied;
	if (volume->done > volume->regions)
		volume->done = volume->regions;
	/* Then nothing tells of it any more. */
	if (volume->done == volume->regions && volume->kind == KIND_PVMOVE)
		volume->letter = 'A';
}

static void raise_event(struct volume *volume)
{
	volume->event_number++;
	monitor_model_event();
}

static void on_in_sync(evutil_socket_t descriptor, short what, void *context)
{
	struct volume *volume = context;

	(void)descriptor;
	(void)what;
	count(volume);
	story("%s/%s: segment %u is in sync%s", volume->group->name, volume->lv_name,
		volume->segment, volume->lacks_data ? ", without all data" : "");
	/* A merge raises none. */
	if (volume->kind != KIND_MERGE)
		raise_event(volume);
}

static void expect_sync(struct volume *volume)
{
	int64_t left_us;
	struct timeval delay;

	if (!volume->in_sync)
		volume->in_sync = event_new(&world_base, -1, 0, on_in_sync, volume);
	event_del(volume->in_sync);
	if (!is_running(volume) || volume->done >= volume->regions)
		return;
	left_us = (volume->regions - volume->done + 1) * S_US / volume->rate;
	delay = (struct timeval){.tv_sec = left_us / S_US, .tv_usec = left_us % S_US};
	event_add(volume->in_sync, &delay);
}

void kernel_stop(struct volume *volume)
{
	count(volume);
}

void kernel_go_on(struct volume *volume)
{
	volume->counted_us = world.now_us;
	volume->failing_us = 0;
	expect_sync(volume);
	raise_event(volume);
}

void kernel_change(struct volume *volume)
{
	volume->done = 0;
	volume->is_wiped = false;
	volume->letter = 'A';
	volume->lacks_data = false;
	volume->changes++;
	kernel_go_on(volume);
}

void kernel_load(struct volume *volume)
{
	volume->activated_us = world.now_us;
	metadata_forget_evidence(volume);
	kernel_change(volume);
	if (volume->is_to_lack)
		metadata_lack(volume);
}

bool volume_is_in_sync(struct volume *volume)
{
	count(volume);
	return volume->done >= volume->regions && !volume->is_wiped;
}

double volume_percent(struct volume *volume)
{
	count(volume);
	return 100.0 * ((double)volume->segment * (double)volume->regions + (double)volume->done) /
	       ((double)volume->segments * (double)volume->regions);
}

/* --- what core/monitor/device_mapper.c has --- */

bool device_mapper_find_event(
	const struct device_mapper_events *list, uint64_t device, uint32_t *event_number)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->list[i].device == device) {
			*event_number = list->list[i].event_number;
			return true;
		}
	return false;
}

static struct lvmpolld_target *add_target(
	struct device_mapper_table *table, uint64_t start, uint64_t length, const char *type)
{
	struct lvmpolld_target *target = &table->targets[table->target_count++];

	*target = (struct lvmpolld_target){.struct_size = sizeof(*target),
		.start_sectors = start,
		.length_sectors = length,
		.type = type,
		.parameters = ""};
	return target;
}

static void add_mirror(
	const struct volume *volume, struct device_mapper_table *table, uint64_t start)
{
	struct lvmpolld_target *target = add_target(table, start, SEGMENT_SECTORS, "mirror");
	char text[128];

	snprintf(text, sizeof(text), "2 7:0 7:1 %" PRId64 "/%" PRId64 " 1 A%c 1 core", volume->done,
		volume->regions, volume->letter);
	target->parameters = dm_pool_strdup(table->memory, text);
}

static void add_move(const struct volume *volume, struct device_mapper_table *table)
{
	if (volume->is_wiped) {
		add_target(table, 0, volume->segments * SEGMENT_SECTORS, "error");
		return;
	}
	for (unsigned i = 0; i < volume->segments; i++)
		if (i == volume->segment && volume->is_on)
			add_mirror(volume, table, i * SEGMENT_SECTORS);
		else
			add_target(table, i * SEGMENT_SECTORS, SEGMENT_SECTORS, "linear");
}

/* A RAID volume in its first synchronisation, after which it is idle. */
static void add_raid(const struct volume *volume, struct device_mapper_table *table)
{
	struct lvmpolld_target *target = add_target(table, 0, SEGMENT_SECTORS, "raid");
	bool is_idle = volume->done >= volume->regions;
	char text[64];

	snprintf(text, sizeof(text), "raid1 2 A%c %" PRId64 "/%" PRId64 " %s 0 0 -",
		is_idle ? 'A' : 'a', volume->done, volume->regions, is_idle ? "idle" : "resync");
	target->parameters = dm_pool_strdup(table->memory, text);
}

/* A type is reached in two parts, or stripes are taken away in one, with a leg that is left over.
 */
static void add_reshape(const struct volume *volume, struct device_mapper_table *table)
{
	struct lvmpolld_target *target = add_target(table, 0, SEGMENT_SECTORS, "raid");
	bool is_idle = volume->done >= volume->regions;
	bool is_last = volume->segment + 1 >= volume->segments;
	const char *legs = !volume->is_on ? "raid5_ls 3 AAA"
			   : !is_last     ? is_idle ? "raid6_ls_6 5 AAAAA" : "raid6_ls_6 5 aaaaa"
			   : is_idle      ? "raid5_ls 3 AAAa"
					  : "raid5_ls 3 aaaa";
	char text[80];

	snprintf(text, sizeof(text), "%s %" PRId64 "/%" PRId64 " %s 0 0 -", legs,
		volume->is_on ? volume->done : volume->regions, volume->regions,
		volume->is_on && !is_idle ? "reshape" : "idle");
	target->parameters = dm_pool_strdup(table->memory, text);
}

/* What is written back is clean; it is taken off in the end. */
static void add_cache(const struct volume *volume, struct device_mapper_table *table)
{
	struct lvmpolld_target *target;
	char text[192];

	if (!volume->is_on) {
		add_target(table, 0, SEGMENT_SECTORS, "linear");
		return;
	}
	target = add_target(table, 0, SEGMENT_SECTORS, "cache");
	snprintf(text, sizeof(text),
		"8 12/1280 64 %" PRId64 "/1536 0 0 0 0 0 0 %" PRId64
		" 2 metadata2 writeback 2 migration_threshold 2048 %s 0 rw -",
		volume->regions, volume->regions - volume->done,
		volume->is_cleaner ? "cleaner" : "smq");
	target->parameters = dm_pool_strdup(table->memory, text);
}

static void add_merge(const struct volume *volume, struct device_mapper_table *table)
{
	struct lvmpolld_target *target;
	char text[64];

	if (!volume->is_on) {
		add_target(table, 0, SEGMENT_SECTORS, "linear");
		return;
	}
	target = add_target(table, 0, SEGMENT_SECTORS, "snapshot-merge");
	if (volume->is_hopeless)
		snprintf(text, sizeof(text), "Merge failed");
	else
		snprintf(text, sizeof(text), "%" PRId64 "/%" PRId64 " 16",
			16 + volume->regions - volume->done, 16 + 2 * volume->regions);
	target->parameters = dm_pool_strdup(table->memory, text);
}

static void fill(const struct volume *volume, struct device_mapper_table *table)
{
	char name[2 * NAME_SIZE + 2];

	table->memory = dm_pool_create("table", 1024);
	table->targets = dm_pool_zalloc(table->memory, 16 * sizeof(*table->targets));
	snprintf(name, sizeof(name), "%s-%s", volume->group->name, volume->lv_name);
	table->name = dm_pool_strdup(table->memory, name);
	table->vg_name = dm_pool_strdup(table->memory, volume->group->name);
	table->lv_name = dm_pool_strdup(table->memory, volume->lv_name);
	table->device = volume->device;
	table->event_number = volume->event_number;
	table->is_suspended = volume->suspended > 0;
	if (volume->kind == KIND_THIN)
		add_target(table, 0, SEGMENT_SECTORS, "thin");
	else if (volume->kind == KIND_MERGE)
		add_merge(volume, table);
	else if (volume->kind == KIND_PVMOVE)
		add_move(volume, table);
	else if (volume->kind == KIND_RAID)
		add_raid(volume, table);
	else if (volume->kind == KIND_CACHE)
		add_cache(volume, table);
	else if (volume->kind == KIND_RESHAPE)
		add_reshape(volume, table);
	else
		add_mirror(volume, table, 0);
	if (volume->unknown > 0)
		add_target(table, volume->segments * SEGMENT_SECTORS, SEGMENT_SECTORS, "flakey");
}

static void note_seen(struct volume *volume, const struct device_mapper_table *table)
{
	if (volume->kind == KIND_PVMOVE && volume->is_on && !volume->is_wiped &&
		strchr("DSF", volume->letter) && volume->suspended == 0 &&
		volume->evidence_us == 0) {
		volume->evidence_us = world.now_us;
		story("%s/%s: a look shows that data is lacking", table->vg_name, table->lv_name);
	}
}

enum device_mapper_answer device_mapper_read_table(const char *lvid, const char *layer,
	struct device_mapper_table *table, struct lvmpolld_error *error)
{
	struct volume *volume = volume_find(lvid);
	int64_t began_us = world.now_us;

	(void)layer;
	if (!volume)
		abort();
	if (volume->unreadable > 0) {
		error_set(error, EIO, "the kernel does not answer");
		return DEVICE_MAPPER_UNREADABLE;
	}
	if (!volume->is_active) {
		volume->looked_us = volume->watched_us = began_us;
		return DEVICE_MAPPER_GONE;
	}
	count(volume);
	fill(volume, table);
	note_seen(volume, table);
	if (dice_percent(world.slow))
		monitor_model_hang(dice_between(1, world.kind == OF_LOSS ? 3000 : 1000));
	volume->looked_us = volume->watched_us = began_us;
	return DEVICE_MAPPER_SEEN;
}

int device_mapper_read_lines(const struct device_mapper_table *table,
	struct device_mapper_table *lines, struct lvmpolld_error *error)
{
	const struct volume *volume = NULL;
	unsigned number = 0;
	char text[64];

	for (; number < world.volume_count && !volume; number++)
		if (world.volumes[number].device == table->device)
			volume = &world.volumes[number];
	if (!volume || !volume->is_active || volume->unreadable > 0)
		return error_set(error, EIO, "the kernel does not answer");
	fill(volume, lines);
	snprintf(text, sizeof(text), "core 1 1024 2 7:%u 0 7:%u 0", 2 * (number - 1),
		2 * number - 1);
	for (size_t i = 0; i < lines->target_count; i++)
		if (!strcmp(lines->targets[i].type, "mirror"))
			lines->targets[i].parameters = dm_pool_strdup(lines->memory, text);
	return 0;
}

void device_mapper_release_table(struct device_mapper_table *table)
{
	if (table->memory)
		dm_pool_destroy(table->memory);
	table->memory = NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model of lvm2's metadata: groups and volumes, by UUID and by name, and what a report says. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lvm.h"

/* What ends a command takes. */
#define TERM_US (S_US / 20)

struct volume *volume_find(const char *lvid)
{
	/* As metadata_make has made it. */
	size_t number = strlen(lvid) == 64 ? strtoul(lvid + 61, NULL, 10) - 1 : SIZE_MAX;

	return number < world.volume_count && !strcmp(world.volumes[number].lvid, lvid)
		       ? &world.volumes[number]
		       : NULL;
}

struct group *group_by_name(const char *name)
{
	struct group *found = NULL;

	for (size_t i = 0; i < world.group_count; i++) {
		struct group *group = &world.groups[i];

		if (strcmp(group->name, name) != 0 || group->is_removed || group->hidden > 0)
			continue;
		/* Of two with one name lvm2 takes neither. */
		if (found || group->twins > 0)
			return NULL;
		found = group;
	}
	return found;
}

struct volume *volume_by_names(const char *vg_name, const char *lv_name)
{
	const struct group *group = group_by_name(vg_name);

	for (size_t i = 0; group && i < world.volume_count; i++)
		if (world.volumes[i].group == group && world.volumes[i].is_there &&
			!strcmp(world.volumes[i].lv_name, lv_name))
			return &world.volumes[i];
	return NULL;
}

bool volume_is_over(struct volume *volume)
{
	/* Lvm2 has no part in it; and what was removed before has not come to its end. */
	if (volume->kind == KIND_RAID)
		return volume_is_in_sync(volume);
	if (!volume->is_on || !volume->is_there)
		return true;
	/* It is used on, until somebody wants it to be taken off again. */
	if (volume->kind == KIND_CACHE && volume->is_aborted)
		return true;
	/* Of such a conversion the metadata has been that of a mirror from the beginning. */
	return volume->kind == KIND_CONVERT && !volume->has_log_on_disk &&
	       volume_is_in_sync(volume);
}

void metadata_make(struct volume *volume, unsigned number)
{
	static const char *const names[] = {
		"pvmove", "data", "origin", "thin", "raid", "cached", "reshaped"};
	/* Only one move of a group has the name until it is over. */
	unsigned last = number % 2 ? 1 : 2;

	volume->kind = dice_percent(world.kind == OF_ALL ? 60 : 85)
			       ? KIND_PVMOVE
			       : (enum volume_kind)dice_below(KIND_COUNT);
	volume->group = &world.groups[dice_below((unsigned)world.group_count)];
	snprintf(volume->lvid, sizeof(volume->lvid), "%s%032u", volume->group->uuid, number + 1);
	if (world.kind == OF_MANY)
		last = number;
	else if (volume->kind == KIND_PVMOVE)
		last = 0;
	snprintf(volume->lv_name, NAME_SIZE, "%s%u", names[volume->kind], last);
	/* A move of this name waits until the one before is over. */
	volume->is_there = !volume_by_names(volume->group->name, volume->lv_name);
	volume->is_on = volume->is_active = volume->is_there;
	volume->has_log_on_disk = dice_percent(50);
	volume->segments = volume->kind == KIND_PVMOVE    ? 1 + dice_below(dice_percent(80) ? 3 : 8)
			   : volume->kind == KIND_RESHAPE ? 1 + dice_below(2)
							  : 1;
	volume->regions = 20 + dice_below(300);
	volume->rate = 1 + dice_below(dice_percent(20) ? 400 : 20);
	volume->device = 100 + number;
	kernel_change(volume);
}

static void lack_now(void *context)
{
	struct volume *volume = context;

	if (!volume->is_on || !volume->is_active || volume_is_in_sync(volume))
		return;
	if (volume->is_wiped) {
		volume->is_to_lack = true;
		return;
	}
	story("%s/%s: a region cannot be copied", volume->group->name, volume->lv_name);
	/* What shows it in the table may be gone before anybody looks. The log has it, or its
	 * limit. */
	if (!dice_percent(30))
		volume->letter = "DSF"[dice_below(3)];
	volume->lacks_data = true;
	kernel_log_model_line(true);
}

void metadata_lack(struct volume *volume)
{
	int64_t left_ms;

	volume->is_to_lack = false;
	if (volume_is_in_sync(volume) || !volume->is_active || volume->is_wiped) {
		volume->is_to_lack = true;
		return;
	}
	left_ms = (volume->regions - volume->done) * 1000 / volume->rate;
	clock_after_ms(left_ms > 0 && dice_percent(60) ? left_ms - dice_between(0, left_ms) : 0,
		lack_now, volume);
}

void metadata_forget_evidence(struct volume *volume)
{
	volume->evidence_us = volume->heard_us = 0;
	volume->is_told = false;
}

static bool has_move(const struct group *group)
{
	for (size_t i = 0; i < world.volume_count; i++)
		if (world.volumes[i].group == group && world.volumes[i].kind == KIND_PVMOVE &&
			world.volumes[i].is_there)
			return true;
	return false;
}

void metadata_begin_next(void *group)
{
	for (size_t i = 0; i < world.volume_count; i++) {
		struct volume *volume = &world.volumes[i];

		if (volume->group != group || volume->kind != KIND_PVMOVE || volume->is_there ||
			volume->renamed_us > 0 || has_move(volume->group))
			continue;
		story("%s/%s: the next one of the name begins", volume->group->name,
			volume->lv_name);
		volume->is_there = volume->is_on = volume->is_active = true;
		kernel_change(volume);
		return;
	}
}

void metadata_end(struct volume *volume, bool is_aborted)
{
	story("%s/%s: lvm2 %s", volume->group->name, volume->lv_name,
		is_aborted ? "aborts it" : "has finished it");
	kernel_stop(volume);
	volume->is_on = false;
	volume->is_aborted = is_aborted;
	tally->ended += !is_aborted;
	tally->aborted += is_aborted;
	if (volume->kind == KIND_PVMOVE) {
		volume->is_there = volume->is_active = false;
		metadata_forget_evidence(volume);
		volume->renamed_us = world.now_us;
		if (world.has_next)
			clock_after_ms(dice_between(1, 5000), metadata_begin_next, volume->group);
	}
	kernel_go_on(volume);
}

void metadata_step(struct volume *volume, const struct lvm *lvm)
{
	if (volume->lacks_data && volume->kind == KIND_PVMOVE) {
		tally->lost++;
		volume->may_be_let_go = true;
		story("%s/%s: lvm2 lets go of data that was not copied", volume->group->name,
			volume->lv_name);
		/* What was in the lock already cannot be held back. */
		if (!lvm->is_unknown && !(lvm->is_out_of_reach && !lvm->process) &&
			volume->heard_us > 0 && volume->heard_us + TERM_US < lvm->locked_us)
			violate("data was let go of, and it was seen to be lacking before");
		/* It was begun for this segment, and all was said to be copied. */
		if (lvm->began_changes == volume->changes)
			violate("a step has let go of data that was not copied");
	}
	/* Copied anew since the look: whose failure the kernel's log tells of then is not known. */
	volume->may_be_let_go |= lvm->began_us < volume->activated_us;
	if (volume->segment + 1 >= volume->segments) {
		metadata_end(volume, false);
		return;
	}
	volume->segment++;
	metadata_forget_evidence(volume);
	story("%s/%s: lvm2 goes on to segment %u of %u", volume->group->name, volume->lv_name,
		volume->segment + 1, volume->segments);
	kernel_change(volume);
	if (volume->is_to_lack)
		metadata_lack(volume);
}

void metadata_set_cleaner(struct volume *volume, bool is_cleaner)
{
	story("%s/%s: its cache is %s", volume->group->name, volume->lv_name,
		is_cleaner ? "written back" : "used again");
	kernel_stop(volume);
	volume->is_cleaner = is_cleaner;
	volume->is_aborted = !is_cleaner;
	if (!is_cleaner)
		volume->dropped_us = world.now_us;
	tally->aborted += !is_cleaner;
	kernel_go_on(volume);
}

/* --- reports --- */

static void add_dashes(char *text, const char *uuid)
{
	static const int parts[] = {6, 4, 4, 4, 4, 4, 6};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		text += sprintf(text, "%s%.*s", i > 0 ? "-" : "", parts[i], uuid);
		uuid += parts[i];
	}
}

static void make_group_fields(struct group *group, char *text, size_t size)
{
	char uuid[40];

	group->was_partial |= group->partial > 0;
	add_dashes(uuid, group->uuid);
	snprintf(text, size,
		"  LVM2_VG_NAME='%s' LVM2_VG_UUID='%s' LVM2_VG_PARTIAL='%s' "
		"LVM2_VG_MISSING_PV_COUNT='%d'",
		group->name, uuid, group->partial > 0 ? "partial" : "", group->partial > 0);
}

static const char *attributes(const struct volume *volume)
{
	switch (volume->kind) {
	case KIND_PVMOVE:
		return volume->is_active ? "p-C-aom---" : "p-C---m---";
	case KIND_CONVERT:
		return volume->is_on && volume->has_log_on_disk ? "cwi-a-m---" : "mwi-a-m---";
	case KIND_MERGE:
		return volume->is_on ? "Owi-a-s---" : "-wi-a-----";
	case KIND_RAID:
	case KIND_RESHAPE:
		return "rwi-a-r---";
	case KIND_CACHE:
		return volume->is_on ? "Cwi-a-C---" : "-wi-a-----";
	default:
		return volume->is_on ? "Owi-a-t---" : "Vwi-a-t---";
	}
}

static void make_percent(struct volume *volume, char *text, size_t size)
{
	double percent = volume->is_on ? volume_percent(volume) : 100;

	*text = '\0';
	if (volume->is_active && (volume->kind == KIND_PVMOVE || volume->kind == KIND_CONVERT))
		snprintf(text, size, "%.2f", percent >= 100 ? 100 : (int)percent * 1.0);
}

static void print_volume(struct volume *volume, const char *group_fields,
	void (*print)(const char *line, void *context), void *context)
{
	bool is_merging = volume->kind == KIND_MERGE && volume->is_on;
	char line[1024], uuid[40], percent[16];

	add_dashes(uuid, volume->lvid + 32);
	make_percent(volume, percent, sizeof(percent));
	snprintf(line, sizeof(line),
		"%s LVM2_LV_NAME='%s%s%s' LVM2_LV_UUID='%s' LVM2_LV_ATTR='%s' LVM2_LV_ACTIVE='%s' "
		"LVM2_COPY_PERCENT='%s' LVM2_MOVE_PV='%s' LVM2_LV_CONVERTING='%s' "
		"LVM2_LV_MERGING='%s' LVM2_LV_MERGE_FAILED='%s' LVM2_LV_SNAPSHOT_INVALID='' "
		"LVM2_ORIGIN=''",
		group_fields, volume->kind == KIND_PVMOVE ? "[" : "", volume->lv_name,
		volume->kind == KIND_PVMOVE ? "]" : "", uuid, attributes(volume),
		volume->is_active ? "active" : "", percent,
		volume->kind == KIND_PVMOVE ? "/dev/loop0" : "",
		volume->kind == KIND_CONVERT && volume->is_on && volume->has_log_on_disk
			? "converting"
			: "",
		is_merging ? "merging" : "",
		!is_merging           ? ""
		: !volume->is_active  ? "unknown"
		: volume->is_hopeless ? "merge failed"
				      : "");
	print(line, context);
}

void metadata_print(
	const char *selection, void (*print)(const char *line, void *context), void *context)
{
	for (size_t i = 0; i < world.group_count; i++) {
		struct group *group = &world.groups[i];
		char fields[256], uuid[40];

		add_dashes(uuid, group->uuid);
		if (group->is_removed || group->hidden > 0 || !strstr(selection, uuid))
			continue;
		make_group_fields(group, fields, sizeof(fields));
		print(fields, context);
		for (size_t j = 0; j < world.volume_count; j++) {
			struct volume *volume = &world.volumes[j];

			/* What the disks that are left know may be old. */
			if (volume->group == group && volume->is_there &&
				!(group->partial > 0 && j % 2))
				print_volume(volume, fields, print, context);
		}
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What users do to volumes, and what happens to volumes. */
#include "config.h"

#include <signal.h>

#include "steps.h"

/* A mirror without a log on disk is copied from its beginning then. */
static void activate(struct volume *volume)
{
	volume->is_active = true;
	if (volume->kind == KIND_PVMOVE && volume->is_on) {
		kernel_load(volume);
	} else {
		volume->activated_us = world.now_us;
		kernel_go_on(volume);
	}
}

static void on_activate(void *context)
{
	struct volume *volume = context;

	if (volume->is_there && !volume->is_active) {
		story("%s/%s is activated", volume->group->name, volume->lv_name);
		activate(volume);
	}
}

static void deactivate(const struct step *step, struct volume *volume)
{
	if (!volume->is_there || !volume->is_active)
		return;
	kernel_stop(volume);
	volume->is_active = false;
	kernel_go_on(volume);
	clock_after_ms(step_duration_ms(step), on_activate, volume);
}

static void deactivate_group(const struct step *step, const struct group *group)
{
	for (size_t i = 0; i < world.volume_count; i++)
		if (world.volumes[i].group == group)
			deactivate(step, &world.volumes[i]);
}

static void on_refresh(void *context)
{
	struct volume *volume = context;

	if (!volume->is_wiped || !volume->is_there)
		return;
	story("%s/%s is refreshed", volume->group->name, volume->lv_name);
	kernel_load(volume);
}

/* As "dmsetup wipe_table": no event tells of it. What was not copied by then is copied anew. */
static void wipe(const struct step *step, struct volume *volume)
{
	if (!volume->is_there || !volume->is_active || volume->kind != KIND_PVMOVE)
		return;
	kernel_stop(volume);
	volume->is_wiped = true;
	/* Something has changed: who waits may hope anew. */
	volume->failing_us = 0;
	volume->changed_us = world.now_us;
	clock_after_ms(step_duration_ms(step), on_refresh, volume);
}

static void rename_group(struct group *group)
{
	snprintf(group->name, NAME_SIZE, "vg%u", ++world.sequence + 10);
	for (size_t i = 0; i < world.volume_count; i++)
		if (world.volumes[i].group == group) {
			world.volumes[i].renamed_us = world.now_us;
			/* Something has changed: who waits may hope anew. */
			world.volumes[i].failing_us = 0;
		}
	monitor_model_event();
}

static void rename_volume(struct volume *volume)
{
	if (!volume->is_there || volume->kind == KIND_PVMOVE)
		return;
	snprintf(volume->lv_name, NAME_SIZE, "new%u", ++world.sequence);
	volume->renamed_us = world.now_us;
	kernel_go_on(volume);
}

static void remove_volume(struct volume *volume)
{
	if (!volume->is_there || volume->kind == KIND_PVMOVE)
		return;
	kernel_stop(volume);
	volume->is_there = volume->is_on = volume->is_active = false;
	/* Of what is no more nothing is to be finished. */
	volume->is_promised = false;
	kernel_go_on(volume);
}

static void user_abort(struct volume *volume)
{
	if (!volume->is_there || volume->kind != KIND_PVMOVE || volume->group->locks > 0)
		return;
	volume->was_to_be_aborted = volume->may_be_let_go = true;
	metadata_end(volume, true);
}

static void fail_to_copy(struct volume *volume)
{
	if (volume->kind == KIND_PVMOVE && volume->is_on)
		metadata_lack(volume);
}

static void fail_another(void)
{
	for (unsigned line = 0; line < 12; line++)
		kernel_log_model_line(true);
}

static void fail_to_read(struct volume *volume)
{
	if (volume->kind == KIND_PVMOVE && volume->is_on && !volume_is_in_sync(volume) &&
		volume->letter == 'A')
		volume->letter = 'R';
}

static void fail_merge(struct volume *volume)
{
	if (volume->kind != KIND_MERGE || !volume->is_on)
		return;
	volume->is_hopeless = true;
	kernel_go_on(volume);
}

/* What happens to copying, and to the records. */
static void break_something(enum action action, struct volume *volume)
{
	switch (action) {
	case ACTION_LACK:
		fail_to_copy(volume);
		break;
	case ACTION_NOISE:
		fail_another();
		break;
	case ACTION_OVERWRITE:
		kernel_log_model_overwrite();
		break;
	case ACTION_READ_ERROR:
		fail_to_read(volume);
		break;
	case ACTION_HOPELESS:
		fail_merge(volume);
		break;
	case ACTION_DIRECTORY:
		world.had_record_faults = true;
		records_remove_directory();
		break;
	case ACTION_DAMAGE:
		world.had_record_faults = true;
		records_damage(volume);
		break;
	default:
		break;
	}
}

void users_do(const struct step *step, struct volume *volume)
{
	switch ((enum action)step->action) {
	case ACTION_RENAME_GROUP:
		rename_group(volume->group);
		break;
	case ACTION_RENAME_VOLUME:
		rename_volume(volume);
		break;
	case ACTION_DEACTIVATE:
		deactivate(step, volume);
		break;
	case ACTION_DEACTIVATE_ALL:
		deactivate_group(step, volume->group);
		break;
	case ACTION_WIPE:
		wipe(step, volume);
		break;
	case ACTION_REMOVE:
		remove_volume(volume);
		break;
	case ACTION_USER_ABORT:
		user_abort(volume);
		break;
	case ACTION_NEXT:
		metadata_begin_next(volume->group);
		break;
	case ACTION_SIGNAL:
		lvm_kill_any(step->b % 3 == 0 ? SIGTERM : SIGKILL);
		break;
	default:
		break_something((enum action)step->action, volume);
		break;
	}
}

void users_heal(struct volume *volume)
{
	kernel_stop(volume);
	on_refresh(volume);
	volume->suspended = volume->unreadable = volume->unknown = 0;
	if (volume->is_there && !volume->is_active)
		activate(volume);
	if (volume->letter == 'R')
		volume->letter = 'A';
	kernel_go_on(volume);
}

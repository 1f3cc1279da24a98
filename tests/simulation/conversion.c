/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model of lvchange and lvconvert: a cache is taken off, and a reshape is brought to its end. */
#include "config.h"

#include <string.h>

#include "lvm.h"

/* How often it looks for the answer, and what a daemon takes at most to give it. */
#define ANSWER_POLL_MS 50
#define ANSWER_US      (2 * S_US)

/* --- a cache --- */

static void change_policy(struct lvm *lvm)
{
	struct volume *volume = volume_find(lvm->found);

	if (volume->is_on && volume->is_there) {
		if (lvm->is_abort)
			lvm_check_name_of_abort(lvm, volume);
		metadata_set_cleaner(volume, lvm->is_to_clean);
	}
	lvm_unlock(lvm);
	lvm_after_ms(lvm, dice_between(1, 100), lvm_end_well);
}

/* What is dirty it writes back itself, with the group's lock. */
static void take_off(struct lvm *lvm)
{
	struct volume *volume = volume_find(lvm->found);

	if (volume->is_on && volume->is_there && volume->is_active && !volume_is_in_sync(volume)) {
		if (!volume->is_cleaner)
			metadata_set_cleaner(volume, true);
		lvm_after_ms(lvm, 1000, take_off);
		return;
	}
	lvm_finish(lvm);
}

/* --- a reshape --- */

static void fail(struct lvm *lvm)
{
	lvm_unlock(lvm);
	lvm_after_ms(lvm, 1, lvm_end_badly);
}

/* The next part begins, or legs without data are freed: the volume is as it shall be then. */
static void convert(struct lvm *lvm)
{
	struct volume *volume = volume_find(lvm->found);

	if (!volume->is_on || !volume->is_there || !volume->is_active) {
		fail(lvm);
		return;
	}
	lvm_finish(lvm);
}

/* With the group's lock. A daemon that is gone gives no answer, and that means no. */
static void await_answer(struct lvm *lvm)
{
	enum answer answer = lvm->process ? process_answered(lvm->process) : ANSWER_NO;

	if (answer == ANSWER_YES) {
		lvm_after_ms(lvm, dice_between(1, 300), convert);
	} else if (answer == ANSWER_NO) {
		fail(lvm);
	} else if (world.now_us - lvm->asked_us > ANSWER_US && world.hanging == 0) {
		violate("%s[%d] asks, and nobody answers", lvm->command, (int)lvm->pid);
	} else {
		lvm_after_ms(lvm, ANSWER_POLL_MS, await_answer);
	}
}

static void ask(struct lvm *lvm)
{
	story("lvconvert[%d] asks whether to convert %s/%s", (int)lvm->pid, lvm->vg_name,
		lvm->lv_name);
	lvm->asked_us = world.now_us;
	if (lvm->process)
		process_asked(lvm->process,
			"Are you sure you want to convert raid6_ls_6 LV vg/lv to raid5_ls type? "
			"[y/n]: ");
	await_answer(lvm);
}

/* What it could not do while the kernel is at work, or has nothing to do for, it refuses. */
static void reshape(struct lvm *lvm)
{
	struct volume *volume = volume_find(lvm->found);
	bool is_last = volume->segment + 1 >= volume->segments;

	if (!volume->is_on || !volume->is_there || !volume->is_active ||
		!volume_is_in_sync(volume) || lvm->has_type == is_last ||
		(!lvm->has_type && lvm->stripe_count != RESHAPED_STRIPES))
		fail(lvm);
	else if (lvm->has_type)
		ask(lvm);
	else
		convert(lvm);
}

/* --- both --- */

void conversion_check(struct lvm *lvm, struct volume *volume)
{
	bool is_fitting =
		volume && volume->is_on &&
		(volume->kind == KIND_CACHE ||
			(volume->kind == KIND_RESHAPE && !strcmp(lvm->command, "lvconvert")));

	if (!is_fitting || (world.failing > 0 && dice_percent(70))) {
		fail(lvm);
		return;
	}
	snprintf(lvm->found, sizeof(lvm->found), "%s", volume->lvid);
	lvm_after_ms(lvm, dice_between(1, 300),
		volume->kind == KIND_RESHAPE        ? reshape
		: !strcmp(lvm->command, "lvchange") ? change_policy
						    : take_off);
}

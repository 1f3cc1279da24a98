/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Faults that last a while. */
#include "config.h"

#include <stdlib.h>

#include "steps.h"

struct fault {
	unsigned *counter;
	struct volume *volume; /* whose table changes with it; or NULL */
};

static void go_on(struct volume *volume)
{
	if (!volume || !volume->is_active)
		return;
	volume->changed_us = world.now_us;
	kernel_go_on(volume);
}

static void on_fault_over(void *context)
{
	struct fault fault = *(struct fault *)context;

	free(context);
	if (*fault.counter == 0)
		return;
	--*fault.counter;
	go_on(fault.volume);
	daemon_set_binary(world.lvm_missing == 0);
}

static void begin(const struct step *step, unsigned *counter, struct volume *volume)
{
	struct fault *fault = calloc(1, sizeof(*fault));

	if (!fault)
		abort();
	*fault = (struct fault){counter, volume};
	if (volume)
		kernel_stop(volume);
	++*counter;
	go_on(volume);
	daemon_set_binary(world.lvm_missing == 0);
	clock_after_ms(step_duration_ms(step), on_fault_over, fault);
}

static unsigned *counter_of(enum action action, struct volume *volume)
{
	switch (action) {
	case ACTION_LOCK:
		return &volume->group->locks;
	case ACTION_HIDE:
		return &volume->group->hidden;
	case ACTION_PARTIAL:
		return &volume->group->partial;
	case ACTION_TWIN:
		return &volume->group->twins;
	case ACTION_CONF:
		return &world.conf_broken;
	case ACTION_MISSING:
		return &world.lvm_missing;
	case ACTION_BROKEN:
		return &world.broken;
	case ACTION_NO_WAIT:
		return &world.no_wait;
	case ACTION_FAIL:
		return &world.failing;
	case ACTION_KILLING:
		return &world.killing;
	case ACTION_HANG:
		return &world.hanging;
	case ACTION_RESOURCES:
		return &world.no_resources;
	case ACTION_FULL:
		world.had_record_faults = true;
		return &world.disk_full;
	case ACTION_UNOPENABLE:
		world.had_record_faults = true;
		return &world.no_directory;
	case ACTION_LOG:
		return &world.log.unreadable;
	case ACTION_NO_ADOPTION:
		return &world.no_adoption;
	case ACTION_NO_PLUGIN:
		return &world.no_plugin;
	default:
		return NULL;
	}
}

void faults_begin(const struct step *step, struct volume *volume)
{
	unsigned *counter = counter_of((enum action)step->action, volume);

	/* That is another table; and an lvpoll that polls by itself. */
	volume->may_be_let_go |= step->action == ACTION_UNKNOWN;
	if (counter)
		begin(step, counter, NULL);
	else if (step->action == ACTION_SUSPEND && volume->is_active)
		begin(step, &volume->suspended, volume);
	else if (step->action == ACTION_UNKNOWN)
		begin(step, &volume->unknown, volume);
	else if (step->action == ACTION_UNREADABLE)
		begin(step, &volume->unreadable, volume);
}

void faults_heal(void)
{
	world.conf_broken = world.lvm_missing = world.no_wait = world.failing = 0;
	world.killing = world.hanging = world.no_resources = world.no_adoption = world.disk_full =
		0;
	world.log.unreadable = world.no_plugin = world.no_directory = world.broken = 0;
	daemon_set_binary(true);
	for (size_t i = 0; i < world.group_count; i++)
		world.groups[i].hidden = world.groups[i].partial = world.groups[i].twins = 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decides whose turn it is to run an lvpoll. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libdevmapper.h>

#include "lifecycle/scheduler.h"

/* An lvid begins with the UUID of the volume group. */
#define VG_UUID_LENGTH 32

#define GROUPS_SIZE_HINT 64

/* The operations of one volume group. It exists while one of them waits or runs. */
struct scheduler_group {
	char vg_uuid[VG_UUID_LENGTH + 1];
	TAILQ_HEAD(, operation) waiting;
	size_t running;
	size_t steps; /* those that run for ATTEMPT_STEP */
	TAILQ_ENTRY(scheduler_group) turn;
};

int scheduler_init(struct scheduler *scheduler)
{
	memset(scheduler, 0, sizeof(*scheduler));
	TAILQ_INIT(&scheduler->turns);
	scheduler->by_vg_uuid = dm_hash_create(GROUPS_SIZE_HINT);
	return scheduler->by_vg_uuid ? 0 : -ENOMEM;
}

void scheduler_destroy(struct scheduler *scheduler)
{
	if (scheduler->by_vg_uuid)
		dm_hash_destroy(scheduler->by_vg_uuid);
}

static struct scheduler_group *group_of(
	struct scheduler *scheduler, const struct operation *operation)
{
	char vg_uuid[VG_UUID_LENGTH + 1];
	struct scheduler_group *group;

	memcpy(vg_uuid, operation->terms->asked.lvid, VG_UUID_LENGTH);
	vg_uuid[VG_UUID_LENGTH] = '\0';
	group = dm_hash_lookup(scheduler->by_vg_uuid, vg_uuid);
	if (group)
		return group;
	group = calloc(1, sizeof(*group));
	if (!group || !dm_hash_insert(scheduler->by_vg_uuid, vg_uuid, group)) {
		free(group);
		return NULL;
	}
	strcpy(group->vg_uuid, vg_uuid);
	TAILQ_INIT(&group->waiting);
	return group;
}

int scheduler_add(struct scheduler *scheduler, struct operation *operation, bool is_urgent)
{
	struct scheduler_group *group = group_of(scheduler, operation);

	if (!group)
		return -ENOMEM;
	if (TAILQ_EMPTY(&group->waiting))
		TAILQ_INSERT_TAIL(&scheduler->turns, group, turn);
	if (is_urgent) {
		TAILQ_INSERT_HEAD(&group->waiting, operation, waiting_link);
		TAILQ_REMOVE(&scheduler->turns, group, turn);
		TAILQ_INSERT_HEAD(&scheduler->turns, group, turn);
	} else {
		TAILQ_INSERT_TAIL(&group->waiting, operation, waiting_link);
	}
	operation->group = group;
	operation->is_waiting = true;
	scheduler->waiting++;
	return 0;
}

static void stop_waiting(struct scheduler *scheduler, struct operation *operation)
{
	struct scheduler_group *group = operation->group;

	TAILQ_REMOVE(&group->waiting, operation, waiting_link);
	if (TAILQ_EMPTY(&group->waiting))
		TAILQ_REMOVE(&scheduler->turns, group, turn);
	operation->is_waiting = false;
	scheduler->waiting--;
}

void scheduler_remove(struct scheduler *scheduler, struct operation *operation)
{
	struct scheduler_group *group = operation->group;

	if (!group)
		return;
	if (operation->is_waiting) {
		stop_waiting(scheduler, operation);
	} else {
		scheduler->running--;
		group->running--;
		group->steps -= operation->attempt.purpose == ATTEMPT_STEP;
	}
	operation->group = NULL;
	if (group->running == 0 && TAILQ_EMPTY(&group->waiting)) {
		dm_hash_remove(scheduler->by_vg_uuid, group->vg_uuid);
		free(group);
	}
}

static void count_running(struct scheduler *scheduler, struct scheduler_group *group,
	const struct operation *operation)
{
	scheduler->running++;
	group->running++;
	group->steps += operation->attempt.purpose == ATTEMPT_STEP;
}

int scheduler_adopt(struct scheduler *scheduler, struct operation *operation)
{
	struct scheduler_group *group = group_of(scheduler, operation);

	if (!group)
		return -ENOMEM;
	operation->group = group;
	count_running(scheduler, group, operation);
	return 0;
}

/* The first operation of GROUP, if it may run beside those that run already; else NULL. */
static struct operation *first_allowed(const struct scheduler_group *group)
{
	struct operation *operation = TAILQ_FIRST(&group->waiting);

	return group->steps == 0 || operation->attempt.purpose != ATTEMPT_STEP ? operation : NULL;
}

struct operation *scheduler_next(struct scheduler *scheduler, size_t max_running)
{
	struct scheduler_group *group;
	struct operation *operation = NULL;

	if (scheduler->running >= max_running)
		return NULL;
	TAILQ_FOREACH (group, &scheduler->turns, turn) {
		operation = first_allowed(group);
		if (operation)
			break;
	}
	if (!operation)
		return NULL;
	/* Another group has the next turn. */
	TAILQ_REMOVE(&scheduler->turns, group, turn);
	TAILQ_INSERT_TAIL(&scheduler->turns, group, turn);
	stop_waiting(scheduler, operation);
	count_running(scheduler, group, operation);
	return operation;
}

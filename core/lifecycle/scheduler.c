/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose turn it is to run an lvpoll. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libdevmapper.h>

#include "lifecycle/scheduler.h"

/* An lvid begins with the UUID of the volume group. */
#define VG_UUID_LENGTH 32

#define GROUPS_SIZE_HINT 64

/* The operations of one volume group. It is there while one of them waits or runs. */
struct scheduler_group {
	char vg_uuid[VG_UUID_LENGTH + 1];
	TAILQ_HEAD(, volume) waiting;
	size_t running;
	size_t steps; /* of those that run, the ones that are not for LVPOLL_POLL */
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

static struct scheduler_group *group_of(struct scheduler *scheduler, const struct volume *volume)
{
	char vg_uuid[VG_UUID_LENGTH + 1];
	struct scheduler_group *group;

	memcpy(vg_uuid, volume->request->parameters.lvid, VG_UUID_LENGTH);
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

int scheduler_add(struct scheduler *scheduler, struct volume *volume, bool is_urgent)
{
	struct scheduler_group *group = group_of(scheduler, volume);

	if (!group)
		return -ENOMEM;
	if (TAILQ_EMPTY(&group->waiting))
		TAILQ_INSERT_TAIL(&scheduler->turns, group, turn);
	if (is_urgent) {
		TAILQ_INSERT_HEAD(&group->waiting, volume, waiting_link);
		TAILQ_REMOVE(&scheduler->turns, group, turn);
		TAILQ_INSERT_HEAD(&scheduler->turns, group, turn);
	} else {
		TAILQ_INSERT_TAIL(&group->waiting, volume, waiting_link);
	}
	volume->group = group;
	volume->is_waiting = true;
	scheduler->waiting++;
	return 0;
}

static void stop_waiting(struct scheduler *scheduler, struct volume *volume)
{
	struct scheduler_group *group = volume->group;

	TAILQ_REMOVE(&group->waiting, volume, waiting_link);
	if (TAILQ_EMPTY(&group->waiting))
		TAILQ_REMOVE(&scheduler->turns, group, turn);
	volume->is_waiting = false;
	scheduler->waiting--;
}

void scheduler_remove(struct scheduler *scheduler, struct volume *volume)
{
	struct scheduler_group *group = volume->group;

	if (!group)
		return;
	if (volume->is_waiting) {
		stop_waiting(scheduler, volume);
	} else {
		scheduler->running--;
		group->running--;
		group->steps -= volume->purpose != LVPOLL_POLL;
	}
	volume->group = NULL;
	if (group->running == 0 && TAILQ_EMPTY(&group->waiting)) {
		dm_hash_remove(scheduler->by_vg_uuid, group->vg_uuid);
		free(group);
	}
}

static void count_running(
	struct scheduler *scheduler, struct scheduler_group *group, const struct volume *volume)
{
	scheduler->running++;
	group->running++;
	group->steps += volume->purpose != LVPOLL_POLL;
}

int scheduler_adopt(struct scheduler *scheduler, struct volume *volume)
{
	struct scheduler_group *group = group_of(scheduler, volume);

	if (!group)
		return -ENOMEM;
	volume->group = group;
	count_running(scheduler, group, volume);
	return 0;
}

/* The first of GROUP where it may run beside those of it that do. */
static struct volume *first_allowed(const struct scheduler_group *group)
{
	struct volume *volume = TAILQ_FIRST(&group->waiting);

	return group->steps == 0 || volume->purpose == LVPOLL_POLL ? volume : NULL;
}

struct volume *scheduler_next(struct scheduler *scheduler, size_t max_running)
{
	struct scheduler_group *group;
	struct volume *volume = NULL;

	if (scheduler->running >= max_running)
		return NULL;
	TAILQ_FOREACH (group, &scheduler->turns, turn) {
		volume = first_allowed(group);
		if (volume)
			break;
	}
	if (!volume)
		return NULL;
	/* The next turn is another group's. */
	TAILQ_REMOVE(&scheduler->turns, group, turn);
	TAILQ_INSERT_TAIL(&scheduler->turns, group, turn);
	stop_waiting(scheduler, volume);
	count_running(scheduler, group, volume);
	return volume;
}

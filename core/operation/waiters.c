/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who is to hear how an operation ends. */
#include "config.h"

#include <stdlib.h>

#include "operation/volume.h"
#include "operation/waiters.h"

void waiter_init(struct waiter *waiter)
{
	TAILQ_INIT(&waiter->waits);
	waiter->is_overlooked = false;
}

/* Also counts those of VOLUME, in the same walk. */
static struct wait *find_wait(
	const struct volume *volume, const struct waiter *waiter, unsigned *count)
{
	struct wait *wait;

	*count = 0;
	TAILQ_FOREACH (wait, &volume->waits, volume_link) {
		if (wait->waiter == waiter)
			return wait;
		(*count)++;
	}
	return NULL;
}

static void free_wait(struct wait *wait)
{
	TAILQ_REMOVE(&wait->volume->waits, wait, volume_link);
	TAILQ_REMOVE(&wait->waiter->waits, wait, waiter_link);
	free(wait);
}

void waiters_add(struct volume *volume, struct waiter *waiter)
{
	unsigned count;
	struct wait *wait;

	if (!waiter || find_wait(volume, waiter, &count))
		return;
	wait = count < WAITERS_MAX ? calloc(1, sizeof(*wait)) : NULL;
	if (!wait) {
		waiter->is_overlooked = true;
		return;
	}
	wait->waiter = waiter;
	wait->volume = volume;
	TAILQ_INSERT_TAIL(&volume->waits, wait, volume_link);
	TAILQ_INSERT_TAIL(&waiter->waits, wait, waiter_link);
}

bool waiters_remove(struct volume *volume, struct waiter *waiter)
{
	unsigned count;
	struct wait *wait = find_wait(volume, waiter, &count);

	if (wait)
		free_wait(wait);
	return wait;
}

void waiters_clear(struct volume *volume)
{
	struct wait *wait;

	while ((wait = TAILQ_FIRST(&volume->waits)))
		free_wait(wait);
}

struct volume *waiter_take_volume(struct waiter *waiter)
{
	struct wait *wait = TAILQ_FIRST(&waiter->waits);
	struct volume *volume = wait ? wait->volume : NULL;

	if (wait)
		free_wait(wait);
	return volume;
}

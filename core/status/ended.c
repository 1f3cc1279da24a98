/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operations that ended lately. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "status/ended.h"
#include "util/boot.h"

void ended_init(struct ended *ended)
{
	TAILQ_INIT(&ended->list);
	ended->count = 0;
}

static void drop_first(struct ended *ended)
{
	struct ended_operation *operation = TAILQ_FIRST(&ended->list);

	TAILQ_REMOVE(&ended->list, operation, link);
	ended->count--;
	free(operation);
}

void ended_destroy(struct ended *ended)
{
	while (ended->count > 0)
		drop_first(ended);
}

struct ended_operation *ended_add(struct ended *ended, uint64_t number, int64_t ended_ms,
	const char *text, size_t length, size_t limit)
{
	struct ended_operation *operation = malloc(sizeof(*operation) + length + 1);

	if (!operation)
		return NULL;
	operation->number = number;
	operation->ended_ms = ended_ms;
	operation->serial = 0;
	operation->length = length;
	memcpy(operation->text, text, length);
	operation->text[length] = '\0';
	TAILQ_INSERT_TAIL(&ended->list, operation, link);
	ended->count++;
	while (ended->count > limit && ended->count > 1)
		drop_first(ended);
	return operation;
}

void ended_drop_old(struct ended *ended, unsigned age_s)
{
	int64_t oldest_ms = boot_clock_ms() - (int64_t)age_s * 1000;

	while (ended->count > 0 && TAILQ_FIRST(&ended->list)->ended_ms < oldest_ms)
		drop_first(ended);
}

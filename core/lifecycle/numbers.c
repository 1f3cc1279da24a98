/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of operations. */
#include "config.h"

#include <string.h>
#include <time.h>

#include "lifecycle/context.h"
#include "lifecycle/numbers.h"
#include "log/log.h"
#include "records/number.h"

void numbers_note(struct operations *operations, uint64_t number)
{
	if (operations->last_number < number)
		operations->last_number = number;
}

bool numbers_are_known(const struct operations *operations)
{
	return operations->last_number > 0 || record_number_read(&operations->records) > 0;
}

/*
 * What was given before this daemon. Where nobody can tell, since the history could not be read, it
 * is the time in seconds: more than any number that was given.
 */
static void note_former(struct operations *operations)
{
	bool is_known = numbers_are_known(operations);

	numbers_note(operations, record_number_read(&operations->records));
	numbers_note(operations, operations->ended_lately.highest);
	if (!is_known && history_keeper_is_unread(&operations->history))
		numbers_note(operations, (uint64_t)time(NULL));
}

uint64_t numbers_take(struct operations *operations)
{
	int result;

	if (!operations->is_number_read)
		note_former(operations);
	operations->is_number_read = true;
	operations->last_number++;
	result = record_number_write(&operations->records, operations->last_number);
	if (result < 0)
		log_info("the number of the latest operation, %llu, cannot be written down: %s",
			(unsigned long long)operations->last_number, strerror(-result));
	return operations->last_number;
}

void numbers_assign(struct operation *operation)
{
	if (operation->number == 0)
		operation->number = numbers_take(operation->operations);
	numbers_note(operation->operations, operation->number);
	if (operation->accepted_s == 0)
		operation->accepted_s = time(NULL);
}

struct operation *numbers_find(const struct operations *operations, uint64_t number)
{
	struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		if (operation->number == number)
			return operation;
	return NULL;
}

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

/* The file first: this daemon may have given none yet. */
uint64_t numbers_take(struct operations *operations)
{
	int result;

	if (!operations->is_number_read)
		numbers_note(operations, record_number_read(&operations->records));
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One record of the kernel's log, as /dev/kmsg gives it. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "kernel_log/record.h"

/* The facility, above the three bits of the level, is 0 for the kernel's own. */
#define LEVEL_BITS 3

/* Reads a number that COMMA or the end of the header follows, and steps behind it. */
static bool read_number(const char **at, const char *end, uint64_t *number)
{
	const char *start = *at;
	uint64_t value = 0;

	for (; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
		unsigned digit = (unsigned)(**at - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = 10 * value + digit;
	}
	if (*at == start || *at == end || **at != ',')
		return false;
	(*at)++;
	*number = value;
	return true;
}

int kernel_log_record_parse(const char *data, size_t length, struct kernel_log_record *record)
{
	const char *end = length > 0 ? memchr(data, ';', length) : NULL;
	const char *at = data, *newline;
	uint64_t priority;

	if (!end || !read_number(&at, end, &priority) || !read_number(&at, end, &record->number) ||
		!read_number(&at, end, &record->time_us))
		return -EBADMSG;
	record->is_kernels = priority >> LEVEL_BITS == 0;
	record->text = end + 1;
	record->text_length = length - (size_t)(record->text - data);
	newline = record->text_length > 0 ? memchr(record->text, '\n', record->text_length) : NULL;
	if (newline)
		record->text_length = (size_t)(newline - record->text);
	return 0;
}

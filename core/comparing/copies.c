/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is to be compared: pairs of places that must hold the same data. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "comparing/copies.h"
#include "util/checksum.h"

#define COPY_FORMAT                                                                                \
	"%" PRIu32 ":%" PRIu32 ":%" PRIu64 ",%" PRIu32 ":%" PRIu32 ":%" PRIu64 ",%" PRIu64
#define COPY_SCAN "%" SCNu32 ":%" SCNu32 ":%" SCNu64 ",%" SCNu32 ":%" SCNu32 ":%" SCNu64 ",%" SCNu64

/* In bytes it is a position in a file, too. */
#define SECTORS_MAX ((uint64_t)INT64_MAX / 512)

void copies_add(struct lvmpolld_copies *copies, const struct copy *copy)
{
	if (copies->count < COPIES_MAX)
		copies->list[copies->count++] = *copy;
	else
		copies->is_unknown = true;
}

static uint64_t add_number(uint64_t value, uint64_t number)
{
	return checksum_add(value, &number, sizeof(number));
}

uint64_t copies_sign(const struct lvmpolld_copies *copies)
{
	uint64_t value = add_number(CHECKSUM_START, copies->count);

	for (size_t i = 0; i < copies->count; i++) {
		const struct copy *copy = &copies->list[i];

		for (size_t side = 0; side < 2; side++) {
			value = add_number(value, copy->places[side].major);
			value = add_number(value, copy->places[side].minor);
			value = add_number(value, copy->places[side].start_sectors);
		}
		value = add_number(value, copy->length_sectors);
	}
	return value != 0 ? value : 1;
}

void copy_format(const struct copy *copy, char text[COPY_TEXT_SIZE])
{
	const struct copy_place *left = &copy->places[0], *right = &copy->places[1];

	snprintf(text, COPY_TEXT_SIZE, COPY_FORMAT, left->major, left->minor, left->start_sectors,
		right->major, right->minor, right->start_sectors, copy->length_sectors);
}

static bool is_possible(const struct copy *copy)
{
	for (size_t side = 0; side < 2; side++)
		if (copy->places[side].start_sectors > SECTORS_MAX ||
			copy->length_sectors > SECTORS_MAX - copy->places[side].start_sectors)
			return false;
	return true;
}

int copy_parse(const char *text, struct copy *copy)
{
	struct copy_place *left = &copy->places[0], *right = &copy->places[1];
	int end = 0;

	if (sscanf(text, COPY_SCAN "%n", &left->major, &left->minor, &left->start_sectors,
		    &right->major, &right->minor, &right->start_sectors, &copy->length_sectors,
		    &end) != 7 ||
		text[end] != '\0' || !is_possible(copy))
		return -EINVAL;
	return 0;
}

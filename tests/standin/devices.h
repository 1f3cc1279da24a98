/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The devices of the stand-in. None of this may run in two threads at once. */
#ifndef TESTS_STANDIN_DEVICES_H
#define TESTS_STANDIN_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct device_target {
	uint64_t start_sectors;
	uint64_t length_sectors;
	const char *type;
	const char *parameters;
};

struct device {
	unsigned minor;
	uint32_t event_number;
	unsigned revision; /* of its file: the tests count its changes; 0 where they do not */
	bool is_suspended;
	const char *name;
	const char *uuid;
	size_t target_count;
	struct device_target *targets;
	char *text; /* what the strings point into */
};

/* Reads what has changed in the folder since the last time; all of it at the first. */
void devices_refresh(void);

/* These return NULL where there is no such device; what they return lives until the next refresh.
 */
const struct device *devices_find_by_name(const char *name);
const struct device *devices_find_by_uuid(const char *uuid);
const struct device *devices_find_by_minor(unsigned minor);

/* Calls VISIT with each device in the order of their names. */
void devices_visit(void (*visit)(const struct device *device, void *data), void *data);

#endif

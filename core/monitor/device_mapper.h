/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What device-mapper tells: events of all devices through one descriptor, and the table of one
 * device. Every call may hang with the storage, so only probers make them, but for
 * device_mapper_open and device_mapper_close.
 */
#ifndef CORE_MONITOR_DEVICE_MAPPER_H
#define CORE_MONITOR_DEVICE_MAPPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lvmpolld/plugin.h>

#include "protocol/lvid.h"
#include "util/error.h"

struct dm_task;
struct dm_pool;

/* A name of a device, with the byte behind it. */
#define DEVICE_MAPPER_NAME_SIZE 128

struct device_mapper {
	int events;      /* a descriptor of /dev/mapper/control, readable after an event; or -1 */
	bool has_events; /* events can be waited for (device-mapper 4.37 on) */
};

/* The number of events that a device has had. */
struct device_mapper_event {
	uint64_t device; /* as in device_mapper_table */
	uint32_t event_number;
};

struct device_mapper_events {
	size_t count;
	struct device_mapper_event *list; /* in order of their device */
};

/* "No" and "could not tell" are different answers. */
enum device_mapper_answer {
	DEVICE_MAPPER_SEEN,      /* the device is there */
	DEVICE_MAPPER_GONE,      /* there is no such device */
	DEVICE_MAPPER_UNREADABLE /* the question could not be answered: ask again */
};

/* The table of one device with its status. */
struct device_mapper_table {
	uint64_t device;
	uint32_t event_number;
	bool is_suspended;
	bool is_other_layer; /* than was asked for, and not the volume's own device */
	char *name;          /* as the device is called now */
	char *vg_name;       /* what that tells; NULL where it is not one of lvm2's names */
	char *lv_name;
	size_t target_count;
	struct lvmpolld_target *targets;
	struct dm_pool *memory; /* everything above lies in it */
};

/* Returns 0, or a negative errno where there is no device-mapper, or no permission for it. */
int device_mapper_open(struct device_mapper *device_mapper, struct lvmpolld_error *error);
void device_mapper_close(struct device_mapper *device_mapper);

/*
 * Lets libdevmapper open its own descriptor, for what follows. It tries once in the life of a
 * process: where it fails, only another process can ask. Returns 0, or a negative errno.
 */
int device_mapper_begin(struct lvmpolld_error *error);

/* Lets the descriptor be readable at the next event. Returns 0 or a negative errno. */
int device_mapper_arm(const struct device_mapper *device_mapper);

/* Lists every device's number of events. Returns 0 or a negative errno. */
int device_mapper_list(struct device_mapper_events *events);
/* The event number of DEVICE in EVENTS; false where the device is not there. */
bool device_mapper_find_event(
	const struct device_mapper_events *events, uint64_t device, uint32_t *event_number);

/*
 * Reads the table of one of LVID's devices: that of its layer LAYER, where LAYER is not NULL and
 * there is such a device; else the volume's own; else any other layer's. DEVICE_MAPPER_GONE: no
 * device is LVID's. Where the answer is DEVICE_MAPPER_SEEN the table is to be released.
 */
enum device_mapper_answer device_mapper_read_table(const char *lvid, const char *layer,
	struct device_mapper_table *table, struct lvmpolld_error *error);
/*
 * Reads into LINES the table of the device that TABLE is of, with what "dmsetup table" shows in
 * place of its status. Returns 0 or a negative errno; then LINES is to be released.
 */
int device_mapper_read_lines(const struct device_mapper_table *table,
	struct device_mapper_table *lines, struct lvmpolld_error *error);

/* Likewise its status, as device_mapper_read_table has it. */
int device_mapper_read_status(const struct device_mapper_table *table,
	struct device_mapper_table *status, struct lvmpolld_error *error);

/* Likewise the table of the device with UUID, with its status. */
enum device_mapper_answer device_mapper_read_device(
	const char *uuid, struct device_mapper_table *table, struct lvmpolld_error *error);

/* Reads the UUID and the name of device NUMBER; "" where it has none. */
enum device_mapper_answer device_mapper_identify(
	uint64_t number, char uuid[LVID_UUID_SIZE], char name[DEVICE_MAPPER_NAME_SIZE]);

void device_mapper_release_table(struct device_mapper_table *table);

#endif

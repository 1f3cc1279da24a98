/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A survey: all devices that are lvm2's, with their tables, whether or not anybody has asked for
 * their volumes.
 */
#ifndef CORE_MONITOR_SURVEY_H
#define CORE_MONITOR_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "monitor/device_mapper.h"
#include "protocol/lvid.h"
#include "protocol/lvm_names.h"

/* So many volumes below a device are told: lvm2's mirrors have fewer legs. */
#define SURVEY_BELOW_MAX 16

/* A device, as it was at one moment. */
struct survey_device {
	char uuid[LVID_UUID_SIZE];
	char lvid[LVM_NAMES_LVID_LENGTH + 1];
	const char *layer; /* "" for the volume's own device */
	/* As "dmsetup table" has it. The names of group and volume have passed lvm2's rules. */
	struct device_mapper_table table;
	/* The names of the volumes of the same group that the table names, ended by NULL. */
	const char *below[SURVEY_BELOW_MAX + 1];
	size_t below_count;
	/* Its status, where that was asked for and could be read. */
	struct device_mapper_table status;
	bool has_status;
};

struct survey {
	unsigned number;  /* how often one was asked for before it was made */
	int64_t asked_ms; /* when it was asked for, by running_clock_ms: no table is older */
	bool is_whole;    /* no device was left out: what is not here is no longer there */
	size_t count;
	struct survey_device devices[]; /* in order of their numbers */
};

/*
 * Asks the kernel for all devices, with WANTS_STATUS for their status, too, which may hang: a
 * prober does that. Where no list can be had it is not whole. NULL when out of memory. To be freed
 * with survey_free.
 */
struct survey *survey_make(bool wants_status);
void survey_free(struct survey *survey);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A log of "dmsetup status": tables of a device, one after the other. */
#ifndef KIT_STATUS_LOG_H
#define KIT_STATUS_LOG_H

#include <stddef.h>
#include <stdio.h>

#include "util/error.h"

/* The lines of one table. */
struct status_table {
	unsigned line; /* its first, in the log */
	size_t count;
	char **lines;
};

struct status_log {
	size_t count;
	struct status_table *tables; /* of equal neighbours one is kept */
	unsigned left_out;           /* lines that belong to no table */
	char *device;                /* the name of the device; or NULL */
};

/*
 * Reads FILE. DEVICE: the device-mapper name whose lines are taken; NULL where the log has one
 * device alone. Returns 0, or a negative errno with the reason. The log is to be freed in both
 * cases.
 */
int status_log_read(
	struct status_log *log, const char *file, const char *device, struct lvmpolld_error *error);
void status_log_free(struct status_log *log);

/* Writes a scenario to STREAM that shows MODULE these tables, with what it says of them now. */
int status_log_write_scenario(const struct status_log *log, const char *file, const char *module,
	FILE *stream, struct lvmpolld_error *error);

#endif

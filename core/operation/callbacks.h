/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asks the plugin of an operation: with what it keeps of the operation, and what it logs is about
 * that. Main thread.
 */
#ifndef CORE_OPERATION_CALLBACKS_H
#define CORE_OPERATION_CALLBACKS_H

#include <lvmpolld/plugin.h>

#include "operation/operation.h"

/* See plugin_build_arguments. ASKED is what the latest request has asked for, or near it. */
int callbacks_build_arguments(const struct operation *operation,
	const struct lvmpolld_request *asked, struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error);
/* See plugin_read_line. */
bool callbacks_read_line(
	const struct operation *operation, const char *line, struct lvmpolld_progress *progress);
/* See plugin_read_exit. */
enum lvmpolld_outcome callbacks_read_exit(const struct operation *operation,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress);
/* See plugin_read_report. */
enum lvmpolld_standing callbacks_read_report(
	const struct operation *operation, const struct lvmpolld_row *volume);

#endif

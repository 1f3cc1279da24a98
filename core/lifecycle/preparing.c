/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an attempt runs: its argument list, and whether it may be run. */
#include "config.h"

#include <errno.h>

#include "configuration/configuration.h"
#include "lifecycle/context.h"
#include "lifecycle/preparing.h"
#include "operation/callbacks.h"
#include "process/arguments.h"

/*
 * With a long interval lvpoll looks once. A second look would let it step on to data not known to
 * be copied.
 */
#define STEP_INTERVAL "3600"

/*
 * With 0 a step would wait in the kernel with the group's lock held. With "+15" lvpoll would wait
 * first: the daemon has done that, and an abort waits for nothing. It finds nothing then with lvm2
 * 2.03.39, and says that all is well.
 */
static const char *choose_interval(const struct operation *operation)
{
	const char *asked = operation->lead->asked.interval;

	if (operation->attempt.purpose == ATTEMPT_STEP)
		return STEP_INTERVAL;
	return asked[0] == '+' ? asked + 1 : asked;
}

static int build_arguments(const struct operation *operation, const char *interval,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	struct lvmpolld_request asked = device_asked(operation->device, operation->lead);

	asked.interval = interval;
	asked.vg_name = operation->attempt.vg_name;
	asked.lv_name = operation->attempt.lv_name;
	asked.phase = operation->attempt.phase;
	if (arguments_add(arguments, operation->operations->configuration->lvm_binary) < 0)
		return error_set(error, ENOMEM, "cannot start an lvm command: out of memory");
	return callbacks_build_arguments(operation, &asked, arguments, error);
}

/* The kernel shows a step that is due, or an abort was asked for, which needs no proof. */
static bool is_step_shown(struct operation *operation)
{
	const struct observation *seen = &operation->device->observation;
	bool is_due;

	device_lock(operation->device);
	is_due = seen->kind == OBSERVED && seen->verdict == LVMPOLLD_STEP;
	device_unlock(operation->device);
	return operation->attempt.purpose == ATTEMPT_ABORT ||
	       (operation->attempt.purpose == ATTEMPT_STEP && is_due);
}

/*
 * An lvpoll that is run without knowing the table looks for itself; another command does what it
 * says, and no signal ends it.
 */
int preparing_build(struct operation *operation, struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error)
{
	struct attempt *attempt = &operation->attempt;
	int result = build_arguments(operation, choose_interval(operation), arguments, error);

	if (result < 0)
		return result;
	attempt_set_command(attempt, arguments->list[1]);
	if (attempt_is_lvpoll(attempt) || is_step_shown(operation))
		return 0;
	return error_set(error, EOPNOTSUPP,
		"%s is not run: the kernel is not watched, or the volume's table is not understood",
		attempt->command_name);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attempts: each is one run of an lvm command for an operation. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/configuration.h"
#include "lifecycle/attempts.h"
#include "lifecycle/classify.h"
#include "lifecycle/classify_ends.h"
#include "lifecycle/context.h"
#include "lifecycle/preparing.h"
#include "lifecycle/recorder.h"
#include "lifecycle/resources.h"
#include "lifecycle/telling.h"
#include "loader/calls.h"
#include "log/log.h"
#include "lvm/command.h"
#include "monitor/monitor.h"
#include "operation/callbacks.h"
#include "operation/progress_log.h"
#include "process/arguments.h"
#include "util/boot.h"

/*
 * A step whose lvpoll has not changed the table within this time is tried again after a pause. It
 * doubles each time: the group may be locked for long, or the devices may be many.
 */
#define STEP_S     20
#define STEP_MAX_S 3600
/*
 * This long after lvpoll has told how far it is, or has changed the table, it only waits. Then it
 * is ended.
 */
#define STEP_END_MS 500

/* What the attempt of OPERATION runs. */
static struct command_kind kind_of(const struct operation *operation)
{
	bool is_lvpoll = attempt_is_lvpoll(&operation->attempt);

	return (struct command_kind){
		.name = attempt_name(&operation->attempt),
		.is_output_for_people = true,
		.is_for_volume = true,
		.is_left_to_end = !is_lvpoll,
		.phase = operation->attempt.phase,
		.questions = is_lvpoll ? NULL : operation->terms->plugin->interface->questions,
	};
}

/* An lvpoll that polls by itself must not keep other operations waiting for a turn. */
static bool is_in_the_way(const struct operations *operations)
{
	return operations->scheduler.waiting > 0 &&
	       operations->scheduler.running >= operations->configuration->lvm_max_running;
}

static void on_line(const char *text, void *context)
{
	struct operation *operation = context;
	struct operations *operations = operation->operations;
	struct attempt *attempt = &operation->attempt;
	struct device *device = operation->device;
	struct lvmpolld_progress former;
	double percent;
	bool told;

	/* How far the operation is the kernel tells where lvpoll is not what does it. */
	if (!attempt_is_lvpoll(attempt))
		return;
	device_lock(device);
	former = device->progress;
	told = callbacks_read_line(operation, text, &device->progress);
	percent = device->progress.percent;
	/* What the kernel shows is told where it is seen; how far an abort is says nothing. */
	if (told && former.total_sectors == 0 && attempt->purpose != ATTEMPT_ABORT)
		progress_log_quarter(device, &former, 0);
	device_unlock(device);
	if (!told)
		return;
	/* lvpoll has found its volume. */
	operation->is_begun = true;
	attempt->has_shown_end = percent >= 100;
	attempt->has_shown_more = percent < 100;
	if (attempt->has_shown_end)
		return;
	if (attempt->purpose == ATTEMPT_STEP)
		attempts_expect_end(operation);
	if (attempt->purpose != ATTEMPT_POLL)
		return;
	if (percent > former.percent)
		telling_end_failing(operation);
	if (is_in_the_way(operations))
		context_happened(operation, EVENT_WAY_IS_WANTED);
	operations->settle(operations);
}

static void on_silent(void *context)
{
	struct operation *operation = context;
	struct operations *operations = operation->operations;

	context_happened(operation, EVENT_IS_SILENT);
	operations->settle(operations);
}

/* What an lvm command does shows in the table, and no event tells of it. */
static void set_running(const struct operation *operation, bool is_running)
{
	struct monitor *monitor = operation->operations->monitor;

	if (monitor)
		monitor_set_command(monitor, operation->device, is_running);
}

static void on_ended(struct process_end end, bool was_terminated, void *context)
{
	struct operation *operation = context;
	struct operations *operations = operation->operations;
	struct attempt *attempt = &operation->attempt;
	const struct lvmpolld_progress progress = device_progress(operation->device);
	enum operation_event event;

	attempt->command = NULL;
	attempt->is_orphan = false;
	attempt->result = (struct request_result){.by_signal = end.by_signal, .value = end.value};
	scheduler_remove(&operations->scheduler, operation);
	set_running(operation, false);
	counts_add(&operations->counts, operation->terms->plugin->interface->operation,
		was_terminated || end.is_unknown || (!end.by_signal && end.value == 0)
			? COUNT_RUN_SUCCESS
			: COUNT_RUN_ERROR);
	/* What a stop has left is the next daemon's, which reads from the table what it has done.
	 */
	if (!operations->is_stopping || attempt_is_lvpoll(attempt))
		recorder_write(operation, RECORD_NO_COMMAND);
	event = classify_exit(operation, was_terminated || end.is_unknown, &progress);
	/* What lvpoll has done its lines tell: it may not have found its volume. */
	if (!attempt_is_lvpoll(attempt) && event != EVENT_EXIT_NOT_RUN)
		operation->is_begun = true;
	/* How an lvpoll ends that is adopted is no matter, since we have ended it. */
	attempt->end =
		event == EVENT_ENDED_STEP || event == EVENT_ENDED_POLL || event == EVENT_ENDED_ABORT
			? ATTEMPT_ENDED_BY_US
		: end.is_unknown && !attempt_is_lvpoll(attempt) ? ATTEMPT_END_UNKNOWN
								: ATTEMPT_ENDED_ITSELF;
	if (attempt->end != ATTEMPT_ENDED_ITSELF)
		attempt->result = (struct request_result){0};
	operation->failing_result = attempt->result;
	context_happened(operation, event);
	operations->settle(operations);
}

static const struct command_callbacks callbacks = {
	.line = on_line,
	.silent = on_silent,
	.ended = on_ended,
};

bool attempts_is_device_busy(const struct operation *operation)
{
	for (size_t i = 0; i < 2; i++) {
		const struct operation *other = operation->device->operations[i];

		if (other && other != operation &&
			(other->attempt.command || other->attempt.is_orphan))
			return true;
	}
	return false;
}

static void replace(char **string, const char *value)
{
	free(*string);
	*string = value ? strdup(value) : NULL;
}

/*
 * All I/O to the device fails. An lvpoll finds nothing copied, and loads lvm2's table again; or it
 * fails, where that has several segments. It lets go of nothing.
 */
static bool is_wiped(const struct observation *seen)
{
	return seen->kind == OBSERVED && seen->table_signature == 0;
}

/*
 * Whether the data that a step lets go of is proved to be copied, by what was SEEN last: since the
 * step fell due the table may have changed, or the device may have been suspended. Then what is
 * known of the data stays as it is. An lvpoll that polls by itself proves nothing.
 */
static bool is_proved(const struct operation *operation, const struct observation *seen)
{
	return seen->kind == OBSERVED && seen->verdict == LVMPOLLD_STEP && !is_wiped(seen) &&
	       classify_doubt(operation, seen) == DOUBT_NONE &&
	       !classify_is_let_go(operation, seen);
}

/* What the step lets go of, by what was SEEN last; where nothing is copied, that stays as it was.
 */
static struct evidence_step make_step(
	const struct operation *operation, const struct observation *seen) REQUIRES(device_role)
{
	const struct evidence *evidence = &operation->evidence;
	bool is_copied = seen->copies.count > 0 || seen->copies.is_unknown;

	return (struct evidence_step){
		.table = seen->table_signature,
		.to_sectors =
			is_copied ? operation->device->progress.done_sectors : evidence->to_sectors,
		.is_complete =
			is_copied ? seen->is_whole : evidence->is_complete && evidence->table == 0,
		.is_kernel_known = plugin_knows_kernel(operation->terms->plugin),
	};
}

/*
 * Whether the step that fell due must not begin: what was SEEN last does not prove any more that
 * all data was copied which it lets go of, and something tells that it may not be. It has waited
 * for its turn, and a copy may have failed meanwhile: LOG is the kernel's by now.
 */
static bool is_in_doubt(const struct operation *operation, const struct observation *seen,
	const struct kernel_log_state *log)
{
	struct observation now = *seen;

	now.log = *log;
	return operation->attempt.purpose == ATTEMPT_STEP &&
	       plugin_verifies(operation->terms->plugin) && !is_proved(operation, &now) &&
	       !is_wiped(seen) && classify_is_doubtful(operation, &now);
}

/*
 * Takes over what the device showed last, and sets the names that lvpoll is given: those that lvm2
 * reported, or the kernel shows, or the client told.
 */
static int note_seen(struct operation *operation)
{
	const struct lvmpolld_request *asked = &operation->lead->asked;
	struct attempt *attempt = &operation->attempt;
	struct device *device = operation->device;
	const struct observation *seen = &device->observation;
	struct kernel_log_state log = {0};

	if (operation->is_watchable && attempt->purpose == ATTEMPT_STEP)
		log = monitor_read_log(operation->operations->monitor);
	device_lock(device);
	if (is_in_doubt(operation, seen, &log)) {
		device_unlock(device);
		return -ESTALE;
	}
	replace(&attempt->vg_name, operation->reported_vg_name ? operation->reported_vg_name
				   : seen->vg_name             ? seen->vg_name
							       : asked->vg_name);
	replace(&attempt->lv_name, operation->reported_lv_name ? operation->reported_lv_name
				   : seen->lv_name             ? seen->lv_name
							       : asked->lv_name);
	attempt->signature = seen->signature;
	attempt->table_signature = seen->table_signature;
	attempt->phase = device->progress.phase;
	if (attempt->purpose == ATTEMPT_STEP && plugin_verifies(operation->terms->plugin) &&
		is_proved(operation, seen)) {
		const struct evidence_step step = make_step(operation, seen);

		evidence_begin(&operation->evidence, &seen->log, running_clock_ms(), &step);
	}
	device_unlock(device);
	replace(&operation->reported_vg_name, NULL);
	replace(&operation->reported_lv_name, NULL);
	return attempt->vg_name && attempt->lv_name ? 0 : -ENOMEM;
}

static int start_command(struct operation *operation, const struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error)
{
	struct attempt *attempt = &operation->attempt;
	const struct command_kind kind = kind_of(operation);

	attempt->command = command_start(operation->operations->base, &kind, operation->lead,
		arguments, &callbacks, operation, error);
	if (!attempt->command)
		return -error->code;
	attempt->pid = command_pid(attempt->command);
	return 0;
}

int attempts_start(struct operation *operation, struct lvmpolld_error *error)
{
	struct lvmpolld_arguments arguments = {0};
	int result;

	if (attempts_is_device_busy(operation))
		return error_set(error, EBUSY, "another lvm command still runs for it");
	result = note_seen(operation);
	if (result < 0)
		return error_set(error, -result,
			result == -ESTALE
				? "what was seen since the step fell due does not prove it"
				: "cannot start an lvm command: out of memory");
	operation->attempt.has_shown_end = operation->attempt.has_shown_more = false;
	operation->attempt.end = ATTEMPT_ENDED_ITSELF;
	operation->attempt.result = (struct request_result){0};
	result = preparing_build(operation, &arguments, error);
	if (result == 0) {
		recorder_write(operation, RECORD_STARTING);
		result = start_command(operation, &arguments, error);
	}
	arguments_clear(&arguments);
	recorder_write(operation, result == 0 ? RECORD_RUNNING : RECORD_NO_COMMAND);
	if (result == 0) {
		attempt_note_phase(&operation->attempt);
		set_running(operation, true);
	}
	return result;
}

/* It is ended where it does not end by itself. */
static bool is_step_of_lvpoll(const struct operation *operation)
{
	return operation->attempt.purpose == ATTEMPT_STEP && attempt_is_lvpoll(&operation->attempt);
}

void attempts_limit_step(struct operation *operation)
{
	unsigned doublings = operation->back_off.count;
	int64_t limit_s = doublings > 7 ? STEP_MAX_S : (int64_t)STEP_S << doublings;

	if (is_step_of_lvpoll(operation))
		resources_start_timer_ms(operation, 1000 * limit_s);
}

void attempts_expect_end(struct operation *operation)
{
	if (operation->state == STATE_RUNNING && is_step_of_lvpoll(operation))
		resources_hurry_timer_ms(operation, STEP_END_MS);
}

int attempts_adopt(struct operation *operation, const int outputs[2], struct lvmpolld_error *error)
{
	struct attempt *attempt = &operation->attempt;
	const struct command_kind kind = kind_of(operation);

	attempt->command = command_adopt(operation->operations->base, &kind, operation->lead,
		attempt->pid, attempt->start_ticks, outputs, &callbacks, operation, error);
	if (!attempt->command)
		return -error->code;
	/*
	 * When out of memory for its place in the queue it is not counted, which does no harm.
	 */
	if (scheduler_adopt(&operation->operations->scheduler, operation) < 0)
		log_operation(
			LOG_LEVEL_WARN, operation, "out of memory: its command is not counted");
	recorder_write(operation, RECORD_RUNNING);
	set_running(operation, true);
	return 0;
}

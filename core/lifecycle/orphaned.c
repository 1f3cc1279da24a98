/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lvm command that a previous daemon has left behind for a device: to poll it, or to abort. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/attempts.h"
#include "lifecycle/context.h"
#include "lifecycle/orphaned.h"
#include "lifecycle/recorder.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "lvm/command.h"
#include "process/process.h"
#include "records/reading.h"
#include "records/unusable.h"
#include "util/boot.h"

/*
 * A state directory may survive a reboot. Another process may have the same id and start time then.
 */
static bool is_of_this_run(const struct record *record)
{
	const char *present = boot_id();

	return !present || !record->boot_id || !strcmp(present, record->boot_id);
}

bool orphaned_is_on_record(const struct record *record, struct orphan *orphan)
{
	uint64_t present_ticks;

	*orphan = (struct orphan){0};
	/* Its process id is unknown: it is looked for in the loop. */
	if (record->command == RECORD_STARTING)
		return true;
	if (record->command != RECORD_RUNNING || !is_of_this_run(record))
		return false;
	/* If that cannot be read, the process may run: its adoption will tell. */
	present_ticks = process_read_start(record->pid);
	if (present_ticks != record->start_ticks && present_ticks != 0)
		return false;
	*orphan = (struct orphan){record->pid, record->start_ticks, record->command_name};
	return true;
}

/* An lvpoll may run for the device, since the record of it cannot be used. */
static bool may_run(const struct operation *operation)
{
	const struct record_directory *records = &operation->operations->records;
	const char *lvid = operation->terms->asked.lvid;

	return records->is_unread || record_is_unusable(records, lvid, false) ||
	       record_is_unusable(records, lvid, true);
}

static void set_name(char **name, const char *value)
{
	free(*name);
	*name = value ? strdup(value) : NULL;
}

static int take_left(const struct record *record, void *context, struct lvmpolld_error *error)
{
	struct operation *operation = context;
	struct attempt *attempt = &operation->attempt;
	const struct lvmpolld_request *asked = &record->request;
	struct orphan orphan;

	(void)error;
	if (!orphaned_is_on_record(record, &orphan))
		return 0;
	attempt->is_orphan = true;
	attempt->pid = orphan.pid;
	attempt->start_ticks = orphan.start_ticks;
	attempt_set_command(attempt, record->command_name);
	set_name(&attempt->vg_name, record->step_vg_name ? record->step_vg_name : asked->vg_name);
	set_name(&attempt->lv_name, record->step_lv_name ? record->step_lv_name : asked->lv_name);
	return 0;
}

enum record_command orphaned_recall(struct operation *operation)
{
	struct attempt *attempt = &operation->attempt;

	attempt->is_orphan = may_run(operation);
	if (record_read_left(&operation->operations->records, operation->terms->asked.lvid,
		    take_left, operation) < 0)
		attempt->is_orphan = true;
	return attempt->pid > 0     ? RECORD_RUNNING
	       : attempt->is_orphan ? RECORD_STARTING
				    : RECORD_NO_COMMAND;
}

void orphaned_forget(const struct operation *operation)
{
	if (!operation->is_record_stale)
		record_forget_left(&operation->operations->records, operation->terms->asked.lvid);
}

/* Whether an lvpoll may run whose process id is not known. */
static bool is_looked_for(const struct operation *operation)
{
	return operation->attempt.is_orphan && operation->attempt.pid == 0;
}

/* An orphan whose process id is on record is its own operation's, also before it is adopted. */
static bool is_ours(pid_t pid, void *context)
{
	const struct operations *operations = context;
	const struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		if ((operation->attempt.command || operation->attempt.is_orphan) &&
			operation->attempt.pid == pid)
			return true;
	return false;
}

/* A record may have one that its plugin has no longer. */
static bool is_command(const char *word, void *context)
{
	const struct operations *operations = context;
	const struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		if (operation->attempt.is_orphan &&
			strcmp(attempt_name(&operation->attempt), word) == 0)
			return true;
	return plugins_have_command(operations->plugins, word);
}

static void on_known(void *context);

/* Looks for the command by the volume's lvid, and an lvpoll by the names that it was given. */
static enum orphans_answer look_for(const struct operation *operation, struct orphan *found)
{
	static const struct orphans_callbacks callbacks = {
		.known = on_known, .is_command = is_command, .is_ours = is_ours};
	struct operations *operations = operation->operations;
	struct lvmpolld_request given = operation->terms->asked;

	if (operation->attempt.vg_name && operation->attempt.lv_name) {
		given.vg_name = operation->attempt.vg_name;
		given.lv_name = operation->attempt.lv_name;
	}
	if (!operations->orphans)
		operations->orphans = orphans_new(operations->base, &callbacks, operations);
	/* Out of memory: the timer of the state leads here again. */
	if (!operations->orphans)
		return ORPHANS_CANNOT_TELL;
	return orphans_find(
		operations->orphans, operation->terms->plugin->interface->operation, &given, found);
}

/* The first operation that waits for the search and can be answered; or NULL. */
static struct operation *find_answered(struct operations *operations)
{
	struct operation *operation;
	struct orphan unused;

	TAILQ_FOREACH (operation, &operations->list, link)
		if (is_looked_for(operation) &&
			(operation->state == STATE_BACKING_OFF ||
				operation->state == STATE_YIELDING) &&
			look_for(operation, &unused) < ORPHANS_NOT_KNOWN)
			return operation;
	return NULL;
}

/* Begins anew after each operation, since what follows may end others of the list. */
static void on_known(void *context)
{
	struct operations *operations = context;
	struct operation *operation;

	while (!operations->is_stopping && (operation = find_answered(operations)))
		context_happened(operation, EVENT_ORPHAN_LEFT);
	operations->settle(operations);
}

/* There is no lvpoll, or no longer. */
static bool settle_without(struct operation *operation)
{
	operation->attempt.is_orphan = false;
	devices_note_ended(&operation->operations->devices, operation->device);
	evidence_note_unseen_end(&operation->evidence);
	recorder_write(operation, RECORD_NO_COMMAND);
	return true;
}

/* Two that see to one operation would disturb each other. */
static void log_adopted(const struct operation *operation)
{
	const struct attempt *attempt = &operation->attempt;

	log_operation(LOG_LEVEL_WARN, operation, "%s[%d] of a previous daemon still runs: it is %s",
		attempt_name(attempt), (int)attempt->pid,
		attempt_is_lvpoll(attempt) ? "ended first" : "left to end by itself first");
}

/*
 * The abort has it already, or what is aborted: it is on both records, as where a daemon could
 * write neither anew.
 */
static bool is_adopted_by_other(const struct operation *operation)
{
	const struct operation *other =
		operation->device->operations[!operation_is_abort(operation)];

	return other && other->attempt.command && other->attempt.pid == operation->attempt.pid;
}

/* Adopts it, to end it or to wait for its end. */
static bool adopt(struct operation *operation)
{
	static const int outputs[2] = {-1, -1};
	struct lvmpolld_error error;
	int result = is_adopted_by_other(operation) ? -ESRCH
						    : attempts_adopt(operation, outputs, &error);

	if (result == -ESRCH)
		return settle_without(operation);
	operation->attempt.is_orphan = result < 0;
	operation->attempt.failure = -result;
	if (result == 0)
		log_adopted(operation);
	else
		log_operation(LOG_LEVEL_ERROR, operation, "%s; trying again", error.sentence);
	return result == 0;
}

bool orphaned_adopt(struct operation *operation)
{
	struct orphan found;
	enum orphans_answer answer;

	if (!is_looked_for(operation))
		return adopt(operation);
	answer = look_for(operation, &found);
	switch (answer) {
	case ORPHANS_NOT_KNOWN:
	case ORPHANS_CANNOT_TELL:
		operation->attempt.failure = answer == ORPHANS_NOT_KNOWN ? EINPROGRESS : EAGAIN;
		return false;
	case ORPHANS_FOUND:
		operation->attempt.pid = found.pid;
		operation->attempt.start_ticks = found.start_ticks;
		attempt_set_command(&operation->attempt, found.command_name);
		return adopt(operation);
	case ORPHANS_NONE:
	default:
		return settle_without(operation);
	}
}

void orphaned_look_for(struct operation *operation)
{
	if (operation->attempt.command || operation->attempt.is_orphan ||
		(operation->state != STATE_LOOKING && operation->state != STATE_YIELDING) ||
		!may_run(operation))
		return;
	operation->attempt.is_orphan = true;
	recorder_write(operation, RECORD_STARTING);
	context_happened(operation, EVENT_ORPHAN_LEFT);
}

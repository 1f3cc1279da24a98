/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resumes the operations that a previous daemon had in flight. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "configuration/configuration.h"
#include "lifecycle/context.h"
#include "lifecycle/orphaned.h"
#include "lifecycle/recovery.h"
#include "lifecycle/resume.h"
#include "loader/options.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "records/directory.h"
#include "records/lock.h"
#include "records/reading.h"
#include "records/record.h"
#include "records/unusable.h"

/*
 * Without its plugin an operation is not polled by lvpoll alone: the plugin may be what keeps lvm2
 * from losing data, and an administrator who removed it wants no daemon to do this.
 */
static int refuse_without_plugin(const struct operations *operations, const struct record *record,
	struct lvmpolld_error *error)
{
	char reason[384];
	bool is_known = plugins_explain_missing(
		operations->plugins, record->operation_name, reason, sizeof(reason));

	return error_set(error, ENOPKG,
		"%s/%s was in flight and is left alone: no plugin for the operation %s is "
		"loaded%s%s%s",
		record->request.vg_name, record->request.lv_name, record->operation_name,
		is_known ? " (" : "", is_known ? reason : "", is_known ? ")" : "");
}

/* Terms of RECORD. One whose options are not those of PLUGIN waits for a daemon that fits. */
static struct terms *make_terms(const struct record *record, const struct plugin_entry *plugin,
	struct lvmpolld_error *error)
{
	struct lvmpolld_request asked = record->request;
	struct terms *terms = NULL;
	int result = options_new(plugin->interface, record->options, false, &asked.options, error);

	if (result == 0)
		terms = terms_new(&asked, plugin);
	options_release(asked.options);
	if (result == -EINVAL) {
		error_add_context(error, "%s/%s was in flight and is left alone", asked.vg_name,
			asked.lv_name);
		error->code = ENOPKG;
	} else if (!terms) {
		error_set(error, ENOMEM, "out of memory");
	}
	return terms;
}

static void take_orphan(const struct record *record, struct resume_info *info)
{
	struct orphan orphan = {0};

	info->is_orphan = orphaned_is_on_record(record, &orphan);
	info->pid = orphan.pid;
	info->start_ticks = orphan.start_ticks;
	/* Whether it has ended meanwhile, or will be adopted: how it ends nobody will know. */
	if (record->command_name && record->command != RECORD_NO_COMMAND)
		info->end = ATTEMPT_END_UNKNOWN;
	info->purpose = record->is_command_abort ? ATTEMPT_ABORT : ATTEMPT_POLL;
}

/*
 * Records come in the order of their names, aborts first: so an operation that is being aborted
 * finds its abort, if that is still under way.
 */
static int take_record(const struct record *record, void *context, struct lvmpolld_error *error)
{
	struct operations *operations = context;
	const struct plugin_entry *plugin =
		plugins_find_operation(operations->plugins, record->operation_name);
	struct resume_info info = {
		.is_being_aborted = record->is_being_aborted,
		.is_forgotten = record->is_forgotten,
		.not_before_ms = record->not_before_ms,
		.begun_ms = record->begun_ms,
		.number = record->number,
		.accepted_s = record->accepted_s,
		.outputs = {-1, -1},
		.command_name = record->command_name,
		.vg_name = record->step_vg_name,
		.lv_name = record->step_lv_name,
		.evidence = resume_read_evidence(record),
	};
	struct terms *terms;

	evidence_note_unwatched(&info.evidence, record->command != RECORD_NO_COMMAND);
	if (!plugin)
		return refuse_without_plugin(operations, record, error);
	if (record->request.abort && !plugin->interface->supports_abort)
		return error_set(error, EBADMSG, "the operation %s cannot be aborted",
			record->operation_name);
	terms = make_terms(record, plugin, error);
	if (!terms)
		return -error->code;
	take_orphan(record, &info);
	return resume_operation(operations, terms, &info, error);
}

static void complain(const struct lvmpolld_error *error)
{
	log_error("operations will not survive a crash of the daemon: %s", error->sentence);
}

int recovery_open(struct operations *operations, struct lvmpolld_error *error)
{
	int result = record_directory_open(
		&operations->records, operations->configuration->state_directory, error);

	/* A shortage passes, and a daemon that knew nothing would say that nothing is in flight. */
	if (result < 0 && result != -ENOMEM && result != -EMFILE && result != -ENFILE) {
		complain(error);
		operations->records.is_unread = true;
		return 0;
	}
	if (result == 0)
		result = record_directory_lock(&operations->records, error);
	/* The next attempt opens it again. */
	if (result < 0)
		record_directory_close(&operations->records);
	return result;
}

void recovery_adopt(struct operations *operations, int descriptor)
{
	struct lvmpolld_error error;

	if (descriptor >= 0 && record_directory_adopt(&operations->records,
				       operations->configuration->state_directory, descriptor) == 0)
		return;
	/*
	 * The old program had no state directory, or it was removed. There is no way back to that
	 * program.
	 */
	if (recovery_open(operations, &error) < 0)
		complain(&error);
	operations->records.is_unread = true;
}

bool recovery_is_needed(const struct configuration *configuration)
{
	DIR *directory = configuration->resume == CONFIGURATION_RESUME_NEVER
				 ? NULL
				 : opendir(configuration->state_directory);
	const struct dirent *entry;
	bool is_needed = false;

	while (directory && !is_needed && (entry = readdir(directory)))
		is_needed = entry->d_name[0] != '.';
	if (directory)
		closedir(directory);
	return is_needed;
}

static void log_taken(size_t taken)
{
	if (taken > 0)
		log_notice("%zu record%s of a previous daemon found: resuming what was in flight",
			taken, taken == 1 ? "" : "s");
}

/* The record of a poll may be unusable, and that of its abort not, or the other way round. */
static void look_for_orphans(struct operations *operations)
{
	struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		orphaned_look_for(operation);
}

/* The record is kept in PATH.left/: an lvpoll may run, and nobody goes on without being asked. */
static int leave_record(const struct record *record, void *context, struct lvmpolld_error *error)
{
	struct operations *operations = context;

	(void)error;
	record_leave(&operations->records, &record->request);
	return 0;
}

/* Names an operation that is not resumed, once, for the administrator. */
static int name_record(const struct record *record, void *context, struct lvmpolld_error *error)
{
	const struct lvmpolld_request *request = &record->request;
	const struct log_subject subject = {
		.vg_name = request->vg_name,
		.lv_name = request->lv_name,
		.lvid = request->lvid,
		.operation = record->operation_name,
	};

	log_write_subject(LOG_LEVEL_WARN, &subject,
		"%s was left in flight by a previous daemon and is not resumed (daemon.resume): "
		"\"vgchange --poll y %s\" lets it go on",
		request->abort ? "its abort" : "it", request->vg_name);
	return leave_record(record, context, error);
}

int recovery_run(struct operations *operations, struct lvmpolld_error *error)
{
	bool is_left = operations->configuration->resume == CONFIGURATION_RESUME_NEVER;
	struct lvmpolld_error reason;
	size_t taken;
	int result;

	record_wake_all(&operations->records);
	/* Records whose plugin is still missing are set aside and logged again. */
	record_bring_back(&operations->records, NULL, NULL);
	result = record_read_all(&operations->records, is_left ? name_record : take_record,
		operations, &taken, &reason);
	if (result < 0)
		return error_set(error, -result,
			"what was in flight cannot be resumed now: %s; the records stay for the "
			"next start",
			reason.sentence);
	if (is_left)
		return 0;
	log_taken(taken);
	look_for_orphans(operations);
	return 0;
}

void recovery_leave_none(struct operations *operations)
{
	struct lvmpolld_error error;
	size_t left;

	if (operations->configuration->resume != CONFIGURATION_RESUME_AFTER_CRASH)
		return;
	record_wake_all(&operations->records);
	record_bring_back(&operations->records, NULL, NULL);
	if (record_read_all(&operations->records, leave_record, operations, &left, &error) < 0)
		log_error("what is in flight will be resumed after all (daemon.resume): %s",
			error.sentence);
	if (left > 0)
		log_notice("%zu operation%s in flight stay%s as %s, until a client asks for %s "
			   "(daemon.resume)",
			left, left == 1 ? "" : "s", left == 1 ? "s" : "",
			left == 1 ? "it is" : "they are", left == 1 ? "it" : "them");
}

void recovery_run_postponed(struct operations *operations)
{
	log_taken(record_bring_back(&operations->records, take_record, operations));
}

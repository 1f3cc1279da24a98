/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls a plugin, the standard way where it has no callback, and checks its answers. */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "comparing/copies.h"
#include "loader/answers.h"
#include "loader/calls.h"
#include "loader/defaults.h"
#include "loader/disks.h"
#include "loader/findings.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "process/arguments.h"

bool plugin_has_command(const struct plugin_entry *entry, const char *name)
{
	const char *const *commands = entry->interface->commands;

	while (commands && *commands && strcmp(*commands, name) != 0)
		commands++;
	return (commands && *commands) || strcmp(name, "lvpoll") == 0;
}

void *plugin_open(const struct plugin_entry *entry, const struct lvmpolld_request *request)
{
	return entry->interface->open ? entry->interface->open(request) : NULL;
}

void plugin_close(const struct plugin_entry *entry, void *handle)
{
	if (handle)
		entry->interface->close(handle);
}

/*
 * ARGUMENTS, of which GIVEN were there before. A question of lvm2's means that somebody must
 * decide: nobody does that here.
 */
static int check_arguments(const struct plugin_entry *entry,
	const struct lvmpolld_arguments *arguments, size_t given, struct lvmpolld_error *error)
{
	const char *answer = answers_find(arguments);

	if (arguments->count == given)
		return error_set(
			error, EPROTO, "plugin %s builds an empty argument list", entry->name);
	if (answer)
		return error_set(error, EPERM,
			"plugin %s gives lvm the argument \"%s\", which answers its questions: "
			"it is not run",
			entry->name, answer);
	if (!plugin_has_command(entry, arguments->list[given]))
		return error_set(error, EPERM,
			"plugin %s builds \"lvm %s\", which is neither lvpoll nor one of its "
			"commands: it is not run",
			entry->name, arguments->list[given]);
	return 0;
}

int plugin_build_arguments(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	const struct lvmpolld_plugin *plugin = entry->interface;
	size_t given = arguments->count;
	int result;

	if (plugin->kernel_only)
		return error_set(error, EOPNOTSUPP,
			"the kernel does all of it, and is not watched, or its table is not "
			"understood");
	if (!plugin->build_arguments) {
		result = plugin_defaults_add_arguments(arguments, request, plugin->operation);
		return result < 0 ? error_set(error, -result, "out of memory") : 0;
	}
	error_set(error, EPROTO, "plugin %s builds no arguments and says no reason", entry->name);
	if (plugin->build_arguments(request, arguments, error) != 0)
		return -error->code;
	return check_arguments(entry, arguments, given, error);
}

/* As many as there can be in bytes, which messages tell. */
#define SECTORS_MAX (INT64_MAX / 512)

/* Whether PROGRESS, as a plugin left it, is possible: unknown, or within its bounds. */
static bool is_possible(const struct lvmpolld_progress *progress)
{
	return !isnan(progress->percent) && progress->percent <= 100 &&
	       progress->done_sectors <= progress->total_sectors &&
	       progress->total_sectors <= SECTORS_MAX;
}

/* Takes READING, as a plugin left it, over into PROGRESS. Returns false where it cannot be. */
static bool take_progress(const struct plugin_entry *entry, struct lvmpolld_progress *progress,
	const struct lvmpolld_progress *reading)
{
	if (!is_possible(reading)) {
		log_warn("plugin %s tells an impossible progress: %g %%, %llu of %llu sectors",
			entry->name, reading->percent, (unsigned long long)reading->done_sectors,
			(unsigned long long)reading->total_sectors);
		return false;
	}
	*progress = *reading;
	return true;
}

bool plugin_read_line(
	const struct plugin_entry *entry, const char *line, struct lvmpolld_progress *progress)
{
	const struct lvmpolld_plugin *plugin = entry->interface;
	struct lvmpolld_progress reading = *progress;

	reading.struct_size = sizeof(reading);
	if (!plugin->read_line)
		return plugin->progress_label &&
		       plugin_defaults_read_line(line, plugin->progress_label, progress);
	if (!plugin->read_line(line, &reading))
		return false;
	/* That is the table's to tell. */
	reading.phase = progress->phase;
	return take_progress(entry, progress, &reading);
}

/* VERDICT, if the plugin may give it; else POLL. */
static enum lvmpolld_verdict check_verdict(
	const struct plugin_entry *entry, enum lvmpolld_verdict verdict)
{
	switch (verdict) {
	case LVMPOLLD_POLL:
	case LVMPOLLD_WATCH:
	case LVMPOLLD_WATCH_TIMED:
	case LVMPOLLD_DATA_LOSS:
	case LVMPOLLD_DONE:
		return verdict;
	case LVMPOLLD_STEP:
		if (!entry->interface->kernel_only)
			return verdict;
		log_warn("plugin %s asks for a step, but is kernel_only", entry->name);
		return LVMPOLLD_POLL;
	}
	log_warn("plugin %s gives the verdict %d, which does not exist: %s", entry->name,
		(int)verdict,
		entry->interface->kernel_only ? "its table is taken for not understood"
					      : "lvpoll polls instead");
	return LVMPOLLD_POLL;
}

enum lvmpolld_verdict plugin_read_targets(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_progress *progress)
{
	const struct lvmpolld_plugin *plugin = entry->interface;
	struct lvmpolld_progress reading = *progress;
	enum lvmpolld_verdict verdict;

	progress->phase = 0;
	progress->waits = NULL;
	if (!plugin->read_targets)
		return LVMPOLLD_POLL;
	reading.struct_size = sizeof(reading);
	reading.phase = 0;
	reading.waits = NULL;
	verdict = plugin->read_targets(request, targets, count, &reading);
	verdict = check_verdict(entry, verdict);
	if (verdict != LVMPOLLD_POLL && !take_progress(entry, progress, &reading))
		return LVMPOLLD_POLL;
	return verdict;
}

enum lvmpolld_outcome plugin_read_exit(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_exit *ended,
	const struct lvmpolld_progress *progress)
{
	enum lvmpolld_outcome outcome;

	if (!entry->interface->read_exit)
		return plugin_defaults_read_exit(ended);
	outcome = entry->interface->read_exit(request, ended, progress);
	if (outcome == LVMPOLLD_FINISHED || outcome == LVMPOLLD_CONTINUES)
		return outcome;
	log_warn("plugin %s gives the outcome %d, which does not exist", entry->name, (int)outcome);
	return plugin_defaults_read_exit(ended);
}

enum lvmpolld_standing plugin_read_report(const struct plugin_entry *entry,
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	enum lvmpolld_standing standing;

	if (!entry->interface->read_report)
		return LVMPOLLD_STANDING_CANNOT_TELL;
	standing = entry->interface->read_report(request, volume);
	switch (standing) {
	case LVMPOLLD_STANDING_CANNOT_TELL:
	case LVMPOLLD_STANDING_GOES_ON:
	case LVMPOLLD_STANDING_OVER:
	case LVMPOLLD_STANDING_FAILED:
		return standing;
	}
	log_warn("plugin %s gives the standing %d, which does not exist", entry->name,
		(int)standing);
	return LVMPOLLD_STANDING_CANNOT_TELL;
}

void plugin_read_copies(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	const struct lvmpolld_target *table, size_t count, struct lvmpolld_copies *copies)
{
	memset(copies, 0, sizeof(*copies));
	if (entry->interface->read_copies &&
		!entry->interface->read_copies(request, table, count, copies))
		copies->is_unknown = true;
}

bool plugin_verifies(const struct plugin_entry *entry)
{
	return entry->interface->read_copies && entry->verify != PLUGIN_VERIFY_NEVER;
}

bool plugin_knows_kernel(const struct plugin_entry *entry)
{
	const char *const *patterns = entry->interface->log_kernels;
	struct utsname kernel;

	if (!patterns || !entry->interface->log_failures || uname(&kernel) < 0)
		return false;
	while (*patterns && fnmatch(*patterns, kernel.release, 0) != 0)
		patterns++;
	return *patterns;
}

void plugin_read_disks(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_disks *disks)
{
	snprintf(disks->lvid, sizeof(disks->lvid), "%s", request->lvid);
	if (entry->interface->read_disks)
		entry->interface->read_disks(request, targets, count, disks);
}

void plugin_read_findings(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	struct lvmpolld_findings told = {0};

	if (!entry->interface->read_findings)
		return;
	entry->interface->read_findings(request, targets, count, &told);
	if (told.count > 0)
		*findings = told;
}

bool plugin_can_discover(const struct lvmpolld_plugin *plugin)
{
	return (plugin->startable || plugin->kernel_only) && plugin->claims && !plugin->read_copies;
}

int plugin_check_start(const struct plugin_entry *entry, const struct lvmpolld_request *request,
	struct lvmpolld_error *error)
{
	int result;

	if (!entry->interface->check_start)
		return 0;
	error_set(error, EINVAL, "the plugin %s refuses it", entry->name);
	result = entry->interface->check_start(request, error);
	if (result == 0)
		return 0;
	error->code = EINVAL;
	return -EINVAL;
}

static unsigned rank_of(const struct lvmpolld_plugin *plugin)
{
	return plugin->kernel_only ? 0 : plugin->startable ? 1 : 2;
}

bool plugin_goes_before(const struct lvmpolld_plugin *plugin, const struct lvmpolld_plugin *other)
{
	return rank_of(plugin) > rank_of(other);
}

bool plugin_claims(const struct plugin_entry *entry, const struct lvmpolld_device *device,
	const struct lvmpolld_target *table, size_t count)
{
	return entry->interface->claims && entry->interface->claims(device, table, count);
}

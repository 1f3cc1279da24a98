/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Calls a plugin, the standard way where it has no callback, and believes no nonsense. */
#include <config.h>

#include "loader/plugins.h"

#include <errno.h>
#include <math.h>

#include "process/arguments.h"
#include "log/log.h"
#include "loader/plugin_defaults.h"

int plugin_build_arguments(const struct plugin_entry *entry,
	const struct lvmpolld_operation *operation, struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error)
{
	const struct lvmpolld_plugin *plugin = entry->plugin;
	int result;

	if (plugin->build_arguments == NULL) {
		result = plugin_defaults_add_arguments(arguments, operation, plugin->operation);
		return result < 0 ? error_set(error, -result, "not enough memory") : 0;
	}
	error_set(error, EPROTO, "plugin %s builds no arguments and says no reason", entry->name);
	if (plugin->build_arguments(operation, arguments, error) != 0)
		return -error->code;
	return arguments->count > 0
		       ? 0
		       : error_set(error, EPROTO, "plugin %s builds an empty argument list",
				 entry->name);
}

/* Whether PROGRESS, as a plugin left it, can be: unknown, or within its bounds. */
static bool is_possible(const struct lvmpolld_progress *progress)
{
	return !isnan(progress->percent) && progress->percent <= 100 &&
	       progress->done_sectors <= progress->total_sectors;
}

/* Takes what a plugin has written to READ over into PROGRESS, where it can be. */
static bool take_progress(const struct plugin_entry *entry, struct lvmpolld_progress *progress,
	const struct lvmpolld_progress *read)
{
	if (!is_possible(read)) {
		log_warn("plugin %s tells an impossible progress: %g %%, %llu of %llu sectors",
			entry->name, read->percent, (unsigned long long)read->done_sectors,
			(unsigned long long)read->total_sectors);
		return false;
	}
	*progress = *read;
	return true;
}

bool plugin_read_line(
	const struct plugin_entry *entry, const char *line, struct lvmpolld_progress *progress)
{
	const struct lvmpolld_plugin *plugin = entry->plugin;
	struct lvmpolld_progress read = *progress;

	read.struct_size = sizeof(read);
	if (plugin->read_line == NULL)
		return plugin->progress_label != NULL &&
		       plugin_defaults_read_line(line, plugin->progress_label, progress);
	return plugin->read_line(line, &read) && take_progress(entry, progress, &read);
}

enum lvmpolld_verdict plugin_read_targets(const struct plugin_entry *entry,
	const struct lvmpolld_operation *operation, const struct lvmpolld_target *targets,
	size_t count, struct lvmpolld_progress *progress)
{
	const struct lvmpolld_plugin *plugin = entry->plugin;
	struct lvmpolld_progress read = *progress;
	enum lvmpolld_verdict verdict;

	if (plugin->read_targets == NULL)
		return LVMPOLLD_NOT_MINE;
	read.struct_size = sizeof(read);
	verdict = plugin->read_targets(operation, targets, count, &read);
	switch (verdict) {
	case LVMPOLLD_NOT_MINE:
		return LVMPOLLD_NOT_MINE;
	case LVMPOLLD_WATCH:
	case LVMPOLLD_WATCH_TIMED:
	case LVMPOLLD_STEP:
	case LVMPOLLD_GIVE_UP:
		return take_progress(entry, progress, &read) ? verdict : LVMPOLLD_NOT_MINE;
	}
	log_warn("plugin %s gives the verdict %d, which does not exist: lvpoll polls instead",
		entry->name, (int)verdict);
	return LVMPOLLD_NOT_MINE;
}

enum lvmpolld_outcome plugin_read_exit(const struct plugin_entry *entry,
	const struct lvmpolld_operation *operation, const struct lvmpolld_exit *exit,
	const struct lvmpolld_progress *progress)
{
	enum lvmpolld_outcome outcome;

	if (entry->plugin->read_exit == NULL)
		return plugin_defaults_read_exit(exit);
	outcome = entry->plugin->read_exit(operation, exit, progress);
	if (outcome == LVMPOLLD_FINISHED || outcome == LVMPOLLD_CONTINUES)
		return outcome;
	log_warn("plugin %s gives the outcome %d, which does not exist", entry->name, (int)outcome);
	return plugin_defaults_read_exit(exit);
}

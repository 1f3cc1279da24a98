/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugins that are loaded, and the ones that are not, with the reason. */
#ifndef CORE_PLUGINS_H
#define CORE_PLUGINS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include <lvmpolld/plugin.h>

#include "configuration/configuration.h"
#include "util/error.h"

/* How the operations of a plugin are watched: its key "monitor". */
enum plugin_monitor { PLUGIN_MONITOR_KERNEL, PLUGIN_MONITOR_LVPOLL };

/* A plugin that was found: loaded where plugin is not NULL, else not, for the reason. */
struct plugin_entry {
	char *name;
	char *path;                           /* the module's file, or "linked in" */
	const struct lvmpolld_plugin *plugin; /* a full copy in the daemon's own layout; or NULL */
	char *reason;                         /* why it is not loaded; or NULL */
	enum plugin_monitor monitor;
	atomic_uint stall_check_s; /* key "stall_check": 0 is never; the monitor thread reads it */
	bool enabled;              /* by the configuration: without plugin it failed */
	char *operation;           /* what it is for; NULL where that is not known */
};

struct plugins;

/* Whether OPERATION is a request of the daemon's own, which no plugin may take. */
typedef bool (*plugins_reserved_callback)(const char *operation);

/*
 * Loads what CONFIGURATION enables from its plugin directory, and configures it. A plugin that
 * cannot be used is logged and remembered with its reason; the others go on. IS_RESERVED may be
 * NULL. Returns NULL only when out of memory or when libltdl cannot start. One at a time in a
 * process.
 */
struct plugins *plugins_load(const struct configuration *configuration,
	plugins_reserved_callback is_reserved, struct lvmpolld_error *error);

/*
 * Returns 0 where every plugin that the configuration enables is loaded, or -ENOEXEC with a
 * sentence that counts the others, whose reasons are in the log and in their entries.
 */
int plugins_check(const struct plugins *plugins, struct lvmpolld_error *error);

/* Unloads everything. No operation may be left. */
void plugins_unload(struct plugins *plugins);

/*
 * Gives the loaded plugins the values of CONFIGURATION. When one refuses, every plugin has its
 * former values again, and the error names file, line and key.
 */
int plugins_configure(struct plugins *plugins, const struct configuration *configuration,
	struct lvmpolld_error *error);

/* The loaded plugin for OPERATION (the word on the wire), or NULL. */
const struct plugin_entry *plugins_find_operation(
	const struct plugins *plugins, const char *operation);

/*
 * Why there is no loaded plugin for OPERATION: a sentence that names the plugin and what is wrong
 * with it. False where no plugin for it was ever heard of.
 */
bool plugins_explain_missing(
	const struct plugins *plugins, const char *operation, char *reason, size_t size);

/* Entry INDEX in order of the names, loaded or not; NULL behind the last. */
const struct plugin_entry *plugins_entry(const struct plugins *plugins, size_t index);

/* Writes the table of --list-plugins. */
void plugins_print(const struct plugins *plugins, FILE *stream);

/* The standard ways, where a plugin leaves a callback out. */
int plugin_build_arguments(const struct plugin_entry *entry,
	const struct lvmpolld_operation *operation, struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error);
bool plugin_read_line(
	const struct plugin_entry *entry, const char *line, struct lvmpolld_progress *progress);
enum lvmpolld_verdict plugin_read_targets(const struct plugin_entry *entry,
	const struct lvmpolld_operation *operation, const struct lvmpolld_target *targets,
	size_t count, struct lvmpolld_progress *progress);
enum lvmpolld_outcome plugin_read_exit(const struct plugin_entry *entry,
	const struct lvmpolld_operation *operation, const struct lvmpolld_exit *exit,
	const struct lvmpolld_progress *progress);

#endif

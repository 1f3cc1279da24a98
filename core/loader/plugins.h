/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugins: those that are loaded, and those that are not, with the reason. */
#ifndef CORE_LOADER_PLUGINS_H
#define CORE_LOADER_PLUGINS_H

#include <stdbool.h>
#include <stdio.h>

#include <lvmpolld/plugin.h>

#include "configuration/configuration.h"
#include "util/error.h"

/* How the operations of a plugin are watched: its key "monitor". */
enum plugin_monitor { PLUGIN_MONITOR_KERNEL, PLUGIN_MONITOR_LVPOLL };

/* When copies are compared before a step: the key "verify" of plugins with read_copies. */
enum plugin_verify { PLUGIN_VERIFY_DOUBT, PLUGIN_VERIFY_ALWAYS, PLUGIN_VERIFY_NEVER };

/* A plugin that was found. It is loaded where interface is not NULL. */
struct plugin_entry {
	char *name;
	char *path; /* the module's file, or "linked in" */
	/* A full copy in the daemon's own layout; or NULL. */
	const struct lvmpolld_plugin *interface;
	char *reason; /* why it is not loaded; or NULL */
	enum plugin_monitor monitor;
	enum plugin_verify verify; /* key "verify" */
	bool discover;             /* key "discover" */
	unsigned stall_check_s;    /* key "stall_check": 0 is never */
	bool enabled;         /* by the configuration; then it failed where interface is NULL */
	bool is_only_by_name; /* "all" in the configuration does not mean it */
	char *operation;      /* what it is for; NULL where that is not known */
};

struct plugins;

/*
 * Returns 0 where every enabled plugin is loaded, or -ENOEXEC with a sentence that counts the
 * others. Their reasons are in the log and in their entries.
 */
int plugins_check(const struct plugins *plugins, struct lvmpolld_error *error);

/* The loaded plugin for OPERATION (the word on the wire), or NULL. */
const struct plugin_entry *plugins_find_operation(
	const struct plugins *plugins, const char *operation);

/* Whether any loaded plugin has the lvm command NAME beside lvpoll. */
bool plugins_have_command(const struct plugins *plugins, const char *name);

/*
 * Fills REASON with a sentence: why no plugin for OPERATION is loaded. Returns false where there is
 * no such plugin at all.
 */
bool plugins_explain_missing(
	const struct plugins *plugins, const char *operation, char *reason, size_t size);

/* Entry I in order of the names, loaded or not; NULL behind the last. */
const struct plugin_entry *plugins_entry(const struct plugins *plugins, size_t i);

/*
 * Whether the LENGTH bytes at TEXT, a line of the kernel's log, are a failure by what any of the
 * loaded plugins knows of it.
 */
bool plugins_is_log_failure(const char *text, size_t length, const void *plugins);

/* Writes the table of --list-plugins. */
void plugins_print(const struct plugins *plugins, FILE *stream);

#endif

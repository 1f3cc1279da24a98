/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's configuration: lvmpolld.yaml and its drop-ins, checked key by key. */
#ifndef CORE_CONFIGURATION_CONFIGURATION_H
#define CORE_CONFIGURATION_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lvmpolld/plugin.h>

#include "log/log.h"
#include "util/error.h"

/* Where a value stands, for messages. LINE and COLUMN count from 1. */
struct configuration_position {
	char *file;
	unsigned line;
	unsigned column;
};

/* One key of a plugin's section, kept as text until the plugin is there to say its type. */
struct configuration_plugin_value {
	char *key;
	char *text;
	struct configuration_position position;
};

/* One plugin's section; later files replace single keys of it. */
struct configuration_plugin {
	char *name;
	struct configuration_position position;
	size_t value_count;
	struct configuration_plugin_value *values;
};

/* When a new daemon resumes what a previous one had in flight. An upgraded daemon always does. */
enum configuration_resume {
	CONFIGURATION_RESUME_ALWAYS,
	CONFIGURATION_RESUME_AFTER_CRASH, /* a daemon that a signal ends leaves no record */
	CONFIGURATION_RESUME_NEVER,
};

/* What is done about operations in the kernel that nobody sees to. */
enum configuration_adopt {
	CONFIGURATION_ADOPT_NEVER, /* they are not looked for */
	CONFIGURATION_ADOPT_REPORT,
	CONFIGURATION_ADOPT_ALWAYS,
};

/* Users or groups, by their ids. */
struct configuration_ids {
	size_t count;
	uint32_t *list;
};

struct configuration {
	char *socket_path;
	char *pidfile_path;
	char *state_directory;   /* NULL until resolved: see configuration_resolve */
	unsigned idle_timeout_s; /* 0: never */
	enum configuration_resume resume;

	char *lvm_binary;
	unsigned lvm_max_running;

	struct log_settings log;

	unsigned limit_clients;
	size_t limit_message_size;       /* bytes */
	unsigned limit_requests;         /* of one connection; 0: any number */
	unsigned limit_client_timeout_s; /* at least 1 */
	unsigned limit_results;
	unsigned limit_patience_s; /* how long attempts may fail before waiters are told */
	unsigned limit_results_age_s;

	char *history_path; /* NULL: nothing is kept; see configuration_resolve */
	unsigned history_entries;

	enum configuration_adopt adopt;

	struct configuration_ids access_users;
	struct configuration_ids access_groups;
	struct configuration_ids access_steer_users;
	struct configuration_ids access_steer_groups;

	char *plugin_directory;
	bool plugins_all; /* each module of the directory that need not be named, too */
	size_t plugin_enabled_count;
	char **plugins_enabled;
	size_t plugin_count;
	struct configuration_plugin *plugins;
};

/* A configuration with every key at its default, or NULL when out of memory. */
struct configuration *configuration_new(void);
void configuration_free(struct configuration *configuration);

/*
 * Sets key NAME of SECTION ("daemon", "socket") to TEXT, which the environment or the command line
 * gave. Only for keys with a single value. Returns 0 or a negative errno with a sentence that does
 * not name the key: the user wrote an option.
 */
int configuration_set_text(struct configuration *configuration, const char *section,
	const char *name, const char *text, struct lvmpolld_error *error);

/*
 * Derives values from others: state_directory from socket_path, and history_path where that is the
 * default, so that no two daemons share one. Returns 0 or -ENOMEM.
 */
int configuration_resolve(struct configuration *configuration);

#endif

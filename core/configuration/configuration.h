/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's configuration: lvmpolld.yaml and its drop-ins, checked key by key. */
#ifndef CORE_CONFIGURATION_H
#define CORE_CONFIGURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <lvmpolld/plugin.h>

#include "util/error.h"
#include "log/log.h"

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

struct configuration {
	char *socket_path;
	char *pidfile_path;
	char *state_directory;   /* NULL until resolved: see configuration_resolve */
	unsigned idle_timeout_s; /* 0: never */

	char *lvm_binary;
	unsigned lvm_max_running;
	unsigned lvm_signal_retries;

	struct log_settings log;

	unsigned limit_clients;
	size_t limit_message_size;       /* bytes */
	unsigned limit_requests;         /* of one connection; 0: any number */
	unsigned limit_client_timeout_s; /* at least 1 */
	unsigned limit_results;
	unsigned limit_results_age_s;

	size_t access_user_count;
	uid_t *access_users;
	size_t access_group_count;
	gid_t *access_groups;

	char *plugin_directory;
	bool plugins_all; /* every module of the directory; else the names below */
	size_t plugin_enabled_count;
	char **plugins_enabled;
	size_t plugin_count;
	struct configuration_plugin *plugins;
};

/* A configuration with every key at its default, or NULL when out of memory. */
struct configuration *configuration_new(void);
void configuration_free(struct configuration *configuration);

/*
 * Reads FILE and then FILE's drop-ins over CONFIGURATION: "lvmpolld.d/" beside "lvmpolld.yaml",
 * files ending in ".yaml" but not beginning with ".", in the order of strcmp ("10-" before "9-").
 * A later file replaces single keys; a list is replaced as a whole. FILE may be absent only where
 * MUST_EXIST is false. Names of users and groups are looked up here, so only the main thread may
 * call it. Returns 0 or a negative errno with "file:line:column: section.key: what would be
 * right"; CONFIGURATION must then be thrown away.
 */
int configuration_read(struct configuration *configuration, const char *file, bool must_exist,
	struct lvmpolld_error *error);

/*
 * Sets NAME of SECTION ("daemon", "socket") to TEXT, for what comes from the environment and the
 * command line. Only keys with a single value. Returns 0 or a negative errno with a sentence that
 * does not name the key, since the user wrote an option.
 */
int configuration_set_text(struct configuration *configuration, const char *section,
	const char *name, const char *text, struct lvmpolld_error *error);

/* Fills in what follows from other values (state_directory from socket_path). 0 or -ENOMEM. */
int configuration_resolve(struct configuration *configuration);

/* The section of plugin NAME, or NULL. */
const struct configuration_plugin *configuration_find_plugin(
	const struct configuration *configuration, const char *name);

/*
 * Checks TEXT against TYPE and fills VALUE, whose string is then TEXT itself. Returns 0 or -EINVAL
 * with a sentence that says what would be right.
 */
int configuration_parse_value(const char *text, enum lvmpolld_type type,
	struct lvmpolld_value *value, struct lvmpolld_error *error);

/* The one of NAMES (ended by NULL) that is spelt most like NAME, or NULL where none is near. */
const char *configuration_nearest_name(const char *name, const char *const *names);

#endif

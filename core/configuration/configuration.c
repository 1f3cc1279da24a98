/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's configuration as a whole: its defaults, and what follows from other values. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/configuration.h"
#include "configuration/keys.h"
#include "configuration/sections.h"
#include "configuration/set.h"

/* "[stderr, syslog]": only defaults are written so, hence no YAML is needed. */
static int set_default_list(struct configuration *configuration,
	const struct configuration_key *key, struct lvmpolld_error *error)
{
	const char *items[8];
	size_t count = 0, wrong;
	char text[64];
	char *rest = NULL;

	snprintf(text, sizeof(text), "%s", key->default_text);
	for (char *item = strtok_r(text, "[], ", &rest);
		item && count < sizeof(items) / sizeof(items[0]);
		item = strtok_r(NULL, "[], ", &rest))
		items[count++] = item;
	return configuration_set_list(configuration, key, count, items, &wrong, error);
}

/* A built-in path is not checked here: what is wrong with it shows where it is used. */
static int set_default_path(
	struct configuration *configuration, const struct configuration_key *key)
{
	char **field = (void *)((char *)configuration + key->offset);

	*field = strdup(key->default_text);
	return !*field ? -ENOMEM : 0;
}

static int set_default(struct configuration *configuration, const struct configuration_key *key)
{
	struct lvmpolld_error error;

	if (!key->default_text)
		return 0;
	if (key->type == CONFIGURATION_PATH)
		return set_default_path(configuration, key);
	if (key->default_text[0] == '[')
		return set_default_list(configuration, key, &error);
	return configuration_set_scalar(configuration, key, key->default_text, &error);
}

struct configuration *configuration_new(void)
{
	struct configuration *configuration = calloc(1, sizeof(*configuration));
	const struct configuration_key *key;

	if (!configuration)
		return NULL;
	for (size_t i = 0; (key = configuration_key(i)); i++) {
		if (set_default(configuration, key) < 0) {
			configuration_free(configuration);
			return NULL;
		}
	}
	return configuration;
}

void configuration_free(struct configuration *configuration)
{
	if (!configuration)
		return;
	free(configuration->socket_path);
	free(configuration->pidfile_path);
	free(configuration->state_directory);
	free(configuration->lvm_binary);
	free(configuration->history_path);
	free(configuration->access_users.list);
	free(configuration->access_groups.list);
	free(configuration->access_steer_users.list);
	free(configuration->access_steer_groups.list);
	free(configuration->plugin_directory);
	for (size_t i = 0; i < configuration->plugin_enabled_count; i++)
		free(configuration->plugins_enabled[i]);
	free(configuration->plugins_enabled);
	configuration_free_plugins(configuration);
	free(configuration);
}

int configuration_set_text(struct configuration *configuration, const char *section,
	const char *name, const char *text, struct lvmpolld_error *error)
{
	const struct configuration_key *key = configuration_find_key(section, name);

	if (!key)
		return error_set(error, EINVAL, "there is no key %s.%s", section, name);
	return configuration_set_scalar(configuration, key, text, error);
}

static int resolve_state_directory(struct configuration *configuration)
{
	static const char ending[] = ".socket";
	const char *path = configuration->socket_path;
	size_t length = strlen(path);
	const size_t ending_length = sizeof(ending) - 1;

	if (configuration->state_directory)
		return 0;
	if (length > ending_length && strcmp(path + length - ending_length, ending) == 0)
		length -= ending_length;
	if (asprintf(&configuration->state_directory, "%.*s.state", (int)length, path) < 0) {
		configuration->state_directory = NULL;
		return -ENOMEM;
	}
	return 0;
}

int configuration_resolve(struct configuration *configuration)
{
	if (!configuration->history_path &&
		!strcmp(configuration->socket_path, DEFAULT_SOCKET_PATH)) {
		configuration->history_path = strdup(DEFAULT_HISTORY_PATH);
		if (!configuration->history_path)
			return -ENOMEM;
	}
	return resolve_state_directory(configuration);
}

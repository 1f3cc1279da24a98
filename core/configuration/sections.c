/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sections of plugins: kept as text, because only the loaded plugin knows its keys. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/keys.h"
#include "configuration/sections.h"

static void clear_position(struct configuration_position *position)
{
	free(position->file);
	*position = (struct configuration_position){0};
}

static int copy_position(
	struct configuration_position *copy, const struct configuration_position *position)
{
	*copy = *position;
	copy->file = strdup(position->file);
	return !copy->file ? -ENOMEM : 0;
}

static void clear_value(struct configuration_plugin_value *value)
{
	free(value->key);
	free(value->text);
	clear_position(&value->position);
}

void configuration_free_plugins(struct configuration *configuration)
{
	for (size_t i = 0; i < configuration->plugin_count; i++) {
		struct configuration_plugin *plugin = &configuration->plugins[i];

		for (size_t value = 0; value < plugin->value_count; value++)
			clear_value(&plugin->values[value]);
		free(plugin->values);
		free(plugin->name);
		clear_position(&plugin->position);
	}
	free(configuration->plugins);
	configuration->plugins = NULL;
	configuration->plugin_count = 0;
}

static struct configuration_plugin *find_plugin(
	const struct configuration *configuration, const char *name)
{
	for (size_t i = 0; i < configuration->plugin_count; i++) {
		if (strcmp(configuration->plugins[i].name, name) == 0)
			return &configuration->plugins[i];
	}
	return NULL;
}

const struct configuration_plugin *configuration_find_plugin(
	const struct configuration *configuration, const char *name)
{
	return find_plugin(configuration, name);
}

int configuration_add_plugin(struct configuration *configuration, const char *name,
	const struct configuration_position *position)
{
	struct configuration_plugin *plugins, *plugin;

	if (find_plugin(configuration, name))
		return 0;
	plugins = reallocarray(
		configuration->plugins, configuration->plugin_count + 1, sizeof(*plugins));
	if (!plugins)
		return -ENOMEM;
	configuration->plugins = plugins;
	plugin = &plugins[configuration->plugin_count];
	*plugin = (struct configuration_plugin){.name = strdup(name)};
	if (!plugin->name || copy_position(&plugin->position, position) < 0) {
		free(plugin->name);
		return -ENOMEM;
	}
	configuration->plugin_count++;
	return 0;
}

/* The value of KEY, made where it is not there yet; or NULL. */
static struct configuration_plugin_value *take_value(
	struct configuration_plugin *plugin, const char *key)
{
	struct configuration_plugin_value *values;

	for (size_t i = 0; i < plugin->value_count; i++) {
		if (strcmp(plugin->values[i].key, key) == 0)
			return &plugin->values[i];
	}
	values = reallocarray(plugin->values, plugin->value_count + 1, sizeof(*values));
	if (!values)
		return NULL;
	plugin->values = values;
	values[plugin->value_count] = (struct configuration_plugin_value){0};
	return &values[plugin->value_count++];
}

int configuration_set_plugin_value(struct configuration *configuration, const char *name,
	const char *key, const char *text, const struct configuration_position *position)
{
	struct configuration_plugin_value new = {.key = strdup(key), .text = strdup(text)};
	struct configuration_plugin *plugin = find_plugin(configuration, name);
	struct configuration_plugin_value *value = NULL;

	if (plugin && new.key &&new.text && copy_position(&new.position, position) == 0)
		value = take_value(plugin, key);
	if (!value) {
		clear_value(&new);
		return -ENOMEM;
	}
	clear_value(value);
	*value = new;
	return 0;
}

int configuration_check_plugin_word(const char *word, struct lvmpolld_error *error)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

	if (word[0] == '\0' || word[strspn(word, letters)] != '\0')
		return error_set(error, EINVAL,
			"\"%s\" is not a name here: letters, digits and \"_\"", word);
	return 0;
}

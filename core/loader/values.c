/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of a plugin's configuration keys: checked first, given to the plugin afterwards. */
#include "config.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/sections.h"
#include "configuration/value.h"
#include "loader/calls.h"
#include "loader/check.h"
#include "loader/values.h"

/*
 * The keys that every plugin's section may have, and one more: verify where there are copies to
 * verify, discover where lvm2 does not ask and the plugin can tell. None has both.
 */
enum { STANDARD_MONITOR, STANDARD_STALL_CHECK, STANDARD_MORE, STANDARD_COUNT };
static const struct lvmpolld_key standard_keys[STANDARD_MORE] = {
	[STANDARD_MONITOR] = {"monitor", LVMPOLLD_STRING, "kernel",
		"Who watches an operation: kernel, or lvpoll by polling."},
	[STANDARD_STALL_CHECK] = {"stall_check", LVMPOLLD_SECONDS, "900",
		"After how long without progress an lvpoll is run; 0 is never."},
};
static const struct lvmpolld_key verify_key = {"verify", LVMPOLLD_STRING, "doubt",
	"When copies are compared before a step: doubt, always or never."};
static const struct lvmpolld_key discover_key = {"discover", LVMPOLLD_BOOLEAN, "false",
	"Whether what is under way is watched without a request."};

/* By the values of enum plugin_monitor. */
static const char *const monitor_words[] = {
	[PLUGIN_MONITOR_KERNEL] = "kernel", [PLUGIN_MONITOR_LVPOLL] = "lvpoll"};

/* By the values of enum plugin_verify. */
static const char *const verify_words[] = {[PLUGIN_VERIFY_DOUBT] = "doubt",
	[PLUGIN_VERIFY_ALWAYS] = "always",
	[PLUGIN_VERIFY_NEVER] = "never"};

/* The standard key that not every plugin has; NULL: PLUGIN has none. */
static const struct lvmpolld_key *more_key(const struct lvmpolld_plugin *plugin)
{
	if (plugin->read_copies)
		return &verify_key;
	return plugin_can_discover(plugin) ? &discover_key : NULL;
}

/* How many of the standard keys PLUGIN has. */
static size_t count_standard(const struct lvmpolld_plugin *plugin)
{
	return more_key(plugin) ? STANDARD_COUNT : STANDARD_MORE;
}

static const struct lvmpolld_key *standard_at(const struct lvmpolld_plugin *plugin, size_t i)
{
	return i == STANDARD_MORE ? more_key(plugin) : &standard_keys[i];
}

static size_t count_keys(const struct lvmpolld_plugin *plugin)
{
	size_t count = 0;

	while (plugin->keys && plugin->keys[count].name)
		count++;
	return count;
}

/* Key I of those that may stand in PLUGIN's section. */
static const struct lvmpolld_key *key_at(const struct lvmpolld_plugin *plugin, size_t i)
{
	size_t standard = count_standard(plugin);

	return i < standard ? standard_at(plugin, i) : &plugin->keys[i - standard];
}

int plugin_values_check_keys(const struct lvmpolld_plugin *plugin, struct lvmpolld_error *error)
{
	size_t count = count_keys(plugin);

	for (size_t i = 0; i < count; i++)
		for (size_t standard = 0; standard < count_standard(plugin); standard++)
			if (strcmp(plugin->keys[i].name, standard_at(plugin, standard)->name) == 0)
				return error_set(error, EINVAL,
					"its key \"%s\" is one that every plugin has: call it "
					"something else",
					plugin->keys[i].name);
	return 0;
}

void plugin_values_clear(struct plugin_values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		free(values->list[i].text);
		free(values->list[i].position);
	}
	free(values->list);
	memset(values, 0, sizeof(*values));
}

/* The last one counts, if a key stands twice. */
static const struct configuration_plugin_value *find_text(
	const struct configuration_plugin *section, const char *key)
{
	for (size_t i = !section ? 0 : section->value_count; i > 0; i--)
		if (strcmp(section->values[i - 1].key, key) == 0)
			return &section->values[i - 1];
	return NULL;
}

static char *format_position(const struct configuration_position *position)
{
	char *text;

	if (asprintf(&text, "%s:%u:%u: ", position->file, position->line, position->column) < 0)
		return NULL;
	return text;
}

/* Fills VALUE with the text of the section or the default, unchecked. */
static int copy_text(struct plugin_value *value, const struct lvmpolld_key *key,
	const struct configuration_plugin *section)
{
	const struct configuration_plugin_value *written = find_text(section, key->name);

	value->key = key;
	value->text = strdup(written ? written->text : key->default_value);
	value->position = written ? format_position(&written->position) : strdup("");
	return !value->text || !value->position ? -ENOMEM : 0;
}

static int set_monitor(struct plugin_values *values, const char *word, struct lvmpolld_error *error)
{
	for (size_t i = 0; i < sizeof(monitor_words) / sizeof(monitor_words[0]); i++)
		if (strcmp(word, monitor_words[i]) == 0) {
			values->monitor = (enum plugin_monitor)i;
			return 0;
		}
	return error_set(error, EINVAL, "\"%s\" is not known: it must be kernel or lvpoll", word);
}

static int set_verify(struct plugin_values *values, const char *word, struct lvmpolld_error *error)
{
	for (size_t i = 0; i < sizeof(verify_words) / sizeof(verify_words[0]); i++)
		if (strcmp(word, verify_words[i]) == 0) {
			values->verify = (enum plugin_verify)i;
			return 0;
		}
	return error_set(
		error, EINVAL, "\"%s\" is not known: it must be doubt, always or never", word);
}

static int set_stall_check(
	struct plugin_values *values, uint64_t seconds, struct lvmpolld_error *error)
{
	if (seconds > UINT_MAX)
		return error_set(error, EINVAL, "%llu seconds are too many: it must be %u or less",
			(unsigned long long)seconds, UINT_MAX);
	values->stall_check_s = (unsigned)seconds;
	return 0;
}

/* Checks the text of value I, and keeps what it means where it is one of the daemon's keys. */
static int check_value(struct plugin_values *values, size_t i, struct lvmpolld_error *error)
{
	const struct plugin_value *written = &values->list[i];
	const struct lvmpolld_key *key = written->key;
	struct lvmpolld_value value = {.struct_size = sizeof(value)};
	int result = configuration_parse_value(written->text, written->key->type, &value, error);

	if (result == 0 && key == &standard_keys[STANDARD_MONITOR])
		result = set_monitor(values, written->text, error);
	if (result == 0 && key == &standard_keys[STANDARD_STALL_CHECK])
		result = set_stall_check(values, value.number, error);
	if (result == 0 && key == &verify_key)
		result = set_verify(values, written->text, error);
	if (result == 0 && key == &discover_key)
		values->discover = value.boolean;
	return result;
}

/* Makes the message about VALUE of the plugin NAME say where it stands. */
static int add_position(
	const struct plugin_value *value, const char *name, struct lvmpolld_error *error)
{
	return error_add_context(error, "%splugins.%s.%s", value->position, name, value->key->name);
}

static int check_unknown_keys(const struct lvmpolld_plugin *plugin,
	const struct configuration_plugin *section, struct lvmpolld_error *error)
{
	const char *names[STANDARD_COUNT + PLUGIN_KEYS_MAX + 1] = {NULL};
	const struct configuration_plugin_value *value;
	size_t count = count_standard(plugin) + count_keys(plugin), known;
	const char *nearest;

	for (size_t i = 0; i < count; i++)
		names[i] = key_at(plugin, i)->name;
	for (size_t i = 0; i < section->value_count; i++) {
		value = &section->values[i];
		for (known = 0; known < count && strcmp(value->key, names[known]) != 0; known++)
			;
		if (known < count)
			continue;
		nearest = configuration_nearest_name(value->key, names);
		return error_set(error, EINVAL, "%s:%u:%u: plugins.%s.%s: unknown key%s%s%s",
			value->position.file, value->position.line, value->position.column,
			plugin->name, value->key, nearest ? "; did you mean \"" : "",
			nearest ? nearest : "", nearest ? "\"?" : "");
	}
	return 0;
}

/* Who asks for a proof of each step must not be left without one, and without a word. */
static int check_together(const struct plugin_values *values, const struct lvmpolld_plugin *plugin,
	struct lvmpolld_error *error)
{
	if (values->verify != PLUGIN_VERIFY_ALWAYS || values->monitor != PLUGIN_MONITOR_LVPOLL)
		return 0;
	for (size_t i = 0; i < values->count; i++)
		if (values->list[i].key == &verify_key) {
			error_set(error, EINVAL,
				"\"always\" is not possible with monitor: lvpoll, where lvpoll "
				"makes the steps by itself: it must be doubt or never there, or "
				"monitor must be kernel");
			return add_position(&values->list[i], plugin->name, error);
		}
	return 0;
}

static int read_values(struct plugin_values *values, const struct lvmpolld_plugin *plugin,
	const struct configuration_plugin *section, struct lvmpolld_error *error)
{
	size_t count = count_standard(plugin) + count_keys(plugin);

	values->list = calloc(count, sizeof(*values->list));
	if (!values->list)
		return error_set(error, ENOMEM, "out of memory");
	for (values->count = 0; values->count < count;) {
		size_t i = values->count++;

		if (copy_text(&values->list[i], key_at(plugin, i), section) < 0)
			return error_set(error, ENOMEM, "out of memory");
		if (check_value(values, i, error) < 0)
			return add_position(&values->list[i], plugin->name, error);
	}
	return check_together(values, plugin, error);
}

int plugin_values_read(struct plugin_values *values, const struct lvmpolld_plugin *plugin,
	const struct configuration *configuration, struct lvmpolld_error *error)
{
	const struct configuration_plugin *section =
		configuration_find_plugin(configuration, plugin->name);
	int result = 0;

	memset(values, 0, sizeof(*values));
	if (section)
		result = check_unknown_keys(plugin, section, error);
	if (result == 0)
		result = read_values(values, plugin, section, error);
	if (result < 0)
		plugin_values_clear(values);
	return result;
}

int plugin_values_apply(const struct plugin_values *values, const struct lvmpolld_plugin *plugin,
	struct lvmpolld_error *error)
{
	for (size_t i = count_standard(plugin); i < values->count; i++) {
		const struct plugin_value *written = &values->list[i];
		struct lvmpolld_value value = {.struct_size = sizeof(value)};

		/* The text was checked when it was read. */
		if (configuration_parse_value(written->text, written->key->type, &value, error) < 0)
			return -EINVAL;
		error_set(error, EINVAL, "the plugin refuses the value \"%s\"", written->text);
		if (plugin->configure(written->key->name, &value, error) != 0)
			return add_position(written, plugin->name, error);
	}
	return 0;
}

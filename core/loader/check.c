/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether what a module exports is a plugin that this daemon can use. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "configuration/configuration.h"
#include "configuration/value.h"
#include "loader/check.h"
#include "loader/options.h"
#include "loader/question.h"

/* Where FIELD of a plugin ends: what struct_size must be at least to hold it. */
#define END_OF(FIELD)                                                                              \
	(offsetof(struct lvmpolld_plugin, FIELD) + sizeof(((struct lvmpolld_plugin *)NULL)->FIELD))

#define LETTERS_AND_DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

int plugin_check_and_copy(struct lvmpolld_plugin *copy, const struct lvmpolld_plugin *foreign,
	struct lvmpolld_error *error)
{
	size_t size = foreign->struct_size;

	/* Without its size nothing else in it can be believed, the version included. */
	if (size < END_OF(interface_version))
		return error_set(error, ENOEXEC,
			"its struct_size is %zu, too small for a plugin: set it with "
			"LVMPOLLD_PLUGIN_HEADER",
			size);
	if (foreign->interface_version != LVMPOLLD_PLUGIN_INTERFACE)
		return error_set(error, ENOEXEC,
			"it is built for version %u of the plugin interface, %s than version %d of "
			"this daemon: %s",
			foreign->interface_version,
			foreign->interface_version > LVMPOLLD_PLUGIN_INTERFACE ? "newer" : "older",
			LVMPOLLD_PLUGIN_INTERFACE,
			foreign->interface_version > LVMPOLLD_PLUGIN_INTERFACE
				? "install a newer lvmpolld"
				: "build the plugin again with this daemon's header");
	if (size < END_OF(description))
		return error_set(error, ENOEXEC,
			"its struct_size is %zu, but name, operation and description need at least "
			"%zu: set it with LVMPOLLD_PLUGIN_HEADER",
			size, END_OF(description));

	memset(copy, 0, sizeof(*copy));
	memcpy(copy, foreign, size < sizeof(*copy) ? size : sizeof(*copy));
	copy->struct_size = sizeof(*copy);
	return 0;
}

/* Checks that VALUE, which is called WHAT, has 1 to PLUGIN_NAME_MAX characters of ALLOWED. */
static int check_word(const char *what, const char *value, const char *allowed,
	const char *allowed_in_words, struct lvmpolld_error *error)
{
	size_t length;

	if (!value || value[0] == '\0')
		return error_set(error, EINVAL, "it has no %s", what);
	length = strnlen(value, PLUGIN_NAME_MAX + 1);
	if (length > PLUGIN_NAME_MAX)
		return error_set(error, EINVAL, "its %s \"%.*s...\" is longer than %d characters",
			what, PLUGIN_NAME_MAX, value, PLUGIN_NAME_MAX);
	if (strspn(value, allowed) != length)
		return error_set(error, EINVAL, "its %s \"%s\" has characters other than %s", what,
			value, allowed_in_words);
	return 0;
}

static int check_name(const char *name, const char *module_name, struct lvmpolld_error *error)
{
	int result = check_word(
		"name", name, LETTERS_AND_DIGITS "_", "letters, digits and \"_\"", error);

	if (result < 0)
		return result;
	if (strcmp(name, module_name) != 0)
		return error_set(error, EINVAL,
			"its name is \"%s\", but the module is called \"%s\": they must be equal",
			name, module_name);
	return 0;
}

/* It is a column of a table. */
static int check_version(const char *version, struct lvmpolld_error *error)
{
	return version ? check_word("version", version, LETTERS_AND_DIGITS "._+~:-",
				 "letters, digits and \"._+~:-\"", error)
		       : 0;
}

/* The operation becomes an argument of lvpoll, and must not look like an option there. */
static int check_operation(const char *operation, struct lvmpolld_error *error)
{
	int result = check_word("operation", operation, LETTERS_AND_DIGITS "_-",
		"letters, digits, \"_\" and \"-\"", error);

	if (result < 0)
		return result;
	if (operation[0] == '-')
		return error_set(
			error, EINVAL, "its operation \"%s\" begins with \"-\"", operation);
	return 0;
}

/* Checks the number of KEYS, which are called WHAT, and their names. */
static int check_array(
	const char *what, const struct lvmpolld_key *keys, size_t max, struct lvmpolld_error *error)
{
	for (size_t i = 0; keys && keys[i].name; i++) {
		if (i == max)
			return error_set(error, EINVAL,
				"it has more than %zu %ss: the last must have NULL for a name", max,
				what);
		if (check_word(what, keys[i].name, LETTERS_AND_DIGITS "_",
			    "letters, digits and \"_\"", error) < 0)
			return -EINVAL;
		for (size_t before = 0; before < i; before++)
			if (strcmp(keys[before].name, keys[i].name) == 0)
				return error_set(error, EINVAL, "it has the %s \"%s\" twice", what,
					keys[i].name);
	}
	return 0;
}

static int check_key(const struct lvmpolld_key *key, struct lvmpolld_error *error)
{
	struct lvmpolld_value value;

	if (!key->description)
		return error_set(error, EINVAL, "its key \"%s\" has no description", key->name);
	if (!key->default_value)
		return error_set(error, EINVAL, "its key \"%s\" has no default", key->name);
	if (configuration_parse_value(key->default_value, key->type, &value, error) < 0)
		return error_add_context(error, "the default of its key \"%s\"", key->name);
	return 0;
}

static int check_keys(const struct lvmpolld_plugin *plugin, struct lvmpolld_error *error)
{
	const struct lvmpolld_key *keys = plugin->keys;
	int result = check_array("key", keys, PLUGIN_KEYS_MAX, error);

	for (size_t i = 0; result == 0 && keys && keys[i].name; i++)
		result = check_key(&keys[i], error);
	if (result == 0 && keys && keys[0].name && !plugin->configure)
		return error_set(error, EINVAL, "it has keys, but no callback configure");
	return result;
}

static int check_option(const struct lvmpolld_key *option, struct lvmpolld_error *error)
{
	if (!option->description)
		return error_set(
			error, EINVAL, "its option \"%s\" has no description", option->name);
	if (option->default_value &&
		options_check_value(option->default_value, option->type, error) < 0)
		return error_add_context(error, "the default of its option \"%s\"", option->name);
	return 0;
}

static int check_options(const struct lvmpolld_plugin *plugin, struct lvmpolld_error *error)
{
	const struct lvmpolld_key *options = plugin->options;
	int result = check_array("option", options, OPTIONS_MAX, error);

	for (size_t i = 0; result == 0 && options && options[i].name; i++)
		result = check_option(&options[i], error);
	if (result == 0 && options && options[0].name && !plugin->startable)
		return error_set(error, EINVAL, "it has options, but is not startable");
	if (result == 0 && plugin->check_start && !plugin->startable)
		return error_set(
			error, EINVAL, "it has the callback check_start, but is not startable");
	return result;
}

static int check_commands(const struct lvmpolld_plugin *plugin, struct lvmpolld_error *error)
{
	const char *const *commands = plugin->commands;

	if (commands && !plugin->build_arguments)
		return error_set(error, EINVAL, "it has commands, but no callback build_arguments");
	for (size_t i = 0; commands && commands[i]; i++) {
		if (i == PLUGIN_COMMANDS_MAX)
			return error_set(error, EINVAL,
				"it has more than %d commands: the last must be NULL",
				PLUGIN_COMMANDS_MAX);
		if (check_word("command", commands[i], LETTERS_AND_DIGITS, "letters and digits",
			    error) < 0)
			return -EINVAL;
		if (strcmp(commands[i], "lvpoll") == 0)
			return error_set(error, EINVAL,
				"it has lvpoll among its commands, which it may always run");
	}
	return 0;
}

static bool has_command(const struct lvmpolld_plugin *plugin, const char *name)
{
	const char *const *commands = plugin->commands;

	for (size_t i = 0; commands && commands[i]; i++)
		if (strcmp(commands[i], name) == 0)
			return true;
	return false;
}

static int check_questions(const struct lvmpolld_plugin *plugin, struct lvmpolld_error *error)
{
	const struct lvmpolld_question *questions = plugin->questions;

	for (size_t i = 0; questions && questions[i].command; i++) {
		const struct lvmpolld_question *question = &questions[i];

		if (i == PLUGIN_QUESTIONS_MAX)
			return error_set(error, EINVAL,
				"it has more than %d questions: the last must have NULL for a "
				"command",
				PLUGIN_QUESTIONS_MAX);
		if (!question->text || !question_is_specific(question->text))
			return error_set(error, EINVAL,
				"a question of \"%s\" has less than two words without a wildcard: "
				"others would be answered, too",
				question->command);
		if (!question->reason)
			return error_set(error, EINVAL,
				"its question \"%s\" has no reason why yes is harmless",
				question->text);
		if (!has_command(plugin, question->command))
			return error_set(error, EINVAL,
				"its question \"%s\" is asked by \"%s\", which is not among its "
				"commands",
				question->text, question->command);
	}
	return 0;
}

/* What is opened must be closed. */
static int check_handle(const struct lvmpolld_plugin *plugin, struct lvmpolld_error *error)
{
	if (!plugin->open == !plugin->close)
		return 0;
	return error_set(error, EINVAL, "it has the callback %s, and no callback %s",
		plugin->open ? "open" : "close", plugin->open ? "close" : "open");
}

/* What is never called would mislead. */
static int check_kernel_only(const struct lvmpolld_plugin *plugin, struct lvmpolld_error *error)
{
	if (!plugin->kernel_only)
		return 0;
	if (!plugin->read_targets)
		return error_set(
			error, EINVAL, "it is kernel_only, and has no callback read_targets");
	if (plugin->supports_abort || plugin->build_arguments || plugin->progress_label ||
		plugin->read_line || plugin->read_exit || plugin->read_copies ||
		plugin->silence_s > 0)
		return error_set(error, EINVAL,
			"it is kernel_only, and has supports_abort, progress_label, silence_s or a "
			"callback that is about lvm commands: build_arguments, read_line, "
			"read_exit, read_copies");
	return 0;
}

/* What never matches, or is read by nobody, would mislead. */
static int check_below(const struct lvmpolld_plugin *plugin, struct lvmpolld_error *error)
{
	const char *const *below = plugin->below;

	if (below && !plugin->read_targets)
		return error_set(error, EINVAL, "it has below, but no callback read_targets");
	for (size_t i = 0; below && (i == 0 || below[i]); i++) {
		size_t length = below[i] ? strnlen(below[i], PLUGIN_BELOW_SIZE) : 0;

		if (i == PLUGIN_BELOW_MAX)
			return error_set(error, EINVAL,
				"it has more than %d patterns in below: the last must be NULL",
				PLUGIN_BELOW_MAX);
		if (length == 0 || below[i][0] != '_')
			return error_set(error, EINVAL,
				"its below has %s%s%s: lvm2's names of volumes below begin with "
				"the volume's own and \"_\"",
				below[i] ? "\"" : "", below[i] ? below[i] : "no pattern",
				below[i] ? "\"" : "");
		if (length == PLUGIN_BELOW_SIZE ||
			strspn(below[i], LETTERS_AND_DIGITS "_+.-*?[]!^") != length)
			return error_set(error, EINVAL,
				"its pattern \"%s\" in below is longer than %d characters, or has "
				"some that no volume's name and no pattern has",
				below[i], PLUGIN_BELOW_SIZE - 1);
	}
	return 0;
}

int plugin_check_fields(
	const struct lvmpolld_plugin *plugin, const char *module_name, struct lvmpolld_error *error)
{
	int result = check_name(plugin->name, module_name, error);

	if (result == 0)
		result = check_operation(plugin->operation, error);
	if (result == 0 && !plugin->description)
		result = error_set(error, EINVAL, "it has no description");
	if (result == 0)
		result = check_version(plugin->version, error);
	if (result == 0)
		result = check_kernel_only(plugin, error);
	if (result == 0)
		result = check_commands(plugin, error);
	if (result == 0)
		result = check_questions(plugin, error);
	if (result == 0)
		result = check_handle(plugin, error);
	if (result == 0)
		result = check_below(plugin, error);
	if (result == 0)
		result = check_options(plugin, error);
	return result < 0 ? result : check_keys(plugin, error);
}

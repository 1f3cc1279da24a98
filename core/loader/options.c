/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of an operation that was started: "mode=check region=4MiB". */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/value.h"
#include "loader/options.h"

struct lvmpolld_options {
	unsigned references;
	const struct lvmpolld_key *declared; /* the plugin's, which stays loaded */
	char *text;                          /* of all of them, and behind it the values */
	const char *values[OPTIONS_MAX];     /* in the order of their declaration; or NULL */
};

/* One of them, within a text: the name has NAME_LENGTH bytes, and "=" and the value follow. */
struct option {
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
};

/* Cuts the next one off *TEXT. Returns false at its end. One without "=" has no value. */
static bool next_option(const char **text, struct option *option)
{
	const char *at = *text + strspn(*text, " ");
	size_t length = strcspn(at, " ");
	const char *equals = memchr(at, '=', length);

	*option = (struct option){.name = at, .name_length = length};
	if (equals) {
		option->name_length = (size_t)(equals - at);
		option->value = equals + 1;
		option->value_length = length - option->name_length - 1;
	}
	*text = at + length;
	return length > 0;
}

static bool is_called(const struct option *option, const char *name)
{
	return strlen(name) == option->name_length &&
	       memcmp(option->name, name, option->name_length) == 0;
}

/* The option NAME in TEXT, which may be NULL. Returns false where it has none. */
static bool find_option(const char *text, const char *name, struct option *option)
{
	while (text && next_option(&text, option))
		if (is_called(option, name))
			return true;
	return false;
}

static const struct lvmpolld_key *find_declared(
	const struct lvmpolld_key *key, const struct option *option)
{
	while (key && key->name && !is_called(option, key->name))
		key++;
	return key && key->name ? key : NULL;
}

/* An option that PLUGIN does not declare: the error names those that it does. */
static int refuse_unknown(const struct lvmpolld_plugin *plugin, const struct option *option,
	struct lvmpolld_error *error)
{
	const struct lvmpolld_key *key = plugin->options;

	error_set(error, EINVAL, "the operation \"%s\" has no option \"%.*s\"", plugin->operation,
		(int)option->name_length, option->name);
	if (!key || !key->name) {
		error_append(error, ": it has none");
		return -EINVAL;
	}
	for (; key->name; key++)
		error_append(error, "%s%s", key == plugin->options ? "; it has " : ", ", key->name);
	return -EINVAL;
}

/* Whether TEXT, which may be NULL, has only options that PLUGIN declares, each once. */
static int check_names(
	const struct lvmpolld_plugin *plugin, const char *text, struct lvmpolld_error *error)
{
	struct option option, again;

	while (text && next_option(&text, &option)) {
		const struct lvmpolld_key *key = find_declared(plugin->options, &option);

		if (!key)
			return refuse_unknown(plugin, &option, error);
		if (!option.value)
			return error_set(error, EINVAL,
				"the option \"%s\" has no value: %s=VALUE is needed", key->name,
				key->name);
		if (find_option(text, key->name, &again))
			return error_set(
				error, EINVAL, "the option \"%s\" is there twice", key->name);
	}
	return 0;
}

int options_check_value(const char *text, enum lvmpolld_type type, struct lvmpolld_error *error)
{
	struct lvmpolld_value value = {.struct_size = sizeof(value)};
	size_t length = strlen(text);

	if (length == 0 || length > OPTION_VALUE_MAX)
		return error_set(
			error, EINVAL, "it must have 1 to %d characters", OPTION_VALUE_MAX);
	for (const char *at = text; *at != '\0'; at++)
		if (*at <= ' ' || *at >= 0x7f)
			return error_set(error, EINVAL,
				"it has a blank or another character that is not allowed: only the "
				"visible ones of ASCII are");
	/* It may become an argument of lvm. */
	if (*text == '-')
		return error_set(error, EINVAL, "\"%s\" begins with \"-\"", text);
	return configuration_parse_value(text, type, &value, error);
}

/* Copies to VALUE what TEXT gives for KEY, or its default. */
static int choose_value(const struct lvmpolld_key *key, const char *text,
	char value[OPTION_VALUE_MAX + 2], struct lvmpolld_error *error)
{
	struct option option;

	if (find_option(text, key->name, &option))
		/* One byte more than is allowed is refused below. */
		snprintf(value, OPTION_VALUE_MAX + 2, "%.*s", (int)option.value_length,
			option.value);
	else if (key->default_value)
		snprintf(value, OPTION_VALUE_MAX + 2, "%s", key->default_value);
	else
		return error_set(error, EINVAL, "the option \"%s\" is missing: %s", key->name,
			key->description);
	if (options_check_value(value, key->type, error) < 0)
		return error_add_context(error, "option %s", key->name);
	return 0;
}

/* Writes all options that there are into TEXT, each with its value. */
static int write_all(const struct lvmpolld_plugin *plugin, const char *given, bool is_start,
	FILE *text, struct lvmpolld_error *error)
{
	char value[OPTION_VALUE_MAX + 2];
	const char *blank = "";
	struct option option;

	for (const struct lvmpolld_key *key = plugin->options; key->name; key++) {
		if (!is_start && !key->default_value && !find_option(given, key->name, &option))
			continue;
		if (choose_value(key, given, value, error) < 0)
			return -EINVAL;
		fprintf(text, "%s%s=%s", blank, key->name, value);
		blank = " ";
	}
	return 0;
}

/* OPTIONS are those of TEXT, which has all that there are. */
static int take(struct lvmpolld_options *options, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = malloc(2 * size), *values = copy + size;
	struct option option;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, size);
	memcpy(values, text, size);
	while (next_option(&text, &option)) {
		const struct lvmpolld_key *key = find_declared(options->declared, &option);

		options->values[key - options->declared] = values + (option.value - option.name);
		values += option.name_length + 1 + option.value_length;
		*values++ = '\0';
	}
	free(options->text);
	options->text = copy;
	return 0;
}

/* Makes options of TEXT, which has all that there are. NULL when out of memory. */
static struct lvmpolld_options *make(const struct lvmpolld_plugin *plugin, const char *text)
{
	struct lvmpolld_options *options = calloc(1, sizeof(*options));

	if (!options)
		return NULL;
	*options = (struct lvmpolld_options){.references = 1, .declared = plugin->options};
	if (take(options, text) == 0)
		return options;
	free(options);
	return NULL;
}

int options_new(const struct lvmpolld_plugin *plugin, const char *text, bool is_start,
	const struct lvmpolld_options **options, struct lvmpolld_error *error)
{
	int result = check_names(plugin, text, error);
	char *all = NULL;
	bool is_any = false;
	size_t size = 0;
	FILE *stream;

	*options = NULL;
	if (result < 0 || !plugin->options || !plugin->options[0].name)
		return result;
	stream = open_memstream(&all, &size);
	if (!stream)
		return error_set(error, ENOMEM, "out of memory");
	result = write_all(plugin, text, is_start, stream, error);
	if (fclose(stream) != 0)
		result = result < 0 ? result : error_set(error, ENOMEM, "out of memory");
	is_any = result == 0 && size > 0;
	if (is_any)
		*options = make(plugin, all);
	free(all);
	return !is_any || *options ? result : error_set(error, ENOMEM, "out of memory");
}

/* Who holds a reference may count; so may the plugin whose options they are. */
static struct lvmpolld_options *writable(const struct lvmpolld_options *options)
{
	return (struct lvmpolld_options *)options;
}

const struct lvmpolld_options *options_hold(const struct lvmpolld_options *options)
{
	if (options)
		writable(options)->references++;
	return options;
}

void options_release(const struct lvmpolld_options *options)
{
	if (!options || --writable(options)->references > 0)
		return;
	free(options->text);
	free(writable(options));
}

const char *options_text(const struct lvmpolld_options *options)
{
	return options ? options->text : NULL;
}

int options_agree(
	const struct lvmpolld_options *options, const char *text, struct lvmpolld_error *error)
{
	struct option given, own;
	char name[64];

	while (text && next_option(&text, &given)) {
		snprintf(name, sizeof(name), "%.*s", (int)given.name_length, given.name);
		if (find_option(options_text(options), name, &own) && given.value &&
			own.value_length == given.value_length &&
			memcmp(own.value, given.value, own.value_length) == 0)
			continue;
		return error_set(error, EINVAL, "it is in flight with the options %s",
			options ? options->text : "of its plugin");
	}
	return 0;
}

bool options_read(
	const struct lvmpolld_options *options, const char *name, struct lvmpolld_value *value)
{
	struct lvmpolld_value whole = {.struct_size = sizeof(whole)};
	size_t size = value->struct_size < sizeof(whole) ? value->struct_size : sizeof(whole);
	struct lvmpolld_error error;

	for (size_t i = 0; options && options->declared[i].name; i++) {
		if (strcmp(options->declared[i].name, name) != 0)
			continue;
		/* It was checked when the options were made, if it is there. */
		if (!options->values[i] || configuration_parse_value(options->values[i],
						   options->declared[i].type, &whole, &error) < 0)
			return false;
		whole.type = options->declared[i].type;
		whole.struct_size = size;
		memcpy(value, &whole, size);
		return true;
	}
	return false;
}

static const struct lvmpolld_key *find_key(const struct lvmpolld_key *key, const char *name)
{
	while (key->name && strcmp(key->name, name) != 0)
		key++;
	return key->name ? key : NULL;
}

/* The text of OPTIONS with VALUE for CHANGED, to be freed; NULL when out of memory. */
static char *write_changed(const struct lvmpolld_options *options,
	const struct lvmpolld_key *changed, const char *value)
{
	const char *blank = "";
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	for (const struct lvmpolld_key *key = options->declared; key->name; key++) {
		const char *one = key == changed ? value : options->values[key - options->declared];

		if (one)
			fprintf(stream, "%s%s=%s", blank, key->name, one);
		blank = one ? " " : blank;
	}
	if (fclose(stream) == 0)
		return text;
	free(text);
	return NULL;
}

int options_set(const struct lvmpolld_options *options, const char *name, const char *value)
{
	const struct lvmpolld_key *key = options ? find_key(options->declared, name) : NULL;
	struct lvmpolld_error error;
	char *text;
	int result;

	if (!key || options_check_value(value, key->type, &error) < 0)
		return -EINVAL;
	text = write_changed(options, key, value);
	result = text ? take(writable(options), text) : -ENOMEM;
	free(text);
	return result;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets keys of the configuration that take a single value, after the checks of their type. */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/configuration_keys.h"

static void *field_of(struct configuration *configuration, const struct configuration_key *key)
{
	return (char *)configuration + key->offset;
}

static bool has_control_character(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return true;
	}
	return false;
}

static int set_path(struct configuration *configuration, const struct configuration_key *key,
	const char *text, struct lvmpolld_error *error)
{
	char **field = field_of(configuration, key);
	size_t length = strlen(text);
	char *copy;

	if (text[0] != '/' || length < key->minimum)
		return error_set(error, EINVAL,
			"\"%s\" is not an absolute path, one that begins with \"/\" and goes on",
			text);
	if (has_control_character(text))
		return error_set(error, EINVAL, "\"%s\" has a control character in it", text);
	if (length > key->maximum)
		return error_set(error, EINVAL,
			"the path has %zu bytes, and at most %" PRIu64 " are possible here", length,
			key->maximum);
	copy = strdup(text);
	if (copy == NULL)
		return error_set(error, ENOMEM, "out of memory");
	free(*field);
	*field = copy;
	return 0;
}

static enum lvmpolld_type value_type(const struct configuration_key *key)
{
	switch (key->type) {
	case CONFIGURATION_SECONDS:
		return LVMPOLLD_SECONDS;
	case CONFIGURATION_SIZE:
		return LVMPOLLD_SIZE;
	case CONFIGURATION_BOOLEAN:
		return LVMPOLLD_BOOLEAN;
	default:
		return LVMPOLLD_COUNT;
	}
}

static int set_number(struct configuration *configuration, const struct configuration_key *key,
	const char *text, struct lvmpolld_error *error)
{
	struct lvmpolld_value value;
	int result = configuration_parse_value(text, value_type(key), &value, error);

	if (result < 0)
		return result;
	if (value.number < key->minimum || value.number > key->maximum)
		return error_set(error, EINVAL,
			"\"%s\" is out of range: from %" PRIu64 " to %" PRIu64 "%s", text,
			key->minimum, key->maximum,
			key->type == CONFIGURATION_SECONDS ? " seconds"
			: key->type == CONFIGURATION_SIZE  ? " bytes"
							   : "");
	if (key->type == CONFIGURATION_SIZE)
		*(size_t *)field_of(configuration, key) = (size_t)value.number;
	else
		*(unsigned *)field_of(configuration, key) = (unsigned)value.number;
	return 0;
}

static int set_boolean(struct configuration *configuration, const struct configuration_key *key,
	const char *text, struct lvmpolld_error *error)
{
	struct lvmpolld_value value;
	int result = configuration_parse_value(text, value_type(key), &value, error);

	if (result == 0)
		*(bool *)field_of(configuration, key) = value.boolean;
	return result;
}

static int set_log_level(struct configuration *configuration, const struct configuration_key *key,
	const char *text, struct lvmpolld_error *error)
{
	if (log_level_from_name(text, field_of(configuration, key)) < 0)
		return error_set(error, EINVAL,
			"\"%s\" is not a log level: fatal, error, warn, info or debug", text);
	return 0;
}

static int set_plugins_all(struct configuration *configuration, const struct configuration_key *key,
	const char *text, struct lvmpolld_error *error)
{
	size_t wrong;

	if (strcmp(text, "all") != 0)
		return error_set(error, EINVAL,
			"\"%s\" is neither \"all\" nor a list of plugins such as [pvmove, convert]",
			text);
	configuration_set_list(configuration, key, 0, NULL, &wrong, error);
	configuration->plugins_all = true;
	return 0;
}

/* What a list looks like, for the message where there is none. */
static const char *list_example(enum configuration_type type)
{
	switch (type) {
	case CONFIGURATION_LOG_OUTLETS:
		return "[stderr, syslog]";
	case CONFIGURATION_USERS:
		return "[root]";
	default:
		return "[disk]";
	}
}

int configuration_set_scalar(struct configuration *configuration,
	const struct configuration_key *key, const char *text, struct lvmpolld_error *error)
{
	switch (key->type) {
	case CONFIGURATION_PATH:
		return set_path(configuration, key, text, error);
	case CONFIGURATION_SECONDS:
	case CONFIGURATION_COUNT:
	case CONFIGURATION_SIZE:
		return set_number(configuration, key, text, error);
	case CONFIGURATION_BOOLEAN:
		return set_boolean(configuration, key, text, error);
	case CONFIGURATION_LOG_LEVEL:
		return set_log_level(configuration, key, text, error);
	case CONFIGURATION_PLUGIN_NAMES:
		return set_plugins_all(configuration, key, text, error);
	case CONFIGURATION_LOG_OUTLETS:
	case CONFIGURATION_USERS:
	case CONFIGURATION_GROUPS:
		break;
	}
	return error_set(error, EINVAL, "\"%s\" is a single value, where a list such as %s belongs",
		text, list_example(key->type));
}

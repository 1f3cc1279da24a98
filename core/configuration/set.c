/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sets keys of the configuration, after the checks of their type. A list is replaced as a whole. */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/keys.h"
#include "configuration/sections.h"
#include "configuration/set.h"
#include "configuration/value.h"

/* The plugins that need not be named. */
#define PLUGINS_ALL "all"

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
	if (!copy)
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
			"\"%s\" is not a log level: fatal, error, warn, notice, info or debug",
			text);
	return 0;
}

static int set_resume(struct configuration *configuration, const struct configuration_key *key,
	const char *text, struct lvmpolld_error *error)
{
	static const char *const words[] = {
		[CONFIGURATION_RESUME_ALWAYS] = "always",
		[CONFIGURATION_RESUME_AFTER_CRASH] = "after_crash",
		[CONFIGURATION_RESUME_NEVER] = "never",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], text)) {
			*(enum configuration_resume *)field_of(configuration, key) =
				(enum configuration_resume)i;
			return 0;
		}
	return error_set(error, EINVAL, "\"%s\" is none of always, after_crash and never", text);
}

static int set_adopt(struct configuration *configuration, const struct configuration_key *key,
	const char *text, struct lvmpolld_error *error)
{
	static const char *const words[] = {
		[CONFIGURATION_ADOPT_NEVER] = "never",
		[CONFIGURATION_ADOPT_REPORT] = "report",
		[CONFIGURATION_ADOPT_ALWAYS] = "always",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(words[i], text)) {
			*(enum configuration_adopt *)field_of(configuration, key) =
				(enum configuration_adopt)i;
			return 0;
		}
	return error_set(error, EINVAL, "\"%s\" is none of never, report and always", text);
}

static int set_plugins_all(struct configuration *configuration, const struct configuration_key *key,
	const char *text, struct lvmpolld_error *error)
{
	size_t wrong;

	if (strcmp(text, PLUGINS_ALL) != 0)
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
	case CONFIGURATION_LOG_TARGETS:
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
	case CONFIGURATION_RESUME:
		return set_resume(configuration, key, text, error);
	case CONFIGURATION_ADOPT:
		return set_adopt(configuration, key, text, error);
	case CONFIGURATION_PLUGIN_NAMES:
		return set_plugins_all(configuration, key, text, error);
	case CONFIGURATION_LOG_TARGETS:
	case CONFIGURATION_USERS:
	case CONFIGURATION_GROUPS:
		break;
	}
	return error_set(error, EINVAL, "\"%s\" is a single value, where a list such as %s belongs",
		text, list_example(key->type));
}

/* The last number is no id: to the kernel it means "none". */
#define ID_MAX (UINT32_MAX - 1)

static int set_targets(struct configuration *configuration, size_t count, const char *const *items,
	size_t *wrong, struct lvmpolld_error *error)
{
	unsigned targets = 0;

	for (*wrong = 0; *wrong < count; (*wrong)++) {
		enum log_target target;

		if (log_target_from_name(items[*wrong], &target) < 0)
			return error_set(error, EINVAL,
				"\"%s\" is not a target: stderr, syslog or journal", items[*wrong]);
		targets |= (unsigned)target;
	}
	configuration->log.targets = targets;
	return 0;
}

/* 0, -ENOENT where the account database has no such name, or another negative errno. */
typedef int (*find_id)(const char *name, uint32_t *id);

static int find_user(const char *name, uint32_t *id)
{
	const struct passwd *entry;

	/* The superuser is there also where there is no account database, as early in the boot. */
	if (strcmp(name, "root") == 0) {
		*id = 0;
		return 0;
	}
	errno = 0;
	entry = getpwnam(name);
	if (!entry)
		return errno == 0 ? -ENOENT : -errno;
	*id = entry->pw_uid;
	return 0;
}

static int find_group(const char *name, uint32_t *id)
{
	const struct group *entry;

	errno = 0;
	entry = getgrnam(name);
	if (!entry)
		return errno == 0 ? -ENOENT : -errno;
	*id = entry->gr_gid;
	return 0;
}

static int resolve_id(const char *text, const char *kind, find_id find, uint32_t *id,
	struct lvmpolld_error *error)
{
	struct lvmpolld_value value;
	int result;

	if (text[0] != '\0' && text[strspn(text, "0123456789")] == '\0') {
		if (configuration_parse_value(text, LVMPOLLD_COUNT, &value, NULL) < 0 ||
			value.number > ID_MAX)
			return error_set(error, EINVAL, "%s id %s is out of range: from 0 to %lu",
				kind, text, (unsigned long)ID_MAX);
		*id = (uint32_t)value.number;
		return 0;
	}
	result = find(text, id);
	/* Some sources of accounts tell "no such name" by an error of their own. */
	if (result == -ENOENT || result == -ESRCH)
		return error_set(error, EINVAL,
			"there is no %s \"%s\" here; write the name or number of one that exists",
			kind, text);
	if (result < 0)
		return error_set(error, -result, "%s \"%s\" cannot be looked up: %s", kind, text,
			strerror(-result));
	return 0;
}

static int set_ids(struct configuration_ids *ids, const char *kind, find_id find, size_t count,
	const char *const *items, size_t *wrong, struct lvmpolld_error *error)
{
	uint32_t *found = NULL;

	_Static_assert(sizeof(uid_t) == sizeof(uint32_t), "a user's id has 32 bits");
	_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "a group's id has 32 bits");
	*wrong = 0;
	if (count > 0) {
		found = calloc(count, sizeof(*found));
		if (!found)
			return error_set(error, ENOMEM, "out of memory");
	}
	for (; *wrong < count; (*wrong)++) {
		int result = resolve_id(items[*wrong], kind, find, &found[*wrong], error);

		if (result < 0) {
			free(found);
			return result;
		}
	}
	free(ids->list);
	*ids = (struct configuration_ids){.count = count, .list = found};
	return 0;
}

static void free_strings(size_t count, char **strings)
{
	for (size_t i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}

/* "all" among them is no name. NAMES has room for all ITEMS; *COPIED counts those in it. */
static int copy_plugin_names(char **names, size_t *copied, size_t count, const char *const *items,
	size_t *wrong, struct lvmpolld_error *error)
{
	for (; *wrong < count; (*wrong)++) {
		int result = configuration_check_plugin_word(items[*wrong], error);

		if (result < 0)
			return result;
		if (strcmp(items[*wrong], PLUGINS_ALL) == 0)
			continue;
		names[*copied] = strdup(items[*wrong]);
		if (!names[*copied])
			return error_set(error, ENOMEM, "out of memory");
		(*copied)++;
	}
	return 0;
}

static int set_plugin_names(struct configuration *configuration, size_t count,
	const char *const *items, size_t *wrong, struct lvmpolld_error *error)
{
	char **names = NULL;
	size_t copied = 0;
	int result;

	*wrong = 0;
	if (count > 0) {
		names = calloc(count, sizeof(*names));
		if (!names)
			return error_set(error, ENOMEM, "out of memory");
	}
	result = copy_plugin_names(names, &copied, count, items, wrong, error);
	if (result < 0) {
		free_strings(copied, names);
		return result;
	}
	free_strings(configuration->plugin_enabled_count, configuration->plugins_enabled);
	configuration->plugins_enabled = names;
	configuration->plugin_enabled_count = copied;
	configuration->plugins_all = copied < count;
	return 0;
}

int configuration_set_list(struct configuration *configuration, const struct configuration_key *key,
	size_t count, const char *const *items, size_t *wrong, struct lvmpolld_error *error)
{
	switch (key->type) {
	case CONFIGURATION_LOG_TARGETS:
		return set_targets(configuration, count, items, wrong, error);
	case CONFIGURATION_USERS:
		return set_ids(field_of(configuration, key), "user", find_user, count, items, wrong,
			error);
	case CONFIGURATION_GROUPS:
		return set_ids(field_of(configuration, key), "group", find_group, count, items,
			wrong, error);
	case CONFIGURATION_PLUGIN_NAMES:
		return set_plugin_names(configuration, count, items, wrong, error);
	default:
		*wrong = 0;
		return error_set(error, EINVAL, "a single value (%s) belongs here, and not a list",
			configuration_type_name(key->type));
	}
}

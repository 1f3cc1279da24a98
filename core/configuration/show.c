/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of the keys as they are in force, as text. */
#include "config.h"

#include <stdarg.h>
#include <string.h>

#include "configuration/show.h"
#include "util/buffer.h"

static const char *const resume_names[] = {
	[CONFIGURATION_RESUME_ALWAYS] = "always",
	[CONFIGURATION_RESUME_AFTER_CRASH] = "after_crash",
	[CONFIGURATION_RESUME_NEVER] = "never",
};

static const char *const adopt_names[] = {
	[CONFIGURATION_ADOPT_NEVER] = "never",
	[CONFIGURATION_ADOPT_REPORT] = "report",
	[CONFIGURATION_ADOPT_ALWAYS] = "always",
};

__attribute__((format(printf, 2, 3))) static void add(struct buffer *text, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)buffer_add_format(text, format, arguments);
	va_end(arguments);
}

static void add_ids(struct buffer *text, const struct configuration_ids *ids)
{
	add(text, "[");
	for (size_t i = 0; i < ids->count; i++)
		add(text, "%s%u", i > 0 ? ", " : "", (unsigned)ids->list[i]);
	add(text, "]");
}

static void add_targets(struct buffer *text, unsigned targets)
{
	enum log_target target;
	bool is_any = false;

	add(text, "[");
	for (size_t i = 0; log_target_names[i]; i++)
		if (log_target_from_name(log_target_names[i], &target) == 0 && (targets & target)) {
			add(text, "%s%s", is_any ? ", " : "", log_target_names[i]);
			is_any = true;
		}
	add(text, "]");
}

static void add_plugins(struct buffer *text, const struct configuration *configuration)
{
	const char *before = configuration->plugins_all ? ", " : "";

	if (configuration->plugins_all && configuration->plugin_enabled_count == 0) {
		add(text, "all");
		return;
	}
	add(text, configuration->plugins_all ? "[all" : "[");
	for (size_t i = 0; i < configuration->plugin_enabled_count; i++, before = ", ")
		add(text, "%s%s", before, configuration->plugins_enabled[i]);
	add(text, "]");
}

void configuration_show(const struct configuration *configuration,
	const struct configuration_key *key, struct buffer *text)
{
	const char *field = (const char *)configuration + key->offset;
	const char *path;

	switch (key->type) {
	case CONFIGURATION_PATH:
		memcpy(&path, field, sizeof(path));
		add(text, "%s", path ? path : "");
		break;
	case CONFIGURATION_SECONDS:
	case CONFIGURATION_COUNT:
		add(text, "%u", *(const unsigned *)(const void *)field);
		break;
	case CONFIGURATION_SIZE:
		add(text, "%zu", *(const size_t *)(const void *)field);
		break;
	case CONFIGURATION_BOOLEAN:
		add(text, "%s", *(const bool *)field ? "true" : "false");
		break;
	case CONFIGURATION_LOG_LEVEL:
		add(text, "%s", log_level_name(configuration->log.level));
		break;
	case CONFIGURATION_RESUME:
		add(text, "%s", resume_names[configuration->resume]);
		break;
	case CONFIGURATION_ADOPT:
		add(text, "%s", adopt_names[configuration->adopt]);
		break;
	case CONFIGURATION_LOG_TARGETS:
		add_targets(text, configuration->log.targets);
		break;
	case CONFIGURATION_USERS:
	case CONFIGURATION_GROUPS:
		add_ids(text, (const struct configuration_ids *)(const void *)field);
		break;
	case CONFIGURATION_PLUGIN_NAMES:
		add_plugins(text, configuration);
		break;
	}
}

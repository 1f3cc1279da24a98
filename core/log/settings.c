/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words of the log's settings: levels, targets, and the list behind -l. */
#include "config.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "log/log.h"
#include "log/settings.h"

#define LOG_WORDS "all, fatal, error, warn, notice, info, debug, wire and cmd"

/* In the order of enum log_level. */
const char *const log_level_names[] = {"fatal", "error", "warn", "notice", "info", "debug", NULL};

/* In the order of the bits of enum log_target. */
const char *const log_target_names[] = {"stderr", "syslog", "journal", NULL};

static int find_name(const char *const *names, const char *name)
{
	for (int i = 0; names[i]; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -EINVAL;
}

const char *log_level_name(enum log_level level)
{
	return log_level_names[level];
}

int log_level_from_name(const char *name, enum log_level *level)
{
	int i = find_name(log_level_names, name);

	if (i < 0)
		return i;
	*level = (enum log_level)i;
	return 0;
}

int log_target_from_name(const char *name, enum log_target *target)
{
	int i = find_name(log_target_names, name);

	if (i < 0)
		return i;
	*target = (enum log_target)(1 << i);
	return 0;
}

/* What the words of one -l add up to. */
struct chosen {
	int level; /* -1 where no level was named */
	bool wire;
	bool cmd;
};

static void choose_level(struct chosen *chosen, enum log_level level)
{
	if ((int)level > chosen->level)
		chosen->level = (int)level;
}

static int choose_word(struct chosen *chosen, const char *word)
{
	enum log_level level;

	if (log_level_from_name(word, &level) == 0) {
		choose_level(chosen, level);
	} else if (strcmp(word, "all") == 0) {
		choose_level(chosen, LOG_LEVEL_DEBUG);
		chosen->wire = true;
	} else if (strcmp(word, "wire") == 0) {
		chosen->wire = true;
	} else if (strcmp(word, "cmd") == 0) {
		chosen->cmd = true;
	} else {
		return -EINVAL;
	}
	return 0;
}

int log_settings_parse(
	struct log_settings *settings, const char *list, struct lvmpolld_error *error)
{
	struct chosen chosen = {.level = -1};
	const char *rest = list;
	char word[16];

	for (;;) {
		size_t length = strcspn(rest, ",");
		size_t kept = length < sizeof(word) ? length : sizeof(word) - 1;

		memcpy(word, rest, kept);
		word[kept] = '\0';
		if (length > kept || choose_word(&chosen, word) < 0)
			return error_set(error, EINVAL,
				"unknown log setting \"%.*s\" in \"%s\": known are " LOG_WORDS
				", separated by commas",
				(int)length, rest, list);
		if (rest[length] == '\0')
			break;
		rest += length + 1;
	}
	if (chosen.level >= 0)
		settings->level = (enum log_level)chosen.level;
	settings->wire = settings->wire || chosen.wire;
	settings->cmd = settings->cmd || chosen.cmd;
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which devices a table names, and which of them are volumes below that a plugin has asked for. */
#include "config.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "monitor/below.h"

/* Takes the next word of what is left of a line. Returns false where it is no device's number. */
static bool take_word(struct below_words *words, uint64_t *number)
{
	const char *word = words->next;
	unsigned first, second;
	int end = 0;

	words->next += strcspn(word, " ");
	words->next += strspn(words->next, " ");
	/* Of the same driver: it is device-mapper's. */
	if (sscanf(word, "%u:%u%n", &first, &second, &end) != 2 ||
		(word[end] != ' ' && word[end] != '\0') || first != major(words->table->device))
		return false;
	*number = makedev(first, second);
	return true;
}

bool below_next_number(struct below_words *words, uint64_t *number)
{
	for (; words->line < words->table->target_count; words->line++, words->next = NULL) {
		const char *parameters = words->table->targets[words->line].parameters;

		if (!words->next)
			words->next = parameters + strspn(parameters, " ");
		while (words->next[0] != '\0')
			if (take_word(words, number))
				return true;
	}
	return false;
}

/* Whether NAME ends as PATTERN says. */
static bool has_end(const char *pattern, const char *name)
{
	for (; *name != '\0'; name++)
		if (fnmatch(pattern, name, 0) == 0)
			return true;
	return false;
}

/*
 * Volumes are renamed one after the other: meanwhile the names of some of them are those of before,
 * and leaving these out would show less than there is.
 */
enum below_match below_match(const char *const *patterns, const char *own, const char *name)
{
	const char *end = strncmp(name, own, strlen(own)) ? name : name + strlen(own);
	enum below_match match = BELOW_OTHER;

	for (; *patterns; patterns++) {
		if (end != name && fnmatch(*patterns, end, 0) == 0)
			return BELOW_NAMED;
		if (has_end(*patterns, end))
			match = BELOW_UNCLEAR;
	}
	return match;
}

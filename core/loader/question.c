/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an lvm command asks. */
#include "config.h"

#include <fnmatch.h>
#include <string.h>

#include "loader/question.h"

/* What stands behind each question of lvm2's; the answer is not repeated. */
#define PROMPT "[y/n]: "

/* No question of lvm2's has as many bytes: names have 127 at most. */
#define LENGTH_MAX 1023

/* So many words of a pattern have no wildcard. */
#define WORDS_MIN 2

/* Behind the question before it, if there is one. */
static const char *find_begin(const char *text, const char *end)
{
	const char *next = text;

	while ((next = strstr(next, PROMPT)) && next < end) {
		next += strlen(PROMPT);
		text = next;
	}
	return text + strspn(text, " ");
}

bool question_read(const char *text, struct asked *asked)
{
	size_t length = strlen(text);
	const char *end = text + length;

	if (length < strlen(PROMPT) || strcmp(end - strlen(PROMPT), PROMPT) != 0)
		return false;
	end -= strlen(PROMPT);
	asked->text = find_begin(text, end);
	while (end > asked->text && end[-1] == ' ')
		end--;
	asked->length = end > asked->text ? (size_t)(end - asked->text) : 0;
	return true;
}

/*
 * Blanks become slashes, which FNM_PATHNAME lets no wildcard match, and slashes something else.
 */
static void cut_into_words(char *text, size_t length, const char *from)
{
	for (size_t i = 0; i < length; i++)
		text[i] = from[i] == ' ' ? '/' : from[i] == '/' ? '\1' : from[i];
	text[length] = '\0';
}

static bool matches(const char *pattern, const char *text)
{
	char words[LENGTH_MAX + 1];
	size_t length = strlen(pattern);

	if (length > LENGTH_MAX)
		return false;
	cut_into_words(words, length, pattern);
	return fnmatch(words, text, FNM_PATHNAME) == 0;
}

const struct lvmpolld_question *question_find(const struct lvmpolld_question *questions,
	const char *command, unsigned phase, const struct asked *asked)
{
	char words[LENGTH_MAX + 1];

	if (asked->length > LENGTH_MAX)
		return NULL;
	cut_into_words(words, asked->length, asked->text);
	for (; questions->command; questions++)
		if (strcmp(questions->command, command) == 0 &&
			(questions->phase == 0 || questions->phase == phase) &&
			matches(questions->text, words))
			return questions;
	return NULL;
}

bool question_is_specific(const char *text)
{
	unsigned count = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		count += length > 0 && strcspn(text, " *?[\\") == length;
		text += length + strspn(text + length, " ");
	}
	return count >= WORDS_MIN;
}

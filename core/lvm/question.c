/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an lvm command asks. */
#include "config.h"

#include <fnmatch.h>
#include <string.h>

#include "lvm/question.h"

/* What stands behind each question of lvm2's; the answer is not repeated. */
#define PROMPT "[y/n]: "

/* No question of lvm2's has as many bytes: names have 127 at most. */
#define LENGTH_MAX 1023

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

const struct lvmpolld_question *question_find(
	const struct lvmpolld_question *questions, const char *command, const struct asked *asked)
{
	char text[LENGTH_MAX + 1];

	if (asked->length > LENGTH_MAX)
		return NULL;
	memcpy(text, asked->text, asked->length);
	text[asked->length] = '\0';
	for (; questions->command; questions++)
		if (strcmp(questions->command, command) == 0 &&
			fnmatch(questions->text, text, 0) == 0)
			return questions;
	return NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors: a code and one sentence for people. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/error.h"

int error_set(struct lvmpolld_error *error, int code, const char *format, ...)
{
	va_list arguments;
	int result;

	va_start(arguments, format);
	result = error_set_arguments(error, code, format, arguments);
	va_end(arguments);
	return result;
}

int error_set_arguments(
	struct lvmpolld_error *error, int code, const char *format, va_list arguments)
{
	if (!error)
		return -code;
	/* Through a buffer, because an argument may well be the sentence that is replaced. */
	char sentence[ERROR_SENTENCE_MAX];

	vsnprintf(sentence, sizeof(sentence), format, arguments);
	memcpy(error->sentence, sentence, strlen(sentence) + 1);
	error->code = code;
	return -code;
}

int error_add_context(struct lvmpolld_error *error, const char *format, ...)
{
	static const char separator[] = ": ";
	const size_t separator_length = sizeof(separator) - 1;
	char context[ERROR_SENTENCE_MAX / 2];
	size_t context_length, kept;
	va_list arguments;

	if (!error)
		return -EIO;
	va_start(arguments, format);
	vsnprintf(context, sizeof(context), format, arguments);
	va_end(arguments);

	context_length = strlen(context);
	kept = strnlen(
		error->sentence, sizeof(error->sentence) - context_length - separator_length - 1);
	memmove(error->sentence + context_length + separator_length, error->sentence, kept);
	memcpy(error->sentence, context, context_length);
	memcpy(error->sentence + context_length, separator, separator_length);
	error->sentence[context_length + separator_length + kept] = '\0';
	return -error->code;
}

void error_append(struct lvmpolld_error *error, const char *format, ...)
{
	size_t length;
	va_list arguments;

	if (!error)
		return;
	length = strlen(error->sentence);
	va_start(arguments, format);
	vsnprintf(error->sentence + length, sizeof(error->sentence) - length, format, arguments);
	va_end(arguments);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An error: a code and one sentence for people, which gains context on the way up. */
#ifndef CORE_UTIL_ERROR_H
#define CORE_UTIL_ERROR_H

#include <stdarg.h>

#define ERROR_SENTENCE_MAX 1024

struct lvmpolld_error {
	int code; /* positive, from errno.h; 0 where nothing failed */
	char sentence[ERROR_SENTENCE_MAX];
};

/*
 * Sets code and sentence; a sentence that is too long is cut. ERROR may be NULL. Returns -CODE. Any
 * thread, here and below.
 */
int error_set(struct lvmpolld_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int error_set_arguments(struct lvmpolld_error *error, int code, const char *format,
	va_list arguments) __attribute__((format(printf, 3, 0)));

/* Puts "context: " before the sentence. Returns -code, for the caller to return; -EIO for NULL. */
int error_add_context(struct lvmpolld_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Puts more behind the sentence. */
void error_append(struct lvmpolld_error *error, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif

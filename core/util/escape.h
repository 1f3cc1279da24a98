/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes text from outside safe for a terminal and for a log. */
#ifndef CORE_UTIL_ESCAPE_H
#define CORE_UTIL_ESCAPE_H

#include <stddef.h>

/*
 * Copies from *TEXT to TARGET as much as fits, and moves *TEXT behind what was copied. TARGET has
 * SIZE bytes, at least 5, and ends with a NUL byte afterwards. Control characters and bytes that
 * are not UTF-8 become \ooo, in octal. No such sequence and no character is split. Returns the
 * length written.
 */
size_t escape_text(char *target, size_t size, const char **text);

#endif

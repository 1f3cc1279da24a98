/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text from elsewhere, made safe for a terminal and for a log of lines. */
#ifndef CORE_ESCAPE_H
#define CORE_ESCAPE_H

#include <stddef.h>

/*
 * Copies from *TEXT to TARGET (SIZE bytes, at least 5, NUL-terminated afterwards) as much as fits
 * and moves *TEXT behind what was copied. Control characters and bytes that are not UTF-8 become
 * \ooo, in octal; neither such a sequence nor a character is ever torn. Returns the length written.
 */
size_t escape_text(char *target, size_t size, const char **text);

#endif

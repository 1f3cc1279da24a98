/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text from elsewhere, made safe for a terminal and for a log of lines. */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/escape.h"

/* Bytes of "\ooo". */
#define ESCAPE_LENGTH 4

/* The smallest code point that needs a sequence of so many bytes. */
static const uint32_t smallest_code_point[] = {0, 0, 0x80, 0x800, 0x10000};

/* The length of the UTF-8 sequence that LEAD begins; 0 where it begins none. */
static size_t promised_length(unsigned char lead)
{
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

/* C1 controls are as dangerous to a terminal as those below U+0020. */
static bool is_printable(uint32_t code_point, size_t length)
{
	return code_point >= smallest_code_point[length] && code_point >= 0xa0 &&
	       code_point <= 0x10ffff && (code_point < 0xd800 || code_point > 0xdfff);
}

/* Bytes of the printable character at TEXT; 0 where there is none and a byte must be escaped. */
static size_t character_length(const unsigned char *text)
{
	size_t length;
	uint32_t code_point;

	if (text[0] < 0x80)
		return text[0] >= 0x20 && text[0] != 0x7f ? 1 : 0;
	length = promised_length(text[0]);
	if (length == 0)
		return 0;
	code_point = text[0] & (0xffU >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code_point = code_point << 6 | (text[i] & 0x3f);
	}
	return is_printable(code_point, length) ? length : 0;
}

size_t escape_text(char *target, size_t size, const char **text)
{
	size_t used = 0;

	while (**text != '\0') {
		size_t length = character_length((const unsigned char *)*text);
		size_t needed = length > 0 ? length : ESCAPE_LENGTH;

		if (used + needed >= size)
			break;
		if (length > 0)
			memcpy(target + used, *text, length);
		else
			snprintf(target + used, size - used, "\\%03o", (unsigned char)**text);
		used += needed;
		*text += length > 0 ? length : 1;
	}
	target[used] = '\0';
	return used;
}

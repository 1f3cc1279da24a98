/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers as people read them. */
#ifndef CTL_TEXT_H
#define CTL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_SIZE 32

/* "1.5G", as lsblk has it: powers of 1024. */
void text_of_size(int64_t bytes, char text[TEXT_SIZE]);
/* "12s", "3m05s", "1h02m", "2d03h". */
void text_of_duration(int64_t seconds, char text[TEXT_SIZE]);
/* Local time for people, or UTC as in RFC 3339 for programs. */
void text_of_time(int64_t seconds, bool for_people, char text[TEXT_SIZE]);

/* Reads "90", "90s", "5m", "2h", "1d". Returns -1 where it is none of these. */
int64_t text_parse_duration(const char *text);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an operation is told to have come to, for people: a few numbers with names,
 * "mismatches=128". */
#ifndef CORE_LOADER_FINDINGS_H
#define CORE_LOADER_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lvmpolld/plugin.h>

/* More are not told. */
#define FINDINGS_MAX 8
/* A name, with the byte behind it. */
#define FINDING_NAME_SIZE 33
/* All of them as text: each with "=", the longest number and a blank. */
#define FINDINGS_TEXT_SIZE (FINDINGS_MAX * (FINDING_NAME_SIZE + 21))

struct finding {
	char name[FINDING_NAME_SIZE];
	uint64_t number; /* at most INT64_MAX, which is what messages can tell */
};

/* With a count of 0: none is known. */
struct lvmpolld_findings {
	size_t count;
	struct finding list[FINDINGS_MAX];
};

/*
 * Adds NAME with NUMBER, or gives it that number where it is there. Returns false where one of them
 * cannot be told, or there are FINDINGS_MAX others.
 */
bool findings_add(struct lvmpolld_findings *findings, const char *name, uint64_t number);

/* Writes them as "mismatches=128 repaired=3", with blanks between them; "" where there is none. */
void findings_write(const struct lvmpolld_findings *findings, char text[FINDINGS_TEXT_SIZE]);

/* Reads what findings_write has written. What is none of it is left out. TEXT may be NULL. */
void findings_read(struct lvmpolld_findings *findings, const char *text);

#endif

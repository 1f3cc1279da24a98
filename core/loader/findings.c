/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an operation is told to have come to: a few numbers with names. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader/findings.h"

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

/* It is a key in JSON, and ends at "=" in a line. */
static bool is_name(const char *name)
{
	size_t length = name ? strnlen(name, FINDING_NAME_SIZE) : 0;

	return length > 0 && length < FINDING_NAME_SIZE && strspn(name, LOWER) > 0 &&
	       strspn(name, LOWER DIGITS "_") == length;
}

static struct finding *find(struct lvmpolld_findings *findings, const char *name)
{
	for (size_t i = 0; i < findings->count; i++)
		if (!strcmp(findings->list[i].name, name))
			return &findings->list[i];
	return NULL;
}

bool findings_add(struct lvmpolld_findings *findings, const char *name, uint64_t number)
{
	struct finding *finding;

	if (!is_name(name) || number > INT64_MAX)
		return false;
	finding = find(findings, name);
	if (!finding && findings->count == FINDINGS_MAX)
		return false;
	if (!finding)
		finding = &findings->list[findings->count++];
	snprintf(finding->name, sizeof(finding->name), "%s", name);
	finding->number = number;
	return true;
}

void findings_write(const struct lvmpolld_findings *findings, char text[FINDINGS_TEXT_SIZE])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < findings->count; i++)
		used += (size_t)snprintf(text + used, FINDINGS_TEXT_SIZE - used, "%s%s=%" PRIu64,
			i > 0 ? " " : "", findings->list[i].name, findings->list[i].number);
}

void findings_read(struct lvmpolld_findings *findings, const char *text)
{
	char name[FINDING_NAME_SIZE], digits[20];
	int length;

	findings->count = 0;
	while (text && sscanf(text, " %32[^= ]=%19[0-9]%n", name, digits, &length) == 2) {
		text += length;
		if (*text == '\0' || *text == ' ')
			findings_add(findings, name, strtoull(digits, NULL, 10));
	}
}

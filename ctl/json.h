/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations in JSON: lvmpollctl.schema.json says what is in it. */
#ifndef CTL_JSON_H
#define CTL_JSON_H

#include <stdio.h>

#include "entry.h"

/* TEXT in double quotes, with what must be escaped; or null. */
void json_print_string(const char *text, FILE *stream);

/* One operation, without a newline; before its own members come those of HEAD: "", or with a comma
 * behind each. */
void json_print_entry(const struct entry *entry, const char *head, FILE *stream);

/* {"operations": [...]} */
void json_print_entries(const struct entries *entries, FILE *stream);

#endif

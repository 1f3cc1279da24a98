/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a hook is told of an event. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hook_call.h"
#include "json.h"
#include "text.h"

void hook_call_free(struct hook_call *call)
{
	free(call->event);
	free(call->volume);
	free(call->operation);
	free(call->json);
	free(call);
}

/* A line of JSON. NULL when out of memory. */
static char *make_json(const char *event, const struct entry *entry)
{
	char *text = NULL, moment[TEXT_SIZE];
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	bool is_whole;

	if (!stream)
		return NULL;
	text_of_time(time(NULL), false, moment);
	fprintf(stream, "{\"time\": \"%s\", \"event\": \"%s\", \"operation\": ", moment, event);
	json_print_entry(entry, "", stream);
	fputs("}\n", stream);
	is_whole = !ferror(stream);
	if (fclose(stream) == 0 && is_whole)
		return text;
	free(text);
	return NULL;
}

struct hook_call *hook_call_make(const char *event, const struct entry *entry)
{
	struct hook_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->event = strdup(event);
	call->volume = strdup(entry->name);
	call->json = make_json(event, entry);
	if (asprintf(&call->operation, "%s%s", entry->operation ? entry->operation : "operation",
		    entry->is_abort ? " --abort" : "") < 0)
		call->operation = NULL;
	if (call->event && call->volume && call->json && call->operation)
		return call;
	hook_call_free(call);
	return NULL;
}

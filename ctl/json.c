/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations in JSON. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "text.h"

void json_print_string(const char *text, FILE *stream)
{
	if (!text) {
		fputs("null", stream);
		return;
	}
	fputc('"', stream);
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			fprintf(stream, "\\%c", *text);
		else if ((unsigned char)*text < ' ')
			fprintf(stream, "\\u%04x", (unsigned)(unsigned char)*text);
		else
			fputc(*text, stream);
	fputc('"', stream);
}

static void print_key(const char *key, FILE *stream)
{
	fprintf(stream, ", \"%s\": ", key);
}

static void print_string(const char *key, const char *value, FILE *stream)
{
	print_key(key, stream);
	json_print_string(value, stream);
}

static void print_number(const char *key, int64_t value, FILE *stream)
{
	print_key(key, stream);
	if (value < 0)
		fputs("null", stream);
	else
		fprintf(stream, "%" PRId64, value);
}

static void print_time(const char *key, int64_t seconds, FILE *stream)
{
	char text[TEXT_SIZE];

	if (seconds >= 0)
		text_of_time(seconds, false, text);
	print_string(key, seconds < 0 ? NULL : text, stream);
}

static void print_destinations(const char *list, FILE *stream)
{
	print_key("destinations", stream);
	fputc('[', stream);
	while (list && *list) {
		size_t length = strcspn(list, " ");

		char *name = strndup(list, length);

		/* device-mapper has "my\x20disk" for a name with a blank. */
		json_print_string(name, stream);
		free(name);
		fputs(list[length] ? ", " : "", stream);
		list += length + (list[length] == ' ');
	}
	fputc(']', stream);
}

/* "mismatches=128 repaired=3": names need no escape. What does not look like that is left out. */
static void print_findings(const char *list, FILE *stream)
{
	const char *separator = "";

	fputs(", \"findings\": {", stream);
	while (*list) {
		size_t name = strspn(list, "abcdefghijklmnopqrstuvwxyz0123456789_");
		size_t length = strcspn(list, " ");

		if (name > 0 && list[name] == '=' && name + 1 < length &&
			strspn(list + name + 1, "0123456789") == length - name - 1) {
			fprintf(stream, "%s\"%.*s\": %.*s", separator, (int)name, list,
				(int)(length - name - 1), list + name + 1);
			separator = ", ";
		}
		list += length + (list[length] == ' ');
	}
	fputc('}', stream);
}

/* "mode=check region=4MiB", where it has options: their names need no escape. */
static void print_options(const char *list, FILE *stream)
{
	const char *separator = "";

	if (!list)
		return;
	print_key("options", stream);
	fputc('{', stream);
	while (*list) {
		size_t length = strcspn(list, " "), name = strcspn(list, "= ");
		char *value = name < length ? strndup(list + name + 1, length - name - 1) : NULL;

		if (value) {
			fprintf(stream, "%s\"%.*s\": ", separator, (int)name, list);
			json_print_string(value, stream);
			separator = ", ";
		}
		free(value);
		list += length + (list[length] == ' ');
	}
	fputc('}', stream);
}

static void print_result(const struct entry *entry, FILE *stream)
{
	print_key("result", stream);
	if (!entry->result) {
		fputs("null", stream);
		return;
	}
	fputs("{\"kind\": ", stream);
	json_print_string(entry->result, stream);
	if (entry->value >= 0)
		fprintf(stream, ", \"value\": %" PRId64, entry->value);
	if (entry->findings)
		print_findings(entry->findings, stream);
	fputc('}', stream);
}

/* They are there where they were asked for, and of what is over. */
static void print_events(const struct entry *entry, FILE *stream)
{
	const char *sentence;
	int64_t at;

	if (entry->event_count == 0)
		return;
	print_key("events", stream);
	for (size_t i = 0; (sentence = entry_event(entry, i, &at)); i++) {
		char text[TEXT_SIZE];

		text_of_time(at, false, text);
		fprintf(stream, "%s{\"time\": \"%s\", \"text\": ", i > 0 ? ", " : "[", text);
		json_print_string(sentence, stream);
		fputc('}', stream);
	}
	fputc(']', stream);
}

void json_print_entry(const struct entry *entry, const char *head, FILE *stream)
{
	fprintf(stream, "{%s", head);
	/* Stock's daemon gives none. */
	fprintf(stream, entry->id > 0 ? "\"id\": %" PRId64 : "\"id\": null", entry->id);
	print_string("name", entry->name, stream);
	print_string("vg", entry->vg, stream);
	print_string("lv", entry->lv, stream);
	print_string("lvid", entry->lvid, stream);
	print_string("operation", entry->operation, stream);
	fprintf(stream, ", \"abort\": %s", entry->is_abort ? "true" : "false");
	print_options(entry->options, stream);
	print_string("state", entry->state, stream);
	print_string("source", entry->source, stream);
	print_destinations(entry->destinations, stream);
	print_key("percent", stream);
	fprintf(stream, entry->percent < 0 ? "null" : "%.2f", entry->percent);
	print_number("done_bytes", entry->done_bytes, stream);
	print_number("total_bytes", entry->total_bytes, stream);
	print_number("rate", entry->rate, stream);
	print_number("remaining", entry->remaining, stream);
	print_time("started", entry->started, stream);
	print_number("elapsed", entry->elapsed, stream);
	print_number("stalled", entry->stalled, stream);
	print_number(
		"failed_devices", entry->failed_devices < 0 ? 0 : entry->failed_devices, stream);
	print_number("pid", entry->pid, stream);
	print_number("requests", entry->requests < 0 ? 0 : entry->requests, stream);
	print_string("reason", entry->reason, stream);
	print_string("doubt", entry->doubt, stream);
	print_result(entry, stream);
	print_time("ended", entry->ended, stream);
	if (entry->ended >= 0)
		fprintf(stream, ", \"at_risk\": %s", entry->at_risk > 0 ? "true" : "false");
	print_events(entry, stream);
	fputc('}', stream);
}

void json_print_entries(const struct entries *entries, FILE *stream)
{
	fputs("{\"operations\": [", stream);
	for (size_t i = 0; i < entries->count; i++) {
		fputs(i > 0 ? ",\n  " : "\n  ", stream);
		json_print_entry(entries->list[i], "", stream);
	}
	fputs(entries->count > 0 ? "\n]}\n" : "]}\n", stream);
}

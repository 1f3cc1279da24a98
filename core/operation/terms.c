/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The terms of a request: what a client asked for. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "loader/options.h"
#include "loader/plugins.h"
#include "operation/terms.h"

/* The UUIDs of the group and the volume, without dashes. */
#define LVID_LENGTH 64

static size_t size_of(const char *string)
{
	return string ? strlen(string) + 1 : 0;
}

/* Copies STRING to *END, which is moved behind it. */
static const char *put_string(char **end, const char *string)
{
	const char *copy = *end;

	if (!string)
		return NULL;
	*end = stpcpy(*end, string) + 1;
	return copy;
}

const char *terms_lvid_in(const char *identifier)
{
	size_t length = strlen(identifier);

	return length > LVID_LENGTH ? identifier + length - LVID_LENGTH : identifier;
}

char *terms_identifier(const char *system_dir, const char *lvid)
{
	size_t length = system_dir ? strlen(system_dir) : 0, size = strlen(lvid) + 1;
	char *identifier = malloc(length + size);

	if (identifier && system_dir)
		memcpy(identifier, system_dir, length);
	if (identifier)
		memcpy(identifier + length, lvid, size);
	return identifier;
}

/* Those of ASKED; else the defaults. */
static const struct lvmpolld_options *find_options(
	const struct lvmpolld_request *asked, const struct plugin_entry *plugin)
{
	const struct lvmpolld_options *options = options_hold(asked->options);
	struct lvmpolld_error error;

	if (!options && plugin->interface && plugin->interface->options)
		options_new(plugin->interface, NULL, false, &options, &error);
	return options;
}

/* The strings lie behind the struct: thousands of operations have little memory each. */
struct terms *terms_new(const struct lvmpolld_request *asked, const struct plugin_entry *plugin)
{
	size_t size = size_of(asked->vg_name) + size_of(asked->lv_name) + size_of(asked->lvid) +
		      size_of(asked->interval) + size_of(asked->devices_file) +
		      2 * size_of(asked->system_dir) +
		      (asked->system_dir ? size_of(asked->lvid) : 0);
	struct terms *terms = calloc(1, sizeof(*terms) + size);
	char *end = (char *)(terms + 1);

	if (!terms)
		return NULL;
	terms->asked = (struct lvmpolld_request){
		.struct_size = sizeof(terms->asked),
		.abort = asked->abort,
		.handle_missing_pvs = asked->handle_missing_pvs,
		.vg_name = put_string(&end, asked->vg_name),
		.lv_name = put_string(&end, asked->lv_name),
		.lvid = put_string(&end, asked->lvid),
		.interval = put_string(&end, asked->interval),
		.system_dir = put_string(&end, asked->system_dir),
		.devices_file = put_string(&end, asked->devices_file),
		.options = find_options(asked, plugin),
	};
	terms->plugin = plugin;
	terms->memory = log_memory_new();
	terms->references = 1;
	terms->interval_s = (unsigned)strtoul(asked->interval, NULL, 10);
	terms->identifier = asked->lvid ? terms->asked.lvid : NULL;
	if (asked->system_dir) {
		terms->identifier = end;
		end = stpcpy(end, asked->system_dir);
		put_string(&end, asked->lvid);
	}
	return terms;
}

struct terms *terms_hold(struct terms *terms)
{
	terms->references++;
	return terms;
}

void terms_release(struct terms *terms)
{
	if (!terms || --terms->references > 0)
		return;
	options_release(terms->asked.options);
	free(terms->command_line);
	log_memory_release(terms->memory);
	free(terms);
}

void terms_share_memory(struct terms *terms, const struct terms *others)
{
	struct log_memory *former = terms->memory;

	if (former == others->memory)
		return;
	terms->memory = log_memory_hold(others->memory);
	log_memory_release(former);
}

struct log_subject terms_subject(const struct terms *terms)
{
	return (struct log_subject){
		.vg_name = terms->asked.vg_name,
		.lv_name = terms->asked.lv_name,
		.lvid = terms->asked.lvid,
		.operation = terms->plugin->interface->operation,
		.memory = terms->memory,
	};
}

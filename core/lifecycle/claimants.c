/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asks plugins which devices of a survey are theirs. */
#include "config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/configuration.h"
#include "lifecycle/claimants.h"
#include "lifecycle/context.h"
#include "loader/calls.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "monitor/survey.h"
#include "monitor/survey_status.h"
#include "records/claimants.h"
#include "records/deaths.h"

struct claimants {
	size_t count;
	const struct plugin_entry *plugins[];
};

static bool can_be_asked(const struct operations *operations, const struct plugin_entry *plugin)
{
	char path[PATH_MAX];

	if (!plugin->interface || !plugin->interface->claims)
		return false;
	if (!record_claimant_is_deadly(&operations->records, plugin->name, path, sizeof(path)))
		return true;
	log_error("the plugin %s is not asked which volumes nobody sees to are its own: %d daemons "
		  "in a row have died while it was; it is asked again by a daemon that starts "
		  "without %s",
		plugin->name, DEATHS_MAX, path);
	return false;
}

struct claimants *claimants_new(const struct operations *operations)
{
	const struct plugin_entry *plugin;
	struct claimants *claimants;
	size_t count = 0;

	while (plugins_entry(operations->plugins, count))
		count++;
	claimants = calloc(1, sizeof(*claimants) + count * sizeof(claimants->plugins[0]));
	for (size_t i = 0; claimants && i < count; i++) {
		plugin = plugins_entry(operations->plugins, i);
		if (can_be_asked(operations, plugin))
			claimants->plugins[claimants->count++] = plugin;
	}
	return claimants;
}

bool claimants_discover(const struct claimants *claimants)
{
	for (size_t i = 0; i < claimants->count; i++)
		if (plugin_can_discover(claimants->plugins[i]->interface) &&
			claimants->plugins[i]->discover)
			return true;
	return false;
}

void claimants_free(struct claimants *claimants)
{
	free(claimants);
}

static bool is_claimed(const struct plugin_entry *plugin, const struct survey *survey,
	const struct survey_device *device)
{
	struct survey_status status = survey_status_make(survey, device, plugin->interface->below);
	const struct lvmpolld_device told = {
		.struct_size = sizeof(told),
		.uuid = device->uuid,
		.lvid = device->lvid,
		.layer = device->layer,
		.name = device->table.name,
		.vg_name = device->table.vg_name,
		.lv_name = device->table.lv_name,
		.below = device->below,
		.status = status.targets,
		.status_count = status.count,
	};
	bool is_its_own =
		plugin_claims(plugin, &told, device->table.targets, device->table.target_count);

	survey_status_free(&status);
	return is_its_own;
}

/* What lvm2 asks nobody for is no matter of who sees to it, but of the plugin's own key. */
static bool is_to_be_asked(const struct operations *operations, const struct plugin_entry *plugin)
{
	return plugin_can_discover(plugin->interface)
		       ? plugin->discover
		       : operations->configuration->adopt != CONFIGURATION_ADOPT_NEVER;
}

static bool goes_before(const struct plugin_entry *plugin, const struct plugin_entry *other)
{
	return plugin_goes_before(plugin->interface, other->interface);
}

/* CLAIMED has one for each device; the plugin of one that a former plugin claims is there. */
static void ask(
	const struct plugin_entry *plugin, const struct survey *survey, struct claimed *claimed)
{
	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_device *device = &survey->devices[i];
		const struct plugin_entry *former = claimed[i].plugin;

		if (!is_claimed(plugin, survey, device) || (former && goes_before(former, plugin)))
			continue;
		if (former && goes_before(plugin, former))
			former = NULL;
		if (former)
			log_warn("the plugins %s and %s claim %s: it is left alone", former->name,
				plugin->name, device->table.name);
		/* It stays in doubt for a third one. */
		claimed[i].device = former ? NULL : device;
		claimed[i].plugin = plugin;
	}
}

/* Adds NEXT to the COUNT of CLAIMED, of a volume once. Returns how many there are. */
static size_t add(struct claimed *claimed, size_t count, const struct claimed *next)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(claimed[i].device->lvid, next->device->lvid) != 0)
			continue;
		if (goes_before(next->plugin, claimed[i].plugin))
			claimed[i] = *next;
		return count;
	}
	claimed[count] = *next;
	return count + 1;
}

size_t claimants_ask(const struct claimants *claimants, const struct operations *operations,
	const struct survey *survey, struct claimed *claimed)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->count; i++)
		claimed[i] = (struct claimed){0};
	for (size_t i = 0; survey->count > 0 && i < claimants->count; i++) {
		const struct plugin_entry *plugin = claimants->plugins[i];
		int note;

		if (!is_to_be_asked(operations, plugin))
			continue;
		note = record_claimant_begin(&operations->records, plugin->name);
		ask(plugin, survey, claimed);
		record_claimant_end(&operations->records, plugin->name, note);
	}
	for (size_t i = 0; i < survey->count; i++)
		if (claimed[i].device)
			count = add(claimed, count, &claimed[i]);
	return count;
}

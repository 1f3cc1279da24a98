/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gives the loaded plugins a new configuration, or leaves all of them as they were. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>

#include "loader/configure.h"
#include "loader/plugins.h"
#include "loader/plugins_set.h"
#include "loader/values.h"
#include "log/log.h"

void plugins_take_values(struct plugin_module *module, const struct plugin_values *values)
{
	plugin_values_clear(&module->values);
	module->values = *values;
	module->entry.monitor = values->monitor;
	module->entry.stall_check_s = values->stall_check_s;
	module->entry.verify = values->verify;
	module->entry.discover = values->discover;
}

/* Reads the values of every loaded plugin into VALUES, which has one for each module. */
static int read_all(const struct plugins *plugins, struct plugin_values *values,
	const struct configuration *configuration, struct lvmpolld_error *error)
{
	const struct plugin_module *module;
	int result = 0;

	for (size_t i = 0; result == 0 && i < plugins->count; i++) {
		module = &plugins->modules[i];
		if (module->entry.interface)
			result = plugin_values_read(
				&values[i], &module->plugin, configuration, error);
	}
	return result;
}

/* Tells the first COUNT plugins the values again that were in force before. */
static void restore(const struct plugins *plugins, size_t count)
{
	struct lvmpolld_error error = {0};

	for (size_t i = 0; i < count; i++) {
		const struct plugin_module *module = &plugins->modules[i];

		if (module->entry.interface &&
			plugin_values_apply(&module->values, &module->plugin, &error) < 0)
			log_error("plugin %s does not take its former configuration back: %s",
				module->entry.name, error.sentence);
	}
}

static int apply_all(const struct plugins *plugins, const struct plugin_values *values,
	struct lvmpolld_error *error)
{
	for (size_t i = 0; i < plugins->count; i++) {
		const struct plugin_module *module = &plugins->modules[i];
		int result = 0;

		if (module->entry.interface)
			result = plugin_values_apply(&values[i], &module->plugin, error);
		if (result < 0) {
			/* The one that refused may have taken some values before. */
			restore(plugins, i + 1);
			return result;
		}
	}
	return 0;
}

/* Which plugins there are is decided once, since operations hold on to them. */
static void warn_of_other_selection(
	const struct plugins *plugins, const struct configuration *configuration)
{
	for (size_t i = 0; i < plugins->count; i++) {
		const struct plugin_entry *entry = &plugins->modules[i].entry;

		if (plugins_is_enabled(configuration, entry->name, entry->is_only_by_name) !=
			entry->enabled)
			log_warn("plugin %s is %s in the configuration now: this has an effect "
				 "only when the daemon starts again",
				entry->name, entry->enabled ? "disabled" : "enabled");
	}
}

int plugins_configure(struct plugins *plugins, const struct configuration *configuration,
	struct lvmpolld_error *error)
{
	struct plugin_values *values = calloc(plugins->count + 1, sizeof(*values));
	int result;

	if (!values)
		return error_set(error, ENOMEM, "cannot configure plugins: out of memory");
	result = read_all(plugins, values, configuration, error);
	if (result == 0)
		result = apply_all(plugins, values, error);
	for (size_t i = 0; i < plugins->count; i++)
		if (result == 0 && plugins->modules[i].entry.interface)
			plugins_take_values(&plugins->modules[i], &values[i]);
		else
			plugin_values_clear(&values[i]);
	free(values);
	if (result == 0) {
		plugins_warn_of_sections(plugins, configuration);
		warn_of_other_selection(plugins, configuration);
	}
	return result;
}

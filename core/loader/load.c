/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loads the plugins that the configuration asks for. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/configure.h"
#include "loader/find.h"
#include "loader/load.h"
#include "loader/plugins.h"
#include "loader/plugins_set.h"
#include "loader/values.h"
#include "log/log.h"

#define PATH_LINKED_IN  "linked in"
#define REASON_DISABLED "disabled by plugins.enabled in the configuration"
#define REASON_NOT_NAMED                                                                           \
	"plugins.enabled in the configuration does not name it: \"all\" is not enough"

/* Remembers why MODULE is not used. */
static void set_reason(struct plugin_module *module, const char *reason)
{
	free(module->entry.reason);
	module->entry.reason = strdup(reason);
}

/* Remembers and logs why MODULE, which should have been used, is not. */
static void refuse(struct plugin_module *module, const struct lvmpolld_error *error)
{
	set_reason(module, error->sentence);
	log_error("plugin %s (%s) is not loaded: %s", module->entry.name, module->entry.path,
		error->sentence);
	plugin_module_close(module);
}

/* Checks that no other plugin has MODULE's operation. */
static int check_operation_is_free(const struct plugins *plugins,
	const struct plugin_module *module, plugins_reserved_callback is_reserved,
	struct lvmpolld_error *error)
{
	const char *operation = module->plugin.operation;
	const struct plugin_entry *taken = plugins_find_operation(plugins, operation);

	if (is_reserved && is_reserved(operation))
		return error_set(error, EEXIST,
			"its operation \"%s\" is a request of the daemon's own: call it something "
			"else",
			operation);
	if (taken)
		return error_set(error, EEXIST,
			"its operation \"%s\" is that of plugin %s (%s) already: disable one of "
			"them with plugins.enabled in the configuration",
			operation, taken->name, taken->path);
	return 0;
}

static int configure_first(struct plugin_module *module, const struct configuration *configuration,
	struct lvmpolld_error *error)
{
	struct plugin_values values;
	int result = plugin_values_read(&values, &module->plugin, configuration, error);

	if (result < 0)
		return result;
	module->used = true;
	result = plugin_values_apply(&values, &module->plugin, error);
	if (result < 0) {
		plugin_values_clear(&values);
		return result;
	}
	plugins_take_values(module, &values);
	return 0;
}

/* What is disabled was opened only to learn its operation. */
static void leave_out(struct plugin_module *module, const struct configuration *configuration)
{
	plugin_module_close(module);
	set_reason(module, configuration->plugins_all ? REASON_NOT_NAMED : REASON_DISABLED);
}

/* Opens MODULE and makes it usable, or says why not. */
static void load_module(const struct plugins *plugins, struct plugin_module *module,
	const struct plugin_candidate *candidate, const struct configuration *configuration,
	plugins_reserved_callback is_reserved)
{
	struct lvmpolld_error error = {0};
	int result = plugin_module_open(module, candidate, &error);

	module->entry.is_only_by_name = result == 0 && module->plugin.only_by_name;
	module->entry.enabled =
		plugins_is_enabled(configuration, candidate->name, module->entry.is_only_by_name);
	if (!module->entry.enabled) {
		leave_out(module, configuration);
		return;
	}
	if (result == 0)
		result = plugin_values_check_keys(&module->plugin, &error);
	if (result == 0)
		result = check_operation_is_free(plugins, module, is_reserved, &error);
	if (result == 0)
		result = configure_first(module, configuration, &error);
	if (result < 0) {
		refuse(module, &error);
		return;
	}
	module->entry.interface = &module->plugin;
	log_info("plugin %s (%s) is loaded", module->entry.name, module->entry.path);
}

/* The next entry of PLUGINS, which has room for it, for CANDIDATE; NULL when out of memory. */
static struct plugin_module *add_module(struct plugins *plugins,
	const struct plugin_candidate *candidate, const struct configuration *configuration)
{
	struct plugin_module *module = &plugins->modules[plugins->count];
	const char *path = candidate->linked ? PATH_LINKED_IN : candidate->file;

	/* One that is not there is told with the place where it should be. */
	module->entry.path = strdup(path ? path : configuration->plugin_directory);
	module->entry.name = strdup(candidate->name);
	if (!module->entry.name || !module->entry.path) {
		plugin_module_clear(module);
		return NULL;
	}
	plugins->count++;
	return module;
}

static int load_candidates(struct plugins *plugins, const struct plugin_candidates *candidates,
	const struct configuration *configuration, plugins_reserved_callback is_reserved)
{
	struct plugin_module *module;

	if (candidates->count == 0)
		return 0;
	plugins->modules = calloc(candidates->count, sizeof(*plugins->modules));
	if (!plugins->modules)
		return -ENOMEM;
	for (size_t i = 0; i < candidates->count; i++) {
		module = add_module(plugins, &candidates->list[i], configuration);
		if (!module)
			return -ENOMEM;
		load_module(plugins, module, &candidates->list[i], configuration, is_reserved);
	}
	return 0;
}

/* Finds what there is, and adds what the configuration names beyond that. */
static int find_candidates(
	struct plugin_candidates *candidates, const struct configuration *configuration)
{
	struct lvmpolld_error error = {0};
	int result = plugin_candidates_find(candidates, configuration->plugin_directory, &error);

	/* Where plugins are linked in, no directory is needed; otherwise that is a warning. */
	if (result < 0 && result != -ENOMEM) {
		log_write(candidates->count > 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "%s",
			error.sentence);
		result = 0;
	}
	for (size_t i = 0; result == 0 && i < configuration->plugin_enabled_count; i++)
		result = plugin_candidates_require(candidates, configuration->plugins_enabled[i]);
	return result;
}

static int load_all(struct plugins *plugins, const struct configuration *configuration,
	plugins_reserved_callback is_reserved, struct lvmpolld_error *error)
{
	struct plugin_candidates candidates;
	int result = find_candidates(&candidates, configuration);

	if (result == 0)
		result = load_candidates(plugins, &candidates, configuration, is_reserved);
	plugin_candidates_clear(&candidates);
	if (result < 0)
		return error_set(error, -result, "cannot load plugins: out of memory");
	plugins_warn_of_sections(plugins, configuration);
	return 0;
}

struct plugins *plugins_load(const struct configuration *configuration,
	plugins_reserved_callback is_reserved, struct lvmpolld_error *error)
{
	struct plugins *plugins = calloc(1, sizeof(*plugins));

	if (!plugins) {
		error_set(error, ENOMEM, "cannot load plugins: out of memory");
		return NULL;
	}
	plugin_linked_register();
	if (lt_dlinit() != 0) {
		error_set(error, EIO, "cannot load plugins: libltdl does not start: %s",
			lt_dlerror());
		free(plugins);
		return NULL;
	}
	if (load_all(plugins, configuration, is_reserved, error) < 0) {
		plugins_unload(plugins);
		return NULL;
	}
	return plugins;
}

void plugins_unload(struct plugins *plugins)
{
	if (!plugins)
		return;
	for (size_t i = 0; i < plugins->count; i++)
		plugin_module_clear(&plugins->modules[i]);
	free(plugins->modules);
	free(plugins);
	lt_dlexit();
}

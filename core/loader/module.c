/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module: opened through libltdl, its plugin checked and copied. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "loader/check.h"
#include "loader/module.h"

#define PLUGIN_SYMBOL "lvmpolld_plugin"

typedef const struct lvmpolld_plugin *(*plugin_function)(void);

/* libltdl's advice: a module's symbols are its own, and a linked-in one is nowhere else. */
static int make_advice(lt_dladvise *advice, const struct plugin_candidate *candidate)
{
	if (lt_dladvise_init(advice) != 0)
		return -ENOMEM;
	if (lt_dladvise_local(advice) != 0 ||
		(candidate->linked && lt_dladvise_preload(advice) != 0)) {
		lt_dladvise_destroy(advice);
		return -ENOMEM;
	}
	return 0;
}

/*
 * libltdl resolves functions at their first call, and one that the daemon does not have would then
 * end the process. So every symbol of FILE is resolved before, which also gives better reasons
 * than libltdl does. The result keeps them resolved until it is closed.
 */
static void *resolve(const char *file, struct lvmpolld_error *error)
{
	void *resolved = dlopen(file, RTLD_NOW | RTLD_LOCAL);

	if (!resolved)
		error_set(error, ENOEXEC, "it cannot be loaded: %s", dlerror());
	return resolved;
}

/* A .la file is libtool's description of a module, which only libltdl can read. */
static bool is_shared_object(const char *file)
{
	size_t length = strlen(file);

	return length > 3 && strcmp(file + length - 3, ".so") == 0;
}

static int open_handle(struct plugin_module *module, const struct plugin_candidate *candidate,
	struct lvmpolld_error *error)
{
	lt_dladvise advice;
	void *resolved = NULL;
	bool resolves = !candidate->linked && is_shared_object(candidate->file);

	if (make_advice(&advice, candidate) < 0)
		return error_set(error, ENOMEM, "out of memory");
	if (!resolves || (resolved = resolve(candidate->file, error))) {
		module->handle = lt_dlopenadvise(candidate->file, advice);
		if (!module->handle)
			error_set(error, ENOEXEC, "it cannot be loaded: %s", lt_dlerror());
	}
	lt_dladvise_destroy(&advice);
	if (resolved)
		dlclose(resolved);
	return !module->handle ? -ENOEXEC : 0;
}

/* The plugin as the module has it, or NULL. */
static const struct lvmpolld_plugin *find_plugin(
	const struct plugin_module *module, struct lvmpolld_error *error)
{
	const struct lvmpolld_plugin *plugin;
	plugin_function function = NULL;
	void *symbol = lt_dlsym(module->handle, PLUGIN_SYMBOL);

	if (!symbol) {
		error_set(error, ENOEXEC,
			"it has no symbol %s_LTX_" PLUGIN_SYMBOL ": export it with "
			"LVMPOLLD_PLUGIN_EXPORT",
			module->entry.name);
		return NULL;
	}
	/* ISO C has no conversion from a pointer to data to one to a function; POSIX does. */
	memcpy(&function, &symbol, sizeof(function));
	plugin = function();
	if (!plugin)
		error_set(error, ENOEXEC,
			"its %s_LTX_" PLUGIN_SYMBOL " returned NULL instead of a plugin",
			module->entry.name);
	return plugin;
}

/* Fills module->plugin from what the module exports. */
static int take_plugin(struct plugin_module *module, struct lvmpolld_error *error)
{
	const struct lvmpolld_plugin *foreign = find_plugin(module, error);
	int result;

	if (!foreign)
		return -error->code;
	result = plugin_check_and_copy(&module->plugin, foreign, error);
	return result < 0 ? result
			  : plugin_check_fields(&module->plugin, module->entry.name, error);
}

int plugin_module_open(struct plugin_module *module, const struct plugin_candidate *candidate,
	struct lvmpolld_error *error)
{
	int result;

	if (!candidate->file)
		return error_set(error, ENOENT,
			"there is no %s.so: install it, or take it out of plugins.enabled",
			candidate->name);
	result = open_handle(module, candidate, error);
	if (result == 0)
		result = take_plugin(module, error);
	if (result == 0) {
		module->entry.operation = strdup(module->plugin.operation);
		if (!module->entry.operation)
			result = error_set(error, ENOMEM, "out of memory");
	}
	if (result < 0)
		plugin_module_close(module);
	return result;
}

void plugin_module_close(struct plugin_module *module)
{
	if (module->used && module->plugin.unload)
		module->plugin.unload();
	module->used = false;
	module->entry.interface = NULL;
	if (module->handle)
		lt_dlclose(module->handle);
	module->handle = NULL;
	memset(&module->plugin, 0, sizeof(module->plugin));
}

void plugin_module_clear(struct plugin_module *module)
{
	plugin_module_close(module);
	plugin_values_clear(&module->values);
	free(module->entry.name);
	free(module->entry.path);
	free(module->entry.reason);
	free(module->entry.operation);
}

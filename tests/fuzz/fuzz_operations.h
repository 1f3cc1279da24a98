/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operations of a daemon, for fuzz targets: with all plugins, but without a single process,
 * since no lvpoll ever gets its turn.
 */
#ifndef TESTS_FUZZ_FUZZ_OPERATIONS_H
#define TESTS_FUZZ_FUZZ_OPERATIONS_H

#include <event2/event.h>

#include "configuration/configuration.h"
#include "fuzz.h"
#include "lifecycle/operation.h"
#include "lifecycle/operations.h"
#include "loader/plugins_set.h"
#include "lifecycle/recording.h"
#include "lifecycle/results.h"

/* Few, so that the limit is reached. */
#define RESULTS_MAX 3

#define PLUGIN_COUNT 4

const struct lvmpolld_plugin *pvmove_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *convert_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *merge_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *thin_merge_LTX_lvmpolld_plugin(void);

static struct event_base *base;
static struct configuration *configuration;
static struct plugin_module modules[PLUGIN_COUNT + 1];
static struct plugins plugins = {.count = PLUGIN_COUNT + 1, .modules = modules};

static inline void set_up_plugins(void)
{
	const struct lvmpolld_plugin *loaded[PLUGIN_COUNT] = {
		pvmove_LTX_lvmpolld_plugin(),
		convert_LTX_lvmpolld_plugin(),
		merge_LTX_lvmpolld_plugin(),
		thin_merge_LTX_lvmpolld_plugin(),
	};

	for (size_t i = 0; i < PLUGIN_COUNT; i++)
		modules[i].entry = (struct plugin_entry){.name = (char *)loaded[i]->name,
			.interface = loaded[i],
			.enabled = true,
			.operation = (char *)loaded[i]->operation};
	modules[PLUGIN_COUNT].entry = (struct plugin_entry){
		.name = "absent", .reason = "it is \"disabled\" in \\ the configuration"};
}

/* To be called once, by LLVMFuzzerInitialize. */
static inline void operations_prepare(void)
{
	fuzz_log_to_nowhere();
	set_up_plugins();
	base = event_base_new();
	configuration = configuration_new();
	fuzz_require(base && configuration && configuration_resolve(configuration) == 0);
	configuration->lvm_max_running = 0;
	configuration->limit_results = RESULTS_MAX;
}

static inline void operations_begin(struct operations *operations)
{
	struct lvmpolld_error error;

	/* Nothing is written: a disk would be all that is tried. */
	fuzz_require(operations_init(operations, base, configuration, NULL, NULL, &error) == 0);
	operations->plugins = &plugins;
}

static inline void operations_end(struct operations *operations)
{
	operation_forget_lvpolls(operations);
	operations_destroy(operations);
	results_destroy(operations);
	recording_destroy(operations);
}

#endif

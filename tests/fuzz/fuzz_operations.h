/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operations of a daemon, for fuzz targets: with all plugins, but without a single process:
 * stand-ins run in place of lvm commands.
 */
#ifndef TESTS_FUZZ_FUZZ_OPERATIONS_H
#define TESTS_FUZZ_FUZZ_OPERATIONS_H

#include <event2/event.h>

#include "../unit/command_standin.h"
#include "configuration/configuration.h"
#include "fuzz.h"
#include "lifecycle/operations.h"
#include "lifecycle/recorder.h"
#include "lifecycle/result_expiry.h"
#include "loader/plugins_set.h"

/* Few, so that the limit is reached. */
#define RESULTS_MAX 3

#define PLUGIN_COUNT 9

const struct lvmpolld_plugin *pvmove_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *convert_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *merge_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *thin_merge_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *raid_sync_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *raid_scrub_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *raid_reshape_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *integrity_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *uncache_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *writecache_detach_LTX_lvmpolld_plugin(void);

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
		raid_sync_LTX_lvmpolld_plugin(),
		raid_scrub_LTX_lvmpolld_plugin(),
		raid_reshape_LTX_lvmpolld_plugin(),
		integrity_LTX_lvmpolld_plugin(),
		uncache_LTX_lvmpolld_plugin(),
		writecache_detach_LTX_lvmpolld_plugin(),
	};

	for (size_t i = 0; i < PLUGIN_COUNT; i++)
		modules[i].entry = (struct plugin_entry){.name = (char *)loaded[i]->name,
			.path = "linked in",
			.interface = loaded[i],
			.enabled = true,
			.operation = (char *)loaded[i]->operation};
	modules[PLUGIN_COUNT].entry = (struct plugin_entry){.name = "absent",
		.path = "/nonexistent",
		.reason = "it is \"disabled\" in \\ the configuration"};
}

/* To be called once, by LLVMFuzzerInitialize. */
static inline void fuzz_prepare_operations(void)
{
	fuzz_log_to_nowhere();
	set_up_plugins();
	base = event_base_new();
	configuration = configuration_new();
	fuzz_require(base && configuration && configuration_resolve(configuration) == 0);
	configuration->lvm_max_running = 2;
	configuration->limit_results = RESULTS_MAX;
}

static inline void fuzz_begin_operations(struct operations *operations)
{
	struct lvmpolld_error error;

	/* Nothing is written: a disk would be all that is tried. */
	fuzz_require(operations_init(operations, base, configuration, NULL, NULL, &error) == 0);
	operations->plugins = &plugins;
}

/* At most one command for each operation that is not over, and none for another. */
static inline void fuzz_check_commands(const struct operations *operations)
{
	const struct operation *operation;
	const struct command *command;
	size_t with_command = 0, attempts = 0, in_flight = 0;

	TAILQ_FOREACH (operation, &operations->list, link) {
		with_command += !!operation->attempt.command;
		in_flight += operation->state != STATE_DORMANT;
	}
	TAILQ_FOREACH (command, &standin_commands, link)
		attempts += !!strcmp(command->kind.name, "report");
	fuzz_require(with_command == attempts);
	fuzz_require(operations->in_flight == in_flight);
	fuzz_require(TAILQ_EMPTY(&operations->over));
}

static inline void fuzz_end_operations(struct operations *operations)
{
	fuzz_check_commands(operations);
	operations_destroy(operations);
	results_destroy(operations);
	recorder_destroy(operations);
	fuzz_require(TAILQ_EMPTY(&standin_commands));
}

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A daemon for fuzz targets: with all plugins, but without a single process, since no lvpoll ever
 * gets its turn.
 */
#ifndef TESTS_FUZZ_FUZZ_DAEMON_H
#define TESTS_FUZZ_FUZZ_DAEMON_H

#include <event2/event.h>

#include "configuration/configuration.h"
#include "daemon/daemon.h"
#include "fuzz.h"
#include "lifecycle/operation.h"
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
			.plugin = loaded[i],
			.enabled = true,
			.operation = (char *)loaded[i]->operation};
	modules[PLUGIN_COUNT].entry = (struct plugin_entry){
		.name = "absent", .reason = "it is \"disabled\" in \\ the configuration"};
}

/* To be called once, by LLVMFuzzerInitialize. */
static inline void daemon_prepare(void)
{
	fuzz_log_to_nowhere();
	set_up_plugins();
	base = event_base_new();
	configuration = configuration_new();
	fuzz_require(base && configuration && configuration_resolve(configuration) == 0);
	configuration->lvm_max_running = 0;
	configuration->limit_results = RESULTS_MAX;
}

static inline void daemon_begin(struct daemon *daemon)
{
	memset(daemon, 0, sizeof(*daemon));
	daemon->base = base;
	daemon->configuration = configuration;
	daemon->plugins = &plugins;
	/* Nothing is written: a disk would be all that is tried. */
	daemon->records.descriptor = -1;
	TAILQ_INIT(&daemon->clients);
	TAILQ_INIT(&daemon->given_up);
	fuzz_require(store_init(&daemon->polling, "poll") == 0);
	fuzz_require(store_init(&daemon->aborts, "abort") == 0);
	fuzz_require(scheduler_init(&daemon->scheduler) == 0);
}

static inline void daemon_end(struct daemon *daemon)
{
	operation_forget_lvpolls(daemon);
	store_destroy(&daemon->polling);
	store_destroy(&daemon->aborts);
	scheduler_destroy(&daemon->scheduler);
	results_destroy(daemon);
	recording_destroy(daemon);
}

#endif

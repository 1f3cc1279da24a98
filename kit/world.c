/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon's own code, with the models of this folder below it. */
#include "config.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "commands.h"
#include "configuration/sections.h"
#include "kernel.h"
#include "keys.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/operations.h"
#include "lifecycle/operations_begin.h"
#include "lifecycle/recorder.h"
#include "lifecycle/recovery.h"
#include "lifecycle/result_expiry.h"
#include "loader/load.h"
#include "loader/options.h"
#include "monitor.h"
#include "operation/terms.h"
#include "protocol/lvm_names.h"
#include "seen.h"
#include "world.h"

/* It is never run. */
#define BINARY_SAID "/bin/sh"

struct asked {
	struct waiter waiter;
	bool has_asked, has_result;
	char result[32];
};

static struct {
	struct configuration *configuration;
	struct plugins *plugins;
	const struct plugin_entry *plugin;
	struct operations operations;
	bool has_operations;
	char directory[PATH_MAX]; /* for records; "" where there is none */
	struct lvmpolld_request request;
	struct asked asked[2];
} world;

const struct plugin_entry *world_plugin(void)
{
	return world.plugin;
}

const struct plugins *world_plugins(void)
{
	return world.plugins;
}

const char *world_vg_name(void)
{
	return world.request.vg_name;
}

const char *world_lv_name(void)
{
	return world.request.lv_name;
}

/* --- the module --- */

/* Cuts "plugins/raid_wait.so" into the folder and the name. */
static int name_module(const char *module, struct configuration *configuration)
{
	const char *slash = strrchr(module, '/');
	const char *first = slash ? slash + 1 : module;
	size_t length = strlen(first);
	bool is_file = length > 3 && (strcmp(first + length - 3, ".so") == 0 ||
					     strcmp(first + length - 3, ".la") == 0);
	char *name = strndup(first, is_file ? length - 3 : length);

	if (slash || is_file) {
		free(configuration->plugin_directory);
		configuration->plugin_directory =
			!slash            ? strdup(".")
			: slash == module ? strdup("/")
					  : strndup(module, (size_t)(slash - module));
	}
	configuration->plugins_all = false;
	configuration->plugins_enabled = calloc(1, sizeof(*configuration->plugins_enabled));
	if (!name || !configuration->plugins_enabled || !configuration->plugin_directory) {
		free(name);
		return -ENOMEM;
	}
	configuration->plugins_enabled[0] = name;
	configuration->plugin_enabled_count = 1;
	return 0;
}

static int take_section(const struct scenario *scenario, struct configuration *configuration)
{
	const struct scenario_entry *entry =
		scenario ? scenario_find(&scenario->head, HEAD_CONFIGURATION) : NULL;
	const char *name = configuration->plugins_enabled[0];
	struct configuration_position position = {0};
	int result;

	if (!entry)
		return 0;
	position = (struct configuration_position){(char *)scenario->file, entry->line, 1};
	result = configuration_add_plugin(configuration, name, &position);
	for (size_t i = 0; result == 0 && i < entry->count; i++) {
		const struct scenario_item *item = &entry->items[i];

		position.line = item->line;
		position.column = item->column;
		result = configuration_set_plugin_value(
			configuration, name, item->name, item->text, &position);
	}
	return result;
}

static int load(const char *module, const struct scenario *scenario, struct lvmpolld_error *error)
{
	const char *name;

	world.configuration = configuration_new();
	if (!world.configuration || name_module(module, world.configuration) < 0 ||
		take_section(scenario, world.configuration) < 0)
		return error_set(error, ENOMEM, "out of memory");
	name = world.configuration->plugins_enabled[0];
	world.plugins = plugins_load(world.configuration, NULL, error);
	if (!world.plugins)
		return -error->code;
	for (size_t i = 0; (world.plugin = plugins_entry(world.plugins, i)); i++)
		if (strcmp(world.plugin->name, name) == 0)
			break;
	if (!world.plugin || !world.plugin->interface)
		return error_set(error, ENOEXEC, "%s cannot be used: %s", module,
			world.plugin && world.plugin->reason ? world.plugin->reason
							     : "out of memory");
	return 0;
}

/* --- the request --- */

static const char *request_value(
	const struct scenario *scenario, const char *name, const char *otherwise)
{
	const struct scenario_entry *entry =
		scenario ? scenario_find(&scenario->head, HEAD_REQUEST) : NULL;

	for (size_t i = 0; entry && i < entry->count; i++)
		if (strcmp(entry->items[i].name, name) == 0)
			return entry->items[i].text;
	return otherwise;
}

static int read_flag(
	const struct scenario *scenario, const char *name, bool *flag, struct lvmpolld_error *error)
{
	const char *text = request_value(scenario, name, "false");

	*flag = strcmp(text, "true") == 0;
	return *flag || strcmp(text, "false") == 0
		       ? 0
		       : error_set(error, EINVAL, "%s: true or false is expected", name);
}

static int read_request(const struct scenario *scenario, struct lvmpolld_error *error)
{
	struct lvmpolld_request *request = &world.request;
	int result;

	*request = (struct lvmpolld_request){
		.struct_size = sizeof(*request),
		.vg_name = request_value(scenario, "vgname", "vg"),
		.lv_name = request_value(scenario, "lvname", "lv"),
		.lvid = WORLD_LVID,
		.interval = request_value(scenario, "interval", "15"),
		.system_dir = request_value(scenario, "sysdir", NULL),
		.devices_file = request_value(scenario, "devicesfile", NULL),
	};
	/* As a start has them, where the scenario says any. */
	result = options_new(world.plugin->interface, request_value(scenario, "options", NULL),
		false, &request->options, error);
	if (result == 0)
		result = read_flag(scenario, "abort", &request->abort, error);
	if (result == 0)
		result = read_flag(
			scenario, "handle_missing_pvs", &request->handle_missing_pvs, error);
	if (result == 0)
		result = lvm_names_check_vg_name("vgname", request->vg_name, error);
	if (result == 0)
		result = lvm_names_check_lv_name("lvname", request->lv_name, error);
	if (result < 0 && scenario && scenario_find(&scenario->head, HEAD_REQUEST))
		error_add_context(error, "%s:%u: request", scenario->file,
			scenario_find(&scenario->head, HEAD_REQUEST)->line);
	return result;
}

/* --- the daemon --- */

static int set_paths(struct lvmpolld_error *error)
{
	const char *folder = getenv("TMPDIR");
	char *state = NULL;

	snprintf(world.directory, sizeof(world.directory), "%s/lvmpolld-plugin-test-XXXXXX",
		folder && *folder ? folder : "/tmp");
	if (!mkdtemp(world.directory)) {
		int code = errno;

		error_set(error, code, "cannot make a folder %s: %s", world.directory,
			strerror(code));
		world.directory[0] = '\0';
		return -code;
	}
	if (asprintf(&state, "%s/state", world.directory) < 0)
		state = NULL;
	free(world.configuration->state_directory);
	world.configuration->state_directory = state;
	free(world.configuration->lvm_binary);
	world.configuration->lvm_binary = strdup(BINARY_SAID);
	return state && world.configuration->lvm_binary &&
			       configuration_resolve(world.configuration) == 0
		       ? 0
		       : error_set(error, ENOMEM, "out of memory");
}

static const char *release_of(const struct scenario *scenario)
{
	const struct scenario_entry *entry =
		scenario ? scenario_find(&scenario->head, HEAD_KERNEL) : NULL;

	return entry && entry->count > 0 ? entry->items[0].text : NULL;
}

int world_begin(const char *module, const struct scenario *scenario, struct lvmpolld_error *error)
{
	struct operations *operations = &world.operations;
	int result;

	seen_clear();
	clock_restart();
	commands_restart();
	result = load(module, scenario, error);
	if (result == 0)
		result = read_request(scenario, error);
	if (result == 0)
		result = set_paths(error);
	if (result < 0)
		return result;
	kernel_init(world.request.vg_name, world.request.lv_name, release_of(scenario));
	world.has_operations = true;
	result = operations_init(operations, &clock_base, world.configuration, NULL, NULL, error);
	if (result < 0)
		return result;
	operations->plugins = world.plugins;
	operations->monitor = monitor_create(operations);
	if (!operations->monitor)
		return error_set(error, ENOMEM, "out of memory");
	waiter_init(&world.asked[0].waiter);
	waiter_init(&world.asked[1].waiter);
	return recovery_open(operations, error);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

void world_end(void)
{
	struct operations *operations = &world.operations;

	if (world.has_operations) {
		operations_forget_waiter(operations, &world.asked[0].waiter);
		operations_forget_waiter(operations, &world.asked[1].waiter);
		recorder_destroy(operations);
		operations_destroy(operations);
		results_destroy(operations);
		if (operations->monitor)
			monitor_destroy(operations->monitor);
	}
	options_release(world.request.options);
	plugins_unload(world.plugins);
	configuration_free(world.configuration);
	if (world.directory[0] != '\0')
		nftw(world.directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	memset(&world, 0, sizeof(world));
	seen_clear();
}

int world_ask(bool is_abort, struct lvmpolld_error *error)
{
	struct asked *asked = &world.asked[is_abort];
	struct lvmpolld_request request = world.request;
	struct terms *terms;

	request.abort = is_abort;
	if (is_abort && !world.plugin->interface->supports_abort)
		return error_set(error, EINVAL, "the module does not let clients abort");
	terms = terms_new(&request, world.plugin);
	if (!terms)
		return error_set(error, ENOMEM, "out of memory");
	asked->has_result = false;
	asked->has_asked = true;
	if (operations_begin(&world.operations, terms, &asked->waiter) != OPERATIONS_ACCEPTED)
		return error_set(error, EINVAL, "the daemon does not accept the request");
	lifecycle_settle(&world.operations);
	return 0;
}

int world_go_on(double seconds, struct lvmpolld_error *error)
{
	int64_t until_us = clock_now_us() + (int64_t)(seconds * 1e6);

	return clock_go_on(until_us) ? 0
				     : error_set(error, ELOOP,
					       "the operation does not come to rest: the same "
					       "happens again and again in one moment");
}

const char *world_state(void)
{
	const struct device *device = devices_find(&world.operations.devices, WORLD_LVID);
	const struct operation *operation = device ? device->operations[0] : NULL;

	if (device && (!operation || world.request.abort))
		operation = device->operations[1];
	if (operation)
		return state_name(operation->state);
	return seen.end ? seen.end : "none";
}

static void describe(const struct collected *report, char *text, size_t size)
{
	if (!report->is_found)
		snprintf(text, size, "not_found");
	else if (report->standing == REQUEST_IN_PROGRESS)
		snprintf(text, size, "in_progress");
	else if (report->standing == REQUEST_FAILED)
		snprintf(text, size, "failed");
	else if (report->result.by_signal)
		snprintf(text, size, "signal %d", report->result.value);
	else if (report->result.value != 0)
		snprintf(text, size, "status %d", report->result.value);
	else
		snprintf(text, size, "0");
}

/* A success is told once, so it is remembered. */
const char *world_result(bool is_abort)
{
	struct asked *asked = &world.asked[is_abort];
	struct collected report;
	char *identifier;

	if (!asked->has_asked)
		return "not_found";
	if (asked->has_result)
		return asked->result;
	identifier = terms_identifier(world.request.system_dir, WORLD_LVID);
	if (!identifier)
		return "failed";
	report = operations_collect(&world.operations, identifier, is_abort, &asked->waiter, true);
	free(identifier);
	describe(&report, asked->result, sizeof(asked->result));
	asked->has_result = report.is_found && report.standing == REQUEST_FINISHED &&
			    !report.result.by_signal && report.result.value == 0;
	return asked->result;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The daemon: started, stopped, killed; its plugins and its log. */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "configuration/configuration.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/recorder.h"
#include "lifecycle/recovery.h"
#include "lifecycle/result_expiry.h"
#include "lifecycle/watching.h"
#include "log/log.h"
#include "server/client.h"
#include "server/server.h"
#include "upgrade/clients.h"
#include "upgrade/file.h"
#include "upgrade/handover.h"
#include "upgrade/read.h"
#include "upgrade/write.h"
#include "util/error.h"
#include "world.h"

const struct lvmpolld_plugin *pvmove_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *convert_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *merge_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *thin_merge_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *raid_sync_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *uncache_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *raid_reshape_LTX_lvmpolld_plugin(void);

#define STOP_POLL_MS  20
#define STOP_POLL_MAX 50

struct operations operations;
struct plugin_entry plugin_entries[KIND_COUNT];
static struct configuration *configuration;
static unsigned stop_polls;

/* Without its word on lvm2's report: what the daemon makes of that is to be tried. */
static const struct lvmpolld_plugin *raid_plugin(void)
{
	static struct lvmpolld_plugin plugin;

	plugin = *raid_sync_LTX_lvmpolld_plugin();
	plugin.read_report = NULL;
	return &plugin;
}

static void set_up(void)
{
	const struct lvmpolld_plugin *const plugins[] = {pvmove_LTX_lvmpolld_plugin(),
		convert_LTX_lvmpolld_plugin(), merge_LTX_lvmpolld_plugin(),
		thin_merge_LTX_lvmpolld_plugin(), raid_plugin(), uncache_LTX_lvmpolld_plugin(),
		raid_reshape_LTX_lvmpolld_plugin()};

	configuration = configuration_new();
	if (!configuration || configuration_resolve(configuration) < 0)
		abort();
	free(configuration->lvm_binary);
	configuration->lvm_binary = strdup("/bin/sh");
	for (size_t i = 0; i < KIND_COUNT; i++) {
		plugin_entries[i].name = (char *)plugins[i]->name;
		plugin_entries[i].interface = plugins[i];
		plugin_entries[i].monitor = PLUGIN_MONITOR_KERNEL;
		plugin_entries[i].stall_check_s = 900;
	}
}

/* Without resources there is none, until they are there again. */
static void start_monitor(struct operations *of)
{
	of->monitor = world.no_resources > 0 ? NULL : monitor_model(of);
	of->monitor_failure = of->monitor ? 0 : EMFILE;
}

static void start_monitor_late(struct operations *of)
{
	start_monitor(of);
	if (of->monitor)
		watching_take_all(of);
}

/* Of a daemon that begins, or of a new program. */
static void make_monitor(void)
{
	monitor_model_forget();
	start_monitor(&operations);
	operations.start_monitor = start_monitor_late;
}

void daemon_start(void)
{
	struct lvmpolld_error error;

	if (!configuration)
		set_up();
	if (world.is_alive)
		return;
	story("the daemon starts");
	world.incarnation++;
	world.is_alive = true;
	world.is_stopping = false;
	world.lacks_plugins = world.no_plugin > 0;
	configuration->lvm_max_running =
		dice_percent(world.kind == OF_NAMES ? 80 : 40) ? 1 : 1 + dice_below(4);
	if (operations_init(&operations, &daemon_base, configuration, NULL, NULL, &error) < 0)
		abort();
	make_monitor();
	operations.is_taking_over = true;
	recovery_open(&operations, &error);
	if (recovery_run(&operations, &error) < 0)
		violate("%s", error.sentence);
	operations.is_taking_over = false;
	lifecycle_settle(&operations);
	results_expire(&operations);
}

/* What exec leaves: what is written in FILE, processes, descriptors. */
static void take_over(int file, bool has_records)
{
	struct lvmpolld_error error;
	struct handover *handover = handover_read(file, &error);

	if (!handover)
		violate("an upgrade cannot read what was written: %s", error.sentence);
	if (operations_init(&operations, &daemon_base, configuration, NULL, NULL, &error) < 0)
		abort();
	make_monitor();
	operations.is_taking_over = true;
	recovery_adopt(&operations, has_records ? 1 : -1);
	if (handover_take_operations(handover, &operations, &error) < 0)
		violate("an upgrade cannot take over: %s", error.sentence);
	recovery_run_postponed(&operations);
	operations.is_taking_over = false;
	handover_free(handover);
	lifecycle_settle(&operations);
	results_expire(&operations);
}

void daemon_upgrade(void *unused)
{
	static struct server server;
	const struct handover_parts parts = {.operations = &operations, .server = &server};
	struct lvmpolld_error error;
	bool has_records;
	int file;

	(void)unused;
	if (!world.is_alive || world.is_stopping)
		return;
	if (monitor_model_is_looking()) {
		clock_after_ms(50, daemon_upgrade, NULL);
		return;
	}
	/* The rehearsal would tell. */
	if (world.no_plugin > 0 && !world.lacks_plugins)
		return;
	story("a new program takes over");
	server.configuration = configuration;
	server.operations = &operations;
	server.listener.descriptor = -1;
	TAILQ_INIT(&server.clients);
	monitor_model_tell();
	file = handover_write(&parts, false, &error);
	if (file < 0)
		violate("an upgrade cannot write: %s", error.sentence);
	has_records = operations.records.descriptor >= 0;
	clock_forget(&daemon_base);
	processes_leave();
	world.lacks_plugins = world.no_plugin > 0;
	/* What cannot be adopted is not forgotten: README.md. */
	if (world.no_adoption > 0)
		forget_reset();
	take_over(file, has_records);
	processes_forget_left();
	clients_adopt_all();
}

static void forget_evidence(void)
{
	for (size_t i = 0; i < world.volume_count; i++) {
		struct volume *volume = &world.volumes[i];

		/* What nobody has heard of, or could not be written down, is not known any more. */
		if (volume->evidence_us > 0 && !records_is_refused(volume) &&
			(world.had_record_faults || volume->heard_us == 0))
			metadata_forget_evidence(volume);
		if (!volume->is_promised || volume_is_over(volume) || records_has(volume) ||
			records_is_refused(volume) || volume->is_hopeless ||
			volume->group->was_partial)
			continue;
		if (!world.had_record_faults)
			violate("the daemon is gone, and %s has no record", volume->lv_name);
		volume->is_forgotten = true;
	}
}

static void gone(void)
{
	world.is_alive = world.is_stopping = false;
	world.seams_left = 0;
	clock_forget(&daemon_base);
	forget_reset();
	lvm_daemon_died();
	clients_daemon_died();
	forget_evidence();
	memset(&operations, 0, sizeof(operations));
	for (size_t i = 0; i < world.volume_count; i++)
		world.volumes[i].failing_us = world.volumes[i].ended_us[0] =
			world.volumes[i].ended_us[1] = 0;
}

void daemon_die(void)
{
	if (!world.is_alive)
		return;
	story("the daemon is killed");
	tally->deaths++;
	gone();
}

static void on_stop_poll(void *context)
{
	(void)context;
	if (!world.is_alive || !world.is_stopping)
		return;
	if (operations_any_command(&operations) && ++stop_polls < STOP_POLL_MAX) {
		clock_after_ms(STOP_POLL_MS, on_stop_poll, NULL);
		return;
	}
	story("the daemon ends");
	clients_daemon_died();
	recorder_end(&operations);
	recorder_destroy(&operations);
	operations_destroy(&operations);
	results_destroy(&operations);
	gone();
}

void daemon_stop(void)
{
	if (!world.is_alive || world.is_stopping)
		return;
	story("the daemon is told to stop");
	world.is_stopping = true;
	stop_polls = 0;
	operations_stop(&operations);
	on_stop_poll(NULL);
}

void daemon_set_binary(bool is_there)
{
	strcpy(configuration->lvm_binary, is_there ? "/bin/sh" : "/no/sh");
}

/* --- what core/loader/plugins.c has --- */

const struct plugin_entry *plugins_find_operation(
	const struct plugins *plugins, const char *operation)
{
	(void)plugins;
	if (!world.lacks_plugins && !strcmp(bystander_entry.interface->operation, operation))
		return &bystander_entry;
	for (size_t i = 0; i < KIND_COUNT && !world.lacks_plugins; i++)
		if (!strcmp(plugin_entries[i].interface->operation, operation))
			return &plugin_entries[i];
	return NULL;
}

bool plugins_have_command(const struct plugins *plugins, const char *name)
{
	(void)plugins;
	(void)name;
	return false;
}

bool plugins_explain_missing(
	const struct plugins *plugins, const char *operation, char *reason, size_t size)
{
	(void)plugins;
	(void)operation;
	(void)reason;
	(void)size;
	return false;
}

/* --- what core/upgrade/clients.c has: the model's clients are clients.c's --- */

void clients_write(struct server *server, struct buffer *text)
{
	(void)server;
	(void)text;
}

int clients_write_bytes(struct server *server, int descriptor)
{
	(void)server;
	(void)descriptor;
	return 0;
}

void clients_keep_descriptors(struct server *server, bool keep)
{
	(void)server;
	(void)keep;
}

struct client *clients_adopt(struct server *server, int descriptor,
	const struct wire_message *message, struct handover_bytes *bytes)
{
	(void)server;
	(void)descriptor;
	(void)message;
	(void)bytes;
	return NULL;
}

void clients_adopt_wait(struct client *client, const struct wire_message *message)
{
	(void)client;
	(void)message;
}

void client_serve(struct client *client)
{
	(void)client;
}

/* --- what core/log/log.c has --- */

static void tell(const char *name, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

static void tell(const char *name, const char *format, va_list arguments)
{
	char text[1024];

	if (!is_story)
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	story("    log: %s%s", name, text);
}

void log_write_arguments(enum log_level level, const struct log_subject *subject,
	const char *format, va_list arguments)
{
	char name[2 * NAME_SIZE + 8] = "";

	(void)level;
	if (subject && subject->message == LOG_MESSAGE_LET_GO)
		checks_let_go(subject->lvid);
	if (subject && is_story)
		snprintf(name, sizeof(name), "%s/%s: ", subject->vg_name, subject->lv_name);
	tell(name, format, arguments);
}

void log_write(enum log_level level, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write_arguments(level, NULL, format, arguments);
	va_end(arguments);
}

void log_write_subject(
	enum log_level level, const struct log_subject *subject, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	log_write_arguments(level, subject, format, arguments);
	va_end(arguments);
}

bool log_is_enabled(enum log_level level)
{
	(void)level;
	return is_story;
}

bool log_cmd_is_enabled(void)
{
	return false;
}

bool log_wire_is_enabled(void)
{
	return false;
}

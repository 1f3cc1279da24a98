/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the configuration again while the daemon runs. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "configuration/configuration.h"
#include "configuration/options.h"
#include "daemon/daemon.h"
#include "daemon/reload.h"
#include "lifecycle/operations.h"
#include "lifecycle/result_expiry.h"
#include "lifecycle/unattended.h"
#include "loader/configure.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "lvm/command.h"
#include "service/notify.h"

/* Keeps the old value of a path that cannot change while the daemon runs. */
static void keep_path(const char *key, char **former, char **value)
{
	char *swap;

	if (!strcmp(*former, *value))
		return;
	log_warn("%s stays %s: the new value, %s, needs a restart", key, *former, *value);
	swap = *former;
	*former = *value;
	*value = swap;
}

static void put_in_force(struct daemon *daemon, struct configuration *configuration)
{
	struct configuration *former = daemon->configuration;

	keep_path("daemon.socket", &former->socket_path, &configuration->socket_path);
	keep_path("daemon.pidfile", &former->pidfile_path, &configuration->pidfile_path);
	keep_path("daemon.state_directory", &former->state_directory,
		&configuration->state_directory);
	keep_path("plugins.directory", &former->plugin_directory, &configuration->plugin_directory);
	daemon->configuration = configuration;
	daemon->operations.configuration = configuration;
	daemon->server.configuration = configuration;
	configuration_free(former);
	log_configure(&configuration->log);
	results_expire(&daemon->operations);
	ended_limit(&daemon->operations.ended_lately, configuration->history_entries);
	history_keeper_configure(&daemon->operations.history, configuration->history_path,
		configuration->history_entries);
	unattended_configure(&daemon->operations);
	/* The new configuration may mend what operations pause for. */
	operations_retry_all(&daemon->operations);
}

/* Returns 0 if all of CONFIGURATION can be put in force; the plugins have their values then. */
static int check(struct daemon *daemon, const struct configuration *configuration,
	struct lvmpolld_error *error)
{
	int result = command_check_binary(configuration->lvm_binary, error);

	return result < 0 ? result
			  : plugins_configure(daemon->operations.plugins, configuration, error);
}

int reload_configuration(struct daemon *daemon)
{
	struct lvmpolld_error error;
	struct configuration *configuration;
	int result;

	notify_reloading();
	configuration = options_configuration(daemon->options, &error);
	result = configuration ? check(daemon, configuration, &error) : -EINVAL;
	if (result == 0) {
		put_in_force(daemon, configuration);
		log_info("the configuration was read again");
	} else {
		configuration_free(configuration);
		log_error("the former configuration stays in force: %s", error.sentence);
	}
	notify_ready();
	return result;
}

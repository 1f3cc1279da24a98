/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpolld: sees LVM's long operations through to their end. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "client/daemon_connection.h"
#include "comparing/comparer.h"
#include "configuration/configuration.h"
#include "configuration/options.h"
#include "daemon/daemon.h"
#include "history/writer.h"
#include "lifecycle/recovery.h"
#include "loader/load.h"
#include "loader/plugins.h"
#include "log/libdevmapper.h"
#include "log/log.h"
#include "lvm/command.h"
#include "server/answer.h"
#include "service/activation.h"
#include "service/background.h"
#include "service/notify.h"
#include "service/pidfile.h"
#include "service/startup.h"
#include "upgrade/file.h"
#include "upgrade/read.h"
#include "upgrade/upgrade.h"
#include "util/descriptors.h"

/*
 * Opens the standard descriptors if they are closed, so that no other file becomes standard output.
 * Makes all other descriptors close-on-exec: lvm would complain at each step about one that it
 * inherits.
 */
static void sanitize_descriptors(void)
{
	int descriptor;

	do
		descriptor = open("/dev/null", O_RDWR);
	while (descriptor >= 0 && descriptor <= STDERR_FILENO);
	if (descriptor > STDERR_FILENO)
		close(descriptor);
	descriptors_mark();
}

static int complain(const struct lvmpolld_error *error)
{
	fprintf(stderr, "lvmpolld: %s\n", error->sentence);
	return EXIT_FAILURE;
}

/*
 * Tells the service manager by the exit status whether to try again: a shortage may pass, a wrong
 * configuration stays wrong.
 */
static int complain_of_configuration(const struct lvmpolld_error *error)
{
	complain(error);
	switch (error->code) {
	case ENOMEM:
	case EMFILE:
	case ENFILE:
	case EIO:
		return EXIT_FAILURE;
	default:
		return EX_CONFIG;
	}
}

/*
 * Turns away the clients that wait at systemd's socket: otherwise they would start the daemon again
 * and again.
 */
static int refuse_to_serve(const struct lvmpolld_error *error)
{
	int status = complain_of_configuration(error);

	if (status == EX_CONFIG)
		activation_turn_away();
	return status;
}

/* The output must be complete: a full disk is a failure. */
static int finish_output(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	fprintf(stderr, "lvmpolld: cannot write to standard output: %s\n", strerror(errno));
	return EXIT_FAILURE;
}

static int print_dump(const struct configuration *configuration)
{
	struct lvmpolld_error error;

	if (daemon_connection_print_dump(configuration->socket_path, stdout, &error) < 0)
		return complain(&error);
	return EXIT_SUCCESS;
}

static int list_plugins(const struct configuration *configuration)
{
	struct lvmpolld_error error;
	struct plugins *plugins = plugins_load(configuration, answer_is_reserved, &error);

	if (!plugins)
		return complain(&error);
	plugins_print(plugins, stdout);
	plugins_unload(plugins);
	return finish_output();
}

/* The configuration was read without an error. Plugins may still refuse their sections. */
static int check_configuration(const struct configuration *configuration)
{
	struct lvmpolld_error error;
	struct plugins *plugins = plugins_load(configuration, answer_is_reserved, &error);
	int result;

	if (!plugins)
		return complain(&error);
	result = plugins_check(plugins, &error);
	plugins_unload(plugins);
	return result < 0 ? complain_of_configuration(&error) : EXIT_SUCCESS;
}

/*
 * Without lvm no operation can begin. Operations in flight, however, wait until lvm can be
 * executed: its package may be in the middle of an upgrade.
 */
static int check_binary(const struct configuration *configuration, const struct handover *handover,
	struct lvmpolld_error *error)
{
	int result = command_check_binary(configuration->lvm_binary, error);

	if (result == 0 || (!handover && !recovery_is_needed(configuration)))
		return result;
	log_error("%s; the daemon starts all the same, for the operations in flight",
		error->sentence);
	return 0;
}

/* A second daemon is kept out: by hand at once, under a manager it waits for the first to end. */
static int lock_pidfile(const struct options *options, const struct configuration *configuration,
	struct lvmpolld_error *error)
{
	struct startup startup;
	int pidfile, result = 0;

	startup_init(&startup, options->foreground);
	do
		pidfile = pidfile_create(configuration->pidfile_path, error);
	while (pidfile < 0 && (result = startup_wait(&startup, error)) == 0);
	if (result < 0)
		return result;
	startup_done(&startup);
	return pidfile;
}

/* The exit status of a daemon that could not begin: 0 if it was told to end before. */
static int refuse_to_begin(int result, const struct lvmpolld_error *error)
{
	return result == -ECANCELED ? EXIT_SUCCESS : complain(error);
}

/*
 * Runs the daemon. Owns CONFIGURATION. lvm is checked in the working directory from which a
 * relative path of it counts: "/" in the background.
 */
static int serve(const struct options *options, struct configuration *configuration,
	struct handover *handover)
{
	struct daemon daemon;
	struct lvmpolld_error error;
	int result = check_binary(configuration, handover, &error);
	int pidfile = result < 0 ? result
		      : handover ? handover_pidfile(handover, &error)
				 : lock_pidfile(options, configuration, &error);

	if (pidfile < 0) {
		configuration_free(configuration);
		return result < 0 ? refuse_to_serve(&error) : refuse_to_begin(pidfile, &error);
	}
	result = daemon_init(&daemon, options, configuration, pidfile, handover, &error);
	if (result == 0) {
		background_ready();
		if (!options->foreground)
			log_detach_stderr();
		notify_ready();
		result = daemon_run(&daemon, &error);
		notify_stopping();
	}
	if (result == -ECANCELED)
		result = 0;
	if (result < 0)
		log_fatal("%s", error.sentence);
	pidfile_remove(daemon.configuration->pidfile_path, pidfile);
	daemon_destroy(&daemon);
	return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The rehearsal of an upgrade: checks whether this program could take over from the running one. */
static int rehearse(struct configuration *configuration, int file)
{
	struct lvmpolld_error error;
	struct plugins *plugins = plugins_load(configuration, answer_is_reserved, &error);
	struct handover *handover = plugins ? handover_read(file, &error) : NULL;
	int result = handover ? handover_check_operations(handover, plugins, &error) : -1;

	if (result == 0)
		result = command_check_binary(configuration->lvm_binary, &error);
	handover_free(handover);
	if (plugins)
		plugins_unload(plugins);
	configuration_free(configuration);
	if (result < 0)
		return complain(&error);
	puts(UPGRADE_REHEARSED);
	return finish_output();
}

/* Takes over from the program that this process ran before. */
static int take_over(const struct options *options, struct configuration *configuration, int file)
{
	struct lvmpolld_error error;
	struct handover *handover = handover_read(file, &error);
	int status;

	log_configure(&configuration->log);
	log_adopt_libdevmapper();
	if (!handover || handover_keep_paths(handover, configuration, &error) < 0) {
		log_fatal("%s", error.sentence);
		handover_free(handover);
		configuration_free(configuration);
		return EXIT_FAILURE;
	}
	status = serve(options, configuration, handover);
	handover_free(handover);
	log_close();
	return status;
}

static int serve_in_place(const struct options *options, struct configuration *configuration)
{
	struct lvmpolld_error error;
	enum upgrade_role role;
	int status = EXIT_SUCCESS, forked = 0, file;

	if (upgrade_find_role(&role, &file, &error) < 0) {
		configuration_free(configuration);
		return complain(&error);
	}
	if (role == UPGRADE_REHEARSAL)
		return rehearse(configuration, file);
	if (role == UPGRADE_TAKEOVER)
		return take_over(options, configuration, file);
	if (!options->foreground)
		forked = background_enter(&status, &error);
	if (forked < 0)
		status = complain(&error);
	if (forked != 0) {
		configuration_free(configuration);
		return status;
	}
	log_configure(&configuration->log);
	log_adopt_libdevmapper();
	status = serve(options, configuration, NULL);
	if (status != EXIT_SUCCESS)
		background_failed(status);
	log_close();
	return status;
}

static int act(const struct options *options)
{
	struct lvmpolld_error error;
	struct configuration *configuration = options_configuration(options, &error);
	int status;

	if (!configuration)
		return options->action == OPTIONS_SERVE ? refuse_to_serve(&error)
							: complain_of_configuration(&error);
	if (options->action == OPTIONS_SERVE)
		return serve_in_place(options, configuration);
	log_adopt_libdevmapper();
	if (options->action == OPTIONS_DUMP)
		status = print_dump(configuration);
	else if (options->action == OPTIONS_LIST_PLUGINS)
		status = list_plugins(configuration);
	else
		status = check_configuration(configuration);
	configuration_free(configuration);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct lvmpolld_error error;

	sanitize_descriptors();
	if (comparer_is_wanted(argc, argv))
		return comparer_run(argc, argv);
	if (writer_is_wanted(argc, argv))
		return writer_run(argc, argv);
	upgrade_remember_program(argv);
	/* The command line of a service is part of its configuration. */
	if (options_parse(&options, argc, argv, &error) < 0)
		return refuse_to_serve(&error);
	switch (options.action) {
	case OPTIONS_HELP:
		options_print_help();
		return finish_output();
	case OPTIONS_VERSION:
		options_print_version();
		return finish_output();
	default:
		return act(&options);
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl ping, dump, plugins, config, log-level: about the daemon itself. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon_connection.h"
#include "protocol/wire.h"
#include "verbs.h"

static int check_arguments(int argc, char **argv, int count, const char *what)
{
	if (argc - 1 == count && (count == 0 || argv[1][0] != '-'))
		return CTL_GOOD;
	return verb_complain(argv[0], what);
}

static void print_number(const struct wire_message *reply, const char *key, const char *what)
{
	int64_t value = wire_number_or(reply, key, -1);

	if (value >= 0)
		printf("%-14s %" PRId64 "\n", what, value);
}

static const char *known(const char *text)
{
	return text ? text : "?";
}

static int print_status(struct wire_message *reply, const struct ctl *ctl)
{
	printf("%-14s lvmpolld %s\n", "daemon", known(wire_string(reply, "daemon_version")));
	printf("%-14s %s\n", "socket", ctl->socket_path);
	print_number(reply, "pid", "pid");
	printf("%-14s %s\n", "log level", known(wire_string(reply, "log_level")));
	printf("%-14s %s\n", "kernel",
		wire_number(reply, "kernel_watched") ? "watched" : "not watched: lvpoll polls");
	print_number(reply, "in_flight", "in flight");
	print_number(reply, "dormant", "dormant");
	print_number(reply, "running", "running");
	print_number(reply, "waiting", "waiting");
	print_number(reply, "unrecorded", "unrecorded");
	print_number(reply, "unattended", "unattended");
	wire_free(reply);
	return ctl_finish(CTL_GOOD);
}

/* Stock's daemon answers hello. */
static int ping_stock(const struct ctl *ctl)
{
	struct message_stream stream;
	struct lvmpolld_error error;
	int status = ask_begin(ctl, "request=\"hello\"", &stream, NULL, &error);

	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	message_stream_close(&stream);
	printf("%-14s lvm2's own, or one that is older than this program\n%-14s %s\n", "daemon",
		"socket", ctl->socket_path);
	return ctl_finish(CTL_GOOD);
}

int ping_run(const struct ctl *ctl, int argc, char **argv)
{
	struct message_stream stream;
	struct wire_message *reply;
	struct lvmpolld_error error;
	int status = check_arguments(argc, argv, 0, "it takes no argument");

	if (status != CTL_GOOD)
		return status;
	status = ask_begin(ctl, "request=\"status\"", &stream, &reply, &error);
	if (status == CTL_REFUSED)
		return ping_stock(ctl);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	message_stream_close(&stream);
	return print_status(reply, ctl);
}

int dump_run(const struct ctl *ctl, int argc, char **argv)
{
	struct lvmpolld_error error;
	int status = check_arguments(argc, argv, 0, "it takes no argument");

	if (status != CTL_GOOD)
		return status;
	if (daemon_connection_print_dump(ctl->socket_path, stdout, &error) < 0)
		return ctl_complain(&error, CTL_NO_DAEMON);
	return ctl_finish(CTL_GOOD);
}

static int print_items(const struct ctl *ctl, const char *request,
	int (*print)(const struct wire_message *message, void *context))
{
	struct message_stream stream;
	struct lvmpolld_error error;
	int status = ask_begin(ctl, request, &stream, NULL, &error);

	if (status == CTL_GOOD)
		status = ask_items(&stream, print, NULL, &error);
	return status == CTL_GOOD ? ctl_finish(status) : ctl_complain(&error, status);
}

static const char *plugin_state(const struct wire_message *message)
{
	if (!wire_number(message, "loaded"))
		return "not loaded";
	return wire_number(message, "startable") ? "startable" : "loaded";
}

static int print_plugin(const struct wire_message *message, void *context)
{
	const char *reason = wire_string(message, "reason");

	(void)context;
	printf("%-12s %-12s %-11s %-8s %s\n", known(wire_string(message, "name")),
		known(wire_string(message, "operation")), plugin_state(message),
		known(wire_string(message, "version")),
		reason ? reason : known(wire_string(message, "description")));
	return 0;
}

int plugins_run(const struct ctl *ctl, int argc, char **argv)
{
	int status = check_arguments(argc, argv, 0, "it takes no argument");

	return status == CTL_GOOD ? print_items(ctl, "request=\"plugins\"", print_plugin) : status;
}

static int print_key(const struct wire_message *message, void *context)
{
	const char *value = wire_string(message, "value");

	(void)context;
	printf("%s: %s\n", known(wire_string(message, "key")), value ? value : "");
	return 0;
}

int configuration_run(const struct ctl *ctl, int argc, char **argv)
{
	int status = check_arguments(argc, argv, 0, "it takes no argument");

	return status == CTL_GOOD ? print_items(ctl, "request=\"configuration\"", print_key)
				  : status;
}

int log_level_run(const struct ctl *ctl, int argc, char **argv)
{
	struct message_stream stream;
	struct lvmpolld_error error;
	char request[128];
	int status = check_arguments(
		argc, argv, 1, "it needs a level: fatal, error, warn, notice, info or debug");

	if (status != CTL_GOOD)
		return status;
	if (strlen(argv[1]) > 32 || strpbrk(argv[1], "\"\\\n"))
		return verb_complain(argv[0], "there is no such level");
	snprintf(request, sizeof(request), "request=\"log_level\"\nlevel=\"%s\"", argv[1]);
	status = ask_begin(ctl, request, &stream, NULL, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	message_stream_close(&stream);
	return CTL_GOOD;
}

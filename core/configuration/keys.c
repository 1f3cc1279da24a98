/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of all keys of lvmpolld.yaml. */
#include "config.h"

#include <limits.h>
#include <string.h>
#include <sys/un.h>

#include "configuration/keys.h"
#include "protocol/wire.h"

/* Ten years. More than that means "never". */
#define SECONDS_MAX  UINT64_C(315360000)
#define SOCKET_MAX   (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)
#define FIELD(field) offsetof(struct configuration, field)

static const struct configuration_key keys[] = {
	{"daemon", "socket", CONFIGURATION_PATH, DEFAULT_SOCKET_PATH, 2, SOCKET_MAX,
		FIELD(socket_path), "The socket on which lvm2 reaches the daemon."},
	{"daemon", "pidfile", CONFIGURATION_PATH, DEFAULT_PIDFILE_PATH, 2, PATH_MAX - 1,
		FIELD(pidfile_path), "The file that holds the daemon's process id and is locked."},
	{"daemon", "state_directory", CONFIGURATION_PATH, NULL, 2, PATH_MAX - 1,
		FIELD(state_directory), "The directory that tells a new daemon what is in flight."},
	{"daemon", "idle_timeout", CONFIGURATION_SECONDS, "0", 0, SECONDS_MAX,
		FIELD(idle_timeout_s), "How long the daemon stays without work; 0 is for ever."},
	{"daemon", "resume", CONFIGURATION_RESUME, "always", 0, 0, FIELD(resume),
		"When a new daemon resumes what a previous one had in flight."},

	{"lvm", "binary", CONFIGURATION_PATH, DEFAULT_LVM_PATH, 2, PATH_MAX - 1, FIELD(lvm_binary),
		"The lvm command that is run for lvpoll."},
	{"lvm", "max_running", CONFIGURATION_COUNT, "8", 1, 1024, FIELD(lvm_max_running),
		"How many lvpoll processes may run at a time."},

	{"log", "level", CONFIGURATION_LOG_LEVEL, "notice", 0, 0, FIELD(log.level),
		"The least severe kind of line that is written."},
	{"log", "wire", CONFIGURATION_BOOLEAN, "false", 0, 0, FIELD(log.wire),
		"Whether every message on the socket is written, too."},
	{"log", "cmd", CONFIGURATION_BOOLEAN, "false", 0, 0, FIELD(log.cmd),
		"Whether lvpoll is run with lvm2's own debugging, -vvvv."},
	{"log", "targets", CONFIGURATION_LOG_TARGETS, "[stderr, syslog]", 0, 0, FIELD(log.targets),
		"Where lines are written to."},

	{"limits", "clients", CONFIGURATION_COUNT, "256", 1, 100000, FIELD(limit_clients),
		"How many clients may be connected at a time."},
	{"limits", "message_size", CONFIGURATION_SIZE, "1MiB", 1024, WIRE_MESSAGE_MAX,
		FIELD(limit_message_size), "The longest request that a client may send."},
	{"limits", "requests", CONFIGURATION_COUNT, "0", 0, UINT32_MAX, FIELD(limit_requests),
		"How many requests one connection may make; 0 is any number."},
	{"limits", "client_timeout", CONFIGURATION_SECONDS, "30", 1, SECONDS_MAX,
		FIELD(limit_client_timeout_s), "How long a client may take over one message."},
	{"limits", "patience", CONFIGURATION_SECONDS, "60", 0, SECONDS_MAX, FIELD(limit_patience_s),
		"How long attempts may fail before clients that wait for an operation are told."},
	{"limits", "results", CONFIGURATION_COUNT, "1000", 1, 1000000, FIELD(limit_results),
		"How many results of finished operations are remembered."},
	{"limits", "results_age", CONFIGURATION_SECONDS, "86400", 1, SECONDS_MAX,
		FIELD(limit_results_age_s), "How long the result of an operation is remembered."},

	{"history", "path", CONFIGURATION_PATH, NULL, 2, PATH_MAX - 8, FIELD(history_path),
		"The file of operations that ended, over restarts and reboots."},
	{"history", "entries", CONFIGURATION_COUNT, "1000", 1, 10000, FIELD(history_entries),
		"How many operations that ended are listed."},

	{"unattended", "adopt", CONFIGURATION_ADOPT, "report", 0, 0, FIELD(adopt),
		"What is done about operations in the kernel that nobody sees to."},

	{"access", "users", CONFIGURATION_USERS, "[root]", 0, 0, FIELD(access_users),
		"The users who may talk to the daemon."},
	{"access", "groups", CONFIGURATION_GROUPS, "[]", 0, 0, FIELD(access_groups),
		"The groups whose members may talk to the daemon."},
	{"access", "steer_users", CONFIGURATION_USERS, "[]", 0, 0, FIELD(access_steer_users),
		"The users who may also abort, resume and adopt what the daemon knows."},
	{"access", "steer_groups", CONFIGURATION_GROUPS, "[]", 0, 0, FIELD(access_steer_groups),
		"The groups whose members may also abort, resume and adopt what the daemon knows."},

	{"plugins", "directory", CONFIGURATION_PATH, PLUGIN_DIRECTORY, 2, PATH_MAX - 1,
		FIELD(plugin_directory), "The directory that the plugins are in."},
	{"plugins", "enabled", CONFIGURATION_PLUGIN_NAMES, "all", 0, 0, FIELD(plugins_enabled),
		"Which plugins are loaded."},
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

const char *const configuration_sections[] = {
	"daemon", "lvm", "log", "limits", "history", "unattended", "access", "plugins", NULL};

static const char *const type_names[] = {
	[CONFIGURATION_PATH] = "absolute path",
	[CONFIGURATION_SECONDS] = "seconds",
	[CONFIGURATION_COUNT] = "count",
	[CONFIGURATION_SIZE] = "size",
	[CONFIGURATION_BOOLEAN] = "boolean",
	[CONFIGURATION_LOG_LEVEL] = "log level",
	[CONFIGURATION_RESUME] = "always, after_crash or never",
	[CONFIGURATION_ADOPT] = "never, report or always",
	[CONFIGURATION_LOG_TARGETS] = "list of targets",
	[CONFIGURATION_USERS] = "list of users",
	[CONFIGURATION_GROUPS] = "list of groups",
	[CONFIGURATION_PLUGIN_NAMES] = "all, or list of plugins",
};

const struct configuration_key *configuration_key(size_t i)
{
	return i < KEY_COUNT ? &keys[i] : NULL;
}

const struct configuration_key *configuration_find_key(const char *section, const char *name)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

const char *configuration_type_name(enum configuration_type type)
{
	return type_names[type];
}

bool configuration_type_is_list(enum configuration_type type)
{
	return type >= CONFIGURATION_LOG_TARGETS;
}

void configuration_section_keys(
	const char *section, const char *names[CONFIGURATION_SECTION_KEYS_MAX + 1])
{
	size_t count = 0;

	for (size_t i = 0; i < KEY_COUNT && count < CONFIGURATION_SECTION_KEYS_MAX; i++) {
		if (strcmp(keys[i].section, section) == 0)
			names[count++] = keys[i].name;
	}
	names[count] = NULL;
}

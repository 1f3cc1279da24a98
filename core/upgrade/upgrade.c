/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Upgrade in place, on SIGUSR2. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "lifecycle/context.h"
#include "lifecycle/lifecycle.h"
#include "log/log.h"
#include "monitor/monitor.h"
#include "process/arguments.h"
#include "process/process.h"
#include "service/notify.h"
#include "upgrade/upgrade.h"
#include "upgrade/write.h"

/* "rehearsal:PATH" or "takeover:PID:DESCRIPTOR". */
#define ROLE_VARIABLE    "LVMPOLLD_UPGRADE"
#define REHEARSAL_PREFIX "rehearsal:"
#define TAKEOVER_FORMAT  "takeover:%d:%d"

/* A rehearsal that takes longer has failed. It is killed if it does not end on SIGTERM. */
#define REHEARSAL_TIMEOUT_S 20
#define REHEARSAL_KILL_S    1

/*
 * What the kernel is asked now may tell of a loss that it forgets, so the answer is waited for. It
 * is looked at again after this time. A prober that hangs is not waited for.
 */
#define MONITOR_WAIT_MS 50

static char program_path[PATH_MAX];
static char *const *program_arguments;

struct upgrade {
	struct upgrades *upgrades;
	struct process *rehearsal;
	struct event *timer; /* for the rehearsal, then for the monitor */
	bool is_rehearsed;   /* the new program has said that it can take over */
	int file;            /* what the rehearsal reads */
};

void upgrade_remember_program(char *const *arguments)
{
	ssize_t length = readlink("/proc/self/exe", program_path, sizeof(program_path) - 1);

	program_path[length > 0 ? length : 0] = '\0';
	program_arguments = arguments;
}

int upgrade_find_role(enum upgrade_role *role, int *descriptor, struct lvmpolld_error *error)
{
	const char *value = getenv(ROLE_VARIABLE);
	int pid, result = 0;

	*role = UPGRADE_NONE;
	*descriptor = -1;
	if (!value)
		return 0;
	if (!strncmp(value, REHEARSAL_PREFIX, strlen(REHEARSAL_PREFIX))) {
		*role = UPGRADE_REHEARSAL;
		*descriptor = open(value + strlen(REHEARSAL_PREFIX), O_RDONLY | O_CLOEXEC);
		if (*descriptor < 0)
			result = error_set(
				error, errno, ROLE_VARIABLE "=%s: %s", value, strerror(errno));
	} else if (sscanf(value, TAKEOVER_FORMAT, &pid, descriptor) == 2 && pid == getpid() &&
		   fcntl(*descriptor, F_SETFD, FD_CLOEXEC) == 0) {
		*role = UPGRADE_TAKEOVER;
	} else {
		result = error_set(error, EINVAL,
			ROLE_VARIABLE "=%s: this variable is set by a daemon alone", value);
	}
	unsetenv(ROLE_VARIABLE);
	return result;
}

static struct operations *operations_of(const struct upgrade *upgrade)
{
	return upgrade->upgrades->parts.operations;
}

static void upgrade_free(struct upgrade *upgrade)
{
	upgrade->upgrades->current = NULL;
	if (upgrade->rehearsal)
		process_free(upgrade->rehearsal);
	if (upgrade->timer)
		event_free(upgrade->timer);
	if (upgrade->file >= 0)
		close(upgrade->file);
	free(upgrade);
}

/* Ends the upgrade, for the reason WHY: the monitor runs again, and the service manager is told. */
static void abandon(struct upgrade *upgrade, const char *why)
{
	struct monitor *monitor = operations_of(upgrade)->monitor;

	upgrade_free(upgrade);
	if (monitor)
		monitor_pause(monitor, false);
	notify_ready();
	log_error("no upgrade: %s; the old program goes on", why);
}

static void take_over(struct upgrade *upgrade)
{
	struct lvmpolld_arguments environment = {0};
	struct lvmpolld_error error;
	int file, result;

	/* What was seen and not heard of yet would be lost with this program. */
	lifecycle_on_news(operations_of(upgrade));
	file = handover_write(&upgrade->upgrades->parts, false, &error);
	result = file < 0 ? file : 0;

	for (char **variable = environ; *variable && result == 0; variable++)
		result = arguments_add(&environment, *variable);
	if (result == 0)
		result = arguments_add_format(
			&environment, ROLE_VARIABLE "=" TAKEOVER_FORMAT, (int)getpid(), file);
	if (result == 0) {
		log_info("upgrade: %s takes over", program_path);
		handover_keep_descriptors(&upgrade->upgrades->parts, file, true);
		execve(program_path, program_arguments, environment.list);
		result = -errno;
		handover_keep_descriptors(&upgrade->upgrades->parts, file, false);
	}
	if (file >= 0)
		close(file);
	arguments_clear(&environment);
	abandon(upgrade, strerror(-result));
}

static void on_wait_over(evutil_socket_t descriptor, short what, void *context);

static void wait_for_monitor(struct upgrade *upgrade)
{
	static const struct timeval delay = {.tv_usec = MONITOR_WAIT_MS * 1000};
	const struct operations *operations = operations_of(upgrade);

	if (operations->is_stopping) {
		upgrade_free(upgrade);
	} else if (!operations->monitor || monitor_pause(operations->monitor, true)) {
		take_over(upgrade);
	} else {
		event_assign(upgrade->timer, operations->base, -1, 0, on_wait_over, upgrade);
		/* The monitor must not stay on hold. */
		if (event_add(upgrade->timer, &delay) < 0)
			abandon(upgrade, "out of memory");
	}
}

static void on_wait_over(evutil_socket_t descriptor, short what, void *context)
{
	(void)descriptor;
	(void)what;
	wait_for_monitor(context);
}

static void on_rehearsal_output(enum process_stream stream, const char *text, size_t length,
	bool first, bool complete, void *context)
{
	struct upgrade *upgrade = context;

	(void)length;
	(void)first;
	(void)complete;
	if (stream == PROCESS_STDOUT && !strcmp(text, UPGRADE_REHEARSED))
		upgrade->is_rehearsed = true;
	else
		log_warn("upgrade, rehearsal: %s", text);
}

static void on_rehearsal_ended(struct process_end end, void *context)
{
	struct upgrade *upgrade = context;

	upgrade->rehearsal = NULL; /* the process frees itself */
	event_del(upgrade->timer);
	if (operations_of(upgrade)->is_stopping)
		upgrade_free(upgrade);
	else if (end.by_signal || end.value != 0 || !upgrade->is_rehearsed)
		abandon(upgrade, "the new program cannot take over");
	else
		wait_for_monitor(upgrade);
}

static const struct process_callbacks rehearsal_callbacks = {
	.output = on_rehearsal_output,
	.ended = on_rehearsal_ended,
};

static void on_rehearsal_timeout(evutil_socket_t descriptor, short what, void *context)
{
	static const struct timeval until_killed = {.tv_sec = REHEARSAL_KILL_S};
	struct upgrade *upgrade = context;

	(void)descriptor;
	(void)what;
	/* It is no lvm command: nothing is torn when it is killed. */
	if (process_is_terminating(upgrade->rehearsal))
		kill(process_id(upgrade->rehearsal), SIGKILL);
	else
		process_terminate(upgrade->rehearsal);
	event_add(upgrade->timer, &until_killed);
}

static int start_rehearsal(struct upgrade *upgrade, struct lvmpolld_error *error)
{
	static const struct timeval timeout = {.tv_sec = REHEARSAL_TIMEOUT_S};
	struct lvmpolld_arguments arguments = {0}, environment = {0};
	enum process_failure failure;
	int result = arguments_add(&arguments, program_path);

	for (size_t i = 1; program_arguments[0] && program_arguments[i] && result == 0; i++)
		result = arguments_add(&arguments, program_arguments[i]);
	for (char **variable = environ; *variable && result == 0; variable++)
		result = arguments_add(&environment, *variable);
	if (result == 0)
		result = arguments_add_format(&environment,
			ROLE_VARIABLE "=" REHEARSAL_PREFIX "/proc/%d/fd/%d", (int)getpid(),
			upgrade->file);
	upgrade->timer =
		event_new(operations_of(upgrade)->base, -1, 0, on_rehearsal_timeout, upgrade);
	if (result < 0 || !upgrade->timer)
		error_set(error, ENOMEM, "out of memory");
	else
		upgrade->rehearsal = process_start(operations_of(upgrade)->base, arguments.list,
			environment.list, &rehearsal_callbacks, upgrade, &failure, error);
	if (upgrade->rehearsal)
		event_add(upgrade->timer, &timeout);
	arguments_clear(&arguments);
	arguments_clear(&environment);
	return upgrade->rehearsal ? 0 : -error->code;
}

void upgrade_begin(struct upgrades *upgrades)
{
	struct upgrade *upgrade;
	struct lvmpolld_error error;

	if (upgrades->current || upgrades->parts.operations->is_stopping)
		return;
	upgrade = calloc(1, sizeof(*upgrade));
	if (!upgrade) {
		log_error("no upgrade: out of memory");
		return;
	}
	upgrade->upgrades = upgrades;
	upgrades->current = upgrade;
	notify_reloading();
	upgrade->file = handover_write(&upgrades->parts, true, &error);
	if (upgrade->file < 0 || start_rehearsal(upgrade, &error) < 0)
		abandon(upgrade, error.sentence);
}

void upgrade_destroy(struct upgrades *upgrades)
{
	if (upgrades->current)
		upgrade_free(upgrades->current);
}

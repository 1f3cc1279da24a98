/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hooks: run one event after the other, beside each other. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "hook.h"
#include "hook_call.h"
#include "util/descriptors.h"

/* Events that one hook may have before it; what comes then is lost to it. */
#define CALLS_MAX 1000
/* So often it is looked whether one has ended; and one that hangs beyond its time. */
#define PAUSE_MS      100
#define LATE_PAUSE_MS 1000

#define OTHERS_MAY_WRITE "others than root may write to it"

struct hook {
	char *name;
	pid_t pid; /* 0: it does not run */
	int64_t deadline_ms;
	bool is_late;                  /* it was asked to end */
	TAILQ_HEAD(, hook_call) calls; /* the first is the one that runs */
	size_t count;
	size_t lost;
	TAILQ_ENTRY(hook) link;
};

static __attribute__((format(printf, 2, 3))) void say(const char *name, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "lvmpollctl: hook %s ", name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

/* The names of run-parts: no backups, and nothing that a package manager leaves. */
static bool is_name(const char *name)
{
	size_t length = 0;

	while (isalnum((unsigned char)name[length]) || name[length] == '-' || name[length] == '_')
		length++;
	return length > 0 && name[length] == '\0';
}

/* Whether nobody but root, and who runs this, may write to what STATUS is of. */
static bool is_safe(const struct stat *status)
{
	return (status->st_uid == 0 || status->st_uid == geteuid()) &&
	       (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Returns false where it is too long. */
static bool make_path(const struct hooks *hooks, const char *name, char path[PATH_MAX])
{
	return snprintf(path, PATH_MAX, "%s/%s", hooks->folder, name) < PATH_MAX;
}

static int choose(const struct dirent *found)
{
	return is_name(found->d_name);
}

/* Finds it, or makes it. NULL when out of memory. */
static struct hook *get(struct hooks *hooks, const char *name)
{
	struct hook *hook;

	TAILQ_FOREACH (hook, &hooks->list, link)
		if (!strcmp(hook->name, name))
			return hook;
	hook = calloc(1, sizeof(*hook));
	if (!hook)
		return NULL;
	TAILQ_INIT(&hook->calls);
	hook->name = strdup(name);
	if (!hook->name) {
		free(hook);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&hooks->list, hook, link);
	return hook;
}

static void add_call(
	struct hooks *hooks, const char *name, const char *event, const struct entry *entry)
{
	struct hook *hook = get(hooks, name);
	bool is_full = hook && hook->count >= CALLS_MAX;
	struct hook_call *call = hook && !is_full ? hook_call_make(event, entry) : NULL;

	if (call) {
		TAILQ_INSERT_TAIL(&hook->calls, call, link);
		hook->count++;
	} else if (!is_full) {
		say(name, "does not hear of %s %s: out of memory", event, entry->name);
	} else if (hook->lost++ == 0) {
		say(name, "has too much before it: it does not hear of %s %s", event, entry->name);
	}
}

static void take_call(struct hook *hook)
{
	struct hook_call *call = TAILQ_FIRST(&hook->calls);

	TAILQ_REMOVE(&hook->calls, call, link);
	hook->count--;
	hook_call_free(call);
	if (hook->lost > 0 && hook->count == 0) {
		say(hook->name, "has not heard of %zu events", hook->lost);
		hook->lost = 0;
	}
}

void hooks_init(struct hooks *hooks, const char *folder, int64_t timeout_s)
{
	*hooks = (struct hooks){.folder = folder, .timeout_s = timeout_s};
	TAILQ_INIT(&hooks->list);
}

/*
 * What everybody could change must not be run by root: the file, nor that which a link leads to in
 * a folder where somebody else could put another in its place.
 */
static bool may_be_run(const char *path)
{
	char target[PATH_MAX];
	struct stat status;

	if (!realpath(path, target) || stat(target, &status) < 0 || !is_safe(&status))
		return false;
	*strrchr(target, '/') = '\0';
	return stat(target[0] != '\0' ? target : "/", &status) == 0 && is_safe(&status);
}

static void tell(
	struct hooks *hooks, const char *name, const char *event, const struct entry *entry)
{
	char path[PATH_MAX];
	struct stat status;

	if (!make_path(hooks, name, path) || stat(path, &status) < 0 || !S_ISREG(status.st_mode) ||
		access(path, X_OK) < 0)
		return;
	if (may_be_run(path))
		add_call(hooks, name, event, entry);
	else
		say(name, "does not hear of %s %s: " OTHERS_MAY_WRITE, event, entry->name);
}

/* What may be a hook. Returns NULL, or why there is none; without a folder there is none to run. */
static const char *list_folder(const struct hooks *hooks, struct dirent ***found, int *count)
{
	struct stat status;

	*found = NULL;
	*count = 0;
	if (stat(hooks->folder, &status) == 0 && !is_safe(&status))
		return OTHERS_MAY_WRITE;
	*count = scandir(hooks->folder, found, choose, alphasort);
	return *count >= 0 || errno == ENOENT ? NULL : strerror(errno);
}

void hooks_tell(struct hooks *hooks, const char *event, const struct entry *entry)
{
	struct dirent **found;
	int count;
	const char *fault = list_folder(hooks, &found, &count);

	if (fault)
		fprintf(stderr, "lvmpollctl: no hook of %s hears of %s %s: %s\n", hooks->folder,
			event, entry->name, fault);
	for (int i = 0; i < count; i++) {
		tell(hooks, found[i]->d_name, event, entry);
		free(found[i]);
	}
	free(found);
	hooks_go_on(hooks);
}

/* A file in memory, so that a hook that does not read hurts nobody. Returns it, or -1 with errno.
 */
static int make_input(const char *json)
{
	int descriptor = memfd_create("hook", MFD_CLOEXEC);
	size_t length = strlen(json);

	if (descriptor >= 0 && write(descriptor, json, length) == (ssize_t)length &&
		lseek(descriptor, 0, SEEK_SET) == 0)
		return descriptor;
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

/* systemd lets its services ignore SIGPIPE. */
static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

/* In the child. */
static _Noreturn void execute(const struct hooks *hooks, const struct hook *hook, int input)
{
	const struct hook_call *call = TAILQ_FIRST(&hook->calls);
	char path[PATH_MAX];
	char *const arguments[] = {path, call->event, call->volume, call->operation, NULL};

	reset_signals();
	/* It may have changed since it was to hear of this. */
	if (!make_path(hooks, hook->name, path) || !may_be_run(path)) {
		say(hook->name, "is not run: " OTHERS_MAY_WRITE);
		_exit(126);
	}
	if (dup2(input, STDIN_FILENO) == STDIN_FILENO) {
		descriptors_mark();
		execv(path, arguments);
	}
	say(hook->name, "cannot be run: %s", strerror(errno));
	_exit(127);
}

static void start(const struct hooks *hooks, struct hook *hook)
{
	int input = make_input(TAILQ_FIRST(&hook->calls)->json);

	hook->pid = input < 0 ? -1 : fork();
	if (hook->pid == 0)
		execute(hooks, hook, input);
	if (hook->pid < 0) {
		say(hook->name, "cannot be run: %s", strerror(errno));
		hook->pid = 0;
		take_call(hook);
	}
	if (input >= 0)
		close(input);
	hook->is_late = false;
	hook->deadline_ms = now_ms() + hooks->timeout_s * 1000;
}

static void complain(const struct hook *hook, int status)
{
	const struct hook_call *call = TAILQ_FIRST(&hook->calls);

	if (WIFSIGNALED(status))
		say(hook->name, "was ended by signal %d: %s %s %s", WTERMSIG(status), call->event,
			call->volume, call->operation);
	else if (WEXITSTATUS(status) != 0)
		say(hook->name, "failed with status %d: %s %s %s", WEXITSTATUS(status), call->event,
			call->volume, call->operation);
}

/* It may run lvm, which must not be killed: so it is asked once, and hears nothing until it ends.
 */
static void check_deadline(const struct hooks *hooks, struct hook *hook)
{
	if (hook->is_late || now_ms() < hook->deadline_ms)
		return;
	hook->is_late = true;
	say(hook->name, "has not ended after %lld s: it gets SIGTERM", (long long)hooks->timeout_s);
	kill(hook->pid, SIGTERM);
}

static void run(const struct hooks *hooks, struct hook *hook)
{
	int status;

	if (hook->pid > 0 && waitpid(hook->pid, &status, WNOHANG) == hook->pid) {
		hook->pid = 0;
		complain(hook, status);
		take_call(hook);
	}
	while (hook->pid == 0 && hook->count > 0)
		start(hooks, hook);
	if (hook->pid > 0)
		check_deadline(hooks, hook);
}

void hooks_go_on(struct hooks *hooks)
{
	struct hook *hook;

	TAILQ_FOREACH (hook, &hooks->list, link)
		run(hooks, hook);
}

static bool is_any_awaited(const struct hooks *hooks)
{
	const struct hook *hook;

	TAILQ_FOREACH (hook, &hooks->list, link)
		if (hook->count > 0 && !hook->is_late)
			return true;
	return false;
}

int hooks_pause_ms(const struct hooks *hooks)
{
	const struct hook *hook;

	if (is_any_awaited(hooks))
		return PAUSE_MS;
	TAILQ_FOREACH (hook, &hooks->list, link)
		if (hook->count > 0)
			return LATE_PAUSE_MS;
	return -1;
}

static void free_hook(struct hook *hook)
{
	while (hook->count > 0)
		take_call(hook);
	free(hook->name);
	free(hook);
}

void hooks_finish(struct hooks *hooks)
{
	static const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};
	struct hook *hook;

	while (is_any_awaited(hooks)) {
		nanosleep(&pause, NULL);
		hooks_go_on(hooks);
	}
	while ((hook = TAILQ_FIRST(&hooks->list))) {
		TAILQ_REMOVE(&hooks->list, hook, link);
		free_hook(hook);
	}
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl abort, resume: done by lvm2's own commands, whose result is shown. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol/wire.h"
#include "verbs.h"

/* The lvm command that the daemon runs. */
static int take_binary(const struct wire_message *message, void *context)
{
	const char *key = wire_string(message, "key"), *value = wire_string(message, "value");
	char **binary = context;

	if (key && value && !strcmp(key, "lvm.binary"))
		*binary = strdup(value);
	return 0;
}

static char *find_binary(const struct ctl *ctl)
{
	struct message_stream stream;
	struct lvmpolld_error error;
	char *binary = NULL;

	if (ask_begin(ctl, "request=\"configuration\"", &stream, NULL, &error) == CTL_GOOD)
		ask_items(&stream, take_binary, &binary, &error);
	return binary ? binary : strdup("lvm");
}

/* Runs it, and returns what it ends with: CTL_GOOD or CTL_REFUSED. */
static int run_lvm(const struct ctl *ctl, const char *const *arguments)
{
	const char *command[8] = {find_binary(ctl)};
	int status;
	pid_t pid;

	for (size_t i = 0; arguments[i] && i + 2 < sizeof(command) / sizeof(command[0]); i++)
		command[i + 1] = arguments[i];
	fflush(stdout);
	pid = command[0] ? fork() : -1;
	if (pid == 0) {
		setenv("LVM_LVMPOLLD_SOCKET", ctl->socket_path, 1);
		execvp(command[0], (char *const *)(const void *)command);
		fprintf(stderr, "lvmpollctl: cannot run %s: %s\n", command[0], strerror(errno));
		_exit(CTL_REFUSED);
	}
	free((char *)(const void *)command[0]);
	if (pid < 0) {
		fprintf(stderr, "lvmpollctl: cannot run lvm: %s\n", strerror(errno));
		return CTL_FAILED;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return CTL_FAILED;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? CTL_GOOD : CTL_REFUSED;
}

static const struct entry *find_move(const struct entries *entries, const char *name)
{
	for (size_t i = 0; i < entries->count; i++)
		if (entry_is_named(entries->list[i], name) && !entries->list[i]->is_abort)
			return entries->list[i];
	return NULL;
}

/* lvm2 aborts a move by the disk that it empties. */
static int abort_entry(const struct ctl *ctl, const struct entry *entry)
{
	const char *const arguments[] = {"pvmove", "--abort", entry->source, NULL};

	if (!entry->operation || strcmp(entry->operation, "pvmove") != 0) {
		fprintf(stderr,
			"lvmpollctl: lvm2 cannot abort the %s of %s; of a conversion \"lvconvert "
			"-m\" "
			"takes new legs away again, a merge goes on to its end\n",
			entry->operation ? entry->operation : "operation", entry->name);
		return CTL_REFUSED;
	}
	if (!entry->source) {
		fprintf(stderr,
			"lvmpollctl: which disk %s empties is not known: \"pvmove --abort DISK\" "
			"ends "
			"the move\n",
			entry->name);
		return CTL_REFUSED;
	}
	return run_lvm(ctl, arguments);
}

int abort_run(const struct ctl *ctl, int argc, char **argv)
{
	struct lvmpolld_error error;
	struct entries entries;
	const struct entry *entry;
	int status;

	if (argc != 2 || argv[1][0] == '-')
		return verb_complain(argv[0], "it needs the name of one volume, or id:N");
	status = ask_list(ctl, ASK_IN_FLIGHT, &entries, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	entry = find_move(&entries, argv[1]);
	if (entry) {
		status = abort_entry(ctl, entry);
	} else {
		fprintf(stderr, "lvmpollctl: no operation is in flight for %s\n", argv[1]);
		status = CTL_NO_OPERATION;
	}
	entries_free(&entries);
	return status;
}

int resume_run(const struct ctl *ctl, int argc, char **argv)
{
	const char *const arguments[] = {
		"vgchange", "--poll", "y", argc > 1 ? argv[1] : NULL, NULL};

	if (argc > 2 || (argc == 2 && argv[1][0] == '-'))
		return verb_complain(argv[0], "it takes the name of one volume group, or none");
	return run_lvm(ctl, arguments);
}

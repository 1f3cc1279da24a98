/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs commands of lvm2 for the user. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lvm.h"
#include "protocol/wire.h"

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

/* All that comes from DESCRIPTOR, to be freed; NULL when out of memory. */
static char *read_all(int descriptor)
{
	char *text = NULL;
	size_t size = 0;
	FILE *copy = open_memstream(&text, &size);
	char part[1024];
	ssize_t length;

	while ((length = read(descriptor, part, sizeof(part))) > 0 ||
		(length < 0 && errno == EINTR))
		if (copy && length > 0)
			fwrite(part, 1, (size_t)length, copy);
	if (copy && fclose(copy) == 0)
		return text;
	free(text);
	return NULL;
}

/* Becomes COMMAND. OUTPUT is to be its standard output, unless it is -1. */
static void become(const struct ctl *ctl, const char *const *command, int output)
{
	setenv("LVM_LVMPOLLD_SOCKET", ctl->socket_path, 1);
	if (output < 0 || dup2(output, STDOUT_FILENO) >= 0)
		execvp(command[0], (char *const *)(const void *)command);
	fprintf(stderr, "lvmpollctl: cannot run %s: %s\n", command[0], strerror(errno));
	_exit(CTL_REFUSED);
}

/* Runs COMMAND; its output is in *OUTPUT, unless PIPE has no descriptors. */
static int run(const struct ctl *ctl, const char *const *command, int pipe[2], char **output)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		become(ctl, command, pipe[1]);
	if (pipe[1] >= 0)
		close(pipe[1]);
	if (pipe[0] >= 0) {
		*output = pid > 0 ? read_all(pipe[0]) : NULL;
		close(pipe[0]);
	}
	if (pid < 0) {
		fprintf(stderr, "lvmpollctl: cannot run lvm: %s\n", strerror(errno));
		return CTL_FAILED;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return CTL_FAILED;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? CTL_GOOD : CTL_REFUSED;
}

int lvm_run(const struct ctl *ctl, const char *const *arguments, char **output)
{
	const char *command[LVM_ARGUMENTS_MAX + 2] = {find_binary(ctl)};
	int ends[2] = {-1, -1}, status = CTL_FAILED;

	for (size_t i = 0; arguments[i] && i < LVM_ARGUMENTS_MAX; i++)
		command[i + 1] = arguments[i];
	if (output)
		*output = NULL;
	fflush(stdout);
	if (command[0] && (!output || pipe2(ends, O_CLOEXEC) == 0))
		status = run(ctl, command, ends, output);
	else
		fprintf(stderr, "lvmpollctl: cannot run lvm: %s\n", strerror(errno));
	free((char *)(const void *)command[0]);
	return status;
}

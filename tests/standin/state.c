/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the stand-in's folder: faults and version; and writes the list of calls. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "state.h"

#define SHORT_FILE   1024
#define LONGEST_FILE (1 << 20)
#define LONGEST_LINE 512
#define HANG_LOOK_MS 5
#define NO_LIMIT     0

const char *state_folder(void)
{
	const char *folder = getenv(STANDIN_VARIABLE);

	return folder && *folder ? folder : NULL;
}

void *state_next_function(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (!function) {
		fprintf(stderr, "stand-in: libc has no %s\n", name);
		abort();
	}
	return function;
}

void state_path(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", state_folder(), name);
}

/* What is longer than LONGEST_FILE is cut off. Most files are short, and many are read at once. */
static char *read_text(int descriptor)
{
	size_t size = SHORT_FILE, length = 0;
	char *text = NULL, *longer;
	ssize_t got;

	do {
		longer = realloc(text, size + 1);
		if (!longer) {
			free(text);
			return NULL;
		}
		text = longer;
		while ((got = read(descriptor, text + length, size - length)) > 0)
			length += (size_t)got;
		size *= 2;
	} while (length == size / 2 && size <= LONGEST_FILE);
	text[length] = '\0';
	return text;
}

char *state_read_file(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	if (descriptor < 0)
		return NULL;
	text = read_text(descriptor);
	close(descriptor);
	return text;
}

void state_note_call(const char *format, ...)
{
	char line[LONGEST_LINE], path[PATH_MAX];
	struct timespec now;
	va_list arguments;
	int descriptor, length;

	clock_gettime(CLOCK_MONOTONIC, &now);
	length = snprintf(
		line, sizeof(line), "%lld.%06ld ", (long long)now.tv_sec, now.tv_nsec / 1000);
	va_start(arguments, format);
	length += vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, arguments);
	va_end(arguments);
	line[length++] = '\n';
	state_path(path, sizeof(path), "calls");
	/* In one write, so that lines of several threads and processes stay whole. */
	descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (descriptor < 0)
		return;
	if (write(descriptor, line, (size_t)length) < 0)
		perror(path);
	close(descriptor);
}

/* What a fault's file says: "hang", "kill", or "fail ERRNO [TIMES]". */
struct fault {
	bool hangs, kills;
	int error;
	unsigned times;
};

static bool read_fault(const char *path, struct fault *fault)
{
	char *text = state_read_file(path);
	bool is_there = text;

	*fault = (struct fault){.times = NO_LIMIT};
	if (text) {
		fault->hangs = strncmp(text, "hang", strlen("hang")) == 0;
		fault->kills = strncmp(text, "kill", strlen("kill")) == 0;
		if (!fault->hangs && !fault->kills &&
			sscanf(text, "fail %d %u", &fault->error, &fault->times) < 1)
			fault->error = EIO;
	}
	free(text);
	return is_there;
}

static void write_fault(const char *path, const struct fault *fault)
{
	char temporary[PATH_MAX + 8];
	FILE *file;

	snprintf(temporary, sizeof(temporary), "%s.new", path);
	file = fopen(temporary, "we");
	if (!file)
		return;
	fprintf(file, "fail %d %u\n", fault->error, fault->times);
	fclose(file);
	rename(temporary, path);
}

static void sleep_ms(long time_ms)
{
	const struct timespec time = {.tv_nsec = time_ms * 1000000};

	nanosleep(&time, NULL);
}

static int play_file(const char *path)
{
	struct fault fault;
	bool is_hanging = false;

	while (read_fault(path, &fault)) {
		if (fault.kills) {
			state_note_call("kill %s", strrchr(path, '/') + 1);
			raise(SIGKILL);
		}
		if (fault.hangs) {
			if (!is_hanging)
				state_note_call("hang %s", strrchr(path, '/') + 1);
			is_hanging = true;
			sleep_ms(HANG_LOOK_MS);
			continue;
		}
		if (fault.times == 1) {
			unlink(path);
		} else if (fault.times > 1) {
			fault.times--;
			write_fault(path, &fault);
		}
		return fault.error;
	}
	return 0;
}

int state_play_fault(const char *kind, const char *name)
{
	char file[NAME_MAX], path[PATH_MAX];
	int error;

	snprintf(file, sizeof(file), "faults/%s", kind);
	state_path(path, sizeof(path), file);
	error = play_file(path);
	if (error || !name)
		return error;
	snprintf(file, sizeof(file), "faults/%s.%s", kind, name);
	state_path(path, sizeof(path), file);
	return play_file(path);
}

int state_peek_fault(const char *kind)
{
	char file[NAME_MAX], path[PATH_MAX];
	struct fault fault;

	snprintf(file, sizeof(file), "faults/%s", kind);
	state_path(path, sizeof(path), file);
	return read_fault(path, &fault) && !fault.hangs ? fault.error : 0;
}

void state_read_version(unsigned version[3])
{
	char path[PATH_MAX], *text;

	version[0] = 4;
	version[1] = 48;
	version[2] = 0;
	state_path(path, sizeof(path), "version");
	text = state_read_file(path);
	if (text && sscanf(text, "%u.%u.%u", &version[0], &version[1], &version[2]) != 3)
		fprintf(stderr, "%s: should be like 4.48.0\n", path);
	free(text);
}

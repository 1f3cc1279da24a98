/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finds and reads the files of the configuration: lvmpolld.yaml and its drop-ins. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "configuration/keys.h"
#include "configuration/parse.h"
#include "configuration/read.h"

#define FILE_ENDING   ".yaml"
#define FILE_SIZE_MAX (1024 * 1024)

/* How often a file that is written meanwhile is read, and the wait before each further time. */
#define READINGS_MAX    10
#define READING_WAIT_MS 10

/* The contents of a file. */
struct contents {
	char *text;
	size_t size;
};

/* A device is let through for the sake of /dev/null, an empty configuration. */
static int check_kind(
	int descriptor, const char *file, struct stat *status, struct lvmpolld_error *error)
{
	if (fstat(descriptor, status) < 0)
		return error_set(error, errno, "%s: cannot be examined: %s", file, strerror(errno));
	if (S_ISDIR(status->st_mode))
		return error_set(error, EISDIR, "%s: is a directory, where a file belongs", file);
	if (!S_ISREG(status->st_mode) && !S_ISCHR(status->st_mode))
		return error_set(error, EINVAL, "%s: is not a regular file", file);
	return 0;
}

/* Reads one byte more than is allowed, to see that there is more. */
static int read_to_end(
	int descriptor, const char *file, struct contents *contents, struct lvmpolld_error *error)
{
	contents->size = 0;
	while (contents->size <= FILE_SIZE_MAX) {
		ssize_t length = read(descriptor, contents->text + contents->size,
			FILE_SIZE_MAX + 1 - contents->size);

		if (length == 0)
			return 0;
		if (length < 0 && errno != EINTR)
			return error_set(
				error, errno, "%s: cannot be read: %s", file, strerror(errno));
		if (length > 0)
			contents->size += (size_t)length;
	}
	return error_set(error, EFBIG, "%s: is larger than 1 MiB, which no configuration is", file);
}

/* Whether the file was written since it was as in BEFORE. */
static bool is_written(int descriptor, const struct stat *before)
{
	struct stat now;

	return fstat(descriptor, &now) == 0 && S_ISREG(now.st_mode) &&
	       (now.st_size != before->st_size || now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
		       now.st_mtim.tv_nsec != before->st_mtim.tv_nsec);
}

/* Reads one state of the file, and not the beginning of one and the end of the next. */
static int read_contents(
	int descriptor, const char *file, struct contents *contents, struct lvmpolld_error *error)
{
	const struct timespec wait = {.tv_nsec = READING_WAIT_MS * 1000000L};

	for (int i = 0; i < READINGS_MAX; i++) {
		struct stat before;
		int result;

		if (i > 0)
			nanosleep(&wait, NULL);
		result = check_kind(descriptor, file, &before, error);
		if (result < 0)
			return result;
		if (i > 0 && lseek(descriptor, 0, SEEK_SET) < 0)
			return error_set(
				error, errno, "%s: cannot be read: %s", file, strerror(errno));
		result = read_to_end(descriptor, file, contents, error);
		if (!is_written(descriptor, &before))
			return result;
	}
	return error_set(error, EBUSY, "%s: is being written while it is read", file);
}

/* Returns 0, -ENOENT where there is no such file, or another negative errno. */
static int load_file(const char *file, struct contents *contents, struct lvmpolld_error *error)
{
	int result;
	int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (descriptor < 0)
		return error_set(error, errno, "%s: cannot be opened: %s", file, strerror(errno));
	contents->text = malloc(FILE_SIZE_MAX + 1);
	result = !contents->text ? error_set(error, ENOMEM, "out of memory")
				 : read_contents(descriptor, file, contents, error);
	close(descriptor);
	return result;
}

static int read_file(
	struct configuration *configuration, const char *file, struct lvmpolld_error *error)
{
	struct contents contents = {NULL, 0};
	int result = load_file(file, &contents, error);

	if (result == 0)
		result = configuration_read_text(
			configuration, file, contents.text, contents.size, error);
	free(contents.text);
	return result;
}

/* Files that begin with a dot are what editors and package managers leave behind. */
static int is_drop_in(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);
	const size_t ending_length = sizeof(FILE_ENDING) - 1;

	return entry->d_name[0] != '.' && length > ending_length &&
	       strcmp(entry->d_name + length - ending_length, FILE_ENDING) == 0;
}

/* Not alphasort, whose order depends on the locale. */
static int compare_names(const struct dirent **first, const struct dirent **second)
{
	return strcmp((*first)->d_name, (*second)->d_name);
}

static int read_drop_in(struct configuration *configuration, const char *directory,
	const char *name, struct lvmpolld_error *error)
{
	char *file;
	int result;

	if (asprintf(&file, "%s/%s", directory, name) < 0)
		return error_set(error, ENOMEM, "out of memory");
	result = read_file(configuration, file, error);
	free(file);
	return result;
}

static int read_directory(
	struct configuration *configuration, const char *directory, struct lvmpolld_error *error)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_drop_in, compare_names);
	int result = 0;

	if (count < 0 && errno == ENOENT)
		return 0;
	if (count < 0)
		return error_set(
			error, errno, "%s: cannot be read: %s", directory, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (result == 0)
			result = read_drop_in(configuration, directory, entries[i]->d_name, error);
		free(entries[i]);
	}
	free(entries);
	return result;
}

/* "lvmpolld.yaml" has its drop-ins in "lvmpolld.d". */
static char *drop_in_directory(const char *file)
{
	size_t length = strlen(file);
	const size_t ending_length = sizeof(FILE_ENDING) - 1;
	char *directory;

	if (length > ending_length && strcmp(file + length - ending_length, FILE_ENDING) == 0)
		length -= ending_length;
	return asprintf(&directory, "%.*s.d", (int)length, file) < 0 ? NULL : directory;
}

int configuration_read(struct configuration *configuration, const char *file, bool must_exist,
	struct lvmpolld_error *error)
{
	char *directory;
	int result = read_file(configuration, file, error);

	if (result < 0 && (result != -ENOENT || must_exist))
		return result;
	directory = drop_in_directory(file);
	if (!directory)
		return error_set(error, ENOMEM, "out of memory");
	result = read_directory(configuration, directory, error);
	free(directory);
	return result;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The last number that was given to an operation. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "records/number.h"

#define NUMBER_SUFFIX ".number"

/* Room for 64 bits, a newline and a NUL byte. */
#define NUMBER_SIZE 32

static int make_path(const struct record_directory *directory, const char *end, char path[PATH_MAX])
{
	int length = -1;

	if (directory->path)
		length = snprintf(path, PATH_MAX, "%s" NUMBER_SUFFIX "%s", directory->path, end);
	return length > 0 && length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Returns false where TEXT is no number. */
static bool parse(const char *text, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno == 0 && isdigit((unsigned char)text[0]) && *end == '\n' &&
	       *number < INT64_MAX / 2;
}

uint64_t record_number_read(const struct record_directory *directory)
{
	char path[PATH_MAX], text[NUMBER_SIZE];
	uint64_t number;
	ssize_t length;
	int descriptor;

	if (make_path(directory, "", path) < 0)
		return (uint64_t)time(NULL);
	descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (descriptor < 0)
		return errno == ENOENT ? 0 : (uint64_t)time(NULL);
	length = read(descriptor, text, sizeof(text) - 1);
	close(descriptor);
	text[length > 0 ? length : 0] = '\0';
	return parse(text, &number) ? number : (uint64_t)time(NULL);
}

static int write_text(const char *path, const char *text, size_t length)
{
	int descriptor = open(
		path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	ssize_t written;
	int result;

	if (descriptor < 0)
		return -errno;
	written = write(descriptor, text, length);
	result = written < 0 ? -errno : (size_t)written < length ? -ENOSPC : 0;
	if (close(descriptor) < 0 && result == 0)
		result = -errno;
	return result;
}

int record_number_write(const struct record_directory *directory, uint64_t number)
{
	char path[PATH_MAX], temporary[PATH_MAX], text[NUMBER_SIZE];
	int length = snprintf(text, sizeof(text), "%" PRIu64 "\n", number);
	int result = directory->descriptor >= 0 ? make_path(directory, "", path) : -ENOENT;

	if (result == 0)
		result = make_path(directory, ".new", temporary);
	if (result < 0)
		return result;
	result = write_text(temporary, text, (size_t)length);
	if (result == 0 && rename(temporary, path) < 0)
		result = -errno;
	if (result < 0)
		unlink(temporary);
	return result;
}

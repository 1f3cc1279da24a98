/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that reads and writes the history. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "history/file.h"
#include "history/writer.h"

bool writer_is_wanted(int argc, char *const *argv)
{
	return argc > 1 && strcmp(argv[1], WRITER_OPTION) == 0;
}

/*
 * Two daemons, one of which ends while the next one begins, take turns. The descriptor holds the
 * lock as long as this process lives. The folder is made where only its last part is missing.
 */
static int lock_folder(const char *path, struct lvmpolld_error *error)
{
	char copy[PATH_MAX];
	const char *folder;
	int descriptor;

	snprintf(copy, sizeof(copy), "%s", path);
	folder = dirname(copy);
	/* That it cannot be made shows where it is opened. */
	(void)!mkdir(folder, S_IRWXU);
	descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0 || flock(descriptor, LOCK_EX) < 0)
		return error_set(error, errno, "cannot use %s: %s", folder, strerror(errno));
	return 0;
}

/* Opens a regular file. Returns NULL with errno: EBADF if it is none. */
static FILE *open_file(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	FILE *stream;

	if (descriptor < 0)
		return NULL;
	if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) &&
		(stream = fdopen(descriptor, "r")))
		return stream;
	close(descriptor);
	errno = EBADF;
	return NULL;
}

/* No file yet is no error. */
static int read_file(const char *path, struct history_lines *lines, struct history_damage *damage,
	struct lvmpolld_error *error)
{
	FILE *stream = open_file(path);
	int result;

	*damage = (struct history_damage){0};
	if (!stream)
		return errno == ENOENT ? 0
				       : error_set(error, errno, "cannot read %s: %s", path,
						 strerror(errno));
	result = history_file_read(stream, lines, damage);
	fclose(stream);
	return result < 0 ? error_set(error, -result, "cannot read %s: %s", path, strerror(-result))
			  : 0;
}

/* Damaged lines are named once: when they are read they are removed. */
static int read_all(const char *path, struct history_lines *lines, struct lvmpolld_error *error)
{
	struct history_damage damage;
	const char *line;
	int result = read_file(path, lines, &damage, error);

	if (result < 0)
		return result;
	if (damage.count > 0)
		fprintf(stderr, "%s: %zu line%s damaged and passed over, the first is line %lu\n",
			path, damage.count, damage.count == 1 ? " is" : "s are", damage.first_line);
	for (size_t i = 0; (line = history_lines_at(lines, i)); i++)
		puts(line);
	fflush(stdout);
	return damage.count > 0 ? history_file_write(path, lines, error) : 0;
}

static int add_all(const char *path, struct history_lines *lines, int count, char *const *added,
	struct lvmpolld_error *error)
{
	struct history_damage damage;
	int result = read_file(path, lines, &damage, error);

	for (int i = 0; i < count && result == 0; i++)
		if (!history_lines_has(lines, added[i]) && history_lines_add(lines, added[i]) < 0)
			result = error_set(error, ENOMEM, "out of memory");
	return result < 0 ? result : history_file_write(path, lines, error);
}

static int run(
	int argc, char *const *argv, struct history_lines *lines, struct lvmpolld_error *error)
{
	const char *path = argv[2];
	int result = lock_folder(path, error);

	/* Without a folder there is nothing to be read. */
	if (result < 0)
		return error->code == ENOENT && !strcmp(argv[4], WRITER_READ) ? 0 : result;
	if (!strcmp(argv[4], WRITER_READ))
		return read_all(path, lines, error);
	return add_all(path, lines, argc - WRITER_FIRST_LINE, argv + WRITER_FIRST_LINE, error);
}

int writer_run(int argc, char *const *argv)
{
	struct history_lines lines;
	struct lvmpolld_error error;
	unsigned long limit = argc >= WRITER_FIRST_LINE ? strtoul(argv[3], NULL, 10) : 0;
	int result;

	if (limit == 0 || history_lines_init(&lines, limit) < 0)
		return EXIT_FAILURE;
	umask(S_IRWXG | S_IRWXO);
	result = run(argc, argv, &lines, &error);
	history_lines_destroy(&lines);
	if (result < 0)
		fprintf(stderr, "%s\n", error.sentence);
	return result < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

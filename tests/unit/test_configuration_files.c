/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: which files are read, in which order, and which are refused. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "configuration/configuration.h"
#include "configuration/read.h"
#include "scratch.h"
#include "suite.h"

static const char *file;
static struct configuration *configuration;
static struct lvmpolld_error error;

static void write_file(const char *path, const char *text, size_t size)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_eq(write(descriptor, text, size), (ssize_t)size);
	ck_assert_int_eq(close(descriptor), 0);
}

/* What is written to the file when the daemon has read a part of it; none where NULL. */
static const char *rewritten;
/* How often that is done. */
static unsigned rewrite_count;

extern ssize_t __real_read(int descriptor, void *buffer, size_t size);
SUITE_WRAPPER ssize_t __wrap_read(int descriptor, void *buffer, size_t size);

ssize_t __wrap_read(int descriptor, void *buffer, size_t size)
{
	ssize_t length = __real_read(descriptor, buffer, size);

	if (rewrite_count > 0 && length > 0) {
		rewrite_count--;
		write_file(file, rewritten, strlen(rewritten));
	}
	return length;
}

static void set_up(void)
{
	static char path[256];

	scratch_create();
	snprintf(path, sizeof(path), "%s", scratch_path("lvmpolld.yaml"));
	file = path;
	configuration = configuration_new();
	ck_assert_ptr_nonnull(configuration);
}

static void tear_down(void)
{
	configuration_free(configuration);
	scratch_remove();
}

static void write_drop_in(const char *name, const char *text)
{
	char path[256];

	ck_assert(mkdir(scratch_path("lvmpolld.d"), 0700) == 0 || errno == EEXIST);
	snprintf(path, sizeof(path), "%s/%s", scratch_path("lvmpolld.d"), name);
	write_file(path, text, strlen(text));
}

START_TEST(drop_ins_come_in_order_and_replace_single_keys)
{
	static const char text[] = "daemon: {pidfile: /main, idle_timeout: 1}\n"
				   "log: {targets: [stderr, syslog]}\n";

	write_file(file, text, strlen(text));
	write_drop_in("9-last.yaml", "daemon: {idle_timeout: 9}\n");
	write_drop_in("10-first.yaml", "daemon: {idle_timeout: 10}\nlog: {targets: [journal]}\n");
	write_drop_in("README", "this: is not read\n");
	write_drop_in(".#hidden.yaml", "this: is not read\n");
	write_drop_in("old.yaml~", "this: is not read\n");
	write_drop_in(".yaml", "this: is not read\n");
	ck_assert_int_eq(configuration_read(configuration, file, true, &error), 0);
	ck_assert_str_eq(configuration->pidfile_path, "/main");
	ck_assert_uint_eq(configuration->idle_timeout_s, 9);
	ck_assert_uint_eq(configuration->log.targets, LOG_TARGET_JOURNAL);
}
END_TEST

START_TEST(drop_in_with_an_error_is_named)
{
	char sentence[512];

	write_drop_in("x.yaml", "\nlog: {level: loud}\n");
	ck_assert_int_eq(configuration_read(configuration, file, false, &error), -EINVAL);
	snprintf(sentence, sizeof(sentence),
		"%s/lvmpolld.d/x.yaml:2:14: log.level: \"loud\" is not a log level: fatal, error, "
		"warn, notice, info or debug",
		scratch_directory);
	ck_assert_str_eq(error.sentence, sentence);
}
END_TEST

START_TEST(file_may_be_absent_where_it_is_not_asked_for)
{
	char sentence[512];

	ck_assert_int_eq(configuration_read(configuration, file, false, &error), 0);
	ck_assert_int_eq(configuration_read(configuration, file, true, &error), -ENOENT);
	snprintf(sentence, sizeof(sentence), "%s: cannot be opened: No such file or directory",
		file);
	ck_assert_str_eq(error.sentence, sentence);
}
END_TEST

START_TEST(null_device_is_an_empty_file)
{
	ck_assert_int_eq(configuration_read(configuration, "/dev/null", true, &error), 0);
	ck_assert_uint_eq(configuration->idle_timeout_s, 0);
}
END_TEST

START_TEST(directory_is_no_file)
{
	char sentence[512];

	ck_assert_int_eq(
		configuration_read(configuration, scratch_directory, true, &error), -EISDIR);
	snprintf(sentence, sizeof(sentence), "%s: is a directory, where a file belongs",
		scratch_directory);
	ck_assert_str_eq(error.sentence, sentence);
}
END_TEST

START_TEST(pipe_is_no_file)
{
	ck_assert_int_eq(mkfifo(file, 0600), 0);
	ck_assert_int_eq(configuration_read(configuration, file, true, &error), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error.sentence, "lvmpolld.yaml: is not a regular file"));
}
END_TEST

START_TEST(drop_ins_must_be_in_a_directory)
{
	write_file(scratch_path("lvmpolld.d"), "", 0);
	ck_assert_int_eq(configuration_read(configuration, file, false, &error), -ENOTDIR);
	ck_assert_ptr_nonnull(
		strstr(error.sentence, "lvmpolld.d: cannot be read: Not a directory"));
}
END_TEST

START_TEST(file_without_permission_is_an_error)
{
	write_file(file, "log: {}\n", 8);
	ck_assert_int_eq(chmod(file, 0), 0);
	/* In a process of its own, as all of check's tests: the superuser may read everything. */
	if (geteuid() == 0)
		ck_assert(chmod(scratch_directory, 0711) == 0 && seteuid(65534) == 0);
	ck_assert_int_eq(configuration_read(configuration, file, true, &error), -EACCES);
	ck_assert_ptr_nonnull(strstr(error.sentence, "cannot be opened: Permission denied"));
	ck_assert(getuid() != 0 || seteuid(0) == 0);
}
END_TEST

START_TEST(file_that_is_written_meanwhile_is_read_again)
{
	write_file(file, "log: {}\n", 8);
	rewritten = "daemon: {pidfile: /new, idle_timeout: 3}\n";
	rewrite_count = 1;
	ck_assert_int_eq(configuration_read(configuration, file, true, &error), 0);
	ck_assert_str_eq(configuration->pidfile_path, "/new");
	ck_assert_uint_eq(configuration->idle_timeout_s, 3);
}
END_TEST

START_TEST(file_that_never_comes_to_rest_is_refused)
{
	static char text[1024];

	memset(text, '#', sizeof(text) - 1);
	write_file(file, "log: {}\n", 8);
	rewritten = text;
	rewrite_count = 1000;
	ck_assert_int_eq(configuration_read(configuration, file, true, &error), -EBUSY);
	ck_assert_ptr_nonnull(strstr(error.sentence, "is being written while it is read"));
	rewrite_count = 0;
}
END_TEST

START_TEST(large_file_is_refused)
{
	static char text[1024 * 1024 + 1];

	memset(text, '#', sizeof(text));
	write_file(file, text, sizeof(text) - 1);
	ck_assert_int_eq(configuration_read(configuration, file, true, &error), 0);
	write_file(file, text, sizeof(text));
	ck_assert_int_eq(configuration_read(configuration, file, true, &error), -EFBIG);
	ck_assert_ptr_nonnull(strstr(error.sentence, "larger than 1 MiB"));
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(drop_ins_come_in_order_and_replace_single_keys),
		SUITE_TEST(drop_in_with_an_error_is_named),
		SUITE_TEST(file_may_be_absent_where_it_is_not_asked_for),
		SUITE_TEST(null_device_is_an_empty_file),
		SUITE_TEST(directory_is_no_file),
		SUITE_TEST(pipe_is_no_file),
		SUITE_TEST(drop_ins_must_be_in_a_directory),
		SUITE_TEST(file_without_permission_is_an_error),
		SUITE_TEST(file_that_is_written_meanwhile_is_read_again),
		SUITE_TEST(file_that_never_comes_to_rest_is_refused),
		SUITE_TEST(large_file_is_refused),
	};

	return suite_run_fixture(
		"configuration_files", tests, SUITE_COUNT(tests), set_up, tear_down);
}

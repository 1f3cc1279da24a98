/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which processes may see to a volume, by their arguments; also one that a reading of /proc misses.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "lvm/attendants.h"
#include "lvm/proc.h"
#include "scratch.h"
#include "suite.h"
#include "util/boot.h"

#define ARGUMENTS_MAX 8

#define LVID_ASKED "asked"

static const struct lvmpolld_request asked = {
	.struct_size = sizeof(asked), .vg_name = "vg", .lv_name = "pvmove0", .lvid = LVID_ASKED};

/* What the kernel has besides: a volume called so is another one. */
static bool is_another(
	const char *vg_name, const char *lv_name, const char *lvid, const void *context)
{
	ck_assert_str_eq(lvid, LVID_ASKED);
	return !strcmp(vg_name, context) && !strcmp(lv_name, "pvmove00");
}

/* The command, which is no child of ours; and what lets it end. */
static pid_t command;
static int input;

/* How many readings of /proc miss the command, and whether that shows all processes. */
static unsigned missed;
static bool is_hidden;

/* /proc is that of another namespace; and the link of ours cannot be read. */
static bool is_of_others, is_unreadable;

/* What the command is must not be read. */
static bool is_denied;

static int64_t passed_ms;

static struct event_base *base;

struct dirent *__real_readdir(DIR *directory);
SUITE_WRAPPER struct dirent *__wrap_readdir(DIR *directory);
SUITE_WRAPPER ssize_t __wrap_readlink(const char *path, char *text, size_t size);
SUITE_WRAPPER ssize_t __wrap___readlink_chk(
	const char *path, char *text, size_t size, size_t capacity);

/* The other processes of this machine are none of our business. */
struct dirent *__wrap_readdir(DIR *directory)
{
	for (;;) {
		struct dirent *entry = __real_readdir(directory);

		if (!entry && missed > 0)
			missed--;
		else if (entry && strtol(entry->d_name, NULL, 10) == (long)command && missed == 0)
			return entry;
		if (!entry)
			return NULL;
	}
}

/* Of links only those of this process matter: the programs are all the same. */
ssize_t __wrap_readlink(const char *path, char *text, size_t size)
{
	char self[32];
	const char *target = is_hidden ? "pid:[17]" : "pid:[4026531836]";

	snprintf(self, sizeof(self), "%d", is_of_others ? 1 : (int)getpid());
	if (!strcmp(path, "/proc/self"))
		target = self;
	else if (!strstr(path, "/ns/pid"))
		target = NULL;
	if (!target || (is_unreadable && target != self) || strlen(target) > size) {
		errno = EACCES;
		return -1;
	}
	memcpy(text, target, strlen(target));
	return (ssize_t)strlen(target);
}

ssize_t __wrap___readlink_chk(const char *path, char *text, size_t size, size_t capacity)
{
	return __wrap_readlink(path, text, size < capacity ? size : capacity);
}

ssize_t __real_proc_read(pid_t pid, const char *name, char *text, size_t size);
ssize_t __wrap_proc_read(pid_t pid, const char *name, char *text, size_t size);
int64_t __real_boot_clock_ms(void);
int64_t __wrap_boot_clock_ms(void);

ssize_t __wrap_proc_read(pid_t pid, const char *name, char *text, size_t size)
{
	if (is_denied && pid == command && !strcmp(name, "cmdline"))
		return -ESRCH;
	return __real_proc_read(pid, name, text, size);
}

/* A second passes whenever somebody looks at the clock. */
int64_t __wrap_boot_clock_ms(void)
{
	passed_ms += 1000;
	return __real_boot_clock_ms() + passed_ms;
}

/* The shell reads its script, called as the first argument, and has the others. */
static void execute(const char *const *arguments)
{
	char *copies[ARGUMENTS_MAX + 1] = {NULL};

	for (size_t i = 0; i < ARGUMENTS_MAX && arguments[i]; i++)
		copies[i] = strdup(arguments[i]);
	execv("/bin/sh", copies);
	_exit(127);
}

/* Two processes, so that the second is none of ours. */
static void start(const char *const *arguments)
{
	int to[2], from[2];
	char answer[32] = "";
	pid_t between;

	ck_assert_int_eq(pipe2(to, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(from, O_CLOEXEC), 0);
	between = fork();
	ck_assert_int_ge(between, 0);
	if (between == 0) {
		if (fork() != 0)
			_exit(0);
		dup2(to[0], 0);
		dup2(from[1], 1);
		execute(arguments);
	}
	ck_assert_int_eq(waitpid(between, NULL, 0), between);
	close(to[0]);
	close(from[1]);
	input = to[1];
	ck_assert_int_gt(read(from[0], answer, sizeof(answer) - 1), 0);
	close(from[0]);
	command = (pid_t)atol(answer);
	ck_assert_int_gt(command, 0);
}

static void write_script(const char *name)
{
	FILE *file = fopen(name, "w");

	ck_assert_ptr_nonnull(file);
	fputs("echo $$\nread -r _\n", file);
	fclose(file);
}

static void begin(void)
{
	static const char *const names[] = {"pvmove", "lvpoll", "lvs", "vgchange", "other"};

	scratch_create();
	ck_assert_int_eq(chdir(scratch_directory), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		write_script(names[i]);
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
	missed = 0;
	is_hidden = is_of_others = is_unreadable = is_denied = false;
	command = 0;
	input = -1;
}

static void end(void)
{
	if (command > 0)
		kill(command, SIGCONT);
	if (input >= 0)
		close(input);
	event_base_free(base);
	scratch_remove();
}

static void on_known(void *context)
{
	(void)context;
	event_base_loopbreak(base);
}

static enum attendance look(struct attendant *found)
{
	struct attendants *attendants =
		attendants_new(base, "/nowhere/lvm-of-a-test", on_known, NULL);
	enum attendance attendance;

	ck_assert_ptr_nonnull(attendants);
	event_base_dispatch(base);
	attendance = attendants_find(attendants, &asked, is_another, "vg", found);
	attendants_free(attendants);
	return attendance;
}

static const struct {
	const char *arguments[ARGUMENTS_MAX];
	enum attendance attendance;
} cases[] = {
	{{"lvm", "pvmove", "/dev/sdb"}, ATTENDANCE_UNCLEAR},
	{{"/sbin/lvm", "pvmove", "-n", "lv", "vg"}, ATTENDANCE_THERE},
	{{"lvm-of-a-test", "pvmove", "vg2"}, ATTENDANCE_UNCLEAR},
	{{"lvm", "vgchange", "--poll", "y"}, ATTENDANCE_UNCLEAR},
	{{"lvm", "vgchange", "--poll", "y", "/dev/vg"}, ATTENDANCE_THERE},
	{{"lvm", "vgchange", "--poll", "y", "vg/lv"}, ATTENDANCE_THERE},
	{{"lvm", "lvpoll", "--polloperation", "pvmove", "vg/pvmove0"}, ATTENDANCE_THERE},
	{{"lvm", "lvpoll", "--polloperation", "pvmove", "vg/pvmove00"}, ATTENDANCE_NONE},
	{{"lvm", "lvpoll", "--polloperation", "pvmove", "/dev/vg/pvmove00"}, ATTENDANCE_NONE},
	{{"lvm", "lvpoll", "--polloperation", "pvmove", "/dev/vg/pvmove0"}, ATTENDANCE_THERE},
	/* It may be an old name. */
	{{"lvm", "lvpoll", "--polloperation", "pvmove", "vg/pvmove1"}, ATTENDANCE_UNCLEAR},
	{{"lvm", "lvpoll", "--polloperation", "pvmove", "former/pvmove0"}, ATTENDANCE_UNCLEAR},
	{{"lvm", "lvpoll", "--polloperation", "pvmove", "/dev/mapper/vg-pvmove0"},
		ATTENDANCE_UNCLEAR},
	/* A report, also one that names the group; and what is not lvm2's. */
	{{"lvm", "lvs", "vg"}, ATTENDANCE_NONE},
	{{"sh", "pvmove", "vg"}, ATTENDANCE_NONE},
	{{"sh", "other", "lvm", "lvm-of-a-test", "vg"}, ATTENDANCE_NONE},
};

START_TEST(process_is_judged_by_its_arguments)
{
	struct attendant found = {0};

	start(cases[_i].arguments);
	ck_assert_int_eq(look(&found), cases[_i].attendance);
	ck_assert_int_eq(found.pid, cases[_i].attendance == ATTENDANCE_NONE ? 0 : command);
}
END_TEST

START_TEST(no_process_sees_to_nothing)
{
	struct attendant found;

	ck_assert_int_eq(look(&found), ATTENDANCE_NONE);
}
END_TEST

START_TEST(process_that_a_reading_misses_is_found)
{
	struct attendant found;

	start(cases[0].arguments);
	missed = 1;
	ck_assert_int_eq(look(&found), ATTENDANCE_UNCLEAR);
	ck_assert_int_eq(found.pid, command);
}
END_TEST

START_TEST(stopped_process_is_found)
{
	struct attendant found;

	start(cases[0].arguments);
	ck_assert_int_eq(kill(command, SIGSTOP), 0);
	ck_assert_int_eq(look(&found), ATTENDANCE_UNCLEAR);
}
END_TEST

START_TEST(where_processes_are_hidden_nothing_is_clear)
{
	struct attendant found;

	is_hidden = true;
	ck_assert_int_eq(look(&found), ATTENDANCE_UNCLEAR);
	ck_assert_int_eq(found.pid, 0);
}
END_TEST

START_TEST(process_that_must_not_be_read_is_not_gone)
{
	struct attendant found;

	start(cases[0].arguments);
	is_denied = true;
	ck_assert_int_eq(look(&found), ATTENDANCE_UNCLEAR);
	ck_assert_int_eq(found.pid, command);
}
END_TEST

START_TEST(lvpoll_of_ours_is_judged_by_its_lvid)
{
	static const char *const named[] = {"lvm", "lvpoll", "vg/pvmove0", NULL};
	static const char *const renamed[] = {"lvm", "lvpoll", "vg/pvmove00", NULL};
	struct attendant found = {0};

	ck_assert_int_eq(setenv("LVMPOLLD_LVID", _i ? LVID_ASKED : "other", 1), 0);
	start(_i ? renamed : named);
	ck_assert_int_eq(unsetenv("LVMPOLLD_LVID"), 0);
	ck_assert_int_eq(look(&found), _i ? ATTENDANCE_THERE : ATTENDANCE_NONE);
}
END_TEST

START_TEST(where_the_namespace_is_not_told_nothing_is_clear)
{
	struct attendant found;

	is_of_others = _i == 0;
	is_unreadable = _i == 1;
	ck_assert_int_eq(look(&found), ATTENDANCE_UNCLEAR);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(process_that_must_not_be_read_is_not_gone),
		SUITE_LOOP(lvpoll_of_ours_is_judged_by_its_lvid, 2),
		SUITE_LOOP(where_the_namespace_is_not_told_nothing_is_clear, 2),
		SUITE_LOOP(process_is_judged_by_its_arguments, SUITE_COUNT(cases)),
		SUITE_TEST(no_process_sees_to_nothing),
		SUITE_TEST(process_that_a_reading_misses_is_found),
		SUITE_TEST(stopped_process_is_found),
		SUITE_TEST(where_processes_are_hidden_nothing_is_clear),
	};

	return suite_run_fixture("attendants", tests, SUITE_COUNT(tests), begin, end);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding an orphan by its command line or its environment, also in the middle of its exec. */
#include "config.h"

#include <dirent.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "lvm/orphans.h"
#include "suite.h"

/* How long a process goes without a command line, while it is searched for. */
#define EXEC_MS 100

/*
 * Command lines and environments, as the kernel keeps them; and what is looked for. All names are
 * this process's: another one that runs these tests has others.
 */
#define TEXT_SIZE 256
static char polling[TEXT_SIZE], aborting[TEXT_SIZE], other_volume[TEXT_SIZE];
static char converting[TEXT_SIZE], of_volume[TEXT_SIZE], of_other_volume[TEXT_SIZE];
static char vg_name[32], lvid[64 + 1];
static const struct lvmpolld_request asked = {
	.struct_size = sizeof(asked), .vg_name = vg_name, .lv_name = "pvmove7", .lvid = lvid};

static pid_t child;
static uid_t user;              /* of the child; 0: as ours */
static const char *environment; /* likewise; NULL: as ours */
static size_t environment_size;

/* Fields FIRST to LAST of /proc/self/stat. */
static bool read_fields(unsigned first, unsigned last, unsigned long *values)
{
	char text[2048];
	FILE *file = fopen("/proc/self/stat", "r");
	const char *field = file && fgets(text, sizeof(text), file) ? strrchr(text, ')') : NULL;

	if (file)
		fclose(file);
	for (unsigned number = 3; field && number <= last; number++) {
		field = strchr(field + 1, ' ');
		if (field && number >= first)
			values[number - first] = strtoul(field, NULL, 10);
	}
	return field;
}

/* Needs no privilege, but a kernel that can restore processes; and all that it may be told. */
static bool set_command_line(const char *start, const char *end)
{
	unsigned long code[3], data[7];
	struct prctl_mm_map map = {.exe_fd = UINT32_MAX};

	if (!read_fields(26, 28, code) || !read_fields(45, 51, data))
		return false;
	map.start_code = code[0];
	map.end_code = code[1];
	map.start_stack = code[2];
	map.start_data = data[0];
	map.end_data = data[1];
	map.start_brk = data[2];
	map.brk = (uintptr_t)sbrk(0);
	map.arg_start = (uintptr_t)start;
	map.arg_end = (uintptr_t)end;
	map.env_start = environment ? (uintptr_t)environment : data[5];
	map.env_end = environment ? (uintptr_t)environment + environment_size : data[6];
	return prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) == 0;
}

/* When a process has its command line. */
enum moment { AT_ONCE, AFTER_EXEC, NEVER };

/* Starts a process that has COMMAND_LINE from that moment on. False: not permitted. */
static bool start(const char *command_line, size_t size, enum moment moment)
{
	static const struct timespec exec = {.tv_nsec = EXEC_MS * 1000000L};
	/* The kernel shows nothing that is part of a file, as what malloc gives may be. */
	char *line = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ends[2];
	char answer = 0;

	ck_assert(line != MAP_FAILED);
	memcpy(line, command_line, size);
	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		if (user != 0 && setuid(user) < 0)
			_exit(1);
		answer = set_command_line(line, moment == AT_ONCE ? line + size : line);
		(void)!write(ends[1], &answer, 1);
		nanosleep(&exec, NULL);
		if (moment != NEVER)
			set_command_line(line, line + size);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ends[0], &answer, 1), 1);
	close(ends[0]);
	close(ends[1]);
	munmap(line, size);
	if (!answer)
		puts("skipped: this kernel lets no process change its command line");
	return answer;
}

static void stop(void)
{
	if (child <= 0)
		return;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	child = 0;
}

/* Other processes of this machine may be in the middle of their exec: whether these are hidden. */
static bool is_alone;

static bool is_hidden(const struct dirent *entry)
{
	long pid = entry ? strtol(entry->d_name, NULL, 10) : 0;

	return is_alone && pid > 0 && pid != (long)child;
}

struct dirent *__real_readdir(DIR *directory);
SUITE_WRAPPER struct dirent *__wrap_readdir(DIR *directory);
struct dirent *__wrap_readdir(DIR *directory)
{
	struct dirent *entry;

	do
		entry = __real_readdir(directory);
	while (is_hidden(entry));
	return entry;
}

/* Lines, each of which ends with a NUL byte. */
static void make_text(char text[TEXT_SIZE], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void make_text(char text[TEXT_SIZE], const char *format, ...)
{
	va_list arguments;

	memset(text, 0, TEXT_SIZE);
	va_start(arguments, format);
	vsnprintf(text, TEXT_SIZE, format, arguments);
	va_end(arguments);
	for (char *c = text; (c = strchr(c, '\n')); c++)
		*c = '\0';
}

static void make_names(void)
{
	snprintf(vg_name, sizeof(vg_name), "vg-%d", (int)getpid());
	snprintf(lvid, sizeof(lvid), "%032d%032d", (int)getpid(), 1);
	make_text(polling, "lvm\nlvpoll\n--polloperation\npvmove\n%s/pvmove7", vg_name);
	make_text(aborting, "lvm\nlvpoll\n--polloperation\npvmove\n--abort\n%s/pvmove7", vg_name);
	make_text(other_volume, "lvm\nlvpoll\n--polloperation\npvmove\n%s/pvmove70", vg_name);
	make_text(converting, "lvm\nlvconvert\n--uncache\npvmove\n%s/pvmove7", vg_name);
	make_text(of_volume, "LC_ALL=C\nLVMPOLLD_LVID=%s\nLANG=C", lvid);
	make_text(of_other_volume, "LVMPOLLD_LVID=%.63s2\nLVMPOLLD_LVIDS=%s", lvid, lvid);
}

static struct event_base *base;
static struct orphans *orphans;
static unsigned times_known;
static pid_t ours;

static void on_known(void *context)
{
	(void)context;
	times_known++;
}

static bool is_ours(pid_t pid, void *context)
{
	(void)context;
	return pid == ours;
}

static bool is_command(const char *word, void *context)
{
	(void)context;
	return strcmp(word, "lvconvert") == 0;
}

static void begin(void)
{
	make_names();
	times_known = 0;
	user = 0;
	environment = NULL;
	ours = 0;
	is_alone = false;
	base = event_base_new();
	orphans = NULL;
}

/* The search begins when the previous daemon is dead, and its lvpoll was started. */
static void begin_search(void)
{
	static const struct orphans_callbacks callbacks = {
		.known = on_known, .is_command = is_command, .is_ours = is_ours};

	if (orphans)
		return;
	orphans = orphans_new(base, &callbacks, NULL);
	ck_assert_ptr_nonnull(orphans);
}

static void finish(void)
{
	orphans_free(orphans);
	event_base_free(base);
	stop();
}

static void read_processes(void)
{
	unsigned before = times_known;

	while (times_known == before)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
}

/* The process that polls REQUEST, or 0; the loop runs until that is known. */
static pid_t find(const char *operation_name, const struct lvmpolld_request *request)
{
	struct orphan found = {0};
	enum orphans_answer answer;

	begin_search();
	while ((answer = orphans_find(orphans, operation_name, request, &found)) >=
		ORPHANS_NOT_KNOWN)
		read_processes();
	return answer == ORPHANS_FOUND ? found.pid : 0;
}

/* Likewise, where all processes are read once at most, and none is waited for. */
static enum orphans_answer find_at_once(void)
{
	struct orphan found;

	is_alone = true;
	begin_search();
	if (orphans_find(orphans, "pvmove", &asked, &found) == ORPHANS_NOT_KNOWN)
		read_processes();
	return orphans_find(orphans, "pvmove", &asked, &found);
}

START_TEST(orphan_is_found_by_its_command_line)
{
	if (!start(polling, sizeof(polling), AT_ONCE))
		return;
	ck_assert_int_eq(find("pvmove", &asked), child);
	ck_assert_int_eq(find("merge", &asked), 0);
}
END_TEST

START_TEST(orphan_in_the_middle_of_its_exec_is_waited_for)
{
	if (!start(polling, sizeof(polling), AFTER_EXEC))
		return;
	ck_assert_int_eq(find("pvmove", &asked), child);
}
END_TEST

/* One that aborts it would run beside the next that polls it, and the other way round. */
START_TEST(orphan_is_found_whatever_it_runs_for)
{
	struct lvmpolld_request aborted = asked;

	aborted.abort = true;
	if (!(_i ? start(aborting, sizeof(aborting), AT_ONCE)
		 : start(polling, sizeof(polling), AT_ONCE)))
		return;
	ck_assert_int_eq(find("pvmove", &asked), child);
	ck_assert_int_eq(find("pvmove", &aborted), child);
}
END_TEST

/* Whoever may run a process could stop a move for ever. */
START_TEST(orphan_of_another_user_is_not_taken)
{
	static const enum moment moments[] = {AT_ONCE, NEVER};

	if (geteuid() != 0) {
		puts("skipped: only root may become another user");
		return;
	}
	user = 65534;
	if (!start(polling, sizeof(polling), moments[_i]))
		return;
	ck_assert_int_eq(find_at_once(), ORPHANS_NONE);
}
END_TEST

START_TEST(orphan_of_another_volume_is_not_taken)
{
	if (!start(other_volume, sizeof(other_volume), AT_ONCE))
		return;
	ck_assert_int_eq(find("pvmove", &asked), 0);
}
END_TEST

/* The kernel shows nothing that is part of a file. */
static void set_environment(const char *text, size_t size)
{
	char *copy = malloc(size);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, size);
	environment = copy;
	environment_size = size;
}

/* Its group may have another name by now, and another volume the one that it was given. */
START_TEST(orphan_is_found_by_its_lvid_whatever_its_names)
{
	set_environment(of_volume, sizeof(of_volume));
	if (start(other_volume, sizeof(other_volume), AT_ONCE))
		ck_assert_int_eq(find("pvmove", &asked), child);
	free((char *)environment);
}
END_TEST

/* What it does is done to the volume that has the name, and so is ours. */
START_TEST(orphan_of_another_lvid_is_found_by_its_names_alone)
{
	set_environment(of_other_volume, sizeof(of_other_volume));
	if (start(_i ? other_volume : polling, _i ? sizeof(other_volume) : sizeof(polling),
		    AT_ONCE))
		ck_assert_int_eq(find("pvmove", &asked), (_i ? 0 : child));
	free((char *)environment);
}
END_TEST

/* An administrator may run the same: it is a daemon's by its environment alone. */
START_TEST(orphan_that_is_not_lvpoll_is_found_by_its_lvid_alone)
{
	struct orphan found;

	if (_i == 1)
		set_environment(of_volume, sizeof(of_volume));
	if (start(converting, sizeof(converting), AT_ONCE)) {
		ck_assert_int_eq(find("pvmove", &asked), (_i == 1 ? child : 0));
		if (_i == 1) {
			ck_assert_int_eq(
				orphans_find(orphans, "pvmove", &asked, &found), ORPHANS_FOUND);
			ck_assert_str_eq(found.command_name, "lvconvert");
		}
	}
	free((char *)environment);
}
END_TEST

/* The previous daemon had died before. */
START_TEST(orphan_is_none_that_was_started_after_the_search_began)
{
	/* The kernel counts in hundredths of a second. */
	static const struct timespec two_ticks = {.tv_nsec = 20000000};

	begin_search();
	nanosleep(&two_ticks, NULL);
	if (!start(polling, sizeof(polling), NEVER))
		return;
	ck_assert_int_eq(find_at_once(), ORPHANS_NONE);
}
END_TEST

/* What has ended and is not reaped has no command line either, and will have none. */
START_TEST(orphan_zombie_is_not_waited_for)
{
	siginfo_t info;

	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0)
		_exit(0);
	ck_assert_int_eq(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	ck_assert_int_eq(find_at_once(), ORPHANS_NONE);
}
END_TEST

/* Once it is old enough to have executed its program, however many operations there are. */
START_TEST(orphan_that_never_has_a_command_line_is_waited_for_once)
{
	if (!start(polling, sizeof(polling), NEVER))
		return;
	ck_assert_int_eq(find("pvmove", &asked), 0);
	ck_assert_int_eq(find_at_once(), ORPHANS_NONE);
}
END_TEST

START_TEST(orphan_that_is_no_orphan_is_not_taken)
{
	if (!start(polling, sizeof(polling), AT_ONCE))
		return;
	ours = child;
	ck_assert_int_eq(find("pvmove", &asked), 0);
}
END_TEST

/* Nobody waits for /proc: it is read in pieces, once for all. */
START_TEST(orphan_search_lets_the_loop_go_on)
{
	struct orphan found;
	unsigned turns = 0;

	if (!start(polling, sizeof(polling), NEVER))
		return;
	begin_search();
	for (int i = 0; i < 1000; i++)
		ck_assert_int_eq(
			orphans_find(orphans, "pvmove", &asked, &found), ORPHANS_NOT_KNOWN);
	for (; times_known == 0; turns++)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
	ck_assert_uint_gt(turns, 1);
	/* It is known by now that this cannot be told: a process is too young. */
	ck_assert_int_eq(orphans_find(orphans, "pvmove", &asked, &found), ORPHANS_CANNOT_TELL);
	ck_assert_int_eq(find("pvmove", &asked), 0);
}
END_TEST

/* Short of descriptors, nothing is known: that is no "no". */
START_TEST(orphan_is_not_known_without_descriptors)
{
	struct rlimit limit, none;
	struct orphan found;

	if (!start(polling, sizeof(polling), AT_ONCE))
		return;
	begin_search();
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(orphans_find(orphans, "pvmove", &asked, &found), ORPHANS_NOT_KNOWN);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	while (times_known < 2) {
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
		ck_assert_int_eq(
			orphans_find(orphans, "pvmove", &asked, &found), ORPHANS_CANNOT_TELL);
	}
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(find("pvmove", &asked), child);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(orphan_is_found_by_its_command_line),
		SUITE_TEST(orphan_in_the_middle_of_its_exec_is_waited_for),
		SUITE_LOOP(orphan_is_found_whatever_it_runs_for, 2),
		SUITE_LOOP(orphan_of_another_user_is_not_taken, 2),
		SUITE_TEST(orphan_of_another_volume_is_not_taken),
		SUITE_TEST(orphan_is_found_by_its_lvid_whatever_its_names),
		SUITE_LOOP(orphan_of_another_lvid_is_found_by_its_names_alone, 2),
		SUITE_LOOP(orphan_that_is_not_lvpoll_is_found_by_its_lvid_alone, 2),
		SUITE_TEST(orphan_is_none_that_was_started_after_the_search_began),
		SUITE_TEST(orphan_zombie_is_not_waited_for),
		SUITE_TEST(orphan_that_never_has_a_command_line_is_waited_for_once),
		SUITE_TEST(orphan_that_is_no_orphan_is_not_taken),
		SUITE_TEST(orphan_search_lets_the_loop_go_on),
		SUITE_TEST(orphan_is_not_known_without_descriptors),
	};

	return suite_run_fixture("orphans", tests, SUITE_COUNT(tests), begin, finish);
}

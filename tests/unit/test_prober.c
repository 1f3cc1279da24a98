/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A prober, which is a real process, and what comes of its answers. No device-mapper is asked. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "monitor/prober.h"
#include "suite.h"

/* What a prober does when it is asked about a device of that name. */
#define PLAIN "plain"
#define HANG  "hang" /* until it may go on */
#define DIE   "die"
#define BIG   "big" /* its answer is longer than any pipe is by default */

#define BIG_LENGTH ((size_t)3 << 20)
#define MANY       100

/* In memory that all processes have. */
struct shared {
	atomic_bool hangs, may_go_on, is_broken;
	atomic_int pid, descriptors;
	char folder[16];
};

static struct shared *shared;

static void note_process(void)
{
	int count = 0;

	for (int i = 0; i < 256; i++)
		count += fcntl(i, F_GETFD) >= 0;
	shared->descriptors = count;
	shared->pid = getpid();
	if (!getcwd(shared->folder, sizeof(shared->folder)))
		shared->folder[0] = '\0';
}

int device_mapper_begin(struct lvmpolld_error *error)
{
	return shared->is_broken ? error_set(error, EMFILE, "too many open files") : 0;
}

static void sleep_briefly(void)
{
	const struct timespec time = {.tv_nsec = 1000000};

	nanosleep(&time, NULL);
}

enum device_mapper_answer device_mapper_read_table(const char *lvid, const char *layer,
	struct device_mapper_table *table, struct lvmpolld_error *error)
{
	(void)layer;
	note_process();
	if (!strcmp(lvid, HANG)) {
		shared->hangs = true;
		while (!shared->may_go_on)
			sleep_briefly();
	}
	if (!strcmp(lvid, DIE))
		raise(SIGKILL);
	if (!strcmp(lvid, BIG)) {
		table->name = malloc(BIG_LENGTH + 1);
		ck_assert_ptr_nonnull(table->name);
		memset(table->name, 'b', BIG_LENGTH);
		table->name[BIG_LENGTH] = '\0';
		return DEVICE_MAPPER_SEEN;
	}
	error_set(error, ENXIO, "%s", lvid);
	return DEVICE_MAPPER_GONE;
}

int device_mapper_read_lines(const struct device_mapper_table *table,
	struct device_mapper_table *lines, struct lvmpolld_error *error)
{
	(void)table;
	(void)lines;
	(void)error;
	return -ENXIO;
}

int device_mapper_read_status(const struct device_mapper_table *table,
	struct device_mapper_table *status, struct lvmpolld_error *error)
{
	(void)table;
	(void)status;
	(void)error;
	return -ENXIO;
}

void device_mapper_release_table(struct device_mapper_table *table)
{
	free(table->name);
	table->name = NULL;
}

int device_mapper_arm(const struct device_mapper *device_mapper)
{
	(void)device_mapper;
	return -ENXIO;
}

int device_mapper_list(struct device_mapper_events *events)
{
	(void)events;
	return -ENXIO;
}

enum device_mapper_answer device_mapper_identify(
	uint64_t number, char uuid[LVID_UUID_SIZE], char name[DEVICE_MAPPER_NAME_SIZE])
{
	(void)number;
	(void)uuid;
	(void)name;
	return DEVICE_MAPPER_GONE;
}

enum device_mapper_answer device_mapper_read_device(
	const char *uuid, struct device_mapper_table *table, struct lvmpolld_error *error)
{
	(void)uuid;
	(void)table;
	(void)error;
	return DEVICE_MAPPER_GONE;
}

static struct device_mapper device_mapper;
static struct event_base *base;
static struct prober *prober;
static unsigned calls;  /* how often answers came */
static size_t answers;  /* how many */
static size_t bytes;    /* that they had */
static bool has_ended;  /* and that was told */
static bool is_dropped; /* give the prober up when there is an answer */

static void on_answered(
	struct prober *told, const char *text, size_t size, size_t count, void *context)
{
	ck_assert_ptr_eq(told, prober);
	ck_assert_ptr_eq(context, &calls);
	ck_assert(!has_ended);
	if (!text) {
		has_ended = true;
		return;
	}
	calls++;
	answers += count;
	bytes += size;
	if (is_dropped) {
		prober_free(prober);
		prober = NULL;
	}
}

static void start(void)
{
	struct lvmpolld_error error;

	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(shared, MAP_FAILED);
	base = event_base_new();
	ck_assert_ptr_nonnull(base);
	device_mapper.events = open("/dev/null", O_RDWR | O_CLOEXEC);
	ck_assert_int_ge(device_mapper.events, 0);
	prober = prober_start(base, &device_mapper, on_answered, &calls, &error);
	ck_assert_ptr_nonnull(prober);
}

static void stop(void)
{
	shared->may_go_on = true;
	if (prober)
		prober_free(prober);
	close(device_mapper.events);
	event_base_free(base);
}

static struct probe_question questions[PROBE_QUESTIONS_MAX];

static void set_question(size_t number, const char *name)
{
	ck_assert_int_eq(probe_question_table(&questions[number], name, NULL, false), 0);
}

/* COUNT questions about devices with which nothing is wrong. */
static void set_questions(size_t count)
{
	for (size_t i = 0; i < count; i++)
		set_question(i, PLAIN);
}

static void wait_for_answers(size_t count)
{
	while (answers < count && !has_ended)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
	ck_assert_uint_eq(answers, count);
}

static void wait_for_end(void)
{
	while (!has_ended)
		ck_assert_int_eq(event_base_loop(base, EVLOOP_ONCE), 0);
}

/* What is before the question that hangs is in the pipe then. */
static void wait_for_hang(void)
{
	while (!shared->hangs)
		sleep_briefly();
}

START_TEST(many_answers_come_at_once)
{
	set_questions(MANY);
	for (unsigned i = 1; i <= 3; i++) {
		prober_ask(prober, questions, MANY);
		wait_for_answers(i * MANY);
		ck_assert_uint_eq(calls, i);
		ck_assert_uint_eq(prober_question(prober), MANY);
	}
}
END_TEST

START_TEST(answers_before_a_question_that_hangs_can_be_read)
{
	set_questions(5);
	set_question(3, HANG);
	prober_ask(prober, questions, 5);
	wait_for_hang();
	ck_assert_uint_eq(prober_question(prober), 3);
	event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(calls, 0);
	prober_collect(prober);
	event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(answers, 3);
	shared->may_go_on = true;
	wait_for_answers(5);
	ck_assert_uint_eq(calls, 2);
}
END_TEST

START_TEST(prober_that_is_left_alone_answers_no_more_than_that)
{
	size_t at;

	set_questions(5);
	set_question(2, HANG);
	prober_ask(prober, questions, 5);
	wait_for_hang();
	ck_assert(prober_leave_alone(prober, &at));
	ck_assert_uint_eq(at, 2);
	shared->may_go_on = true;
	wait_for_answers(3);
	set_question(2, PLAIN);
	prober_ask(prober, questions, 5);
	wait_for_answers(3 + 5);
	ck_assert(!prober_leave_alone(prober, &at));
	ck_assert_uint_eq(at, 5);
}
END_TEST

/* The pipe is full more than once: it is read although the prober is not done. */
START_TEST(answer_that_no_pipe_has_room_for_comes_as_a_whole)
{
	set_questions(3);
	set_question(1, BIG);
	prober_ask(prober, questions, 3);
	wait_for_answers(3);
	ck_assert_uint_gt(bytes, BIG_LENGTH);
}
END_TEST

START_TEST(half_an_answer_of_a_prober_that_dies_is_none)
{
	set_questions(2);
	set_question(1, BIG);
	prober_ask(prober, questions, 2);
	/* It waits for room, since nothing is read. */
	while (prober_question(prober) < 2)
		sleep_briefly();
	ck_assert_int_eq(kill(shared->pid, SIGKILL), 0);
	wait_for_end();
	ck_assert_uint_eq(answers, 1);
}
END_TEST

START_TEST(what_was_said_before_the_end_counts)
{
	set_questions(5);
	set_question(3, DIE);
	prober_ask(prober, questions, 5);
	wait_for_end();
	ck_assert_uint_eq(answers, 3);
	ck_assert_uint_eq(prober_question(prober), 3);
}
END_TEST

/* For what libdevmapper has tried in vain it does not try again: the next process does. */
START_TEST(prober_without_device_mapper_says_so_and_ends)
{
	struct lvmpolld_error error;

	prober_free(prober);
	shared->is_broken = true;
	prober = prober_start(base, &device_mapper, on_answered, &calls, &error);
	ck_assert_ptr_nonnull(prober);
	set_questions(MANY);
	questions[1].kind = PROBE_LIST;
	questions[2].kind = PROBE_SURVEY;
	prober_ask(prober, questions, MANY);
	wait_for_end();
	ck_assert_uint_eq(answers, MANY);
}
END_TEST

/* It died when it was asked nothing: that is noticed when it is asked, at the latest. */
START_TEST(prober_that_has_ended_is_asked_in_vain)
{
	set_questions(1);
	prober_ask(prober, questions, 1);
	wait_for_answers(1);
	ck_assert_int_eq(kill(shared->pid, SIGKILL), 0);
	prober_ask(prober, questions, 1);
	wait_for_end();
	ck_assert_uint_eq(answers, 1);
}
END_TEST

START_TEST(prober_can_be_given_up_when_it_answers)
{
	is_dropped = true;
	set_questions(MANY);
	prober_ask(prober, questions, MANY);
	wait_for_answers(MANY);
	ck_assert_ptr_null(prober);
}
END_TEST

/* Neither descriptors below, between and above its own, nor the folder. */
START_TEST(prober_keeps_nothing_of_the_daemon_s)
{
	struct lvmpolld_error error;
	int low[8], high[8];

	prober_free(prober);
	for (size_t i = 0; i < SUITE_COUNT(low); i++)
		low[i] = dup(STDERR_FILENO);
	for (size_t i = 0; i < SUITE_COUNT(high); i++)
		high[i] = fcntl(STDERR_FILENO, F_DUPFD, 100 + (int)i);
	close(low[0]);
	close(low[2]);
	close(low[4]);
	close(low[6]);
	prober = prober_start(base, &device_mapper, on_answered, &calls, &error);
	ck_assert_ptr_nonnull(prober);
	set_questions(1);
	prober_ask(prober, questions, 1);
	wait_for_answers(1);
	/* Three for /dev/null, the socket, the pipe, and device-mapper's. */
	ck_assert_int_eq(shared->descriptors, 6);
	ck_assert_str_eq(shared->folder, "/");
	for (size_t i = 1; i < SUITE_COUNT(low); i += 2)
		close(low[i]);
	for (size_t i = 0; i < SUITE_COUNT(high); i++)
		close(high[i]);
}
END_TEST

/* All that the daemon does to be rid of it. What it has open tells of its end: nobody may reap it.
 */
START_TEST(prober_ends_when_it_is_freed)
{
	struct lvmpolld_error error;
	int ends[2];
	char byte;

	prober_free(prober);
	close(device_mapper.events);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	device_mapper.events = ends[1];
	prober = prober_start(base, &device_mapper, on_answered, &calls, &error);
	ck_assert_ptr_nonnull(prober);
	device_mapper.events = open("/dev/null", O_RDWR | O_CLOEXEC);
	close(ends[1]);
	if (_i) {
		set_question(0, HANG);
		prober_ask(prober, questions, 1);
		wait_for_hang();
	}
	prober_free(prober);
	prober = NULL;
	shared->may_go_on = true;
	ck_assert_int_eq(read(ends[0], &byte, 1), 0);
	close(ends[0]);
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_TEST(many_answers_come_at_once),
		SUITE_TEST(answers_before_a_question_that_hangs_can_be_read),
		SUITE_TEST(prober_that_is_left_alone_answers_no_more_than_that),
		SUITE_TEST(answer_that_no_pipe_has_room_for_comes_as_a_whole),
		SUITE_TEST(half_an_answer_of_a_prober_that_dies_is_none),
		SUITE_TEST(what_was_said_before_the_end_counts),
		SUITE_TEST(prober_without_device_mapper_says_so_and_ends),
		SUITE_TEST(prober_that_has_ended_is_asked_in_vain),
		SUITE_TEST(prober_can_be_given_up_when_it_answers),
		SUITE_TEST(prober_keeps_nothing_of_the_daemon_s),
		SUITE_LOOP(prober_ends_when_it_is_freed, 2),
	};

	return suite_run_fixture("prober", tests, SUITE_COUNT(tests), start, stop);
}

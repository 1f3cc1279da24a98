/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs histories, shortens those that fail, and tells them. See README.md. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lifecycle/scheduler.h"
#include "world.h"

/* A daemon that dies leaves its memory behind: each process runs so many histories. */
#define BATCH 200

struct shared {
	struct tally tally;
	struct history failed;
	bool has_failed;
	uint64_t seed; /* of the history that runs */
	char violation[VIOLATION_TEXT];
	uint64_t failed_seed; /* with --count, the last one */
	char failed_violation[VIOLATION_TEXT];
};

static struct shared *shared;
struct tally *tally;

/* In the history that runs. */
static bool is_met[STATE_COUNT][EVENT_COUNT];

unsigned __real_table_cell(enum operation_state state, enum operation_event event);
unsigned __wrap_table_cell(enum operation_state state, enum operation_event event);
int __real_scheduler_add(struct scheduler *scheduler, struct operation *operation, bool is_urgent);
int __wrap_scheduler_add(struct scheduler *scheduler, struct operation *operation, bool is_urgent);

unsigned __wrap_table_cell(enum operation_state state, enum operation_event event)
{
	unsigned cell = __real_table_cell(state, event);

	tally->pairs[state][event]++;
	is_met[state][event] = true;
	if (cell == CELL_NEVER)
		violate("%s came while it was %s", event_name(event), state_name(state));
	return cell;
}

/* Where processes are short, memory may be. */
int __wrap_scheduler_add(struct scheduler *scheduler, struct operation *operation, bool is_urgent)
{
	return world.no_resources > 0 && dice_percent(10)
		       ? -ENOMEM
		       : __real_scheduler_add(scheduler, operation, is_urgent);
}

bool pair_is_possible(enum operation_state state, enum operation_event event)
{
	return __real_table_cell(state, event) != CELL_NEVER;
}

/* Runs WORK in a process of its own; a crash is a violation. */
static bool run_apart(void (*work)(void *context), void *context)
{
	int status;
	pid_t pid;

	fflush(stdout);
	shared->has_failed = false;
	shared->violation[0] = '\0';
	pid = fork();
	if (pid < 0)
		abort();
	if (pid == 0) {
		work(context);
		fflush(stdout);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		shared->has_failed = true;
		snprintf(shared->violation, sizeof(shared->violation), "crashed: signal %d",
			WTERMSIG(status));
		if (WTERMSIG(status) == SIGINT)
			exit(1);
	}
	return !shared->has_failed;
}

static void count_met(void)
{
	for (enum operation_state state = 0; state < STATE_COUNT; state++)
		for (enum operation_event event = 0; event < EVENT_COUNT; event++)
			tally->met[state][event] += is_met[state][event];
}

static void run_history(void *context)
{
	const struct history *history = context;
	bool is_good;

	memset(is_met, 0, sizeof(is_met));
	is_good = history_run(history);
	count_met();
	if (is_good)
		return;
	shared->has_failed = true;
	memcpy(shared->violation, world.violation, sizeof(shared->violation));
}

static void run_batch(void *context)
{
	uint64_t first = *(uint64_t *)context;

	for (uint64_t seed = first; seed < first + BATCH && !shared->has_failed; seed++) {
		struct history history;

		shared->seed = seed;
		history_make(&history, seed);
		run_history(&history);
	}
}

/* Without what does not matter it fails all the same. */
static bool fails_without(struct history *history, size_t step)
{
	struct history shorter = *history;

	memmove(&shorter.steps[step], &shorter.steps[step + 1],
		(shorter.count - step - 1) * sizeof(shorter.steps[0]));
	shorter.count--;
	if (run_apart(run_history, &shorter))
		return false;
	*history = shorter;
	return true;
}

static void shorten(struct history *history)
{
	bool is_shorter = true;

	while (is_shorter) {
		is_shorter = false;
		for (size_t i = history->count; i-- > 0;)
			if (fails_without(history, i))
				is_shorter = true;
	}
}

/* It needed what the histories before it had left in the memory. */
static void tell_of_batch(uint64_t first, const char *violation)
{
	printf("\nseed %llu fails, but not alone: %s\nvalgrind may tell more, with --seed %llu "
	       "--histories %d\n",
		(unsigned long long)shared->seed, violation, (unsigned long long)first, BATCH);
}

static void tell(struct history *history, uint64_t first)
{
	char violation[VIOLATION_TEXT];
	size_t count = history->count;

	memcpy(violation, shared->violation, sizeof(violation));
	if (run_apart(run_history, history)) {
		tell_of_batch(first, violation);
		return;
	}
	shorten(history);
	printf("\nseed %llu fails, also with %zu of its %zu steps:\n",
		(unsigned long long)history->seed, history->count, count);
	is_story = true;
	run_apart(run_history, history);
	is_story = false;
	printf("seed %llu: %s\n", (unsigned long long)history->seed, shared->violation);
}

static double seconds_now(void)
{
	struct timeval now;

	gettimeofday(&now, NULL);
	return (double)now.tv_sec + (double)now.tv_usec / 1e6;
}

static void print_counts(void)
{
	unsigned missing = 0;

	for (enum operation_state state = 0; state < STATE_COUNT; state++)
		for (enum operation_event event = 0; event < EVENT_COUNT; event++)
			missing +=
				tally->pairs[state][event] == 0 && pair_is_possible(state, event);
	printf("%lu histories, %lu events, %lu commands; %lu operations ended, %lu aborted; the "
	       "daemon died %lu times; data was lost unseen %lu times; %u pairs never came\n",
		tally->histories, tally->events, tally->commands, tally->ended, tally->aborted,
		tally->deaths, tally->lost, missing);
}

struct options {
	double seconds;
	uint64_t seed;
	unsigned long histories;
	unsigned long failures; /* so many are told */
	const char *pairs;      /* the list of those that do not come; or NULL */
	const char *figures;    /* beside it: in how many histories the rare ones came */
	bool is_written;        /* by this run, rather than read */
	bool is_story, is_count;
};

static struct options read_options(int argc, char **argv)
{
	static const struct option names[] = {{"seconds", required_argument, NULL, 't'},
		{"seed", required_argument, NULL, 's'}, {"histories", required_argument, NULL, 'n'},
		{"failures", required_argument, NULL, 'f'}, {"story", no_argument, NULL, 'v'},
		{"pairs", required_argument, NULL, 'p'}, {"read", required_argument, NULL, 'r'},
		{"figures", required_argument, NULL, 'w'}, {"count", no_argument, NULL, 'c'},
		{NULL, 0, NULL, 0}};
	struct options options = {.seconds = 3, .seed = 0, .failures = 1};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) >= 0)
		switch (option) {
		case 't':
			options.seconds = strtod(optarg, NULL);
			break;
		case 's':
			options.seed = strtoull(optarg, NULL, 10);
			break;
		case 'n':
			options.histories = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			options.failures = strtoul(optarg, NULL, 10);
			break;
		case 'v':
			options.is_story = true;
			break;
		case 'c':
			options.is_count = true;
			options.failures = (unsigned long)-1;
			break;
		case 'p':
			options.pairs = optarg;
			break;
		case 'r':
		case 'w':
			options.figures = optarg;
			options.is_written = option == 'w';
			break;
		default:
			exit(2);
		}
	return options;
}

static int tell_one(const struct options *options)
{
	struct history history;
	bool is_good;

	history_make(&history, options->seed);
	is_story = true;
	is_good = run_apart(run_history, &history);
	printf("seed %llu: %s\n", (unsigned long long)options->seed,
		is_good ? "nothing is wrong" : shared->violation);
	return !is_good;
}

static bool is_time_left(const struct options *options, double began)
{
	return options->histories > 0 ? tally->histories < options->histories
				      : seconds_now() - began < options->seconds;
}

int main(int argc, char **argv)
{
	struct options options = read_options(argc, argv);
	double began = seconds_now();
	unsigned long failures = 0;
	uint64_t seed;

	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		abort();
	tally = &shared->tally;
	if (options.is_story)
		return tell_one(&options);
	seed = options.seed > 0 ? options.seed : (uint64_t)(began * 1000) * 1000;
	printf("seeds from %llu\n", (unsigned long long)seed);
	while (is_time_left(&options, began) && failures < options.failures) {
		if (run_apart(run_batch, &seed)) {
			seed += BATCH;
			continue;
		}
		failures++;
		if (options.is_count) {
			shared->failed_seed = shared->seed;
			memcpy(shared->failed_violation, shared->violation, VIOLATION_TEXT);
			seed = shared->seed + 1;
			continue;
		}
		history_make(&shared->failed, shared->seed);
		tell(&shared->failed, seed);
		seed = shared->seed + 1;
	}
	print_counts();
	if (options.is_count)
		printf("%lu failed, the last one, seed %llu: %s\n", failures,
			(unsigned long long)shared->failed_seed, shared->failed_violation);
	if (options.pairs && options.is_written)
		return !pairs_write(options.pairs, options.figures) || failures > 0;
	if (options.pairs && !pairs_check(options.pairs, options.figures))
		return 1;
	return failures > 0;
}

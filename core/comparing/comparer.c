/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process that compares. */
#include "config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "comparing/compare.h"
#include "comparing/comparer.h"
#include "comparing/copies.h"
#include "comparing/sides.h"
#include "util/boot.h"

#define SECTOR_BYTES 512

#define PROGRESS_MS 3000

/*
 * ioprio_set: of this process, the last of the usual class. In the idle class each piece would wait
 * for ten seconds with the scheduler mq-deadline wherever the disk has something else to do.
 */
#define IOPRIO_OF_PROCESS 1
#define IOPRIO_LAST       (2 << 13 | 7)

#define NICE_LOWEST 19

/*
 * A pause whenever there was work for this long, and more: as a share of that time. A disk that
 * needs so long for one piece has other work: then it has as much time for that as for us.
 */
#define GIVE_WAY_MS    16
#define GIVE_WAY_SHARE 16
#define BUSY_PIECE_MS  100

/*
 * A page that is changed while it is written may differ on the two sides until it is written again:
 * the kernel does that after the times below, to which a margin is added.
 */
#define DIRTY_EXPIRE    "/proc/sys/vm/dirty_expire_centisecs"
#define DIRTY_WRITEBACK "/proc/sys/vm/dirty_writeback_centisecs"
#define EXPIRE_MS       30000
#define WRITEBACK_MS    5000
#define MARGIN_MS       2000
#define LASTING_MAX_MS  300000

struct comparer {
	struct sides *sides;
	struct lvmpolld_error error;
	unsigned copy;
	int64_t rested_ms; /* the end of the latest pause */
	int64_t told_ms;   /* that it gets on, by running_clock_ms */
};

bool comparer_is_wanted(int argc, char *const *argv)
{
	return argc > 1 && strcmp(argv[1], COMPARER_OPTION) == 0;
}

/* That it gets on, so often that nobody takes it for one that stands still. */
static void tell_progress(struct comparer *comparer)
{
	int64_t now_ms = running_clock_ms();

	if (now_ms - comparer->told_ms < PROGRESS_MS)
		return;
	comparer->told_ms = now_ms;
	puts(COMPARER_PROGRESS);
	fflush(stdout);
}

static int read_sides(void *context, uint64_t offset, size_t length, void *left, void *right)
{
	struct comparer *comparer = context;
	int result = sides_read(comparer->sides, offset, length, left, right, &comparer->error);

	if (result == 0)
		tell_progress(comparer);
	return result;
}

static int64_t clock_ms(void *context)
{
	(void)context;
	return boot_clock_ms();
}

static void pause_ms(void *context, int64_t milliseconds)
{
	const struct timespec time = {
		.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};

	nanosleep(&time, NULL);
	((struct comparer *)context)->rested_ms = boot_clock_ms();
}

/* Pieces that take less than the clock can tell count as well. */
static void give_way(void *context, int64_t piece_ms)
{
	const struct comparer *comparer = context;
	int64_t worked_ms = boot_clock_ms() - comparer->rested_ms;

	if (piece_ms >= BUSY_PIECE_MS)
		pause_ms(context, piece_ms);
	else if (worked_ms >= GIVE_WAY_MS)
		pause_ms(context, worked_ms / GIVE_WAY_SHARE);
}

static void differs(void *context, uint64_t offset, uint64_t length)
{
	const struct comparer *comparer = context;

	printf(COMPARER_DIFFERS "\n", comparer->copy, (unsigned long long)offset,
		(unsigned long long)length);
	fflush(stdout);
}

/*
 * The time in FILE, which has hundredths of a second, in milliseconds. DEFAULT_MS if it cannot be
 * read. At most LASTING_MAX_MS, also for 0: dirty pages are not written by themselves then.
 */
static int64_t read_centiseconds(const char *file, int64_t default_ms)
{
	FILE *stream = fopen(file, "re");
	long long centiseconds;
	int64_t value_ms = default_ms;

	if (stream && fscanf(stream, "%lld", &centiseconds) == 1)
		value_ms = centiseconds > 0 && centiseconds < LASTING_MAX_MS / 10
				   ? centiseconds * 10
				   : LASTING_MAX_MS;
	if (stream)
		fclose(stream);
	return value_ms;
}

static int64_t lasting_ms(void)
{
	int64_t time_ms = read_centiseconds(DIRTY_EXPIRE, EXPIRE_MS) +
			  read_centiseconds(DIRTY_WRITEBACK, WRITEBACK_MS) + MARGIN_MS;

	return time_ms < LASTING_MAX_MS ? time_ms : LASTING_MAX_MS;
}

static int complain(const char *copy, const char *sentence)
{
	fprintf(stderr, "%s: %s\n", copy, sentence);
	return COMPARER_FAILED;
}

static int compare_copy(struct comparer *comparer, const char *text)
{
	const struct compare_world world = {
		.read = read_sides,
		.clock_ms = clock_ms,
		.give_way = give_way,
		.pause = pause_ms,
		.differs = differs,
		.context = comparer,
		.lasting_ms = lasting_ms(),
	};
	struct place places[2];
	enum compare_result result;
	struct copy copy;
	int code;

	if (copy_parse(text, &copy) < 0)
		return complain(text, "this is no copy");
	for (int i = 0; i < 2; i++)
		places[i] = (struct place){copy.places[i].major, copy.places[i].minor,
			copy.places[i].start_sectors * SECTOR_BYTES};
	comparer->sides = sides_open(places, &comparer->error);
	if (!comparer->sides)
		return complain(text, comparer->error.sentence);
	result = compare_run(&world, copy.length_sectors * SECTOR_BYTES, &code);
	sides_close(comparer->sides);
	switch (result) {
	case COMPARE_EQUAL:
		return COMPARER_EQUAL;
	case COMPARE_DIFFERENT:
		return COMPARER_DIFFERENT;
	case COMPARE_CHANGING:
		return complain(text, "some of it changes all the time");
	case COMPARE_UNREADABLE:
	default:
		return complain(text,
			comparer->error.code != 0 ? comparer->error.sentence : strerror(code));
	}
}

/*
 * Other users of the disks go first. The comparison ends with the daemon. SIGKILL is for this
 * process alone, which only reads.
 */
static void step_back(pid_t daemon)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != daemon)
		raise(SIGKILL);
	setpriority(PRIO_PROCESS, 0, NICE_LOWEST);
	syscall(SYS_ioprio_set, IOPRIO_OF_PROCESS, 0, IOPRIO_LAST);
}

int comparer_run(int argc, char *const *argv)
{
	struct comparer comparer = {.rested_ms = boot_clock_ms()};
	int status = COMPARER_EQUAL;

	step_back(argc > 2 ? (pid_t)atoi(argv[2]) : 0);
	for (int i = COMPARER_FIRST_COPY; i < argc && status != COMPARER_FAILED; i++) {
		int result;

		comparer.copy = (unsigned)(i - COMPARER_FIRST_COPY);
		result = compare_copy(&comparer, argv[i]);
		/* A certain difference stays one, whatever cannot be read elsewhere. */
		if (result != COMPARER_EQUAL && status != COMPARER_DIFFERENT)
			status = result;
	}
	return status;
}

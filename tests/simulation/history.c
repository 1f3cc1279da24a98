/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A history: a world made from a seed, steps, and what follows until all is over. */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lvm.h"
#include "world.h"

#define DAY_US (INT64_C(86400) * S_US)
/*
 * After the faults are gone all ends within this time: pauses grow to an hour. The looks at many
 * volumes that do not end would take minutes in three days.
 */
#define END_US     (world.kind == OF_MANY ? DAY_US / 4 : 3 * DAY_US)
#define EVENTS_MAX 2000000
/* So long a step waits for its moment. */
#define MOMENT_MS 30000

struct world world;
bool is_story;

void story(const char *format, ...)
{
	va_list arguments;

	if (!is_story)
		return;
	printf("%10.3f  ", (double)world.now_us / S_US);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

void violate(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(world.violation, sizeof(world.violation), format, arguments);
	va_end(arguments);
	story("! %s", world.violation);
	world.has_failed = true;
	siglongjmp(world.end, 1);
}

void seam(void)
{
	if (world.seams_left > 0 && --world.seams_left == 0 && world.is_in_daemon && world.is_alive)
		siglongjmp(world.death, 1);
}

void history_make(struct history *history, uint64_t seed)
{
	static const int64_t gaps_ms[] = {300, 3000, 30000, 200000};
	int64_t at_ms = 0, gap_ms;

	world.dice = seed;
	gap_ms = gaps_ms[dice_below(4)];
	history->kind = steps_choose();
	history->seed = seed;
	history->count = 2 + dice_below(30);
	for (size_t i = 0; i < history->count; i++) {
		at_ms += dice_between(1, gap_ms);
		step_make(&history->steps[i]);
		history->steps[i].at_ms = at_ms;
	}
	/* Each begins with a request. */
	history->steps[0].action = 0;
}

/* Steps whose moment has not come yet. */
static struct step *pending[STEPS_MAX];
static size_t pending_count;

static void do_pending(void)
{
	for (size_t i = 0; i < pending_count;) {
		struct step *step = pending[i];

		if (!step_is_time(step)) {
			i++;
			continue;
		}
		pending[i] = pending[--pending_count];
		step_do(step);
	}
}

static void wait_no_longer(void *context)
{
	struct step *step = context;

	for (size_t i = 0; i < pending_count; i++)
		if (pending[i] == step) {
			pending[i] = pending[--pending_count];
			step_do(step);
			return;
		}
}

static void do_step(void *context)
{
	struct step *step = context;

	if (step_is_time(step)) {
		step_do(step);
		return;
	}
	pending[pending_count++] = step;
	clock_after_ms(MOMENT_MS, wait_no_longer, step);
}

static unsigned count_volumes(void)
{
	if (world.kind == OF_MANY)
		return VOLUMES_MAX - dice_below(10);
	if (world.kind == OF_NAMES && dice_percent(70))
		return FEW_MAX - dice_below(3);
	return 1 + dice_below(dice_percent(50) ? 2 : FEW_MAX);
}

static void make_world(const struct history *history)
{
	memset(&world, 0, sizeof(world));
	pending_count = 0;
	world.kind = history->kind;
	world.dice = history->seed ^ UINT64_C(0x5851F42D4C957F2D);
	clock_forget(&daemon_base);
	clock_forget(&world_base);
	records_reset();
	lvm_reset();
	clients_reset();
	forget_reset();
	world.is_new_lvm2 = dice_percent(50);
	world.has_unknown_kernel = dice_percent(5);
	world.log.oldest = dice_percent(50) ? 0 : 1000;
	world.log.next = world.log.oldest + 100;
	world.log.limit_begun_us = -10 * S_US;
	world.has_next = world.kind == OF_NAMES || dice_percent(50);
	world.busy = dice_percent(world.kind == OF_LOSS ? 70 : 20) ? 40 : 1;
	world.slow = dice_percent(world.kind == OF_LOSS ? 70 : 20) ? 30 : 1;
	world.is_unreadable = dice_percent(25);
	world.group_count =
		world.kind == OF_MANY || dice_percent(50) ? 1 : 1 + dice_below(GROUPS_MAX);
	for (unsigned i = 0; i < world.group_count; i++) {
		snprintf(world.groups[i].uuid, sizeof(world.groups[i].uuid), "%032u", i + 1);
		snprintf(world.groups[i].name, NAME_SIZE, "vg%u", i);
	}
	for (unsigned i = count_volumes(); i > 0; i--) {
		struct volume *volume = &world.volumes[world.volume_count];

		metadata_make(volume, (unsigned)world.volume_count++);
	}
}

/* One event, in which the daemon may die. Returns false where there is none until UNTIL_US. */
static bool run_one(int64_t until_us)
{
	bool was_any;

	if (sigsetjmp(world.death, 0)) {
		world.is_in_daemon = false;
		daemon_die();
		clock_after_ms(1 + (int64_t)dice_below(3000), (void (*)(void *))daemon_start, NULL);
		return true;
	}
	world.is_in_daemon = true;
	was_any = clock_run_one(until_us);
	world.is_in_daemon = false;
	if (was_any && ++world.events > EVENTS_MAX)
		violate("there is no end of events");
	if (was_any) {
		checks_after_event();
		do_pending();
	}
	return was_any;
}

void history_go_on(int64_t until_us)
{
	while (clock_run_one(until_us)) {
		if (!world.is_alive)
			return;
		checks_after_event();
		do_pending();
	}
	if (world.now_us < until_us)
		world.now_us = until_us;
}

static void run_until(int64_t until_us)
{
	while (run_one(until_us))
		;
	/* A look may have taken longer. */
	if (world.now_us < until_us)
		world.now_us = until_us;
}

static bool is_all_over(void)
{
	return world.is_alive && !world.is_stopping && TAILQ_EMPTY(&operations.list) &&
	       TAILQ_EMPTY(&lvms);
}

static void run_steps(struct history *history)
{
	int64_t last_ms = 0;

	for (size_t i = 0; i < history->count; i++) {
		struct step *step = &history->steps[i];

		world.has_faults = world.has_faults || step_is_fault(step);
		last_ms = step->at_ms;
		clock_after_ms(step->at_ms, do_step, step);
	}
	clock_after_ms(0, (void (*)(void *))daemon_start, NULL);
	/* Some go on until what stands still is said to. */
	run_until(last_ms * 1000 + (history->seed % 16 == 0 ? 3600 : 60) * S_US);
}

static void run_to_end(void)
{
	int64_t end_us;

	clock_after_ms(0, (void (*)(void *))steps_heal, NULL);
	run_until(world.now_us + 60 * S_US);
	end_us = world.now_us + END_US;
	while (!is_all_over() && run_one(end_us))
		;
	/* Who waits hears the end. */
	run_until(world.now_us + 5 * S_US);
	checks_at_end();
}

bool history_run(const struct history *history)
{
	struct history copy = *history;

	make_world(history);
	if (sigsetjmp(world.end, 0) == 0) {
		run_steps(&copy);
		run_to_end();
	}
	tally->histories++;
	tally->events += world.events;
	return !world.has_failed;
}

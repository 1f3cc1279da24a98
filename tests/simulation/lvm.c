/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model of lvm2's commands: lvpoll and the report, with their scans, locks and ends. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lifecycle/operations_begin.h"
#include "lvm.h"

#define STATUS_FAILED 5
#define STATUS_CONFIG 4
#define LOCK_RETRY_MS 200
#define HUNG_RETRY_MS 1000
#define SEEN_US       (8 * S_US)

struct lvm_list lvms = TAILQ_HEAD_INITIALIZER(lvms);
static pid_t next_pid;

static void check(struct lvm *lvm);
static void take_lock(struct lvm *lvm);

bool lvm_is_lvpoll(const struct lvm *lvm)
{
	return !strcmp(lvm->command, "lvpoll");
}

/* How a command ends that another daemon has started, and left to end by itself, nobody knows. */
static bool is_end_known(const struct lvm *lvm)
{
	return lvm_is_lvpoll(lvm) || lvm->incarnation == world.incarnation;
}

/* It has failed by itself: who waits hears of that in a while. What is aborted waits for the abort.
 */
static void note_failure(const struct lvm *lvm, bool by_signal, int value)
{
	struct volume *volume = volume_find(lvm->lvid);
	bool is_aborted = world.is_alive && operations_find_alive(&operations, lvm->lvid, true);

	if (volume && !is_aborted && is_end_known(lvm) && lvm->process && !lvm->term_wanted &&
		!lvm->is_abort && (by_signal || value != 0) &&
		/* A change of names, or of the table, makes up for it, once it is seen. */
		(volume->renamed_us == 0 || world.now_us - volume->renamed_us > SEEN_US) &&
		(volume->changed_us == 0 || world.now_us - volume->changed_us > SEEN_US)) {
		if (volume->failing_us == 0)
			volume->failing_us = world.now_us;
		clients_note_failure(volume);
	}
}

void lvm_end(struct lvm *lvm, bool by_signal, int value)
{
	struct process *process = lvm->process;

	note_failure(lvm, by_signal, value);
	if (volume_find(lvm->lvid) && lvm->process)
		volume_find(lvm->lvid)->ended_us[lvm->is_abort] = world.now_us;
	story("%s[%d] ends: %s %d", lvm->command, (int)lvm->pid, by_signal ? "signal" : "status",
		value);
	if (lvm->locked)
		lvm->locked->locks--;
	TAILQ_REMOVE(&lvms, lvm, link);
	event_free(lvm->timer);
	free(lvm->selection);
	free(lvm);
	if (process)
		process_over(process, by_signal, value);
}

/* Signals are blocked while it has the lock. */
static bool is_terminated(struct lvm *lvm)
{
	return lvm->term_wanted && !lvm->locked;
}

static void end_by_term(struct lvm *lvm)
{
	if (world.is_new_lvm2)
		lvm_end(lvm, false, STATUS_FAILED);
	else
		lvm_end(lvm, true, SIGTERM);
}

static void on_timer(evutil_socket_t descriptor, short what, void *context)
{
	static const struct timeval hung = {.tv_sec = HUNG_RETRY_MS / 1000};
	struct lvm *lvm = context;

	(void)descriptor;
	(void)what;
	if (is_terminated(lvm)) {
		end_by_term(lvm);
		return;
	}
	if (world.killing > 0 && dice_percent(25)) {
		lvm_end(lvm, true, dice_percent(30) ? SIGTERM : SIGKILL);
		return;
	}
	/* What hangs goes on when the fault is over. */
	lvm->is_hung =
		world.hanging > 0 && !lvm->has_reported && (lvm->is_hung || dice_percent(30));
	if (lvm->is_hung)
		event_add(lvm->timer, &hung);
	else
		lvm->next(lvm);
}

void lvm_after_ms(struct lvm *lvm, int64_t milliseconds, void (*next)(struct lvm *lvm))
{
	const struct timeval delay = {
		.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};

	lvm->next = next;
	event_add(lvm->timer, &delay);
}

void lvm_terminate(struct lvm *lvm)
{
	static const struct timeval soon = {.tv_usec = 3000};

	lvm->term_wanted = true;
	if (!lvm->locked)
		event_add(lvm->timer, &soon);
}

static void print(const char *line, void *context)
{
	struct lvm *lvm = context;

	if (lvm->process)
		process_printed(lvm->process, line);
}

static void print_percent(struct lvm *lvm, double percent)
{
	const char *word = lvm->operation[0] == 'p'   ? "Moved"
			   : lvm->operation[0] == 'c' ? "Converted"
						      : "Merged";
	struct volume *volume = volume_find(lvm->found);
	char line[128];

	snprintf(line, sizeof(line), "  %s/%s: %s: %.2f%%", lvm->vg_name, lvm->lv_name, word,
		percent);
	story("lvpoll[%d] prints \"%s\"", (int)lvm->pid, line + 2);
	/* It gets on. */
	if (percent > volume->shown_percent)
		volume->failing_us = 0;
	volume->shown_percent = percent;
	print(world.is_unreadable ? "  lvm2 is at work" : line, lvm);
}

void lvm_end_well(struct lvm *lvm)
{
	lvm_end(lvm, false, 0);
}

void lvm_end_badly(struct lvm *lvm)
{
	lvm_end(lvm, false, STATUS_FAILED);
}

/* --- lvpoll --- */

void lvm_unlock(struct lvm *lvm)
{
	lvm->locked->locks--;
	lvm->locked = NULL;
}

void lvm_finish(struct lvm *lvm)
{
	struct volume *volume = volume_find(lvm->found);
	bool is_written = world.failing == 0 || dice_percent(50);

	if (is_written && volume->is_on && volume->is_there)
		metadata_step(volume, lvm);
	lvm_unlock(lvm);
	lvm_after_ms(lvm, dice_between(1, 200), is_written ? lvm_end_well : lvm_end_badly);
}

static void wait_for_interval(struct lvm *lvm)
{
	lvm_unlock(lvm);
	lvm_after_ms(lvm, lvm->interval_s > 0 ? lvm->interval_s * INT64_C(1000) : 1000, take_lock);
}

static void next_segment(struct lvm *lvm)
{
	struct volume *volume = volume_find(lvm->found);

	if (world.failing > 0 && dice_percent(50)) {
		lvm_unlock(lvm);
		lvm_after_ms(lvm, 1, lvm_end_badly);
		return;
	}
	metadata_step(volume, lvm);
	wait_for_interval(lvm);
}

static void check_progress(struct lvm *lvm, struct volume *volume)
{
	bool is_in_sync = volume->kind == KIND_THIN || volume_is_in_sync(volume);
	bool is_last = is_in_sync && volume->segment + 1 >= volume->segments;

	if (volume->is_wiped)
		kernel_load(volume);
	print_percent(lvm, is_last ? 100 : volume_percent(volume) * 0.999);
	if (is_last)
		lvm_after_ms(lvm, dice_between(1, 300), lvm_finish);
	else if (is_in_sync)
		lvm_after_ms(lvm, dice_between(1, 300), next_segment);
	else
		lvm_after_ms(lvm, 1, wait_for_interval);
}

void lvm_check_name_of_abort(const struct lvm *lvm, const struct volume *volume)
{
	if (strcmp(volume->lvid, lvm->lvid) != 0 && !lvm->had_name)
		violate("an abort was carried out on another volume of its name");
}

static void abort_it(struct lvm *lvm)
{
	struct volume *volume = volume_find(lvm->found);

	if (volume->is_on && volume->is_there) {
		lvm_check_name_of_abort(lvm, volume);
		metadata_end(volume, true);
	}
	lvm_unlock(lvm);
	lvm_after_ms(lvm, dice_between(1, 100), lvm_end_well);
}

/* It says that it has found nothing, and that all is well. */
static void find_nothing(struct lvm *lvm)
{
	if (lvm->locked)
		lvm_unlock(lvm);
	lvm_after_ms(lvm, dice_between(1, 50), lvm_end_well);
}

/* --- lvpoll --- */

static bool is_found(struct lvm *lvm, const struct volume *volume)
{
	if (!volume || !volume->is_on)
		return false;
	if (lvm->found[0] != '\0' && world.is_new_lvm2 && strcmp(lvm->found, volume->lvid) != 0)
		return false;
	/* A conversion whose metadata is that of a mirror already is none. */
	if (volume->kind == KIND_CONVERT && !volume->has_log_on_disk && world.is_new_lvm2)
		return false;
	snprintf(lvm->found, sizeof(lvm->found), "%s", volume->lvid);
	return true;
}

/* In the lock. */
static void check(struct lvm *lvm)
{
	struct volume *volume = volume_by_names(lvm->vg_name, lvm->lv_name);

	if (!lvm_is_lvpoll(lvm)) {
		conversion_check(lvm, volume);
	} else if (world.failing > 0 && dice_percent(70)) {
		lvm_unlock(lvm);
		lvm_after_ms(lvm, 1, lvm_end_badly);
	} else if (!is_found(lvm, volume) ||
		   (!volume->is_active && !lvm->is_abort && volume->kind != KIND_MERGE)) {
		find_nothing(lvm);
	} else if (volume->kind == KIND_MERGE && (volume->is_hopeless || !volume->is_active)) {
		lvm_unlock(lvm);
		lvm_after_ms(lvm, 1, lvm_end_badly);
	} else if (lvm->is_abort) {
		lvm_after_ms(lvm, dice_between(1, 300), abort_it);
	} else if (volume->is_wiped && volume->segments > 1) {
		/* It can make nothing of such a table. */
		lvm_unlock(lvm);
		lvm_after_ms(lvm, 1, lvm_end_badly);
	} else {
		check_progress(lvm, volume);
	}
}

static void take_lock(struct lvm *lvm)
{
	struct group *group = group_by_name(lvm->vg_name);

	if (!group && !lvm_is_lvpoll(lvm)) {
		lvm_end_badly(lvm);
	} else if (!group) {
		find_nothing(lvm);
	} else if (group->locks > 0 && world.no_wait > 0) {
		lvm_end_badly(lvm);
	} else if (group->locks > 0) {
		lvm_after_ms(lvm, LOCK_RETRY_MS, take_lock);
	} else {
		group->locks++;
		lvm->locked = group;
		lvm->locked_us = world.now_us;
		lvm_after_ms(lvm, dice_between(5, dice_percent(5) ? 5000 : 300), check);
	}
}

/* --- a report --- */

static bool is_any_locked(void)
{
	for (size_t i = 0; i < world.group_count; i++)
		if (world.groups[i].locks > 0 && world.groups[i].hidden == 0)
			return true;
	return false;
}

static void report(struct lvm *lvm)
{
	if (is_any_locked()) {
		if (world.no_wait > 0)
			lvm_end_badly(lvm);
		else
			lvm_after_ms(lvm, LOCK_RETRY_MS, report);
		return;
	}
	metadata_print(lvm->selection, print, lvm);
	lvm->has_reported = true;
	lvm_after_ms(lvm, dice_between(1, 100), lvm_end_well);
}

/* --- both --- */

static void end_without_configuration(struct lvm *lvm)
{
	lvm_end(lvm, false, STATUS_CONFIG);
}

/* As the daemon's own child says it, or the dynamic loader. */
static void end_not_run(struct lvm *lvm)
{
	static const int values[] = {100, 101, 126, 127};

	lvm_end(lvm, false, values[dice_below(4)]);
}

static void scanned(struct lvm *lvm)
{
	if (world.failing > 0 && dice_percent(40))
		lvm_end_badly(lvm);
	else if (lvm->is_report)
		report(lvm);
	else if (lvm->has_plus && lvm->is_abort)
		find_nothing(lvm);
	else if (lvm->has_plus)
		lvm_after_ms(lvm, lvm->interval_s * INT64_C(1000), take_lock);
	else
		take_lock(lvm);
}

static void read_volume(struct lvm *lvm, const char *argument)
{
	const char *slash = strchr(argument, '/');

	if (!slash || argument[0] == '/')
		return;
	snprintf(lvm->vg_name, NAME_SIZE, "%.*s", (int)(slash - argument), argument);
	snprintf(lvm->lv_name, NAME_SIZE, "%s", slash + 1);
}

static void read_arguments(struct lvm *lvm, char *const *arguments)
{
	static const char *const commands[] = {"fullreport", "lvchange", "lvconvert", "lvpoll"};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(arguments[1], commands[i]))
			lvm->command = commands[i];
	if (!lvm->command)
		violate("lvm has no command \"%s\" here", arguments[1]);
	lvm->is_report = !strcmp(lvm->command, "fullreport");
	for (size_t i = 2; arguments[i]; i++) {
		if (!strcmp(arguments[i], "--interval")) {
			lvm->has_plus = arguments[++i][0] == '+';
			lvm->interval_s = (unsigned)strtoul(arguments[i], NULL, 10);
		} else if (!strcmp(arguments[i], "--polloperation")) {
			snprintf(lvm->operation, NAME_SIZE, "%s", arguments[++i]);
		} else if (!strcmp(arguments[i], "--abort")) {
			lvm->is_abort = true;
		} else if (!strcmp(arguments[i], "--cachepolicy")) {
			lvm->is_to_clean = !strcmp(arguments[++i], "cleaner");
			lvm->is_abort = !lvm->is_to_clean;
		} else if (!strcmp(arguments[i], "--type")) {
			lvm->has_type = !!arguments[++i];
		} else if (!strcmp(arguments[i], "--stripes")) {
			lvm->stripe_count = (unsigned)strtoul(arguments[++i], NULL, 10);
		} else if (lvm->is_report && !strncmp(arguments[i], "vg_uuid=", 8)) {
			free(lvm->selection);
			lvm->selection = strdup(arguments[i]);
		} else if (!lvm->is_report) {
			read_volume(lvm, arguments[i]);
		}
	}
}

struct lvm *lvm_new(char *const *arguments)
{
	struct lvm *lvm = calloc(1, sizeof(*lvm));

	if (!lvm)
		abort();
	read_arguments(lvm, arguments);
	lvm->pid = 1000 + next_pid++;
	lvm->start_ticks = (uint64_t)(world.now_us / 10000) + 1;
	lvm->incarnation = world.incarnation;
	lvm->timer = event_new(&world_base, -1, 0, on_timer, lvm);
	TAILQ_INSERT_TAIL(&lvms, lvm, link);
	tally->commands++;
	if (world.broken > 0)
		lvm_after_ms(lvm, dice_between(1, 50), end_not_run);
	else if (world.conf_broken > 0)
		lvm_after_ms(lvm, dice_between(5, 100), end_without_configuration);
	else
		lvm_after_ms(lvm, dice_between(50, 2000), scanned);
	return lvm;
}

void lvm_kill_any(int signal_number)
{
	unsigned number = dice_below((unsigned)lvm_count());
	struct lvm *lvm;

	TAILQ_FOREACH (lvm, &lvms, link)
		if (number-- == 0)
			break;
	if (lvm)
		lvm_end(lvm, true, signal_number);
}

size_t lvm_count(void)
{
	struct lvm *lvm;
	size_t count = 0;

	TAILQ_FOREACH (lvm, &lvms, link)
		count++;
	return count;
}

void lvm_reset(void)
{
	TAILQ_INIT(&lvms);
	next_pid = 0;
}

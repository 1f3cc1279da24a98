/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens in a history: requests, users, faults, and ends of the daemon. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/* Word, weight, whether it is a fault, sentence. */
#define ACTIONS(X)                                                                                 \
	X(BEGIN, 30, 0, "a client asks for it")                                                    \
	X(ABORT, 8, 0, "a client asks for its abort")                                              \
	X(DISCONNECT, 4, 0, "a client goes")                                                       \
	X(HURRY, 3, 0, "SIGHUP")                                                                   \
	X(DIE, 4, 1, "the daemon is killed")                                                       \
	X(DIE_SOON, 6, 1, "the daemon is killed between two system calls")                         \
	X(STOP, 4, 1, "the daemon is stopped")                                                     \
	X(RENAME_GROUP, 3, 1, "the group is renamed")                                              \
	X(RENAME_VOLUME, 2, 1, "the volume is renamed")                                            \
	X(DEACTIVATE, 4, 1, "the volume is deactivated")                                           \
	X(SUSPEND, 3, 1, "the volume is suspended")                                                \
	X(REMOVE, 1, 1, "the volume is removed")                                                   \
	X(USER_ABORT, 2, 1, "a user aborts it")                                                    \
	X(NEXT, 8, 0, "the next one of its name begins")                                           \
	X(LOCK, 4, 1, "another command has the lock")                                              \
	X(HIDE, 4, 1, "lvm.conf hides the group")                                                  \
	X(CONF, 3, 1, "lvm.conf cannot be read")                                                   \
	X(MISSING, 2, 1, "lvm is missing")                                                         \
	X(NO_WAIT, 2, 1, "locks are not waited for")                                               \
	X(FAIL, 4, 1, "lvm fails now and then")                                                    \
	X(HANG, 3, 1, "lvm hangs")                                                                 \
	X(RESOURCES, 3, 1, "processes are short")                                                  \
	X(SIGNAL, 4, 1, "somebody kills an lvm command")                                           \
	X(KILLING, 2, 1, "lvm commands are killed now and then")                                   \
	X(LACK, 6, 1, "a region cannot be copied")                                                 \
	X(READ_ERROR, 2, 1, "a leg cannot be read")                                                \
	X(HOPELESS, 2, 1, "the merge fails")                                                       \
	X(PARTIAL, 3, 1, "a disk of the group is missing")                                         \
	X(TWIN, 3, 1, "another group has its name")                                                \
	X(UNKNOWN, 2, 1, "the table is not understood")                                            \
	X(UNREADABLE, 2, 1, "the table cannot be read")                                            \
	X(FULL, 4, 1, "the state directory is full")                                               \
	X(DIRECTORY, 1, 1, "the state directory is removed")                                       \
	X(NO_ADOPTION, 2, 1, "processes cannot be adopted")                                        \
	X(NO_PLUGIN, 1, 1, "the plugins are missing")

#define WORD(word, ...) ACTION_##word,
enum action { ACTIONS(WORD) ACTION_COUNT };

static const struct {
	unsigned weight;
	bool is_fault;
	const char *sentence;
} actions[] = {
#define ROW(word, weight, fault, sentence) [ACTION_##word] = {(weight), (fault), (sentence)},
	ACTIONS(ROW)};

bool step_is_fault(const struct step *step)
{
	return actions[step->action].is_fault;
}

/* What has led to loss, and to what was done to others, in some histories meets often. */
static const enum action of_loss[] = {ACTION_LACK, ACTION_LACK, ACTION_LACK, ACTION_SUSPEND,
	ACTION_UNKNOWN, ACTION_UNKNOWN, ACTION_READ_ERROR, ACTION_UNKNOWN, ACTION_SIGNAL,
	ACTION_KILLING, ACTION_ABORT, ACTION_DIE, ACTION_DIE_SOON, ACTION_STOP, ACTION_FAIL,
	ACTION_LOCK, ACTION_HIDE};
static const enum action of_names[] = {ACTION_NEXT, ACTION_USER_ABORT, ACTION_ABORT, ACTION_ABORT,
	ACTION_HANG, ACTION_LOCK, ACTION_UNREADABLE, ACTION_RENAME_GROUP, ACTION_FAIL, ACTION_DIE,
	ACTION_HIDE, ACTION_DEACTIVATE, ACTION_DIRECTORY};

/* In each history some of them happen often, and some never: so rare ones meet. */
static unsigned weights[ACTION_COUNT];

static void choose(const enum action *list, size_t count)
{
	memset(weights, 0, sizeof(weights));
	for (size_t i = 0; i < count; i++)
		weights[list[i]] += 2 * dice_below(8);
}

void steps_choose(void)
{
	static const unsigned factors[] = {0, 0, 1, 1, 8};
	unsigned kind = dice_below(10);

	for (size_t i = 0; i < ACTION_COUNT; i++)
		weights[i] = actions[i].weight * factors[dice_below(5)];
	if (kind < 3)
		choose(of_loss, sizeof(of_loss) / sizeof(of_loss[0]));
	else if (kind < 5)
		choose(of_names, sizeof(of_names) / sizeof(of_names[0]));
	weights[ACTION_BEGIN] += actions[ACTION_BEGIN].weight;
}

void step_make(struct step *step)
{
	unsigned total = 0, number;

	for (size_t i = 0; i < ACTION_COUNT; i++)
		total += weights[i];
	number = dice_below(total);
	for (step->action = 0; number >= weights[step->action]; step->action++)
		number -= weights[step->action];
	step->a = dice_percent(50) ? 0 : dice_below(1000);
	step->b = dice_below(1000);
	step->c = (unsigned)dice_between(0, 20000);
}

void step_describe(const struct step *step, char *text, size_t size)
{
	const struct volume *volume = &world.volumes[step->a % world.volume_count];

	snprintf(text, size, "%s (%s/%s, %u, %u)", actions[step->action].sentence,
		volume->group->name, volume->lv_name, step->b, step->c);
}

/* --- faults that last a while --- */

struct fault {
	unsigned *counter;
	struct volume *volume; /* whose table changes with it; or NULL */
};

static void go_on(struct volume *volume)
{
	if (volume && volume->is_active)
		kernel_go_on(volume);
}

static void on_fault_over(void *context)
{
	struct fault fault = *(struct fault *)context;

	free(context);
	if (*fault.counter == 0)
		return;
	--*fault.counter;
	go_on(fault.volume);
	daemon_set_binary(world.lvm_missing == 0);
}

/* C hundredths of a second, or ten times that: from a moment to an hour. */
static int64_t duration_ms(const struct step *step)
{
	return step->b % 4 == 0 ? step->c * INT64_C(150) : step->c * INT64_C(10);
}

static void begin(const struct step *step, unsigned *counter, struct volume *volume)
{
	struct fault *fault = calloc(1, sizeof(*fault));

	if (!fault)
		abort();
	*fault = (struct fault){counter, volume};
	if (volume)
		kernel_stop(volume);
	++*counter;
	go_on(volume);
	daemon_set_binary(world.lvm_missing == 0);
	clock_after_ms(duration_ms(step), on_fault_over, fault);
}

static void on_start(void *context)
{
	(void)context;
	daemon_start();
}

static void start_later(const struct step *step)
{
	clock_after_ms(1 + step->c % 3000, on_start, NULL);
}

/* A mirror without a log on disk is copied from its beginning then. */
static void activate(struct volume *volume)
{
	volume->is_active = true;
	if (volume->kind == KIND_PVMOVE && volume->is_on) {
		metadata_forget_evidence(volume);
		kernel_change(volume);
	} else {
		kernel_go_on(volume);
	}
}

static void on_activate(void *context)
{
	struct volume *volume = context;

	if (volume->is_there && !volume->is_active) {
		story("%s/%s is activated", volume->group->name, volume->lv_name);
		activate(volume);
	}
}

static void deactivate(const struct step *step, struct volume *volume)
{
	if (!volume->is_there || !volume->is_active)
		return;
	kernel_stop(volume);
	volume->is_active = false;
	kernel_go_on(volume);
	clock_after_ms(duration_ms(step), on_activate, volume);
}

static void rename_group(struct group *group)
{
	snprintf(group->name, NAME_SIZE, "vg%u", ++world.sequence + 10);
	for (size_t i = 0; i < world.volume_count; i++)
		if (world.volumes[i].group == group) {
			world.volumes[i].renamed_us = world.now_us;
			/* Something has changed: who waits may hope anew. */
			world.volumes[i].failing_us = 0;
		}
	monitor_model_event();
}

static void rename_volume(struct volume *volume)
{
	if (!volume->is_there || volume->kind == KIND_PVMOVE)
		return;
	snprintf(volume->lv_name, NAME_SIZE, "new%u", ++world.sequence);
	volume->renamed_us = world.now_us;
	kernel_go_on(volume);
}

static void remove_volume(struct volume *volume)
{
	if (!volume->is_there || volume->kind == KIND_PVMOVE)
		return;
	kernel_stop(volume);
	volume->is_there = volume->is_on = volume->is_active = false;
	kernel_go_on(volume);
}

static void user_abort(struct volume *volume)
{
	if (!volume->is_there || volume->kind != KIND_PVMOVE || volume->group->locks > 0)
		return;
	volume->was_to_be_aborted = true;
	metadata_end(volume, true);
}

static void fail_to_copy(const struct step *step, struct volume *volume)
{
	if (volume->kind != KIND_PVMOVE || !volume->is_on || volume_is_in_sync(volume))
		return;
	volume->letter = "DSF"[step->b % 3];
	volume->lacks_data = true;
}

static void fail_to_read(struct volume *volume)
{
	if (volume->kind == KIND_PVMOVE && volume->is_on && !volume_is_in_sync(volume) &&
		volume->letter == 'A')
		volume->letter = 'R';
}

static void fail_merge(struct volume *volume)
{
	if (volume->kind != KIND_MERGE || !volume->is_on)
		return;
	volume->is_hopeless = true;
	kernel_go_on(volume);
}

/* Those who wait are told anew of what fails from now on. */
static void hurry(void)
{
	if (!world.is_alive || world.is_stopping)
		return;
	for (size_t i = 0; i < world.volume_count; i++)
		world.volumes[i].failing_us = 0;
	operations_retry_all(&operations);
}

static void do_to_daemon(const struct step *step, struct volume *volume)
{
	switch ((enum action)step->action) {
	case ACTION_BEGIN:
		if (volume->is_there || volume->started > 0)
			clients_begin(step->b, volume, false, step->c);
		break;
	case ACTION_ABORT:
		if (volume->is_there || volume->started > 0)
			clients_begin(step->b, volume, true, step->c);
		break;
	case ACTION_DISCONNECT:
		clients_disconnect(step->b);
		break;
	case ACTION_HURRY:
		hurry();
		break;
	case ACTION_DIE:
		start_later(step);
		daemon_die();
		break;
	case ACTION_DIE_SOON:
		world.seams_left = world.is_alive ? 1 + step->b % 40 : 0;
		break;
	case ACTION_STOP:
		start_later(step);
		daemon_stop();
		break;
	default:
		break;
	}
}

static void do_as_user(const struct step *step, struct volume *volume)
{
	switch ((enum action)step->action) {
	case ACTION_RENAME_GROUP:
		rename_group(volume->group);
		break;
	case ACTION_RENAME_VOLUME:
		rename_volume(volume);
		break;
	case ACTION_DEACTIVATE:
		deactivate(step, volume);
		break;
	case ACTION_REMOVE:
		remove_volume(volume);
		break;
	case ACTION_USER_ABORT:
		user_abort(volume);
		break;
	case ACTION_NEXT:
		metadata_begin_next(volume->group);
		break;
	case ACTION_SIGNAL:
		lvm_kill_any(step->b % 3 == 0 ? SIGTERM : SIGKILL);
		break;
	case ACTION_LACK:
		fail_to_copy(step, volume);
		break;
	case ACTION_READ_ERROR:
		fail_to_read(volume);
		break;
	case ACTION_HOPELESS:
		fail_merge(volume);
		break;
	case ACTION_DIRECTORY:
		world.had_record_faults = true;
		records_remove_directory();
		break;
	default:
		break;
	}
}

static unsigned *counter_of(enum action action, struct volume *volume)
{
	switch (action) {
	case ACTION_LOCK:
		return &volume->group->locks;
	case ACTION_HIDE:
		return &volume->group->hidden;
	case ACTION_PARTIAL:
		return &volume->group->partial;
	case ACTION_TWIN:
		return &volume->group->twins;
	case ACTION_CONF:
		return &world.conf_broken;
	case ACTION_MISSING:
		return &world.lvm_missing;
	case ACTION_NO_WAIT:
		return &world.no_wait;
	case ACTION_FAIL:
		return &world.failing;
	case ACTION_KILLING:
		return &world.killing;
	case ACTION_HANG:
		return &world.hanging;
	case ACTION_RESOURCES:
		return &world.no_resources;
	case ACTION_FULL:
		world.had_record_faults = true;
		return &world.disk_full;
	case ACTION_NO_ADOPTION:
		return &world.no_adoption;
	case ACTION_NO_PLUGIN:
		return &world.no_plugin;
	default:
		return NULL;
	}
}

void step_do(const struct step *step)
{
	struct volume *volume = &world.volumes[step->a % world.volume_count];
	unsigned *counter = counter_of((enum action)step->action, volume);
	char text[160];

	step_describe(step, text, sizeof(text));
	story("* %s", text);
	if (counter)
		begin(step, counter, NULL);
	else if (step->action == ACTION_SUSPEND && volume->is_active)
		begin(step, &volume->suspended, volume);
	else if (step->action == ACTION_UNKNOWN)
		begin(step, &volume->unknown, volume);
	else if (step->action == ACTION_UNREADABLE)
		begin(step, &volume->unreadable, volume);
	do_to_daemon(step, volume);
	do_as_user(step, volume);
}

static void heal_volume(struct volume *volume)
{
	kernel_stop(volume);
	volume->suspended = volume->unreadable = volume->unknown = 0;
	if (volume->is_there && !volume->is_active)
		activate(volume);
	if (volume->letter == 'R')
		volume->letter = 'A';
	kernel_go_on(volume);
}

void steps_heal(void)
{
	story("* all faults are taken away");
	world.is_healed = true;
	world.conf_broken = world.lvm_missing = world.no_wait = world.failing = 0;
	world.killing = world.hanging = world.no_resources = world.no_adoption = world.disk_full =
		0;
	world.no_plugin = 0;
	world.seams_left = 0;
	daemon_set_binary(true);
	for (size_t i = 0; i < world.group_count; i++)
		world.groups[i].hidden = world.groups[i].partial = world.groups[i].twins = 0;
	for (size_t i = 0; i < world.volume_count; i++)
		heal_volume(&world.volumes[i]);
	/* What was set aside for a plugin is taken up by the next daemon. */
	if (records_is_any_postponed())
		daemon_stop();
	clock_after_ms(world.is_stopping ? 3000 : 0, on_start, NULL);
}

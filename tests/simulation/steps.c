/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens in a history: requests, users, faults, and ends of the daemon. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "steps.h"

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
static const enum action of_loss[] = {ACTION_LACK, ACTION_LACK, ACTION_LACK, ACTION_NOISE,
	ACTION_NOISE, ACTION_OVERWRITE, ACTION_LOG, ACTION_SUSPEND, ACTION_SUSPEND, ACTION_WIPE,
	ACTION_SIGNAL, ACTION_BEGIN, ACTION_UPGRADE, ACTION_UNKNOWN, ACTION_UNKNOWN,
	ACTION_READ_ERROR, ACTION_UNKNOWN, ACTION_SIGNAL, ACTION_KILLING, ACTION_ABORT, ACTION_DIE,
	ACTION_DIE_SOON, ACTION_STOP, ACTION_FAIL, ACTION_LOCK, ACTION_HIDE};
static const enum action of_records[] = {ACTION_DIRECTORY, ACTION_UNOPENABLE, ACTION_UNOPENABLE,
	ACTION_FULL, ACTION_STOP, ACTION_STOP, ACTION_DIE, ACTION_DIE_SOON, ACTION_DEACTIVATE,
	ACTION_HIDE, ACTION_ABORT, ACTION_LOCK, ACTION_NO_ADOPTION, ACTION_LACK, ACTION_UPGRADE,
	ACTION_DAMAGE};
static const enum action of_names[] = {ACTION_NEXT, ACTION_USER_ABORT, ACTION_USER_ABORT,
	ACTION_ABORT, ACTION_ABORT, ACTION_HANG, ACTION_LOCK, ACTION_UNREADABLE,
	ACTION_RENAME_GROUP, ACTION_FAIL, ACTION_DIE, ACTION_HIDE, ACTION_DEACTIVATE,
	ACTION_DIRECTORY, ACTION_UPGRADE};
static const enum action of_many[] = {ACTION_BEGIN_ALL, ACTION_BEGIN_ALL, ACTION_BEGIN_ALL,
	ACTION_DEACTIVATE_ALL, ACTION_DEACTIVATE_ALL, ACTION_DEACTIVATE_ALL, ACTION_HURRY,
	ACTION_HIDE, ACTION_CONF, ACTION_LOCK, ACTION_HANG, ACTION_FAIL, ACTION_RESOURCES,
	ACTION_UPGRADE, ACTION_STOP, ACTION_DIE, ACTION_RENAME_GROUP, ACTION_ABORT};

/* In each history some of them happen often, and some never: so rare ones meet. */
static unsigned weights[ACTION_COUNT];

static void choose(const enum action *list, size_t count)
{
	memset(weights, 0, sizeof(weights));
	for (size_t i = 0; i < count; i++)
		weights[list[i]] += 2 * dice_below(8);
}

enum history_kind steps_choose(void)
{
	static const unsigned factors[] = {0, 0, 1, 1, 8};
	static const enum history_kind kinds[] = {
		OF_LOSS, OF_LOSS, OF_LOSS, OF_NAMES, OF_NAMES, OF_RECORDS};
	unsigned number = dice_below(10);
	enum history_kind kind = number < sizeof(kinds) / sizeof(kinds[0]) ? kinds[number]
				 : dice_percent(2)                         ? OF_MANY
									   : OF_ALL;

	for (size_t i = 0; i < ACTION_COUNT; i++)
		weights[i] = actions[i].weight * factors[dice_below(5)];
	if (kind == OF_LOSS)
		choose(of_loss, sizeof(of_loss) / sizeof(of_loss[0]));
	else if (kind == OF_NAMES)
		choose(of_names, sizeof(of_names) / sizeof(of_names[0]));
	else if (kind == OF_RECORDS)
		choose(of_records, sizeof(of_records) / sizeof(of_records[0]));
	else if (kind == OF_MANY)
		choose(of_many, sizeof(of_many) / sizeof(of_many[0]));
	weights[ACTION_BEGIN] += actions[ACTION_BEGIN].weight;
	return kind;
}

/* Moments that are too short to be met by chance. */
static unsigned choose_when(enum action action)
{
	if (!dice_percent(30))
		return WHEN_NOTHING;
	if (action != ACTION_LACK && dice_percent(weights[ACTION_LACK] > 0 ? 60 : 10))
		return WHEN_UNHEARD;
	if (dice_percent(20))
		return WHEN_STATE + STATE_WAITING;
	return (dice_percent(70) ? WHEN_STATE : WHEN_ABORT) + dice_below(STATE_FINISHED);
}

void step_make(struct step *step)
{
	unsigned total = 0, number;

	for (size_t i = 0; i < ACTION_COUNT; i++)
		total += weights[i];
	number = dice_below(total);
	for (step->action = 0; number >= weights[step->action]; step->action++)
		number -= weights[step->action];
	step->when = choose_when((enum action)step->action);
	step->a = dice_percent(50) ? 0 : dice_below(1000);
	step->b = dice_below(1000);
	step->c = (unsigned)dice_between(0, 20000);
}

static const struct operation *find_operation(const struct volume *volume, bool is_abort)
{
	const struct operation *operation;

	if (world.is_alive)
		TAILQ_FOREACH (operation, &operations.list, link)
			if (operation_is_abort(operation) == is_abort &&
				!strcmp(operation->terms->asked.lvid, volume->lvid))
				return operation;
	return NULL;
}

bool step_is_time(const struct step *step)
{
	const struct volume *volume = &world.volumes[step->a % world.volume_count];
	const struct operation *operation;

	if (step->when == WHEN_NOTHING)
		return true;
	if (step->when == WHEN_UNHEARD)
		return volume->evidence_us > 0 && volume->heard_us == 0;
	operation = find_operation(volume, step->when >= WHEN_ABORT);
	return operation && operation->state == (step->when - WHEN_STATE) % STATE_COUNT;
}

void step_describe(const struct step *step, char *text, size_t size)
{
	const struct volume *volume = &world.volumes[step->a % world.volume_count];

	snprintf(text, size, "%s (%s/%s, %u, %u)", actions[step->action].sentence,
		volume->group->name, volume->lv_name, step->b, step->c);
}

/* C hundredths of a second, or ten times that: from a moment to an hour. */
int64_t step_duration_ms(const struct step *step)
{
	return step->b % 4 == 0 ? step->c * INT64_C(150) : step->c * INT64_C(10);
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

/* Those who wait are told anew of what fails from now on. */
static void hurry(void)
{
	if (!world.is_alive || world.is_stopping)
		return;
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
	case ACTION_BEGIN_ALL:
		clients_begin_all();
		break;
	case ACTION_DISCONNECT:
		clients_disconnect(step->b);
		break;
	case ACTION_FORGET:
		forget_volume(volume, step->b % 4 == 0, step->c % 3 == 0);
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
	case ACTION_UPGRADE:
		daemon_upgrade(NULL);
		break;
	case ACTION_STOP:
		start_later(step);
		daemon_stop();
		break;
	default:
		break;
	}
}

void step_do(const struct step *step)
{
	struct volume *volume = &world.volumes[step->a % world.volume_count];
	char text[160];

	step_describe(step, text, sizeof(text));
	story("* %s", text);
	faults_begin(step, volume);
	do_to_daemon(step, volume);
	users_do(step, volume);
}

void steps_heal(void)
{
	story("* all faults are taken away");
	world.is_healed = true;
	world.seams_left = 0;
	faults_heal();
	for (size_t i = 0; i < world.volume_count; i++)
		users_heal(&world.volumes[i]);
	/* What was set aside for a plugin, or could not be read, is for the next daemon. */
	if (records_is_any_for_the_next())
		daemon_stop();
	clock_after_ms(world.is_stopping ? 3000 : 0, on_start, NULL);
}

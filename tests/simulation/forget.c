/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An administrator who has operations forgotten: what is answered, and what holds then. */
#include "config.h"

#include <string.h>

#include "lifecycle/lifecycle.h"
#include "lifecycle/operations_forget.h"
#include "lvm.h"

/* The number that no operation has. */
#define NOBODYS 1000000000

/* Those that are to be over when their command is; 0: none. By volume, and whether it aborts. */
static uint64_t forgotten[VOLUMES_MAX][2];

static uint64_t *find_forgotten(const struct volume *volume, bool is_abort)
{
	return &forgotten[volume - world.volumes][is_abort];
}

void forget_reset(void)
{
	memset(forgotten, 0, sizeof(forgotten));
}

void forget_not(const struct volume *volume, bool is_abort)
{
	*find_forgotten(volume, is_abort) = 0;
}

static const struct operation *find(const struct volume *volume, bool is_abort)
{
	const struct operation *operation;

	TAILQ_FOREACH (operation, &operations.list, link)
		if (operation_is_abort(operation) == is_abort &&
			!strcmp(operation->terms->asked.lvid, volume->lvid))
			return operation;
	return NULL;
}

/* Nothing of it is left: no command of this daemon, nobody who waits. The records are counted. */
static void check_forgotten(const struct volume *volume, bool is_abort)
{
	const struct lvm *lvm;

	if (find(volume, is_abort))
		violate("%s is forgotten, and still in flight", volume->lv_name);
	TAILQ_FOREACH (lvm, &lvms, link)
		if (lvm->process && lvm->is_abort == is_abort && !strcmp(lvm->lvid, volume->lvid))
			violate("%s is forgotten, and lvpoll[%d] runs for it", volume->lv_name,
				(int)lvm->pid);
	clients_hear_end(volume, is_abort);
}

/* A loss that a look has shown: only who knows of it may forget, and the next request hears of it.
 */
static void check_loss(const struct volume *volume, bool at_risk, bool has_loss)
{
	bool is_seen = volume->evidence_us > 0 && volume->is_told;

	if (is_seen && !has_loss)
		violate("%s is forgotten, and that data is lacking is passed over",
			volume->lv_name);
	if (has_loss && !at_risk)
		violate("%s is forgotten though data is lacking", volume->lv_name);
}

static void check(const struct volume *volume, bool is_abort, bool at_risk,
	enum operations_forgotten answer, bool has_loss)
{
	if (answer == FORGOTTEN_NOT_AT_RISK && (at_risk || !has_loss))
		violate("%s is not forgotten for a loss, and %s", volume->lv_name,
			at_risk ? "that is wanted" : "there is none");
	if (answer != FORGOTTEN && answer != FORGOTTEN_AT_ITS_END)
		return;
	check_loss(volume, at_risk, has_loss);
	if (answer == FORGOTTEN)
		check_forgotten(volume, is_abort);
	else
		*find_forgotten(volume, is_abort) = find(volume, is_abort)->number;
}

void forget_volume(struct volume *volume, bool is_abort, bool at_risk)
{
	static const char *const words[] = {
		"OK", "when its command is over", "not found", "a copy has failed", "not now"};
	const struct operation *operation;
	enum operations_forgotten answer;
	bool was_promised = volume->is_promised, has_loss;

	if (!world.is_alive || world.is_stopping)
		return;
	operation = find(volume, is_abort);
	/* The daemon may die before it answers. */
	volume->is_promised = was_promised && is_abort;
	answer = operations_forget(
		&operations, operation ? operation->number : NOBODYS, at_risk, &has_loss);
	lifecycle_settle(&operations);
	story("the administrator is answered: %s", words[answer]);
	if (!!operation != (answer != FORGOTTEN_NOT_THERE))
		violate("%s is forgotten, and the answer is: %s", volume->lv_name, words[answer]);
	if (answer != FORGOTTEN && answer != FORGOTTEN_AT_ITS_END)
		volume->is_promised = was_promised;
	check(volume, is_abort, at_risk, answer, has_loss);
}

void forget_check(void)
{
	for (size_t i = 0; i < 2 * world.volume_count; i++) {
		const struct operation *operation =
			forgotten[i / 2][i % 2] == 0 ? NULL : find(&world.volumes[i / 2], i % 2);

		if (!operation || operation->number != forgotten[i / 2][i % 2])
			continue;
		if (operation->state != STATE_ENDING || operation->ending != ENDING_FORGET)
			violate("%s was forgotten for good, and is %s",
				world.volumes[i / 2].lv_name, state_name(operation->state));
	}
}

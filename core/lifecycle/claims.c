/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The volumes that plugins claim, and who sees to each. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lifecycle/claimants.h"
#include "lifecycle/claims.h"
#include "lifecycle/context.h"
#include "lifecycle/numbers.h"
#include "loader/calls.h"
#include "log/log.h"
#include "monitor/survey.h"
#include "status/ended.h"
#include "status/entry.h"
#include "util/boot.h"

static void drop(struct claim_list *claims, struct claim *claim)
{
	TAILQ_REMOVE(claims, claim, link);
	terms_release(claim->terms);
	free(claim);
}

static bool is_same(const struct claim *claim, const struct claimed *found)
{
	const struct lvmpolld_request *asked = &claim->terms->asked;
	const struct survey_device *device = found->device;

	return !strcmp(asked->lvid, device->lvid) && claim->terms->plugin == found->plugin &&
	       !strcmp(asked->vg_name, device->table.vg_name) &&
	       !strcmp(asked->lv_name, device->table.lv_name);
}

/* The kernel's list has its order: the next one is mostly that behind AFTER, which may be NULL. */
static struct claim *find(
	struct claim_list *claims, struct claim *after, const struct claimed *found)
{
	struct claim *claim = after ? TAILQ_NEXT(after, link) : NULL;

	if (claim && is_same(claim, found))
		return claim;
	TAILQ_FOREACH (claim, claims, link)
		if (is_same(claim, found))
			return claim;
	return NULL;
}

static struct claim *add(struct claim_list *claims, const struct claimed *found)
{
	const struct lvmpolld_request asked = {
		.struct_size = sizeof(asked),
		.vg_name = found->device->table.vg_name,
		.lv_name = found->device->table.lv_name,
		.lvid = found->device->lvid,
		.interval = TERMS_INTERVAL_UNASKED,
	};
	struct claim *claim = calloc(1, sizeof(*claim));

	if (!claim)
		return NULL;
	claim->terms = terms_new(&asked, found->plugin);
	if (!claim->terms) {
		free(claim);
		return NULL;
	}
	claim->found_ms = boot_clock_ms();
	claim->found_s = time(NULL);
	TAILQ_INSERT_TAIL(claims, claim, link);
	return claim;
}

/* What is not claimed any more is over, or an lvm command has taken it on. */
static bool drop_unclaimed(struct claim_list *claims)
{
	struct claim *claim, *next;
	bool is_any = false;

	for (claim = TAILQ_FIRST(claims); claim; claim = next) {
		next = TAILQ_NEXT(claim, link);
		if (claim->is_in_survey)
			continue;
		if (claim->told != CLAIM_NEW && claim->attendance != CLAIM_OURS)
			log_terms(LOG_LEVEL_NOTICE, claim->terms,
				"it is not there any more, and nobody in sight has seen to it");
		drop(claims, claim);
		is_any = true;
	}
	return is_any;
}

bool claims_update(
	struct claim_list *claims, const struct claimed *claimed, size_t count, bool is_whole)
{
	struct claim *claim, *last = NULL;
	bool is_changed = false;

	TAILQ_FOREACH (claim, claims, link)
		claim->is_in_survey = false;
	for (size_t i = 0; i < count; i++) {
		claim = find(claims, last, &claimed[i]);
		if (!claim) {
			claim = add(claims, &claimed[i]);
			is_changed = true;
		}
		/* When out of memory the next look finds it. */
		if (claim)
			claim->is_in_survey = true;
		last = claim;
	}
	return (is_whole && drop_unclaimed(claims)) || is_changed;
}

void claims_drop_all(struct claim_list *claims)
{
	struct claim *claim;

	while ((claim = TAILQ_FIRST(claims)))
		drop(claims, claim);
}

/* What is in flight beside a claim that goes before it steps aside. */
static bool is_in_flight(struct operations *operations, const struct claim *claim)
{
	const struct device *device = devices_find(&operations->devices, claim->terms->asked.lvid);

	for (size_t i = 0; device && i < 2; i++) {
		const struct operation *operation = device->operations[i];

		if (operation && !plugin_goes_before(claim->terms->plugin->interface,
					 operation->terms->plugin->interface))
			return true;
	}
	return false;
}

void claim_set_ours(struct claim *claim)
{
	claim->attendance = CLAIM_OURS;
	claim->was_ours = true;
	claim->told = CLAIM_NEW;
	claim->wanted = 0;
	claim->number = 0;
}

bool claims_any_not_ours(struct claim_list *claims, struct operations *operations)
{
	struct claim *claim;
	bool is_any = false;

	TAILQ_FOREACH (claim, claims, link) {
		if (is_in_flight(operations, claim)) {
			claim_set_ours(claim);
			continue;
		}
		is_any = true;
		if (claim->attendance == CLAIM_OURS)
			claim->attendance = CLAIM_NEW;
	}
	return is_any;
}

/* Whether VG_NAME/LV_NAME is there, and is not the volume with LVID, by a survey. */
static bool is_another(
	const char *vg_name, const char *lv_name, const char *lvid, const void *context)
{
	const struct survey *survey = context;

	for (size_t i = 0; i < survey->count; i++) {
		const struct survey_device *device = &survey->devices[i];

		if (!strcmp(device->table.vg_name, vg_name) &&
			!strcmp(device->table.lv_name, lv_name))
			return strcmp(device->lvid, lvid) != 0;
	}
	return false;
}

bool claim_attend(
	struct claim *claim, const struct attendants *attendants, const struct survey *survey)
{
	static const enum claim_attendance attendances[] = {
		[ATTENDANCE_NONE] = CLAIM_ALONE,
		[ATTENDANCE_UNCLEAR] = CLAIM_UNCLEAR,
		[ATTENDANCE_THERE] = CLAIM_ATTENDED,
	};
	enum claim_attendance before = claim->attendance;

	claim->attendance = attendances[attendants_find(
		attendants, &claim->terms->asked, is_another, survey, &claim->attendant)];
	if (claim->attendance == before)
		return false;
	claim->alone_ms = boot_clock_ms();
	return true;
}

/* The operation was finished, and not aborted. */
static bool is_good(const char *entry)
{
	return strstr(entry, "\nstate = \"finished\"\n") && !strstr(entry, "\nabort = 1\n") &&
	       strstr(entry, "\nresult = \"retcode\"\nvalue = 0\n");
}

/* Whether ENTRY has VALUE behind KEY, which is as in "\nlvid = \"". */
static bool has_value(const char *entry, const char *key, const char *value)
{
	const char *found = strstr(entry, key);
	size_t length = strlen(value);

	found = found ? found + strlen(key) : "";
	return !strncmp(found, value, length) && found[length] == '"';
}

static bool is_forgotten(const char *entry, const char *why)
{
	return has_value(entry, "\nforgotten = \"", why);
}

/* The latest of ENDED that is of the volume and the operation of CLAIM; or NULL. */
static const struct ended_operation *find_ended(
	const struct claim *claim, const struct ended *ended)
{
	const char *name = claim->terms->plugin->interface->operation;
	const struct ended_operation *operation;

	TAILQ_FOREACH_REVERSE(operation, &ended->list, ended_list, link)
	if (has_value(operation->text, "\nlvid = \"", claim->terms->asked.lvid) &&
		has_value(operation->text, "\noperation = \"", name))
		return operation;
	return NULL;
}

bool claim_is_given_up(const struct claim *claim, const struct ended *ended)
{
	const struct ended_operation *operation = find_ended(claim, ended);

	return operation && !is_good(operation->text) &&
	       !is_forgotten(operation->text, ENTRY_FORGOTTEN_ASIDE);
}

bool claim_is_forgotten(const struct claim *claim, const struct ended *ended)
{
	const struct ended_operation *operation = find_ended(claim, ended);

	return operation && is_forgotten(operation->text, ENTRY_FORGOTTEN_ASKED);
}

bool claim_has_ended_since(const struct claim *claim, const struct ended *ended, int64_t asked_ms)
{
	const struct ended_operation *operation = find_ended(claim, ended);

	return operation && operation->ended_ms > asked_ms;
}

bool claim_is_discovered(const struct claim *claim)
{
	return plugin_can_discover(claim->terms->plugin->interface);
}

void claim_write_reason(const struct claim *claim, char *text, size_t size)
{
	const struct attendant *who = &claim->attendant;

	if (claim->attendance == CLAIM_ATTENDED)
		snprintf(text, size, "%s[%d] names it, or its volume group", who->name,
			(int)who->pid);
	else if (claim->is_at_risk)
		snprintf(text, size, CLAIM_AT_RISK);
	else if (claim->attendance != CLAIM_UNCLEAR)
		snprintf(text, size, "nobody sees to it");
	else if (who->pid > 0)
		snprintf(text, size, "whether %s[%d] sees to it cannot be told", who->name,
			(int)who->pid);
	else
		snprintf(text, size,
			"whether a process sees to it cannot be told: not all of them are seen");
}

void claim_tell(struct claim *claim, struct operations *operations)
{
	const struct lvmpolld_request *asked = &claim->terms->asked;
	char reason[128];

	if (claim->told == CLAIM_ALONE || claim->told == claim->attendance)
		return;
	if (claim->told == CLAIM_NEW)
		claim->number = numbers_take(operations);
	claim->told = claim->attendance;
	claim_write_reason(claim, reason, sizeof(reason));
	if (claim->is_at_risk)
		log_terms_message(LOG_LEVEL_WARN, claim->terms, LOG_MESSAGE_AT_RISK, NULL,
			"it is under way, and it is not adopted: %s", reason);
	else if (claim->attendance == CLAIM_ALONE)
		log_terms_message(LOG_LEVEL_WARN, claim->terms, LOG_MESSAGE_UNATTENDED, NULL,
			"it is under way, and %s: \"lvmpollctl adopt %s/%s\" lets it go on", reason,
			asked->vg_name, asked->lv_name);
	else
		log_terms_message(LOG_LEVEL_WARN, claim->terms, LOG_MESSAGE_UNATTENDED, NULL,
			"it is under way, and %s", reason);
}

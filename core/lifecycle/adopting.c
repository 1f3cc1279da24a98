/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When a claim is adopted, and how. */
#include "config.h"

#include "configuration/configuration.h"
#include "lifecycle/adopting.h"
#include "lifecycle/claims.h"
#include "lifecycle/context.h"
#include "lifecycle/losses.h"
#include "lifecycle/operations_forget.h"
#include "lifecycle/recalling.h"
#include "lifecycle/resume.h"
#include "log/log.h"
#include "records/unusable.h"
#include "util/boot.h"

/*
 * A command of lvm2 that has made a device asks a daemon for it soon. Only what is found so long is
 * told, and adopted without being asked.
 */
#define PATIENCE_MS 10000

static bool is_long_ago(int64_t since_ms)
{
	return boot_clock_ms() - since_ms >= PATIENCE_MS;
}

static void adopt(struct operations *operations, struct claim *claim)
{
	struct resume_info info = {
		.number = claim->number,
		.is_adopted = true,
		.outputs = {-1, -1},
		.evidence = evidence_unasked(),
	};
	struct lvmpolld_error error;

	recalling_add_evidence(operations, claim->terms, &info.evidence);
	operations_step_aside(operations, claim->terms);
	if (resume_operation(operations, terms_hold(claim->terms), &info, &error) < 0) {
		log_terms(
			LOG_LEVEL_ERROR, claim->terms, "it cannot be adopted: %s", error.sentence);
		return;
	}
	claim_set_ours(claim);
}

/*
 * A daemon may have died of its record, which was set aside then, or has let go of it
 * (daemon.resume): that is for people to decide. So is what lies unread in the state directory.
 */
static bool is_on_record(const struct operations *operations, const struct claim *claim)
{
	const struct record_directory *records = &operations->records;
	const char *lvid = claim->terms->asked.lvid;

	return records->is_unread || record_is_unusable(records, lvid, false) ||
	       record_is_unusable(records, lvid, true) || record_is_left(records, lvid);
}

/* What this survey does not show, or has shown before its end, may be over. */
static bool is_shown(
	const struct operations *operations, const struct claim *claim, int64_t asked_ms)
{
	return claim->is_in_survey &&
	       !claim_has_ended_since(claim, &operations->ended_lately, asked_ms);
}

static bool is_to_begin(
	const struct operations *operations, const struct claim *claim, int64_t asked_ms)
{
	const struct ended *ended = &operations->ended_lately;
	/*
	 * What has ended well may begin again; what has failed would fail each minute. What was
	 * forgotten stays so, though its claim was not there for a while.
	 */
	bool is_in_vain = claim_is_forgotten(claim, ended) ||
			  (claim->was_ours && claim_is_given_up(claim, ended));

	return claim_is_discovered(claim) && claim->attendance != CLAIM_OURS && !is_in_vain &&
	       !is_on_record(operations, claim) && is_shown(operations, claim, asked_ms);
}

void adopting_begin_discovered(
	struct operations *operations, struct claim_list *claims, int64_t asked_ms)
{
	struct claim *claim;

	TAILQ_FOREACH (claim, claims, link)
		if (is_to_begin(operations, claim, asked_ms))
			adopt(operations, claim);
}

bool adopting_is_for_root(const struct operations *operations, const struct claim *claim)
{
	return claim_is_given_up(claim, &operations->ended_lately) ||
	       claim_is_forgotten(claim, &operations->ended_lately) ||
	       is_on_record(operations, claim);
}

static bool is_for_always(const struct operations *operations, const struct claim *claim)
{
	return operations->configuration->adopt == CONFIGURATION_ADOPT_ALWAYS && !claim->was_ours &&
	       is_long_ago(claim->alone_ms) && !history_keeper_is_unread(&operations->history) &&
	       !claim_is_given_up(claim, &operations->ended_lately) &&
	       !is_on_record(operations, claim);
}

void adopting_decide(
	struct operations *operations, struct claim *claim, uint64_t look, bool is_asked)
{
	bool is_wanted = claim->wanted > 0 && claim->wanted <= look;

	claim->is_at_risk = losses_has(operations, claim->terms);
	if (claim->attendance != CLAIM_ATTENDED && (is_long_ago(claim->found_ms) || is_asked))
		claim_tell(claim, operations);
	if (claim->attendance == CLAIM_ALONE && !claim->is_at_risk &&
		(is_wanted || is_for_always(operations, claim)))
		adopt(operations, claim);
	if (is_wanted)
		claim->wanted = 0;
}

bool adopting_may_come(const struct operations *operations, const struct claim *claim)
{
	bool is_always = operations->configuration->adopt == CONFIGURATION_ADOPT_ALWAYS;

	if (claim->wanted > 0 || !is_always || claim->was_ours)
		return claim->wanted > 0;
	return claim->attendance == CLAIM_ALONE
		       ? !is_long_ago(claim->alone_ms)
		       : claim->attendance == CLAIM_UNCLEAR && claim->told == CLAIM_NEW;
}

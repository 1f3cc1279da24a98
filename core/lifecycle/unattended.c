/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What nobody sees to: found, told and adopted. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "configuration/configuration.h"
#include "lifecycle/adopting.h"
#include "lifecycle/claimants.h"
#include "lifecycle/claims.h"
#include "lifecycle/context.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/losses.h"
#include "lifecycle/unattended.h"
#include "log/log.h"
#include "lvm/attendants.h"
#include "monitor/monitor.h"
#include "monitor/survey.h"
#include "util/boot.h"
#include "util/timer.h"

/*
 * The time between two looks while there is something that is not ours: processes may come and go.
 * It is longer where nothing has changed for long, and where all is ours.
 */
#define PERIOD_S      10
#define PERIOD_LONG_S 60
#define LONG_MS       600000

struct unattended {
	struct operations *operations;
	struct claimants *claimants;
	struct claim_list claims;
	struct survey *survey;         /* while /proc is read */
	struct survey *next;           /* one that has come meanwhile; or NULL */
	struct attendants *attendants; /* likewise */
	struct event *timer;
	uint64_t wanted;    /* the number of looks that were asked for */
	uint64_t begun;     /* those of them that the survey that is read next is for */
	uint64_t done;      /* those that are over */
	int64_t changed_ms; /* when a claim or who sees to it has changed, by boot_clock_ms */
	bool is_looking;    /* a survey is made, or /proc is read */
	bool is_again;      /* another look was asked for meanwhile */
	bool has_looked;    /* at least once */
	bool is_whole;      /* the latest survey */
	bool is_adopting;   /* as operations_changed was told last */
};

static void start_timer(struct unattended *unattended, int seconds)
{
	const struct timeval period = {.tv_sec = seconds};

	timer_start(unattended->timer, &period);
}

static bool is_adopting(const struct unattended *unattended)
{
	const struct operations *operations = unattended->operations;
	const struct claim *claim;

	/* What begins without a request is seen by a daemon that stays. */
	if (claimants_discover(unattended->claimants))
		return true;
	/* It may bring something. */
	if (!unattended->has_looked &&
		operations->configuration->adopt == CONFIGURATION_ADOPT_ALWAYS)
		return true;
	TAILQ_FOREACH (claim, &unattended->claims, link)
		if (adopting_may_come(operations, claim))
			return true;
	return false;
}

static void note_adopting(struct unattended *unattended)
{
	bool was_adopting = unattended->is_adopting;

	unattended->is_adopting = is_adopting(unattended);
	if (unattended->is_adopting != was_adopting)
		operations_changed(unattended->operations);
}

bool unattended_is_adopting(const struct operations *operations)
{
	return operations->unattended && operations->unattended->is_adopting;
}

/* What was found before is no answer any more. */
static void drop_findings(struct unattended *unattended)
{
	attendants_free(unattended->attendants);
	unattended->attendants = NULL;
	survey_free(unattended->survey);
	unattended->survey = NULL;
}

static void look(struct unattended *unattended)
{
	unattended->begun = unattended->wanted;
	unattended->is_looking = true;
	unattended->is_again = false;
	survey_free(unattended->next);
	unattended->next = NULL;
	monitor_survey(
		unattended->operations->monitor, true, claimants_discover(unattended->claimants));
	/* What was about to be adopted before is so until this look is over. */
	if (!unattended->is_adopting)
		note_adopting(unattended);
}

/* One that is under way is not begun anew: whoever asks all the time would keep it from its end. */
static void look_soon(struct unattended *unattended)
{
	if (unattended->is_looking)
		unattended->is_again = true;
	else
		look(unattended);
}

static void conclude(struct unattended *unattended)
{
	bool is_any_not_ours = claims_any_not_ours(&unattended->claims, unattended->operations);
	bool is_long = boot_clock_ms() - unattended->changed_ms >= LONG_MS;

	unattended->is_looking = false;
	unattended->has_looked = true;
	unattended->done = unattended->begun;
	if (unattended->is_again || unattended->next)
		start_timer(unattended, 0);
	else if (!unattended->is_whole || is_any_not_ours)
		start_timer(unattended, is_long ? PERIOD_LONG_S : PERIOD_S);
	else if (!TAILQ_EMPTY(&unattended->claims) || claimants_discover(unattended->claimants))
		start_timer(unattended, PERIOD_LONG_S);
	note_adopting(unattended);
}

static void on_attendants(void *context)
{
	struct unattended *unattended = context;
	struct operations *operations = unattended->operations;
	bool is_asked = unattended->begun > unattended->done;
	struct claim *claim;

	if (operations->is_stopping)
		return;
	/* Requests may have come meanwhile. */
	claims_any_not_ours(&unattended->claims, operations);
	TAILQ_FOREACH (claim, &unattended->claims, link) {
		if (claim->attendance == CLAIM_OURS || claim_is_discovered(claim))
			continue;
		if (claim_attend(claim, unattended->attendants, unattended->survey))
			unattended->changed_ms = boot_clock_ms();
		adopting_decide(operations, claim, unattended->begun, is_asked);
	}
	drop_findings(unattended);
	conclude(unattended);
	lifecycle_settle(operations);
}

/* Which volumes of the survey are claimed. Returns false when out of memory: the next look tells.
 */
static bool read_claims(struct unattended *unattended)
{
	const struct survey *survey = unattended->survey;
	struct claimed *claimed = calloc(survey->count + 1, sizeof(*claimed));
	size_t count;

	unattended->is_whole = survey->is_whole && claimed;
	if (!claimed)
		return false;
	count = claimants_ask(unattended->claimants, unattended->operations, survey, claimed);
	if (claims_update(&unattended->claims, claimed, count, survey->is_whole))
		unattended->changed_ms = boot_clock_ms();
	free(claimed);
	return true;
}

/* Takes SURVEY: which volumes are claimed, and who sees to them? */
static void take_survey(struct unattended *unattended, struct survey *survey)
{
	struct operations *operations = unattended->operations;
	bool is_read;

	unattended->is_looking = true;
	if (unattended->next != survey)
		survey_free(unattended->next);
	unattended->next = NULL;
	unattended->survey = survey;
	is_read = read_claims(unattended);
	claims_any_not_ours(&unattended->claims, operations);
	if (is_read)
		adopting_begin_discovered(operations, &unattended->claims, survey->asked_ms);
	if (claims_any_not_ours(&unattended->claims, operations))
		unattended->attendants = attendants_new(operations->base,
			operations->configuration->lvm_binary, on_attendants, unattended);
	if (unattended->attendants)
		return;
	drop_findings(unattended);
	conclude(unattended);
}

void unattended_on_news(struct operations *operations)
{
	struct unattended *unattended = operations->unattended;
	struct survey *survey = NULL;

	if (unattended && !operations->is_stopping)
		survey = monitor_take_survey(operations->monitor);
	if (!survey)
		return;
	if (!unattended->attendants) {
		take_survey(unattended, survey);
		return;
	}
	/* What is being read of /proc may not have what sees to a new device. */
	survey_free(unattended->next);
	unattended->next = survey;
}

/* All may be in flight: then the kernel is not asked. */
static void on_timer(evutil_socket_t descriptor, short what, void *context)
{
	struct unattended *unattended = context;

	(void)descriptor;
	(void)what;
	if (unattended->operations->is_stopping)
		return;
	if (unattended->is_looking)
		start_timer(unattended, PERIOD_S);
	else if (unattended->next && !unattended->is_again)
		take_survey(unattended, unattended->next);
	else if (unattended->is_again || !unattended->is_whole ||
		 claimants_discover(unattended->claimants) ||
		 claims_any_not_ours(&unattended->claims, unattended->operations))
		look(unattended);
	else
		conclude(unattended);
}

static void free_all(struct unattended *unattended)
{
	claims_drop_all(&unattended->claims);
	drop_findings(unattended);
	survey_free(unattended->next);
	claimants_free(unattended->claimants);
	if (unattended->timer)
		event_free(unattended->timer);
	free(unattended);
}

static struct unattended *create(struct operations *operations)
{
	struct unattended *unattended = calloc(1, sizeof(*unattended));

	if (!unattended)
		return NULL;
	unattended->operations = operations;
	unattended->changed_ms = boot_clock_ms();
	TAILQ_INIT(&unattended->claims);
	unattended->timer = event_new(operations->base, -1, 0, on_timer, unattended);
	unattended->claimants = claimants_new(operations);
	if (unattended->timer && unattended->claimants)
		return unattended;
	free_all(unattended);
	return NULL;
}

void unattended_destroy(struct operations *operations)
{
	struct unattended *unattended = operations->unattended;

	if (!unattended)
		return;
	free_all(unattended);
	operations->unattended = NULL;
}

static bool is_on(const struct unattended *unattended)
{
	return unattended->operations->configuration->adopt != CONFIGURATION_ADOPT_NEVER ||
	       claimants_discover(unattended->claimants);
}

void unattended_configure(struct operations *operations)
{
	if (!operations->monitor)
		return;
	if (!operations->unattended)
		operations->unattended = create(operations);
	if (operations->unattended && is_on(operations->unattended)) {
		look_soon(operations->unattended);
		return;
	}
	if (!operations->unattended)
		log_error("what nobody sees to is not looked for: out of memory");
	monitor_survey(operations->monitor, false, false);
	unattended_destroy(operations);
}

uint64_t unattended_look(struct operations *operations)
{
	struct unattended *unattended = operations->unattended;

	if (!unattended)
		return 0;
	unattended->wanted++;
	look_soon(unattended);
	return unattended->wanted;
}

uint64_t unattended_looks(const struct operations *operations)
{
	return operations->unattended ? operations->unattended->done : 0;
}

enum unattended_adoption unattended_adopt(
	struct operations *operations, uint64_t number, bool is_root, const char *who)
{
	struct claim *claim;

	if (!operations->unattended || number == 0)
		return UNATTENDED_NOT_THERE;
	TAILQ_FOREACH (claim, &operations->unattended->claims, link)
		if (claim->number == number && losses_has(operations, claim->terms)) {
			return UNATTENDED_AT_RISK;
		} else if (claim->number == number && !is_root &&
			   adopting_is_for_root(operations, claim)) {
			return UNATTENDED_FOR_ROOT;
		} else if (claim->number == number) {
			log_terms(LOG_LEVEL_NOTICE, claim->terms, "%s asks to adopt it", who);
			claim->wanted = unattended_look(operations);
			return UNATTENDED_WANTED;
		}
	return UNATTENDED_NOT_THERE;
}

static void show_claim(const struct claim *claim,
	void (*show)(const struct unattended_view *view, void *context), void *context)
{
	struct unattended_view view = {
		.terms = claim->terms,
		.number = claim->number,
		.found_s = claim->found_s,
		.is_adopting = claim->wanted > 0,
		.is_attended = claim->attendance == CLAIM_ATTENDED,
	};

	claim_write_reason(claim, view.reason, sizeof(view.reason));
	show(&view, context);
}

void unattended_each(struct operations *operations,
	void (*show)(const struct unattended_view *view, void *context), void *context)
{
	const struct claim *claim;

	if (!operations->unattended)
		return;
	/* Since the latest look a client may have asked for one. */
	claims_any_not_ours(&operations->unattended->claims, operations);
	TAILQ_FOREACH (claim, &operations->unattended->claims, link)
		if (claim->told != CLAIM_NEW)
			show_claim(claim, show, context);
}

static void count(const struct unattended_view *view, void *context)
{
	*(size_t *)context += !view->is_attended;
}

size_t unattended_count(struct operations *operations)
{
	size_t sum = 0;

	unattended_each(operations, count, &sum);
	return sum;
}

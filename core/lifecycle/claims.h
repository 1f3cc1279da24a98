/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Claims: the volumes that plugins claim by the latest survey, in flight or not, and who sees to
 * each.
 */
#ifndef CORE_LIFECYCLE_CLAIMS_H
#define CORE_LIFECYCLE_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "lvm/attendants.h"
#include "operation/terms.h"

struct claimed;
struct ended;
struct operations;
struct survey;

/* Who sees to it, by the latest look. */
enum claim_attendance {
	CLAIM_NEW,      /* that is not known yet */
	CLAIM_OURS,     /* it is in flight */
	CLAIM_ATTENDED, /* a process sees to it */
	CLAIM_UNCLEAR,  /* a process may see to it */
	CLAIM_ALONE     /* nobody sees to it */
};

/* Why one is not adopted at which a loss was seen. */
#define CLAIM_AT_RISK "a copy has failed: data is at risk, and only an abort saves it"

/* A volume that a plugin claims. */
struct claim {
	struct terms *terms;
	uint64_t number;  /* 0 before people are told */
	int64_t found_ms; /* by boot_clock_ms */
	int64_t found_s;
	int64_t alone_ms; /* since when nobody sees to it, likewise */
	enum claim_attendance attendance;
	struct attendant attendant; /* who sees to it, or may */
	enum claim_attendance told; /* what people were told; CLAIM_NEW: nothing */
	bool is_in_survey;          /* found in the latest one; one not whole may lack it */
	bool is_at_risk;            /* a step would lose data, by the latest look */
	uint64_t wanted; /* somebody asks to adopt it after the look of this number; 0: nobody */
	bool was_ours;   /* it was in flight: what has become of it is no reason to begin anew */
	TAILQ_ENTRY(claim) link;
};

TAILQ_HEAD(claim_list, claim);

/*
 * Brings CLAIMS up to date by the COUNT devices of a survey that are CLAIMED: adds what is new, and
 * drops what is not claimed any more, unless the survey is not whole. Returns whether one was added
 * or dropped.
 */
bool claims_update(
	struct claim_list *claims, const struct claimed *claimed, size_t count, bool is_whole);
void claims_drop_all(struct claim_list *claims);

/*
 * Notes which of CLAIMS are in flight. Returns false where all are: then nobody else need be looked
 * for.
 */
bool claims_any_not_ours(struct claim_list *claims, struct operations *operations);

/*
 * Notes who sees to CLAIM, by what was found in /proc after SURVEY was made. Returns whether that
 * has changed.
 */
bool claim_attend(
	struct claim *claim, const struct attendants *attendants, const struct survey *survey);

/*
 * Whether it was given up or aborted before, or has failed, by the latest of ENDED that is of its
 * volume and its operation: somebody has decided that, or must look. One that has stepped aside was
 * not given up.
 */
bool claim_is_given_up(const struct claim *claim, const struct ended *ended);

/* Whether somebody has had it forgotten, by the latest of ENDED likewise. */
bool claim_is_forgotten(const struct claim *claim, const struct ended *ended);

/* Whether the latest of ENDED that is of it has ended after ASKED_MS, by running_clock_ms. */
bool claim_has_ended_since(const struct claim *claim, const struct ended *ended, int64_t asked_ms);

/* The kernel does it alone, so that nobody need see to it: nothing is told but its begin and end.
 */
bool claim_is_discovered(const struct claim *claim);

/* It is in flight. Should it be found anew afterwards, it has another number. */
void claim_set_ours(struct claim *claim);

/* Tells people of it: once, and again when it is known that nobody sees to it. */
void claim_tell(struct claim *claim, struct operations *operations);

/* One sentence: who sees to it. */
void claim_write_reason(const struct claim *claim, char *text, size_t size);

#endif

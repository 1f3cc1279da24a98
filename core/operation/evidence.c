/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether it is proved that all data was copied. */
#include "config.h"

#include "operation/evidence.h"

/*
 * After some lines about failures of any device the kernel leaves all further ones out, for five
 * seconds. This is twice as long.
 */
#define LIMITED_MS 10000

/*
 * lvm2 asks as soon as the kernel copies; this is longer than it takes for that. The clock of the
 * kernel's log and ours run apart by less than a thousandth.
 */
#define ASKED_WITHIN_MS 60000
#define CLOCKS_APART    1000

/* So many comparisons in a row may be made worthless before people hear of it. */
#define VAIN_MAX 3

#define SENTENCE(word, sentence) [DOUBT_##word] = (sentence),

const char *doubt_sentence(enum doubt doubt)
{
	static const char *const sentences[] = {DOUBTS(SENTENCE)};

	return sentences[doubt];
}

static bool has_failed(const struct evidence *evidence, const struct kernel_log_state *log)
{
	return log->failure_end > evidence->log_from;
}

/* That lines were left out, of whatever, is a doubt, but no failure that anybody has told of. */
static bool is_told(const struct evidence *evidence, const struct kernel_log_state *log)
{
	return log->told_end > evidence->log_from;
}

/* The table is TABLE, and no step was proved that has led to it from another one. */
static void note_missed(struct evidence *evidence, const struct kernel_log_state *log,
	uint64_t table, bool is_kernel_known)
{
	if (evidence->is_step_unknown && evidence->table_before != table && is_told(evidence, log))
		evidence->is_missed = true;
	evidence->is_step_unknown = false;
	if (evidence->table != 0 && evidence->table != table &&
		evidence_doubt(evidence, log, is_kernel_known, 0) != DOUBT_NONE)
		evidence->is_missed = true;
}

void evidence_begin(struct evidence *evidence, const struct kernel_log_state *log, int64_t now_ms,
	const struct evidence_step *step)
{
	note_missed(evidence, log, step->table, step->is_kernel_known);
	*evidence = (struct evidence){
		.log_from = log->next,
		.is_begun_in_doubt = log->failure_ms > 0 && now_ms - log->failure_ms < LIMITED_MS,
		.table_before = step->table,
		.to_sectors = step->to_sectors,
		.is_complete = step->is_complete,
		.is_missed = evidence->is_missed,
	};
}

void evidence_bound(struct evidence *evidence, const struct kernel_log_state *log, int64_t asked_ms)
{
	int64_t before_ms = asked_ms - ASKED_WITHIN_MS - asked_ms / CLOCKS_APART;
	uint64_t end = log->failure_written_ms < before_ms ? log->failure_end
		       : log->told_written_ms < before_ms  ? log->told_end
							   : 0;

	if (evidence->log_from > 0 || end == 0)
		return;
	evidence->log_from = end;
	evidence->is_begun_in_doubt = true;
}

/*
 * Once data was let go of that may lack, the table is kept: that stays so whatever follows. A table
 * that is wiped has no data.
 */
bool evidence_note_table(struct evidence *evidence, const struct kernel_log_state *log,
	uint64_t table, bool is_anew, bool is_kernel_known)
{
	bool is_proved = table == evidence->table_before && !is_anew;

	if (is_proved || table == 0 || table == evidence->table ||
		evidence_is_let_go(evidence, log, table))
		return false;
	if (table == evidence->table_before) {
		evidence->table_before = 0;
		evidence->is_complete = evidence->is_step_unknown = false;
	}
	note_missed(evidence, log, table, is_kernel_known);
	evidence->table = table;
	return true;
}

bool evidence_note_gone(struct evidence *evidence, const struct kernel_log_state *log)
{
	if (evidence->gone.is_read || !log->is_read)
		return false;
	evidence->gone = *log;
	evidence->is_unwatched = false;
	return true;
}

bool evidence_note_there(struct evidence *evidence)
{
	if (!evidence->gone.is_read)
		return false;
	evidence->gone = (struct kernel_log_state){0};
	evidence->is_unwatched = false;
	return true;
}

void evidence_note_unseen_end(struct evidence *evidence)
{
	evidence->is_step_unknown |= evidence->table_before != 0 && evidence->table == 0;
}

void evidence_note_unwatched(struct evidence *evidence, bool has_command)
{
	evidence->is_unwatched = evidence->gone.is_read;
	if (!has_command)
		evidence_note_unseen_end(evidence);
}

const struct kernel_log_state *evidence_end_log(
	const struct evidence *evidence, const struct kernel_log_state *log)
{
	return evidence->gone.is_read ? &evidence->gone : log;
}

bool evidence_is_let_go(
	const struct evidence *evidence, const struct kernel_log_state *log, uint64_t table)
{
	return evidence->table != 0 && table != 0 && table != evidence->table &&
	       is_told(evidence, log);
}

void evidence_forget_tables(struct evidence *evidence)
{
	evidence->table_before = evidence->table = 0;
	evidence->is_complete = evidence->is_step_unknown = false;
	evidence_note_there(evidence);
}

struct evidence evidence_unasked(void)
{
	return (struct evidence){.is_begun_in_doubt = true};
}

static bool has_tables(const struct evidence *evidence)
{
	return evidence->table_before != 0 || evidence->table != 0;
}

uint64_t evidence_unchecked_from(
	const struct evidence *evidence, const struct kernel_log_state *log)
{
	bool is_checked = has_tables(evidence) && log->is_read &&
			  log->whole_from <= evidence->log_from && !has_failed(evidence, log);

	return is_checked && log->next > evidence->log_from ? log->next : evidence->log_from;
}

/* From the first record on, instead of from the boot on as far as nothing else is known. */
void evidence_note_earlier(struct evidence *evidence)
{
	if (evidence->log_from == 0)
		evidence->log_from = 1;
}

void evidence_note_lost(struct evidence *evidence)
{
	if (evidence->log_from > 1 || has_tables(evidence) || evidence->is_missed)
		return;
	evidence_note_earlier(evidence);
	evidence->is_begun_in_doubt = evidence->is_step_unknown = true;
}

bool evidence_lacks_tables(const struct evidence *evidence)
{
	return evidence->log_from > 0 && !has_tables(evidence);
}

void evidence_note_equal(struct evidence *evidence, const struct kernel_log_state *log,
	uint64_t signature, uint64_t from_sectors, bool is_kernel_known)
{
	/* What is between that and the step before was let go of before any look has shown it. */
	if (evidence->to_sectors > 0 && from_sectors > evidence->to_sectors &&
		evidence_doubt(evidence, log, is_kernel_known, 0) != DOUBT_NONE)
		evidence->is_missed = true;
	evidence->vain = evidence->compared == signature ? evidence->vain + 1 : 0;
	evidence->log_from = log->next;
	/* What an lvpoll goes on to by itself may have begun while lines were left out. */
	evidence->is_begun_in_doubt = log->failure_ms > 0;
	evidence->compared = signature;
}

bool evidence_take_vain(struct evidence *evidence, uint64_t signature)
{
	if (evidence->compared == 0 || evidence->compared != signature ||
		evidence->vain + 1 < VAIN_MAX)
		return false;
	evidence->compared = 0;
	return true;
}

enum doubt evidence_doubt(const struct evidence *evidence, const struct kernel_log_state *log,
	bool is_kernel_known, uint64_t signature)
{
	bool is_broken = log->is_read && log->whole_from > evidence->log_from;

	/* A write may have failed since the comparison, and the line about it may be lost. */
	if (has_failed(evidence, log))
		return DOUBT_FAILURE;
	if (evidence->compared != 0 && evidence->compared == signature)
		return is_broken ? DOUBT_LOG_BROKEN : DOUBT_NONE;
	if (!is_kernel_known)
		return DOUBT_UNKNOWN_KERNEL;
	if (!log->is_read)
		return DOUBT_LOG_UNREAD;
	if (is_broken)
		return DOUBT_LOG_BROKEN;
	return evidence->is_begun_in_doubt ? DOUBT_LOG_LIMITED : DOUBT_NONE;
}

/* Of what nobody has proved: why not. */
static enum doubt find_end_doubt(
	const struct evidence *evidence, const struct kernel_log_state *log, bool is_kernel_known)
{
	enum doubt doubt;

	if (!has_tables(evidence) || evidence->is_step_unknown)
		return is_told(evidence, log) ? DOUBT_UNTOLD : DOUBT_NONE;
	doubt = evidence_doubt(evidence, log, is_kernel_known, 0);
	return doubt == DOUBT_FAILURE && !is_told(evidence, log) ? DOUBT_LOG_LIMITED : doubt;
}

enum doubt evidence_end_doubt(
	const struct evidence *evidence, const struct kernel_log_state *log, bool is_kernel_known)
{
	const struct kernel_log_state *end = evidence_end_log(evidence, log);
	bool is_proved =
		evidence->is_complete && evidence->table == 0 && !evidence->is_step_unknown;
	enum doubt doubt = is_proved ? DOUBT_NONE : find_end_doubt(evidence, end, is_kernel_known);

	/* While no daemon ran it may have been there again, and gone again. */
	if (!is_proved && doubt == DOUBT_NONE && evidence->is_unwatched && is_told(evidence, log))
		return DOUBT_UNTOLD;
	return doubt == DOUBT_NONE && evidence->is_missed ? DOUBT_MISSED : doubt;
}

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

#define SENTENCE(word, sentence) [DOUBT_##word] = (sentence),

const char *doubt_sentence(enum doubt doubt)
{
	static const char *const sentences[] = {DOUBTS(SENTENCE)};

	return sentences[doubt];
}

void evidence_begin(struct evidence *evidence, const struct kernel_log_state *log, int64_t now_ms,
	uint64_t table, bool is_complete)
{
	*evidence = (struct evidence){
		.log_from = log->next,
		.is_begun_in_doubt = log->failure_ms > 0 && now_ms - log->failure_ms < LIMITED_MS,
		.table_before = table,
		.is_complete = is_complete,
	};
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

/* Once data was let go of that may lack, the table is kept: that stays so whatever follows. */
bool evidence_note_table(
	struct evidence *evidence, const struct kernel_log_state *log, uint64_t table)
{
	if (table == evidence->table_before || table == evidence->table ||
		evidence_is_let_go(evidence, log, table))
		return false;
	evidence->table = table;
	return true;
}

bool evidence_is_let_go(
	const struct evidence *evidence, const struct kernel_log_state *log, uint64_t table)
{
	return evidence->table != 0 && table != evidence->table && is_told(evidence, log);
}

void evidence_forget_tables(struct evidence *evidence)
{
	evidence->table_before = evidence->table = 0;
	evidence->is_complete = false;
}

static bool has_tables(const struct evidence *evidence)
{
	return evidence->table_before != 0 || evidence->table != 0;
}

bool evidence_lacks_tables(const struct evidence *evidence)
{
	return evidence->log_from > 0 && !has_tables(evidence);
}

void evidence_note_equal(
	struct evidence *evidence, const struct kernel_log_state *log, uint64_t signature)
{
	evidence->log_from = log->next;
	/* What an lvpoll goes on to by itself may have begun while lines were left out. */
	evidence->is_begun_in_doubt = log->failure_ms > 0;
	evidence->compared = signature;
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

enum doubt evidence_end_doubt(
	const struct evidence *evidence, const struct kernel_log_state *log, bool is_kernel_known)
{
	enum doubt doubt;

	if (evidence->is_complete && evidence->table == 0)
		return DOUBT_NONE;
	if (!has_tables(evidence))
		return is_told(evidence, log) ? DOUBT_UNTOLD : DOUBT_NONE;
	doubt = evidence_doubt(evidence, log, is_kernel_known, 0);
	return doubt == DOUBT_FAILURE && !is_told(evidence, log) ? DOUBT_LOG_LIMITED : doubt;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a previous daemon knew of an operation that was not resumed. */
#include "config.h"

#include "lifecycle/context.h"
#include "lifecycle/losses.h"
#include "lifecycle/recalling.h"
#include "lifecycle/resume.h"
#include "operation/evidence.h"
#include "records/reading.h"
#include "records/unusable.h"

struct recalled {
	struct evidence evidence;
	bool is_known;
	bool has_loss;
};

static int take(const struct record *record, void *context, struct lvmpolld_error *error)
{
	struct recalled *recalled = context;

	(void)error;
	if (record->request.abort)
		return 0;
	recalled->evidence = resume_read_evidence(record);
	evidence_note_unwatched(&recalled->evidence, record->command != RECORD_NO_COMMAND);
	recalled->is_known = true;
	recalled->has_loss |= record->has_loss;
	return 0;
}

void recalling_add_evidence(
	struct operations *operations, struct terms *terms, struct evidence *evidence)
{
	const char *lvid = terms->asked.lvid;
	const struct record_directory *records = &operations->records;
	struct recalled recalled = {0};
	bool is_begun_in_doubt = evidence->is_begun_in_doubt;
	bool is_lost = record_read_left(records, lvid, take, &recalled) < 0;

	if (recalled.is_known) {
		*evidence = recalled.evidence;
		evidence->is_begun_in_doubt |= is_begun_in_doubt;
		evidence_note_earlier(evidence);
	}
	if (recalled.has_loss)
		losses_take_over(operations, terms);
	if (is_lost || records->is_unread || record_is_unusable(records, lvid, false))
		evidence_note_lost(evidence);
}

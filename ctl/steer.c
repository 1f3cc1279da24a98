/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lvmpollctl abort, resume: done by lvm2's own commands, whose result is shown. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "look.h"
#include "lvm.h"
#include "verbs.h"

/* lvm2 aborts a move by the disk that it empties. */
static int abort_entry(const struct ctl *ctl, const struct entry *entry)
{
	const char *const arguments[] = {"pvmove", "--abort", entry->source, NULL};

	if (!entry->operation || strcmp(entry->operation, "pvmove") != 0) {
		fprintf(stderr,
			"lvmpollctl: lvm2 cannot abort the %s of %s; of a conversion \"lvconvert "
			"-m\" "
			"takes new legs away again, a merge goes on to its end\n",
			entry->operation ? entry->operation : "operation", entry->name);
		return CTL_REFUSED;
	}
	if (!entry->source) {
		fprintf(stderr,
			"lvmpollctl: which disk %s empties is not known: \"pvmove --abort DISK\" "
			"ends "
			"the move\n",
			entry->name);
		return CTL_REFUSED;
	}
	return lvm_run(ctl, arguments, NULL);
}

int abort_run(const struct ctl *ctl, int argc, char **argv)
{
	struct lvmpolld_error error;
	struct entries entries;
	const struct entry *entry;
	int status;

	if (argc != 2 || argv[1][0] == '-')
		return verb_complain(argv[0], "it needs the name of one volume, or id:N");
	/* Which disk a move empties must be known in any case. */
	status = look_list(ctl, ASK_IN_FLIGHT, LOOK_DISKS_MS, &entries, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	status = verb_choose(&entries, argv[1], false, &entry);
	if (status == CTL_GOOD)
		status = abort_entry(ctl, entry);
	entries_free(&entries);
	return status;
}

int resume_run(const struct ctl *ctl, int argc, char **argv)
{
	const char *const arguments[] = {
		"vgchange", "--poll", "y", argc > 1 ? argv[1] : NULL, NULL};

	if (argc > 2 || (argc == 2 && argv[1][0] == '-'))
		return verb_complain(argv[0], "it takes the name of one volume group, or none");
	return lvm_run(ctl, arguments, NULL);
}

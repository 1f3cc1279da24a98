/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lvmpollctl abort, resume: done by lvm2's own commands, whose result is shown; what lvm2 knows
 * nothing of the daemon aborts.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"
#include "lvm.h"
#include "protocol/wire.h"
#include "util/buffer.h"
#include "verbs.h"

/* The request to abort ENTRY, to be freed; NULL when out of memory. */
static char *make_request(const struct entry *entry)
{
	const char *system_dir = getenv("LVM_SYSTEM_DIR");
	struct buffer request = {0};

	wire_add_string(&request, "request", entry->operation);
	wire_add_string(&request, "lvid", entry->lvid);
	wire_add_string(&request, "vgname", entry->vg);
	wire_add_string(&request, "lvname", entry->lv);
	wire_add_string(&request, "interval", "15");
	wire_add_number(&request, "abort", 1);
	if (system_dir && system_dir[0])
		wire_add_string(&request, "sysdir", system_dir);
	wire_add_string(&request, "cmdline", "lvmpollctl abort");
	wire_add(&request, "", 1);
	if (!request.is_lost)
		return request.storage;
	buffer_free(&request);
	return NULL;
}

static int refuse(const struct entry *entry, const char *reason)
{
	fprintf(stderr,
		"lvmpollctl: lvm2 cannot abort the %s of %s, nor can the daemon (%s); of a "
		"conversion \"lvconvert -m\" takes new legs away again, a merge goes on to its "
		"end\n",
		entry->operation ? entry->operation : "operation", entry->name, reason);
	return CTL_REFUSED;
}

/* Its plugin says whether that can be done. */
static int abort_by_daemon(const struct ctl *ctl, const struct entry *entry)
{
	struct message_stream stream;
	struct lvmpolld_error error;
	char *request;
	int status = CTL_FAILED;

	if (!entry->operation || !entry->lvid || !entry->vg || !entry->lv)
		return refuse(entry, "it is not known well enough");
	request = make_request(entry);
	if (request)
		status = ask_begin(ctl, request, &stream, NULL, &error);
	else
		error_set(&error, ENOMEM, "out of memory");
	free(request);
	if (status == CTL_REFUSED)
		return refuse(entry, error.sentence);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	message_stream_close(&stream);
	printf("%s: its %s is being aborted\n", entry->name, entry->operation);
	return ctl_finish(CTL_GOOD);
}

/* lvm2 aborts a move by the disk that it empties. */
static int abort_entry(const struct ctl *ctl, const struct entry *entry)
{
	const char *const arguments[] = {"pvmove", "--abort", entry->source, NULL};

	if (!entry->operation || strcmp(entry->operation, "pvmove") != 0)
		return abort_by_daemon(ctl, entry);
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

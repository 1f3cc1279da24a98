/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lvmpollctl abort, resume: for root done by lvm2's own commands where these can, whose result is
 * shown. For others, and for what root names by its number, by the daemon, with what it has on
 * record.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "look.h"
#include "lvm.h"
#include "protocol/wire.h"
#include "verbs.h"

static bool is_number(const char *name)
{
	return !strncmp(name, "id:", 3);
}

static bool is_in_state(const struct entry *entry, const char *state)
{
	return entry->state && !strcmp(entry->state, state);
}

static const char *operation_of(const struct entry *entry)
{
	return entry->operation ? entry->operation : "operation";
}

/*
 * Asks the daemon to do VERB with ENTRY; *ID is the number in its reply. Returns a status, with the
 * error, which is told.
 */
static int ask_by_number(const struct ctl *ctl, const char *verb, const struct entry *entry,
	int64_t *id, struct lvmpolld_error *error)
{
	struct wire_message *reply = NULL;
	struct message_stream stream;
	char request[64];
	int status;

	snprintf(request, sizeof(request), "request=\"%s\"\nid=%" PRId64, verb, entry->id);
	status = ask_begin(ctl, request, &stream, &reply, error);
	if (status == CTL_NO_OPERATION)
		error_set(error, ENOENT, "%s: it is over by now", entry->name);
	if (status != CTL_GOOD)
		return ctl_complain(error, status);
	*id = wire_number(reply, "id");
	wire_free(reply);
	message_stream_close(&stream);
	return CTL_GOOD;
}

static int refuse(const struct entry *entry)
{
	fprintf(stderr,
		"lvmpollctl: lvm2 cannot abort the %s of %s, nor can the daemon; of a conversion "
		"\"lvconvert -m\" takes new legs away again, a merge goes on to its end\n",
		operation_of(entry), entry->name);
	return CTL_REFUSED;
}

static int abort_by_number(const struct ctl *ctl, const struct entry *entry)
{
	struct lvmpolld_error error;
	int64_t id = 0;
	int status;

	/* An abort that is under way is joined. */
	if (!entry->is_abortable && !is_in_state(entry, "yielding") &&
		!is_in_state(entry, "ending"))
		return refuse(entry);
	status = ask_by_number(ctl, "abort", entry, &id, &error);
	if (status != CTL_GOOD)
		return status;
	printf("%s: its %s is being aborted", entry->name, operation_of(entry));
	if (id > 0)
		printf(" (id:%" PRId64 ")", id);
	printf("\n");
	return ctl_finish(CTL_GOOD);
}

/* lvm2 aborts a move by the disk that it empties. */
static int abort_by_lvm2(const struct ctl *ctl, const struct entry *entry)
{
	const char *const arguments[] = {"pvmove", "--abort", entry->source, NULL};

	if (!entry->source) {
		fprintf(stderr,
			"lvmpollctl: which disk %s empties is not known: \"pvmove --abort DISK\" "
			"ends the move, and so does \"lvmpollctl abort id:%" PRId64 "\"\n",
			entry->name, entry->id);
		return CTL_REFUSED;
	}
	return lvm_run(ctl, arguments, NULL);
}

int abort_run(const struct ctl *ctl, int argc, char **argv)
{
	struct lvmpolld_error error;
	struct entries entries;
	const struct entry *entry;
	bool by_lvm2;
	int status;

	if (argc != 2 || argv[1][0] == '-')
		return verb_complain(argv[0], "it needs the name of one volume, or id:N");
	by_lvm2 = geteuid() == 0 && !is_number(argv[1]);
	/* Then it must be known which disk a move empties. */
	status = look_list(ctl, ASK_IN_FLIGHT, by_lvm2 ? LOOK_DISKS_MS : 0, &entries, &error);
	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	status = verb_choose(&entries, argv[1], false, &entry);
	if (status == CTL_GOOD && by_lvm2 && !strcmp(operation_of(entry), "pvmove"))
		status = abort_by_lvm2(ctl, entry);
	else if (status == CTL_GOOD)
		status = abort_by_number(ctl, entry);
	entries_free(&entries);
	return status;
}

/* Whether NAME, NULL: all, stands for ENTRY. An abort goes by its number alone. */
static bool is_meant(const struct entry *entry, const char *name)
{
	if (name && is_number(name))
		return entry_is_named(entry, name);
	return !entry->is_abort && !is_in_state(entry, "yielding") &&
	       (!name || entry_is_named(entry, name));
}

/* Returns the gravest status; *COUNT is how many were meant. */
static int resume_each(
	const struct ctl *ctl, const struct entries *entries, const char *name, size_t *count)
{
	int gravest = CTL_GOOD;

	*count = 0;
	for (size_t i = 0; i < entries->count; i++) {
		const struct entry *entry = entries->list[i];
		struct lvmpolld_error error;
		int64_t id;
		int status;

		if (!is_meant(entry, name))
			continue;
		++*count;
		status = ask_by_number(ctl, "resume", entry, &id, &error);
		if (status == CTL_GOOD)
			printf("%s: its %s%s is seen to at once\n", entry->name,
				operation_of(entry), entry->is_abort ? " abort" : "");
		else if (status > gravest && (status != CTL_NO_OPERATION || is_number(name)))
			gravest = status;
		/* The others would hear the same. */
		if (status != CTL_GOOD && (status == CTL_NO_DAEMON || error.code == EPERM))
			break;
	}
	return gravest;
}

static int resume_by_number(const struct ctl *ctl, const char *name)
{
	struct lvmpolld_error error;
	struct entries entries;
	size_t count;
	int status = ask_list(ctl, ASK_IN_FLIGHT, &entries, &error);

	if (status != CTL_GOOD)
		return ctl_complain(&error, status);
	status = resume_each(ctl, &entries, name, &count);
	entries_free(&entries);
	if (count == 0 && name) {
		fprintf(stderr, "lvmpollctl: no operation is in flight for %s\n", name);
		return CTL_NO_OPERATION;
	}
	return ctl_finish(status);
}

/* lvm2 asks for all that it has in a group, also for what the daemon does not know. */
static bool is_for_lvm2(const char *name)
{
	return geteuid() == 0 &&
	       (!name || name[0] == '/' || (!is_number(name) && !strchr(name, '/')));
}

int resume_run(const struct ctl *ctl, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	const char *const arguments[] = {"vgchange", "--poll", "y", name, NULL};

	if (argc > 2 || (name && name[0] == '-'))
		return verb_complain(argv[0],
			"it takes the name of a volume group or of a volume, id:N, or none");
	return is_for_lvm2(name) ? lvm_run(ctl, arguments, NULL) : resume_by_number(ctl, name);
}

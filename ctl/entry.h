/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An operation, as the daemon tells of it. */
#ifndef CTL_ENTRY_H
#define CTL_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_message;

/* Numbers are -1, and strings NULL, where they are not known. */
struct entry {
	int64_t id;
	bool is_abort;
	bool is_abortable; /* the daemon can abort it, and does not do so yet */
	char *name;        /* VG/LV */
	char *vg;
	char *lv;
	char *lvid;
	char *operation;
	char *options; /* "mode=check region=4MiB" */
	char *state;
	char *reason;
	char *doubt; /* "none", or why the copies are to be compared before data is let go of */
	char *source;
	char *destinations; /* with blanks between them */
	char *findings;     /* "mismatches=128", with blanks between them */
	char *result;       /* "retcode", "signal" or "failed" */
	int64_t value;
	double percent;
	int64_t done_bytes;
	int64_t total_bytes;
	int64_t rate;      /* bytes a second */
	int64_t remaining; /* seconds, and so below */
	int64_t elapsed;
	int64_t stalled;
	int64_t started; /* seconds since 1970, as ended */
	int64_t ended;
	int64_t failed_devices;
	int64_t pid;
	int64_t requests;
	int64_t disks_unknown; /* above 0: source and destinations are not known yet */
	char **events; /* the latest, the oldest first: seconds since 1970, a blank, a sentence */
	size_t event_count;
	int64_t found;      /* seconds since 1970; of what nobody sees to */
	bool is_unattended; /* nobody sees to it: it is not in flight */
	bool is_adopting;   /* and that may change soon */
	bool is_attended;   /* by now a process does: no daemon has it */
	bool is_stale;      /* not heard of since the connection was made anew: see live.h */
};

struct entries {
	size_t count;
	struct entry **list;
};

/* A copy of what MESSAGE says, to be freed with entry_free; NULL when out of memory. */
struct entry *entry_read(const struct wire_message *message);
/* An entry with these names only, to be freed with entry_free; NULL when out of memory. */
struct entry *entry_new(const char *vg, const char *lv);
void entry_free(struct entry *entry);

/* Event I: *AT is when it was. Returns the sentence; NULL behind the last. */
const char *entry_event(const struct entry *entry, size_t i, int64_t *at);

/* Owns ENTRY. Returns 0, or -ENOMEM: it is freed then. */
int entries_add(struct entries *entries, struct entry *entry);
/* Removes the I-th, which is the caller's now. */
struct entry *entries_take(struct entries *entries, size_t i);
void entries_free(struct entries *entries);

/* Whether it is over: finished or failed. */
bool entry_is_over(const struct entry *entry);
/* Whether waiting clients were told that it failed, or was aborted. */
bool entry_is_failure(const struct entry *entry);

/* Whether ENTRY is what a user has named: VG/LV, VG, an LVID, a disk that it copies from or to,
 * id:N. */
bool entry_is_named(const struct entry *entry, const char *name);

#endif

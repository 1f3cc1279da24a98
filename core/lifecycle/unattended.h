/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What nobody sees to: operations that lvm2 has begun, by what plugins claim of the kernel's
 * devices, and that neither this daemon has in flight nor any process sees to, as far as can be
 * told. They are no operations of ours: none has a state of the life cycle, or a record. People are
 * told, and one that is adopted becomes an operation like any other, as if a client had asked for
 * it.
 */
#ifndef CORE_LIFECYCLE_UNATTENDED_H
#define CORE_LIFECYCLE_UNATTENDED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "operation/terms.h"

struct operations;

/* Begins to look, where the configuration in force says so, or ends that. Called at each reload. */
void unattended_configure(struct operations *operations);
void unattended_destroy(struct operations *operations);

/* The monitor has news: reads its survey, if there is one. */
void unattended_on_news(struct operations *operations);

/*
 * Looks anew. What nobody sees to is told when that is done: unattended_looks is at least the
 * number that is returned then. Returns 0 where nothing is looked for: the configuration says so,
 * or the kernel is not watched.
 */
uint64_t unattended_look(struct operations *operations);
/* The number of looks that are done. */
uint64_t unattended_looks(const struct operations *operations);

enum unattended_adoption {
	UNATTENDED_WANTED,   /* it is adopted as soon as it is known that nobody sees to it */
	UNATTENDED_AT_RISK,  /* a step would lose data */
	UNATTENDED_FOR_ROOT, /* it was given up, forgotten or set aside: root decides */
	UNATTENDED_NOT_THERE
};

/* WHO, for the log, and root if IS_ROOT, asks to adopt the one that is known by NUMBER. */
enum unattended_adoption unattended_adopt(
	struct operations *operations, uint64_t number, bool is_root, const char *who);

/*
 * Whether something may be adopted soon: the daemon does not end meanwhile. operations_changed is
 * called when that changes.
 */
bool unattended_is_adopting(const struct operations *operations);

/* One that people are told of. */
struct unattended_view {
	const struct terms *terms;
	uint64_t number;  /* that of the operation, once it is adopted */
	int64_t found_s;  /* as time() tells */
	bool is_adopting; /* somebody has asked for that, and it is not known yet who sees to it */
	bool is_attended; /* by now a process sees to it */
	char reason[128]; /* one sentence */
};

/* Calls SHOW with each, and with CONTEXT. */
void unattended_each(struct operations *operations,
	void (*show)(const struct unattended_view *view, void *context), void *context);

/* How many of them are not attended. */
size_t unattended_count(struct operations *operations);

#endif

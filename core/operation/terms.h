/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The terms of a request: what a client asked for. Terms are immutable and shared: the request in
 * the store, its operation, its device and a process that runs for it each hold a reference.
 */
#ifndef CORE_OPERATION_TERMS_H
#define CORE_OPERATION_TERMS_H

#include <stdatomic.h>
#include <stdbool.h>

#include <lvmpolld/plugin.h>

#include "log/log.h"

struct plugin_entry;

/* The interval of what lvm2 has not asked for: its default. */
#define TERMS_INTERVAL_UNASKED "15"

struct terms {
	struct lvmpolld_request asked; /* its strings are part of the terms */
	const struct plugin_entry *plugin;
	const char *identifier; /* LVM_SYSTEM_DIR and lvid: the key in the store */
	unsigned interval_s;
	char *command_line;        /* the client's command line, for the log; or NULL */
	bool is_unasked;           /* lvm2 has not asked for it */
	struct log_memory *memory; /* of what the log says of them; or NULL */
	atomic_uint references;
};

/*
 * The key in the store, to be freed by the caller; NULL when out of memory. SYSTEM_DIR may be NULL.
 */
char *terms_identifier(const char *system_dir, const char *lvid);
/* The lvid that IDENTIFIER ends with; all of it if it is shorter than that. */
const char *terms_lvid_in(const char *identifier);

/*
 * Makes terms, with one reference, from ASKED, whose strings are copied, and to whose options a
 * reference is added. Works out the identifier and the number in the interval. NULL when out of
 * memory.
 */
struct terms *terms_new(const struct lvmpolld_request *asked, const struct plugin_entry *plugin);
/* Adds a reference; releases one. */
struct terms *terms_hold(struct terms *terms);
void terms_release(struct terms *terms);

/*
 * TERMS are about what OTHERS are about: what the log says of either is kept in one place. Before
 * another thread knows TERMS.
 */
void terms_share_memory(struct terms *terms, const struct terms *others);

/* What the log lines about TERMS carry. */
struct log_subject terms_subject(const struct terms *terms);
#define log_terms(level, terms, ...)                                                               \
	do {                                                                                       \
		struct log_subject subject_ = terms_subject(terms);                                \
		log_write_subject(level, &subject_, __VA_ARGS__);                                  \
	} while (0)
/* One of the lines that the journal's catalog explains; RESULT may be NULL. */
#define log_terms_message(level, terms, which, how, ...)                                           \
	do {                                                                                       \
		struct log_subject subject_ = terms_subject(terms);                                \
		subject_.message = (which);                                                        \
		subject_.result = (how);                                                           \
		log_write_subject(level, &subject_, __VA_ARGS__);                                  \
	} while (0)

#endif

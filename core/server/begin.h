/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request to begin, or to abort, an operation. */
#ifndef CORE_SERVER_BEGIN_H
#define CORE_SERVER_BEGIN_H

#include <stdbool.h>

struct buffer;
struct lvmpolld_request;
struct operations;
struct plugin_entry;
struct sender;
struct terms;
struct wire_message;

/* Begins what MESSAGE of SENDER asks for, which PLUGIN knows, or says why not. */
void begin_answer(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, const struct plugin_entry *plugin,
	struct buffer *reply);

/*
 * Checks that the required parameters are there, and that names are right. Otherwise it answers
 * which one is not, and returns false.
 */
bool begin_check(const struct lvmpolld_request *request, struct buffer *reply);

/* Terms of REQUEST, with the command line that is in MESSAGE; NULL when out of memory. */
struct terms *begin_make_terms(const struct lvmpolld_request *request,
	const struct plugin_entry *plugin, const struct wire_message *message);

#endif

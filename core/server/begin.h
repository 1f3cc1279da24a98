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

/* What a request has beside the parameters that callbacks get. */
struct begin_extras {
	const char *command_line; /* of the client, for the log; or NULL */
	bool is_start;            /* what must be given is to be there */
	const char *options;      /* of a start; or NULL */
};

/* Terms of REQUEST, which was checked; NULL where they cannot be made, which REPLY says then. */
struct terms *begin_make_terms(struct operations *operations,
	const struct lvmpolld_request *request, const struct plugin_entry *plugin,
	const struct begin_extras *extras, struct buffer *reply);

#endif

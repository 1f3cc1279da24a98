/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The request to begin, or to abort, an operation. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lifecycle/context.h"
#include "lifecycle/operations_begin.h"
#include "loader/calls.h"
#include "loader/options.h"
#include "loader/plugins.h"
#include "log/log.h"
#include "operation/terms.h"
#include "protocol/request_parameters.h"
#include "protocol/wire.h"
#include "server/begin.h"
#include "server/sender.h"
#include "util/buffer.h"

/* lvm2 prints these sentences to its user, so the wording is stock's. */
#define REASON_INTERVAL       "request requires interval set"
#define REASON_DIFFERENT      "Different operation on LV already in progress"
#define REASON_NOT_EXECUTABLE "the lvm command cannot be executed"
#define REASON_NOT_PRIVILEGED "only root may begin or abort operations"

/* lvm2's wording, with those that do support it: "abort only supported with PVMOVE ...". */
static void answer_no_abort(const struct plugins *plugins, struct buffer *reply)
{
	const struct plugin_entry *entry;
	char names[256] = "", reason[320];
	size_t used = 0;

	for (size_t i = 0; (entry = plugins_entry(plugins, i)); i++)
		if (entry->interface && entry->interface->supports_abort && used < sizeof(names))
			used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
				used ? " or " : "", entry->interface->operation);
	for (char *c = names; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	snprintf(reason, sizeof(reason), "abort only supported with %s polling operation",
		used ? names : "no");
	wire_add_answer(reply, "invalid", reason);
}

/*
 * Checks that the required parameters are there. Otherwise it answers which one is missing, and
 * returns false.
 */
static bool check_presence(const struct lvmpolld_request *request, struct buffer *reply)
{
	const struct {
		const char *parameter;
		const char *value;
	} required[] = {
		{"lvname", request->lv_name},
		{"lvid", request->lvid},
		{"vgname", request->vg_name},
	};
	char reason[64];

	if (!request_parameters_is_interval(request->interval)) {
		wire_add_answer(reply, "invalid", REASON_INTERVAL);
		return false;
	}
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (!required[i].value) {
			snprintf(reason, sizeof(reason), "request requires %s set",
				required[i].parameter);
			wire_add_answer(reply, "failed", reason);
			return false;
		}
	return true;
}

/*
 * Checks the names, which stock passes on unchecked. Otherwise it answers which one is wrong, and
 * returns false.
 */
static bool check_names(const struct lvmpolld_request *request, struct buffer *reply)
{
	struct lvmpolld_error error;

	if (request_parameters_check(request, &error) == 0)
		return true;
	log_warn("a request was refused: %s", error.sentence);
	wire_add_answer(reply, "invalid", error.sentence);
	return false;
}

bool begin_check(const struct lvmpolld_request *request, struct buffer *reply)
{
	return check_presence(request, reply) && check_names(request, reply);
}

static int make_options(struct lvmpolld_request *asked, const struct plugin_entry *plugin,
	const struct begin_extras *extras, struct lvmpolld_error *error)
{
	int result = options_new(
		plugin->interface, extras->options, extras->is_start, &asked->options, error);

	return result == 0 && extras->is_start ? plugin_check_start(plugin, asked, error) : result;
}

/*
 * Sets the options of ASKED by EXTRAS, which are the caller's to release. Those of an operation in
 * flight stay as they are.
 */
static int find_options(struct operations *operations, struct lvmpolld_request *asked,
	const struct plugin_entry *plugin, const struct begin_extras *extras,
	struct lvmpolld_error *error)
{
	const struct operation *operation = operations_find_alive(operations, asked->lvid, false);
	const struct lvmpolld_options *options;

	if (!operation || operation->terms->plugin != plugin)
		return asked->abort ? 0 : make_options(asked, plugin, extras, error);
	options = operation->terms->asked.options;
	if (options_agree(options, extras->options, error) < 0)
		return error_add_context(error, "the %s of %s/%s (id:%" PRIu64 ")",
			plugin->interface->operation, asked->vg_name, asked->lv_name,
			operation->number);
	asked->options = options_hold(options);
	return 0;
}

struct terms *begin_make_terms(struct operations *operations,
	const struct lvmpolld_request *request, const struct plugin_entry *plugin,
	const struct begin_extras *extras, struct buffer *reply)
{
	struct lvmpolld_request asked = *request;
	struct lvmpolld_error error = {.code = ENOMEM};
	struct terms *terms = NULL;

	if (find_options(operations, &asked, plugin, extras, &error) == 0)
		terms = terms_new(&asked, plugin);
	options_release(asked.options);
	/* When out of memory the log does without the command line. */
	if (terms && extras->command_line)
		terms->command_line = strdup(extras->command_line);
	if (terms)
		return terms;
	if (error.code == ENOMEM) {
		wire_add_answer(reply, "failed", REASON_NO_MEMORY);
	} else {
		log_warn("a request was refused: %s", error.sentence);
		wire_add_answer(reply, "invalid", error.sentence);
	}
	return NULL;
}

static void answer_begin(enum operations_answer begun, struct buffer *reply)
{
	switch (begun) {
	case OPERATIONS_ACCEPTED:
		wire_add_answer(reply, "OK", NULL);
		break;
	case OPERATIONS_DIFFERENT:
		wire_add_answer(reply, "invalid", REASON_DIFFERENT);
		break;
	case OPERATIONS_NO_MEMORY:
		wire_add_answer(reply, "failed", REASON_NO_MEMORY);
		break;
	case OPERATIONS_NOT_EXECUTABLE:
		wire_add_answer(reply, "failed", REASON_NOT_EXECUTABLE);
		break;
	}
}

void begin_answer(struct operations *operations, const struct sender *sender,
	const struct wire_message *message, const struct plugin_entry *plugin, struct buffer *reply)
{
	const struct lvmpolld_request request = request_parameters_read(message);
	const struct begin_extras extras = {.command_line = wire_string(message, "cmdline")};
	struct terms *wanted;

	/* A client chooses LVM_SYSTEM_DIR, and so the lvm.conf that lvm reads as the daemon's user.
	 */
	if (!sender->is_privileged) {
		wire_add_answer(reply, "invalid", REASON_NOT_PRIVILEGED);
		return;
	}
	if (request.abort && !plugin->interface->supports_abort) {
		answer_no_abort(operations->plugins, reply);
		return;
	}
	if (!begin_check(&request, reply))
		return;
	wanted = begin_make_terms(operations, &request, plugin, &extras, reply);
	if (wanted)
		answer_begin(operations_begin(operations, wanted, sender->waiter), reply);
}

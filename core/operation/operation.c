/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An operation: what is done about a device. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operation/operation.h"
#include "util/boot.h"

struct operation *operation_new(
	struct operations *operations, struct device *device, struct terms *terms)
{
	struct operation *operation = calloc(1, sizeof(*operation));

	if (!operation)
		return NULL;
	operation->operations = operations;
	operation->device = device;
	operation->terms = terms_hold(terms);
	operation->lead = terms_hold(terms);
	operation->begun_ms = boot_clock_ms();
	TAILQ_INIT(&operation->requests);
	return operation;
}

void operation_free(struct operation *operation)
{
	struct request *request;

	while ((request = TAILQ_FIRST(&operation->requests)))
		operation_leave(request);
	free(operation->reported_vg_name);
	free(operation->reported_lv_name);
	free(operation->attempt.vg_name);
	free(operation->attempt.lv_name);
	terms_release(operation->lead);
	terms_release(operation->terms);
	free(operation);
}

void operation_join(struct operation *operation, struct request *request)
{
	request->operation = operation;
	TAILQ_INSERT_TAIL(&operation->requests, request, operation_link);
	terms_release(operation->lead);
	operation->lead = terms_hold(request->terms);
	terms_share_memory(request->terms, operation->terms);
}

void operation_leave(struct request *request)
{
	if (request->operation)
		TAILQ_REMOVE(&request->operation->requests, request, operation_link);
	request->operation = NULL;
}

void attempt_set_command(struct attempt *attempt, const char *name)
{
	bool is_lvpoll = !name || !strcmp(name, "lvpoll");

	snprintf(attempt->command_name, sizeof(attempt->command_name), "%s", is_lvpoll ? "" : name);
}

struct lvmpolld_request operation_asked(const struct operation *operation)
{
	struct lvmpolld_request asked = device_asked(operation->device, operation->terms);

	asked.phase = operation->attempt.phase;
	return asked;
}

const char *operation_explain_pause(
	const struct operation *operation, enum back_off_reason reason, char text[PAUSE_TEXT_SIZE])
{
	static const char lvpoll[] = "lvpoll";
	const char *sentence = back_off_rule(reason)->sentence, *name = strstr(sentence, lvpoll);

	if (name)
		snprintf(text, PAUSE_TEXT_SIZE, "%.*s%s%s", (int)(name - sentence), sentence,
			attempt_name(&operation->attempt), name + sizeof(lvpoll) - 1);
	else
		snprintf(text, PAUSE_TEXT_SIZE, "%s", sentence);
	return text;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An operation and its abort, of which tests say how they stand: for tests of what that means. */
#ifndef TESTS_UNIT_CLASSIFY_FIXTURE_H
#define TESTS_UNIT_CLASSIFY_FIXTURE_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lifecycle/classify.h"
#include "lifecycle/context.h"
#include "operation_fixture.h"
#include "report_fixture.h"
#include "suite.h"

#define NOW_MS    1000000
#define SIGNATURE 7

static struct operation *polled, *abort_operation;
static struct device device;
static struct operations operations;

static inline struct operation *make(bool is_abort)
{
	struct terms *terms = fixture_terms_of(&fixture_entry, 1, 1, is_abort, "15", NULL);
	struct operation *operation = operation_new(&operations, NULL, terms);

	ck_assert_ptr_nonnull(operation);
	terms_release(terms);
	operation->device = &device;
	operation->is_watchable = true;
	operation->attempt.vg_name = strdup("vg1");
	operation->attempt.lv_name = strdup("lv1");
	return operation;
}

static inline void create_operations(void)
{
	fixture_standing = LVMPOLLD_STANDING_GOES_ON;
	device.loss = LOSS_UNSEEN;
	polled = make(false);
	abort_operation = make(true);
	device.terms = terms_hold(polled->terms);
}

static inline void free_operations(void)
{
	operation_free(polled);
	operation_free(abort_operation);
	terms_release(device.terms);
}

static inline void set_state(struct operation *operation, enum operation_state state)
{
	*(enum operation_state *)&operation->state = state;
}

static struct lvmpolld_plugin verifying_plugin;
static struct plugin_entry verifying_entry = {.interface = &verifying_plugin};

/* The copies of OPERATION can be compared. */
static inline void verify(struct operation *operation)
{
	verifying_plugin = fixture_plugin;
	verifying_plugin.read_copies = fixture_read_copies;
	operation->terms->plugin = &verifying_entry;
}

/* The volume of a merge, and of a conversion, stays. */
static inline enum lvmpolld_outcome read_any_exit(const struct lvmpolld_request *request,
	const struct lvmpolld_exit *ended, const struct lvmpolld_progress *progress)
{
	(void)request;
	(void)ended;
	(void)progress;
	return LVMPOLLD_FINISHED;
}

static const struct lvmpolld_plugin staying_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "staying",
	.operation = "staying",
	.description = "Leaves its device there",
	.supports_abort = true,
	.read_exit = read_any_exit,
};

static const struct plugin_entry staying_entry = {
	.name = (char *)"staying",
	.interface = &staying_plugin,
};

#endif

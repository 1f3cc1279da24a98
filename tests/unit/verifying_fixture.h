/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A move of a plugin whose copies are compared in doubt. */
#ifndef TESTS_UNIT_VERIFYING_FIXTURE_H
#define TESTS_UNIT_VERIFYING_FIXTURE_H

#include "lifecycle_fixture.h"

#define TABLE 10

static const char *const every_kernel[] = {"*", NULL};
static struct lvmpolld_plugin verifying_plugin;
static struct plugin_entry verifying_entry;

static inline void create(void)
{
	create_operations();
	verifying_plugin = fixture_plugin;
	verifying_plugin.read_copies = fixture_read_copies;
	verifying_plugin.log_kernels = verifying_plugin.log_failures = every_kernel;
	verifying_entry = fixture_entry;
	verifying_entry.interface = &verifying_plugin;
}

static inline struct terms *verifying_terms(void)
{
	return fixture_terms_of(&verifying_entry, 1, 1, false, "15", NULL);
}

static inline struct operation *begin_move(void)
{
	ck_assert_int_eq(
		operations_begin(&operations, verifying_terms(), &waiter), OPERATIONS_ACCEPTED);
	return find(false);
}

static inline struct operation *resume_move(struct resume_info info)
{
	info.outputs[0] = info.outputs[1] = -1;
	ck_assert_int_eq(resume_operation(&operations, verifying_terms(), &info, NULL), 0);
	begin_move();
	return find(false);
}

/* The kernel's log has records up to 200; one of a failure is the latest but 50. */
static inline struct kernel_log_state log_with(bool has_failure)
{
	return (struct kernel_log_state){.is_read = true,
		.next = 200,
		.failure_end = has_failure ? 150 : 0,
		.told_end = has_failure ? 150 : 0,
		.failure_written_ms = running_clock_ms(),
		.told_written_ms = running_clock_ms()};
}

static inline void look(struct observation observation, uint64_t table, bool has_failure)
{
	observation.signature = observation.table_signature = table;
	observation.is_whole = observation.verdict == LVMPOLLD_STEP;
	observation.copies_signature = observation.copies.count > 0 ? table : 0;
	observation.log = log_by_now = log_with(has_failure);
	note(observation);
	lifecycle_on_news(&operations);
}

#define COPYING ((struct observation){.kind = OBSERVED, .verdict = LVMPOLLD_WATCH})
#define COPIED  ((struct observation){.kind = OBSERVED, .verdict = LVMPOLLD_STEP, .copies.count = 1})
#define EMPTY   ((struct observation){.kind = OBSERVED, .verdict = LVMPOLLD_STEP})
#define UNREADABLE                                                                                 \
	((struct observation){                                                                     \
		.kind = OBSERVED, .verdict = LVMPOLLD_STEP, .copies.is_unknown = true})
#define STRANGE                                                                                    \
	((struct observation){.kind = OBSERVED, .verdict = LVMPOLLD_POLL, .copies.count = 1})
#define GONE      ((struct observation){.kind = OBSERVED_GONE})
#define SUSPENDED ((struct observation){.kind = OBSERVED_SUSPENDED})

static inline uint64_t count_of(enum count which)
{
	ck_assert_uint_eq(operations.counts.count, 1);
	return operations.counts.rows[0].values[which];
}

static inline bool is_given_up(void)
{
	return count_entries("state.given_up") == 1;
}

#endif

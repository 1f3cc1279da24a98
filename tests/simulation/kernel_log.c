/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A model of the kernel's log, with its limit; of its release; and of the process that compares. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "comparing/comparer.h"
#include "kernel_log/kernel_log.h"
#include "util/boot.h"
#include "world.h"

/* So many lines in so long a time, for all mirrors together; those beyond are left out. */
#define LIMIT_LINES 10
#define LIMIT_US    (5 * S_US)

void kernel_log_model_line(bool is_failure)
{
	struct log_model *log = &world.log;

	if (is_failure && world.now_us - log->limit_begun_us > LIMIT_US) {
		log->limit_begun_us = world.now_us;
		log->limit_lines = 0;
	}
	if (is_failure && ++log->limit_lines > LIMIT_LINES) {
		story("the kernel's log: a line about a failure is left out");
		return;
	}
	log->next++;
	if (!is_failure)
		return;
	log->failure_end = log->next;
	log->failure_written_ms = running_clock_ms();
	story("the kernel's log: line %u tells of a failure", (unsigned)log->next - 1);
}

void kernel_log_model_overwrite(void)
{
	world.log.next++;
	world.log.oldest = world.log.next;
}

/* --- what core/kernel_log has --- */

struct kernel_log_state kernel_log_read(struct kernel_log *log)
{
	struct kernel_log_state *state = &log->state;
	const struct log_model *model = &world.log;

	state->is_read = model->unreadable == 0;
	if (!state->is_read)
		return *state;
	if (!log->has_begun || model->oldest > state->next) {
		state->whole_from = model->oldest;
		if (model->oldest > 0)
			state->failure_ms = running_clock_ms();
	}
	if (model->failure_end > state->next && model->failure_end > model->oldest) {
		state->failure_end = state->told_end = model->failure_end;
		state->failure_written_ms = state->told_written_ms = model->failure_written_ms;
		state->failure_ms = running_clock_ms();
	}
	log->has_begun = true;
	state->next = model->next;
	return *state;
}

/* One that the plugins know. */
int uname(struct utsname *kernel)
{
	memset(kernel, 0, sizeof(*kernel));
	snprintf(kernel->release, sizeof(kernel->release), "%s",
		world.has_unknown_kernel ? "99.9.9" : "6.1.0");
	return 0;
}

/* --- the process that compares --- */

int kernel_log_model_compare(const char *copy)
{
	unsigned source;
	const struct volume *volume;

	if (sscanf(copy, "7:%u:", &source) != 1 || source / 2 >= world.volume_count)
		abort();
	volume = &world.volumes[source / 2];
	story("%s/%s: its copies are compared", volume->group->name, volume->lv_name);
	return volume->lacks_data ? COMPARER_DIFFERENT : COMPARER_EQUAL;
}

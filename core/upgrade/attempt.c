/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is handed over of the latest run of an lvm command. */
#include "config.h"

#include "lvm/command.h"
#include "process/process.h"
#include "protocol/wire.h"
#include "upgrade/attempt.h"
#include "util/buffer.h"

/* It could not be read when the lvpoll was started, if descriptors were short. */
static uint64_t find_start(const struct attempt *attempt)
{
	return attempt->command && attempt->start_ticks == 0 ? process_read_start(attempt->pid)
							     : attempt->start_ticks;
}

static enum record_command present_command(const struct attempt *attempt)
{
	if (attempt->is_orphan && attempt->pid == 0)
		return RECORD_STARTING;
	return attempt->command || attempt->is_orphan ? RECORD_RUNNING : RECORD_NO_COMMAND;
}

void attempt_describe(const struct attempt *attempt, struct record *record)
{
	record->command = present_command(attempt);
	record->start_ticks = find_start(attempt);
}

/* What was read of a line, and can be read by no other. */
static void write_rest(const struct lines_rest *rest, const char *line_key,
	const char *continued_key, struct buffer *text)
{
	if (rest->text)
		wire_add_string(text, line_key, rest->text);
	if (rest->is_continued)
		wire_add_number(text, continued_key, 1);
}

/* Programs before this one know none of these. */
static void write_run(const struct operation *operation, struct buffer *text)
{
	const struct attempt *attempt = &operation->attempt;
	const struct lines_rest out = command_rest(attempt->command, PROCESS_STDOUT),
				errors = command_rest(attempt->command, PROCESS_STDERR);

	write_rest(&out, "stdout_line", "stdout_continued", text);
	write_rest(&errors, "stderr_line", "stderr_continued", text);
	/* Written as signed: reading gives the same bits. */
	wire_add_number(text, "signature", (int64_t)attempt->signature);
	wire_add_number(text, "shown_more", attempt->has_shown_more);
	wire_add_number(text, "phase", attempt->phase);
	if (operation->state == STATE_RUNNING && attempt->purpose == ATTEMPT_STEP &&
		attempt_is_lvpoll(attempt))
		wire_add_number(text, "timer_due_ms", operation->timer_due_ms);
}

static void write_command(const struct operation *operation, struct buffer *text)
{
	const struct attempt *attempt = &operation->attempt;
	int outputs[2];

	if (attempt->is_orphan)
		wire_add_number(text, "orphan", 1);
	if (!attempt->command)
		return;
	command_outputs(attempt->command, outputs);
	wire_add_number(text, "purpose", attempt->purpose);
	wire_add_number(text, "stdout", outputs[0]);
	wire_add_number(text, "stderr", outputs[1]);
	if (operation->state == STATE_ENDING)
		wire_add_number(text, "ending", (int64_t)operation->ending + 1);
	write_run(operation, text);
}

/* What is known of commands that are not lvpoll. */
static void write_phases(const struct attempt *attempt, struct buffer *text)
{
	if (!attempt_is_lvpoll(attempt))
		wire_add_string(text, "last_command", attempt->command_name);
	if (attempt->end == ATTEMPT_END_UNKNOWN) {
		wire_add_number(text, "end_unknown", 1);
		if (!attempt->command)
			wire_add_number(text, "purpose", attempt->purpose);
	}
	if (attempt->phases == 0)
		return;
	/* Written as signed: reading gives the same bits. */
	wire_add_number(text, "phases", (int64_t)attempt->phases);
	wire_add_number(text, "table_signature", (int64_t)attempt->table_signature);
	if (!attempt->command)
		wire_add_number(text, "signature", (int64_t)attempt->signature);
}

void attempt_write(const struct operation *operation, struct buffer *text)
{
	const struct attempt *attempt = &operation->attempt;

	wire_add_number(text, "last_pid", attempt->pid);
	wire_add_number(text, "shown_end", attempt->has_shown_end);
	wire_add_number(text, "by_signal", attempt->result.by_signal);
	wire_add_number(text, "value", attempt->result.value);
	wire_add_number(text, "ended_by_us", attempt->end == ATTEMPT_ENDED_BY_US);
	if (attempt->vg_name && attempt->lv_name) {
		wire_add_string(text, "step_vgname", attempt->vg_name);
		wire_add_string(text, "step_lvname", attempt->lv_name);
	}
	write_phases(attempt, text);
	write_command(operation, text);
}

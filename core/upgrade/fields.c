/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a message of the handover says of an operation. */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lifecycle/resume.h"
#include "operation/operation.h"
#include "protocol/wire.h"
#include "records/record.h"
#include "upgrade/fields.h"

int fields_descriptor(const struct wire_message *message, const char *key)
{
	int descriptor = (int)wire_number(message, key);

	/* A missing key gives 0, which is never handed over. */
	if (descriptor <= STDERR_FILENO || fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return descriptor;
}

static struct lvmpolld_progress read_progress(const struct wire_message *message)
{
	int64_t percent_e4 = wire_number(message, "percent_e4");

	return (struct lvmpolld_progress){
		.struct_size = sizeof(struct lvmpolld_progress),
		/* A missing key gives 0, which loses nothing. */
		.percent = percent_e4 > 0 ? (double)percent_e4 / 10000 : -1,
		.done_sectors = (uint64_t)wire_number(message, "done_sectors"),
		.total_sectors = (uint64_t)wire_number(message, "total_sectors"),
		.failed_devices = (uint32_t)wire_number(message, "failed_devices"),
	};
}

/* The number under KEY if it is one of COUNT values; else 0. */
static unsigned read_choice(const struct wire_message *message, const char *key, unsigned count)
{
	int64_t number = wire_number(message, key);

	return number > 0 && number < count ? (unsigned)number : 0;
}

static struct request_result read_result(const struct wire_message *message)
{
	return (struct request_result){
		.by_signal = wire_number(message, "by_signal") != 0,
		.value = (int)wire_number(message, "value"),
	};
}

static struct request_result read_failing_result(const struct wire_message *message)
{
	return (struct request_result){
		.by_signal = wire_number(message, "failing_by_signal") != 0,
		.value = (int)wire_number(message, "failing_value"),
	};
}

/* If this program does not know the reason, failures are counted from the start. */
static struct back_off read_back_off(const struct wire_message *message)
{
	enum back_off_reason reason = back_off_find(wire_string(message, "back_off"));

	if (reason == BACK_OFF_COUNT)
		return (struct back_off){0};
	return (struct back_off){
		.reason = reason,
		.count = (unsigned)wire_number(message, "back_off_count"),
		.signature = (uint64_t)wire_number(message, "back_off_signature"),
	};
}

/* BACKING_OFF or DORMANT. All other states begin with a look: LOOKING. */
static enum operation_state read_state(
	const struct wire_message *message, const struct back_off *back_off)
{
	const char *name = wire_string(message, "state");

	if (name && !strcmp(name, state_name(STATE_DORMANT)))
		return STATE_DORMANT;
	return name && !strcmp(name, state_name(STATE_BACKING_OFF)) && back_off->count > 0
		       ? STATE_BACKING_OFF
		       : STATE_LOOKING;
}

static struct lines_rest read_rest(
	const struct wire_message *message, const char *line_key, const char *continued_key)
{
	return (struct lines_rest){
		wire_string(message, line_key), wire_number(message, continued_key) != 0};
}

/* No record has what a daemon has not seen: after a crash that is not known either. */
static struct evidence read_evidence(
	const struct wire_message *message, const struct record *record)
{
	struct evidence evidence = resume_read_evidence(record);

	evidence.is_step_unknown =
		evidence.table_before != 0 && wire_number(message, "step_unknown") != 0;
	evidence.is_unwatched = evidence.gone.is_read && wire_number(message, "unwatched") != 0;
	return evidence;
}

/* What is known of commands that are not lvpoll. */
static void read_phases(const struct wire_message *message, struct resume_info *info)
{
	const char *last_command = wire_string(message, "last_command");

	/* Else the record has it, if one runs. */
	if (last_command)
		info->command_name = last_command;
	info->end = wire_number(message, "end_unknown") != 0   ? ATTEMPT_END_UNKNOWN
		    : wire_number(message, "ended_by_us") != 0 ? ATTEMPT_ENDED_BY_US
							       : ATTEMPT_ENDED_ITSELF;
	info->table_signature = (uint64_t)wire_number(message, "table_signature");
	info->phases = (uint64_t)wire_number(message, "phases");
	info->phase = (unsigned)wire_number(message, "phase");
}

struct resume_info fields_operation(const struct wire_message *message, const struct record *record)
{
	int64_t ending = wire_number(message, "ending");
	const struct back_off back_off = read_back_off(message);
	struct resume_info info = {
		.is_being_aborted = record->is_being_aborted,
		.is_forgotten = record->is_forgotten,
		.not_before_ms = record->not_before_ms,
		.begun_ms = record->begun_ms,
		.number = record->number,
		.accepted_s = record->accepted_s,
		.pid = record->command == RECORD_RUNNING ? record->pid : 0,
		.start_ticks = record->start_ticks,
		.command_name = record->command_name,
		.vg_name = wire_string(message, "step_vgname"),
		.lv_name = wire_string(message, "step_lvname"),
		.is_child = true,
		.outputs = {fields_descriptor(message, "stdout"),
			fields_descriptor(message, "stderr")},
		.rests = {read_rest(message, "stdout_line", "stdout_continued"),
			read_rest(message, "stderr_line", "stderr_continued")},
		.signature = (uint64_t)wire_number(message, "signature"),
		.purpose = (enum attempt_purpose)read_choice(message, "purpose", ATTEMPT_ABORT + 1),
		.is_ended = ending > 0 && ending <= ENDING_COUNT,
		.ending = (enum ending_reason)(ending > 0 ? ending - 1 : 0),
		.is_orphan = wire_number(message, "orphan") != 0,
		.last_pid = (pid_t)wire_number(message, "last_pid"),
		.has_shown_end = wire_number(message, "shown_end") != 0,
		.has_shown_more = wire_number(message, "shown_more") != 0,
		.result = read_result(message),
		.state = read_state(message, &back_off),
		.timer_due_ms = wire_number(message, "timer_due_ms"),
		.back_off = back_off,
		.failing_since_ms = wire_number(message, "failing_since_ms"),
		.failing_result = read_failing_result(message),
		.is_asking = wire_number(message, "asking") != 0,
		.is_record_stale = wire_number(message, "record_stale") != 0,
		.progress = read_progress(message),
		.findings = wire_string(message, "findings"),
		.evidence = read_evidence(message, record),
	};

	read_phases(message, &info);
	return info;
}

struct resume_request_info fields_request(const struct wire_message *message)
{
	return (struct resume_request_info){
		.count = (unsigned)wire_number(message, "requests"),
		.standing =
			(enum request_standing)read_choice(message, "standing", REQUEST_FAILED + 1),
		.result = read_result(message),
		.failing_since_ms = wire_number(message, "failing_since_ms"),
		/* Programs before this one wrote the second. */
		.is_collected = wire_number(message, "collected") != 0 ||
				wire_number(message, "handed_out") != 0,
		.told_at_s = (time_t)wire_number(message, "told_at"),
		.last_pid = (pid_t)wire_number(message, "last_pid"),
		.progress = read_progress(message),
	};
}

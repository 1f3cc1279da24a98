/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of a record: written and read. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/request_parameters.h"
#include "protocol/wire.h"
#include "records/record.h"
#include "util/buffer.h"
#include "util/checksum.h"

#define RECORD_VERSION 1

/* The last line, over all bytes before it. */
#define CHECKSUM_KEY    "checksum = \""
#define CHECKSUM_LENGTH (sizeof(CHECKSUM_KEY) - 1 + 16 + 2)

static const char *const command_names[] = {
	[RECORD_NO_COMMAND] = "none",
	[RECORD_STARTING] = "starting",
	[RECORD_RUNNING] = "running",
};

static void add_optional_string(struct buffer *text, const char *key, const char *value)
{
	if (value)
		wire_add_string(text, key, value);
}

static void add_flag(struct buffer *text, const char *key, bool flag)
{
	if (flag)
		wire_add_number(text, key, 1);
}

/* The command was given names that differ from the request's. */
static bool has_other_names(const struct record *record)
{
	return record->step_vg_name && record->step_lv_name &&
	       (strcmp(record->step_vg_name, record->request.vg_name) != 0 ||
		       strcmp(record->step_lv_name, record->request.lv_name) != 0);
}

/* What the kernel's log told when the device was first gone. Written as signed. */
static void add_gone(struct buffer *text, const struct kernel_log_state *gone)
{
	if (!gone->is_read)
		return;
	wire_add_number(text, "gone_log", (int64_t)gone->next);
	wire_add_number(text, "gone_whole_from", (int64_t)gone->whole_from);
	wire_add_number(text, "gone_failure", (int64_t)gone->failure_end);
	wire_add_number(text, "gone_told", (int64_t)gone->told_end);
	wire_add_number(text, "gone_told_ms", gone->told_written_ms);
	if (gone->told_text[0])
		wire_add_string(text, "gone_told_text", gone->told_text);
}

/* What is known of the data that is copied. Written as signed: reading gives the same bits. */
static void add_evidence(struct buffer *text, const struct record *record)
{
	if (record->log_from > 0)
		wire_add_number(text, "log_from", (int64_t)record->log_from);
	add_flag(text, "log_doubt", record->is_begun_in_doubt);
	if (record->table_before != 0)
		wire_add_number(text, "table_before", (int64_t)record->table_before);
	if (record->to_sectors > 0)
		wire_add_number(text, "to_sectors", (int64_t)record->to_sectors);
	if (record->table != 0)
		wire_add_number(text, "table", (int64_t)record->table);
	add_flag(text, "complete", record->is_complete);
	add_flag(text, "missed", record->is_missed);
	add_gone(text, &record->gone);
	if (record->log_from > 0 || record->is_begun_in_doubt || record->table_before != 0 ||
		record->table != 0 || record->is_missed || record->gone.is_read)
		add_optional_string(text, "log_boot", record->log_boot_id);
}

static void add_seen(struct buffer *text, const struct record *record)
{
	const struct record_seen *seen = &record->seen;

	if (seen->moved_ms > 0) {
		wire_add_number(text, "moved_ms", seen->moved_ms);
		wire_add_number(text, "moved_done", (int64_t)seen->done);
		wire_add_number(text, "moved_total", (int64_t)seen->total);
		add_flag(text, "moved_in_parts", seen->is_in_parts);
		add_flag(text, "stall_told", seen->is_stall_told);
	}
	add_optional_string(text, "disks", seen->disks);
	add_optional_string(text, "findings", seen->findings);
	if (seen->moved_ms > 0 || seen->disks || seen->findings)
		add_optional_string(text, "seen_boot", record->seen_boot_id);
}

static struct record_seen read_seen(const struct wire_message *message)
{
	return (struct record_seen){
		.moved_ms = wire_number(message, "moved_ms"),
		.done = (uint64_t)wire_number(message, "moved_done"),
		.total = (uint64_t)wire_number(message, "moved_total"),
		.is_in_parts = wire_number(message, "moved_in_parts") != 0,
		.is_stall_told = wire_number(message, "stall_told") != 0,
		.disks = wire_string(message, "disks"),
		.findings = wire_string(message, "findings"),
	};
}

/* A command runs, or may, that must be left to end by itself. */
static bool has_other_command(const struct record *record)
{
	return record->command != RECORD_NO_COMMAND && record->command_name;
}

/*
 * A daemon that knows nothing of options would go on without them, and one that knows nothing of
 * commands but lvpoll would end another with SIGTERM, or run one as if it was lvpoll. So it finds
 * an operation that no plugin has, and leaves the record to a daemon that knows it.
 */
static void add_operation(struct buffer *text, const struct record *record)
{
	const char *what = record->options             ? "options"
			   : record->has_phases        ? "phases"
			   : has_other_command(record) ? record->command_name
						       : NULL;

	if (!what) {
		wire_add_string(text, "operation", record->operation_name);
		return;
	}
	wire_add_format(text, "operation = \"%s with %s\"\n", record->operation_name, what);
	wire_add_string(text, "started_operation", record->operation_name);
	add_optional_string(text, "options", record->options);
}

void record_add_fields(struct buffer *text, const struct record *record)
{
	const struct lvmpolld_request *request = &record->request;

	add_operation(text, record);
	wire_add_string(text, "lvid", request->lvid);
	wire_add_string(text, "vgname", request->vg_name);
	wire_add_string(text, "lvname", request->lv_name);
	wire_add_string(text, "interval", request->interval);
	add_optional_string(text, "sysdir", request->system_dir);
	add_optional_string(text, "devicesfile", request->devices_file);
	add_flag(text, "abort", request->abort);
	add_flag(text, "handle_missing_pvs", request->handle_missing_pvs);
	add_flag(text, "being_aborted", record->is_being_aborted);
	add_flag(text, "forgotten", record->is_forgotten);
	if (record->not_before_ms > 0)
		wire_add_number(text, "not_before_ms", record->not_before_ms);
	if (record->begun_ms > 0)
		wire_add_number(text, "begun_ms", record->begun_ms);
	add_evidence(text, record);
	add_seen(text, record);
	if (record->number > 0)
		wire_add_number(text, "number", (int64_t)record->number);
	if (record->accepted_s > 0)
		wire_add_number(text, "accepted", record->accepted_s);
	wire_add_string(text, "lvm_command", command_names[record->command]);
	if (record->command == RECORD_RUNNING) {
		wire_add_number(text, "lvm_command_pid", record->pid);
		wire_add_number(text, "lvm_command_start", (int64_t)record->start_ticks);
		add_optional_string(text, "lvm_command_boot", record->boot_id);
	}
	if (has_other_command(record)) {
		wire_add_string(text, "lvm_command_name", record->command_name);
		add_flag(text, "lvm_command_aborts", record->is_command_abort);
	}
	if (record->command != RECORD_NO_COMMAND && has_other_names(record)) {
		wire_add_string(text, "lvm_command_vgname", record->step_vg_name);
		wire_add_string(text, "lvm_command_lvname", record->step_lv_name);
	}
}

char *record_format(const struct record *record, size_t *length)
{
	struct buffer text = {0};

	wire_add_number(&text, "version", RECORD_VERSION);
	record_add_fields(&text, record);
	if (!text.is_lost)
		wire_add_format(&text, CHECKSUM_KEY "%016" PRIx64 "\"\n",
			checksum_add(CHECKSUM_START, buffer_bytes(&text), text.length));
	/* Ends the text as a string. */
	wire_add(&text, "", 1);
	*length = text.is_lost ? 0 : text.length - 1;
	return text.storage;
}

static int check_checksum(const char *text, size_t length, struct lvmpolld_error *error)
{
	char expected[CHECKSUM_LENGTH + 1];
	size_t body = length - CHECKSUM_LENGTH;

	if (length < CHECKSUM_LENGTH)
		return error_set(error, EBADMSG, "it is cut off");
	snprintf(expected, sizeof(expected), CHECKSUM_KEY "%016" PRIx64 "\"\n",
		checksum_add(CHECKSUM_START, text, body));
	if (memcmp(text + body, expected, CHECKSUM_LENGTH) != 0)
		return error_set(error, EBADMSG, "its checksum is wrong or missing");
	return 0;
}

/* Letters and digits, as the name of any command of lvm2. */
static bool is_command_name(const char *name)
{
	return *name != '\0' && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
						   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")];
}

static int read_command(
	const struct wire_message *message, struct record *record, struct lvmpolld_error *error)
{
	const char *name = wire_string(message, "lvm_command");
	int64_t pid = wire_number(message, "lvm_command_pid");

	if (record->command_name && !is_command_name(record->command_name))
		name = NULL;
	for (size_t i = 0; name && i < sizeof(command_names) / sizeof(command_names[0]); i++)
		if (!strcmp(command_names[i], name)) {
			record->command = (enum record_command)i;
			record->pid = (pid_t)pid;
			record->start_ticks = (uint64_t)wire_number(message, "lvm_command_start");
			if (record->command == RECORD_RUNNING && (pid <= 1 || pid > INT_MAX))
				break;
			return 0;
		}
	return error_set(error, EBADMSG, "what it says of the lvm command makes no sense");
}

/* The same checks as for a request: a file is trusted no more than a client. */
static int check_fields(const struct record *record, struct lvmpolld_error *error)
{
	const struct lvmpolld_request *request = &record->request;

	if (!record->operation_name || !request->lvid || !request->vg_name || !request->lv_name ||
		!request_parameters_is_interval(request->interval))
		return error_set(error, EBADMSG, "a field is missing");
	return request_parameters_check(request, error);
}

static struct kernel_log_state read_gone(const struct wire_message *message)
{
	const char *text = wire_string(message, "gone_told_text");
	struct kernel_log_state gone = {
		.next = (uint64_t)wire_number(message, "gone_log"),
		.whole_from = (uint64_t)wire_number(message, "gone_whole_from"),
		.failure_end = (uint64_t)wire_number(message, "gone_failure"),
		.told_end = (uint64_t)wire_number(message, "gone_told"),
		.told_written_ms = wire_number(message, "gone_told_ms"),
	};

	gone.is_read = gone.next > 0;
	snprintf(gone.told_text, sizeof(gone.told_text), "%s", text ? text : "");
	return gone;
}

static const char *read_operation(const struct wire_message *message)
{
	const char *started = wire_string(message, "started_operation");

	return started ? started : wire_string(message, "operation");
}

int record_read_fields(const struct wire_message *message,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, struct lvmpolld_error *error)
{
	struct record record = {
		.request = request_parameters_read(message),
		.operation_name = read_operation(message),
		.options = wire_string(message, "options"),
		/* Daemons before this one wrote the second. */
		.is_being_aborted = wire_number(message, "being_aborted") != 0 ||
				    wire_number(message, "displaced") != 0,
		.is_forgotten = wire_number(message, "forgotten") != 0,
		.is_command_abort = wire_number(message, "lvm_command_aborts") != 0,
		.not_before_ms = wire_number(message, "not_before_ms"),
		.begun_ms = wire_number(message, "begun_ms"),
		.accepted_s = wire_number(message, "accepted"),
		.step_vg_name = wire_string(message, "lvm_command_vgname"),
		.step_lv_name = wire_string(message, "lvm_command_lvname"),
		.boot_id = wire_string(message, "lvm_command_boot"),
		.command_name = wire_string(message, "lvm_command_name"),
		.log_from = (uint64_t)wire_number(message, "log_from"),
		.is_begun_in_doubt = wire_number(message, "log_doubt") != 0,
		.log_boot_id = wire_string(message, "log_boot"),
		.table_before = (uint64_t)wire_number(message, "table_before"),
		.to_sectors = (uint64_t)wire_number(message, "to_sectors"),
		.table = (uint64_t)wire_number(message, "table"),
		.is_complete = wire_number(message, "complete") != 0,
		.is_missed = wire_number(message, "missed") != 0,
		.gone = read_gone(message),
		.seen = read_seen(message),
		.seen_boot_id = wire_string(message, "seen_boot"),
	};
	int64_t number = wire_number(message, "number");
	int result = check_fields(&record, error);

	record.number = number > 0 ? (uint64_t)number : 0;
	if (result == 0)
		result = read_command(message, &record, error);
	return result == 0 ? take(&record, context, error) : result;
}

static int check_version(const struct wire_message *message, struct lvmpolld_error *error)
{
	int64_t version = wire_number(message, "version");

	if (version == RECORD_VERSION)
		return 0;
	return error_set(error, EBADMSG, "its version is %" PRId64 ", and %d is understood",
		version, RECORD_VERSION);
}

int record_parse(const char *text, size_t length,
	int (*take)(const struct record *record, void *context, struct lvmpolld_error *error),
	void *context, struct lvmpolld_error *error)
{
	struct wire_message *message;
	int result = check_checksum(text, length, error);

	if (result < 0)
		return result;
	message = wire_parse(text, length);
	if (!message)
		return error_set(
			error, errno, errno == ENOMEM ? "out of memory" : "its syntax is wrong");
	result = check_version(message, error);
	if (result == 0)
		result = record_read_fields(message, take, context, error);
	wire_free(message);
	return result;
}

/*
 * The lvid makes the name readable. LVM_SYSTEM_DIR, the rest of the identifier, may be any path:
 * its checksum is used.
 */
size_t record_make_prefix(const char *lvid, bool is_abort, char *prefix, size_t size)
{
	return (size_t)snprintf(prefix, size, "%s-%s-", is_abort ? "abort" : "poll", lvid);
}

void record_make_name(const struct lvmpolld_request *request, char *name, size_t size)
{
	const char *system_dir = request->system_dir ? request->system_dir : "";

	size_t length = record_make_prefix(request->lvid, request->abort, name, size);

	if (length < size)
		snprintf(name + length, size - length, "%016" PRIx64,
			checksum_add(CHECKSUM_START, system_dir, strlen(system_dir)));
}

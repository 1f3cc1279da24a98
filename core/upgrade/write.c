/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The old program's side of an upgrade: writes what is handed over. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "comparing/comparison.h"
#include "configuration/configuration.h"
#include "lifecycle/asking.h"
#include "lifecycle/context.h"
#include "lifecycle/recorder.h"
#include "loader/plugins.h"
#include "lvm/command.h"
#include "protocol/wire.h"
#include "records/record.h"
#include "server/server.h"
#include "status/entry.h"
#include "upgrade/attempt.h"
#include "upgrade/clients.h"
#include "upgrade/file.h"
#include "upgrade/write.h"
#include "util/buffer.h"

static void write_daemon(const struct handover_parts *parts, struct buffer *text)
{
	const struct configuration *configuration = parts->server->configuration;
	const struct listener *listener = &parts->server->listener;
	int records = parts->operations->records.descriptor;

	wire_add_string(text, "item", "daemon");
	wire_add_number(text, "version", HANDOVER_VERSION);
	wire_add_number(text, "pidfile", parts->pidfile);
	wire_add_string(text, "daemon.socket", configuration->socket_path);
	wire_add_string(text, "daemon.pidfile", configuration->pidfile_path);
	wire_add_string(text, "daemon.state_directory", configuration->state_directory);
	if (records >= 0)
		wire_add_number(text, "records", records);
	wire_add_number(text, "records_unread", parts->operations->records.is_unread);
	wire_add_number(text, "last_number", (int64_t)parts->operations->last_number);
	wire_add_number(text, "listener", listener->descriptor);
	if (listener->path)
		wire_add_string(text, "listener_path", listener->path);
	wire_add_number(text, "listener_device", (int64_t)listener->device);
	wire_add_number(text, "listener_inode", (int64_t)listener->inode);
	wire_add_end(text);
}

static void write_progress(const struct lvmpolld_progress *progress, struct buffer *text)
{
	if (progress->percent >= 0)
		wire_add_number(text, "percent_e4", (int64_t)(progress->percent * 10000));
	wire_add_number(text, "done_sectors", (int64_t)progress->done_sectors);
	wire_add_number(text, "total_sectors", (int64_t)progress->total_sectors);
	wire_add_number(text, "failed_devices", progress->failed_devices);
}

/* What the next look does not show again, as where the device is gone, would be lost. */
static void write_findings(struct device *device, struct buffer *text)
{
	char findings[FINDINGS_TEXT_SIZE];

	device_write_findings(device, findings);
	if (findings[0])
		wire_add_string(text, "findings", findings);
}

/* The pause of OPERATION: its count, and when it ends. */
static void write_pause(const struct operation *operation, struct buffer *text)
{
	const struct back_off *back_off = &operation->back_off;

	if (operation->state == STATE_BACKING_OFF || operation->state == STATE_DORMANT) {
		wire_add_string(text, "state", state_name(operation->state));
		wire_add_number(text, "timer_due_ms", operation->timer_due_ms);
	}
	if (operation->failing_since_ms > 0)
		wire_add_number(text, "failing_since_ms", operation->failing_since_ms);
	wire_add_number(text, "failing_by_signal", operation->failing_result.by_signal);
	wire_add_number(text, "failing_value", operation->failing_result.value);
	if (back_off->count == 0)
		return;
	wire_add_string(text, "back_off", back_off_name(back_off->reason));
	wire_add_number(text, "back_off_count", back_off->count);
	/* Written as signed: reading gives the same bits. */
	wire_add_number(text, "back_off_signature", (int64_t)back_off->signature);
}

static void write_operation(struct operation *operation, struct buffer *text)
{
	const struct attempt *attempt = &operation->attempt;
	const struct lvmpolld_progress progress = device_progress(operation->device);
	struct record record = recorder_describe(operation);

	attempt_describe(attempt, &record);
	wire_add_string(text, "item", "operation");
	record_add_fields(text, &record);
	write_progress(&progress, text);
	write_findings(operation->device, text);
	attempt_write(operation, text);
	wire_add_number(text, "asking", operation->state == STATE_ASKING);
	wire_add_number(text, "record_stale", operation->is_record_stale);
	wire_add_number(text, "step_unknown", operation->evidence.is_step_unknown);
	wire_add_number(text, "unwatched", operation->evidence.is_unwatched);
	entry_write_events(text, operation);
	write_pause(operation, text);
	wire_add_end(text);
}

static void write_operations(
	const struct operations *operations, bool is_abort, struct buffer *text)
{
	struct operation *operation;

	TAILQ_FOREACH (operation, &operations->list, link)
		if (operation_is_abort(operation) == is_abort)
			write_operation(operation, text);
}

/* Begins ITEM, which is about TERMS. */
static void begin_item(const char *item, const struct terms *terms, struct buffer *text)
{
	const struct record record = recorder_describe_terms(terms);

	wire_add_string(text, "item", item);
	record_add_fields(text, &record);
}

static void write_request(struct request *request, struct buffer *text)
{
	begin_item("request", request->terms, text);
	request_lock(request);
	wire_add_number(text, "requests", request->count);
	wire_add_number(text, "standing", request->standing);
	wire_add_number(text, "by_signal", request->result.by_signal);
	wire_add_number(text, "value", request->result.value);
	request_unlock(request);
	write_progress(&request->progress, text);
	wire_add_number(text, "last_pid", request->last_pid);
	if (request->failing_since_ms > 0)
		wire_add_number(text, "failing_since_ms", request->failing_since_ms);
	if (request->is_collected)
		wire_add_number(text, "collected", 1);
	wire_add_number(text, "told_at", request->told_at.tv_sec);
	wire_add_end(text);
}

static void write_requests(struct store *store, struct buffer *text)
{
	struct request *request;

	store_lock(store);
	TAILQ_FOREACH (request, &store->requests, link)
		write_request(request, text);
	store_unlock(store);
}

static void write_report(const struct terms *terms, pid_t pid, void *context)
{
	struct buffer *text = context;
	struct record record = recorder_describe_terms(terms);

	record.command = RECORD_RUNNING;
	record.pid = pid;
	record.start_ticks = process_read_start(pid);
	wire_add_string(text, "item", "report");
	record_add_fields(text, &record);
	wire_add_end(text);
}

/* A look that the life cycle has not read yet counts as well. */
static bool has_loss(struct device *device)
{
	bool is_seen;

	device_lock(device);
	is_seen = device->observation.has_loss;
	device_unlock(device);
	return is_seen || device->loss != LOSS_UNSEEN;
}

/* Before the operations: these do not go on then. */
static void write_losses(const struct operations *operations, struct buffer *text)
{
	struct device *device;

	TAILQ_FOREACH (device, &operations->devices.all, link) {
		if (!has_loss(device))
			continue;
		begin_item("loss", device->terms, text);
		wire_add_end(text);
	}
}

/* The new program ends it, and compares anew. */
static void write_comparison(pid_t pid, void *context)
{
	struct buffer *text = context;

	wire_add_string(text, "item", "comparison");
	wire_add_number(text, "pid", pid);
	wire_add_number(text, "start", (int64_t)process_read_start(pid));
	wire_add_end(text);
}

/* Who reads or writes the history meanwhile; and those that ended lately, for people. */
static void write_ended(const struct operations *operations, struct buffer *text)
{
	const struct ended_operation *ended;
	pid_t pid = history_keeper_process(&operations->history);

	if (pid > 0) {
		wire_add_string(text, "item", "history");
		wire_add_number(text, "pid", pid);
		wire_add_number(text, "start", (int64_t)process_read_start(pid));
		wire_add_end(text);
	}
	TAILQ_FOREACH (ended, &operations->ended_lately.list, link) {
		wire_add_string(text, "item", "ended");
		wire_add_number(text, "number", (int64_t)ended->number);
		if (!ended->is_kept)
			wire_add_number(text, "unkept", 1);
		wire_add_string(text, "entry", ended->text);
		wire_add_end(text);
	}
}

static void write_counts(const struct operations *operations, struct buffer *text)
{
	const struct counts *counts = &operations->counts;

	for (size_t i = 0; i < counts->count; i++) {
		wire_add_string(text, "item", "counts");
		wire_add_string(text, "operation", counts->rows[i].operation);
		counts_write(counts, counts->rows[i].operation, text);
		wire_add_end(text);
	}
}

static int write_all(const struct handover_parts *parts, struct buffer *text)
{
	write_daemon(parts, text);
	write_losses(parts->operations, text);
	/* Aborts first, as with records: operations that are being aborted look for them. */
	write_operations(parts->operations, true, text);
	write_operations(parts->operations, false, text);
	asking_for_each_running(parts->operations, write_report, text);
	comparisons_visit(&parts->operations->comparisons, write_comparison, text);
	write_requests(&parts->operations->aborts, text);
	write_requests(&parts->operations->polling, text);
	write_ended(parts->operations, text);
	write_counts(parts->operations, text);
	clients_write(parts->server, text);
	wire_add_string(text, "item", "end");
	wire_add_end(text);
	return text->is_lost ? -ENOMEM : 0;
}

/* Returns the descriptor of a memory file with TEXT; or a negative errno. */
static int store_text(
	const struct handover_parts *parts, const struct buffer *text, bool is_rehearsal)
{
	int descriptor = memfd_create("lvmpolld handover", MFD_CLOEXEC);
	int result = descriptor < 0 ? -errno : 0;

	if (result == 0)
		result = buffer_write(text, descriptor);
	if (result == 0 && !is_rehearsal)
		result = clients_write_bytes(parts->server, descriptor);
	if (result == 0)
		return descriptor;
	if (descriptor >= 0)
		close(descriptor);
	return result;
}

int handover_write(
	const struct handover_parts *parts, bool is_rehearsal, struct lvmpolld_error *error)
{
	struct buffer text = {0};
	int result = write_all(parts, &text);

	if (result == 0)
		result = store_text(parts, &text, is_rehearsal);
	buffer_free(&text);
	if (result < 0)
		error_set(error, -result, "cannot write down the state: %s", strerror(-result));
	return result;
}

static void keep_descriptor(int descriptor, bool keep)
{
	if (descriptor >= 0)
		fcntl(descriptor, F_SETFD, keep ? 0 : FD_CLOEXEC);
}

static void keep_command(const struct command *command, bool keep)
{
	int outputs[2];

	command_outputs(command, outputs);
	keep_descriptor(outputs[0], keep);
	keep_descriptor(outputs[1], keep);
}

void handover_keep_descriptors(const struct handover_parts *parts, int file, bool keep)
{
	const struct operation *operation;

	keep_descriptor(file, keep);
	keep_descriptor(parts->pidfile, keep);
	keep_descriptor(parts->operations->records.descriptor, keep);
	keep_descriptor(parts->server->listener.descriptor, keep);
	TAILQ_FOREACH (operation, &parts->operations->list, link)
		if (operation->attempt.command)
			keep_command(operation->attempt.command, keep);
	clients_keep_descriptors(parts->server, keep);
}

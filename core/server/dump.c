/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of "dump": stock's keys in stock's order, then our own. */
#include "config.h"

#include "lifecycle/context.h"
#include "loader/options.h"
#include "loader/plugins.h"
#include "lvm/command.h"
#include "monitor/monitor.h"
#include "protocol/wire.h"
#include "server/dump.h"
#include "util/buffer.h"

/*
 * Room that the entries leave in a message: for the text around them, and for the entries of
 * aborts.
 */
#define FRAME_ROOM  1024
#define ABORTS_ROOM ((size_t)1 << 20)

static void write_string(struct buffer *text, const char *key, const char *value)
{
	wire_add_format(text, "\t\t%s=\"", key);
	wire_add_escaped(text, value);
	wire_add(text, "\"\n", 2);
}

static void write_terms(struct buffer *text, const struct terms *terms)
{
	const struct lvmpolld_request *asked = &terms->asked;

	write_string(text, "lvid", asked->lvid);
	write_string(text, "type", terms->plugin->interface->operation);
	wire_add_format(text, "\t\tlvname=\"%s/%s\"\n", asked->vg_name, asked->lv_name);
	wire_add_format(text, "\t\tlvmpolld_internal_timeout=%u\n", command_silence_s(terms));
	write_string(text, "lvm_command_interval", asked->interval);
	write_string(text, "LVM_SYSTEM_DIR", asked->system_dir ? asked->system_dir : "<undefined>");
}

static void write_progress(struct buffer *text, const struct lvmpolld_progress *progress)
{
	if (progress->struct_size > 0 && progress->percent >= 0)
		wire_add_format(text, "\t\tprogress_percent=%.2f\n", progress->percent);
	if (progress->total_sectors > 0)
		wire_add_format(text,
			"\t\tprogress_done_sectors=%llu\n\t\tprogress_total_sectors=%llu\n",
			(unsigned long long)progress->done_sectors,
			(unsigned long long)progress->total_sectors);
	if (progress->failed_devices > 0)
		wire_add_format(text, "\t\tfailed_devices=%u\n", progress->failed_devices);
}

static void write_command(struct buffer *text, const struct request *request) REQUIRES(request_role)
{
	bool is_finished = request->standing == REQUEST_FINISHED;

	wire_add_format(text, "\t\tlvm_command {\n\t\t\tstate=\"%s\"\n",
		is_finished ? "finished" : "in_progress");
	if (is_finished)
		wire_add_format(text, "\t\t\treason=\"%s\"\n\t\t\tvalue=%d\n",
			request->result.by_signal ? "signal" : "retcode", request->result.value);
	wire_add_format(text, "\t\t}\n");
}

static void write_standing(struct buffer *text, struct request *request, pid_t pid)
{
	request_lock(request);
	wire_add_format(text,
		"\t\tlvm_command_pid=%d\n\t\tpolling_finished=%d\n\t\terror_occurred=%d\n"
		"\t\tinit_requests_count=%u\n",
		(int)pid, request->standing != REQUEST_IN_PROGRESS,
		request->standing == REQUEST_FAILED, request->count);
	write_command(text, request);
	if (!request->operation)
		wire_add_format(text, "\t\toperation_state=\"%s\"\n",
			state_name(request->standing == REQUEST_FAILED ? STATE_FAILED
								       : STATE_FINISHED));
	request_unlock(request);
}

/* Writes the operation of a request, and why it waits. */
static void write_operation(struct buffer *text, const struct operation *operation)
{
	const struct back_off *back_off = &operation->back_off;

	wire_add_format(text, "\t\toperation_state=\"%s\"\n", state_name(operation->state));
	if (operation->state == STATE_BACKING_OFF)
		wire_add_format(text, "\t\tbacking_off_reason=\"%s\"\n\t\tbacking_off_count=%u\n",
			back_off_name(back_off->reason), back_off->count);
}

static void write_entry(struct buffer *text, struct request *request)
{
	const struct operation *operation = request->operation;
	struct lvmpolld_progress progress =
		operation ? device_progress(operation->device) : request->progress;

	wire_add(text, "\t", 1);
	wire_add_escaped(text, request->terms->identifier);
	wire_add(text, " {\n", 3);
	write_terms(text, request->terms);
	write_standing(text, request, operation ? operation->attempt.pid : request->last_pid);
	if (operation)
		write_operation(text, operation);
	if (request->terms->asked.options)
		write_string(text, "options", options_text(request->terms->asked.options));
	write_progress(text, &progress);
	wire_add_format(text, "\t}\n");
}

/* Whether all waiters have collected the result: it is kept only for clients that ask again. */
static bool is_collected(const struct request *request)
{
	return request->is_collected && !request->operation && TAILQ_EMPTY(&request->waits);
}

/* Writes the entries of STORE, each as a whole, until TEXT has LIMIT bytes. */
static void write_store(
	struct buffer *text, struct store *store, struct monitor *monitor, size_t limit)
{
	struct request *request;
	size_t left_out = 0;

	wire_add_format(text, "%s {\n", store->name);
	store_lock(store);
	TAILQ_FOREACH (request, &store->requests, link) {
		size_t length = text->length;

		if (is_collected(request))
			continue;
		if (left_out == 0)
			write_entry(text, request);
		if (left_out > 0 || text->length > limit) {
			buffer_cut(text, length);
			left_out++;
		}
		if (monitor && request->operation && request->operation->is_watchable)
			monitor_refresh(monitor, request->operation->device);
	}
	store_unlock(store);
	wire_add(text, "}", 1);
	if (left_out > 0)
		wire_add_format(text,
			"\n\n# Entries of %s that are left out, since a message has at most %zu "
			"MiB: %zu",
			store->name, WIRE_MESSAGE_MAX >> 20, left_out);
}

void dump_write(struct operations *operations, struct buffer *reply)
{
	size_t limit = reply->length + WIRE_MESSAGE_MAX - FRAME_ROOM;

	wire_add_format(reply, "# Registered polling operations\n\n");
	write_store(reply, &operations->polling, operations->monitor, limit - ABORTS_ROOM);
	wire_add_format(reply, "\n\n# Registered abort operations\n\n");
	write_store(reply, &operations->aborts, NULL, limit);
}

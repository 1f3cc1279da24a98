/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of "dump": stock's keys in stock's order, then our own. */
#include "config.h"

#include "util/buffer.h"
#include "lifecycle/operations.h"
#include "server/dump.h"
#include "lvm/lvpoll.h"
#include "monitor/monitor.h"
#include "loader/plugins.h"
#include "protocol/wire.h"

/* What the entries leave of a message: for all that is around them, and for those of aborts. */
#define FRAME_ROOM  1024
#define ABORTS_ROOM ((size_t)1 << 20)

static void write_string(struct buffer *text, const char *key, const char *value)
{
	wire_add_format(text, "\t\t%s=\"", key);
	wire_add_escaped(text, value);
	wire_add(text, "\"\n", 2);
}

static void write_request(struct buffer *text, const struct volume_request *request)
{
	const struct lvmpolld_request *parameters = &request->parameters;

	write_string(text, "lvid", parameters->lvid);
	write_string(text, "type", request->plugin->interface->operation);
	wire_add_format(text, "\t\tlvname=\"%s/%s\"\n", parameters->vg_name, parameters->lv_name);
	wire_add_format(
		text, "\t\tlvmpolld_internal_timeout=%u\n", lvpoll_silence_s(request->interval_s));
	write_string(text, "lvm_command_interval", parameters->interval);
	write_string(text, "LVM_SYSTEM_DIR",
		parameters->system_dir ? parameters->system_dir : "<undefined>");
}

static void write_progress(struct buffer *text, const struct lvmpolld_progress *progress)
{
	if (progress->percent >= 0)
		wire_add_format(text, "\t\tprogress_percent=%.2f\n", progress->percent);
	if (progress->total_sectors > 0)
		wire_add_format(text,
			"\t\tprogress_done_sectors=%llu\n\t\tprogress_total_sectors=%llu\n",
			(unsigned long long)progress->done_sectors,
			(unsigned long long)progress->total_sectors);
	if (progress->failed_devices > 0)
		wire_add_format(text, "\t\tfailed_devices=%u\n", progress->failed_devices);
}

static void write_command(struct buffer *text, const struct volume *volume) REQUIRES(volume_role)
{
	bool is_finished = volume->state == VOLUME_FINISHED;

	wire_add_format(text, "\t\tlvm_command {\n\t\t\tstate=\"%s\"\n",
		is_finished ? "finished" : "in_progress");
	if (is_finished)
		wire_add_format(text, "\t\t\treason=\"%s\"\n\t\t\tvalue=%d\n",
			volume->result.by_signal ? "signal" : "retcode", volume->result.value);
	wire_add_format(text, "\t\t}\n");
}

static void write_volume(struct buffer *text, struct volume *volume)
{
	wire_add(text, "\t", 1);
	wire_add_escaped(text, volume->request->identifier);
	wire_add(text, " {\n", 3);
	write_request(text, volume->request);
	volume_lock(volume);
	wire_add_format(text,
		"\t\tlvm_command_pid=%d\n\t\tpolling_finished=%d\n\t\terror_occurred=%d\n"
		"\t\tinit_requests_count=%u\n",
		(int)volume->last_pid, !volume_is_in_progress_locked(volume),
		volume->state == VOLUME_FAILED, volume->request_count);
	write_command(text, volume);
	wire_add_format(text, "\t\toperation_state=\"%s\"\n", volume_state_name(volume->state));
	if (volume->start_failures > 0)
		wire_add_format(text, "\t\tlvm_command_failures=%u\n", volume->start_failures);
	write_progress(text, &volume->progress);
	volume_unlock(volume);
	wire_add_format(text, "\t}\n");
}

/* Writes STORE; of the entries those that TEXT has room for up to LIMIT bytes, each as a whole. */
static void write_store(
	struct buffer *text, struct store *store, struct monitor *monitor, size_t limit)
{
	struct volume *volume;
	size_t left_out = 0;

	wire_add_format(text, "%s {\n", store->name);
	store_lock(store);
	TAILQ_FOREACH (volume, &store->volumes, link) {
		size_t length = text->length;

		if (left_out == 0)
			write_volume(text, volume);
		if (left_out > 0 || text->length > limit) {
			buffer_cut(text, length);
			left_out++;
		}
		if (monitor)
			monitor_refresh_locked(monitor, volume);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handing everything over to a new program: the side of the old one. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/buffer.h"
#include "server/server.h"
#include "configuration/configuration.h"
#include "lifecycle/operations.h"
#include "upgrade/clients.h"
#include "upgrade/write.h"
#include "upgrade/file.h"
#include "lvm/lvpoll.h"
#include "loader/plugins.h"
#include "records/record.h"
#include "protocol/wire.h"

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
	wire_add_number(text, "listener", listener->descriptor);
	if (listener->path)
		wire_add_string(text, "listener_path", listener->path);
	wire_add_number(text, "listener_device", (int64_t)listener->device);
	wire_add_number(text, "listener_inode", (int64_t)listener->inode);
	wire_add_end(text);
}

static void write_lvpoll(const struct volume *volume, struct buffer *text)
{
	int outputs[2];

	if (volume->left_pid > 0) {
		wire_add_number(text, "terminating", 1);
		wire_add_number(text, "leftover", 1);
	}
	if (!volume->lvpoll)
		return;
	lvpoll_outputs(volume->lvpoll, outputs);
	wire_add_number(text, "purpose", volume->purpose);
	wire_add_number(text, "stdout", outputs[0]);
	wire_add_number(text, "stderr", outputs[1]);
	if (volume->step_vg_name)
		wire_add_string(text, "step_vgname", volume->step_vg_name);
	if (volume->step_lv_name)
		wire_add_string(text, "step_lvname", volume->step_lv_name);
	if (lvpoll_is_terminating(volume->lvpoll))
		wire_add_number(text, "terminating", 1);
	if (volume->has_leftover)
		wire_add_number(text, "leftover", 1);
}

static void write_progress(const struct lvmpolld_progress *progress, struct buffer *text)
{
	if (progress->percent >= 0)
		wire_add_number(text, "percent_e4", (int64_t)(progress->percent * 10000));
	wire_add_number(text, "done_sectors", (int64_t)progress->done_sectors);
	wire_add_number(text, "total_sectors", (int64_t)progress->total_sectors);
	wire_add_number(text, "failed_devices", progress->failed_devices);
}

/* The operation that an abort has ended may be forgotten already by all but the abort. */
static void write_displaced(const struct volume *abort_volume, struct buffer *text)
{
	const struct volume_request *displaced = abort_volume->displaced;
	struct record record;

	if (!displaced)
		return;
	record = (struct record){
		.request = displaced->parameters,
		.operation_name = displaced->plugin->interface->operation,
		.is_displaced = true,
	};
	wire_add_string(text, "item", "displaced");
	record_add_fields(text, &record);
	wire_add_end(text);
}

/* It may have been unreadable when the lvpoll was started, for want of descriptors, say. */
static uint64_t find_start(const struct volume *volume)
{
	if (volume->left_pid > 0)
		return volume->left_start_ticks;
	return volume->lvpoll && volume->start_ticks == 0 ? process_read_start(volume->last_pid)
							  : volume->start_ticks;
}

static void write_volume(struct volume *volume, struct buffer *text)
{
	const struct record record = {
		.request = volume->request->parameters,
		.operation_name = volume->request->plugin->interface->operation,
		.is_displaced = volume->is_displaced,
		.not_before_ms = volume->not_before_ms,
		.begun_ms = volume->begun_ms,
		.command =
			volume->lvpoll || volume->left_pid > 0 ? RECORD_RUNNING : RECORD_NO_COMMAND,
		.pid = volume->left_pid > 0 ? volume->left_pid : volume->last_pid,
		.start_ticks = find_start(volume),
	};

	wire_add_string(text, "item", "volume");
	record_add_fields(text, &record);
	volume_lock(volume);
	wire_add_number(text, "requests", volume->request_count);
	wire_add_string(text, "state", volume_state_name(volume->state));
	if (volume->state == VOLUME_FINISHED) {
		wire_add_string(text, "reason", volume->result.by_signal ? "signal" : "retcode");
		wire_add_number(text, "value", volume->result.value);
	}
	write_progress(&volume->progress, text);
	volume_unlock(volume);
	wire_add_number(text, "last_pid", volume->last_pid);
	if (volume->is_record_stale)
		wire_add_number(text, "record_stale", 1);
	if (volume->is_handed_out)
		wire_add_number(text, "handed_out", 1);
	if (volume->is_result_kept)
		wire_add_number(text, "finished_at", volume->finished_at.tv_sec);
	write_lvpoll(volume, text);
	wire_add_end(text);
	write_displaced(volume, text);
}

static void write_volumes(struct store *store, struct buffer *text)
{
	struct volume *volume;

	store_lock(store);
	TAILQ_FOREACH (volume, &store->volumes, link)
		write_volume(volume, text);
	store_unlock(store);
}

static void write_abandoned(struct lvpolls *lvpolls, struct buffer *text)
{
	struct lvpoll *lvpoll = NULL;
	int outputs[2];

	while ((lvpoll = lvpoll_next_abandoned(lvpolls, lvpoll))) {
		lvpoll_outputs(lvpoll, outputs);
		wire_add_string(text, "item", "given_up");
		wire_add_number(text, "pid", lvpoll_id(lvpoll));
		wire_add_number(
			text, "start_ticks", (int64_t)process_read_start(lvpoll_id(lvpoll)));
		wire_add_number(text, "stdout", outputs[0]);
		wire_add_number(text, "stderr", outputs[1]);
		wire_add_end(text);
	}
}

static int write_all(const struct handover_parts *parts, struct buffer *text)
{
	write_daemon(parts, text);
	/* Aborts first, as with records: what they have displaced looks for them. */
	write_volumes(&parts->operations->aborts, text);
	write_volumes(&parts->operations->polling, text);
	write_abandoned(&parts->operations->lvpolls, text);
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

static void keep_lvpoll(const struct lvpoll *lvpoll, bool keep)
{
	int outputs[2];

	lvpoll_outputs(lvpoll, outputs);
	keep_descriptor(outputs[0], keep);
	keep_descriptor(outputs[1], keep);
}

static void keep_volumes(struct store *store, bool keep)
{
	struct volume *volume;

	store_lock(store);
	TAILQ_FOREACH (volume, &store->volumes, link)
		if (volume->lvpoll)
			keep_lvpoll(volume->lvpoll, keep);
	store_unlock(store);
}

void handover_keep_descriptors(const struct handover_parts *parts, int file, bool keep)
{
	struct lvpoll *lvpoll = NULL;

	keep_descriptor(file, keep);
	keep_descriptor(parts->pidfile, keep);
	keep_descriptor(parts->operations->records.descriptor, keep);
	keep_descriptor(parts->server->listener.descriptor, keep);
	keep_volumes(&parts->operations->aborts, keep);
	keep_volumes(&parts->operations->polling, keep);
	while ((lvpoll = lvpoll_next_abandoned(&parts->operations->lvpolls, lvpoll)))
		keep_lvpoll(lvpoll, keep);
	clients_keep_descriptors(parts->server, keep);
}

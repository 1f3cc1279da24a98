/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The entry of an operation: what people are told about it. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loader/disks.h"
#include "loader/findings.h"
#include "loader/options.h"
#include "loader/plugins.h"
#include "operation/operation.h"
#include "protocol/wire.h"
#include "status/entry.h"
#include "util/boot.h"
#include "util/buffer.h"
#include "util/checksum.h"

#define SECTOR_SIZE INT64_C(512)

/* What is read of a device with its lock held. */
struct seen {
	struct lvmpolld_progress progress;
	struct rate rate;
	char vg_name[128]; /* as it is called now */
	char lv_name[128];
	char source[DISK_NAME_SIZE];
	char destinations[DISKS_MAX * DISK_NAME_SIZE]; /* with blanks between them */
	bool lacks_disks;                              /* they are not known yet */
	char findings[FINDINGS_TEXT_SIZE];
};

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static void read_disks(struct seen *seen, const struct lvmpolld_disks *disks)
{
	const char *name = disks ? disks_name(disks, false, 0) : NULL;
	size_t used = 0;

	snprintf(seen->source, sizeof(seen->source), "%s", name ? name : "");
	seen->destinations[0] = '\0';
	for (size_t i = 0; disks && (name = disks_name(disks, true, i)); i++)
		used += (size_t)snprintf(seen->destinations + used,
			sizeof(seen->destinations) - used, "%s%s", used ? " " : "", name);
}

static void read_device(struct seen *seen, const struct operation *operation)
{
	const struct lvmpolld_request *asked = &operation->terms->asked;
	struct device *device = operation->device;
	const struct observation *observed = &device->observation;
	bool has_names;

	device_lock(device);
	has_names = observed->vg_name && observed->lv_name;
	snprintf(seen->vg_name, sizeof(seen->vg_name), "%s",
		has_names ? observed->vg_name : asked->vg_name);
	snprintf(seen->lv_name, sizeof(seen->lv_name), "%s",
		has_names ? observed->lv_name : asked->lv_name);
	seen->progress = device->progress;
	seen->rate = device->rate;
	read_disks(seen, device->disks);
	seen->lacks_disks = !device->disks && operation->terms->plugin->interface->read_disks;
	findings_write(&device->findings, seen->findings);
	device_unlock(device);
}

static void write_result(struct buffer *text, const struct request_result *result)
{
	wire_add_string(text, "result",
		!result             ? "failed"
		: result->by_signal ? "signal"
				    : "retcode");
	if (result)
		wire_add_number(text, "value", result->value);
}

/*
 * Whether what the waiters were told of a failure still holds. Once the operation gets on again it
 * is theirs alone.
 */
static bool is_failing(const struct operation *operation)
{
	switch (operation->state) {
	case STATE_BACKING_OFF:
		return operation->back_off.count > 0 ||
		       back_off_rule(operation->back_off.reason)->is_failure;
	case STATE_ENDING:
		return operation->back_off.count > 0 || operation->ending >= ENDING_SILENCE;
	case STATE_DORMANT:
	case STATE_YIELDING:
	case STATE_FINISHED:
	case STATE_FAILED:
		return true;
	default:
		return operation->back_off.count > 0;
	}
}

/* How many requests were made, and what the waiters were told already. */
static void write_requests(struct buffer *text, struct operation *operation, bool with_result)
{
	struct request_result result = {0};
	bool is_told = false, is_failed = false;
	struct request *request;
	unsigned count = 0;

	TAILQ_FOREACH (request, &operation->requests, operation_link) {
		request_lock(request);
		count += request->count;
		if (request->standing != REQUEST_IN_PROGRESS) {
			is_told = true;
			is_failed = request->standing == REQUEST_FAILED;
			result = request->result;
		}
		request_unlock(request);
	}
	wire_add_number(text, "requests", count);
	if (is_told && with_result)
		write_result(text, is_failed ? NULL : &result);
}

/* By its plugin; an abort that is under way is enough. */
static bool is_abortable(const struct operation *operation)
{
	return operation->terms->plugin->interface->supports_abort &&
	       !operation_is_abort(operation) && operation_is_alive(operation) &&
	       !operation_is_being_aborted(operation);
}

static void write_identity(
	struct buffer *text, const struct operation *operation, const struct seen *seen)
{
	wire_add_number(text, "id", (int64_t)operation->number);
	wire_add_string(text, "vg", seen->vg_name);
	wire_add_string(text, "lv", seen->lv_name);
	wire_add_string(text, "lvid", operation->terms->asked.lvid);
	wire_add_string(text, "operation", operation->terms->plugin->interface->operation);
	wire_add_number(text, "abort", operation_is_abort(operation));
	if (is_abortable(operation))
		wire_add_number(text, "abortable", 1);
	if (operation->terms->asked.options)
		wire_add_string(text, "options", options_text(operation->terms->asked.options));
	if (operation->accepted_s > 0)
		wire_add_number(text, "started", operation->accepted_s);
}

static void write_progress(struct buffer *text, const struct seen *seen)
{
	const struct lvmpolld_progress *progress = &seen->progress;

	if (seen->source[0])
		wire_add_string(text, "source", seen->source);
	if (seen->destinations[0])
		wire_add_string(text, "destinations", seen->destinations);
	if (progress->percent >= 0)
		wire_add_format(text, "percent = \"%.2f\"\n", progress->percent);
	if (progress->total_sectors > 0) {
		wire_add_number(text, "done_bytes", (int64_t)progress->done_sectors * SECTOR_SIZE);
		wire_add_number(
			text, "total_bytes", (int64_t)progress->total_sectors * SECTOR_SIZE);
	}
	wire_add_number(text, "failed_devices", progress->failed_devices);
	if (seen->findings[0])
		wire_add_string(text, "findings", seen->findings);
}

static const char *find_reason(const struct operation *operation, char text[PAUSE_TEXT_SIZE])
{
	return operation->state == STATE_BACKING_OFF
		       ? operation_explain_pause(operation, operation->back_off.reason, text)
		       : state_description(operation->state);
}

static void write_state(struct buffer *text, const struct operation *operation)
{
	const struct attempt *attempt = &operation->attempt;
	char why[PAUSE_TEXT_SIZE];

	wire_add_string(text, "state", state_name(operation->state));
	wire_add_string(text, "reason", find_reason(operation, why));
	if (attempt->pid > 0 && (attempt->command || attempt->is_orphan))
		wire_add_number(text, "pid", attempt->pid);
}

static void add_known(struct buffer *text, const char *key, int64_t value)
{
	if (value >= 0)
		wire_add_number(text, key, value);
}

/* An lvpoll that polls by itself moves on where no look tells of it. */
static int64_t stalled_s(const struct operation *operation, const struct rate *rate, int64_t now_ms)
{
	const struct attempt *attempt = &operation->attempt;
	int64_t seconds = rate_stalled_s(rate, now_ms);

	if (seconds >= 0 || (attempt->command && attempt->purpose == ATTEMPT_POLL))
		return seconds;
	return rate_unseen_s(rate, now_ms);
}

/* Values that change with the clock, and do not count as a change of the entry. A process that
 * runs, or a pause, is no progress. */
static void write_times(
	struct buffer *text, const struct operation *operation, const struct seen *seen)
{
	int64_t now_ms = monotonic_ms();
	const struct lvmpolld_progress *progress = &seen->progress;
	bool is_dormant = operation->state == STATE_DORMANT;

	if (progress->total_sectors > 0 && !is_dormant && operation_is_alive(operation)) {
		add_known(text, "rate", rate_bytes_per_s(&seen->rate, now_ms));
		add_known(text, "remaining",
			rate_time_left_s(&seen->rate, now_ms,
				progress->total_sectors - progress->done_sectors));
		add_known(text, "stalled", stalled_s(operation, &seen->rate, now_ms));
	}
	add_known(text, "elapsed", (boot_clock_ms() - operation->begun_ms) / 1000);
}

static void write_lasting(struct buffer *text, struct operation *operation, const struct seen *seen)
{
	write_identity(text, operation, seen);
	write_state(text, operation);
	write_progress(text, seen);
}

void entry_write(struct buffer *text, struct operation *operation)
{
	struct seen seen;

	read_device(&seen, operation);
	write_lasting(text, operation, &seen);
	write_requests(text, operation, is_failing(operation));
	if (seen.lacks_disks)
		wire_add_number(text, "disks_unknown", 1);
	write_times(text, operation, &seen);
}

uint64_t entry_checksum(struct operation *operation)
{
	struct buffer text = {0};
	struct seen seen;
	uint64_t sum = CHECKSUM_START;

	read_device(&seen, operation);
	write_lasting(&text, operation, &seen);
	write_requests(&text, operation, is_failing(operation));
	wire_add_number(&text, "stalled", stalled_s(operation, &seen.rate, monotonic_ms()) >= 0);
	sum = text.is_lost ? 0 : checksum_add(sum, buffer_bytes(&text), text.length);
	buffer_free(&text);
	return sum;
}

struct events_writer {
	struct buffer *text;
	unsigned count;
};

static void write_event(int64_t at_s, const char *text, void *context)
{
	struct events_writer *writer = context;
	char key[16], value[LOG_MEMORY_TEXT_MAX + 24];

	snprintf(key, sizeof(key), "event%u", ++writer->count);
	snprintf(value, sizeof(value), "%" PRId64 " %s", at_s, text);
	wire_add_string(writer->text, key, value);
}

void entry_write_events(struct buffer *text, const struct operation *operation)
{
	struct events_writer writer = {.text = text};

	log_memory_visit(operation->terms->memory, write_event, &writer);
}

void entry_read_events(const struct wire_message *message, struct log_memory *memory)
{
	char key[16];

	for (unsigned i = 1; i <= LOG_MEMORY_LINES; i++) {
		const char *value;
		char *end;
		int64_t at_s;

		snprintf(key, sizeof(key), "event%u", i);
		value = wire_string(message, key);
		at_s = value ? strtoll(value, &end, 10) : 0;
		if (!value || *end != ' ')
			break;
		log_memory_add(memory, at_s, end + 1);
	}
}

void entry_write_ended(struct buffer *text, struct operation *operation,
	const struct request_result *result, const char *why_forgotten)
{
	struct seen seen;

	read_device(&seen, operation);
	write_lasting(text, operation, &seen);
	write_requests(text, operation, false);
	write_result(text, result);
	if (why_forgotten)
		wire_add_string(text, "forgotten", why_forgotten);
	write_times(text, operation, &seen);
	wire_add_number(text, "ended", time(NULL));
	entry_write_events(text, operation);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both copies of the data are compared, in a process, before a step lets go of one of them. */
#include "config.h"

#include "comparing/comparison.h"
#include "lifecycle/classify.h"
#include "lifecycle/context.h"
#include "lifecycle/verifying.h"
#include "loader/calls.h"
#include "log/log.h"
#include "util/boot.h"

#define SECTOR_BYTES 512

static void on_differs(const struct copy *copy, uint64_t offset, uint64_t length, void *context)
{
	const struct operation *operation = context;
	const struct copy_place *left = &copy->places[0], *right = &copy->places[1];

	log_operation(LOG_LEVEL_ERROR, operation,
		"data at risk: %llu bytes are not the same at byte %llu of device %u:%u and at "
		"byte %llu of device %u:%u",
		(unsigned long long)length,
		(unsigned long long)(left->start_sectors * SECTOR_BYTES + offset), left->major,
		left->minor, (unsigned long long)(right->start_sectors * SECTOR_BYTES + offset),
		right->major, right->minor);
}

/* While it is compared nothing is to be copied: reading is how it gets on. */
static void on_progressed(void *context)
{
	struct device *device = ((const struct operation *)context)->device;

	device_lock(device);
	rate_note_movement(&device->rate, running_clock_ms());
	device_unlock(device);
}

static void on_complained(const char *text, void *context)
{
	const struct operation *operation = context;

	log_operation(LOG_LEVEL_WARN, operation, "the copies cannot be compared: %s", text);
}

static void on_ended(enum comparison_result result, void *context)
{
	struct operation *operation = context;
	struct operations *operations = operation->operations;

	operation->comparison = NULL;
	switch (result) {
	case COMPARISON_EQUAL:
		evidence_note_equal(&operation->evidence, &operation->compared_log,
			operation->compared_signature, operation->compared_from_sectors,
			plugin_knows_kernel(operation->terms->plugin));
		log_operation(LOG_LEVEL_INFO, operation, "the copies are the same");
		context_happened(operation, EVENT_COPIES_EQUAL);
		break;
	case COMPARISON_DIFFERENT:
		context_happened(operation, EVENT_COPIES_DIFFER);
		break;
	case COMPARISON_DUE:
		context_happened(operation, EVENT_TURN);
		break;
	case COMPARISON_FAILED:
		context_happened(operation, EVENT_NOT_COMPARED);
		break;
	}
	operations->settle(operations);
}

static const struct comparison_callbacks callbacks = {
	.differs = on_differs,
	.progressed = on_progressed,
	.complained = on_complained,
	.ended = on_ended,
};

/* All of the copies that DEVICE shows was copied: where they begin in the operation. */
static uint64_t find_start(const struct device *device) REQUIRES(device_role)
{
	const struct lvmpolld_copies *copies = &device->observation.copies;
	uint64_t length = 0, done = device->progress.done_sectors;

	for (size_t i = 0; i < copies->count; i++)
		length += copies->list[i].length_sectors;
	return device->progress.total_sectors > 0 && done > length ? done - length : 0;
}

/* Why they are not compared now; NULL: they are. */
static const char *find_obstacle(struct operation *operation, enum doubt doubt, bool is_understood,
	const struct lvmpolld_copies *copies)
{
	if (doubt == DOUBT_FAILURE &&
		evidence_take_vain(&operation->evidence, operation->compared_signature))
		return "the copies were the same time and again, but the kernel's log told of "
		       "another failure, of whatever disk, while they were compared: see to that, "
		       "or no step is ever proved";
	if (!is_understood)
		return "the copies cannot be compared: the table is not understood, so nobody "
		       "knows whether all is copied";
	if (copies->is_unknown || copies->count == 0)
		return "the copies cannot be compared: it is not known where they are";
	return NULL;
}

enum operation_event verifying_begin(struct operation *operation)
{
	struct operations *operations = operation->operations;
	struct device *device = operation->device;
	struct lvmpolld_copies copies;
	struct lvmpolld_error error;
	const char *obstacle;
	bool is_understood;
	enum doubt doubt;

	/* Where all is copied nobody can tell: it is waited for. */
	if (!operation->is_watchable)
		return EVENT_NOT_COMPARED;
	device_lock(device);
	doubt = classify_doubt(operation, &device->observation);
	is_understood = device->observation.verdict == LVMPOLLD_STEP;
	copies = device->observation.copies;
	operation->compared_log = device->observation.log;
	operation->compared_signature = device->observation.copies_signature;
	operation->compared_from_sectors = find_start(device);
	device_unlock(device);
	log_operation(doubt == DOUBT_FAILURE ? LOG_LEVEL_NOTICE : LOG_LEVEL_INFO, operation,
		"the copies of its data are compared before the next step, since %s",
		doubt_sentence(doubt));
	obstacle = find_obstacle(operation, doubt, is_understood, &copies);
	if (obstacle) {
		log_operation(LOG_LEVEL_WARN, operation, "%s", obstacle);
		return EVENT_NOT_COMPARED;
	}
	operation->comparison = comparison_start(
		&operations->comparisons, operations->base, &copies, &callbacks, operation, &error);
	if (operation->comparison)
		return EVENT_NONE;
	log_operation(
		LOG_LEVEL_WARN, operation, "the copies cannot be compared: %s", error.sentence);
	return EVENT_NOT_COMPARED;
}

void verifying_end(struct operation *operation)
{
	if (operation->comparison)
		comparison_stop(operation->comparison);
	operation->comparison = NULL;
}

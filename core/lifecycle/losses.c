/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Remembers the devices at which a step would lose data. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>

#include "lifecycle/context.h"
#include "lifecycle/losses.h"
#include "log/log.h"
#include "records/aside.h"
#include "util/timer.h"

/* How long until a note is tried again that could not be written. */
#define RETRY_S 1

static void set(struct operations *operations, struct device *device, enum device_loss loss)
{
	operations->unwritten_losses +=
		(size_t)(loss == LOSS_SEEN) - (size_t)(device->loss == LOSS_SEEN);
	device->loss = loss;
	operations_changed(operations);
}

/* Returns what record_has_loss returns; a negative errno is logged. */
static int look_for_note(struct operations *operations, const struct terms *terms)
{
	int result = record_has_loss(&operations->records, &terms->asked);

	if (result < 0)
		log_terms(LOG_LEVEL_ERROR, terms,
			"cannot tell whether the operation was given up: %s; treated as given up",
			strerror(-result));
	return result;
}

void losses_recall(struct operations *operations, struct device *device)
{
	if (device->loss == LOSS_UNSEEN && look_for_note(operations, device->terms) != 0)
		set(operations, device, LOSS_NOTED);
}

/* If there is no room for a note, the record of the poll takes its place. */
static int note(struct operations *operations, struct device *device)
{
	const struct operation *poll = device->operations[0];
	const struct terms *terms = poll ? poll->terms : device->terms;
	int result = record_note_loss(&operations->records, &terms->asked);

	if (result == 0)
		set(operations, device, LOSS_NOTED);
	return result;
}

static size_t note_all(struct operations *operations)
{
	struct device *device;

	TAILQ_FOREACH (device, &operations->devices.all, link)
		if (device->loss == LOSS_SEEN)
			note(operations, device);
	return operations->unwritten_losses;
}

static void arm_retry(struct operations *operations);

static void on_retry(evutil_socket_t descriptor, short what, void *context)
{
	struct operations *operations = context;

	(void)descriptor;
	(void)what;
	if (operations->unwritten_losses == 0)
		return;
	if (note_all(operations) > 0)
		arm_retry(operations);
	else
		log_warn("the loss is now recorded for all given-up operations");
}

static void arm_retry(struct operations *operations)
{
	static const struct timeval retry = {.tv_sec = RETRY_S};

	if (!operations->loss_retry)
		operations->loss_retry = event_new(operations->base, -1, 0, on_retry, operations);
	if (operations->loss_retry)
		timer_start(operations->loss_retry, &retry);
}

static void remember(struct operations *operations, struct device *device)
{
	int result;

	if (device->loss != LOSS_UNSEEN)
		return;
	set(operations, device, LOSS_SEEN);
	result = note(operations, device);
	if (result == 0)
		return;
	log_terms(LOG_LEVEL_FATAL, device->terms,
		"going on would lose data, and this cannot be noted: %s; this daemon knows it, and "
		"tries again, but it would be forgotten if the daemon crashed now: abort it",
		strerror(-result));
	arm_retry(operations);
}

void losses_add(struct operation *operation)
{
	remember(operation->operations, operation->device);
}

int losses_take_over(struct operations *operations, struct terms *terms)
{
	struct device *device = devices_get(&operations->devices, terms);

	if (!device)
		return -ENOMEM;
	remember(operations, device);
	return 0;
}

/* A look that is not read yet has shown one. */
static bool is_in_look(struct device *device)
{
	bool has_loss;

	device_lock(device);
	has_loss = device->observation.has_loss;
	device_unlock(device);
	return has_loss;
}

bool losses_is_seen(struct device *device)
{
	return device->loss != LOSS_UNSEEN || is_in_look(device);
}

void losses_drop_device(struct operations *operations, struct device *device)
{
	if (device->operations[0] || device->operations[1])
		return;
	device_close(device);
	if (is_in_look(device))
		remember(operations, device);
	/* A look that is under way may show one: what it has seen is news, whatever it is. */
	if (device->loss == LOSS_UNSEEN && !devices_is_held(&operations->devices, device)) {
		devices_remove(&operations->devices, device);
		return;
	}
	devices_lock(&operations->devices);
	devices_unwatch_locked(&operations->devices, device);
	devices_unlock(&operations->devices);
	/* Its name may be another volume's at the next operation, which comes to something else. */
	device_forget(device);
}

void losses_free_all(struct operations *operations)
{
	struct device *device;

	while ((device = TAILQ_FIRST(&operations->devices.all))) {
		device_close(device);
		devices_remove(&operations->devices, device);
	}
	operations->unwritten_losses = 0;
}

void losses_clear(struct operation *operation)
{
	struct device *device = operation->device;

	device_lock(device);
	device->observation.has_loss = false;
	device_unlock(device);
	set(operation->operations, device, LOSS_UNSEEN);
	record_clear_loss(&operation->operations->records, &operation->terms->asked);
}

void losses_end(struct operations *operations)
{
	struct device *device;

	/* The operation may not have heard of it yet. */
	TAILQ_FOREACH (device, &operations->devices.all, link)
		if (is_in_look(device))
			remember(operations, device);
	if (operations->loss_retry)
		event_free(operations->loss_retry);
	operations->loss_retry = NULL;
	if (operations->unwritten_losses == 0 || note_all(operations) == 0)
		return;
	TAILQ_FOREACH (device, &operations->devices.all, link)
		if (device->loss == LOSS_SEEN)
			log_terms(LOG_LEVEL_FATAL, device->terms,
				"going on would lose data, and this could not be recorded: later "
				"daemons will not know it; abort the operation before it is polled "
				"again");
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A logical volume that an operation runs on: what was asked, where it stands, how it ended. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "loader/plugins.h"
#include "operation/volume.h"
#include "util/boot.h"

#define STATE_BIT(state) (1u << (state))

/* For each state, the set of states that may follow. */
static const unsigned transitions[] = {
	[VOLUME_QUEUED] = STATE_BIT(VOLUME_STEPPING) | STATE_BIT(VOLUME_WATCHING) |
			  STATE_BIT(VOLUME_FINISHED) | STATE_BIT(VOLUME_FAILED),
	[VOLUME_STEPPING] = STATE_BIT(VOLUME_QUEUED) | STATE_BIT(VOLUME_WATCHING) |
			    STATE_BIT(VOLUME_FINISHED) | STATE_BIT(VOLUME_FAILED),
	[VOLUME_WATCHING] =
		STATE_BIT(VOLUME_QUEUED) | STATE_BIT(VOLUME_FINISHED) | STATE_BIT(VOLUME_FAILED),
	[VOLUME_FINISHED] = 0,
	[VOLUME_FAILED] = 0,
};

static const char *const state_names[] = {
	[VOLUME_QUEUED] = "queued",
	[VOLUME_STEPPING] = "stepping",
	[VOLUME_WATCHING] = "watching",
	[VOLUME_FINISHED] = "finished",
	[VOLUME_FAILED] = "failed",
};

static bool copy_string(const char **copy, const char *string)
{
	*copy = string ? strdup(string) : NULL;
	return !string || *copy;
}

char *volume_identifier(const char *system_dir, const char *lvid)
{
	size_t length = system_dir ? strlen(system_dir) : 0, size = strlen(lvid) + 1;
	char *identifier = malloc(length + size);

	if (identifier && system_dir)
		memcpy(identifier, system_dir, length);
	if (identifier)
		memcpy(identifier + length, lvid, size);
	return identifier;
}

struct volume_request *volume_request_new(
	const struct lvmpolld_request *parameters, const struct plugin_entry *plugin)
{
	struct volume_request *request = calloc(1, sizeof(*request));
	struct lvmpolld_request *copy;

	if (!request)
		return NULL;
	copy = &request->parameters;
	copy->struct_size = sizeof(*copy);
	copy->abort = parameters->abort;
	copy->handle_missing_pvs = parameters->handle_missing_pvs;
	request->plugin = plugin;
	request->identifier = volume_identifier(parameters->system_dir, parameters->lvid);
	request->interval_s = (unsigned)strtoul(parameters->interval, NULL, 10);
	if (request->identifier && copy_string(&copy->vg_name, parameters->vg_name) &&
		copy_string(&copy->lv_name, parameters->lv_name) &&
		copy_string(&copy->lvid, parameters->lvid) &&
		copy_string(&copy->interval, parameters->interval) &&
		copy_string(&copy->system_dir, parameters->system_dir) &&
		copy_string(&copy->devices_file, parameters->devices_file))
		return request;
	volume_request_free(request);
	return NULL;
}

struct volume_request *volume_request_copy(const struct volume_request *request)
{
	return volume_request_new(&request->parameters, request->plugin);
}

void volume_request_free(struct volume_request *request)
{
	if (!request)
		return;
	free((char *)request->parameters.vg_name);
	free((char *)request->parameters.lv_name);
	free((char *)request->parameters.lvid);
	free((char *)request->parameters.interval);
	free((char *)request->parameters.system_dir);
	free((char *)request->parameters.devices_file);
	free(request->identifier);
	free(request->command_line);
	free(request);
}

struct volume *volume_new(struct volume_request *request)
{
	struct volume *volume = calloc(1, sizeof(*volume));

	if (!volume)
		return NULL;
	if (lock_init(&volume->lock, LOCK_RANK_VOLUME) < 0) {
		free(volume);
		return NULL;
	}
	*(const struct volume_request **)&volume->request = request;
	TAILQ_INIT(&volume->waits);
	volume->begun_ms = boot_clock_ms();
	volume_lock(volume);
	volume->progress.struct_size = sizeof(volume->progress);
	volume->progress.percent = -1;
	volume->request_count = 1;
	volume_unlock(volume);
	return volume;
}

void volume_free(struct volume *volume)
{
	volume_request_free((struct volume_request *)volume->request);
	volume_request_free(volume->displaced);
	free(volume->step_vg_name);
	free(volume->step_lv_name);
	volume_lock(volume);
	free(volume->sighting.vg_name);
	free(volume->sighting.lv_name);
	free(volume->sighting.device_name);
	volume_unlock(volume);
	lock_destroy(&volume->lock);
	free(volume);
}

NO_LOCK_ANALYSIS void volume_lock(struct volume *volume)
{
	lock_take(&volume->lock);
}

NO_LOCK_ANALYSIS void volume_unlock(struct volume *volume)
{
	lock_release(&volume->lock);
}

void volume_set_state_locked(struct volume *volume, enum volume_state state)
{
	if (!(transitions[volume->state] & STATE_BIT(state))) {
		log_fatal("an operation cannot go from %s to %s", state_names[volume->state],
			state_names[state]);
		abort();
	}
	*(enum volume_state *)&volume->state = state;
}

void volume_set_state(struct volume *volume, enum volume_state state)
{
	volume_lock(volume);
	if (volume->state != state)
		volume_set_state_locked(volume, state);
	volume_unlock(volume);
}

void volume_set_finished_locked(struct volume *volume, struct volume_result result)
{
	volume_set_state_locked(volume, VOLUME_FINISHED);
	*(struct volume_result *)&volume->result = result;
}

bool volume_is_in_progress_locked(const struct volume *volume)
{
	return volume->state != VOLUME_FINISHED && volume->state != VOLUME_FAILED;
}

bool volume_is_in_progress(struct volume *volume)
{
	bool is_in_progress;

	volume_lock(volume);
	is_in_progress = volume_is_in_progress_locked(volume);
	volume_unlock(volume);
	return is_in_progress;
}

enum volume_state volume_get_state(struct volume *volume)
{
	enum volume_state state;

	volume_lock(volume);
	state = volume->state;
	volume_unlock(volume);
	return state;
}

const char *volume_state_name(enum volume_state state)
{
	return state_names[state];
}

struct log_subject volume_subject(const struct volume *volume)
{
	const struct lvmpolld_request *request = &volume->request->parameters;

	return (struct log_subject){
		.vg_name = request->vg_name,
		.lv_name = request->lv_name,
		.lvid = request->lvid,
		.operation = volume->request->plugin->interface->operation,
	};
}

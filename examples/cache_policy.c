/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes the policy of a cache once all of it is written back: two
 * commands of lvm2, and the kernel's work between them. */
#include <lvmpolld/plugin.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Its phases: the kernel is told to write back, and to stop doing so.
 */
enum { PHASE_CLEAN, PHASE_CHANGE };

/* The option of the start: the policy that the cache is to have. */
static const char *wanted_policy(const struct lvmpolld_request *request)
{
	struct lvmpolld_value policy = {.struct_size = sizeof(policy)};

	return lvmpolld_request_option(request, "policy", &policy)
		       ? policy.string
		       : "smq";
}

static bool has_word(const char *parameters, const char *word)
{
	const char *at = strstr(parameters, word);

	return at && at > parameters && at[-1] == ' ' &&
	       at[strlen(word)] == ' ';
}

/* Which step is due the table tells each time: nothing is remembered.
 */
static enum lvmpolld_verdict cache_policy_read_targets(
	const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count,
	struct lvmpolld_progress *progress)
{
	const struct lvmpolld_target *target =
		lvmpolld_target_at(targets, 0);
	uint64_t used, dirty;

	if (count != 1 || strcmp(target->type, "cache") != 0 ||
		sscanf(target->parameters,
			"%*u %*u/%*u %*u %" SCNu64
			"/%*u %*u %*u %*u %*u %*u %*u %" SCNu64,
			&used, &dirty) != 2 ||
		dirty > used ||
		strstr(target->parameters, "needs_check"))
		return LVMPOLLD_POLL;
	progress->percent =
		used > 0 ? 100.0 * (double)(used - dirty) / (double)used
			 : 100;
	if (has_word(target->parameters, wanted_policy(request)))
		return LVMPOLLD_DONE;
	if (!has_word(target->parameters, "cleaner")) {
		progress->phase = PHASE_CLEAN;
		return LVMPOLLD_STEP;
	}
	progress->phase = PHASE_CHANGE;
	return dirty > 0 ? LVMPOLLD_WATCH : LVMPOLLD_STEP;
}

static int cache_policy_build_arguments(
	const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments,
	struct lvmpolld_error *error)
{
	char volume[300];
	int result;

	snprintf(volume, sizeof(volume), "%s/%s", request->vg_name,
		request->lv_name);
	result = lvmpolld_arguments_add(arguments, "lvchange");
	if (result == 0)
		result = lvmpolld_arguments_add(
			arguments, "--cachepolicy");
	if (result == 0)
		result = lvmpolld_arguments_add(
			arguments, request->phase == PHASE_CLEAN
					   ? "cleaner"
					   : wanted_policy(request));
	if (result == 0)
		result = lvmpolld_arguments_add(arguments, volume);
	return result == 0 ? 0
			   : lvmpolld_error_set(
				     error, -result, "out of memory");
}

/* It is never ended by a signal: the daemon waits for it, and so does
 * the next one. */
static const char *const commands[] = {"lvchange", NULL};

static const struct lvmpolld_key options[] = {
	{"policy", LVMPOLLD_STRING, "smq",
		"The policy that the cache is to have."},
	{NULL, LVMPOLLD_STRING, NULL, NULL},
};

static const struct lvmpolld_plugin cache_policy_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "cache_policy",
	.operation = "cache_policy",
	.description = "Changes the policy of a cache once all of it "
		       "is written back",
	.build_arguments = cache_policy_build_arguments,
	.read_targets = cache_policy_read_targets,
	.layer = "real",
	.version = "1.0",
	.startable = true,
	.options = options,
	.commands = commands,
};

LVMPOLLD_PLUGIN_EXPORT(cache_policy, cache_policy_plugin);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plugin for RAID volumes that get another number of stripes, another stripe size or another
 * type: the kernel moves the data, and where lvm2 wants to be called again then, it is.
 */
#include "config.h"

#include <common/raid_status.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The option's default: lvconvert is not repeated for a type. */
#define TYPE_SAME "same"

/*
 * lvm2 is called to go on to the type that is wanted, or to free legs without data: by how many
 * stripes are left, the number behind PHASE_FREE_LEGS.
 */
enum { PHASE_REPEAT = 1, PHASE_FREE_LEGS };

/* lvm2's names of types that are not RAID in the kernel's table. */
static const char *const plain_types[] = {"linear", "striped"};

/* The type that the start has said, or NULL. */
static const char *find_wanted(const struct lvmpolld_request *request, struct lvmpolld_value *type)
{
	type->struct_size = sizeof(*type);
	if (!lvmpolld_request_option(request, "type", type) || strcmp(type->string, TYPE_SAME) == 0)
		return NULL;
	return type->string;
}

static bool is_plain(const char *type)
{
	for (size_t i = 0; i < COUNT(plain_types); i++)
		if (strcmp(plain_types[i], type) == 0)
			return true;
	return false;
}

static bool is_type(const char *type)
{
	return is_plain(type) ||
	       (strncmp(type, "raid", 4) == 0 && strspn(type, "abcdefghijklmnopqrstuvwxyz"
							      "0123456789_") == strlen(type));
}

/* Whether a table of type SHOWN is what lvm2 calls WANTED, which may be short for another. */
static bool is_reached(const char *shown, const char *wanted)
{
	static const struct {
		const char *wanted, *shown;
	} same[] = {
		{"raid5", "raid5_ls"},
		{"raid6", "raid6_zr"},
		{"raid10", "raid10_near"},
		{"raid0_meta", "raid0"},
	};

	for (size_t i = 0; i < COUNT(same); i++)
		if (strcmp(same[i].wanted, wanted) == 0 && strcmp(same[i].shown, shown) == 0)
			return true;
	return strcmp(shown, wanted) == 0;
}

/* 0: not known, since lvm2 takes no leg off volumes of other types. */
static size_t count_stripes(const struct raid_status *status)
{
	bool is_raid6 = strncmp(status->type, "raid6_", 6) == 0;
	size_t parity_legs = is_raid6 ? 2 : 1;

	if (!is_raid6 && strncmp(status->type, "raid5_", 6) != 0 &&
		strcmp(status->type, "raid4") != 0)
		return 0;
	return status->leg_count > parity_legs ? status->leg_count - parity_legs : 0;
}

static bool are_plain(const struct lvmpolld_target *targets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_plain(lvmpolld_target_at(targets, i)->type))
			return false;
	return count > 0;
}

/* Nothing is under way in the kernel, and all legs are well: what lvm2 still has to do, if any. */
static enum lvmpolld_verdict read_settled(
	const struct raid_status *status, const char *wanted, struct lvmpolld_progress *progress)
{
	size_t stripe_count = count_stripes(status);

	if (status->spare_count > 0) {
		progress->phase = PHASE_FREE_LEGS + (unsigned)stripe_count;
		return stripe_count > 0 ? LVMPOLLD_STEP : LVMPOLLD_POLL;
	}
	if (!wanted || is_reached(status->type, wanted))
		return LVMPOLLD_DONE;
	progress->phase = PHASE_REPEAT;
	return LVMPOLLD_STEP;
}

static enum lvmpolld_verdict read_raid(const struct lvmpolld_request *request,
	const struct raid_status *status, const char *wanted, struct lvmpolld_progress *progress)
{
	raid_status_tell_failed(status, request, progress);
	if (status->action != RAID_CHECK && status->action != RAID_FROZEN)
		raid_status_set_progress(status, progress);
	return raid_status_is_in_sync(status) ? read_settled(status, wanted, progress)
					      : LVMPOLLD_WATCH;
}

static enum lvmpolld_verdict raid_reshape_read_targets(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_progress *progress)
{
	struct lvmpolld_value type;
	const char *wanted = find_wanted(request, &type);
	struct raid_status status;

	if (request->other_layer)
		return LVMPOLLD_POLL;
	/* It is refused where the list is built, before anybody has waited for it for hours. */
	if (wanted && !is_type(wanted)) {
		progress->phase = PHASE_REPEAT;
		return LVMPOLLD_STEP;
	}
	if (raid_status_read(targets, count, &status))
		return read_raid(request, &status, wanted, progress);
	return wanted && is_plain(wanted) && are_plain(targets, count) ? LVMPOLLD_DONE
								       : LVMPOLLD_POLL;
}

static int add_each(struct lvmpolld_arguments *arguments, const char *const *values)
{
	int result = 0;

	for (; result == 0 && *values; values++)
		result = lvmpolld_arguments_add(arguments, *values);
	return result;
}

static int raid_reshape_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	struct lvmpolld_value type;
	const char *wanted = find_wanted(request, &type);
	bool is_repeated = request->phase == PHASE_REPEAT;
	char volume[300], stripe_count[16];
	int result;

	if (is_repeated && (!wanted || !is_type(wanted)))
		return lvmpolld_error_set(error, EINVAL,
			"the option type must be one of lvconvert's types, as raid5 or striped, or "
			"same");
	if (request->phase < PHASE_REPEAT)
		return lvmpolld_error_set(error, EINVAL, "its table has shown nothing to be done");
	snprintf(volume, sizeof(volume), "%s/%s", request->vg_name, request->lv_name);
	snprintf(stripe_count, sizeof(stripe_count), "%u", request->phase - PHASE_FREE_LEGS);
	result = add_each(
		arguments, (const char *const[]){"lvconvert", is_repeated ? "--type" : "--stripes",
				   is_repeated ? wanted : stripe_count, volume, NULL});
	if (result == 0 && request->devices_file)
		result = add_each(arguments,
			(const char *const[]){"--devicesfile", request->devices_file, NULL});
	return result == 0 ? 0 : lvmpolld_error_set(error, -result, "out of memory");
}

static void raid_reshape_read_findings(const struct lvmpolld_request *request,
	const struct lvmpolld_target *targets, size_t count, struct lvmpolld_findings *findings)
{
	struct raid_status status;

	(void)request;
	if (raid_status_read(targets, count, &status))
		raid_status_add_failed(&status, findings);
}

/* What is not RAID any more may be what was wanted: only its table can tell. */
static enum lvmpolld_standing raid_reshape_read_report(
	const struct lvmpolld_request *request, const struct lvmpolld_row *volume)
{
	struct lvmpolld_value type;
	const char *wanted = find_wanted(request, &type);
	enum lvmpolld_standing standing = raid_status_read_report(volume);

	return volume && wanted && is_plain(wanted) && standing == LVMPOLLD_STANDING_FAILED
		       ? LVMPOLLD_STANDING_CANNOT_TELL
		       : standing;
}

/* Also where the kernel has done its part: a volume that keeps its spare legs cannot be activated.
 */
static bool raid_reshape_claims(
	const struct lvmpolld_device *device, const struct lvmpolld_target *table, size_t count)
{
	struct raid_status status;

	(void)table;
	(void)count;
	return raid_status_read_device(device, &status) &&
	       (status.action == RAID_RESHAPE ||
		       (status.spare_count > 0 && count_stripes(&status) > 0));
}

static const char *const raid_reshape_commands[] = {"lvconvert", NULL};

/* Freeing legs is not asked for, since they hold nothing. */
static const struct lvmpolld_question raid_reshape_questions[] = {
	{"lvconvert", "Are you sure you want to convert * LV *[?]",
		"the start has said that the volume is to have this type"},
	{NULL, NULL, NULL},
};

static const struct lvmpolld_key raid_reshape_options[] = {
	{"type", LVMPOLLD_STRING, TYPE_SAME,
		"The type for which lvconvert is repeated; same: for none."},
	{NULL, LVMPOLLD_STRING, NULL, NULL},
};

static const struct lvmpolld_plugin raid_reshape_plugin = {
	LVMPOLLD_PLUGIN_HEADER,
	.name = "raid_reshape",
	.operation = "raid_reshape",
	.description = "Ends the reshape of a RAID volume, which lvm2 leaves half done",
	.build_arguments = raid_reshape_build_arguments,
	.read_targets = raid_reshape_read_targets,
	.layer = "real",
	.read_report = raid_reshape_read_report,
	.version = PACKAGE_VERSION,
	.read_findings = raid_reshape_read_findings,
	.claims = raid_reshape_claims,
	.only_by_name = true,
	.startable = true,
	.options = raid_reshape_options,
	.commands = raid_reshape_commands,
	.questions = raid_reshape_questions,
};

LVMPOLLD_PLUGIN_EXPORT(raid_reshape, raid_reshape_plugin);

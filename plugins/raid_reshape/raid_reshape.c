/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The plugin for RAID volumes that get another number of stripes, another stripe size or another
 * type: the kernel moves the data, and where lvm2 wants to be called again then, it is.
 */
#include "config.h"

#include <common/raid_status.h>
#include <common/volume_command.h>

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

/* lvm2's names of the types, and the kernel's, where that is another one; those without RAID last.
 */
static const struct {
	const char *name, *shown;
	bool is_plain;
} types[] = {
	{"raid0", "raid0", false},
	{"raid0_meta", "raid0", false},
	{"raid1", "raid1", false},
	{"raid10", "raid10", false},
	{"raid10_near", "raid10", false},
	{"raid4", "raid4", false},
	{"raid5", "raid5_ls", false},
	{"raid5_la", "raid5_la", false},
	{"raid5_ls", "raid5_ls", false},
	{"raid5_n", "raid5_n", false},
	{"raid5_ra", "raid5_ra", false},
	{"raid5_rs", "raid5_rs", false},
	{"raid6", "raid6_zr", false},
	{"raid6_la_6", "raid6_la_6", false},
	{"raid6_ls_6", "raid6_ls_6", false},
	{"raid6_n_6", "raid6_n_6", false},
	{"raid6_nc", "raid6_nc", false},
	{"raid6_nr", "raid6_nr", false},
	{"raid6_ra_6", "raid6_ra_6", false},
	{"raid6_rs_6", "raid6_rs_6", false},
	{"raid6_zr", "raid6_zr", false},
	{"linear", "linear", true},
	{"striped", "striped", true},
};

/* The type of that NAME, or COUNT(types). */
static size_t find_type(const char *name)
{
	size_t i = 0;

	while (i < COUNT(types) && strcmp(types[i].name, name) != 0)
		i++;
	return i;
}

/* The type that the start has said; COUNT(types): none, or none that there is. */
static size_t find_wanted(const struct lvmpolld_request *request)
{
	struct lvmpolld_value type = {.struct_size = sizeof(type)};

	return lvmpolld_request_option(request, "type", &type) ? find_type(type.string)
							       : COUNT(types);
}

static bool is_plain(size_t wanted)
{
	return wanted < COUNT(types) && types[wanted].is_plain;
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

static bool are_of_type(const struct lvmpolld_target *targets, size_t count, const char *type)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(lvmpolld_target_at(targets, i)->type, type) != 0)
			return false;
	return count > 0;
}

/* Nothing is under way in the kernel, and all legs are well: what lvm2 still has to do, if any. */
static enum lvmpolld_verdict read_settled(
	const struct raid_status *status, size_t wanted, struct lvmpolld_progress *progress)
{
	size_t stripe_count = count_stripes(status);

	if (status->spare_count > 0) {
		progress->phase = PHASE_FREE_LEGS + (unsigned)stripe_count;
		return stripe_count > 0 ? LVMPOLLD_STEP : LVMPOLLD_POLL;
	}
	if (wanted == COUNT(types) || strcmp(status->type, types[wanted].shown) == 0)
		return LVMPOLLD_DONE;
	progress->phase = PHASE_REPEAT;
	return LVMPOLLD_STEP;
}

static enum lvmpolld_verdict read_raid(const struct lvmpolld_request *request,
	const struct raid_status *status, size_t wanted, struct lvmpolld_progress *progress)
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
	size_t wanted = find_wanted(request);
	struct raid_status status;

	if (request->other_layer)
		return LVMPOLLD_POLL;
	if (raid_status_read(targets, count, &status))
		return read_raid(request, &status, wanted, progress);
	return is_plain(wanted) && are_of_type(targets, count, types[wanted].shown) ? LVMPOLLD_DONE
										    : LVMPOLLD_POLL;
}

/* Before anybody has waited for hours for a type that there is not. */
static int raid_reshape_check_start(
	const struct lvmpolld_request *request, struct lvmpolld_error *error)
{
	struct lvmpolld_value type = {.struct_size = sizeof(type)};

	if (!lvmpolld_request_option(request, "type", &type) ||
		strcmp(type.string, TYPE_SAME) == 0 || find_type(type.string) < COUNT(types))
		return 0;
	return lvmpolld_error_set(error, EINVAL,
		"the option type is \"%s\", and must be one of lvconvert's types for RAID volumes, "
		"as raid5, raid6_nr or striped, or same",
		type.string);
}

static int raid_reshape_build_arguments(const struct lvmpolld_request *request,
	struct lvmpolld_arguments *arguments, struct lvmpolld_error *error)
{
	size_t wanted = find_wanted(request);
	bool is_repeated = request->phase == PHASE_REPEAT && wanted < COUNT(types);
	char stripe_count[16];
	const char *const options[] = {is_repeated ? "--type" : "--stripes",
		is_repeated ? types[wanted].name : stripe_count, NULL};

	if (!is_repeated && request->phase <= PHASE_FREE_LEGS)
		return lvmpolld_error_set(
			error, EOPNOTSUPP, "its table has shown nothing that lvm2 could do");
	snprintf(stripe_count, sizeof(stripe_count), "%u", request->phase - PHASE_FREE_LEGS);
	return volume_command_build(request, "lvconvert", options, arguments, error);
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
	enum lvmpolld_standing standing = raid_status_read_report(volume);

	return volume && is_plain(find_wanted(request)) && standing == LVMPOLLD_STANDING_FAILED
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

/*
 * Not of raid1, whose questions are about its resilience. Freeing legs is not asked for, since they
 * hold nothing.
 */
#define ASKED_FOR "the start has said that the volume is to have this type"
#define CONVERT   "Are you sure you want to convert raid[456]* LV *"
static const struct lvmpolld_question raid_reshape_questions[] = {
	{"lvconvert", PHASE_REPEAT, CONVERT "[?]", ASKED_FOR},
	{"lvconvert", PHASE_REPEAT, CONVERT " to * type[?]", ASKED_FOR},
	{NULL, 0, NULL, NULL},
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
	.check_start = raid_reshape_check_start,
};

LVMPOLLD_PLUGIN_EXPORT(raid_reshape, raid_reshape_plugin);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes the kernel's target lines: any table, as each of the plugins reads it. */
#include "config.h"

#include <lvmpolld/plugin.h>

#include "fuzz.h"

#define TARGETS_MAX 16

const struct lvmpolld_plugin *pvmove_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *convert_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *merge_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *thin_merge_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *raid_sync_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *raid_scrub_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *raid_reshape_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *integrity_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *uncache_LTX_lvmpolld_plugin(void);
const struct lvmpolld_plugin *writecache_detach_LTX_lvmpolld_plugin(void);

/* A newer daemon's targets are larger than those that a plugin was built with. */
struct larger_target {
	struct lvmpolld_target target;
	uint64_t more[2];
};

struct table {
	struct larger_target *targets;
	size_t count;
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_log_to_nowhere();
	return 0;
}

/* A word of LINE up to a blank, which is taken out of it. */
static char *take_word(char **line)
{
	char *word = strsep(line, " ");

	return word ? word : "";
}

/*
 * "0 16384 mirror 2 7:0 ...", as dmsetup prints it, with strings in memory of their own; a line of
 * a volume below has its name and ":" before it.
 */
static void read_target(struct larger_target *target, char *line)
{
	const char *type, *parameters;

	*target = (struct larger_target){.target.struct_size = sizeof(*target)};
	if (line[strcspn(line, ": ")] == ':') {
		const char *name = strsep(&line, ":");

		target->target.lv_name = fuzz_copy_text(name, strlen(name));
		line += *line == ' ';
	}
	target->target.start_sectors = strtoull(take_word(&line), NULL, 10);
	target->target.length_sectors = strtoull(take_word(&line), NULL, 10);
	type = take_word(&line);
	parameters = line ? line : "";
	target->target.type = fuzz_copy_text(type, strlen(type));
	target->target.parameters = fuzz_copy_text(parameters, strlen(parameters));
}

static void read_table(struct table *table, char *text)
{
	struct larger_target targets[TARGETS_MAX];
	char *line;

	table->count = 0;
	while (table->count < TARGETS_MAX && (line = strsep(&text, "\n")))
		read_target(&targets[table->count++], line);
	table->targets = fuzz_copy(targets, table->count * sizeof(targets[0]));
}

static void free_table(struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free((char *)table->targets[i].target.lv_name);
		free((char *)table->targets[i].target.type);
		free((char *)table->targets[i].target.parameters);
	}
	free(table->targets);
}

static void check_reading(const struct lvmpolld_plugin *plugin, enum lvmpolld_verdict verdict,
	const struct lvmpolld_progress *former, const struct lvmpolld_progress *progress)
{
	/*
	 * It waits for each leg to be well, too; and where a leg is spare it is known what is
	 * copied.
	 */
	bool is_reshape = plugin == raid_reshape_LTX_lvmpolld_plugin();

	switch (verdict) {
	case LVMPOLLD_POLL:
		if (is_reshape)
			break;
		fuzz_require(memcmp(former, progress, sizeof(*progress)) == 0);
		return;
	case LVMPOLLD_WATCH:
	case LVMPOLLD_WATCH_TIMED:
		/* What is copied is not at its end, where a step would come then. */
		fuzz_require(plugin->kernel_only || is_reshape ||
			     progress->done_sectors < progress->total_sectors);
		break;
	case LVMPOLLD_STEP:
	case LVMPOLLD_DATA_LOSS:
	case LVMPOLLD_DONE:
		break;
	default:
		fuzz_require(!"a verdict that exists");
	}
	fuzz_require(progress->struct_size == former->struct_size);
	fuzz_require(progress->done_sectors <= progress->total_sectors);
	fuzz_require(progress->percent <= 100);
	fuzz_require(progress->percent >= 0 || progress->total_sectors == 0);
}

static void read_with(
	const struct lvmpolld_plugin *plugin, const struct table *table, bool abort_wanted)
{
	const struct lvmpolld_request request = {.struct_size = sizeof(request),
		.vg_name = "vg",
		.lv_name = "lv",
		.abort = abort_wanted};
	struct lvmpolld_progress former, progress;

	/* Bytes between the fields are compared too. */
	memset(&former, 0, sizeof(former));
	former.struct_size = sizeof(former);
	former.percent = -1;
	progress = former;
	memcpy(&progress, &former, sizeof(progress));
	check_reading(plugin,
		plugin->read_targets(&request, &table->targets[0].target, table->count, &progress),
		&former, &progress);
}

/* What it discovers is not over. */
static void discover_with(const struct lvmpolld_plugin *plugin, const struct table *table)
{
	const struct lvmpolld_request request = {
		.struct_size = sizeof(request), .vg_name = "vg", .lv_name = "lv"};
	const struct lvmpolld_target *targets = &table->targets[0].target;
	const struct lvmpolld_device device = {.struct_size = sizeof(device),
		.layer = "",
		.lv_name = "lv",
		.status = targets,
		.status_count = table->count};
	struct lvmpolld_progress progress = {.struct_size = sizeof(progress), .percent = -1};
	enum lvmpolld_verdict verdict =
		plugin->read_targets(&request, targets, table->count, &progress);

	fuzz_require(!plugin->claims(&device, targets, table->count) || verdict == LVMPOLLD_WATCH ||
		     verdict == LVMPOLLD_WATCH_TIMED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_copy_text(data, size);
	struct table table;

	read_table(&table, text);
	read_with(pvmove_LTX_lvmpolld_plugin(), &table, false);
	read_with(pvmove_LTX_lvmpolld_plugin(), &table, true);
	read_with(convert_LTX_lvmpolld_plugin(), &table, false);
	read_with(merge_LTX_lvmpolld_plugin(), &table, false);
	read_with(thin_merge_LTX_lvmpolld_plugin(), &table, false);
	read_with(raid_sync_LTX_lvmpolld_plugin(), &table, false);
	read_with(raid_scrub_LTX_lvmpolld_plugin(), &table, false);
	read_with(raid_reshape_LTX_lvmpolld_plugin(), &table, false);
	read_with(integrity_LTX_lvmpolld_plugin(), &table, false);
	read_with(uncache_LTX_lvmpolld_plugin(), &table, false);
	read_with(writecache_detach_LTX_lvmpolld_plugin(), &table, false);
	discover_with(raid_sync_LTX_lvmpolld_plugin(), &table);
	discover_with(raid_scrub_LTX_lvmpolld_plugin(), &table);
	discover_with(raid_reshape_LTX_lvmpolld_plugin(), &table);
	discover_with(integrity_LTX_lvmpolld_plugin(), &table);
	free_table(&table);
	free(text);
	return 0;
}

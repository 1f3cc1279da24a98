/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes what lvm2 reports, and how each plugin reads a row of it. */
#include "config.h"

#include "fuzz.h"
#include "lvm/report.h"
#include "util/error.h"

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

#define LVID "19EcOXA8tyBTcgn7Er1JMDxXKbW8K8Cd8GRddk8eWyDEfXU92RxZhf85ehMd0Swa"

static const struct lvmpolld_request request = {.struct_size = sizeof(request),
	.vg_name = "vg",
	.lv_name = "lv",
	.lvid = LVID,
	.interval = "15"};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	fuzz_log_to_nowhere();
	return 0;
}

static void read_row(const struct lvmpolld_row *row)
{
	const struct lvmpolld_plugin *plugins[] = {pvmove_LTX_lvmpolld_plugin(),
		convert_LTX_lvmpolld_plugin(), merge_LTX_lvmpolld_plugin(),
		thin_merge_LTX_lvmpolld_plugin(), raid_sync_LTX_lvmpolld_plugin(),
		raid_scrub_LTX_lvmpolld_plugin(), raid_reshape_LTX_lvmpolld_plugin(),
		integrity_LTX_lvmpolld_plugin(), uncache_LTX_lvmpolld_plugin(),
		writecache_detach_LTX_lvmpolld_plugin()};

	for (size_t i = 0; i < sizeof(plugins) / sizeof(plugins[0]); i++) {
		int standing = (int)plugins[i]->read_report(&request, row);

		fuzz_require(standing >= LVMPOLLD_STANDING_CANNOT_TELL &&
			     standing <= LVMPOLLD_STANDING_FAILED);
	}
}

/* What is found is in the text, and every field of a row has a name and a value. */
static void look(const struct report *report)
{
	struct report_volume volume;
	enum report_answer answer = report_find(report, LVID, &volume);

	fuzz_require((answer == REPORT_HAS_VOLUME) == (volume.row.count > 0));
	fuzz_require(answer != REPORT_LACKS_GROUP || !volume.vg_name);
	fuzz_require(answer == REPORT_HAS_VOLUME || !volume.lv_name);
	for (size_t i = 0; i < volume.row.count; i++)
		fuzz_require(volume.row.fields[i].name[0] != '\0' &&
			     row_find(&volume.row, volume.row.fields[i].name));
	if (answer == REPORT_HAS_VOLUME)
		read_row(&volume.row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lvmpolld_error error = {0};
	char *text = fuzz_copy(data, size);
	struct report *report = report_parse(text, size, &error);

	fuzz_require(report || error.sentence[0] != '\0');
	fuzz_require(!report || size == 0 || text[size - 1] == '\n');
	free(text);
	if (report)
		look(report);
	report_free(report);
	return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin pvmove, on tables as a kernel showed them during moves by lvm2 2.03.16. */
#include "config.h"

#include <dlfcn.h>
#include <limits.h>

#include <libdevmapper.h>

#include "comparing/copies.h"
#include "loader/check.h"
#include "report_rows.h"
#include "suite.h"
#include "target_lines.h"

const struct lvmpolld_plugin *pvmove_LTX_lvmpolld_plugin(void);

static const struct lvmpolld_request move = {
	.struct_size = sizeof(move), .vg_name = "vg", .lv_name = "pvmove0", .interval = "15"};
static const struct lvmpolld_request abortion = {.struct_size = sizeof(abortion),
	.vg_name = "vg",
	.lv_name = "pvmove0",
	.interval = "15",
	.abort = true};

static const struct target_case cases[] = {
	/* Three segments, moved one after the other. */
	{"0 16384 mirror 2 7:0 7:1 0/4 1 AA 1 core\n"
	 "16384 16384 linear \n"
	 "32768 16384 linear \n",
		LVMPOLLD_WATCH, 0, 49152, 0.00, 0},
	{"0 16384 mirror 2 7:0 7:1 4/4 1 AA 1 core\n"
	 "16384 16384 linear \n"
	 "32768 16384 linear \n",
		LVMPOLLD_STEP, 16384, 49152, 33.33, 0},
	{"0 16384 linear \n"
	 "16384 16384 mirror 2 7:0 7:1 2/4 1 AA 1 core\n"
	 "32768 16384 linear \n",
		LVMPOLLD_WATCH, 24576, 49152, 50.00, 0},
	{"0 16384 linear \n"
	 "16384 16384 mirror 2 7:0 7:1 4/4 1 AA 1 core\n"
	 "32768 16384 linear \n",
		LVMPOLLD_STEP, 32768, 49152, 66.67, 0},
	{"0 16384 linear \n"
	 "16384 16384 linear \n"
	 "32768 16384 mirror 2 7:0 7:1 4/4 1 AA 1 core\n",
		LVMPOLLD_STEP, 49152, 49152, 100.00, 0},
	/* Segments of different size. */
	{"0 16384 linear \n"
	 "16384 16384 mirror 2 7:0 7:1 4/4 1 AA 1 core\n"
	 "32768 16384 linear \n"
	 "49152 16384 linear \n"
	 "65536 163840 linear \n"
	 "229376 163840 linear \n",
		LVMPOLLD_STEP, 32768, 393216, 8.33, 0},
	/* --atomic: one mirror over hidden volumes. */
	{"0 49152 mirror 2 254:2 254:3 0/12 1 AA 1 core\n", LVMPOLLD_WATCH, 0, 49152, 0, 0},
	{"0 49152 mirror 2 254:2 254:3 3/12 1 AA 1 core\n", LVMPOLLD_WATCH, 12288, 49152, 25, 0},
	{"0 49152 mirror 2 254:2 254:3 12/12 1 AA 1 core\n", LVMPOLLD_STEP, 49152, 49152, 100, 0},
	/* The last region is not yet in sync, in a volume of 8 EiB. */
	{"0 18014398509481984 mirror 2 7:0 7:1 4398046511103/4398046511104 1 AA 1 core\n",
		LVMPOLLD_WATCH, 18014398509477888, 18014398509481984, 100.00, 0},
	/* Several mirrors: lvm2 waits for all of them. */
	{"0 100 mirror 2 7:0 7:1 4/4 1 AA 1 core\n"
	 "100 100 mirror 2 7:0 7:1 2/4 1 AA 1 core\n",
		LVMPOLLD_WATCH, 150, 200, 75.00, 0},
	/* What could not be written or copied would be lost. */
	{"0 163840 mirror 2 7:0 254:0 8/40 1 AD 1 core\n", LVMPOLLD_DATA_LOSS, 32768, 163840, 20,
		1},
	{"0 163840 mirror 2 7:0 254:0 8/40 1 SA 1 core\n", LVMPOLLD_DATA_LOSS, 32768, 163840, 20,
		1},
	{"0 163840 mirror 2 7:0 254:0 8/40 1 DS 1 core\n", LVMPOLLD_DATA_LOSS, 32768, 163840, 20,
		2},
	{"0 163840 mirror 2 7:0 254:0 40/40 1 AF 1 core\n", LVMPOLLD_DATA_LOSS, 163840, 163840, 100,
		1},
	{"0 163840 mirror 2 7:0 254:0 40/40 1 AA 1 core\n"
	 "163840 163840 mirror 2 7:0 254:0 8/40 1 AS 1 core\n",
		LVMPOLLD_DATA_LOSS, 196608, 327680, 60, 1},
	{"0 16384 mirror 2 7:0 7:1 2/4 1 AS 1 core\n16384 16384 thin 0 -\n", LVMPOLLD_DATA_LOSS, 0,
		0, -1, 0},
	/* A leg that cannot be read, or that failed for a reason unknown: lvm2 waits for the rest.
	 */
	{"0 163840 mirror 2 7:0 254:0 8/40 1 RA 1 core\n", LVMPOLLD_WATCH, 32768, 163840, 20, 1},
	{"0 163840 mirror 2 7:0 254:0 8/40 1 AU 1 core\n", LVMPOLLD_WATCH, 32768, 163840, 20, 1},
	{"0 163840 mirror 2 7:0 254:0 40/40 1 RA 1 core\n", LVMPOLLD_STEP, 163840, 163840, 100, 1},
	/* No mirror: finished, or cut off between two segments. */
	{"0 16384 linear \n16384 16384 linear \n", LVMPOLLD_STEP, 0, 0, -1, 0},
	{"0 16384 striped 2 254:2 7:1 1 AA\n", LVMPOLLD_STEP, 0, 0, -1, 0},
	{"0 16384 error \n", LVMPOLLD_STEP, 0, 0, -1, 0},
	{"", LVMPOLLD_STEP, 0, 0, -1, 0},
	/* What lvm2 never makes for a move. */
	{"0 16384 mirror 2 7:0 7:1 2/4 1 AA 1 core\n16384 16384 thin 0 -\n", LVMPOLLD_POLL, 0, 0,
		-1, 0},
	{"0 81920 snapshot-origin \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 81920 raid raid1 2 AA 81920/81920 idle 0 0 -\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	/* Garbage. */
	{"0 16384 mirror \n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror garbage\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror 2 7:0 7:1\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror 2 7:0 7:1 5/4 1 AA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror 2 7:0 7:1 0/0 1 AA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror 2 7:0 7:1 a/b 1 AA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror 99999999 7:0 7:1 0/4 1 AA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror -1 7:0 7:1 0/4 1 AA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror 0 0/4 1 AA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror 2 7:0 7:1 0/4 1 A 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror 2 7:0 7:1 0/4 1 AX 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 16384 mirror 8 7:0 7:1 7:2 7:3 7:4 7:5 7:6 7:7 0/4 1 A\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 0 mirror 2 7:0 7:1 0/4 1 AA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 18446744073709551615 mirror 2 7:0 7:1 0/4 1 AA 1 core\n", LVMPOLLD_POLL, 0, 0, -1, 0},
	{"0 36028797018963967 mirror 2 7:0 7:1 0/4 1 AA 1 core\n"
	 "36028797018963967 1 linear \n",
		LVMPOLLD_POLL, 0, 0, -1, 0},
};

/* How many more pools there is memory for. It stands before libdevmapper's. */
static unsigned pools_left = UINT_MAX;

__attribute__((visibility("default"))) struct dm_pool *dm_pool_create(const char *name, size_t hint)
{
	struct dm_pool *(*next)(const char *, size_t);

	if (pools_left == 0)
		return NULL;
	pools_left--;
	*(void **)&next = dlsym(RTLD_NEXT, "dm_pool_create");
	return next(name, hint);
}

/*
 * A step would let go of the data that could not be copied, and an lvpoll that polls by itself does
 * the same: what could not be read is neither.
 */
START_TEST(table_that_cannot_be_read_for_want_of_memory_is_read_again)
{
	struct target_reading reading;

	pools_left = (unsigned)_i;
	reading = target_lines_read(pvmove_LTX_lvmpolld_plugin(), &move,
		"0 163840 mirror 2 7:0 254:0 40/40 1 AA 1 core\n"
		"163840 163840 mirror 2 7:0 254:0 40/40 1 AS 1 core\n");
	pools_left = UINT_MAX;
	ck_assert_int_eq(reading.verdict, _i < 2 ? LVMPOLLD_WATCH_TIMED : LVMPOLLD_DATA_LOSS);
}
END_TEST

START_TEST(tables_are_read)
{
	target_case_check(pvmove_LTX_lvmpolld_plugin(), &move, &cases[_i]);
}
END_TEST

START_TEST(what_is_left_until_the_step_is_told)
{
	const struct lvmpolld_plugin *plugin = pvmove_LTX_lvmpolld_plugin();
	const char *table = "0 8192 linear\n"
			    "8192 8192 mirror 2 7:0 7:1 3/4 1 AA 1 core\n"
			    "16384 8192 linear\n";
	const char *in_sync = "0 8192 mirror 2 7:0 7:1 4/4 1 AA 1 core\n";
	const char *two = "0 8192 mirror 2 7:0 7:1 1/4 1 AA 1 core\n"
			  "8192 8192 mirror 2 7:0 7:1 2/4 1 AA 1 core\n";

	ck_assert_uint_eq(target_lines_read(plugin, &move, table).progress.step_sectors, 2048);
	ck_assert_uint_eq(target_lines_read(plugin, &move, in_sync).progress.step_sectors, 0);
	ck_assert_uint_eq(target_lines_read(plugin, &move, two).progress.step_sectors, 4096);
}
END_TEST

START_TEST(abort_needs_one_step_whatever_the_table_shows)
{
	struct target_reading reading =
		target_lines_read(pvmove_LTX_lvmpolld_plugin(), &abortion, cases[_i].lines);

	ck_assert_int_eq(reading.verdict, LVMPOLLD_STEP);
	ck_assert_mem_eq(&reading.progress, &no_progress, sizeof(no_progress));
}
END_TEST

/* As lvm2 2.03.16 to 2.03.40 print them. */
static const struct report_case reports[] = {
	/* Copying; with --atomic it is the same. */
	{REPORT_ROWS("LVM2_LV_ATTR='p-C-aom---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='25.00' "
		     "LVM2_MOVE_PV='/dev/loop0' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	/* All in sync, before the step. */
	{REPORT_ROWS("LVM2_LV_ATTR='p-C-aom---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='100.00' "
		     "LVM2_MOVE_PV='/dev/loop0' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	/* Inactive, suspended, and with its new disk missing. */
	{REPORT_ROWS("LVM2_LV_ATTR='p-C---m---' LVM2_LV_ACTIVE='' LVM2_COPY_PERCENT='' "
		     "LVM2_MOVE_PV='/dev/loop0' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='p-C-som---' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='16.67' "
		     "LVM2_MOVE_PV='/dev/loop0' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	{REPORT_ROWS("LVM2_LV_ATTR='p-C-aom-p-' LVM2_LV_ACTIVE='active' LVM2_COPY_PERCENT='28.57' "
		     "LVM2_MOVE_PV='/dev/loop0' LVM2_LV_CONVERTING='' LVM2_LV_MERGING='' "
		     "LVM2_LV_MERGE_FAILED='unknown' LVM2_LV_SNAPSHOT_INVALID='unknown' "
		     "LVM2_ORIGIN=''"),
		LVMPOLLD_STANDING_GOES_ON},
	/* Finished, or aborted. */
	{REPORT_GROUP_ROW, LVMPOLLD_STANDING_OVER},
};

START_TEST(reports_are_read)
{
	report_case_check(pvmove_LTX_lvmpolld_plugin(), &move, &reports[_i]);
}
END_TEST

/* Lines of "dmsetup table", and what must be equal by them; NULL where a line is not understood. */
static const struct {
	const char *type;
	const char *parameters;
	const char *copies;
} table_lines[] = {
	{"mirror", "core 3 1024 nosync block_on_error 2 7:0 2048 7:1 4096",
		"7:0:2048,7:1:4096,16384"},
	{"mirror", "core 1 1024 2 7:0 2048 254:17 0 1 keep_log", "7:0:2048,254:17:0,16384"},
	{"mirror", "core 1 1024 3 7:0 1 7:1 2 7:2 3", "7:0:1,7:1:2,16384 7:0:1,7:2:3,16384"},
	{"mirror", "disk 2 254:9 1024 2 7:0 2048 7:1 4096 1 handle_errors",
		"7:0:2048,7:1:4096,16384"},
	{"linear", "7:0 2048", ""},
	{"error", "", ""},
	{"mirror", "core 1 1024 1 7:0 2048", NULL},
	{"mirror", "core 1 1024 2 7:0 2048", NULL},
	{"mirror", "core 1 1024 2 7:0 2048 7:1", NULL},
	{"mirror", "core 1 1024 2 /dev/loop0 2048 7:1 0", NULL},
	{"mirror", "core 99 1024 2 7:0 2048 7:1 0", NULL},
	{"mirror", "core", NULL},
	{"mirror", "", NULL},
};

START_TEST(copies_are_read)
{
	const struct lvmpolld_target line = {.struct_size = sizeof(line),
		.length_sectors = 16384,
		.type = table_lines[_i].type,
		.parameters = table_lines[_i].parameters};
	struct lvmpolld_copies copies = {0};
	char text[COPIES_MAX * COPY_TEXT_SIZE] = "";
	bool is_understood = pvmove_LTX_lvmpolld_plugin()->read_copies(&move, &line, 1, &copies);

	ck_assert_int_eq(is_understood, !!table_lines[_i].copies);
	if (!is_understood)
		return;
	for (size_t i = 0; i < copies.count; i++) {
		char one[COPY_TEXT_SIZE];

		copy_format(&copies.list[i], one);
		strcat(strcat(text, i > 0 ? " " : ""), one);
	}
	ck_assert_str_eq(text, table_lines[_i].copies);
}
END_TEST

static const struct claim_case claims[] = {
	{"pvmove0", "", NULL, "0 8192 mirror core 1 1024 2 7:0 2048 7:1 2048\n", true},
	{"pvmove0", "real", NULL, "0 8192 mirror core 1 1024 2 7:0 2048 7:1 2048\n", true},
	{"pvmove12", "", NULL,
		"0 8192 linear 7:1 2048\n8192 8192 mirror core 2 1024 nosync 2 7:0 0 7:1 0\n"
		"16384 8192 striped 2 128 7:0 0 7:2 0\n",
		true},
	/* Somebody else's name, another layer. */
	{"pvmove", "", NULL, "0 8192 mirror core 1 1024 2 7:0 2048 7:1 2048\n", false},
	{"pvmove0a", "", NULL, "0 8192 mirror core 1 1024 2 7:0 2048 7:1 2048\n", false},
	{"lvol0", "", NULL, "0 8192 mirror core 1 1024 2 7:0 2048 7:1 2048\n", false},
	{"pvmove0", "cow", NULL, "0 8192 mirror core 1 1024 2 7:0 2048 7:1 2048\n", false},
	/* Nothing is copied, or what no move has; a cluster's may be another machine's. */
	{"pvmove0", "", NULL, "0 8192 linear 7:1 2048\n", false},
	{"pvmove0", "", NULL, "", false},
	{"pvmove0", "", NULL, "0 8192 mirror core 1 1024 2 7:0 0 7:1 0\n8192 8192 thin 253:1 1\n",
		false},
	{"pvmove0", "", NULL, "0 8192 mirror clustered-core 2 1024 X 2 7:0 0 7:1 0\n", false},
	{"pvmove0", "", NULL,
		"0 8192 mirror userspace 4 UUID clustered-core 1024 nosync 2 7:0 0 7:1 0\n", false},
};

START_TEST(only_what_is_surely_one_is_claimed)
{
	claim_case_check(pvmove_LTX_lvmpolld_plugin(), &claims[_i]);
}
END_TEST

START_TEST(plugin_is_what_lvm2_asks_for)
{
	const struct lvmpolld_plugin *plugin = pvmove_LTX_lvmpolld_plugin();
	struct lvmpolld_error error = {0};

	ck_assert_msg(plugin_check_fields(plugin, "pvmove", &error) == 0, "%s", error.sentence);
	ck_assert_str_eq(plugin->operation, "pvmove");
	ck_assert_str_eq(plugin->progress_label, "Moved");
	ck_assert(plugin->supports_abort);
	ck_assert_str_eq(plugin->layer, "real");
}
END_TEST

int main(void)
{
	const struct suite_test tests[] = {
		SUITE_LOOP(table_that_cannot_be_read_for_want_of_memory_is_read_again, 3),
		SUITE_LOOP(tables_are_read, SUITE_COUNT(cases)),
		SUITE_LOOP(abort_needs_one_step_whatever_the_table_shows, SUITE_COUNT(cases)),
		SUITE_TEST(what_is_left_until_the_step_is_told),
		SUITE_LOOP(reports_are_read, SUITE_COUNT(reports)),
		SUITE_LOOP(copies_are_read, SUITE_COUNT(table_lines)),
		SUITE_LOOP(only_what_is_surely_one_is_claimed, SUITE_COUNT(claims)),
		SUITE_TEST(plugin_is_what_lvm2_asks_for),
	};

	return suite_run("pvmove", tests, SUITE_COUNT(tests));
}
